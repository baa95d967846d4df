"""Any declared table from a workbook: kept as a draft, compared, imported all or nothing, undone.

Each row is saved by `save_row`, so rights, checks and audit are those of the form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard import audit, files
from dashboard.admin.spec import AdminPage, changes
from dashboard.audit import record
from dashboard.commands.file import store_file
from dashboard.commands.row import allow_table, delete_row, refresh_rows, save_row
from dashboard.commands.table_compare import RowChange, compare
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.imports.book_child import book_in_child, marked_in_child
from dashboard.imports.records import Records, read_records
from dashboard.permissions import Action, Actor, allow_row
from dashboard.queries.own_field import own_fields
from dashboard.queries.row import fields
from dashboard.rules.entry import Field
from models.audit import Via
from models.base import utc_now
from models.file import StoredFile
from models.table_import import TableImport
from models.upload import UploadState


def writing(session: Session, actor: Actor, page: AdminPage) -> Action:
    """Give the right by which this actor's sheet may change the table, or raise `NotAllowed`."""
    own = list(own_fields(session, page)) if page.action is None else []
    return allow_table(actor, page, own)


def store_table(
    session: Session, actor: Actor, page: AdminPage, *, name: str, data: bytes
) -> TableImport:
    """Keep a workbook for a table as a draft."""
    writing(session, actor, page)
    stored = store_file(session, actor, name=name, data=data, media_type="application/octet-stream")
    batch = TableImport(table_name=page.table, file_id=stored.id or 0, account_id=actor.account_id)
    record(session, actor, "table:upload", batch)
    batch.number = f"DR{batch.id:06d}"
    session.flush()
    return batch


def own_import(
    session: Session, actor: Actor, page: AdminPage, import_id: int, *, lock: bool = False
) -> TableImport:
    """Give one's own import into the table; another's is not there."""
    statement = rows_of(TableImport).where(
        TableImport.id == import_id,
        TableImport.account_id == actor.account_id,
        TableImport.table_name == page.table,
    )
    statement = statement.with_for_update() if lock else statement
    found = session.exec(statement.execution_options(populate_existing=lock)).first()
    allow_row(found, _("该批次"))
    assert found is not None
    return found


def imports_of(session: Session, actor: Actor, page: AdminPage) -> list[TableImport]:
    """List one's own last imports into the table, newest first."""
    statement = rows_of(TableImport).where(
        TableImport.account_id == actor.account_id, TableImport.table_name == page.table
    )
    return list(session.exec(statement.order_by(col(TableImport.id).desc()).limit(10)))


def read_table(session: Session, actor: Actor, page: AdminPage, import_id: int) -> Records:
    """Read a kept workbook in the child process. Raises Refused, with one sentence."""
    batch = own_import(session, actor, page, import_id)
    stored = load(session, StoredFile, batch.file_id)
    return read_records(book_in_child(files.read(stored.sha256)), fields(session, actor, page))


def marked_table(session: Session, actor: Actor, page: AdminPage, import_id: int) -> bytes:
    """Give one's own workbook back with the wrong cells marked."""
    found = read_table(session, actor, page, import_id)
    reading = compare(session, actor, page, found)
    stored = load(session, StoredFile, own_import(session, actor, page, import_id).file_id)
    return marked_in_child(files.read(stored.sha256), reading.problems)


def commit_table(
    session: Session,
    actor: Actor,
    page: AdminPage,
    import_id: int,
    found: Records,
    *,
    today: date,
) -> TableImport:
    """Import a draft, all rows or none; compared anew with what stands there now.

    Raises:
        Conflict: the draft was imported or given up already.
        Invalid: something in the sheet cannot be saved; the text names its row.
    """
    writing(session, actor, page)
    batch = own_import(session, actor, page, import_id, lock=True)
    _require_state(batch, UploadState.DRAFT)
    reading = compare(session, actor, page, found)
    if not reading.passes:
        raise Invalid(_("表中有错误，或没有需要导入的行，没有导入任何内容。"))
    images = []
    written = []
    came = audit.via.set(Via.IMPORT)
    try:
        for change in reading.moved:
            row = _save(session, actor, page, change, batch, today)
            new, old = change.key is None, _plain(change.was)
            images.append({"id": row.id, "new": new, "version": row.version, "old": old})
            written.append(row)
        refresh_rows(session, page, written, today)
        batch.before = json.dumps(images, ensure_ascii=False)
        batch.state, batch.rows_count = UploadState.COMMITTED, len(written)
        batch.committed_at = utc_now()
        record(session, actor, "table:import", batch, batch=batch.number)
    finally:
        audit.via.reset(came)
    return batch


def _require_state(batch: TableImport, state: UploadState) -> None:
    if batch.state is not state:
        words = _("批次 {number} 已是“{state}”，请刷新。")
        raise Conflict(words.format(number=batch.number, state=_(batch.state.label)))


def _save(
    session: Session,
    actor: Actor,
    page: AdminPage,
    change: RowChange,
    batch: TableImport,
    today: date,
) -> Any:
    try:
        return save_row(
            session, actor, page, change.key, change.values, version=change.version, today=today,
            event="row:import", batch=batch.number, refresh=False,
        )  # fmt: skip
    except Invalid as error:
        words = _("第 {row} 行：{text}").format(row=change.number, text=error)
        raise Invalid(words) from error


def _plain(old: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, Decimal | date) else value
        for name, value in old.items()
    }


def discard_table(session: Session, actor: Actor, page: AdminPage, import_id: int) -> TableImport:
    """Give a draft up; nothing of it was saved."""
    writing(session, actor, page)
    batch = own_import(session, actor, page, import_id, lock=True)
    _require_state(batch, UploadState.DRAFT)
    batch.state = UploadState.DISCARDED
    record(session, actor, "table:discard", batch)
    return batch


def take_back_table(
    session: Session, actor: Actor, page: AdminPage, import_id: int, *, today: date
) -> TableImport:
    """Undo an import: new rows go, changed ones are as before, unless somebody wrote since.

    Raises:
        Conflict: a row of the batch was changed after it.
    """
    writing(session, actor, page)
    batch = own_import(session, actor, page, import_id, lock=True)
    _require_state(batch, UploadState.COMMITTED)
    for image in json.loads(batch.before):
        key, version = image["id"], image["version"]
        if image["new"]:
            delete_row(
                session, actor, page, key, version=version, today=today, batch=batch.number
            )  # fmt: skip
            continue
        save_row(
            session, actor, page, key, image["old"], version=version, today=today,
            event="row:restore", batch=batch.number,
        )  # fmt: skip
    batch.state = UploadState.TAKEN_BACK
    record(session, actor, "table:take-back", batch, batch=batch.number)
    return batch


def writable(actor: Actor, page: AdminPage, known: Mapping[str, Field], *, new: bool) -> list[str]:
    """Give the columns of a template: what names a row, and what the actor may fill in."""
    names = [name for name in page.key if name in known]
    open_ = [name for name in known if changes(actor, page, name, new=new)]
    return list(dict.fromkeys([*names, *open_]))
