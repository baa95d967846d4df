"""The office's working rules as rows: calendar, day limits, thresholds, states and moves (整改)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlmodel import Session, SQLModel, select

from models.calendar import CalendarDay, CalendarYear, DayKind, DayLimit, Threshold
from models.rectification import RectificationKind, RectificationMove, RectificationState
from models.template import ReplyTemplate
from seed.rows import records, save, split


def add_office_rows(session: Session) -> int:
    """Add what is not there yet and give how many rows; what the office changed stays its own."""
    calendar = _calendar(session)
    states = save(session, _states(session))
    others = save(
        session, [*_limits(session), *_thresholds(session), *_moves(session), *_replies(session)]
    )
    return len(calendar) + len(states) + len(others)


def _calendar(session: Session) -> list[SQLModel]:
    """Add whole years only: a year the office entered keeps its own days."""
    there = set(session.exec(select(CalendarYear.year)))
    rows = [row for row in records("calendar_years") if int(row["year"]) not in there]
    wanted = {row["year"] for row in rows}
    days = [
        CalendarDay(
            day=date.fromisoformat(row["day"]), working=row["working"] == "1", name=row["name"]
        )
        for row in records("working_calendar")
        if row["day"][:4] in wanted
    ]
    years = [CalendarYear(year=int(row["year"]), source=row["source"]) for row in rows]
    return save(session, [*years, *days])


def _limits(session: Session) -> list[SQLModel]:
    there = set(session.exec(select(DayLimit.code)))
    return [
        DayLimit(
            code=row["code"],
            name=row["name"],
            since=date.fromisoformat(row["since"]),
            days=int(row["days"]),
            day_kind=DayKind[row["day_kind"]],
        )
        for row in records("day_limits")
        if row["code"] not in there
    ]


def _thresholds(session: Session) -> list[SQLModel]:
    there = set(session.exec(select(Threshold.code)))
    return [
        Threshold(
            code=row["code"],
            name=row["name"],
            since=date.fromisoformat(row["since"]),
            value=Decimal(row["value"]),
            unit_of_measure=row["unit_of_measure"],
        )
        for row in records("thresholds")
        if row["code"] not in there
    ]


def _replies(session: Session) -> list[SQLModel]:
    """Add the words answers start from where there are none: an office may have deleted some."""
    if session.exec(select(ReplyTemplate)).first() is not None:
        return []
    return [
        ReplyTemplate(name=row["name"], words=row["words"]) for row in records("reply_templates")
    ]


def _states(session: Session) -> list[SQLModel]:
    there = set(session.exec(select(RectificationState.code)))
    return [
        RectificationState(
            code=row["code"],
            name=row["name"],
            kind=RectificationKind[row["kind"]],
            position=position,
        )
        for position, row in enumerate(records("rectification_states"), 1)
        if row["code"] not in there
    ]


def _moves(session: Session) -> list[SQLModel]:
    """Add the moves of a code none of whose rows is there: an office may have taken some away."""
    there = set(session.exec(select(RectificationMove.code)))
    return [
        RectificationMove(
            code=row["code"],
            name=row["name"],
            from_state=state,
            to_state=row["to"],
            action=row["action"],
            needs_reason="reason" in split(row["needs"]),
            needs_evidence="evidence" in split(row["needs"]),
            needs_after_photo="photo" in split(row["needs"]),
            needs_second_person="second" in split(row["needs"]),
            position=position,
        )
        for position, row in enumerate(records("rectification_moves"), 1)
        if row["code"] not in there
        for state in split(row["from"])
    ]
