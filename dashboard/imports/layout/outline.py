"""The lines of one table told apart: which are read, and which are left out and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dashboard.i18n import _
from dashboard.imports.cells.numerals import word_set
from dashboard.imports.cells.parsers import text_of
from dashboard.imports.columns.column import FIGURES, TEXTS, Kind
from dashboard.imports.columns.headings import squeezed
from dashboard.imports.columns.mapping import Mapped
from dashboard.imports.context import SheetKind
from dashboard.imports.examination import Level, Problem
from dashboard.imports.files.grid import STRUCK, place
from dashboard.imports.layout.lines import Line, is_hint, line
from dashboard.imports.layout.periods import (
    is_of_rows,
    is_of_years,
    none_of,
    other_months,
    years_in,
)
from dashboard.imports.layout.tables import Cover
from dashboard.imports.rows import Reader

LEFT_OUT = {
    Line.TOTAL: "合计、小计行，未导入",
    Line.AVERAGE: "平均数行，未导入",
    Line.CHAPTER: "分类标题行，未导入",
    Line.HIDDEN: "隐藏的行，未导入；需要时请勾选“读取隐藏的行和列”",
    Line.NOTE: "表下的说明，未导入",
    Line.EXAMPLE: "填写示例或要求，未导入",
    Line.OTHER_MONTH: "不是本期的行，未导入",
    Line.OTHER_KIND: "计划数、本月数等，不是累计完成数的行，未导入",
    Line.STRUCK: "整行加了删除线，视为作废，未导入；仍有效的请去掉删除线",
}
_JOINED = TEXTS - {Kind.CODE}
_CENT = 0.005
_OTHER_KINDS = word_set(
    "计划 计划数 计划完成 目标 目标数 年度目标 年度计划 任务 任务数 序时 序时进度 本月 当月 本月数 "
    "当月数 本月完成 当月完成 上月 上月累计 去年同期 上年同期 同期"
)
_ACTUAL = word_set(
    "实际 实际数 实际完成 完成 完成数 已完成 累计 累计数 累计完成 本月累计 截至目前 完成情况 "
    "实际进度"
)


class Outline:
    """Tells the lines of a table apart; `naming` are the columns that say whose a row is."""

    def __init__(self, reader: Reader, cover: Cover, naming: frozenset[int]) -> None:
        self.reader, self.grid, self.found = reader, reader.grid, reader.found
        self.cover, self.naming = cover, naming
        self.hidden = reader.context.include_hidden
        rest = [one for one in reader.columns if one.index not in naming]
        self.figures = frozenset(one.index for one in rest if one.column.kind in FIGURES)
        self.texts = frozenset(one.index for one in rest if one.column.kind in _JOINED)
        self.read = frozenset(one.index for one in rest)

    def lines(self) -> Iterator[tuple[int, Line]]:
        """Tell what each line is, blank ones left out, down to the remarks at the foot."""
        noted, head = False, -1
        sums = dict.fromkeys(self.figures, 0.0)
        for row in range(self.found.first, self.found.last):
            kind = line(self.grid, self.cover, row, self.naming, self.figures, self.hidden)
            if kind is Line.DATA or (kind is Line.CHAPTER and self._continues(row, head)):
                kind = self._looked_at(row, head, sums)
            if noted and kind is Line.DATA and not self._goes_on(row):
                kind = Line.NOTE
            noted = noted or kind is Line.NOTE
            if kind is Line.DATA:
                head = row
                self._add(row, sums)
            if kind is not Line.BLANK:
                yield row, kind

    def _looked_at(self, row: int, head: int, sums: dict[int, float]) -> Line:
        """Look again at a line that seems to be data."""
        cells = self.grid.rows[row]
        if self.grid.odd and self._is_struck(row):
            return Line.STRUCK
        if row == self.found.first and is_hint(cells):
            return Line.EXAMPLE
        filled = {index for index, value in enumerate(cells) if value != ""}
        if filled & self.naming:
            return Line.DATA
        if self._continues(row, head):
            return Line.CONTINUED
        return Line.TOTAL if self._adds_up(cells, filled, sums) else Line.DATA

    def _is_struck(self, row: int) -> bool:
        """Say whether all that stands in a row is crossed out."""
        filled = [index for index, value in enumerate(self.grid.rows[row]) if value != ""]
        return all(self.grid.odd.get((row, index)) == STRUCK for index in filled)

    def _continues(self, row: int, head: int) -> bool:
        """Say whether a row only adds texts to the one above, whose name is merged over both."""
        origins = self.cover.origins
        filled = {index for index, value in enumerate(self.grid.rows[row]) if value != ""}
        under = any(
            origins.get((row, index), (row, index))[0] == head != row for index in self.naming
        )
        return under and filled & self.read <= self.texts and bool(filled & self.texts)

    def _adds_up(self, cells: list[Any], filled: set[int], sums: dict[int, float]) -> bool:
        """Say whether a row without a name holds nothing but the sums of the rows above."""
        return bool(filled) and all(
            index in sums
            and isinstance(cells[index], float | int)
            and sums[index] > 0
            and abs(cells[index] - sums[index]) < _CENT
            for index in filled
        )

    def _add(self, row: int, sums: dict[int, float]) -> None:
        cells = self.grid.rows[row]
        for index in self.figures:
            value = cells[index] if index < len(cells) else ""
            if isinstance(value, float | int):
                sums[index] += value

    def _goes_on(self, row: int) -> bool:
        """Say whether a row under a remark is data after all: named, and with a figure."""
        filled = {index for index, value in enumerate(self.grid.rows[row]) if value != ""}
        told = [text_of(self.reader.value(row, index)) for index in filled & self.figures]
        return any(re.search(r"\d", text) for text in told) and bool(filled & self.naming)


def of_this_month(
    lines: list[tuple[int, Line]], columns: list[Mapped], reader: Reader
) -> tuple[list[tuple[int, Line]], list[Problem]]:
    """Leave out the rows that say they are about another month; an error where all do."""
    data = [row for row, kind in lines if kind is Line.DATA]
    problems = list(_other_years(data, columns, reader))
    if other := _of_other_kind(data, columns, reader):
        lines = [(row, Line.OTHER_KIND if row in other else kind) for row, kind in lines]
        data = [row for row in data if row not in other]
    column = next((one.index for one in columns if is_of_rows(one.text)), None)
    if column is None or reader.context.kind is not SheetKind.MONTHLY:
        return lines, problems
    said = _said(data, column, reader)
    other = other_months(said, reader.context.month)
    if other and len(other) == len(said):
        row = min(other)
        where = reader.grid.name, place(row, column), "", text_of(said[row])
        problems.append(none_of(reader.context.month, *where))
    return [(row, Line.OTHER_MONTH if row in other else kind) for row, kind in lines], problems


def _of_other_kind(rows: list[int], columns: list[Mapped], reader: Reader) -> set[int]:
    """Give the rows of which a column beside the figures says that they hold the plan, or others.

    Below 计划 stands 实际, below 本月 stands 累计: only the latter is what a report asks for.
    """
    if reader.context.kind is not SheetKind.MONTHLY:
        return set()
    for one in (one for one in columns if one.column is None):
        said = {row: squeezed(text_of(v)) for row, v in _said(rows, one.index, reader).items()}
        told = {text for text in said.values() if text}
        if told & _OTHER_KINDS and told <= _OTHER_KINDS | _ACTUAL:
            return {row for row, text in said.items() if text in _OTHER_KINDS}
    return set()


def _said(rows: list[int], column: int, reader: Reader) -> dict[int, Any]:
    """Give what a column shows in each row, merged cells too."""
    spots = {row: reader.origins.get((row, column), (row, column)) for row in rows}
    return {row: reader.value(*spot) for row, spot in spots.items()}


def _other_years(rows: list[int], columns: list[Mapped], reader: Reader) -> Iterator[Problem]:
    """Ask about the rows that say they are another year's."""
    year = reader.context.month.year
    for one in (one for one in columns if is_of_years(one.text)):
        said = _said(rows, one.index, reader)
        for row in sorted(years_in(said, year)):
            raw = text_of(said[row])
            text = _("这一行的年度是 {found}，本期是 {year} 年").format(found=raw, year=year)
            remedy = _("删去这一行，或说明为什么按本年报送")
            where = reader.grid.name, place(row, one.index), "", raw
            yield Problem(Level.WARNING, "wrong_month", text, remedy, *where)
