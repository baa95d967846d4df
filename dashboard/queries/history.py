"""变更历史: what was done to a project and its rows, from the audit log."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import or_, select
from sqlmodel import Session, col

from dashboard.db import Columns, frame
from dashboard.permissions import Action, Actor, sees_sql
from models.audit import AuditEntry
from models.instruction import Instruction
from models.milestone import Adjustment, Milestone
from models.project import LivelihoodProject
from models.report import ProgressReport


def history(session: Session, actor: Actor, project_id: int, *, most: int = 60) -> pd.DataFrame:
    """List what was done to a project and its reports, newest first, from the audit log.

    Columns: at (UTC), who, event, table_name, changes (JSON), comment, batch.
    """
    own: list[tuple[str, str]] = [("livelihood_project", str(project_id))]
    for model in (ProgressReport, Adjustment, Instruction, Milestone):
        keys = select(col(model.id)).where(
            col(model.project_id) == project_id, sees_sql(actor, model, Action.REPORT_READ)
        )
        own += [(model.__tablename__, str(row[0])) for row in session.connection().execute(keys)]
    visible = frame(session, select(col(LivelihoodProject.id)).where(
        col(LivelihoodProject.id) == project_id, sees_sql(actor, action=Action.REPORT_READ)
    ))  # fmt: skip
    tables: dict[str, list[str]] = {}
    for table, key in own if len(visible) else []:
        tables.setdefault(table, []).append(key)
    conditions = [
        (col(AuditEntry.table_name) == table) & col(AuditEntry.row_key).in_(keys)
        for table, keys in tables.items()
    ]
    statement: Columns = (
        select(
            col(AuditEntry.at),
            col(AuditEntry.account_name).label("who"),
            col(AuditEntry.event),
            col(AuditEntry.table_name),
            col(AuditEntry.changes),
            col(AuditEntry.comment),
            col(AuditEntry.batch),
        )
        .where(or_(*conditions) if conditions else col(AuditEntry.id) < 0)
        .where(col(AuditEntry.success))
        .order_by(col(AuditEntry.id).desc())
        .limit(most)
    )
    return frame(session, statement)
