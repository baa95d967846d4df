"""The rows every deployment needs are added once, and an office's own changes stay."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session, select

from dashboard import audit
from dashboard.errors import Invalid
from dashboard.permissions import Action
from dashboard.queries.calendar import due_by_limit, threshold, working_calendar
from models.calendar import CalendarDay, CalendarYear
from models.light import LightCase, LightRuleSet
from models.rectification import RectificationKind, RectificationMove, RectificationState
from seed.reference import add_reference


def test_a_new_office_has_the_default_rules_and_the_published_ones(session: Session) -> None:
    there = add_reference(session)

    codes = set(session.exec(select(LightRuleSet.code)))
    assert {"DEFAULT", "R21", "R24"} <= codes
    assert there == len(codes)


def test_adding_them_again_changes_nothing_that_the_office_changed(session: Session) -> None:
    add_reference(session)
    default = session.exec(select(LightRuleSet).where(LightRuleSet.code == "DEFAULT")).one()
    default.silence_days = 20
    session.flush()
    cases = len(session.exec(select(LightCase)).all())

    add_reference(session)

    assert default.silence_days == 20
    assert len(session.exec(select(LightCase)).all()) == cases


@pytest.mark.feature("F9", "K1")
def test_a_new_office_has_its_calendar_limits_states_and_moves(session: Session) -> None:
    add_reference(session)

    states = {row.code: row.kind for row in session.exec(select(RectificationState))}
    moves = session.exec(select(RectificationMove)).all()
    assert set(states.values()) == set(RectificationKind)
    assert {move.from_state for move in moves} | {move.to_state for move in moves} == set(states)
    assert {move.action for move in moves} <= {action.value for action in Action}
    assert working_calendar(session).years == {2024, 2025, 2026}
    assert due_by_limit(session, "RECTIFY", date(2026, 9, 3)) == date(2026, 9, 18)
    assert threshold(session, "REMIND_BEFORE", date(2026, 9, 3)) == 3


def test_a_year_the_office_entered_itself_stays_its_own(session: Session) -> None:
    session.add(CalendarYear(year=2026, source="本市"))
    session.flush()

    add_reference(session)

    days = [row.day for row in session.exec(select(CalendarDay))]
    assert not [day for day in days if day.year == 2026]
    assert working_calendar(session).works(date(2026, 10, 1))


def test_only_what_was_added_is_logged(session: Session) -> None:
    add_reference(session)
    before = audit.version(session)

    add_reference(session)

    assert audit.version(session) == before


def test_a_limit_nobody_set_is_refused_in_words(session: Session) -> None:
    with pytest.raises(Invalid, match=r"没有设置“RECTIFY”在 2026-09-03"):
        due_by_limit(session, "RECTIFY", date(2026, 9, 3))
