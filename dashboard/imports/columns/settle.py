"""What a column is, where its heading leaves it open and its values tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashboard.imports.cells.formats import displayed
from dashboard.imports.cells.measures import is_unit
from dashboard.imports.cells.numerals import ARABIC, folded, word_set
from dashboard.imports.cells.parsers import is_nothing
from dashboard.imports.columns.column import Column
from dashboard.imports.columns.headings import MONEY_UNITS, columns_of
from dashboard.imports.columns.mapping import OF_MONEY, Mapped
from dashboard.imports.context import Context, SheetKind
from dashboard.imports.files.grid import Grid
from dashboard.imports.layout.tables import Found
from dashboard.imports.match import Matcher, bare, same

Values = Callable[[int], Sequence[Any]]
"""Gives what a column shows, by its number."""
_UNIT = "单位"
_UNITS = word_set("单位 金额单位 资金单位 投资单位 货币单位")
_SHARE = re.compile(rf"{ARABIC}%|百分之.{{1,8}}")
_ENOUGH = 2


def settled(
    columns: list[Mapped], values: Values, context: Context, matcher: Matcher
) -> list[Mapped]:
    """Decide by the values below what the headings leave open.

    What 单位 means, which of two columns holds the names, and whether 形象进度 is told in percent.
    """
    known = {column.field: column for column in columns_of(context)}
    columns = [_unit(one, values, known, context, matcher) for one in columns]
    columns = _named(columns, values, matcher)
    if context.kind is SheetKind.MONTHLY:
        columns = _shares(columns, values, known)
    return columns


def _texts(values: Sequence[Any]) -> list[str]:
    return [folded(value) for value in values if isinstance(value, str) and value.strip()]


def _unit(
    one: Mapped,
    values: Values,
    known: Mapping[str, Column],
    context: Context,
    matcher: Matcher,
) -> Mapped:
    if one.how != "unknown" or one.heading.key not in _UNITS:
        return one
    texts = [text for text in _texts(values(one.index)) if not is_nothing(text)]
    if not texts:
        return one
    field = ""
    if all(text in MONEY_UNITS for text in texts) and context.kind is SheetKind.MONTHLY:
        return replace(one, how=OF_MONEY)
    if all(map(is_unit, texts)):
        field = "unit_of_measure"
    elif one.heading.key == _UNIT and all(same(text) in matcher.agencies for text in texts):
        field = "agency_name" if context.kind is SheetKind.MONTHLY else "lead_agency"
    return replace(one, column=known[field], how="values") if field else one


def _named(columns: list[Mapped], values: Values, matcher: Matcher) -> list[Mapped]:
    """Take the names from the column that holds projects, where one heading spans several."""
    first = next(
        (one for one in columns if one.column and one.column.field == "project_name"), None
    )
    if first is None or first.how == "confirmed":
        return columns
    alike = [one for one in columns if one is first or (not one.column and one.text == first.text)]
    if len(alike) < _ENOUGH:
        return columns

    def hits(one: Mapped) -> int:
        return sum(same(bare(text)) in matcher.by_name for text in _texts(values(one.index)))

    best = max(alike, key=hits)
    if best is first or not hits(best) or hits(best) == hits(first):
        return columns
    swapped = {first.index: replace(first, column=None, how="ignored")}
    swapped[best.index] = replace(best, column=first.column, how="values")
    return [swapped.get(one.index, one) for one in columns]


def _shares(columns: list[Mapped], values: Values, known: Mapping[str, Column]) -> list[Mapped]:
    """Read 形象进度 as a percentage where no other column is one and all it holds are such."""
    if any(one.column and one.column.field == "completed_pct" for one in columns):
        return columns
    shown = [one for one in columns if one.column and one.column.field == "physical_progress"]
    if len(shown) != 1 or shown[0].how == "confirmed" or not _are_shares(values(shown[0].index)):
        return columns
    share = replace(shown[0], column=known["completed_pct"], how="values")
    return [share if one is shown[0] else one for one in columns]


def _are_shares(values: Sequence[Any]) -> bool:
    told = [v for v in values if v != "" and not (isinstance(v, str) and is_nothing(folded(v)))]
    return bool(told) and all(
        isinstance(value, str) and bool(_SHARE.fullmatch(folded(value))) for value in told
    )


def shown_in(grid: Grid, found: Found, index: int) -> list[Any]:
    """Give what a column of a table shows, percentages as such."""
    told: list[Any] = []
    for row in range(found.first, found.last):
        cells = grid.rows[row]
        value = cells[index] if index < len(cells) else ""
        shown = grid.shown_as.get((row, index), "") if isinstance(value, float) else ""
        if value != "":
            told.append(displayed(float(value), shown) or value if shown else value)
    return told
