from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import Session, select

from dashboard.commands.light import close_months
from dashboard.commands.project import accept_project
from dashboard.queries.light import board
from dashboard.queries.past import backtest, board_as_of, closed_months, lights_as_of
from dashboard.queries.rule import rules_on
from dashboard.rules.light import Bound
from dashboard.rules.progress import next_month
from models.light import LightKind, LightRecord
from tests.town import (
    LEADER,
    SUPERVISOR,
    TODAY,
    kinds,
    lit,
    live,
    node,
    report,
)

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


@pytest.mark.feature("X27")
@pytest.mark.feature("H10")
def test_the_board_of_any_past_day_equals_the_closing_lights(session: Session) -> None:
    town = live(session)
    node(session, town, "P2", date(2026, 3, 10), date(2026, 4, 2))
    report(session, town, "P2", 4, "32", accepted_on=date(2026, 5, 20), revision=2)
    ends = [next_month(date(2026, month, 1)).replace(day=11) for month in range(1, 13)]
    for day in ends:
        close_months(session, today=day)
    key = lit(session, town, ends[-1])

    for day in ends:
        found = lights_as_of(session, LEADER, key, day)
        kept = {
            (row.project_id, row.month): (row.kind.value, row.dimension)
            for row in session.exec(select(LightRecord))
            if row.written_on <= day
        }
        closed = found[~found["open"].astype(bool)]
        anew = {
            (row["project_id"], row["month"]): (row["kind"], row["dimension"])
            for row in closed.to_dict("records")
        }
        assert anew == kept
        assert len(kept) == 3 * (ends.index(day) + 1)


@pytest.mark.feature("H10")
def test_the_board_of_today_worked_out_anew_is_the_board(session: Session) -> None:
    key = lit(session, live(session))

    anew = board_as_of(session, LEADER, key, TODAY)

    kept = board(session, LEADER, key, AUGUST, TODAY)
    assert anew[["code", "kind", "red_run"]].equals(kept[["code", "kind", "red_run"]])


def test_a_report_accepted_later_is_not_on_the_board_of_the_day_before(session: Session) -> None:
    town = live(session)
    report(session, town, "P2", 7, "56", accepted_on=date(2026, 8, 20))
    key = lit(session, town)

    before, after = (
        kinds(board_as_of(session, LEADER, key, date(2026, 8, day)))["P2"] for day in (19, 20)
    )

    assert (before, after) == ("BAD", "GOOD")


@pytest.mark.feature("H10")
def test_a_takeover_noted_late_repaints_no_past_board(session: Session) -> None:
    town = live(session)
    key, project = lit(session, town), town.projects["P1"]
    days = date(2026, 8, 20), date(2026, 9, 2), TODAY
    before = [kinds(board_as_of(session, LEADER, key, day))["P1"] for day in days]

    accept_project(
        session, SUPERVISOR, project.id or 0, accepted_on=date(2026, 7, 1), today=TODAY,
        version=project.version,
    )  # fmt: skip

    after = [kinds(board_as_of(session, LEADER, key, day))["P1"] for day in days]
    now = kinds(board(session, LEADER, key, AUGUST, TODAY))["P1"]
    assert before == ["GOOD", "GOOD", "GOOD"]
    assert (after, now) == (["GOOD", "GOOD", "DONE"], "DONE")


@pytest.mark.feature("X17")
def test_rules_equal_to_the_present_ones_change_no_light(session: Session) -> None:
    key = lit(session, live(session))
    rules = rules_on(session, "DEFAULT", TODAY)

    assert backtest(session, SUPERVISOR, key, rules).empty
    assert len(closed_months(session, SUPERVISOR, key)) == 7


@pytest.mark.feature("X17")
def test_other_rules_tell_which_lights_would_have_been_others(session: Session) -> None:
    key = lit(session, live(session))
    rules = rules_on(session, "DEFAULT", TODAY)
    strict = replace(
        rules,
        cases=tuple(
            replace(case, bounds=(Bound("shortfall_pp", low=Decimal(10)),))
            if case.kind is LightKind.WARN and case.bounds[0].fact == "shortfall_pp"
            else case
            for case in rules.cases
        ),
        silence_days=None,
    )

    found = backtest(session, SUPERVISOR, key, strict, [date(2026, 3, 1), JULY])

    assert list(
        zip(found["code"], found["month"], found["before"], found["after"], strict=True)
    ) == [
        ("P3", date(2026, 3, 1), "BAD", "UNKNOWN"),
        ("P3", JULY, "BAD", "UNKNOWN"),
    ]
