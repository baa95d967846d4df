"""批示: leaders' words and the units' answers."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.db import Columns, frame
from dashboard.permissions import Action, Actor, sees_sql
from models.account import Account
from models.agency import Agency
from models.instruction import Instruction
from models.project import LivelihoodProject


def instructions(
    session: Session, actor: Actor, project_id: int | None = None, *, unanswered: bool = False
) -> pd.DataFrame:
    """List leaders' instructions, newest first; of one project, or all that the actor sees.

    Columns: instruction_id (int), project_id, code, project, agency, leader, given_on, words,
    due_on, answer, answered_on, given_by_id.
    """
    leader = aliased(Account)
    statement: Columns = (
        select(
            col(Instruction.id).label("instruction_id"),
            col(Instruction.project_id),
            col(LivelihoodProject.code),
            col(LivelihoodProject.name).label("project"),
            col(Agency.name).label("agency"),
            leader.display_name.label("leader"),  # type: ignore[attr-defined]
            col(Instruction.given_on),
            col(Instruction.words),
            col(Instruction.due_on),
            col(Instruction.answer),
            col(Instruction.answered_on),
            col(Instruction.given_by_id),
        )
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(Instruction.project_id))
        .outerjoin(Agency, col(Agency.id) == col(LivelihoodProject.lead_agency_id))
        .join(leader, leader.id == col(Instruction.given_by_id))  # type: ignore[arg-type]
        .where(sees_sql(actor, LivelihoodProject, Action.REPORT_READ))
        .order_by(col(Instruction.id).desc())
    )
    if project_id is not None:
        statement = statement.where(col(Instruction.project_id) == project_id)
    if unanswered:
        statement = statement.where(col(Instruction.answered_at).is_(None))
    return frame(session, statement)
