"""A sheet of any table's rows: found by its headings, read cell by cell; and how cells are written.

`cell_of` writes what `read_records` reads back as the same, so that an export imports again with no
change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dashboard import clock
from dashboard.i18n import _
from dashboard.imports.cells.numerals import LARGEST, of_float
from dashboard.imports.examination import Level, Problem
from dashboard.imports.files.grid import Book, Grid, place
from dashboard.imports.sheet import REPORT_MARK, REPORT_SHEET
from dashboard.rules.entry import Field, Kind
from dashboard.rules.words import plain_words
from models.base import Code

KEY, VERSION = "id", "version"
TITLES = {KEY: "编号", VERSION: "版本"}
"""What the first two columns of an export are called: by them a row is found again."""
MOST_ROWS = 20_000
_LOOKED_AT, _DIGITS = 15, 15


@dataclass(frozen=True)
class Record:
    """One row of a sheet, numbered as in Excel: field → name of the cell and what stands there."""

    sheet: str
    number: int
    cells: Mapping[str, tuple[str, Any]]

    def value(self, name: str) -> Any:
        """Give what stands in a field's cell, None where the sheet has no such column."""
        return self.cells[name][1] if name in self.cells else None


@dataclass
class Records:
    """What a book holds of one table."""

    rows: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def cell_of(column: Field, value: Any, label: Any = None) -> Any:
    """Write a value as an export's cell shows it: keys by name, codes by word, instants as here."""
    if column.kind is Kind.ROW:
        value = label
    if isinstance(value, Code):
        return _(value.label)
    if isinstance(value, datetime):
        return clock.local(value).replace(tzinfo=None, second=0, microsecond=0)
    if column.kind is Kind.DAY and isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > _DIGITS:
        return format(value, "f")
    return column.word(value) if column.options else value


def cell_text(value: Any) -> str:
    """Write a cell as text."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return "" if value is None else str(value)


def same(one: Any, other: Any) -> bool:
    """Say whether two cells show the same, however a spreadsheet keeps them."""
    return _plain(one) == _plain(other)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, datetime):
        moment = value.replace(second=0, microsecond=0)
        return str(moment.date() if not (moment.hour or moment.minute) else moment)
    text = plain_words(str(value)).replace("\ufffe", "").replace("\uffff", "")
    return {"是": _("是"), "否": _("否")}.get(text, text)


def _number(value: Any) -> str:
    exact = of_float(value) if isinstance(value, float) and abs(value) < LARGEST else value
    exact = Decimal(str(exact))
    if not exact.is_finite():
        return str(exact)
    return format(exact.quantize(Decimal(1)) if exact == int(exact) else exact.normalize(), "f")


def read_records(book: Book, fields: Mapping[str, Field]) -> Records:
    """Find the rows of a table in a book, by the titles of its fields. Nothing is raised."""
    found = Records(told=list(book.told))
    titles = {_squeezed(title): name for name, title in TITLES.items()}
    titles |= {_squeezed(_(title)): name for name, title in TITLES.items()}
    for name, column in fields.items():
        titles |= {_squeezed(column.title): name, _squeezed(column.label): name}
    for grid in book.grids:
        if grid.name != REPORT_SHEET or not any(REPORT_MARK in str(c) for c in grid.rows[0]):
            _read_grid(grid, titles, found)
    if not found.rows and not found.problems:
        remedy = _("下载这张表的模板填写，或导出后修改")
        found.problems.append(
            Problem(Level.ERROR, "no_table", _("没有找到这张表的列名和记录"), remedy)
        )
    if len(found.rows) > MOST_ROWS:
        text = _("一次最多导入 {n} 行，文件有 {now} 行").format(n=MOST_ROWS, now=len(found.rows))
        found.problems.append(Problem(Level.ERROR, "too_many_rows", text, _("分几次导入")))
    return found


def _squeezed(text: object) -> str:
    return "".join(str(text).split()).removesuffix("*")


def _read_grid(grid: Grid, titles: Mapping[str, str], found: Records) -> None:
    if not grid.visible:
        found.told.append(_("隐藏的工作表“{name}”，未导入").format(name=grid.name))
        return
    head = _head(grid, titles)
    if head is None:
        if any(map(any, grid.rows)):
            found.told.append(_("工作表“{name}”没有这张表的列名，未导入").format(name=grid.name))
        return
    places: dict[int, str] = {}
    for index, text in enumerate(grid.rows[head]):
        name = titles.get(_squeezed(text))
        if name in places.values():
            words = _("列名“{text}”出现了两次").format(text=text)
            where = (grid.name, place(head, index))
            problem = Problem(Level.ERROR, "column_twice", words, _("只留一列"), *where)
            found.problems.append(problem)
        elif name is not None:
            places[index] = name
        elif text != "":
            found.told.append(_("列“{text}”不属于这张表，未导入").format(text=text))
    for row in range(head + 1, len(grid.rows)):
        _read_row(grid, row, places, found)


def _head(grid: Grid, titles: Mapping[str, str]) -> int | None:
    """Give the first line that names at least two columns, or the only one there is."""
    least = min(2, len(set(titles.values())) - len(TITLES))
    for row, cells in enumerate(grid.rows[:_LOOKED_AT]):
        if len({titles[_squeezed(c)] for c in cells if _squeezed(c) in titles}) >= least:
            return row
    return None


def _read_row(grid: Grid, row: int, places: Mapping[int, str], found: Records) -> None:
    values = grid.rows[row]
    cells: dict[str, tuple[str, Any]] = {}
    for index, name in places.items():
        cell = place(row, index)
        cells[name] = (cell, values[index] if index < len(values) else "")
        if fault := grid.faults.get((row, index)):
            words = _("公式没有可用的结果（{fault}）").format(fault=fault)
            remedy = _("直接填写内容")
            problem = Problem(Level.ERROR, "error_value", words, remedy, grid.name, cell, name)
            found.problems.append(problem)
    if any(value not in ("", None) for _cell, value in cells.values()):
        found.rows.append(Record(grid.name, row + 1, cells))
