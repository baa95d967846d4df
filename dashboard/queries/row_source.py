"""What a list of a declared table asks of the database: its columns over keys, its conditions.

What the actor may not see (rows, fields, the names behind keys) is in no answer, and cannot be
searched, filtered, counted or sorted by.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

from sqlalchemy import (
    ColumnElement,
    False_,
    FromClause,
    Numeric,
    True_,
    case,
    cast,
    false,
    func,
    select,
    true,
)
from sqlmodel import Session, SQLModel

from dashboard.admin.field import columns_of, fields_of, model_of
from dashboard.admin.spec import NOTHING, AdminPage, View, fields_in, reached, shows
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.db import Columns
from dashboard.permissions import SHARED, Action, Actor, reaches_sql
from dashboard.queries.own_field import own_fields
from dashboard.queries.row_field import shown_sql
from dashboard.rules.entry import Field, Kind, of_link
from models.custom import CustomValue

LABEL = ".label"


class Source:
    """A declared table with the tables its names reach, each joined once.

    For a `few` rows, whether the actor may know a row behind a key is asked of each; for many, all
    that they may know are gathered first.
    """

    def __init__(
        self, session: Session, actor: Actor, page: AdminPage, *, few: bool = False
    ) -> None:
        self.session, self.actor, self.page, self.few = session, actor, page, few
        self.own = own_fields(session, page)
        self.table: FromClause = page.model.__table__  # type: ignore[attr-defined]
        self._joined: dict[str, FromClause] = {}
        self._joins: list[tuple[FromClause, ColumnElement[bool]]] = []

    def column(
        self, name: str, key: ColumnElement[Any] | None = None
    ) -> tuple[Field, ColumnElement[Any]]:
        """Give the field and the column of a name, which may reach over keys.

        With `key`, it is reached from this column instead of the table's own.
        """
        if name in self.own:
            return self.own[name], self._answer(self.own[name])
        *way, _last = name.split(".")
        model, column = reached(self.page.model, name)
        table = self._over(way, key)
        own = fields_in(self.page) if not way else fields_of(model)
        return own[column], self._read(model, column, table)

    def _read(self, model: type[SQLModel], name: str, table: FromClause) -> ColumnElement[Any]:
        """Read a column of a table: nothing in rows where it is kept from the actor."""
        column: ColumnElement[Any] = table.c[name]
        seen = self.shown(model, name)
        if isinstance(seen, True_):
            return column
        if table is not self.table:
            keys = select(columns_of(model)["id"]).where(seen).correlate(None)
            seen = table.c.id.in_(keys)
        return case((seen, column))

    def declared(self, model: type[SQLModel]) -> AdminPage | None:
        """Give the declaration of a table that is reached."""
        own = model is self.page.model
        return self.page if own else ADMIN_PAGES.get(str(model.__tablename__))

    def shown(self, model: type[SQLModel], name: str) -> ColumnElement[bool]:
        """Write in which rows of a table a field is not kept from the actor."""
        page = self.declared(model)
        kept = page is not None and any(field == name for field, _roles in page.hidden)
        return shown_sql(self.actor, page, name) if page is not None and kept else true()

    def seen(self, model: type[SQLModel]) -> ColumnElement[bool]:
        """Write which rows of a table that a key leads to the actor may know."""
        target = self.declared(model)
        if target is None or is_open(target):
            return true()
        return reaches_sql(self.actor, model, target.scope, target.read)

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
        return self.label_of(name, self.column(name)[1])

    def label_of(self, name: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Give the same for a column that holds such keys elsewhere."""
        field = self.column(name)[0]
        target = ADMIN_PAGES.get(field.target)
        named = target.label if target else plain_label(field.target)
        table = self._join(f"{name}{LABEL}", column, field)
        found: ColumnElement[Any] = table.c[named]
        return found

    def _over(self, way: Sequence[str], key: ColumnElement[Any] | None = None) -> FromClause:
        table, model, done = self.table, self.page.model, ""
        for part in way:
            done = f"{done}.{part}"
            field = fields_of(model)[f"{part}_id"]
            column = self._read(model, field.name, table) if key is None else key
            table = self._join(done, column, field)
            model, key = model_of(field.target), None
        return table

    def _join(self, name: str, column: ColumnElement[Any], field: Field) -> FromClause:
        if name not in self._joined:
            model = model_of(field.target)
            alias: FromClause = model.__table__.alias()  # type: ignore[attr-defined]
            same = alias.c[field.target_key] == column
            seen = self.seen(model)
            if not isinstance(seen, True_):
                key, there = columns_of(model)[field.target_key], alias.c[field.target_key]
                keys = select(key).where(seen)
                each = keys.where(key == there).correlate(alias)
                same = same & (each.exists() if self.few else there.in_(keys))
            self._joined[name] = alias
            self._joins.append((alias, same))
        return self._joined[name]

    def joined(self, statement: Columns, table: FromClause | None = None) -> Columns:
        """Put the tables reached so far behind the table itself, or behind what stands for it."""
        source: FromClause = self.table if table is None else table
        for alias, condition in self._joins:
            source = source.outerjoin(alias, condition)
        return statement.select_from(source)


def is_open(target: AdminPage) -> bool:
    """Say whether everybody may know what the rows of a table are called."""
    return target.model in SHARED or target.scope == "*"


def plain_label(table: str) -> str:
    """Give what the rows of a table without a declaration are called by."""
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
    found = _searched(source, view)
    for name, values in view.filters:
        if name != but and may_name(source, name):
            found.append(_among(source, name, values))
    if view.days and but != source.page.days and shows(source.actor, source.page, source.page.days):
        found.append(in_days(source, view.days))
    return found


def _searched(source: Source, view: View) -> list[ColumnElement[bool]]:
    if view.keys is not None:
        return [source.table.c.id.in_(view.keys)]
    return [_search(source, term) for term in view.search.split()[:5]]


def may_name(source: Source, name: str) -> bool:
    """Say whether the actor may ask by this name: not by a field that is kept from them."""
    page = source.page
    if name in source.own:
        return True
    if name in page.shown and fields_in(page)[name].kind is Kind.ROW:
        return shows(source.actor, page, name)
    if name not in (*page.filters, *page.searched, *page.grouped):
        return False
    model, (*way, last) = page.model, name.split(".")
    for part in way:
        if isinstance(source.shown(model, f"{part}_id"), False_):
            return False
        model = model_of(fields_of(model)[f"{part}_id"].target)
    return not isinstance(source.shown(model, reached(model, last)[1]), False_)


def unknown_filters(session: Session, actor: Actor, page: AdminPage, view: View) -> list[str]:
    """Give the filters of a view by which the actor may not ask; a list leaves them out."""
    source = Source(session, actor, page)
    return [name for name, _values in view.filters if not may_name(source, name)]


def _search(source: Source, term: str) -> ColumnElement[bool]:
    names = [name for name in source.page.searched if may_name(source, name)]
    return _holds(source, source.page.model, names, term)


def _holds(
    source: Source, model: type[SQLModel], names: Iterable[str], term: str
) -> ColumnElement[bool]:
    """Write that a text the actor may see holds a term; over a key, that it leads to such a row."""
    columns, behind = columns_of(model), dict[str, list[str]]()
    sqlite = source.session.get_bind().dialect.name == "sqlite"
    found: list[ColumnElement[bool]] = []
    for name in names:
        head, _dot, rest = name.partition(".")
        if rest:
            behind.setdefault(head, []).append(rest)
        else:
            found.append(_contains(columns[head], term, sqlite) & source.shown(model, head))
    for head, rests in behind.items():
        (key,) = columns[f"{head}_id"].foreign_keys
        target = model_of(key.column.table.name)
        inside = _holds(source, target, rests, term) & source.seen(target)
        leads = columns[f"{head}_id"].in_(select(key.column).where(inside))
        found.append(leads & source.shown(model, f"{head}_id"))
    return reduce(or_, found, false())


def _contains(column: ColumnElement[Any], term: str, sqlite: bool) -> ColumnElement[bool]:
    """Write that a text holds a term, of which the case does not matter.

    Most terms are Chinese and have none: looking for these letters as they are is much faster.
    """
    if term.lower() != term.upper():
        # SQLite's LIKE knows no case of Latin letters; PostgreSQL's ILIKE is quick for those only.
        known = column.contains if sqlite else column.collate("C").icontains
        return known(term, autoescape=True)
    return func.instr(column, term) > 0 if sqlite else column.contains(term, autoescape=True)


def _among(source: Source, name: str, values: Iterable[str]) -> ColumnElement[bool]:
    field, column = source.column(name)
    read = [of_link(field, text) for text in values if text != NOTHING]
    wanted = [value for value in read if value is not None]
    *way, _last = name.split(".")
    if way and NOTHING not in values:
        return _points_to(source, source.page.model, name, wanted)
    found: list[ColumnElement[bool]] = [column.in_(wanted) & _known(source, field, column)]
    if NOTHING in values:
        found.append(column.is_(None) | (column == "") if _is_text(field) else column.is_(None))
    return reduce(or_, found)


def _points_to(
    source: Source, model: type[SQLModel], name: str, wanted: list[Any]
) -> ColumnElement[bool]:
    """Write that keys lead to a row with one of the values, which its index finds."""
    columns, (head, _dot, rest) = columns_of(model), name.partition(".")
    if not rest:
        field = fields_of(model)[reached(model, head)[1]]
        asked = columns[field.name].in_(wanted) & _known(source, field, columns[field.name])
        return asked & source.shown(model, field.name)
    field = fields_of(model)[f"{head}_id"]
    target = model_of(field.target)
    inside = _points_to(source, target, rest, wanted) & source.seen(target)
    keys = select(columns_of(target)[field.target_key]).where(inside)
    return columns[field.name].in_(keys) & source.shown(model, field.name)


def _known(source: Source, field: Field, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Write that a key leads to a row the actor may know; any other value will do."""
    seen = source.seen(model_of(field.target)) if field.kind is Kind.ROW else true()
    if isinstance(seen, True_):
        return true()
    keys = select(columns_of(model_of(field.target))[field.target_key]).where(seen)
    return column.in_(keys.correlate(None))


def _is_text(field: Field) -> bool:
    return field.kind in (Kind.TEXT, Kind.LONG, Kind.CHOICE)


def in_days(source: Source, days: str) -> ColumnElement[bool]:
    """Write that the day of a list lies in a year or a month."""
    column = source.column(source.page.days)[1]
    year, _dash, month = days.partition("-")
    try:
        first = date(int(year), int(month or 1), 1)
        last = date(first.year, int(month or 12), monthrange(first.year, int(month or 12))[1])
    except ValueError:
        return true()
    return column.between(first, last)


def asked_of(
    source: Source, view: View, *, action: Action | None = None, but: str = ""
) -> ColumnElement[bool]:
    """Write which rows a view finds among those the actor may see."""
    scope = reading_scope(source.actor, source.page, action)
    return reduce(and_, [scope, *conditions(source, view, but=but)])


def key_names(field: Field, session: Session, actor: Actor, keys: Iterable[Any]) -> dict[Any, Any]:
    """Give what the rows behind keys are called, as far as the actor may see them."""
    target = ADMIN_PAGES.get(field.target)
    columns = columns_of(model_of(field.target))
    key = columns[field.target_key]
    named = columns[target.label if target else plain_label(field.target)]
    statement: Columns = select(key, named).where(key.in_([k for k in keys if k is not None]))
    if target is not None and not is_open(target):
        statement = statement.where(reaches_sql(actor, target.model, target.scope, target.read))
    return {row[0]: row[1] for row in session.connection().execute(statement)}
