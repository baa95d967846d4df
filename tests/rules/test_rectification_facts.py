from __future__ import annotations

from datetime import date, timedelta

import pytest

from dashboard.rules.month import RECTIFIED, month_facts, rectification_facts
from dashboard.rules.progress import Problem, Subject
from models.rectification import RectificationKind

ISSUED, DUE = date(2026, 7, 1), date(2026, 7, 15)
OPEN, PROPOSED, FIXED = (
    RectificationKind.OPEN,
    RectificationKind.PROPOSED,
    RectificationKind.FIXED,
)


def problem(
    *moves: tuple[date, RectificationKind],
    since: date = ISSUED,
    dues: tuple[tuple[date, date], ...] = ((ISSUED, DUE),),
) -> Problem:
    return Problem(since, dues, ((ISSUED, OPEN), *moves))


def facts(day: date, *problems: Problem) -> tuple[int | None, int | None, int | None]:
    found = rectification_facts(Subject(1, 1, 1, problems=problems), day)
    due, still_open, closed = (found[name] for name in RECTIFIED)
    return due, still_open, closed


@pytest.mark.feature("X13")
def test_a_project_that_never_had_a_rectification_has_no_such_fact() -> None:
    assert facts(DUE) == (None, None, None)


@pytest.mark.feature("X13")
def test_the_earliest_deadline_of_what_is_open_counts() -> None:
    later = problem(dues=((ISSUED, DUE + timedelta(days=5)),))

    assert facts(DUE, later, problem()) == (DUE.toordinal(), 2, 0)


@pytest.mark.feature("K7")
def test_no_deadline_runs_while_the_office_verifies_and_it_runs_again_when_returned() -> None:
    proposed_on, returned_on = date(2026, 7, 10), date(2026, 7, 12)
    one = problem((proposed_on, PROPOSED), (returned_on, OPEN))

    assert facts(proposed_on, one) == (None, 1, 0)
    assert facts(returned_on, one) == (DUE.toordinal(), 1, 0)


def test_a_day_knows_only_the_states_and_deadlines_of_its_time() -> None:
    extended_on, cleared_on = date(2026, 7, 14), date(2026, 8, 3)
    new_due = date(2026, 7, 31)
    one = problem((cleared_on, FIXED), dues=((ISSUED, DUE), (extended_on, new_due)))

    assert facts(extended_on - timedelta(days=1), one) == (DUE.toordinal(), 1, 0)
    assert facts(extended_on, one) == (new_due.toordinal(), 1, 0)
    assert facts(cleared_on, one) == (None, 0, 1)


@pytest.mark.feature("X15")
def test_a_sealed_one_counts_from_the_day_its_set_was_released() -> None:
    released_on = date(2026, 7, 20)
    one = problem(since=released_on)

    assert facts(released_on - timedelta(days=1), one) == (None, None, None)
    assert facts(released_on, one) == (DUE.toordinal(), 1, 0)


def test_a_month_that_ended_keeps_the_rectifications_of_its_last_day() -> None:
    one = problem((date(2026, 8, 2), FIXED))
    subject = Subject(1, 1, 1, problems=(one,))

    (july,) = month_facts(
        subject, [date(2026, 7, 1)], known_on=date(2026, 8, 10), plan_on=date(2026, 7, 31)
    )

    assert july["rectification_due_day"] == DUE.toordinal()
