"""How many rows of a declared table lie behind each value of a filter, each year and month."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, String, cast, func, null, select
from sqlmodel import Session

from dashboard.admin.spec import AdminPage, View, link_text, shows
from dashboard.db import frame
from dashboard.permissions import Actor, allow
from dashboard.queries.row_source import Source, asked_of, in_days, key_names, may_name
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
    field, counted = _by_value(source, view, name)
    names = {}
    if field.kind is Kind.ROW:
        names = key_names(field, session, actor, counted["value"])
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
