"""The statements behind an own chart: the rows it rests on, its groups, its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    Subquery,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    null,
    select,
    type_coerce,
)
from sqlmodel import Session

from dashboard.admin.chart import Chart
from dashboard.admin.spec import View
from dashboard.db import frame, records
from dashboard.queries.row_source import Source, conditions, reading_scope
from dashboard.rules.entry import Kind
from models.base import Exact

MONTHLY = (Kind.DAY, Kind.INSTANT)
"""Columns by whose months rows are grouped."""
GROUPS = (Kind.TEXT, Kind.CHOICE, Kind.CODE, Kind.FLAG, Kind.ROW, Kind.WHOLE, *MONTHLY)
"""Columns by which rows may be grouped."""
SIDES = ("by", "across")


def charted_rows(
    source: Source, chart: Chart, view: View, *, alike: str, once_each: Sequence[str]
) -> Subquery:
    """Select the rows a view gives the actor, with what groups them and the figure.

    Columns: by, across (groups, NULL where nothing is filled in), measure, alike (what must be the
    same to be added), owner (what may be added once).
    """
    sides = {"by": chart.by, "across": chart.across}
    columns = [_group(source, name).label(side) for side, name in sides.items()]
    columns.append(_figure(source, chart.measure).label("measure"))
    columns.append(_text(source, [alike] if alike else []).label("alike"))
    columns.append(_text(source, once_each).label("owner"))
    asked = and_(reading_scope(source.actor, source.page), *conditions(source, view))
    return source.joined(select(*columns)).where(asked).subquery()


def _group(source: Source, name: str) -> ColumnElement[Any]:
    if not name:
        return literal("")
    field, column = source.column(name)
    if field.kind is Kind.INSTANT:
        return _month_of_instant(source, column)
    if field.kind is Kind.DAY:
        return func.nullif(func.substr(cast(column, String), 1, 7), "", type_=String)
    if field.kind in (Kind.TEXT, Kind.CHOICE):
        return func.nullif(column, "", type_=String)
    return column


def _month_of_instant(source: Source, column: ColumnElement[Any]) -> ColumnElement[str]:
    """Write the month of an instant, which is kept in UTC, as the office's clock has it."""
    if source.session.get_bind().dialect.name == "sqlite":
        return func.strftime("%Y-%m", column, "+8 hours", type_=String)
    return func.to_char(func.timezone("Asia/Shanghai", column), "YYYY-MM", type_=String)


def _figure(source: Source, name: str) -> ColumnElement[Any]:
    if not name:
        return literal(1)
    field, column = source.column(name)
    if field.own and source.session.get_bind().dialect.name == "sqlite":
        exact = Exact(
            field.places
        )  # SQLite has no decimals: an answer is added as a scaled whole number
        return type_coerce(cast(func.round(column * 10**exact.places), BigInteger), exact)
    return column


def _text(source: Source, names: Sequence[str]) -> ColumnElement[str]:
    """Write the columns of these names as one text; NULL for none."""
    if not names:
        return cast(null(), String)
    parts = [func.coalesce(cast(source.column(name)[1], String), "") for name in names]
    return reduce(lambda one, other: one.concat("|").concat(other), parts)


def _figures(rows: Subquery) -> list[ColumnElement[Any]]:
    filled = rows.c.measure.is_not(None)
    kind, owner = case((filled, rows.c.alike)), case((filled, rows.c.owner))
    return [
        func.count().label("rows"),
        func.count(rows.c.measure).label("filled"),
        func.sum(rows.c.measure).label("total"),
        func.count(distinct(kind)).label("kinds"),
        func.min(kind).label("kind"),
        func.count(distinct(owner)).label("owners"),
    ]


def whole_of(session: Session, rows: Subquery) -> dict[str, Any]:
    """Work out all rows together: rows, filled, total, kinds, kind, owners."""
    return records(frame(session, select(*_figures(rows))))[0]


def kept_keys(
    session: Session, rows: Subquery, side: str, most: int, *, monthly: bool
) -> list[Any]:
    """Give the groups of a side that stand apart: the largest ones, or the latest months."""
    column, number = rows.c[side], func.count()
    order = [column.desc()] if monthly else [number.desc(), column]
    statement = select(column).where(column.is_not(None)).group_by(column)
    return list(session.connection().scalars(statement.order_by(*order).limit(most)))


def cells_of(session: Session, rows: Subquery, kept: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Work out each cell; groups that do not stand apart are one.

    Columns: by, by_rest, across, across_rest (the rest: 1), and those of `whole_of`.
    """
    sides: list[ColumnElement[Any]] = []
    for side in SIDES:
        column = rows.c[side]
        apart = column.in_(kept[side])
        sides.append(case((apart, column)).label(side))
        sides.append(case((column.is_(None) | apart, 0), else_=1).label(f"{side}_rest"))
    folded = select(*sides, rows.c.measure, rows.c.alike, rows.c.owner).subquery()
    places = [folded.c[name] for side in SIDES for name in (side, f"{side}_rest")]
    return frame(session, select(*places, *_figures(folded)).group_by(*places))
