"""What the rows of states and moves say and what evidence an item has, for commands and pages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.permissions import Actor
from models.agency import Agency
from models.file import Attachment
from models.photo import Photo, PhotoPhase
from models.rectification import (
    Extension,
    ExtensionState,
    Rectification,
    RectificationEvent,
    RectificationKind,
    RectificationMove,
    RectificationState,
)

TABLE = "rectification"
ROUNDS = ("reopen", "reassign")
"""Events that begin a new round, which needs evidence of its own."""


def kind_of(session: Session, state: str) -> RectificationKind:
    """Give what a state means, however an office calls it."""
    statement = select(col(RectificationState.kind)).where(col(RectificationState.code) == state)
    found: RectificationKind = session.connection().execute(statement).scalar_one()
    return found


def moves_from(session: Session, state: str) -> list[RectificationMove]:
    """Give the moves that lead out of a state, in their order."""
    return list(
        session.exec(
            rows_of(RectificationMove)
            .where(RectificationMove.from_state == state)
            .order_by(col(RectificationMove.position), col(RectificationMove.id))
        )
    )


def of_handling_unit(session: Session, row: Rectification, actor: Actor) -> bool:
    """Say whether the actor belongs to the unit that must rectify, or acts for it."""
    path = session.get_one(Agency, row.agency_id).path
    own = session.get(Agency, actor.agency_id) if actor.agency_id is not None else None
    if own is not None and (path.startswith(own.path) or own.path.startswith(path)):
        return True
    return any(grant.agency_path and path.startswith(grant.agency_path) for grant in actor.grants)


def is_second(session: Session, row: Rectification, actor: Actor) -> bool:
    """Say whether the actor may check this item: did not propose it, is not of its unit (X12)."""
    return row.proposed_by_id != actor.account_id and not of_handling_unit(session, row, actor)


def has_document(session: Session, row: Rectification) -> bool:
    """Say whether a document of this round is attached."""
    statement = select(func.count()).where(
        col(Attachment.table_name) == TABLE,
        col(Attachment.row_id) == row.id,
        col(Attachment.created_at) >= _round_began(session, row),
    )
    return bool(session.connection().scalar(statement))


def has_after_photo(session: Session, row: Rectification) -> bool:
    """Say whether a photo of this round, taken afterwards, is paired with one from before."""
    statement = select(func.count()).where(
        col(Photo.table_name) == TABLE,
        col(Photo.row_id) == row.id,
        col(Photo.phase) == PhotoPhase.AFTER,
        col(Photo.before_id).is_not(None),
        col(Photo.created_at) >= _round_began(session, row),
    )
    return bool(session.connection().scalar(statement))


def _round_began(session: Session, row: Rectification) -> datetime:
    statement = select(func.max(col(RectificationEvent.happened_at))).where(
        col(RectificationEvent.rectification_id) == row.id,
        col(RectificationEvent.event).in_(ROUNDS),
    )
    began: datetime | None = session.connection().scalar(statement)
    return began or row.created_at


def asked_extension(session: Session, row: Rectification) -> Extension | None:
    """Give the extension of this item that waits for a decision, if one does."""
    return session.exec(
        rows_of(Extension)
        .where(Extension.rectification_id == row.id)
        .where(Extension.state == ExtensionState.ASKED)
    ).first()
