"""期限: which day a number of days leads to, in calendar or working days, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from dashboard.errors import Invalid
from dashboard.i18n import _
from models.base import Code
from models.calendar import DayKind

_SATURDAY = 5


@dataclass(frozen=True)
class WorkingCalendar:
    """工作日历: the years an office knows, and in them the days that are not as their weekday is.

    `exceptions` holds whether such a day is worked: a holiday is not, a make-up weekend is (调休).
    """

    years: frozenset[int] = frozenset()
    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        """Say whether a day is worked.

        Raises:
            Invalid: the days off of its year are not known.
        """
        if day.year not in self.years:
            raise Invalid(
                _(
                    "工作日历没有 {year} 年的节假日安排，请先录入该年日历，或按自然日设期限。"
                ).format(year=day.year)
            )
        return self.exceptions.get(day, day.weekday() < _SATURDAY)


def due_day(start: date, days: int, kind: DayKind, calendar: WorkingCalendar) -> date:
    """Give the day a number of days after the start leads to; the start itself is not counted.

    Raises:
        Invalid: there is no day to count, or the way leads through a year without a calendar.
    """
    if days < 1:
        raise Invalid(_("期限至少为 1 天。"))
    if kind is DayKind.CALENDAR:
        return start + timedelta(days=days)
    day = start
    while days:
        day += timedelta(days=1)
        days -= calendar.works(day)
    return day


class Clock(Code):
    """期限状态: how an item stands to its deadline on a day."""

    ENDED = "ENDED", "已办结"
    LATE = "LATE", "已超期"
    SOON = "SOON", "临近期限"
    RUNNING = "RUNNING", "期限内"


def clock_on(day: date, due_on: date, soon_days: int, *, ended: bool = False) -> Clock:
    """Say how a deadline stands on a day: late from the day after it, soon so many days before."""
    if ended:
        return Clock.ENDED
    left = (due_on - day).days
    if left < 0:
        return Clock.LATE
    return Clock.SOON if left <= soon_days else Clock.RUNNING
