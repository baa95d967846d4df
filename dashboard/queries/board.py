"""What the board shows beside the lights: its words and colours, what is due, what needs a word."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import case, func, select
from sqlmodel import Session, col

from dashboard.db import Columns, frame, load
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, sees_sql
from dashboard.queries.facts import month_in_view, programme_day
from dashboard.queries.rule import RulesByDay, colours
from models.light import LightKind
from models.programme import Programme
from models.project import LivelihoodProject
from models.report import ExpectedReport, ReportingPeriod

DEFAULT_COLOURS = {
    LightKind.BAD: "#c62828",
    LightKind.WARN: "#f29f05",
    LightKind.GOOD: "#2e7d32",
    LightKind.DONE: "#1565c0",
    LightKind.NOTICE: "#6a5acd",
    LightKind.UNKNOWN: "#b6bac2",
}


def board_month(session: Session, actor: Actor, programme_id: int, today: date) -> date:
    """Give the month the board shows: the newest one whose reports are due by today."""
    programme = load(session, Programme, programme_id)
    return month_in_view(session, programme_id, programme_day(programme, today))


def legend(session: Session, actor: Actor, programme_id: int, today: date) -> pd.DataFrame:
    """Give what this programme's office calls each kind and how it colours it, worst first.

    Columns: kind (LightKind code), word, hex.
    """
    programme = load(session, Programme, programme_id)
    rules = RulesByDay(session, programme).on(programme_day(programme, today))
    named = {
        row.kind: (_(str(row.word)), row.hex)
        for row in colours(session, rules.id or 0).itertuples(index=False)
    }
    rows = [
        (kind.value, *named.get(kind, (_(kind.label), default)))
        for kind, default in DEFAULT_COLOURS.items()
    ]
    return pd.DataFrame(rows, columns=["kind", "word", "hex"])


def due_counts(
    session: Session, actor: Actor, programme_id: int, month: date, today: date
) -> pd.DataFrame:
    """Count what is owed for a month and what was in by a day, in one row.

    Columns: expected (int), received (int), due_on (date or None), next_due_on (date or None).
    """
    owed: Columns = (
        select(
            func.count().label("expected"),
            func.count(case((col(ExpectedReport.received_on) <= today, 1))).label("received"),
            func.min(col(ReportingPeriod.due_on)).label("due_on"),
        )
        .select_from(ExpectedReport)
        .join(ReportingPeriod, col(ReportingPeriod.id) == col(ExpectedReport.period_id))
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(ExpectedReport.project_id))
        .where(col(ReportingPeriod.programme_id) == programme_id)
        .where(col(ReportingPeriod.month) == month)
        .where(sees_sql(actor, action=Action.BOARD_READ))
    )
    following = (
        select(func.min(col(ReportingPeriod.due_on)))
        .where(col(ReportingPeriod.programme_id) == programme_id)
        .where(col(ReportingPeriod.month) > month)
    )
    found = frame(session, owed)
    found["next_due_on"] = [session.connection().scalar(following)]
    return found
