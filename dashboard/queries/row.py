"""Any declared table as a list: searched, filtered, counted, sorted and paged in SQL, for an actor.

Every function takes the declaration of the table; what the actor may not see (rows, fields, the
names behind keys) is in no answer, and cannot be searched, filtered, counted or sorted by.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, FromClause, Numeric, String, cast, func, select, true
from sqlmodel import Session, SQLModel

from dashboard.admin.field import columns_of, fields_of, model_of
from dashboard.admin.spec import (
    NOTHING,
    AdminPage,
    View,
    fields_in,
    link_text,
    reached,
    shows,
    visible,
)
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.db import Columns, frame
from dashboard.permissions import SHARED, Action, Actor, allow, reaches_sql
from dashboard.queries.own_field import own_fields
from dashboard.rules.entry import Field, Kind, of_link
from models.custom import CustomValue

MOST_VALUES = 40
"""How many values a filter offers, the most frequent first."""
LABEL = ".label"
_KEYS: frozenset[str] = frozenset({"id", "version"})


class Source:
    """A declared table with the tables its names reach, each joined once."""

    def __init__(self, session: Session, actor: Actor, page: AdminPage) -> None:
        self.session, self.actor, self.page = session, actor, page
        self.own = own_fields(session, page)
        self.table: FromClause = page.model.__table__  # type: ignore[attr-defined]
        self._joined: dict[str, FromClause] = {}
        self._joins: list[tuple[FromClause, ColumnElement[bool]]] = []

    def column(self, name: str) -> tuple[Field, ColumnElement[Any]]:
        """Give the field and the column of a name, which may reach over keys."""
        if name in self.own:
            return self.own[name], self._answer(self.own[name])
        *way, _last = name.split(".")
        model, column = reached(self.page.model, name)
        table = self._over(way)
        own = fields_in(self.page) if not way else fields_of(model)
        return own[column], table.c[column]

    def _answer(self, field: Field) -> ColumnElement[Any]:
        """Read one of the office's own fields from the row beside."""
        if "own" not in self._joined:
            alias: FromClause = CustomValue.__table__.alias()  # type: ignore[attr-defined]
            same = (alias.c.row_id == self.table.c.id) & (alias.c.table_name == self.page.table)
            self._joined["own"] = alias
            self._joins.append((alias, same))
        kept = self._joined["own"].c.answers[field.name]
        text: ColumnElement[Any] = kept.as_string()
        if field.kind is Kind.EXACT:
            return cast(text, Numeric(22, 6))
        return text if field.kind is not Kind.FLAG else kept.as_boolean()

    def label(self, name: str) -> ColumnElement[Any]:
        """Give what people call the row behind a key; nothing where the actor may not see it."""
        field, column = self.column(name)
        target = ADMIN_PAGES.get(field.target)
        named = target.label if target else _plain_label(field.target)
        table = self._join(f"{name}{LABEL}", column, field, target)
        found: ColumnElement[Any] = table.c[named]
        return found

    def _over(self, way: Sequence[str]) -> FromClause:
        table, model, done = self.table, self.page.model, ""
        for part in way:
            done = f"{done}.{part}"
            field = fields_of(model)[f"{part}_id"]
            table = self._join(done, table.c[field.name], field, ADMIN_PAGES.get(field.target))
            model = model_of(field.target)
        return table

    def _join(
        self, name: str, column: ColumnElement[Any], field: Field, target: AdminPage | None
    ) -> FromClause:
        if name not in self._joined:
            model = model_of(field.target)
            alias: FromClause = model.__table__.alias()  # type: ignore[attr-defined]
            same = alias.c[field.target_key] == column
            if target is not None and not _is_open(target):
                key = columns_of(model)[field.target_key]
                seen = reaches_sql(self.actor, model, target.scope, target.read)
                same = same & alias.c[field.target_key].in_(select(key).where(seen))
            self._joined[name] = alias
            self._joins.append((alias, same))
        return self._joined[name]

    def joined(self, statement: Columns) -> Columns:
        """Put the tables reached so far behind the table itself."""
        source: FromClause = self.table
        for alias, condition in self._joins:
            source = source.outerjoin(alias, condition)
        return statement.select_from(source)


def _is_open(target: AdminPage) -> bool:
    """Say whether everybody may know what the rows of a table are called."""
    return target.model in SHARED or target.scope == "*"


def _plain_label(table: str) -> str:
    names = columns_of(model_of(table))
    return "name" if "name" in names else "id"


def reading_scope(
    actor: Actor, page: AdminPage, action: Action | None = None
) -> ColumnElement[bool]:
    """Write which rows the actor may see, and for another action, do that to as well."""
    seen = reaches_sql(actor, page.model, page.scope, page.read)
    if action is None or action is page.read:
        return seen
    return seen & reaches_sql(actor, page.model, page.scope, action)


def conditions(source: Source, view: View, *, but: str = "") -> list[ColumnElement[bool]]:
    """Write what a view asks for, without the filter `but`."""
    found = [_search(source, term) for term in view.search.split()[:5]]
    for name, values in view.filters:
        if name != but and may_name(source, name):
            found.append(_among(source, name, values))
    if view.days and but != source.page.days and shows(source.actor, source.page, source.page.days):
        found.append(_in_days(source, view.days))
    return found


def may_name(source: Source, name: str) -> bool:
    """Say whether the actor may ask by this name: not by a field that is kept from them."""
    page = source.page
    if name in source.own:
        return True
    if name in page.shown and fields_in(page)[name].kind is Kind.ROW:
        return shows(source.actor, page, name)
    if name not in (*page.filters, *page.searched, *page.grouped):
        return False
    model, column = reached(source.page.model, name)
    owner = page if "." not in name else ADMIN_PAGES.get(str(model.__tablename__))
    return owner is None or _known(source.actor, owner, column)


def unknown_filters(session: Session, actor: Actor, page: AdminPage, view: View) -> list[str]:
    """Give the filters of a view by which the actor may not ask; a list leaves them out."""
    source = Source(session, actor, page)
    return [name for name, _values in view.filters if not may_name(source, name)]


def _known(actor: Actor, page: AdminPage, column: str) -> bool:
    hidden = any(name == column for name, _roles in page.hidden)
    return not hidden or shows(actor, page, column)


def _search(source: Source, term: str) -> ColumnElement[bool]:
    names = [name for name in source.page.searched if may_name(source, name)]
    found = [_holds(source, source.page.model, name, term) for name in names]
    return reduce(or_, found) if found else true()


def _holds(source: Source, model: type[SQLModel], name: str, term: str) -> ColumnElement[bool]:
    """Write that a text holds a term; over a key, that it points to a row that does."""
    head, _dot, rest = name.partition(".")
    columns = columns_of(model)
    if not rest:
        column = columns[head]
        if source.session.get_bind().dialect.name == "sqlite":
            return column.contains(term, autoescape=True)  # its LIKE knows no case
        return column.icontains(term, autoescape=True)
    (key,) = columns[f"{head}_id"].foreign_keys
    inside = _holds(source, model_of(key.column.table.name), rest, term)
    return columns[f"{head}_id"].in_(select(key.column).where(inside))


def _among(source: Source, name: str, values: Iterable[str]) -> ColumnElement[bool]:
    field, column = source.column(name)
    wanted = [of_link(field, text) for text in values if text != NOTHING]
    found: list[ColumnElement[bool]] = [column.in_([v for v in wanted if v is not None])]
    if NOTHING in values:
        found.append(column.is_(None) | (column == "") if _is_text(field) else column.is_(None))
    return reduce(or_, found)


def _is_text(field: Field) -> bool:
    return field.kind in (Kind.TEXT, Kind.LONG, Kind.CHOICE)


def _in_days(source: Source, days: str) -> ColumnElement[bool]:
    column = source.column(source.page.days)[1]
    year, _dash, month = days.partition("-")
    try:
        first = date(int(year), int(month or 1), 1)
        last = date(first.year, int(month or 12), monthrange(first.year, int(month or 12))[1])
    except ValueError:
        return true()
    return column.between(first, last)


def _asked(source: Source, scope: ColumnElement[bool], found: Iterable[Any]) -> ColumnElement[bool]:
    return reduce(and_, [scope, *found])


def listed(
    session: Session, actor: Actor, page: AdminPage, view: View | None = None
) -> tuple[str, ...]:
    """Give the columns a list shows: those chosen, or those declared, as far as one may see."""
    known = fields(session, actor, page)
    chosen = view.columns if view else ()
    return tuple(name for name in chosen or page.listed if name in known)


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


def _order(source: Source, sort: str) -> list[Any]:
    known = [*visible(source.actor, source.page), *source.own]
    chosen = [sort] if sort.removeprefix("-") in known else []
    orders: list[Any] = []
    for name in [*chosen, *source.page.ordering, "id"]:
        bare = name.removeprefix("-")
        field, column = source.column(bare)
        if name in chosen and field.kind is Kind.ROW:
            column = source.label(bare)
        orders.append(column.desc() if name.startswith("-") else column)
    return orders


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
    names = listed(session, actor, page, view)
    source = Source(session, actor, page)
    asked = _asked(source, reading_scope(actor, page, action), conditions(source, view))
    order = _order(source, view.sort)
    if most and first is None:
        selected = _selected(source, names)
        return frame(
            session, source.joined(select(*selected)).where(asked).order_by(*order).limit(most)
        )
    keys = source.joined(select(source.table.c.id)).where(asked).order_by(*order)
    start = (view.number - 1) * page.page_size if first is None else first
    keys = keys.limit(most or page.page_size).offset(start)
    return _of_keys(Source(session, actor, page), names, session.connection().scalars(keys).all())


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
    asked = _asked(source, reading_scope(actor, page), conditions(source, view or View()))
    statement = source.joined(select(func.count())).where(asked)
    return int(session.connection().scalar(statement) or 0)


def filter_counts(
    session: Session, actor: Actor, page: AdminPage, view: View | None = None
) -> pd.DataFrame:
    """Count the rows behind each value of each filter, as the other filters leave them.

    The most frequent values first. Columns: filter, value (as in a link), label, rows (int).
    """
    allow(actor, page.read)
    source = Source(session, actor, page)
    few = [n for n, f in source.own.items() if f.kind in (Kind.CHOICE, Kind.FLAG)]
    found = [
        _counted(session, actor, page, view or View(), name)
        for name in [*page.filters, *few]
        if may_name(source, name)
    ]
    columns = ["filter", "value", "label", "rows"]
    return pd.concat(found) if found else pd.DataFrame(columns=columns, dtype=object)


def _counted(
    session: Session, actor: Actor, page: AdminPage, view: View, name: str
) -> pd.DataFrame:
    source = Source(session, actor, page)
    field, column = source.column(name)
    number = func.count()
    asked = _asked(source, reading_scope(actor, page), conditions(source, view, but=name))
    inner = source.joined(select(column.label("value"), number.label("rows"))).where(asked)
    inner = inner.group_by(column).order_by(number.desc(), column).limit(MOST_VALUES)
    counted = frame(session, inner)
    names = key_names(field, session, actor, counted["value"]) if field.kind is Kind.ROW else {}
    return pd.DataFrame(
        {
            "filter": [name] * len(counted),
            "value": [link_text(value) for value in counted["value"]],
            "label": [names.get(value, field.word(value)) for value in counted["value"]],
            "rows": list(counted["rows"]),
        },
        dtype=object,
    )


def key_names(field: Field, session: Session, actor: Actor, keys: Iterable[Any]) -> dict[Any, Any]:
    """Give what the rows behind keys are called, as far as the actor may see them."""
    target = ADMIN_PAGES.get(field.target)
    columns = columns_of(model_of(field.target))
    key = columns[field.target_key]
    named = columns[target.label if target else _plain_label(field.target)]
    statement: Columns = select(key, named).where(key.in_([k for k in keys if k is not None]))
    if target is not None and not _is_open(target):
        statement = statement.where(reaches_sql(actor, target.model, target.scope, target.read))
    return {row[0]: row[1] for row in session.connection().execute(statement)}


def day_counts(
    session: Session, actor: Actor, page: AdminPage, view: View | None = None
) -> pd.DataFrame:
    """Count rows by year, or by month of the year in the view, latest first.

    Columns: part (`2026` or `2026-08`), rows (int). Empty for a table without such a day.
    """
    allow(actor, page.read)
    if not page.days or not shows(actor, page, page.days):
        return pd.DataFrame(columns=["part", "rows"], dtype=object)
    view, source = view or View(), Source(session, actor, page)
    column = source.column(page.days)[1]
    year = view.days[:4]
    part = func.substr(cast(column, String), 1, 7 if year else 4)
    asked = [*conditions(source, view, but=page.days), column.is_not(None)]
    if year:
        asked.append(_in_days(source, year))
    statement = source.joined(select(part.label("part"), func.count().label("rows")))
    statement = statement.where(_asked(source, reading_scope(actor, page), asked))
    return frame(session, statement.group_by(part).order_by(part.desc()).limit(120))


def one_row(
    session: Session, actor: Actor, page: AdminPage, key: int, *, action: Action | None = None
) -> pd.DataFrame:
    """Give one row with every field the actor may see; no row when there is none for them.

    Columns: as in `rows`, and created_at, changed_at (UTC) where the table has them.
    """
    allow(actor, page.read)
    source = Source(session, actor, page)
    log = [name for name in ("created_at", "changed_at") if name in source.table.c]
    selected = _selected(source, [*visible(actor, page), *source.own, *log])
    scope = reading_scope(actor, page, action)
    return frame(session, source.joined(select(*selected)).where(scope, source.table.c.id == key))


def fields(session: Session, actor: Actor, page: AdminPage) -> dict[str, Field]:
    """Give the fields the actor may see, in the order of the form; the office's own come last."""
    known = fields_in(page)
    found = {name: known[name] for name in visible(actor, page)}
    return {**found, **own_fields(session, page)} if found else {}
