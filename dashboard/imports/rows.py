"""The rows of a table: cells read into values, each with the cell it came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dashboard.i18n import _
from dashboard.imports import narrative
from dashboard.imports.column import FIGURES, Column, Kind
from dashboard.imports.context import Context, Value
from dashboard.imports.days import MONTH, day, says_no_date
from dashboard.imports.examination import shown as shown_value
from dashboard.imports.figures import amount_wan, bare_share, percent, quantity
from dashboard.imports.formats import PERCENT
from dashboard.imports.grid import Grid, place
from dashboard.imports.mapping import Mapped
from dashboard.imports.numerals import LARGEST, Unreadable, of_float, rounded
from dashboard.imports.parsers import DITTO, code, flag, names, text_of, words
from dashboard.imports.tables import Cover, Found

_NATURE = {"monthly_quantity": True, "cumulative_quantity": False}
_SPREAD = frozenset({Kind.CODE, Kind.TEXT, Kind.NAMES})


@dataclass(slots=True)
class Wrong:
    """A cell that could not be read."""

    field: str
    row: int
    index: int
    raw: str
    error: Unreadable


@dataclass(slots=True)
class RowRead:
    """What a row says; `row` counts from 0. `moved` are the cells a value was merged from."""

    row: int
    values: dict[str, Value] = field(default_factory=dict)
    raws: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


class Reader:
    """Reads the rows of one table."""

    def __init__(
        self, grid: Grid, cover: Cover, found: Found, mapped: list[Mapped], context: Context
    ) -> None:
        self.grid, self.origins, self.found = grid, cover.origins, found
        self.context = context
        self.previous: dict[str, Any] = {}
        read = [one for one in mapped if one.column]
        if not context.include_hidden:
            read = [one for one in read if one.index not in grid.hidden_columns]
        self.columns = [(one, one.column) for one in read if one.column]
        self.places = {column.field: one.index for one, column in self.columns}
        self.scales: dict[str, str] = {}

    def value(self, row: int, index: int) -> Any:
        """Give what stands in a cell by itself."""
        cells = self.grid.rows[row]
        return cells[index] if index < len(cells) else ""

    def settle_scales(self, rows: Sequence[int]) -> None:
        """Decide from the given rows what bare numbers of the percent columns mean."""
        for one, column in self.columns:
            if column.kind is Kind.PERCENT:
                self.scales[column.field] = one.unit or self._scale(one.index, rows)

    def _scale(self, index: int, rows: Sequence[int]) -> str:
        """Say what bare numbers of a percent column mean, where all of them together tell."""
        shown = self.grid.shown_as
        bare = {
            bare_share(value, shown.get((row, index), ""))
            for row in rows
            if (value := self.value(row, index)) != ""
        }
        numbers = {number for number in bare if number}
        inside = {number for number in numbers if 0 < number < 1}
        if any(number > 1 for number in numbers):
            return "mixed" if any(0 < number <= 1 for number in numbers) else "points"
        return "fraction" if len(inside) > 1 else ""

    def read(
        self, row: int, columns: list[tuple[Mapped, Column]], into: RowRead, unit: str
    ) -> None:
        """Read the given columns of a row. `unit` is the unit of measure of its project."""
        for one, column in columns:
            value, spot = self._spot(row, one.index, column)
            if value == "" and spot not in self.grid.faults:
                into.values[column.field] = None
                continue
            try:
                self._into(into, one, column, value, spot, unit)
            except Unreadable as error:
                into.values[column.field] = None
                raw = self.grid.faults.get(spot) or self._raw(value, spot)
                into.wrong.append(Wrong(column.field, *spot, raw, error))
                self.previous.pop(column.field, None)

    def _spot(self, row: int, index: int, column: Column) -> tuple[Any, tuple[int, int]]:
        """Find the cell that shows here; a figure merged over rows counts for the first only."""
        value = self.value(row, index)
        origin = self.origins.get((row, index)) if value == "" and column.kind in _SPREAD else None
        if origin and origin[1] == index and origin[0] >= self.found.first:
            return self.value(*origin), origin
        return value, (row, index)

    def _raw(self, value: Any, spot: tuple[int, int]) -> str:
        percent = isinstance(value, float) and self.grid.shown_as.get(spot) == PERCENT
        if percent and abs(value) < LARGEST:
            return f"{shown_value(rounded(of_float(value) * 100))}%"
        return text_of(value)

    def _into(
        self,
        into: RowRead,
        one: Mapped,
        column: Column,
        value: Any,
        spot: tuple[int, int],
        unit: str,
    ) -> None:
        name = column.field
        if fault := self.grid.faults.get(spot):
            raise _faulty(fault)
        if isinstance(value, str) and value.strip() in DITTO:
            if name not in self.previous or column.kind is Kind.CODE:
                raise Unreadable(_("“同上”的上面没有可用的内容"), _("直接填写内容"))
            result = self.previous[name]
        else:
            result = self._parsed(into, one, column, value, spot, unit)
        self.previous[name] = result
        into.values[name] = result
        if spot != (into.row, one.index):
            into.origins[name] = place(*spot)
        if result is not None:
            raw = self._raw(value, spot)
            if raw != shown_value(result):
                into.raws[name] = raw

    def _parsed(
        self,
        into: RowRead,
        one: Mapped,
        column: Column,
        value: Any,
        spot: tuple[int, int],
        unit: str,
    ) -> Any:
        shown = self.grid.shown_as.get(spot, "")
        match column.kind:
            case Kind.TEXT | Kind.NARRATIVE:
                return words(value)
            case Kind.PERCENT:
                return percent(value, shown, self.scales[column.field])
            case Kind.NUMBER:
                return quantity(value, shown, unit, one.unit, monthly=_NATURE.get(column.field))
            case Kind.MONEY:
                return amount_wan(value, shown, one.unit)
            case Kind.CODE:
                return code(value, shown)
            case Kind.FLAG:
                return flag(value)
            case Kind.NAMES:
                return names(value)
            case Kind.MILESTONES:
                text = words(value)
                return text and narrative.milestones(text, self.context.month.year)
            case _:
                return self._day(into, column, value)

    def _day(self, into: RowRead, column: Column, value: Any) -> date | None:
        deadline = column.kind is Kind.DEADLINE
        if deadline:
            into.values["due_text"] = words(value)
        if deadline and isinstance(value, str) and says_no_date(value):
            return None
        found = day(value, self.context.month.year)
        if found is None:
            return None
        if found.mark == MONTH:
            into.marks[column.field] = MONTH
        return found.on


def _faulty(fault: str) -> Unreadable:
    if fault == "?":
        return Unreadable(
            _("公式没有计算结果"),
            _("在 Excel 或 WPS 中打开并保存一次，或直接填写数字"),
            "no_result",
        )
    return Unreadable(
        _("公式出错，显示为 {fault}").format(fault=fault),
        _("改正公式，或直接填写数字"),
        "error_value",
    )


def numbers_of(columns: list[tuple[Mapped, Column]]) -> Iterator[tuple[Mapped, Column]]:
    """Give the columns whose figures a total row sums."""
    return ((one, column) for one, column in columns if column.kind in FIGURES - {Kind.PERCENT})
