"""Any declared table as a list: searched, filtered, sorted and paged in SQL, for an actor.

Every function takes the declaration of the table; what the actor may not see is in no answer (see
`dashboard.queries.row_source`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from dashboard.admin.spec import AdminPage, View, fields_in, visible
from dashboard.db import frame
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.own_field import own_fields
from dashboard.queries.row_field import unseen
from dashboard.queries.row_source import LABEL, Source, asked_of, reading_scope
from dashboard.rules.entry import Field, Kind

FEW = 1000
"""As many rows as a search finds at most to be kept by their keys."""
FAR = 1000
"""From this row on, a list is read from its nearer end."""
_KEYS: frozenset[str] = frozenset({"id", "version"})


def fields(session: Session, actor: Actor, page: AdminPage) -> dict[str, Field]:
    """Give the fields the actor may see, in the order of the form; the office's own come last."""
    known = fields_in(page)
    found = {name: known[name] for name in visible(actor, page)}
    return {**found, **own_fields(session, page)} if found else {}


def listed(
    session: Session, actor: Actor, page: AdminPage, view: View | None = None
) -> tuple[str, ...]:
    """Give the columns a list shows: those chosen, or those declared, as far as one may see."""
    known = fields(session, actor, page)
    chosen = view.columns if view else ()
    left = tuple(name for name in chosen if name in known)
    return left or tuple(name for name in page.listed if name in known)


def found_keys(
    session: Session, actor: Actor, page: AdminPage, search: str
) -> tuple[int, ...] | None:
    """Give the keys of the rows a search finds; None without a search, or where they are many.

    Looking through the texts of a large table takes longer than all the rest: what was found once
    is listed, counted and sorted by its keys.
    """
    allow(actor, page.read)
    if not search.split():
        return None
    source = Source(session, actor, page)
    asked = asked_of(source, View(search=search))
    statement = source.joined(select(source.table.c.id)).where(asked).limit(FEW + 1)
    keys = session.connection().scalars(statement).all()
    return None if len(keys) > FEW else tuple(sorted(keys))


def rows(
    session: Session,
    actor: Actor,
    page: AdminPage,
    view: View | None = None,
    *,
    action: Action | None = None,
    most: int = 0,
    first: int | None = None,
) -> pd.DataFrame:
    """List one page of a table; with `most`, so many rows from the first, or `first`, on.

    With an `action`, only the rows one may do that to as well. Columns: id, version, then each
    field by its name, and for a key `NAME.label`: what the row behind it is called.
    """
    allow(actor, page.read)
    view = view or View()
    if view.search and view.keys is None:
        view = replace(view, keys=found_keys(session, actor, page, view.search))
    names = listed(session, actor, page, view)
    if most and first is None:
        source = Source(session, actor, page)
        asked, order = asked_of(source, view, action=action), _order(source, view.sort)
        selected = source.joined(select(*_selected(source, names)))
        return frame(session, selected.where(asked).order_by(*order).limit(most))
    start = (view.number - 1) * page.page_size if first is None else first
    keys = _keys_on_page(Source(session, actor, page), view, action, start, most or page.page_size)
    return _of_keys(Source(session, actor, page, few=True), names, keys)


def _keys_on_page(
    source: Source, view: View, action: Action | None, start: int, most: int
) -> Sequence[Any]:
    """Give the keys of one page, read from whichever end is nearer."""
    asked = asked_of(source, view, action=action)
    name = view.sort.removeprefix("-")
    if name and _may_sort(source, name) and source.column(name)[0].kind is Kind.ROW:
        inside, start = _in_blocks(source, view.sort, asked, start, most)
        return _keys(source, view.sort, asked & inside, start, most)
    if start < FAR:
        return _keys(source, view.sort, asked, start, most)
    total = _count(source, asked)
    if start < total / 2:
        return _keys(source, view.sort, asked, start, most)
    left = max(total - start, 0)
    most = min(most, left)
    keys = _keys(source, view.sort, asked, left - most, most, backwards=True) if most else []
    return keys[::-1]


def _keys(
    source: Source,
    sort: str,
    asked: ColumnElement[bool],
    start: int,
    most: int,
    *,
    backwards: bool = False,
) -> Sequence[Any]:
    order = _order(source, sort, backwards=backwards)
    statement = source.joined(select(source.table.c.id)).where(asked).order_by(*order)
    return source.session.connection().scalars(statement.limit(most).offset(start)).all()


def _in_blocks(
    source: Source, sort: str, asked: ColumnElement[bool], start: int, most: int
) -> tuple[ColumnElement[bool], int]:
    """Say which blocks of rows of one name a page of a list sorted by names lies in.

    Counting the rows of each key is quick, sorting all rows by a name behind them is not. Gives
    the condition, and at which of its rows the page begins.
    """
    name = sort.removeprefix("-")
    column = source.column(name)[1]
    inner = source.joined(select(column.label("key"), func.count().label("n"))).where(asked)
    counted = inner.group_by(column).subquery()
    beside = Source(source.session, source.actor, source.page)
    text = beside.label_of(name, counted.c.key)
    order = _named(text, backwards=sort.startswith("-"))
    upto = func.sum(counted.c.n).over(order_by=order).label("upto")
    block = func.sum(counted.c.n).over(partition_by=text).label("block")
    blocks = beside.joined(select(counted.c.key, text.label("name"), upto, block), counted)
    placed = blocks.subquery()
    wanted = select(placed.c.key, placed.c.name, placed.c.upto - placed.c.block)
    wanted = wanted.where(placed.c.upto > start, placed.c.upto - placed.c.block < start + most)
    found = source.session.connection().execute(wanted).all()
    keys = [row[0] for row in found if row[1] is not None]
    inside: ColumnElement[bool] = column.in_(keys)
    if any(row[1] is None for row in found):
        inside = inside | source.label(name).is_(None)
    return inside, start - min((int(row[2]) for row in found), default=0)


def _named(text: ColumnElement[Any], *, backwards: bool) -> list[Any]:
    """Order by a name; rows without one come last, backwards first."""
    orders = [text.is_(None), text]
    return [order.desc() for order in orders] if backwards else orders


def _selected(source: Source, names: Iterable[str]) -> list[Any]:
    keys = [name for name in _KEYS if name in source.table.c]
    columns: list[Any] = [source.table.c[name] for name in sorted(keys)]
    for name in dict.fromkeys(names):
        field, column = source.column(name)
        if name not in keys:
            columns.append(column.label(name))
        if field.kind is Kind.ROW:
            columns.append(source.label(name).label(f"{name}{LABEL}"))
    return columns


def _may_sort(source: Source, name: str) -> bool:
    return name in visible(source.actor, source.page) or name in source.own


def _order(source: Source, sort: str, *, backwards: bool = False) -> list[Any]:
    chosen = sort if _may_sort(source, sort.removeprefix("-")) else ""
    orders: list[Any] = []
    for name in [*([chosen] if chosen else []), *source.page.ordering, "id"]:
        bare = name.removeprefix("-")
        field, column = source.column(bare)
        down = name.startswith("-") is not backwards
        if name == chosen and field.kind is Kind.ROW:
            orders += _named(source.label(bare), backwards=down)
        else:
            orders.append(column.desc() if down else column)
    return orders


def _of_keys(source: Source, names: Iterable[str], keys: Sequence[Any]) -> pd.DataFrame:
    """Give these rows in this order: only what is shown is joined, not all that was sorted."""
    selected = _selected(source, names)
    statement = source.joined(select(*selected)).where(source.table.c.id.in_(keys))
    found = frame(source.session, statement)
    places = {key: place for place, key in enumerate(keys)}
    return found.sort_values("id", key=lambda ids: ids.map(places), ignore_index=True)


def row_count(session: Session, actor: Actor, page: AdminPage, view: View | None = None) -> int:
    """Count the rows a view finds."""
    allow(actor, page.read)
    source = Source(session, actor, page)
    return _count(source, asked_of(source, view or View()))


def _count(source: Source, asked: ColumnElement[bool]) -> int:
    statement = source.joined(select(func.count())).where(asked)
    return int(source.session.connection().scalar(statement) or 0)


def one_row(
    session: Session, actor: Actor, page: AdminPage, key: int, *, action: Action | None = None
) -> pd.DataFrame:
    """Give one row with every field the actor may see in it; no row when there is none for them.

    Columns: as in `rows`, and created_at, changed_at (UTC) where the table has them.
    """
    allow(actor, page.read)
    source = Source(session, actor, page, few=True)
    log = [name for name in ("created_at", "changed_at") if name in source.table.c]
    kept = unseen(session, actor, page, key)
    names = (name for name in visible(actor, page) if name not in kept)
    selected = _selected(source, [*names, *source.own, *log])
    scope = reading_scope(actor, page, action)
    return frame(session, source.joined(select(*selected)).where(scope, source.table.c.id == key))
