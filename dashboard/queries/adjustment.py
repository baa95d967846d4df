"""调整: what was asked to move, and what became of it."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.db import Columns, frame
from dashboard.permissions import Actor, sees_sql
from models.account import Account
from models.milestone import Adjustment
from models.project import LivelihoodProject


def adjustments(
    session: Session, actor: Actor, project_id: int | None = None, *, proposed: bool = False
) -> pd.DataFrame:
    """List changes of plans, newest first; of one project, or all that the actor sees.

    Columns: adjustment_id (int), project_id, code, project, number, field, old, new, reason,
    state, proposed_on, proposer, proposed_by_id, decided_on, answer, version.
    """
    proposer = aliased(Account)
    statement: Columns = (
        select(
            col(Adjustment.id).label("adjustment_id"),
            col(Adjustment.project_id),
            col(LivelihoodProject.code),
            col(LivelihoodProject.name).label("project"),
            col(Adjustment.number),
            col(Adjustment.field),
            col(Adjustment.old),
            col(Adjustment.new),
            col(Adjustment.reason),
            col(Adjustment.state),
            col(Adjustment.proposed_on),
            proposer.display_name.label("proposer"),  # type: ignore[attr-defined]
            col(Adjustment.proposed_by_id),
            col(Adjustment.decided_on),
            col(Adjustment.answer),
            col(Adjustment.version),
        )
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(Adjustment.project_id))
        .outerjoin(proposer, proposer.id == col(Adjustment.proposed_by_id))  # type: ignore[arg-type]
        .where(sees_sql(actor))
        .order_by(col(Adjustment.id).desc())
    )
    if project_id is not None:
        statement = statement.where(col(Adjustment.project_id) == project_id)
    if proposed:
        statement = statement.where(col(Adjustment.state) == "PROPOSED")
    return frame(session, statement)
