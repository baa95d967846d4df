"""Deadlines on the real calendar of 2024 to 2026: holidays, make-up weekends, unknown years."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import Invalid
from dashboard.rules.deadline import Clock, WorkingCalendar, clock_on, due_day
from models.calendar import DayKind

DATA = Path(__file__).parents[2] / "seed" / "data" / "working_calendar.csv"
with DATA.open(encoding="utf-8", newline="") as file:
    CALENDAR = WorkingCalendar(
        frozenset({2024, 2025, 2026}),
        {date.fromisoformat(row["day"]): row["working"] == "1" for row in csv.DictReader(file)},
    )


@pytest.mark.feature("F9")
@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-09-03", 1, "2026-09-04"),
        ("2026-09-04", 1, "2026-09-07"),  # over a weekend
        ("2026-09-18", 1, "2026-09-20"),  # the Sunday before the National Day is worked
        ("2026-09-24", 1, "2026-09-28"),  # over the Mid-Autumn festival
        ("2026-09-30", 1, "2026-10-08"),  # over the National Day
        ("2026-09-30", 3, "2026-10-10"),  # and the make-up Saturday after it
        ("2026-02-13", 1, "2026-02-14"),  # a Saturday worked before the Spring Festival
        ("2026-02-14", 1, "2026-02-24"),
        ("2025-12-31", 1, "2026-01-04"),  # the make-up Sunday of the New Year
        ("2024-09-30", 5, "2024-10-12"),
        ("2025-01-27", 1, "2025-02-05"),
        ("2026-10-01", 1, "2026-10-08"),  # starts on a day off
    ],
)
def test_working_days_follow_holidays_and_make_up_weekends(start: str, days: int, due: str) -> None:
    found = due_day(date.fromisoformat(start), days, DayKind.WORKING, CALENDAR)

    assert found == date.fromisoformat(due)


@pytest.mark.feature("F9")
def test_calendar_days_count_every_day_after_the_start() -> None:
    assert due_day(date(2026, 9, 30), 7, DayKind.CALENDAR, CALENDAR) == date(2026, 10, 7)
    assert due_day(date(2026, 12, 31), 1, DayKind.CALENDAR, WorkingCalendar()) == date(2027, 1, 1)


@pytest.mark.feature("F9")
def test_working_days_in_a_year_without_data_are_refused_in_words() -> None:
    with pytest.raises(Invalid, match="工作日历没有 2027 年的节假日安排"):
        due_day(date(2026, 12, 31), 1, DayKind.WORKING, CALENDAR)


@pytest.mark.parametrize("kind", list(DayKind))
def test_a_deadline_of_no_day_is_refused(kind: DayKind) -> None:
    with pytest.raises(Invalid, match="至少为 1 天"):
        due_day(date(2026, 9, 3), 0, kind, CALENDAR)


@pytest.mark.feature("F9")
@given(st.dates(date(2024, 1, 1), date(2026, 6, 30)), st.integers(1, 60))
def test_between_start_and_deadline_lie_exactly_so_many_worked_days(start: date, days: int) -> None:
    due = due_day(start, days, DayKind.WORKING, CALENDAR)

    between = [date.fromordinal(each) for each in range(start.toordinal() + 1, due.toordinal() + 1)]
    assert sum(CALENDAR.works(day) for day in between) == days
    assert CALENDAR.works(due)


@pytest.mark.parametrize(
    ("day", "clock"),
    [(6, Clock.RUNNING), (7, Clock.SOON), (10, Clock.SOON), (11, Clock.LATE)],
)
def test_a_deadline_runs_is_near_and_is_passed(day: int, clock: Clock) -> None:
    due = date(2026, 9, 10)

    assert clock_on(date(2026, 9, day), due, 3) is clock
    assert clock_on(date(2026, 9, day), due, 3, ended=True) is Clock.ENDED
