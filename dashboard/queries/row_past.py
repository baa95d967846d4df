"""One row of any declared table: what was done to it, what hangs on it, who may do what to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col

from dashboard.admin.field import columns_of, model_of
from dashboard.admin.spec import AdminPage
from dashboard.db import Columns, frame, records
from dashboard.permissions import Actor, allow
from dashboard.queries.audit import table_title
from dashboard.queries.row import fields, one_row
from dashboard.queries.row_source import key_names
from dashboard.rules.entry import Kind
from models.audit import AuditEntry
from models.file import Attachment
from models.note import InternalNote
from models.photo import Photo

BESIDE: tuple[type[SQLModel], ...] = (Attachment, Photo, InternalNote)
"""Tables whose rows name any table's row by its name and key."""
_HISTORY = (
    "entry",
    "at",
    "who",
    "event",
    "via",
    "field",
    "title",
    "old",
    "new",
    "comment",
    "batch",
)


def row_entries(session: Session, page: AdminPage, key: int) -> pd.DataFrame:
    """List what the log has on a row, newest first, for who was allowed to see the row.

    Columns: id, at (UTC), who, event, via (Via), changes (JSON), comment, batch.
    """
    statement: Columns = (
        select(
            col(AuditEntry.id),
            col(AuditEntry.at),
            col(AuditEntry.account_name).label("who"),
            col(AuditEntry.event),
            col(AuditEntry.via),
            col(AuditEntry.changes),
            col(AuditEntry.comment),
            col(AuditEntry.batch),
        )
        .where(col(AuditEntry.table_name) == page.table, col(AuditEntry.row_key) == str(key))
        .where(col(AuditEntry.success))
        .order_by(col(AuditEntry.id).desc())
        .limit(500)
    )
    return frame(session, statement)


def row_history(session: Session, actor: Actor, page: AdminPage, key: int) -> pd.DataFrame:
    """List who changed which field of a row, when and from where, old → new, newest first.

    Fields kept from the actor are left out. Columns: entry (int), at (UTC), who, event, via (Via),
    field, title (Chinese), old, new, comment, batch.
    """
    allow(actor, page.read)
    if one_row(session, actor, page, key).empty:
        return pd.DataFrame(columns=list(_HISTORY), dtype=object)
    found = [
        {"entry": entry["id"], **entry, **change}
        for entry in records(row_entries(session, page, key))
        for change in _changes(session, actor, page, entry)
    ]
    return pd.DataFrame(found, columns=list(_HISTORY), dtype=object)


def _changes(
    session: Session, actor: Actor, page: AdminPage, entry: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    known = fields(session, actor, page)
    for name, pair in json.loads(entry["changes"]).items():
        if name not in known or not isinstance(pair, list):
            continue
        old, new = pair
        if known[name].kind is Kind.ROW:
            names = key_names(known[name], session, actor, [old, new])
            old, new = (names.get(key, key) for key in (old, new))
        yield {"field": name, "title": known[name].title, "old": old, "new": new}


def dependents(session: Session, actor: Actor, page: AdminPage, key: int) -> pd.DataFrame:
    """Count what hangs on a row the actor may change, by table: while anything does, it stays.

    Columns: table, title (Chinese), rows (int).
    """
    allow(actor, page.read)
    found: dict[str, int] = {}
    if page.action is None or one_row(session, actor, page, key, action=page.action).empty:
        return pd.DataFrame(columns=["table", "title", "rows"], dtype=object)
    for model, condition in _pointing(page, key):
        count = session.connection().scalar(select(func.count()).where(condition))
        if count:
            table = str(model.__tablename__)
            found[table] = found.get(table, 0) + int(count)
    told = [(table, table_title(table), rows) for table, rows in found.items()]
    return pd.DataFrame(told, columns=["table", "title", "rows"], dtype=object)


def _pointing(page: AdminPage, key: int) -> Iterator[tuple[type[SQLModel], Any]]:
    own = columns_of(page.model)
    for table in SQLModel.metadata.sorted_tables:
        for column in table.c:
            for pointed in column.foreign_keys:
                if pointed.column.table is own["id"].table:
                    keys = select(pointed.column).where(own["id"] == key).scalar_subquery()
                    yield model_of(table.name), column == keys
    for beside in BESIDE:
        columns = columns_of(beside)
        yield beside, (columns["table_name"] == page.table) & (columns["row_id"] == key)
