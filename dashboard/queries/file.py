"""Who may have a stored file."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, or_, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow_row, sees_sql
from dashboard.queries.observer import letter_file_sql, of_letter_sql
from dashboard.queries.photo import of_photo_sql, photo_file_sql
from models.agency import Agency
from models.file import Attachment, StoredFile
from models.rectification import Rectification
from models.region import Region


def may_have_sql(actor: Actor) -> ColumnElement[bool]:
    """Say which stored files the actor may have.

    One's own; the evidence of projects whose reports one reads; the monthly sheets of units below
    a unit or a region that a grant covers for reading reports. A photo's files follow the remark or
    rectification alone, whoever sent them: the copy meant for the actor, never the original. The
    scan of a letter follows the appointment.
    """
    own = col(StoredFile.account_id) == actor.account_id
    reads = sees_sql(actor, StoredFile, Action.REPORT_READ)
    of_project = col(StoredFile.project_id).is_not(None) & reads
    of_agency = col(StoredFile.project_id).is_(None) & _agencies(actor)
    others = or_(own, of_project, of_agency) & ~of_photo_sql() & ~of_letter_sql()
    letters = letter_file_sql(actor)
    return or_(others, photo_file_sql(actor), _of_rectification(actor), letters)


def _of_rectification(actor: Actor) -> ColumnElement[bool]:
    """Say which files are documents of rectifications the actor sees: nothing else opens them."""
    rows = select(col(Rectification.id)).where(sees_sql(actor, Rectification))
    documents = select(col(Attachment.file_id)).where(
        col(Attachment.table_name) == "rectification", col(Attachment.row_id).in_(rows)
    )
    return col(StoredFile.id).in_(documents)


def _agencies(actor: Actor) -> ColumnElement[bool]:
    conditions: list[Any] = []
    for grant in actor.granting(Action.REPORT_READ):
        bodies = select(col(Agency.id))
        if grant.region_path:
            places = select(col(Region.id)).where(col(Region.path).startswith(grant.region_path))
            bodies = bodies.where(col(Agency.region_id).in_(places))
        elif grant.agency_path:
            bodies = bodies.where(col(Agency.path).startswith(grant.agency_path))
        else:
            continue
        conditions.append(col(StoredFile.agency_id).in_(bodies))
    return or_(*conditions) if conditions else false()


def readable_files(session: Session, actor: Actor) -> set[int]:
    """Give the ids of the stored files the actor may have, so that no link leads nowhere."""
    statement = select(col(StoredFile.id)).where(may_have_sql(actor))
    return {key for key in session.connection().scalars(statement) if key is not None}


def file_for(session: Session, actor: Actor, file_id: int) -> StoredFile:
    """Give the stored file, if the actor may have it.

    Raises:
        Missing: there is none, or it is outside the actor's scope; the two are not told apart.
    """
    statement = rows_of(StoredFile).where(StoredFile.id == file_id, may_have_sql(actor))
    found = session.exec(statement).first()
    allow_row(found, _("该文件"))
    assert found is not None
    return found


def kept_digests(session: Session) -> set[str]:
    """Give the SHA-256 of every file that a row names."""
    return set(session.connection().scalars(select(col(StoredFile.sha256))))
