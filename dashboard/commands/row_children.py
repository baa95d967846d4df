"""Rows of one parent saved together: added, changed and deleted, all or none, each with its line.

Each row is written by `save_row` or `delete_row`, so rights, checks and log are those of the form.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session

from dashboard.admin.spec import AdminPage
from dashboard.commands.row import (
    MOST_AT_ONCE,
    allow_table,
    batch_number,
    delete_row,
    refresh_rows,
    save_row,
)
from dashboard.db import load
from dashboard.errors import Conflict, Invalid, Missing
from dashboard.i18n import _
from dashboard.permissions import Actor, allow_row
from dashboard.rules.entry import Unfit


@dataclass(frozen=True)
class ChildEntry:
    """What was entered for one row, as it was shown: new without `key`, deleted when `gone`."""

    number: int
    key: int | None = None
    version: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    gone: bool = False


class UnfitRows(Invalid):
    """Rows that cannot be saved: by number, one sentence a field; of no field under ''."""

    def __init__(self, sentences: Mapping[int, Mapping[str, str]]) -> None:
        self.sentences = {number: dict(told) for number, told in sentences.items()}
        form = _("第 {row} 行：{text}")
        super().__init__(
            " ".join(
                form.format(row=number, text=" ".join(told.values()))
                for number, told in self.sentences.items()
            )
        )


def save_children(
    session: Session,
    actor: Actor,
    page: AdminPage,
    name: str,
    parent: int,
    entries: Sequence[ChildEntry],
    *,
    today: date,
) -> int:
    """Write the rows of a table that point to one parent by the key `name`; gives how many.

    Deleted first, then changed, then added, so that a row may take another's place.

    Raises:
        UnfitRows: rows that cannot be saved, or that somebody changed or deleted meanwhile.
        Invalid: there is nothing to write, or more than may be written at once.
    """
    allow_table(actor, page)
    if not entries:
        raise Invalid(_("没有修改。"))
    if len(entries) > MOST_AT_ONCE:
        raise Invalid(_("一次最多处理 {n} 条记录。").format(n=MOST_AT_ONCE))
    wrong: dict[int, dict[str, str]] = defaultdict(dict)
    written = []
    batch = batch_number()
    for entry in sorted(entries, key=lambda one: (not one.gone, one.key is None)):
        try:
            with session.begin_nested():
                written.append(_write(session, actor, page, name, parent, entry, today, batch))
        except Unfit as error:
            wrong[entry.number].update(error.sentences)
        except (Conflict, Invalid, Missing) as error:
            wrong[entry.number][""] = str(error)
    if wrong:
        raise UnfitRows(dict(sorted(wrong.items())))
    refresh_rows(session, page, [row for row in written if row is not None], today)
    return len(entries)


def _write(
    session: Session,
    actor: Actor,
    page: AdminPage,
    name: str,
    parent: int,
    entry: ChildEntry,
    today: date,
    batch: str,
) -> Any:
    if entry.key is not None:
        row = load(session, page.model, entry.key)
        allow_row(row if getattr(row, name) == parent else None, _("该记录"))
    if entry.gone and entry.key is not None:
        delete_row(
            session, actor, page, entry.key, version=entry.version, today=today, batch=batch
        )  # fmt: skip
        return None
    values = dict(entry.values)
    if entry.key is None:
        values[name] = parent
    return save_row(
        session, actor, page, entry.key, values, version=entry.version, today=today, batch=batch,
        refresh=False,
    )  # fmt: skip
