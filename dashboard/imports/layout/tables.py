"""Where on a sheet the tables are, and what stands around them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from dashboard.imports.cells.measures import is_unit
from dashboard.imports.cells.numerals import word_set
from dashboard.imports.columns.headings import (
    GROUP,
    MONEY_UNITS,
    NOTHING,
    Headings,
    parsed,
    squeezed,
)
from dashboard.imports.files.grid import Grid

_DEEPEST = 4
_LOOKED_AT = 300
_LONGEST = 40
_COVERED = 500_000
_MONTHS_IN_ROW = 3
_LABELS = 3
_SIGNS = frozenset("甲乙丙丁")
_COLONS = frozenset(":：")
_NAMES = ("project_name", "project_code")
_GENERIC = word_set(
    "计划 完成 实际 累计 本月 当月 上月 数量 金额 比例 百分比 小计 合计 累计完成 本月完成 "
    "占比 目标 进度 名称 编号 单位 时间 姓名 电话"
)
_SURROUNDING = re.compile(
    r"^(?:单位|填报|填表|制表|报送|报表|审核|联系|附件|附表|日期|时间|统计|截[至止]|注|说明|备注|表[一二三四五六\d])"
)
_NOTE = re.compile(
    r"^(?:注|备注|说明|填表说明|填报说明)(?:[:：]|\d|[一二三])|^(?:填表人|填报人|制表人?|审核人?|单位负责人|负责人签字|"
    r"联系电话|联系人|分管领导|单位领导|主管领导|领导签字|复核人?|校核人?|签发人?|分管领导签字|主要负责人|报送时间|填报时间|填报单位|单位盖章|经办人)[(（:：]"
)
_NOTE_STARTS = frozenset("注备说填制审单联分主报经领复校签")
_WORKED_OUT = re.compile(r"(?<=\d)\(?=.*$")
_ORDINAL = re.compile(r"^[一二三四五六七八九十]{1,3}[、.．]|^[(（][一二三四五六七八九十]{1,3}[)）]")


@dataclass(slots=True)
class Found:
    """A table on a sheet: header rows `top` to `bottom`, rows `first` up to, not including, `last`.

    `paths` holds every column's headings from top to bottom; rows are counted from 0.
    """

    top: int
    bottom: int
    first: int
    last: int
    paths: dict[int, tuple[str, ...]]


@dataclass(slots=True)
class Cover:
    """Which cell shows through a merged one."""

    origins: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, grid: Grid) -> Cover:
        """Spread a sheet's merges over the cells they cover, within the sheet's bounds."""
        cover, height = cls(), len(grid.rows)
        width = max(map(len, grid.rows), default=0)
        for top, left, bottom, right in grid.merges:
            bottom, right = min(bottom, height - 1), min(right, width - 1)
            if len(cover.origins) + (bottom - top + 1) * (right - left + 1) > _COVERED:
                break
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    cover.origins[row, column] = (top, left)
        for spot in grid.parted:
            cover.origins.pop(spot, None)
        return cover


class _Finder:
    def __init__(self, grid: Grid, headings: Headings, cover: Cover) -> None:
        self.rows, self.headings, self.origins = grid.rows, headings, cover.origins
        self.known: set[str] = set()

    def value(self, row: int, column: int) -> Any:
        row, column = self.origins.get((row, column), (row, column))
        cells = self.rows[row] if row < len(self.rows) else []
        return cells[column] if column < len(cells) else ""

    def text(self, row: int, column: int) -> str:
        value = _worded(self.value(row, column))
        return value.strip() if isinstance(value, str) else ""

    def cells(self, row: int) -> list[Any]:
        """Give the cells of a row, real dates of whole months written out."""
        return [_worded(value) for value in self.rows[row]]

    def is_anchor(self, number: int) -> bool:
        """Say whether a row names the columns: most of its cells are headings we know."""
        cells = self.rows[number]
        if number > _LOOKED_AT and self.known.isdisjoint(cells):
            return False
        filled = [value for value in cells if value != ""]
        if months := _months(filled):
            filled = [value for value in filled if value not in months]
            return any(isinstance(v, str) and self.headings.meaning(v) for v in filled)
        if len(filled) < 2 or all(
            isinstance(v, str) and v.rstrip()[-1:] in _COLONS for v in filled
        ):
            return False
        if sum(isinstance(value, str) for value in filled) < len(filled) - 1:
            return False
        if number > _LOOKED_AT and sum(value in self.known for value in filled) < 2:
            return False
        hits = sum(
            self.headings.meaning(value) not in ("", GROUP)
            for value in filled
            if isinstance(value, str) and len(value) <= _LONGEST
        )
        if hits == 1 and number <= _LOOKED_AT and self.names(filled):
            return self.is_split(number)
        return hits >= 2 and hits * 5 >= len(filled) * 2

    def names(self, filled: list[Any]) -> bool:
        """Say whether a row heads a column of projects."""
        return any(isinstance(v, str) and self.headings.meaning(v) in _NAMES for v in filled)

    def is_split(self, number: int) -> bool:
        """Say whether a row names the columns only together with the one below: 实际 over 数量."""
        cells = self.cells(number + 1) if number + 1 < len(self.rows) else []
        parts = [(c, v) for c, v in enumerate(cells) if isinstance(v, str) and v]
        if (
            len(parts) < 2
            or self.is_anchor(number + 1)
            or any(len(value) > _LONGEST for _c, value in parts)
        ):
            return False
        paths = [(self.above(number, column), value) for column, value in parts]
        known = sum(self.headings.of_path(path) not in ("", GROUP) for path in paths)
        return known * 2 >= len(parts)

    def block(self, anchor: int) -> tuple[int, int]:
        """Stretch a header over the rows above and below that belong to it."""
        top = bottom = anchor
        while bottom - top + 1 < _DEEPEST and bottom + 1 < len(self.rows) and self.is_lower(bottom):
            bottom += 1
        while bottom - top + 1 < _DEEPEST and top > 0 and self.is_upper(top - 1):
            top -= 1
        return top, bottom

    def is_upper(self, row: int) -> bool:
        """Say whether the row above a header groups its columns."""
        filled = [(c, v) for c, v in enumerate(self.cells(row)) if v != ""]
        if any(not isinstance(v, str) or len(v) > _LONGEST for _c, v in filled):
            return False
        if not filled or any(_SURROUNDING.match(squeezed(v)) for _c, v in filled):
            return False
        width = len(self.rows[row])
        reach = {
            c: sum(self.origins.get((row, k)) == (row, c) for k in range(width)) for c, _v in filled
        }
        below = sum(value != "" for value in self.rows[row + 1])
        if any(span * 10 >= below * 7 and span > 2 for span in reach.values()):
            return False
        if self.completes(row, filled):
            return True
        down = any(self.origins.get((row + 1, c)) == (row, c) for c, _v in filled)
        return down or any(span > 1 for span in reach.values())

    def completes(self, row: int, filled: list[tuple[int, str]]) -> bool:
        """Say whether a row holds the first halves of the words below it: 完成 over 进度."""
        pairs = [(v, below) for c, v in filled if (below := self.text(row + 1, c))]
        known = sum(bool(self.headings.meaning(v + below)) for v, below in pairs)
        return len(pairs) > 1 and len(pairs) == len(filled) and known * 5 >= len(pairs) * 4

    def is_lower(self, bottom: int) -> bool:
        """Say whether the row below a header's last names parts of its columns, or their units."""
        row = bottom + 1
        cells = self.cells(row)
        filled = [(c, v) for c, v in enumerate(cells) if v != ""]
        if filled and all(is_unit_alone(v) for _c, v in filled):
            return True
        if any(self.origins.get((row, c), (row, c))[0] < row for c in range(len(cells))):
            return all(isinstance(v, str) and len(v) <= _LONGEST for v in cells)
        if len(filled) < 2 or not all(isinstance(v, str) and len(v) <= 20 for _c, v in filled):
            return False
        if any(self.own(bottom, c) and not self.wide(bottom, c) for c, _v in filled):
            return False
        return sum(self.is_part(bottom, c, v) for c, v in filled) * 5 >= len(filled) * 4

    def own(self, row: int, column: int) -> bool:
        return self.origins.get((row, column), (row, column)) == (row, column) and bool(
            self.text(row, column)
        )

    def wide(self, row: int, column: int) -> bool:
        """Say whether a heading reaches over the column to its right, merged or by a blank."""
        return not self.own(row, column + 1)

    def is_part(self, row: int, column: int, text: str) -> bool:
        if squeezed(text) in _GENERIC or self.headings.meaning(text):
            return True
        heading = parsed(text)
        return bool(heading.last and not heading.key) or bool(
            self.headings.of_path((self.above(row, column), text))
        )

    def above(self, row: int, column: int) -> str:
        """Give the heading over a column, taken from the left where its own cell is blank."""
        while column > 0 and not self.text(row, column):
            column -= 1
        return self.text(row, column)

    def paths(self, top: int, bottom: int) -> dict[int, tuple[str, ...]]:
        width = max(len(self.rows[row]) for row in range(top, bottom + 1))
        found = {}
        for column in range(width):
            path: list[str] = []
            origins = []
            for row in range(top, bottom + 1):
                origin = self.origins.get((row, column), (row, column))
                text = self.text(row, column)
                if not text and row < bottom and self.text(bottom, column):
                    text = self.above(row, column)
                if text and origin not in origins:
                    path.append(f"({text})" if path and is_unit_alone(text) else text)
                    origins.append(origin)
            if path:
                found[column] = tuple(path)
        return found


def found_in(grid: Grid, headings: Headings, cover: Cover) -> list[Found]:
    """Find the tables of a sheet, from top to bottom."""
    finder = _Finder(grid, headings, cover)
    tables: list[Found] = []
    row = 0
    while row < len(grid.rows):
        if finder.is_anchor(row):
            top, bottom = finder.block(row)
            paths = finder.paths(top, bottom)
            first = bottom + 1 + _is_counting(grid.rows[bottom + 1 : bottom + 2])
            if tables:
                tables[-1].last = _end(grid.rows, tables[-1].first, top)
            tables.append(Found(top, bottom, first, len(grid.rows), paths))
            finder.known.update(text for path in paths.values() for text in path)
            row = bottom
        row += 1
    return tables


def _end(rows: list[list[Any]], first: int, top: int) -> int:
    """Say where a table ends that another follows: before the other's title, a lone cell."""
    while top > first and sum(value != "" for value in rows[top - 1]) <= 1:
        top -= 1
    return top


def guessed_in(grid: Grid, headings: Headings, cover: Cover) -> list[Found]:
    """Take the first row of several texts over rows with figures for a header, to be confirmed."""
    finder = _Finder(grid, headings, cover)
    for row, cells in enumerate(grid.rows[:50]):
        filled = [value for value in cells if value != ""]
        texts = [value for value in filled if isinstance(value, str) and len(value) <= _LONGEST]
        below = grid.rows[row + 1 : row + 4]
        if len(texts) >= 3 and len(texts) == len(filled) and any(map(any, below)):
            return [Found(row, row, row + 1, len(grid.rows), finder.paths(row, row))]
    return []


def is_sideways(grid: Grid, headings: Headings, fields: int) -> bool:
    """Say whether a column names that many different fields: projects lie side by side."""
    for column in range(_LABELS):
        rows = [row for row in grid.rows[:_LOOKED_AT] if column < len(row) and row[column] != ""]
        labels = [row[column] for row in rows if any(v != "" for v in row[column + 1 :])]
        texts = [value.strip().rstrip(":：") for value in labels if isinstance(value, str)]
        told = [f for f in map(headings.meaning, texts) if f not in ("", GROUP, NOTHING)]
        if len(set(told)) >= fields and len(told) * 2 >= len(rows):
            return True
    return False


def _worded(value: Any) -> Any:
    """Write out a real date that stands for its month, as it does in a heading."""
    if not isinstance(value, date):
        return value
    ends = value.day == 1 or value.day == monthrange(value.year, value.month)[1]
    return f"{value.year}年{value.month}月" if ends else value


def _months(filled: list[Any]) -> list[Any]:
    """Give the real dates of a row where they are months that follow one another."""
    dates = [value for value in filled if isinstance(value, date) and _worded(value) != value]
    numbers = [value.year * 12 + value.month for value in dates]
    steps = {after - before for before, after in pairwise(numbers)}
    return dates if len(dates) >= _MONTHS_IN_ROW and steps == {1} else []


def is_unit_alone(value: Any) -> bool:
    """Say whether a cell holds a unit alone: 万元, （公里）, %."""
    if not isinstance(value, str):
        return False
    text = squeezed(value).strip("()[]").removeprefix("单位:")
    return text in MONEY_UNITS or text == "%" or is_unit(text)


def _is_counting(rows: list[list[Any]]) -> bool:
    """Say whether the row under a header only counts its columns: 1, 2, 3; 甲, 乙, 1; A, B, C."""
    filled = [
        _WORKED_OUT.sub("", squeezed(str(value)).removesuffix(".0").strip("()"))
        for row in rows
        for value in row
        if value != ""
    ]
    letters = [text[0] for text in filled if re.fullmatch(r"[A-Z](?:=.*)?", text)]
    if len(letters) >= _DEEPEST - 1 and len(letters) == len(filled):
        return ord(letters[-1]) - ord(letters[0]) == len(letters) - 1
    numbers = [int(text) for text in filled if text.isdecimal() and len(text) < 4]
    signs = [text for text in filled if text in _SIGNS]
    enough = 2 if len(signs) == len(filled) - len(numbers) > 0 else 3
    counted = len(numbers) >= enough and numbers == list(
        range(numbers[0], numbers[0] + len(numbers))
    )
    return counted and len(filled) - len(numbers) <= 3 and numbers[0] in (0, 1)


def is_note(text: str) -> bool:
    """Say whether a line stands at the foot of a table: a remark, a signature."""
    return text.lstrip()[:1] in _NOTE_STARTS and bool(_NOTE.match(squeezed(text)))


def is_ordinal(text: str) -> bool:
    """Say whether a line is a chapter, such as 一、住房保障."""
    return bool(_ORDINAL.match(text.strip()))
