"""照片: which ones an actor sees, and which copy of each."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, and_, case, exists, false, label, or_, select
from sqlmodel import Session, SQLModel, col

from dashboard.db import Columns, frame, records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow_row, sees_sql
from models.file import StoredFile
from models.observer import SealedSet
from models.photo import Photo
from models.rectification import Rectification
from models.remark import ObserverRemark, RemarkState

PARENTS: dict[str, type[SQLModel]] = {
    "observer_remark": ObserverRemark,
    "rectification": Rectification,
}
"""What has photos: a photo is seen by whoever sees its row."""


def seen_sql(actor: Actor, action: Action | None = None) -> ColumnElement[bool]:
    """Say which photos the actor sees: those of the remarks and rectifications one sees.

    To look at, also those of the remarks that a rectification one sees came of: the unit that must
    put a thing right has to know its place, though it may know nothing else of the project.
    """
    conditions = []
    for table_name, model in PARENTS.items():
        rows = select(model.__table__.c.id).where(sees_sql(actor, model, action))  # type: ignore[attr-defined]
        conditions.append(and_(col(Photo.table_name) == table_name, col(Photo.row_id).in_(rows)))
    if action is None:
        remark = col(Photo.table_name) == "observer_remark"
        conditions.append(and_(remark, col(Photo.row_id).in_(_told_sql(actor))))
    return or_(false(), *conditions)


def _told_sql(actor: Actor) -> Columns:
    """Give the remarks that the rectifications one sees came of; none that is sealed or withdrawn.

    One of the same sealed set as its rectification is known to whoever sees that.
    """
    own, problem = ObserverRemark, Rectification
    known = or_(
        col(SealedSet.id).is_(None),
        col(SealedSet.released_on).is_not(None),
        col(SealedSet.id) == col(problem.sealed_set_id),
    )
    return (
        select(col(own.id))
        .join(problem, col(problem.id) == col(own.rectification_id))
        .outerjoin(SealedSet, col(SealedSet.id) == col(own.sealed_set_id))
        .where(sees_sql(actor, problem), known, col(own.state) != RemarkState.WITHDRAWN)
    )


def _own_copy(actor: Actor) -> ColumnElement[bool]:
    """Say whether the actor gets the shown copy: it is not blacked out, or the actor is office."""
    return col(Photo.published_file_id).is_(None) | seen_sql(actor, Action.PHOTO_REDACT)


def of_photo_sql() -> ColumnElement[bool]:
    """Say which stored files are originals or copies of photos."""
    columns = (
        Photo.original_file_id, Photo.shown_file_id, Photo.thumb_file_id,
        Photo.published_file_id, Photo.published_thumb_id,
    )  # fmt: skip
    found = [exists().where(col(column) == col(StoredFile.id)) for column in columns]
    return or_(false(), *found)


def photo_file_sql(actor: Actor) -> ColumnElement[bool]:
    """Say which stored files are copies of photos that the actor may have; never an original."""
    shown = (Photo.shown_file_id, Photo.thumb_file_id)
    published = (Photo.published_file_id, Photo.published_thumb_id)
    conditions = [
        *(exists().where(col(each) == col(StoredFile.id), _own_copy(actor)) for each in shown),
        *(exists().where(col(each) == col(StoredFile.id)) for each in published),
    ]
    return or_(false(), *(each.where(seen_sql(actor)) for each in conditions))


def photos_of(
    session: Session, actor: Actor, table_name: str, row_ids: Collection[int]
) -> pd.DataFrame:
    """List the photos of rows of one table that the actor sees, oldest first.

    Columns: photo_id, row_id, phase (PhotoPhase code), before_id, shown_file_id and thumb_file_id
    (the copies this actor may have), width, height, taken_at, distance_m, caption, redacted (bool),
    version.
    """
    of_rows = (col(Photo.table_name) == table_name, col(Photo.row_id).in_(row_ids))
    return frame(session, _photos(actor).where(*of_rows))


def photos_of_rectification(session: Session, actor: Actor, rectification_id: int) -> pd.DataFrame:
    """List the photos of an item that the actor sees, before them those of the remarks it came of.

    Columns as of `photos_of`.
    """
    told = select(col(ObserverRemark.id)).where(
        col(ObserverRemark.rectification_id) == rectification_id
    )
    where = or_(
        and_(col(Photo.table_name) == "observer_remark", col(Photo.row_id).in_(told)),
        and_(col(Photo.table_name) == "rectification", col(Photo.row_id) == rectification_id),
    )
    statement = _photos(actor).where(where).order_by(None)
    return frame(session, statement.order_by(col(Photo.table_name), col(Photo.id)))


def photo_pair(session: Session, actor: Actor, photo_id: int) -> pd.DataFrame:
    """List a photo of before and those of after that were taken for it, by any one of them.

    Columns as of `photos_of`.

    Raises:
        Missing: there is none, or the actor does not see it; the two are not told apart.
    """
    first = photo_by_id(session, actor, photo_id)["before_id"] or photo_id
    pair = or_(col(Photo.id) == first, col(Photo.before_id) == first)
    statement = _photos(actor).where(pair).order_by(None)
    after = col(Photo.before_id).is_not(None)
    return frame(session, statement.order_by(after, col(Photo.id)))


def photo_by_id(session: Session, actor: Actor, photo_id: int) -> dict[str, Any]:
    """Give one photo by the columns of `photos_of`, with its table_name.

    Raises:
        Missing: there is none, or the actor does not see it; the two are not told apart.
    """
    found = records(frame(session, _photos(actor).where(col(Photo.id) == photo_id)))
    allow_row(found[0] if found else None, _("该照片"))
    return found[0]


def _photos(actor: Actor) -> Columns:
    own = _own_copy(actor)
    shown, thumb = col(Photo.shown_file_id), col(Photo.thumb_file_id)
    return (
        select(
            label("photo_id", col(Photo.id)),
            label("table_name", col(Photo.table_name)),
            label("row_id", col(Photo.row_id)),
            label("phase", col(Photo.phase)),
            label("before_id", col(Photo.before_id)),
            label("shown_file_id", case((own, shown), else_=col(Photo.published_file_id))),
            label("thumb_file_id", case((own, thumb), else_=col(Photo.published_thumb_id))),
            label("width", col(Photo.width)),
            label("height", col(Photo.height)),
            label("taken_at", col(Photo.taken_at)),
            label("distance_m", col(Photo.distance_m)),
            label("caption", col(Photo.caption)),
            label("redacted", col(Photo.published_file_id).is_not(None)),
            label("version", col(Photo.version)),
        )
        .where(seen_sql(actor))
        .order_by(col(Photo.id))
    )
