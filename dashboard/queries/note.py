"""内部备注: read on the page by who may read the office's notes, and nowhere else."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from dashboard.db import Columns, frame, load
from dashboard.permissions import Action, Actor, RowScope, sees_sql
from dashboard.queries.remark import sight_of
from dashboard.queries.scope import rectification_scope
from models.account import Account
from models.note import InternalNote
from models.rectification import Rectification
from models.remark import ObserverRemark

NOTED: dict[str, type[SQLModel]] = {
    "observer_remark": ObserverRemark,
    "rectification": Rectification,
}
"""What notes can stand at."""


def notes(session: Session, actor: Actor, table_name: str, row_id: int) -> pd.DataFrame:
    """List the notes at a remark or a rectification, oldest first.

    Columns: words, noted_by, noted_on.
    """
    model = NOTED[table_name]
    key = model.__table__.c.id  # type: ignore[attr-defined]
    seen = select(key).where(sees_sql(actor, model, Action.NOTE_READ))
    statement: Columns = (
        select(
            col(InternalNote.words),
            col(Account.display_name).label("noted_by"),
            col(InternalNote.noted_on),
        )
        .join(Account, col(Account.id) == col(InternalNote.noted_by_id))
        .where(
            col(InternalNote.table_name) == table_name,
            col(InternalNote.row_id) == row_id,
            col(InternalNote.row_id).in_(seen),
        )
        .order_by(col(InternalNote.id))
    )
    return frame(session, statement)


def sight_at(session: Session, table_name: str, row_id: int, actor: Actor) -> RowScope:
    """Give what decides who sees the row a note is to stand at."""
    row = load(session, NOTED[table_name], row_id)
    if isinstance(row, ObserverRemark):
        return sight_of(session, row, actor)
    assert isinstance(row, Rectification)
    return rectification_scope(session, row)
