"""The rows of a table: cells read into values, each with the cell it came from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as field_of
from datetime import date
from typing import Any, NamedTuple

from dashboard.i18n import _
from dashboard.imports import own, plan
from dashboard.imports.cells import narrative
from dashboard.imports.cells.days import MONTH, day, of_delimited, says_no_date
from dashboard.imports.cells.doubts import refuse_earlier, refuse_fault, refuse_long, refuse_odd
from dashboard.imports.cells.figures import amount_wan, bare_share, percent, quantity
from dashboard.imports.cells.formats import PERCENT, displayed
from dashboard.imports.cells.measures import is_unit
from dashboard.imports.cells.numerals import LARGEST, Unreadable, folded, of_float, rounded
from dashboard.imports.cells.parsers import DITTO, code, flag, is_plain, names, text_of, words
from dashboard.imports.columns.column import FIGURES, Column, Kind
from dashboard.imports.columns.mapping import OF_MONEY, Mapped
from dashboard.imports.context import Context, Value
from dashboard.imports.examination import shown as shown_value
from dashboard.imports.files.grid import Grid, place
from dashboard.imports.layout.tables import Cover, Found

_NATURE = {"monthly_quantity": True, "cumulative_quantity": False}
_CUMULATED = dict.fromkeys(("completed_investment_wan", "allocated_wan", "paid_wan"), False)
_PURPOSES = {
    "completed_investment_wan": "invested",
    "allocated_wan": "allocated",
    "paid_wan": "paid",
}
_TEXTS = frozenset({Kind.TEXT, Kind.NARRATIVE})
_SPREAD = frozenset(
    {Kind.CODE, Kind.TEXT, Kind.NAMES, Kind.DAY, Kind.DEADLINE, Kind.FLAG, Kind.CHOICE}
)
_FORMATTED = FIGURES | {Kind.CODE, Kind.TEXT}
_DAYS = frozenset({Kind.DAY, Kind.DEADLINE})
_REMEMBERED = 4_000
_TENFOLD = 10
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,38}[A-Za-z0-9]")
"""A code that is surely itself: nothing to fold in it."""


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
    """What a row says; `row` counts from 0."""

    row: int
    values: dict[str, Value] = field_of(default_factory=dict)
    raws: dict[str, str] = field_of(default_factory=dict)
    origins: dict[str, str] = field_of(default_factory=dict)
    marks: dict[str, str] = field_of(default_factory=dict)
    wrong: list[Wrong] = field_of(default_factory=list)


class _Reading(NamedTuple):
    """What a cell says: the value, what stands there where that differs, how exact it is."""

    value: Any
    raw: str = ""
    mark: str = ""
    due_text: str | None = None


@dataclass(slots=True)
class Place:
    """A column that is read; `known` remembers the texts read before."""

    index: int
    column: Column
    unit: str
    field: str
    is_text: bool
    is_day: bool
    known: dict[tuple[str | date, str, str], _Reading] = field_of(default_factory=dict)


def _place(index: int, column: Column, unit: str) -> Place:
    kind = column.kind
    return Place(index, column, unit, column.field, kind in _TEXTS, kind in _DAYS)


class Reader:
    """Reads the rows of one table."""

    def __init__(
        self, grid: Grid, cover: Cover, found: Found, mapped: list[Mapped], context: Context
    ) -> None:
        self.grid, self.origins, self.found = grid, cover.origins, found
        self.context = context
        self.above: dict[str, Value] = {}
        self.formatted = {column for _row, column in grid.shown_as}
        self.special = {row for row, _column in (*cover.origins, *grid.faults, *grid.odd)}
        self.columns = [
            _place(one.index, one.column, one.unit)
            for one in mapped
            if one.column and (context.include_hidden or one.index not in grid.hidden_columns)
        ]
        self.places = {one.field: one.index for one in self.columns}
        self.scales: dict[str, str] = {}
        self.counted = self.money = self.beside = ""
        hidden = frozenset() if context.include_hidden else grid.hidden_columns
        money = (one.index for one in mapped if one.how == OF_MONEY and one.index not in hidden)
        self.money_at = next(money, None)

    def value(self, row: int, index: int) -> Any:
        """Give what stands in a cell by itself."""
        cells = self.grid.rows[row]
        return cells[index] if index < len(cells) else ""

    def settle_scales(self, rows: Sequence[int]) -> None:
        """Decide from the given rows what bare numbers of the percent columns mean."""
        months = [one.index for one in self.columns if one.field.startswith(plan.PLANNED)]
        for one in self.columns:
            if one.column.kind is Kind.PERCENT:
                alike = months if one.index in months else [one.index]
                chosen = one.unit in ("fraction", "points")
                self.scales[one.field] = one.unit if chosen else self._scale(alike, rows, one.unit)

    def _scale(self, columns: Sequence[int], rows: Sequence[int], stated: str) -> str:
        """Say what bare numbers of percent columns mean, where all of them together tell.

        A plan's months are alike. `stated` is the % of its heading, under which 1 beside 65 is 1 %.
        """
        shown = self.grid.shown_as
        bare = {
            bare_share(value, shown.get((row, index), ""))
            for row in rows
            for index in columns
            if (value := self.value(row, index)) != ""
        }
        numbers = {number for number in bare if number}
        inside = {number for number in numbers if 0 < number < 1}
        if any(number > 1 for number in numbers):
            if stated:
                return "stated" if inside else "points"
            return "mixed" if inside or 1 in numbers else "points"
        return "fraction" if len(inside) > 1 else ""

    def read(self, columns: list[Place], into: RowRead, unit: str) -> None:
        """Read the given columns of a row. `unit` is the unit of measure of its project."""
        row, values = into.row, into.values
        cells = self.grid.rows[row]
        width, special = len(cells), row in self.special
        for one in columns:
            value = cells[one.index] if one.index < width else ""
            if not special:
                kind = type(value)
                if kind is str:
                    if not value:
                        values[one.field] = None
                        continue
                    if one.is_text and is_plain(value):
                        values[one.field] = value
                        continue
                if self._read_plain(into, one, value, kind, unit):
                    continue
            self._read_cell(into, one, value, (row, one.index), unit)

    def _read_plain(self, into: RowRead, one: Place, value: Any, kind: type, unit: str) -> bool:
        """Read a cell whose reading is sure or remembered, if it is; most cells are."""
        if kind is float:
            return self._read_plain_number(into, one, value, unit)
        if kind is str:
            if one.column.kind is Kind.CODE and _CODE.fullmatch(value):
                into.values[one.field] = value
                return True
        elif not one.is_day:
            return False
        found = one.known.get((value, unit, self.beside))
        if found is not None:
            self._keep(into, one, found)
        return found is not None

    def _read_plain_number(self, into: RowRead, one: Place, value: float, unit: str) -> bool:
        """Read a number whose format leaves it as it is, or shows it in percent."""
        kind, shown = one.column.kind, ""
        if one.index in self.formatted:
            shown = self.grid.shown_as.get((into.row, one.index), "")
        if kind is Kind.PERCENT and shown == PERCENT and 0 <= value <= _TENFOLD:
            share = rounded(of_float(value) * 100)
            into.values[one.field], into.raws[one.field] = share, f"{share}%"
            return True
        bare = one.unit or self.counted
        same = not bare or not unit or bare == unit
        wan = kind is Kind.MONEY and one.unit == "万元" and self.money in ("", "万元")
        plain = (kind is Kind.NUMBER and same) or wan
        if plain and not shown and 0 <= value < LARGEST:
            into.values[one.field] = of_float(value)
            return True
        return False

    def _keep(self, into: RowRead, one: Place, found: _Reading) -> None:
        into.values[one.field] = found[0]
        if found[1]:
            into.raws[one.field] = found[1]
        if one.is_day:
            self._note_day(into, one, found)

    def _read_cell(
        self, into: RowRead, one: Place, value: Any, spot: tuple[int, int], unit: str
    ) -> None:
        value, spot = self._spot(one, value, spot)
        into.values[one.field] = None
        if value == "" and spot not in self.grid.faults:
            self._refuse_merged(into, one, spot)
            return
        try:
            found = self._read(one, value, spot, unit)
        except Unreadable as error:
            raw = self.grid.faults.get(spot) or self._shown(value, spot)
            into.wrong.append(Wrong(one.field, *spot, raw, error))
            return
        self._keep(into, one, found)
        if spot != (into.row, one.index):
            into.origins[one.field] = place(*spot)

    def count_in(self, unit: Value) -> None:
        """Let bare numbers of the next row count this unit, where it is one that is known."""
        known = isinstance(unit, str) and is_unit(folded(unit))
        self.counted = self.beside = folded(str(unit)) if known else ""

    def price_in(self, row: int) -> None:
        """Let bare amounts of a row count the money unit that stands in it."""
        if self.money_at is not None:
            spot = self.origins.get((row, self.money_at), (row, self.money_at))
            self.money = folded(text_of(self.value(*spot)))
            self.beside = f"{self.counted} {self.money}"

    def supplement(self, into: RowRead, column: Column, text: str, unit: str, index: int) -> None:
        """Read a text that a person wrote for a column the sheet lacks, told of at `index`."""
        one = _place(-1, column, "")
        into.values[column.field] = None
        try:
            found = self._parsed(one, text, (into.row, -1), unit)
        except Unreadable as error:
            into.wrong.append(Wrong(column.field, into.row, index, text, error))
            return
        into.values[column.field], into.raws[column.field] = found[0], text
        if one.is_day:
            self._note_day(into, one, found)

    def _note_day(self, into: RowRead, one: Place, found: _Reading) -> None:
        """Keep how exactly a day was given, and a deadline's own words."""
        if found.mark:
            into.marks[one.field] = found.mark
        if one.column.kind is Kind.DEADLINE:
            into.values["due_text"] = found.due_text

    def _refuse_merged(self, into: RowRead, one: Place, spot: tuple[int, int]) -> None:
        """Refuse a row over which another's figure is merged: whose it is, nobody can tell."""
        origin = self.origins.get(spot, spot)
        if origin == spot or origin[0] < self.found.first or one.column.kind not in FIGURES:
            return
        value = self.value(*origin)
        if value == "" or (isinstance(value, str) and not re.search(r"\d", folded(value))):
            return
        error = Unreadable(
            _("{cell} 的数字与这一格合并，不能确定是共有一个数，还是每行都是这个数").format(
                cell=place(*origin)
            ),
            _("取消合并，在有数字的行分别填写，没有的留空；整个项目的数字请单独填一行"),
            "merged_figure",
        )
        into.wrong.append(Wrong(one.field, *spot, self._shown(value, origin), error))

    def _spot(self, one: Place, value: Any, spot: tuple[int, int]) -> tuple[Any, tuple[int, int]]:
        """Find the cell that shows here: a text or a day merged over rows holds for all of them."""
        origin = self.origins.get(spot) if value == "" and one.column.kind in _SPREAD else None
        if origin and origin[0] >= self.found.first:
            # A project's name may be merged over the cell of its running number too.
            beside = one.field == "project_name" and origin[1] not in self.places.values()
            if origin[1] == one.index or beside:
                return self.value(*origin), origin
        return value, spot

    def _shown(self, value: Any, spot: tuple[int, int]) -> str:
        percent_cell = isinstance(value, float) and self.grid.shown_as.get(spot) == PERCENT
        if percent_cell and abs(value) < LARGEST:
            return f"{shown_value(rounded(of_float(value) * 100))}%"
        return text_of(value)

    def _read(self, one: Place, value: Any, spot: tuple[int, int], unit: str) -> _Reading:
        """Read a cell; texts and days read before are remembered, since most repeat."""
        is_date = one.is_day and isinstance(value, date) and spot not in self.grid.faults
        if spot in self.grid.odd or not (is_date or isinstance(value, str)):
            return self._parsed(one, value, spot, unit)
        known = one.known.get((value, unit, self.beside))
        if known is None:
            known = self._parsed(one, value, spot, unit)
            if len(one.known) < _REMEMBERED and (is_date or value.strip() not in DITTO):
                one.known[value, unit, self.beside] = known
        return known

    def _parsed(self, one: Place, value: Any, spot: tuple[int, int], unit: str) -> _Reading:
        if fault := self.grid.faults.get(spot):
            refuse_fault(fault)
        if value != "" and (how := self.grid.odd.get(spot)):
            refuse_odd(how, one.column.kind)
        refuse_long(value, one.column.kind)
        refuse_earlier(value, one.column.kind, self.context)
        name, mark, due_text = one.field, "", None
        if isinstance(value, str) and value.strip() in DITTO:
            if self.above.get(name) is None or one.column.kind is Kind.CODE:
                raise Unreadable(_("“同上”的上面没有可用的内容"), _("直接填写内容"))
            result = self.above[name]
        elif one.column.kind in _DAYS:
            result, mark, due_text = self._day(one.column, value)
        else:
            shown = self.grid.shown_as.get(spot, "") if one.column.kind in _FORMATTED else ""
            result = self._value(one, value, shown, unit)
        raw = "" if result is None else self._shown(value, spot)
        return _Reading(result, "" if raw == shown_value(result) else raw, mark, due_text)

    def _value(self, one: Place, value: Any, shown: str, unit: str) -> Any:
        match one.column.kind:
            case Kind.PERCENT:
                return percent(value, shown, self.scales.get(one.field, ""))
            case Kind.NUMBER:
                nature = _NATURE.get(one.field)
                return quantity(value, shown, unit, one.unit or self.counted, monthly=nature)
            case Kind.MONEY:
                purpose = _PURPOSES.get(one.field, "")
                nature = _CUMULATED.get(one.field)
                unit = self._money_unit(one)
                return amount_wan(value, shown, unit, monthly=nature, purpose=purpose)
            case Kind.CODE:
                return code(value, shown)
            case Kind.FLAG:
                return flag(value)
            case Kind.NAMES:
                return names(value)
            case Kind.FIGURE:
                return own.figure(value, shown, one.column)
            case Kind.CHOICE:
                return own.choice(value, one.column)
            case Kind.MILESTONES:
                text = words(value)
                return text and narrative.milestones(text, self.context.month.year)
            case _:
                return words(self._worded(one, value, shown))

    def _money_unit(self, one: Place) -> str:
        """Give the unit of a bare amount: its heading's or its row's, where they agree."""
        if one.unit and self.money not in ("", one.unit):
            raise Unreadable(
                _("列名写的是{one}，这一行的单位写的是{other}").format(
                    one=one.unit, other=self.money
                ),
                _("改正其中一个，或在金额后面写明单位"),
                "ambiguous",
            )
        return one.unit or self.money

    def _worded(self, one: Place, value: Any, shown: str) -> Any:
        """Give a number in a column of texts as it is seen; alone it tells no progress."""
        if isinstance(value, bool) or not isinstance(value, float | int):
            return value
        if seen := displayed(float(value), shown):
            return seen
        if one.field != "physical_progress":
            return value
        text = text_of(value)
        raise Unreadable(
            _("这里要写进展，却只有一个数字 {number}").format(number=text),
            _("写明是什么，如“完成 {number}%”或“主体施工”").format(number=text),
        )

    def _day(self, column: Column, value: Any) -> tuple[Any, str, str | None]:
        deadline = column.kind is Kind.DEADLINE
        due_text = words(value) if deadline else None
        if deadline and isinstance(value, str) and says_no_date(value):
            return None, "", due_text
        read = of_delimited if self.grid.delimited else day
        found = read(value, self.context.month.year)
        if found is None:
            return None, "", due_text
        return found.on, MONTH if found.mark == MONTH else "", due_text
