"""The audit log: every write leaves who, when, from where, what, old → new; hash-chained.

The chain's head is also kept in a file outside the database, so that a cut tail shows.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from json.encoder import encode_basestring as quoted
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, inspect, select, text
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as rows_of

from dashboard import bulk, clock
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.settings import settings
from models.audit import AuditEntry, Via
from models.base import utc_now

GENESIS = "0" * 64
_CHAIN_LOCK = 4_137_101
_SECRET = {"password_hash", "token_hash", "secret"}
_WORDS = {"comment", "row_key", "batch"}
_QUIET = {"changed_at", "created_at", "version", "cells"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_AS_IT_IS = frozenset({type(None), bool, int})
_NUMBERS = frozenset({type(None), Decimal})
_BLANK = {None: "", "": ""}
_WRITTEN = json.JSONEncoder(ensure_ascii=False).encode
_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
via: ContextVar[Via] = ContextVar("via", default=Via.FORM)


def plain(value: str) -> str:
    """Show control and bidi characters as marks, so that a name cannot forge a line."""
    if value.isprintable():  # so is nothing the pattern looks for
        return value
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", value)


def _text(value: Any) -> Any:
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is str:
        return plain(value)
    if kind is Decimal:
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        return plain(str(value))
    if isinstance(value, Mapping):
        return {plain(str(name)): _text(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_text(each) for each in value]
    return value if isinstance(value, int) else plain(str(value))


def differences(was: Mapping[str, Any] | None, now: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Give what `changes` gives, for a row kept as a dictionary; None was not there at all."""
    found: dict[str, list[Any]] = {}
    for name, new in now.items():
        old = was[name] if was else None
        if new is old or name in _QUIET:
            continue
        # A number is slow to compare with what is none.
        if (not new and isinstance(new, str)) if old is None else new == old:
            continue
        before = None if old is None else _text(old)
        found[name] = ["…", "…"] if name in _SECRET else [before, _text(new)]
    return found


def changes(row: SQLModel) -> dict[str, list[Any]]:
    """Give the pending changes of a row, `{column: [old, new]}`; of a new row, all that is set.

    Reads attribute history, which a flush clears: ask before flushing.
    """
    state = inspect(row)
    found: dict[str, list[Any]] = {}
    for attribute in state.mapper.column_attrs:
        name = attribute.key
        history = state.attrs[name].history
        old = history.deleted[0] if history.deleted else None
        new = getattr(row, name)
        if name in _QUIET or not history.has_changes() or (old is None and new in (None, "")):
            continue
        before = None if old is None else _text(old)
        found[name] = ["…", "…"] if name in _SECRET else [before, _text(new)]
    return found


def _hashed(fields: Mapping[str, Any]) -> str:
    """Digest everything a line says but its own hash; `at` as text."""
    return hashlib.new(fields["algorithm"], _SORTED(fields).encode()).hexdigest()


def _digest(entry: AuditEntry) -> str:
    fields = entry.model_dump(exclude={"hash", "at"}, mode="json")
    return _hashed({**fields, "at": entry.at.isoformat()})


def lock(session: Session) -> None:
    """Let one writer at a time past here, until it commits; on SQLite there is only one anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": _CHAIN_LOCK})


_LENGTHS = {
    column.name: getattr(column.type, "length", None)
    for column in AuditEntry.__table__.c  # type: ignore[attr-defined]
}


def _fitting(name: str, value: str) -> str:
    """Give text for a column of the log: its marks may be longer than what they stand for."""
    return plain(value)[: _LENGTHS[name]]


def _head(session: Session) -> tuple[int, str]:
    lock(session)
    newest = (
        select(col(AuditEntry.id), col(AuditEntry.hash))
        .order_by(col(AuditEntry.id).desc())
        .limit(1)
    )
    row = session.connection().execute(newest).first()
    return (row[0] or 0, row[1]) if row else (0, GENESIS)


class Line(NamedTuple):
    """What one line says, beside who wrote it and when."""

    event: str
    table_name: str = ""
    row_key: str = ""
    changes: str = "{}"
    comment: str = ""
    batch: str = ""
    success: bool = True


def line_of(
    event: str,
    row: Mapping[str, Any],
    table: str,
    was: Mapping[str, Any] | None,
    *,
    comment: str = "",
    batch: str = "",
) -> Line:
    """Make the line of a row kept as a dictionary; `was` is the row before, None a new one."""
    changed = _WRITTEN(differences(was, row))
    return Line(event, table, str(row["id"]), changed, comment, batch)


def lines_of_new(
    event: str, rows: Sequence[Mapping[str, Any]], table: str, *, batch: str = ""
) -> list[Line]:
    """Make the lines that `line_of` makes of new rows of one table, column by column.

    Most values of a column repeat, and most columns of a new row say nothing.
    """
    names = [name for name in (rows[0] if rows else ()) if name not in _QUIET]
    brought = (_brought(name, list(map(itemgetter(name), rows))) for name in names)
    said = map("".join, zip(*filter(None, brought), strict=True))
    return [
        Line(event, table, str(row["id"]), f"{{{changed[:-2]}}}", "", batch)
        for row, changed in zip(rows, said, strict=True)
    ]


def _brought(name: str, values: list[Any]) -> Iterable[str]:
    """Write what `differences` says of a column of new rows, `, ` behind each; or say nothing."""
    form = f'"{name}": ["…", "…"], %.0s' if name in _SECRET else f'"{name}": [null, %s], '
    kinds = set(map(type, values))
    if kinds <= _NUMBERS:  # 1 and 1.0 are equal, not the same
        return ["" if value is None else form % f'"{value:f}"' for value in values]
    known = {value: form % _json(_text(value)) for value in set(values)} | _BLANK
    said = [known[value] for value in values]
    return said if any(said) else ()


def _json(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return quoted(value)
    if kind is bool:
        return "true" if value else "false"
    return repr(value) if kind is int else _WRITTEN(value)


def append(session: Session, actor: Actor | None, event: str, **fields: Any) -> AuditEntry:
    """Write the next line of the chain; keyword arguments fill the line."""
    written = append_all(session, actor, [Line(event, **fields)])
    return AuditEntry(**written[-1])


def append_all(
    session: Session, actor: Actor | None, lines: Iterable[Line]
) -> list[dict[str, Any]]:
    """Write the next lines of the chain, all at the same instant; gives them as written."""
    newest, previous = _head(session)
    at = utc_now()
    shared = {
        "account_id": actor.account_id if actor else None,
        "account_name": _fitting("account_name", actor.name) if actor else "",
        "roles": ",".join(sorted(actor.roles)) if actor else "",
        "address": _fitting("address", actor.address) if actor else "",
        "via": str(via.get()),
        "algorithm": settings().audit_hash,
        "at": at.isoformat(),
    }
    hashed = _Hashed(shared)
    written: list[dict[str, Any]] = []
    for number, line in enumerate(lines, newest + 1):
        own = {**line._asdict(), "id": number, "previous": previous}
        for name in _WORDS:
            if own[name]:
                own[name] = _fitting(name, own[name])
        previous = hashed.digest(own)
        written.append({**shared, **own, "at": at, "via": via.get(), "hash": previous})
    bulk.add_rows(session, AuditEntry, written)
    if written:
        session.info["audit_head"] = (newest + len(written), previous)
    return written


class _Hashed:
    """Digests lines as `_hashed` does; what they share is written once."""

    def __init__(self, shared: Mapping[str, Any]) -> None:
        self.empty = hashlib.new(shared["algorithm"])
        own = sorted([*Line._fields, "id", "previous"])
        known = {name: _json(value).replace("%", "%%") for name, value in shared.items()}
        said = [f'"{name}": {known.get(name, "%s")}' for name in sorted([*shared, *own])]
        self.form = f"{{{', '.join(said)}}}"
        self.own = itemgetter(*own)

    def digest(self, own: Mapping[str, Any]) -> str:
        """Digest a line, of which what it does not share is given."""
        hashed = self.empty.copy()
        hashed.update((self.form % tuple(map(_json, self.own(own)))).encode())
        return hashed.hexdigest()


def record(
    session: Session,
    actor: Actor | None,
    event: str,
    row: SQLModel,
    *,
    comment: str = "",
    batch: str = "",
    extra: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Record what a command did to a row, old → new, in the command's own transaction."""
    session.add(row)
    changed: dict[str, Any] = {**changes(row), **_text(extra or {})}
    session.flush()
    key = getattr(row, "id", None)
    return append(
        session,
        actor,
        event,
        table_name=row.__tablename__,
        row_key=str(key),
        changes=json.dumps(changed, ensure_ascii=False),
        comment=comment,
        batch=batch,
    )


def last_change(session: Session, row: SQLModel) -> str:
    """Say who changed the row last, when and which columns, old → new."""
    entry = session.exec(
        rows_of(AuditEntry)
        .where(AuditEntry.table_name == row.__tablename__)
        .where(AuditEntry.row_key == str(getattr(row, "id", None)))
        .order_by(col(AuditEntry.id).desc())
        .limit(1)
    ).first()
    if entry is None:
        return ""
    fields = type(row).model_fields
    words = []
    for name, change in json.loads(entry.changes).items():
        title = _(fields[name].title or name) if name in fields else name
        words.append(f"{title} {change[0]} → {change[1]}")
    when = clock.local(entry.at).strftime("%Y-%m-%d %H:%M")
    return f"{entry.account_name} {when} {_('；').join(words)}".strip()


def version(session: Session) -> int:
    """Give the number of the newest entry: what a cache is keyed by."""
    return int(session.connection().scalar(select(func.max(col(AuditEntry.id)))) or 0)


def keep_head(number: int, digest: str, path: Path | None = None) -> None:
    """Keep the chain's head in a file, unless a later one is there already."""
    target = path or settings().audit_head
    if (kept := kept_head(target)) and kept[0] >= number:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
    part.write_text(f"{number} {digest}\n")
    part.replace(target)


def kept_head(path: Path | None = None) -> tuple[int, str] | None:
    """Give the head kept outside the database, if there is one that can be read."""
    target = path or settings().audit_head
    if not target.exists():
        return None
    number, _, digest = target.read_text().strip().partition(" ")
    return (int(number), digest) if number.isdecimal() and digest else None


def broken(session: Session, head: tuple[int, str] | None = None) -> str | None:
    """Walk the chain; say where it breaks, or None when it is whole up to the kept head."""
    previous, expected = GENESIS, 1
    seen_head = head is None
    rows = session.exec(
        rows_of(AuditEntry).order_by(col(AuditEntry.id)).execution_options(yield_per=2000)
    )
    with closing(rows):
        for entry in rows:
            if entry.id != expected:
                form = _("审计日志第 {number} 条缺失（其后为第 {following} 条）。")
                return form.format(number=expected, following=entry.id)
            if entry.previous != previous or entry.hash != _digest(entry):
                return _("审计日志第 {number} 条与其摘要不符。").format(number=entry.id)
            if head and entry.id == head[0]:
                if entry.hash != head[1]:
                    form = _("审计日志第 {number} 条与库外留存的链头不符。")
                    return form.format(number=entry.id)
                seen_head = True
            previous, expected = entry.hash, expected + 1
    if not seen_head and head:
        form = _("审计日志末尾被截断：应至少有 {wanted} 条，现有 {count} 条。")
        return form.format(wanted=head[0], count=expected - 1)
    return None
