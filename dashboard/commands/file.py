"""Keeping what people send."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from dashboard import clock, files, scan
from dashboard.audit import plain, record
from dashboard.errors import Invalid, NotAllowed
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
        Invalid: the file is empty, larger than one upload may be, or one too many today.
        NotAllowed: the virus scanner found something; the refusal is recorded.
        Unavailable: the disk is full, or the scanner does not answer.
    """
    limit = settings().max_upload_mb
    if not data:
        raise Invalid(_("文件是空的。"))
    if len(data) > limit * 2**20:
        raise Invalid(_("文件超过 {limit} MB，请压缩或拆分后再上传。").format(limit=limit))
    _require_few(session, actor)
    if found := scan.found_in(data):
        message = _("病毒扫描程序在文件“{name}”中发现 {found}，没有保存。").format(
            name=files.shown_name(name), found=plain(found)
        )
        raise NotAllowed(message, actor=actor, event="file:store", table="stored_file")
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


def _require_few(session: Session, actor: Actor | None) -> None:
    """Raise `Invalid` when an account has kept as many files since yesterday as it may."""
    limit = settings().files_per_day
    since = clock.now() - timedelta(days=1)
    statement = select(func.count()).where(
        col(StoredFile.account_id) == (actor.account_id if actor else None),
        col(StoredFile.created_at) > since,
    )
    if actor and (session.connection().scalar(statement) or 0) >= limit:
        raise Invalid(
            _("一天最多上传 {limit} 个文件，请明天再传或联系管理员。").format(limit=limit)
        )
