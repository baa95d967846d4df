"""How many rows of a declared table lie behind each value of a filter, each year and month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from sqlalchemy import (
    CTE,
    ColumnElement,
    String,
    Subquery,
    True_,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlmodel import Session

from dashboard.admin.spec import AdminPage, View, link_text, shows
from dashboard.db import Columns, frame
from dashboard.permissions import EVERYONE, Actor, allow
from dashboard.queries.row_source import (
    Source,
    asked_of,
    in_days,
    key_names,
    may_name,
    reading_scope,
)
from dashboard.rules.entry import Field, Kind

MOST_VALUES = 40
"""How many values a filter offers, the most frequent first."""


def filter_counts(
    session: Session, actor: Actor, page: AdminPage, view: View | None = None
) -> pd.DataFrame:
    """Count the rows behind each value of each filter, as the other filters leave them.

    The most frequent values first. Columns: filter, value (as in a link), label, rows (int).
    """
    allow(actor, page.read)
    source, view = Source(session, actor, page), view or View()
    few = [n for n, f in source.own.items() if f.kind in (Kind.CHOICE, Kind.FLAG)]
    names = [name for name in [*page.filters, *few] if may_name(source, name)]
    chosen = {name for name, _values in view.filters}
    alike = [name for name in names if name not in chosen]
    counted = _at_once(source, view, alike) if _is_asked(source, view) else {}
    found = [
        _told(source, name, *(counted.get(name) or _by_value(source, view, name))) for name in names
    ]
    columns = ["filter", "value", "label", "rows"]
    return pd.concat(found) if found else pd.DataFrame(columns=columns, dtype=object)


def _told(source: Source, name: str, field: Field, counted: pd.DataFrame) -> pd.DataFrame:
    names = {}
    if field.kind is Kind.ROW:
        names = key_names(field, source.session, source.actor, counted["value"])
        counted = counted[counted["value"].isna() | counted["value"].isin(list(names))]
    return pd.DataFrame(
        {
            "filter": [name] * len(counted),
            "value": [link_text(value) for value in counted["value"]],
            "label": [names.get(value, field.word(value)) for value in counted["value"]],
            "rows": [int(number) for number in counted["rows"]],
        },
        dtype=object,
    )


def _is_asked(source: Source, view: View) -> bool:
    """Say whether finding the rows takes longer than reading a filter's index."""
    conditions = bool(view.search or view.filters or view.days)
    over_keys = source.page.scope not in ("id", EVERYONE)
    return conditions or (
        over_keys and not isinstance(reading_scope(source.actor, source.page), True_)
    )


def _at_once(
    source: Source, view: View, names: Sequence[str]
) -> dict[str, tuple[Field, pd.DataFrame]]:
    """Count by the values of several filters over the rows that a view finds, which are found once.

    Each filter has a column of its own in what is read, so that its values keep their type.
    """
    if len(names) < 2:
        return {}
    heads = {name: name.partition(".")[0] for name in names}
    columns = {head: source.column(head)[1] for head in dict.fromkeys(heads.values())}
    labelled = [column.label(head) for head, column in columns.items()]
    wanted = asked_of(source, view)
    asked = source.joined(select(*labelled)).where(wanted).cte("asked")
    parts = {name: _part(source, name, asked, heads[name]) for name in names}
    types = [part.c.value.type for _field, part in parts.values()]
    each = [
        select(
            literal(place).label("place"),
            part.c.rows,
            *(
                (part.c.value if other == place else cast(null(), kind)).label(f"v{other}")
                for other, kind in enumerate(types)
            ),
        )
        for place, (_field, part) in enumerate(parts.values())
    ]
    found = frame(source.session, union_all(*each))
    return {name: (parts[name][0], _values(found, place)) for place, name in enumerate(names)}


def _values(found: pd.DataFrame, place: int) -> pd.DataFrame:
    mine = found[found["place"] == place]
    mine = mine.sort_values("rows", ascending=False, kind="stable")
    return pd.DataFrame({"value": mine[f"v{place}"], "rows": mine["rows"]})


def _part(source: Source, name: str, asked: CTE, head: str) -> tuple[Field, Subquery]:
    """Count the rows that were found by the value of one filter: the most frequent ones."""
    number: ColumnElement[Any] = func.count()
    column: ColumnElement[Any]
    if name == head:
        field, column = source.column(name)[0], asked.c[head]
        statement: Columns = select(column.label("value"), number.label("rows")).select_from(asked)
    else:
        by_key = select(asked.c[head].label("key"), number.label("n")).group_by(asked.c[head])
        counted = by_key.subquery()
        beside = Source(source.session, source.actor, source.page)
        field, column = beside.column(name, counted.c.key)
        number = func.sum(counted.c.n)
        selected = select(column.label("value"), number.label("rows"))
        statement = beside.joined(selected, counted)
    statement = statement.group_by(column).order_by(number.desc(), column).limit(MOST_VALUES)
    return field, statement.subquery()


def _by_value(source: Source, view: View, name: str) -> tuple[Field, pd.DataFrame]:
    """Count the rows by value. Over a key they are first counted by key, then the keys joined."""
    head, _dot, rest = name.partition(".")
    asked = asked_of(source, view, but=name)
    number: ColumnElement[Any] = func.count()
    if not rest:
        field, column = source.column(name)
        if replace(view, sort="", columns=(), number=1) != View():
            # Few rows are asked for: SQLite shall find these first, not walk along the value.
            column = func.coalesce(column, null(), type_=column.type)
        statement = source.joined(select(column.label("value"), number.label("rows"))).where(asked)
    else:
        key = source.column(head)[1]
        by_key = source.joined(select(key.label("key"), number.label("n"))).where(asked)
        counted = by_key.group_by(key).subquery()
        beside = Source(source.session, source.actor, source.page)
        field, column = beside.column(name, counted.c.key)
        number = func.sum(counted.c.n)
        selected = select(column.label("value"), number.label("rows"))
        statement = beside.joined(selected, counted)
    statement = statement.group_by(column).order_by(number.desc(), column).limit(MOST_VALUES)
    return field, frame(source.session, statement)


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
    asked = asked_of(source, view, but=page.days) & column.is_not(None)
    if year:
        asked = asked & in_days(source, year)
    statement = source.joined(select(part.label("part"), func.count().label("rows")))
    return frame(session, statement.where(asked).group_by(part).order_by(part.desc()).limit(120))
