"""Many rows at once, as dictionaries: read by few statements, written by one for each table.

For what a person does to thousands of rows in one step. What stood in the session is flushed
before, and rows of a written table that it knows are read anew when they are next asked for.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Table,
    any_,
    bindparam,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, SQLModel

from models.base import utc_now

Row = dict[str, Any]
BOOKKEEPING = frozenset({"id", "created_at", "changed_at", "version"})
"""What every row has of its own and nobody reports."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the garbage collector rest: it would walk thousands of rows that all still stand."""
    worked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if worked:
            gc.enable()


def _table(model: type[SQLModel]) -> Table:
    return model.__table__  # type: ignore[attr-defined, no-any-return]


def among(session: Session, column: Any, keys: Iterable[int | str]) -> ColumnElement[bool]:
    """Say that a column is one of the keys, however many: they are one parameter."""
    given = list(keys)
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(bindparam(None, json.dumps(given, ensure_ascii=False)))
        return column.in_(select(listed.table_valued("value").c.value))  # type: ignore[no-any-return]
    kind = BigInteger() if column.type.python_type is int else column.type
    return column == any_(bindparam(None, given, ARRAY(kind)))  # type: ignore[no-any-return]


def rows_where(
    session: Session, model: type[SQLModel], *conditions: Any, order_by: Any = None
) -> list[Row]:
    """Give rows with all their columns, by default in order of their keys."""
    session.flush()
    table = _table(model)
    order = table.c.id if order_by is None else order_by
    found = session.connection().execute(select(table).where(*conditions).order_by(order))
    names = list(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found]


@cache
def _blank(model: type[SQLModel]) -> Row:
    fields = model.model_fields
    return {
        name: None if fields[name].default_factory else fields[name].get_default()
        for name in _table(model).c.keys()  # noqa: SIM118 - of columns, not of a dictionary
    }


def fresh(model: type[SQLModel], **values: Any) -> Row:
    """Make a new row: what is not given is as in a new instance of the model."""
    return {**_blank(model), **values}


def draw_keys(session: Session, model: type[SQLModel], count: int) -> Sequence[int]:
    """Reserve keys for new rows."""
    connection, name = session.connection(), _table(model).name
    if connection.dialect.name == "sqlite":  # whoever writes is alone
        first = connection.scalar(text(f"SELECT coalesce(max(id), 0) + 1 FROM {name}")) or 1
        return range(first, first + count)
    drawn = text(
        "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
    )
    return list(connection.scalars(drawn, {"name": name, "count": count}))


def _bound(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row]) -> Any:
    """Give the rows as tuples of what the driver takes, worked out column by column."""
    columns = []
    for name in names:
        values = list(map(itemgetter(name), rows))
        kind = table.c[name].type.dialect_impl(connection.dialect)
        if process := kind.bind_processor(connection.dialect):
            values = _processed(process, values)
        columns.append(values)
    return list(zip(*columns, strict=True))


def _processed(process: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    """Work each value out once: most repeat, and what is equal is the same in a database."""
    try:
        known = {value: process(value) for value in set(values)}
    except TypeError:  # a list or a dictionary, which has no hash
        return [process(value) for value in values]
    return [known[value] for value in values]


def add_rows(session: Session, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert rows made by `fresh`; those without a key get one."""
    if not rows:
        return
    session.flush()
    connection, table, now = session.connection(), _table(model), utc_now()
    keyless = [row for row in rows if row["id"] is None]
    keys = draw_keys(session, model, len(keyless)) if keyless else ()
    for row, key in zip(keyless, keys, strict=True):
        row["id"] = key
    if "changed_at" in table.c:
        for row in rows:
            row["created_at"] = row["changed_at"] = now
    # What no row has and may lack is left out: it costs a good deal of a wide table.
    names = [
        name
        for name in rows[0]
        if not table.c[name].nullable or any(row[name] is not None for row in rows)
    ]
    values = _bound(connection, table, names, rows)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"
        connection.exec_driver_sql(statement, values)
    else:
        _copy(connection, f"COPY {table.name} ({', '.join(names)}) FROM STDIN", values)


def _copy(connection: Connection, statement: str, values: Iterable[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    failures = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in values:
                copy.write_row(row)
    except failures as error:
        raise DBAPIError.instance(
            statement, None, error, failures, dialect=connection.dialect
        ) from error


def change_rows(
    session: Session, model: type[SQLModel], rows: Sequence[Row], names: Iterable[str]
) -> None:
    """Write the named columns of rows whose `version` is still what it was when they were read.

    Raises:
        StaleDataError: somebody changed one of them in the meantime.
    """
    if not rows:
        return
    session.flush()
    connection, table, now = session.connection(), _table(model), utc_now()
    for row in rows:
        row["changed_at"] = now
    written = [*sorted(set(names) - BOOKKEEPING), "changed_at"]
    values = _bound(connection, table, [*written, "id", "version"], rows)
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    changes = ", ".join(f"{name} = {mark}" for name in written)
    statement = (
        f"UPDATE {table.name} SET {changes}, version = version + 1 "
        f"WHERE id = {mark} AND version = {mark}"
    )
    if connection.exec_driver_sql(statement, values).rowcount != len(rows):
        raise StaleDataError(f"{table.name}: rows were changed meanwhile")
    for row in rows:
        row["version"] += 1
    _forget(session, model)


def delete_rows(session: Session, model: type[SQLModel], condition: ColumnElement[bool]) -> None:
    """Delete the rows for which the condition holds."""
    session.flush()
    session.connection().execute(delete(_table(model)).where(condition))
    _forget(session, model)


def _forget(session: Session, model: type[SQLModel]) -> None:
    for row in list(session.identity_map.values()):
        if isinstance(row, model):
            session.expire(row)
