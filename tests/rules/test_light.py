from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, literal, null, select
from sqlmodel import Session

from dashboard.queries.rule import rule_sets, rules_on
from dashboard.rules.fact import DAY_FACTS, FACTS, facts_on, facts_on_sql
from dashboard.rules.light import (
    KINDS,
    RANKS,
    Bound,
    Case,
    RuleSet,
    dimension_light,
    first_case,
    holds_until,
    in_whole_numbers,
    light,
    light_sql,
    of_ranks,
    rank_sql,
    within,
)
from models.base import Exact
from models.fact import ProjectMonth
from models.light import LightDimension, LightKind, LightRuleSet
from seed.light_rules import load
from seed.rows import records

DAY = date(2026, 8, 31)
STEP = Decimal("0.01")
PROGRESS = LightDimension.PROGRESS
EXACT = frozenset(
    name
    for name, column in ProjectMonth.__table__.c.items()  # type: ignore[attr-defined]
    if isinstance(column.type, Exact)
)
STORED: dict[str, Any] = {
    name: 0 if not column.nullable and name not in {"id", "month"} else None
    for name, column in ProjectMonth.__table__.c.items()  # type: ignore[attr-defined]
}


def stored(**values: Any) -> dict[str, Any]:
    return {**STORED, "expected": 1, "reported": 1, "month": date(2026, 8, 1), **values}


def columns_of(row: Mapping[str, Any]) -> Any:
    """The row's values as typed literals, named like columns."""

    class Columns(dict[str, Any]):
        def __missing__(self, name: str) -> Any:
            value = row.get(name)
            kind: Any = Exact() if name in EXACT else Integer()
            return literal(value, kind) if value is not None else null().cast(_kind(name))

    return Columns()


def _kind(name: str) -> Any:
    return Exact() if name in EXACT else Integer()


def both(session: Session, rules: RuleSet, row: Mapping[str, Any]) -> tuple[LightKind, str]:
    """The light of a row in Python and in SQL."""
    sql = light_sql(rules, facts_on_sql(columns_of(row), DAY))
    return light(rules, facts_on(row, DAY)).kind, session.connection().scalar(select(sql)) or ""


@pytest.mark.feature("H1")
@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"reported": 0}, LightKind.UNKNOWN),
        ({"reported": 0, "heard_day": DAY.toordinal() - 31}, LightKind.UNKNOWN),
        ({"reported": 0, "heard_day": DAY.toordinal() - 32}, LightKind.BAD),
        ({}, LightKind.UNKNOWN),
        ({"shortfall_pp": Decimal(-5)}, LightKind.GOOD),
        ({"shortfall_pp": Decimal("9.99")}, LightKind.GOOD),
        ({"shortfall_pp": Decimal(10)}, LightKind.WARN),
        ({"shortfall_pp": Decimal(30)}, LightKind.WARN),
        ({"shortfall_pp": Decimal("30.01")}, LightKind.BAD),
        ({"shortfall_pp": Decimal(0), "node_due_day": DAY.toordinal()}, LightKind.GOOD),
        ({"shortfall_pp": Decimal(0), "node_due_day": DAY.toordinal() - 1}, LightKind.BAD),
        ({"shortfall_pp": Decimal(0), "done": 1}, LightKind.DONE),
        ({"done": 1, "reported": 0}, LightKind.UNKNOWN),
        ({"done": 1, "reported": 0, "expected": 0}, LightKind.DONE),
        ({"done": 1, "node_due_day": DAY.toordinal() - 1}, LightKind.BAD),
        ({"deadline_day": DAY.toordinal()}, LightKind.UNKNOWN),
        ({"deadline_day": DAY.toordinal() - 1}, LightKind.BAD),
        ({"nodes_due": 1}, LightKind.GOOD),
        ({"nodes_due": 1, "start_delay_months": 1}, LightKind.WARN),
        ({"nodes_due": 1, "start_delay_months": 2}, LightKind.WARN),
        ({"nodes_due": 1, "start_delay_months": 3}, LightKind.BAD),
        ({"nodes_due": 1, "start_delay_months": 3, "justified_delay": 1}, LightKind.GOOD),
        ({"done": 1, "rectification_due_day": DAY.toordinal()}, LightKind.GOOD),
        ({"done": 1, "rectification_due_day": DAY.toordinal() - 1}, LightKind.WARN),
        ({"done": 1, "rectification_due_day": DAY.toordinal() - 15}, LightKind.WARN),
        ({"done": 1, "rectification_due_day": DAY.toordinal() - 16}, LightKind.BAD),
    ],
)
def test_the_first_rules_of_an_office_light_alike_in_python_and_in_sql(
    session: Session, row: dict[str, Any], kind: LightKind
) -> None:
    load(session)
    rules = rules_on(session, "DEFAULT", DAY)

    assert both(session, rules, stored(**row)) == (kind, kind.value)


@pytest.mark.feature("H3")
def test_nothing_reported_never_reads_good_whatever_the_rules(session: Session) -> None:
    load(session)
    for rules in rule_sets(session, _all(session)):
        for dimension in set(rules.dimensions) & {PROGRESS, LightDimension.FUNDS}:
            good = [
                case
                for case in rules.of(dimension)
                if case.kind in (LightKind.GOOD, LightKind.DONE)
            ]
            for case in good:
                facts = {**dict.fromkeys(FACTS), **_inside(case), "reported": Decimal(0)}
                facts["expected"] = Decimal(1)

                assert dimension_light(rules, dimension, facts).kind not in (
                    LightKind.GOOD,
                    LightKind.DONE,
                )


@pytest.mark.feature("H2")
def test_the_worst_dimension_decides_and_one_that_does_not_count_is_left_out() -> None:
    rules = RuleSet(
        "X",
        DAY,
        (
            Case(LightDimension.START, None),
            Case(PROGRESS, LightKind.DONE),
            Case(LightDimension.FUNDS, LightKind.NOTICE),
            Case(LightDimension.RECTIFICATION, LightKind.NOTICE),
        ),
    )

    found = light(rules, facts_on(stored(), DAY))

    assert (found.kind, found.dimension) == (LightKind.NOTICE, LightDimension.FUNDS)


def test_from_worst_to_best_the_order_is_fixed() -> None:
    order = sorted(RANKS, key=lambda kind: -RANKS[kind])

    assert [kind.value for kind in order] == ["BAD", "WARN", "UNKNOWN", "NOTICE", "GOOD", "DONE"]


def _all(session: Session) -> list[LightRuleSet]:
    from sqlmodel import select as rows_of

    return list(session.exec(rows_of(LightRuleSet)))


def _inside(case: Case) -> dict[str, Decimal]:
    """Facts within all bounds of a case."""
    values = {}
    for bound in case.bounds:
        step = Decimal(1) if bound.fact not in EXACT and bound.fact in FACTS else STEP
        if bound.low is not None:
            values[bound.fact] = bound.low + (0 if bound.low_included else step)
        elif bound.high is not None:
            values[bound.fact] = bound.high - (0 if bound.high_included else step)
    return values


def _sides(bound: Bound) -> list[tuple[Decimal, bool]]:
    """Values on both sides of every end of a bound and on it, and whether they lie within."""
    step = STEP if bound.fact in EXACT else Decimal(1)
    found = []
    for end in (bound.low, bound.high):
        if end is not None:
            found += [
                (value, bool(within(bound, value))) for value in (end - step, end, end + step)
            ]
    return found


def test_every_bound_of_every_published_rule_set_holds_on_its_side_in_python_and_in_sql(
    session: Session,
) -> None:
    load(session)
    sets = rule_sets(session, _all(session))
    checked = 0
    for rules in sets:
        for case in rules.cases:
            for bound in case.bounds:
                for value, inside in _sides(bound):
                    facts = {**dict.fromkeys(FACTS), **_inside(case), bound.fact: value}
                    alone = RuleSet("X", DAY, (case, Case(case.dimension, LightKind.UNKNOWN)))
                    marked = RuleSet("X", DAY, (_marked(case), alone.cases[1]))

                    assert (first_case([case], facts) is case) is inside, (rules.code, case.words)
                    assert _sql_rank(session, marked, case.dimension, facts) == (
                        RANKS[LightKind.NOTICE] if inside else RANKS[LightKind.UNKNOWN]
                    )
                    checked += 1
    assert len(sets) == len(records("light_rule_sets"))
    assert checked > 200


def _marked(case: Case) -> Case:
    return Case(case.dimension, LightKind.NOTICE, case.bounds)


def _sql_rank(
    session: Session, rules: RuleSet, dimension: LightDimension, facts: Mapping[str, Any]
) -> int:
    """The rank in SQL of facts given as they are (days and months already worked out)."""
    facts = {**facts, "expected": Decimal(0), "reported": Decimal(0)}
    columns: dict[str, Any] = {}
    for name, value in facts.items():
        if value is None:
            columns[name] = null().cast(_kind(name))
        elif name in EXACT:
            columns[name] = literal(value, Exact())
        else:
            columns[name] = literal(int(value * FACTS[name].scale), Integer())
    return int(session.connection().scalar(select(rank_sql(rules, dimension, columns))) or 0)


@pytest.mark.feature("H1")
def test_each_numbered_row_of_the_published_rules_stands_as_a_bound_with_the_same_ends() -> None:
    cases = records("light_cases")
    for row in records("light_rules"):
        reference = f"{row['rule_id']}-{row['order']}"
        own = [case["bounds"] for case in cases if case["rows"] == reference]
        if not own or not (row["low"] or row["high"]):
            continue
        low, high = (
            ("[" if row["low_inclusive"] == "1" else "("),
            ("]" if row["high_inclusive"] == "1" else ")"),
        )
        ends = (
            f"{low if row['low'] else '?'}{row['low']},{row['high']}{high if row['high'] else '?'}"
        )
        written = [part.split(":")[1] for bounds in own for part in bounds.split(";")]
        same = [text for text in written if _same_ends(text, ends)]

        assert same, (reference, ends, written)


def _same_ends(text: str, ends: str) -> bool:
    low, high = text[1:-1].split(",")
    wanted_low, wanted_high = ends[1:-1].split(",")
    closed_low = text[0] == ends[0] or not wanted_low
    closed_high = text[-1] == ends[-1] or not wanted_high
    return (low, high) == (wanted_low, wanted_high) and closed_low and closed_high


NUMBERS = st.decimals(-200, 1200, places=2)
WHOLE = st.integers(-3, 40)
NAMES = sorted(FACTS)


def _ends(name: str) -> st.SearchStrategy[Decimal]:
    return NUMBERS if name in EXACT else st.decimals(-3, 40, places=1)


@st.composite
def bounds(draw: st.DrawFn) -> Bound:
    name = draw(st.sampled_from(NAMES))
    low, high = draw(st.none() | _ends(name)), draw(st.none() | _ends(name))
    if low is None and high is None:
        low = draw(_ends(name))
    return Bound(name, low, draw(st.booleans()), high, draw(st.booleans()))


@st.composite
def rule_sets_drawn(draw: st.DrawFn) -> RuleSet:
    cases: list[Case] = []
    kinds = st.none() | st.sampled_from(list(LightKind))
    for dimension in draw(st.sets(st.sampled_from(list(LightDimension)), min_size=1)):
        for _number in range(draw(st.integers(0, 3))):
            own = tuple(draw(st.lists(bounds(), min_size=1, max_size=2)))
            cases.append(Case(dimension, draw(kinds), own))
        cases.append(Case(dimension, draw(kinds)))
    silence = draw(st.none() | st.integers(1, 40))
    return RuleSet("X", DAY, tuple(cases), silence)


@st.composite
def rows_drawn(draw: st.DrawFn, rules: RuleSet) -> dict[str, Any]:
    """A row of facts; half of its figures are taken from the ends of the bounds."""
    row = stored(expected=draw(st.integers(0, 1)), reported=draw(st.integers(0, 1)))
    for name in ProjectMonth.__table__.c.keys():  # type: ignore[attr-defined]  # noqa: SIM118
        if name in EXACT:
            row[name] = draw(st.none() | NUMBERS)
        elif name.endswith("_day"):
            row[name] = draw(st.none() | WHOLE.map(lambda n: DAY.toordinal() - n))
        elif name == "started_key":
            row[name] = draw(st.none() | st.integers(0, 130).map(lambda n: 24320 * 31 + 30 - n))
        elif name in FACTS and name not in ("expected", "reported"):
            row[name] = draw(st.integers(0, 5) if row[name] is not None else st.none() | WHOLE)
    for case in rules.cases:
        for bound in case.bounds:
            end = bound.low if bound.low is not None else bound.high
            if bound.fact in EXACT and end is not None and draw(st.booleans()):
                row[bound.fact] = end
    return row


@pytest.mark.feature("H1")
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_rules_light_any_facts_alike_in_python_and_in_sql(
    session: Session, data: st.DataObject
) -> None:
    rules = data.draw(rule_sets_drawn())
    row = data.draw(rows_drawn(rules))
    found = light(rules, facts_on(row, DAY))
    facts = facts_on_sql(columns_of(row), DAY)
    ranks = {each: rank_sql(rules, each, facts) for each in rules.dimensions}

    sql = session.connection().execute(select(light_sql(rules, facts), *ranks.values())).one()

    assert sql[0] == found.kind
    assert of_ranks(rules, sql[1:]) == (found.kind, found.dimension)
    for rank, each in zip(sql[1:], found.dimensions, strict=True):
        assert KINDS.get(rank) == each.kind


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_light_stays_as_it_is_until_the_day_that_is_kept_with_it(data: st.DataObject) -> None:
    rules = data.draw(rule_sets_drawn())
    row = data.draw(rows_drawn(rules))
    kind = light(rules, facts_on(row, DAY)).kind

    until = min(holds_until(rules, row, DAY), DAY.toordinal() + 90)

    for day in range(DAY.toordinal(), until + 1):
        assert light(rules, facts_on(row, date.fromordinal(day))).kind == kind


@given(bound=bounds(), number=st.integers(-200, 1200), scale=st.sampled_from([1, 31]))
def test_a_bound_in_whole_numbers_means_the_same(bound: Bound, number: int, scale: int) -> None:
    scaled = in_whole_numbers(bound, scale)

    assert within(scaled, number) == within(bound, Decimal(number) / scale)


def test_facts_that_change_with_the_day_are_no_columns() -> None:
    columns = ProjectMonth.__table__.c.keys()  # type: ignore[attr-defined]

    assert not DAY_FACTS & set(columns)
    assert set(FACTS) - DAY_FACTS <= set(columns)
