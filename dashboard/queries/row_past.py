"""One row of any declared table: what was done to it, what hangs on it, who may do what to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, false, func, select, true
from sqlmodel import Session, SQLModel, col

from dashboard.admin.field import columns_of, model_of
from dashboard.admin.spec import AdminPage, fields_in
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.db import Columns, frame, records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.audit import table_title
from dashboard.queries.row import fields, one_row
from dashboard.queries.row_source import key_names, reading_scope
from dashboard.rules.entry import Field, Kind
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

    A row that had the same key before (SQLite gives the last one out again) is another's past.
    Columns: id, at (UTC), by (account), who, event, via (Via), changes (JSON), comment, batch.
    """
    statement: Columns = (
        select(
            col(AuditEntry.id),
            col(AuditEntry.at),
            col(AuditEntry.account_id).label("by"),
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
    found = frame(session, statement)
    return found[: _age(page, records(found))]


def _age(page: AdminPage, entries: Sequence[Mapping[Any, Any]]) -> int:
    """Say how many of the newest entries are of the row itself, back to its birth.

    That is the entry by which something came to stand where something must; what was deleted before
    was another row.
    """
    musts = {field.name for field in fields_in(page).values() if field.required}
    for number, entry in enumerate(entries):
        if entry["event"] == "row:delete":
            return number
        changes = json.loads(entry["changes"])
        if any(changes[name][0] is None for name in musts & changes.keys()):
            return number + 1
    return len(entries)


def row_history(session: Session, actor: Actor, page: AdminPage, key: int) -> pd.DataFrame:
    """List who changed which field of a row, when and from where, old → new, newest first.

    Fields kept from the actor are left out, and so is who wrote what while a field that names them
    is. Columns: entry (int), at (UTC), who, event, via (Via), field, title (Chinese), old, new,
    comment, batch.
    """
    allow(actor, page.read)
    now = one_row(session, actor, page, key)
    known = {n: f for n, f in fields(session, actor, page).items() if n in now}
    unnamed = set() if now.empty else _unnamed(session, actor, page, key, known)
    found = [
        {
            "entry": entry["id"],
            **entry,
            **change,
            "who": _("（不显示）") if entry["by"] in unnamed else entry["who"],
        }
        for entry in ([] if now.empty else records(row_entries(session, page, key)))
        for change in _changes(session, actor, known, entry)
    ]
    return pd.DataFrame(found, columns=list(_HISTORY), dtype=object)


def _unnamed(
    session: Session, actor: Actor, page: AdminPage, key: int, known: Mapping[str, Field]
) -> set[int]:
    """Give the accounts that a row names in fields which are kept from the actor."""
    columns = columns_of(page.model)
    kept = [
        columns[name]
        for name, field in fields_in(page).items()
        if field.target == "account" and name in page.shown and name not in known
    ]
    if not kept:
        return set()
    row = session.connection().execute(select(*kept).where(columns["id"] == key)).first()
    return {account for account in row or () if account != actor.account_id}


def _changes(
    session: Session, actor: Actor, known: Mapping[str, Field], entry: dict[str, Any]
) -> Iterator[dict[str, Any]]:
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

    What the actor may not know of is one line without a number. Columns: table (empty there),
    title (Chinese), rows (int or None).
    """
    allow(actor, page.read)
    found: dict[str, int] = {}
    others = False
    if page.action is None or one_row(session, actor, page, key, action=page.action).empty:
        return pd.DataFrame(columns=["table", "title", "rows"], dtype=object)
    for model, condition in _pointing(page, key):
        table = str(model.__tablename__)
        number = select(func.count())
        count = int(session.connection().scalar(number.where(condition)) or 0)
        seen = _seen(actor, model)
        known = int(session.connection().scalar(number.where(condition, seen)) or 0)
        others = others or known < count
        if known:
            found[table] = found.get(table, 0) + known
    told: list[Any] = [(table, table_title(table), rows) for table, rows in found.items()]
    told += [("", _("您无权查看的记录"), None)] if others else []
    return pd.DataFrame(told, columns=["table", "title", "rows"], dtype=object)


def _seen(actor: Actor, model: type[SQLModel]) -> ColumnElement[bool]:
    """Write of which rows of a table the actor may know that they are there.

    Of most whoever may delete something may know; of notes, and of what may be sealed, who reads
    it.
    """
    if model is InternalNote:
        return true() if actor.may(Action.NOTE_READ) else false()
    if "sealed_set_id" in columns_of(model):
        return reading_scope(actor, ADMIN_PAGES[str(model.__tablename__)])
    return true()


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
