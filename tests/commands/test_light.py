from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, delete, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from dashboard.commands.light import (
    close_month,
    close_months,
    facts_differences,
    override_light,
    refresh_facts,
)
from dashboard.commands.rule import RuleDraft, add_rule_version, choose_rule_set, give_fact
from dashboard.errors import Invalid, NotAllowed
from dashboard.queries.past import board_as_of
from dashboard.queries.rule import rules_on
from dashboard.rules.light import Bound, Case, RuleSet
from models.audit import AuditEntry
from models.fact import ProjectMonth
from models.light import LightDimension, LightKind, LightOverride, LightRecord
from models.milestone import Adjustment, AdjustmentField, AdjustmentState
from tests.town import ADMIN, LEADER, REPORTER, SUPERVISOR, TODAY, Town, node, plant, report

MAY, JULY, AUGUST = date(2026, 5, 1), date(2026, 7, 1), date(2026, 8, 1)
WORDS = {
    LightKind.GOOD: ("绿灯", "#00aa00"),
    LightKind.BAD: ("红灯", "#aa0000"),
    LightKind.UNKNOWN: ("灰灯", "#888888"),
}


def records(session: Session, month: date) -> dict[int, LightRecord]:
    rows = session.exec(select(LightRecord).where(LightRecord.month == month))
    return {row.project_id: row for row in rows}


@pytest.mark.feature("H5")
def test_a_month_closes_once_with_what_was_accepted_by_the_day_it_locked(session: Session) -> None:
    town = plant(session)
    report(session, town, "P1", 7, "56")
    report(session, town, "P2", 7, "56", accepted_on=date(2026, 8, 11))

    before = close_month(session, town.programme, JULY, today=date(2026, 8, 10))
    first = close_month(session, town.programme, JULY, today=date(2026, 8, 11))
    again = close_month(session, town.programme, JULY, today=date(2026, 8, 12))

    kinds = {town_code(town, row.project_id): row.kind for row in records(session, JULY).values()}
    assert (before, first, again) == (0, 3, 0)
    assert kinds == {"P1": LightKind.GOOD, "P2": LightKind.BAD, "P3": LightKind.BAD}


def town_code(town: Town, project_id: int) -> str:
    return next(c for c, p in town.projects.items() if p.id == project_id)


@pytest.mark.feature("H5")
def test_a_closing_light_takes_the_facts_of_the_month_s_last_day(session: Session) -> None:
    town = plant(session, codes=("P1",))
    report(session, town, "P1", 7, "56")
    node(session, town, "P1", date(2026, 8, 1))

    close_month(session, town.programme, JULY, today=TODAY)

    (row,) = records(session, JULY).values()
    assert (row.kind, row.as_of, row.known_on) == (
        LightKind.GOOD,
        date(2026, 7, 31),
        date(2026, 8, 10),
    )


@pytest.mark.feature("H5", "F7")
@pytest.mark.parametrize("change", ["moved", "taken over"])
def test_what_is_decided_after_a_month_s_last_day_does_not_reach_back_into_it(
    session: Session, change: str
) -> None:
    town = plant(session, codes=("P1",))
    report(session, town, "P1", 7, "60")
    project = town.projects["P1"]
    project.due_on = date(2026, 7, 20)
    if change == "moved":
        project.due_on = date(2026, 12, 31)
        moved = Adjustment(
            project_id=project.id or 0, number=1, field=AdjustmentField.DUE_ON, old="2026-07-20",
            new="2026-12-31", reason="征地", state=AdjustmentState.APPROVED,
            proposed_by_id=3, proposed_on=date(2026, 8, 1), decided_on=date(2026, 8, 5),
        )  # fmt: skip
        session.add(moved)
    else:
        project.accepted_on = date(2026, 8, 5)
    session.flush()

    close_month(session, town.programme, JULY, today=TODAY)

    (row,) = records(session, JULY).values()
    key = town.programme.id or 0
    on_the_day = board_as_of(session, LEADER, key, date(2026, 8, 4))
    since = board_as_of(session, LEADER, key, date(2026, 8, 6))
    assert (row.kind, list(on_the_day["kind"])) == (LightKind.BAD, ["BAD"])
    assert list(since["kind"]) == ["GOOD" if change == "moved" else "DONE"]


@pytest.mark.feature("X3")
def test_a_gap_filled_later_leaves_the_month_as_it_ended_and_adds_the_second_mark(
    session: Session,
) -> None:
    town = plant(session, codes=("P1",))
    for number in range(1, 5):
        report(session, town, "P1", number, str(8 * number))
    report(session, town, "P1", 5, "5")
    refresh_facts(session, None, today=date(2026, 6, 11))
    close_months(session, today=date(2026, 6, 11))

    report(session, town, "P1", 6, "48", accepted_on=date(2026, 7, 4))
    refresh_facts(session, None, today=date(2026, 7, 5))

    (row,) = records(session, MAY).values()
    assert (row.kind, row.recovered_on) == (LightKind.BAD, date(2026, 7, 4))


@pytest.mark.feature("H5")
def test_a_month_that_is_still_behind_its_own_plan_has_not_recovered(session: Session) -> None:
    town = plant(session, codes=("P1",))
    report(session, town, "P1", 5, "5")
    close_months(session, today=date(2026, 6, 11))

    report(session, town, "P1", 6, "30", accepted_on=date(2026, 7, 4))
    refresh_facts(session, None, today=date(2026, 7, 5))

    assert records(session, MAY)[town.projects["P1"].id or 0].recovered_on is None


def test_a_closing_light_cannot_be_repainted_or_removed(session: Session) -> None:
    town = plant(session, codes=("P1",))
    close_month(session, town.programme, JULY, today=TODAY)
    session.flush()

    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.connection().execute(update(LightRecord).values(kind=LightKind.GOOD))
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.connection().execute(delete(LightRecord))


def test_closing_every_month_twice_writes_nothing_the_second_time(session: Session) -> None:
    plant(session)

    assert close_months(session, today=TODAY) == 3 * 7
    assert close_months(session, today=TODAY) == 0


@pytest.mark.feature("H1")
def test_a_light_is_set_by_hand_only_with_a_reason_and_is_recorded(session: Session) -> None:
    town = plant(session, codes=("P1",))
    key = town.projects["P1"].id or 0
    given = {"kind": LightKind.GOOD, "first_on": TODAY, "last_on": None, "today": TODAY}

    with pytest.raises(Invalid):
        override_light(session, SUPERVISOR, key, reason=" ", **given)  # type: ignore[arg-type]
    override_light(session, SUPERVISOR, key, reason="现场已复核", **given)  # type: ignore[arg-type]

    row = session.exec(select(LightOverride)).one()
    entry = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert (row.reason, row.by_id) == ("现场已复核", SUPERVISOR.account_id)
    assert entry is not None
    assert (entry.event, entry.comment) == ("light:override", "现场已复核")


@pytest.mark.parametrize("actor", [REPORTER, LEADER, ADMIN])
def test_nobody_but_the_office_sets_a_light_by_hand(session: Session, actor: object) -> None:
    town = plant(session, codes=("P1",))

    with pytest.raises(NotAllowed):
        override_light(
            session, actor, town.projects["P1"].id or 0,  # type: ignore[arg-type]
            kind=LightKind.GOOD, reason="x", first_on=TODAY, last_on=None, today=TODAY,
        )  # fmt: skip

    assert session.exec(select(LightOverride)).first() is None


@pytest.mark.feature("H5")
@pytest.mark.parametrize("written", [True, False])
def test_a_light_set_by_hand_repaints_no_closed_month(session: Session, written: bool) -> None:
    town = plant(session, codes=("P1",))
    if written:
        close_months(session, today=TODAY)
    key = town.projects["P1"].id or 0
    given: dict[str, Any] = {"kind": LightKind.GOOD, "reason": "已复核", "last_on": None}

    with pytest.raises(Invalid, match=r"2026-07 已结账.*2026-08-01"):
        override_light(session, SUPERVISOR, key, first_on=date(2026, 7, 31), today=TODAY, **given)
    row = override_light(session, SUPERVISOR, key, first_on=date(2026, 8, 1), today=TODAY, **given)

    assert row.first_on == date(2026, 8, 1)


def draft(since: date, limit: str = "20") -> RuleDraft:
    bad = Bound("shortfall_pp", low=Decimal(limit), low_included=False)
    good = Bound("shortfall_pp", high=Decimal(limit))
    progress = LightDimension.PROGRESS
    cases = (
        Case(progress, LightKind.BAD, (bad,), "落后较多"),
        Case(progress, LightKind.GOOD, (good,), "正常"),
        Case(progress, LightKind.UNKNOWN, (), "无从判断"),
    )
    return RuleDraft(RuleSet("DEFAULT", since, cases, 31, "两色规则"), WORDS)


@pytest.mark.feature("X17")
def test_a_new_version_counts_from_its_first_day_and_leaves_the_old_one(session: Session) -> None:
    plant(session)

    row = add_rule_version(session, ADMIN, draft(date(2026, 10, 1)), today=TODAY)

    old, new = (rules_on(session, "DEFAULT", day) for day in (date(2026, 9, 30), row.since))
    assert (old.name, len(old.cases)) != (new.name, len(new.cases))
    assert [case.words for case in new.cases] == ["落后较多", "正常", "无从判断"]


def test_a_kept_light_holds_only_until_the_day_before_a_new_version(session: Session) -> None:
    plant(session)
    refresh_facts(session, None, today=TODAY)

    add_rule_version(session, ADMIN, draft(date(2026, 9, 10)), today=TODAY)

    untils = session.exec(
        select(ProjectMonth.lit_until).where(col(ProjectMonth.lit_kind).is_not(None))
    ).all()
    assert max(until or 0 for until in untils) == date(2026, 9, 9).toordinal()


@pytest.mark.parametrize("since", [TODAY - timedelta(days=1), date(1999, 1, 1)])
def test_a_new_version_cannot_reach_back(session: Session, since: date) -> None:
    plant(session)

    with pytest.raises(Invalid, match="生效日"):
        add_rule_version(session, ADMIN, draft(since), today=TODAY)


def test_rules_without_an_otherwise_are_refused_with_a_sentence(session: Session) -> None:
    plant(session)
    good = draft(date(2026, 10, 1))
    cut = replace(good, rules=replace(good.rules, cases=good.rules.cases[:2]))

    with pytest.raises(Invalid, match="其他情形"):
        add_rule_version(session, ADMIN, cut, today=TODAY)


def test_the_office_may_not_edit_rules(session: Session) -> None:
    town = plant(session)
    key = town.programme.id or 0

    with pytest.raises(NotAllowed):
        add_rule_version(session, SUPERVISOR, draft(date(2026, 10, 1)), today=TODAY)
    with pytest.raises(NotAllowed):
        choose_rule_set(session, SUPERVISOR, key, "R01", version=1, today=TODAY)


def test_a_fact_given_by_hand_reaches_the_light(session: Session) -> None:
    town = plant(session, codes=("P1",))
    project = town.projects["P1"]
    project.starts_on = date(2026, 5, 10)
    session.add(project)
    report(session, town, "P1", 8, None, accepted_on=date(2026, 9, 2))
    refresh_facts(session, None, today=TODAY)
    before = row_of(session, project.id or 0)

    give_fact(
        session, SUPERVISOR, project.id or 0, AUGUST, "justified_delay", Decimal(1),
        source="会议纪要〔2026〕8号", today=TODAY,
    )  # fmt: skip

    assert (before.start_delay_months, before.lit_kind) == (4, LightKind.BAD)
    assert row_of(session, project.id or 0).lit_kind is LightKind.UNKNOWN


def row_of(session: Session, project_id: int) -> ProjectMonth:
    session.expire_all()
    return session.exec(
        select(ProjectMonth)
        .where(ProjectMonth.project_id == project_id)
        .where(ProjectMonth.month == AUGUST)
    ).one()


@pytest.mark.parametrize(
    ("fact", "value", "source"),
    [
        ("shortfall_pp", "1", "有"),
        ("registered", "2", "有"),
        ("grade", "2", " "),
        ("grade", "2", "长" * 401),
        ("grade", "Infinity", "有"),
        ("growth_pct", "NaN", "有"),
        ("growth_pct", "1E+40", "有"),
    ],
)
def test_what_cannot_be_given_by_hand_is_refused(
    session: Session, fact: str, value: str, source: str
) -> None:
    town = plant(session, codes=("P1",))

    with pytest.raises(Invalid):
        give_fact(
            session, SUPERVISOR, town.projects["P1"].id or 0, AUGUST, fact, Decimal(value),
            source=source, today=TODAY,
        )  # fmt: skip


def test_kept_facts_that_were_tampered_with_are_named(session: Session) -> None:
    town = plant(session)
    report(session, town, "P1", 8, "64")
    refresh_facts(session, None, today=TODAY)
    fresh = facts_differences(session, today=TODAY)
    row = row_of(session, town.projects["P2"].id or 0)
    row.planned_pct = Decimal(1)
    session.add(row)
    session.flush()

    (told,) = facts_differences(session, today=TODAY)

    assert fresh == []
    assert "planned_pct" in told


def test_facts_of_one_project_kept_by_several_at_once_do_not_clash(engine: Engine) -> None:
    with Session(engine, autoflush=False) as session:
        plant(session)
        session.commit()

    def keep(_number: int) -> int:
        with Session(engine, autoflush=False) as own:
            own.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            written = refresh_facts(own, None, today=TODAY)
            own.commit()
            return written

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(keep, range(8)))

    with Session(engine, autoflush=False) as session:
        assert written == [3 * 12] * 8
        assert facts_differences(session, today=TODAY) == []
