"""What leaves by workbook: a right of its own, logged with what was asked and how many rows."""

from __future__ import annotations

import json
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlmodel import Session

from dashboard import audit
from dashboard.admin.spec import AdminPage, View, link_of
from dashboard.commands.table_import import writable, writing
from dashboard.db import records
from dashboard.i18n import _
from dashboard.imports.records import KEY, TITLES, VERSION, cell_of
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.row import fields, rows
from dashboard.queries.row_source import LABEL

MOST = 100_000


class Sheet(NamedTuple):
    """A workbook to be written: its title, its headings, its rows."""

    title: str
    columns: list[str]
    rows: list[list[Any]]


def export_rows(session: Session, actor: Actor, page: AdminPage, view: View) -> Sheet:
    """Give every row a view finds, with all the fields the actor may see, fit to import again."""
    allow(actor, Action.TABLE_EXPORT)
    names = list(fields(session, actor, page))
    asked = View(view.search, view.filters, view.days, view.sort, tuple(names))
    return _sheet(session, actor, page, asked, names, Action.TABLE_EXPORT)


def template_rows(session: Session, actor: Actor, page: AdminPage) -> Sheet:
    """Give a sheet to fill in: empty for new rows, else the rows the actor may change."""
    action = writing(session, actor, page)
    known = fields(session, actor, page)
    new = page.adds and page.action is not None
    names = writable(actor, page, known, new=new)
    if new:
        _log(session, actor, page, View(), 0)
        return Sheet(_(page.title), [known[name].label for name in names], [])
    return _sheet(session, actor, page, View(columns=tuple(names)), names, action)


def _sheet(
    session: Session,
    actor: Actor,
    page: AdminPage,
    view: View,
    names: list[str],
    action: Action,
) -> Sheet:
    known = fields(session, actor, page)
    found = records(rows(session, actor, page, view, action=action, most=MOST))
    extra = [name for name in (KEY, VERSION) if found and name in found[0] and name not in names]
    _log(session, actor, page, view, len(found))
    titles = [*(_(TITLES[name]) for name in extra), *(known[name].label for name in names)]
    cells = [
        [
            *(row[name] for name in extra),
            *(cell_of(known[name], row.get(name), row.get(f"{name}{LABEL}")) for name in names),
        ]
        for row in found
    ]
    return Sheet(_(page.title), titles, cells)


def _log(session: Session, actor: Actor, page: AdminPage, view: View, count: int) -> None:
    """Note what left: of which table, by which conditions, how many rows."""
    asked = View(view.search, view.filters, view.days, view.sort)
    audit.append(
        session, actor, Action.TABLE_EXPORT.value, table_name=page.table, row_key="*",
        changes=json.dumps({"rows": [None, count]}), comment=urlencode(link_of(asked))[:400],
    )  # fmt: skip
