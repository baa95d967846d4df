"""工作日历、期限与阈值: the rows an office keeps, as the rules take them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypeVar

import pandas as pd
from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.db import frame
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import Actor, sees_sql
from dashboard.rules.deadline import WorkingCalendar, due_day
from models.calendar import CalendarDay, CalendarYear, DayLimit, Threshold

T = TypeVar("T", DayLimit, Threshold)


def working_calendar(session: Session) -> WorkingCalendar:
    """Give the working calendar of all years the office knows."""
    years = session.connection().scalars(select(col(CalendarYear.year)))
    days = session.connection().execute(select(col(CalendarDay.day), col(CalendarDay.working)))
    return WorkingCalendar(frozenset(years), {row.day: row.working for row in days})


def day_limit(session: Session, code: str, on: date) -> DayLimit:
    """Give how many days a step may take, as it holds on a day. Raises `Invalid` without one."""
    return _holding(session, DayLimit, code, on)


def threshold(session: Session, code: str, on: date) -> Decimal:
    """Give a number the office set, as it holds on a day. Raises `Invalid` without one."""
    return _holding(session, Threshold, code, on).value


def known_threshold(session: Session, code: str, on: date) -> Decimal | None:
    """Give a number the office set, as it holds on a day; None where it set none."""
    found = _newest(session, Threshold, code, on)
    return found.value if found else None


def _newest(session: Session, model: type[T], code: str, on: date) -> T | None:
    return session.exec(
        rows_of(model)
        .where(col(model.code) == code)
        .where(col(model.since) <= on)
        .order_by(col(model.since).desc())
        .limit(1)
    ).first()


def _holding(session: Session, model: type[T], code: str, on: date) -> T:
    found = _newest(session, model, code, on)
    if found is None:
        raise Invalid(
            _("没有设置“{code}”在 {day} 的期限或阈值，请先在后台录入。").format(
                code=code, day=on.isoformat()
            )
        )
    return found


def due_by_limit(session: Session, code: str, start: date) -> date:
    """Give the day on which a step that starts on a day is due by the office's own limit."""
    limit = day_limit(session, code, start)
    return due_day(start, limit.days, limit.day_kind, working_calendar(session))


def calendar_days(session: Session, actor: Actor, year: int) -> pd.DataFrame:
    """List the days of a year that are not as their weekday is, by day.

    Columns: day (date), working (bool), name. No row and no year known: see `calendar_years`.
    """
    statement = (
        select(col(CalendarDay.day), col(CalendarDay.working), col(CalendarDay.name))
        .where(sees_sql(actor, CalendarDay))
        .where(col(CalendarDay.day).between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(col(CalendarDay.day))
    )
    return frame(session, statement)


def calendar_years(session: Session, actor: Actor) -> pd.DataFrame:
    """List the years whose days off are known, newest first. Columns: year (int), source."""
    statement = (
        select(col(CalendarYear.year), col(CalendarYear.source))
        .where(sees_sql(actor, CalendarYear))
        .order_by(col(CalendarYear.year).desc())
    )
    return frame(session, statement)
