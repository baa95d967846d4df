from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from dashboard.queries.rule import rules_on
from dashboard.rules.fact import FACTS
from dashboard.rules.light import RANKS, Bound, Case, RuleSet, light
from dashboard.rules.problem import problems
from dashboard.rules.remedy import bound_words, remedies, value_words
from models.light import LightDimension, LightKind
from seed.light_rules import load

DAY = date(2026, 8, 31)
PROGRESS = LightDimension.PROGRESS


def facts(**values: Any) -> dict[str, Decimal | None]:
    known = {
        "expected": 1,
        "reported": 1,
        "justified_delay": 0,
        "nodes_due": 0,
        "done": 0,
        **values,
    }
    return {**dict.fromkeys(FACTS), **{name: Decimal(value) for name, value in known.items()}}


def behind(planned: str, completed: str, **values: Any) -> dict[str, Decimal | None]:
    short, plan = Decimal(planned) - Decimal(completed), Decimal(planned)
    ratio = short * 100 / plan
    return facts(
        planned_pct=planned, completed_pct=completed, shortfall_pp=short, shortfall_ratio=ratio,
        **values,
    )  # fmt: skip


@pytest.mark.feature("H4")
@pytest.mark.parametrize(
    ("code", "given", "words"),
    [
        ("DEFAULT", behind("72", "40"), ["累计完成进度高于 62%"]),
        ("DEFAULT", behind("72", "40", nodes_due=3, nodes_done=3), ["累计完成进度高于 62%"]),
        ("DEFAULT", behind("72", "72"), []),
        ("DEFAULT", facts(), ["填写序时进度和完成进度，并使低于序时进度 低于 10个百分点"]),
        ("DEFAULT", behind("72", "72", node_overdue_days=3), ["完成已逾期的节点，并经月报审定"]),
        (
            "DEFAULT",
            behind("72", "60", node_overdue_days=3, rectification_overdue_days=20,
                   rectification_days_to_due=-20),
            ["累计完成进度高于 62%", "完成已逾期的节点，并经月报审定", "办结已逾期的整改"],
        ),
        ("R01", behind("62", "30"), ["累计完成进度达到 62% 以上"]),
        ("R05", behind("50", "30"), ["累计完成进度达到 50% 以上"]),
        ("R03", facts(funds_met=0), ["资金支付达到要求"]),
        ("R09", facts(month_met=0), ["按期完成当月任务"]),
        (
            "R18",
            facts(done=0, started=0, overdue_days=3),
            ["开工，并经月报审定", "完成全部任务，并经月报审定"],
        ),
    ],
)  # fmt: skip
def test_what_would_turn_a_light_green_is_told_with_numbers(
    session: Session, code: str, given: dict[str, Decimal | None], words: list[str]
) -> None:
    load(session)

    found = remedies(rules_on(session, code, DAY), given)

    assert [each.words for each in found] == words


@pytest.mark.feature("H4")
@pytest.mark.parametrize("completed", ["0", "41.99", "42", "52", "61.99", "62"])
@pytest.mark.parametrize("code", ["DEFAULT", "R01", "R05"])
def test_doing_what_the_card_says_turns_the_light_green(
    session: Session, code: str, completed: str
) -> None:
    load(session)
    rules = rules_on(session, code, DAY)
    now = behind("72", completed)

    (remedy,) = remedies(rules, now)

    assert remedy.fact == "completed_pct"
    assert light(rules, behind("72", str(remedy.value))).kind is LightKind.GOOD
    short = Decimal(remedy.value or 0) - Decimal("0.02")
    assert light(rules, behind("72", str(short))).kind is not LightKind.GOOD


@pytest.fixture
def default(session: Session) -> RuleSet:
    """The first rules of an office."""
    load(session, {"DEFAULT"})
    return rules_on(session, "DEFAULT", DAY)


PERCENT = st.decimals(0, 150, places=2)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    planned=st.decimals(1, 100, places=2),
    completed=st.none() | PERCENT,
    node_overdue=st.none() | st.integers(0, 40),
    delay=st.none() | st.integers(0, 5),
    rectification=st.none() | st.integers(-30, 10),
    nodes_due=st.integers(0, 2),
)
def test_doing_all_the_card_asks_for_leaves_no_dimension_below_good(
    default: RuleSet,
    planned: Decimal,
    completed: Decimal | None,
    node_overdue: int | None,
    delay: int | None,
    rectification: int | None,
    nodes_due: int,
) -> None:
    now = facts(planned_pct=planned, nodes_due=nodes_due, reported=int(completed is not None))
    over = None if rectification is None else max(-rectification, 0)
    given_ = {
        "completed_pct": completed,
        "shortfall_pp": None if completed is None else planned - completed,
        "done": Decimal(completed is not None and completed >= 100),
        "node_overdue_days": node_overdue,
        "start_delay_months": delay,
        "rectification_overdue_days": over,
        "rectification_days_to_due": rectification,
    }
    now |= {k: None if v is None else Decimal(v) for k, v in given_.items()}

    asked = {each.fact: each.value for each in remedies(default, now)}

    then = {**now, **asked}
    if "rectification_overdue_days" in asked or "rectification_days_to_due" in asked:
        then |= {"rectification_overdue_days": None, "rectification_days_to_due": None}
    if (reached := then["completed_pct"]) is not None:
        then["shortfall_pp"] = planned - reached
    assert RANKS[light(default, then).kind] <= RANKS[LightKind.GOOD], asked


def test_a_report_that_is_owed_is_asked_for_first(session: Session) -> None:
    load(session)
    owed = facts(reported=0, planned_pct=72, nodes_due=3)

    found = [each.words for each in remedies(rules_on(session, "DEFAULT", DAY), owed)]

    assert found == ["报送当月月报，并经审定", "累计完成进度高于 62%"]


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        (Bound("rank", low=Decimal(10), high=Decimal(30)), "名次 不低于 10、不高于 30"),
        (Bound("paid_pct", low=Decimal(30), low_included=False), "支付率 高于 30%"),
        (Bound("done", low=Decimal(1), high=Decimal(1)), "已完成：是"),
        (Bound("grade", low=Decimal(2), high=Decimal(2)), "评定等次 等于 2"),
    ],
)  # fmt: skip
def test_bounds_read_as_words(bound: Bound, words: str) -> None:
    assert bound_words(bound) == words


def test_an_unknown_value_reads_as_unknown() -> None:
    assert [value_words("completed_pct", value) for value in (None, Decimal("12.50"))] == [
        "不详",
        "12.5%",
    ]


def rules(*cases: Case, silence_days: int | None = 31) -> RuleSet:
    return RuleSet("X", DAY, cases, silence_days, "x")


def case(*bounds: Bound, kind: LightKind | None = LightKind.BAD, words: str = "情形") -> Case:
    return Case(PROGRESS, kind, bounds, words)


OTHERWISE = case(kind=LightKind.UNKNOWN)
ONE = Decimal(1)


@pytest.mark.parametrize(
    ("drafted", "told"),
    [
        (rules(), "至少要有一个方面"),
        (rules(OTHERWISE, silence_days=0), "失联天数至少为 1 天"),
        (rules(case(Bound("done", low=ONE))), "最后必须有一个不带界限的“其他情形”"),
        (rules(case(kind=LightKind.GOOD)), "“其他情形”不能为正常或完成"),
        (rules(case(), OTHERWISE), "其后的情形永远轮不到"),
        (rules(case(Bound("done", low=ONE), words=" "), OTHERWISE), "缺少文字说明"),
        (rules(case(Bound("rank", low=ONE), Bound("rank", high=ONE)), OTHERWISE), "写了两个界限"),
        (rules(case(Bound("colour", low=ONE)), OTHERWISE), "不认识的事实“colour”"),
        (rules(case(Bound("rank")), OTHERWISE), "没有写上限或下限"),
        (rules(case(Bound("rank", low=ONE, high=Decimal(0))), OTHERWISE), "下限高于上限"),
        (rules(case(Bound("rank", ONE, False, ONE)), OTHERWISE), "下限高于上限"),
        (rules(case(Bound("done", low=Decimal(2))), OTHERWISE), "只能是 1（是）或 0（否）"),
    ],
)
def test_what_is_wrong_with_rules_is_said_in_a_sentence(drafted: RuleSet, told: str) -> None:
    assert told in "".join(problems(drafted))


def test_every_rule_set_that_comes_with_the_program_is_without_problems(session: Session) -> None:
    codes = load(session)

    found = {code: problems(rules_on(session, code, DAY)) for code in codes}

    assert {code: told for code, told in found.items() if told} == {}
