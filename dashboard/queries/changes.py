"""What changed on the board since last month (H8)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlmodel import Session, col

from dashboard.permissions import Actor
from dashboard.queries.light import board, lights_by_month
from dashboard.rules.light import RANKS
from dashboard.rules.progress import month_end, previous_month
from models.fact import ProjectMonth
from models.light import LightKind
from models.milestone import Adjustment, AdjustmentState
from models.report import ReportingPeriod

CHANGES = ("newly_bad", "newly_silent", "re_dated", "recovered")
"""What may have happened, the most pressing first."""


def changes_since(
    session: Session, actor: Actor, programme_id: int, month: date, today: date
) -> pd.DataFrame:
    """List what happened to the projects the actor sees since last month, the worst first.

    Newly bad: bad now and not so when last month ended. Recovered: bad or warned then, good or done
    now. Newly silent: last month reported, this month's report owed
    and its due day past. Re-dated: a move approved
    since last month's last day. One project may have several rows.
    Columns: project_id, code, name, lead_agency, change (one of `CHANGES`), before (LightKind code
    or None: no light last month), after (LightKind code).
    """
    now = board(session, actor, programme_id, month, today)
    last = previous_month(month)
    matrix = lights_by_month(session, actor, programme_id, last, today)
    then = matrix[matrix["month"] == last]
    before = dict(zip(then["project_id"], then["kind"], strict=True))
    upto = min([today, *now["as_of"]])
    moved = _moved(session, list(now["project_id"]), month_end(last), upto)
    spoke = (
        _reported(session, programme_id, last)
        if _due(session, programme_id, month, today)
        else set()
    )
    rows = [
        (row["project_id"], row["code"], row["name"], row["lead_agency"], change, was, row["kind"])
        for row in now.to_dict("records")
        for was in [before.get(row["project_id"])]
        for change in CHANGES
        if _happened(change, row, was, moved, spoke)
    ]
    rows.sort(key=lambda row: (CHANGES.index(row[4]), row[1]))
    names = ["project_id", "code", "name", "lead_agency", "change", "before", "after"]
    return pd.DataFrame(rows, columns=names, dtype=object)


def _happened(
    change: str, row: dict[Any, Any], was: str | None, moved: set[int], spoke: set[int]
) -> bool:
    key, kind = row["project_id"], row["kind"]
    if change == "newly_bad":
        return kind == LightKind.BAD and was != LightKind.BAD
    if change == "recovered":
        worse = was in (LightKind.BAD, LightKind.WARN)
        return worse and RANKS[LightKind.of(kind)] <= RANKS[LightKind.NOTICE]
    if change == "re_dated":
        return key in moved
    return bool(key in spoke and row["expected"] and not row["reported"])


def _due(session: Session, programme_id: int, month: date, today: date) -> bool:
    """Say whether the month's due day is past: on the day itself nobody is silent yet."""
    statement = select(col(ReportingPeriod.due_on)).where(
        col(ReportingPeriod.programme_id) == programme_id, col(ReportingPeriod.month) == month
    )
    due_on = session.connection().scalar(statement)
    return due_on is None or today > due_on


def _moved(session: Session, ids: list[int], after: date, today: date) -> set[int]:
    statement = select(col(Adjustment.project_id)).where(
        col(Adjustment.project_id).in_(ids),
        col(Adjustment.state) == AdjustmentState.APPROVED,
        col(Adjustment.decided_on) > after,
        col(Adjustment.decided_on) <= today,
    )
    return set(session.connection().scalars(statement))


def _reported(session: Session, programme_id: int, month: date) -> set[int]:
    statement = select(col(ProjectMonth.project_id)).where(
        col(ProjectMonth.programme_id) == programme_id,
        col(ProjectMonth.month) == month,
        col(ProjectMonth.reported) == 1,
    )
    return set(session.connection().scalars(statement))
