"""数据出处: the sources of one report's figures, with the names of what they point to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.db import Columns, pairs
from dashboard.rules.source import Source
from models.account import Account
from models.file import StoredFile
from models.project import WorkItem
from models.upload import Upload


class Origin(NamedTuple):
    """A source and what it points to: the file's row, the work item's and the person's name."""

    source: Source
    file: dict[str, Any]
    work_item: str | None
    entered_by: str | None


def origins(
    session: Session, found: Sequence[Source], upload_id: int | None = None
) -> list[Origin]:
    """Give what sources point to; one without a file of its own has `upload_id`'s.

    A file's row: file_id, file_name, batch, uploader, received_at (UTC).
    """
    files = _files(session, {one.upload_id or upload_id for one in found})
    items = _names(session, WorkItem.id, WorkItem.name, {one.work_item_id for one in found})
    people = _names(session, Account.id, Account.display_name, {one.entered_by_id for one in found})
    return [
        Origin(
            one,
            files.get(one.upload_id or upload_id, {}),
            items.get(one.work_item_id),
            people.get(one.entered_by_id),
        )
        for one in found
    ]


def _names(
    session: Session, key: Any, name: Any, keys: Collection[int | None]
) -> dict[int | None, str]:
    wanted = [each for each in keys if each is not None]
    if not wanted:
        return {}
    statement: Columns = select(key, name).where(col(key).in_(wanted))
    return dict(pairs(session, statement))


def _files(session: Session, keys: Collection[int | None]) -> dict[int | None, dict[str, Any]]:
    wanted = [each for each in keys if each is not None]
    if not wanted:
        return {}
    uploader = aliased(Account)
    statement: Columns = (
        select(
            col(Upload.id),
            col(StoredFile.id).label("file_id"),
            col(StoredFile.name).label("file_name"),
            col(Upload.number).label("batch"),
            uploader.display_name.label("uploader"),  # type: ignore[attr-defined]
            col(Upload.created_at).label("received_at"),
        )
        .join(StoredFile, col(StoredFile.id) == col(Upload.file_id))
        .outerjoin(uploader, uploader.id == col(Upload.account_id))  # type: ignore[arg-type]
        .where(col(Upload.id).in_(wanted))
    )
    rows = session.connection().execute(statement).mappings()
    return {row["id"]: {name: row[name] for name in row if name != "id"} for row in rows}
