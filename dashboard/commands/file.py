"""Keeping what people send."""

from __future__ import annotations

from sqlmodel import Session

from dashboard import files
from dashboard.audit import record
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.settings import settings
from models.file import StoredFile


def store_file(
    session: Session,
    actor: Actor | None,
    *,
    name: str,
    data: bytes,
    media_type: str,
    project_id: int | None = None,
    agency_id: int | None = None,
) -> StoredFile:
    """Keep a file for a command that has allowed it, and give its row.

    The content is on disk before the row is committed; if the transaction fails, the nightly sweep
    takes the content away.

    Raises:
        Invalid: the file is empty or larger than one upload may be.
        Unavailable: the disk is full.
    """
    limit = settings().max_upload_mb
    if not data:
        raise Invalid(_("文件是空的。"))
    if len(data) > limit * 2**20:
        raise Invalid(_("文件超过 {limit} MB，请压缩或拆分后再上传。").format(limit=limit))
    row = StoredFile(
        sha256=files.save(data),
        name=files.shown_name(name),
        media_type=media_type[:120],
        size=len(data),
        account_id=actor.account_id if actor else None,
        project_id=project_id,
        agency_id=agency_id,
    )
    record(session, actor, "file:store", row)
    return row
