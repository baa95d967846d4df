"""One table of a sheet: its rows become drafts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dashboard.i18n import _
from dashboard.imports import checks, monthly, plan
from dashboard.imports.column import FIGURES, Kind
from dashboard.imports.context import Context, SheetKind, Value
from dashboard.imports.difference import IGNORED, difference
from dashboard.imports.examination import (
    ColumnMatch,
    Draft,
    Level,
    Problem,
    Status,
    Table,
)
from dashboard.imports.family import Spot
from dashboard.imports.grid import STRUCK, Grid, letter, place
from dashboard.imports.headings import COLUMNS, Headings
from dashboard.imports.lines import Line, line
from dashboard.imports.mapping import Mapped, layout_of, mapped, near_field
from dashboard.imports.match import DOUBTS, Matched, Matcher
from dashboard.imports.parsers import text_of
from dashboard.imports.periods import is_of_rows, none_of, other_months
from dashboard.imports.rows import Reader, RowRead
from dashboard.imports.sink import Sink
from dashboard.imports.tables import Cover, Found
from dashboard.imports.totals import Mismatch, Totals
from dashboard.imports.unfold import join_steps, split_text

_EXAMPLES = 3
_IDENTITY = {SheetKind.MONTHLY: monthly.IDENTITY, SheetKind.PLAN: plan.IDENTITY}
_NAMES = frozenset(plan.IDENTITY)
_LEFT_OUT = {
    Line.TOTAL: "合计、小计行，未导入",
    Line.CHAPTER: "分类标题行，未导入",
    Line.HIDDEN: "隐藏的行，未导入；需要时请勾选“读取隐藏的行和列”",
    Line.NOTE: "表下的说明，未导入",
    Line.OTHER_MONTH: "不是本期的行，未导入",
    Line.STRUCK: "整行加了删除线，视为作废，未导入；仍有效的请去掉删除线",
}


class TableExamination:
    """Reads one table into the sink."""

    def __init__(
        self,
        grid: Grid,
        cover: Cover,
        found: Found,
        context: Context,
        headings: Headings,
        matcher: Matcher,
        sink: Sink,
        stated: str,
    ) -> None:
        self.grid, self.cover, self.found = grid, cover, found
        self.context, self.headings, self.matcher, self.sink = context, headings, matcher, sink
        self.columns, problems = mapped(found, headings, context, grid.name, stated)
        for problem in problems:
            sink.add(problem)
        self.reader = Reader(grid, cover, found, self.columns, context)
        identity = _IDENTITY[context.kind]
        read = self.reader.columns
        self.naming = [one for one in read if one.field in identity]
        self.figures = [one for one in read if one.field not in identity]
        self.letters = {field: letter(index) for field, index in self.reader.places.items()}
        if "due_on" in self.letters:
            self.letters["due_text"] = self.letters["due_on"]
        self.titles = {column.field: _(column.title) for column in COLUMNS[context.kind]}
        lacking = [c for c in COLUMNS[context.kind] if c.field not in (*self.letters, *identity)]
        self.lacking = {c.title: c for c in lacking} if grid.added else {}
        self.totals = Totals(self.reader)
        self.identity: dict[str, Value] = {}

    def run(self) -> None:
        """Read every line of the table."""
        lines = self._of_this_month(list(self._lines()))
        data = [row for row, kind in lines if kind is Line.DATA]
        self.reader.settle_scales(data)
        self.sink.tables.append(self._table())
        if not self._has_what_it_needs():
            return
        self.sink.expect(len(data))
        for row, kind in lines:
            if kind is Line.DATA:
                self._data(row)
            else:
                self._tell(row, _(_LEFT_OUT[kind]), hidden=kind is Line.HIDDEN)
            if kind is Line.TOTAL:
                for wrong in self.totals.hold(row, early=not data or row < data[0]):
                    self._mismatch(wrong)
        for wrong in self.totals.close():
            self._mismatch(wrong)

    def _lines(self) -> Iterator[tuple[int, Line]]:
        """Tell what each line is, blank ones left out, down to the remarks at the foot."""
        places = self.reader.places
        naming = frozenset(places[f] for f in _IDENTITY[self.context.kind] if f in places)
        figures = frozenset(one.index for one in self.figures if one.column.kind in FIGURES)
        hidden = self.context.include_hidden
        noted = False
        for row in range(self.found.first, self.found.last):
            kind = line(self.grid, self.cover, row, naming, figures, hidden)
            if kind is Line.DATA and self.grid.odd and self._is_struck(row):
                kind = Line.STRUCK
            if noted and kind is Line.DATA and not self._goes_on(row, naming, figures):
                kind = Line.NOTE
            noted = noted or kind is Line.NOTE
            if kind is not Line.BLANK:
                yield row, kind

    def _is_struck(self, row: int) -> bool:
        """Say whether all that stands in a row is crossed out."""
        filled = [index for index, value in enumerate(self.grid.rows[row]) if value != ""]
        return all(self.grid.odd.get((row, index)) == STRUCK for index in filled)

    def _of_this_month(self, lines: list[tuple[int, Line]]) -> list[tuple[int, Line]]:
        """Leave out the rows that say they are about another month; error where all do."""
        column = next((one.index for one in self.columns if is_of_rows(one.text)), None)
        if column is None or self.context.kind is not SheetKind.MONTHLY:
            return lines
        said = {row: self._showing(row, column) for row, kind in lines if kind is Line.DATA}
        other = other_months(said, self.context.month)
        if other and len(other) == len(said):
            row = min(other)
            where = self.grid.name, place(row, column), "", text_of(said[row])
            self.sink.add(none_of(self.context.month, *where))
        return [(row, Line.OTHER_MONTH if row in other else kind) for row, kind in lines]

    def _showing(self, row: int, column: int) -> Any:
        """Give what is seen in a cell, merged or not."""
        return self.reader.value(*self.cover.origins.get((row, column), (row, column)))

    def _goes_on(self, row: int, naming: frozenset[int], figures: frozenset[int]) -> bool:
        """Say whether a row under a remark is data after all: named, and with a figure."""
        filled = {index for index, value in enumerate(self.grid.rows[row]) if value != ""}
        digits = any(re.search(r"\d", text_of(self.reader.value(row, i))) for i in filled & figures)
        return digits and bool(filled & naming)

    def _tell(self, row: int, text: str, *, hidden: bool = False) -> None:
        shown = next((text_of(v) for v in self.grid.rows[row] if v != ""), "")
        said = _("{title}：{text}").format(title=text, text=shown[:30])
        self.sink.tell(self.grid.name, f"{row + 1}:{row + 1}", said, hidden=hidden)

    def _table(self) -> Table:
        found = self.found
        columns = tuple(self._match(one) for one in self.columns)
        for one in self.columns:
            if (
                one.column
                and one.index in self.grid.hidden_columns
                and not self.context.include_hidden
            ):
                text = _("隐藏的列“{heading}”，未导入；需要时请勾选“读取隐藏的行和列”")
                name = letter(one.index)
                said = text.format(heading=one.text)
                self.sink.tell(self.grid.name, f"{name}:{name}", said, hidden=True)
            if one.how == "unknown" and self._examples(one.index):
                text = _("没有认出的列“{heading}”，未导入；可在对应关系中选定")
                name = letter(one.index)
                self.sink.tell(self.grid.name, f"{name}:{name}", text.format(heading=one.text))
        layout = layout_of(found.paths)
        return Table(self.grid.name, found.bottom + 1, found.first + 1, found.last, layout, columns)

    def _match(self, one: Mapped) -> ColumnMatch:
        near = near_field(one.heading, self.headings) if one.how == "unknown" else ""
        unit = one.unit
        if one.column and one.column.kind is Kind.PERCENT:
            unit = self.reader.scales.get(one.column.field, unit)
        name = one.column.field if one.column else ""
        examples = self._examples(one.index)
        return ColumnMatch(
            letter(one.index), one.text, one.key, name, one.how, unit, near, examples
        )

    def _examples(self, index: int) -> tuple[str, ...]:
        examples = []
        for row in range(self.found.first, self.found.last):
            if value := self.reader.value(row, index):
                examples.append(text_of(value)[:40])
                if len(examples) == _EXAMPLES:
                    break
        return tuple(examples)

    def _has_what_it_needs(self) -> bool:
        """Say whether there are columns enough to read rows; what lacks is a problem."""
        places = self.reader.places
        lacking = []
        if not places.keys() & {"project_code", "project_name"}:
            lacking.append(_("“项目编号”或“项目名称”"))
        reported = {*monthly.REPORTED, "narrative"}
        if self.context.kind is SheetKind.MONTHLY and not places.keys() & reported:
            lacking.append(_("“完成进度”“累计完成数量”或“形象进度”"))
        for what in lacking:
            self.sink.add(
                Problem(
                    Level.ERROR,
                    "missing_column",
                    _("没有找到{what}这一列").format(what=what),
                    _("在对应关系中选定是哪一列，或在表中加上这一列"),
                    self.grid.name,
                    place(self.found.bottom, min(self.found.paths, default=0)),
                )
            )
        return not lacking

    def _data(self, row: int) -> None:
        read = RowRead(row)
        self.reader.read(self.naming, read, "")
        self._inherit(read)
        matched = self.matcher.match(read.values)
        target = matched.item or matched.project
        unit = target.unit_of_measure if target else ""
        self.reader.count_in(read.values.get("unit_of_measure"))
        self.reader.read(self.figures, read, unit)
        self._supplement(read, unit)
        self.reader.above = dict(read.values)
        split_text(read, self.letters)
        join_steps(read, self.letters, self.titles, self.context.month.year)
        monthly_kind = self.context.kind is SheetKind.MONTHLY
        if monthly_kind and not read.wrong and self._is_silent(read):
            self._tell(row, _("没有填报内容，未导入"))
            return
        self.totals.add(read)
        refused = self._wrong(read) | self._unmatched(read, matched)
        if not refused or matched.project:
            refused |= self._twice(read, matched)
        if monthly_kind and matched.project:
            refused |= self._checked(read, matched)
        self.sink.keep(self._draft(read, matched, refused))

    def _inherit(self, read: RowRead) -> None:
        """Take the project from the row above where a row only names a work item."""
        values = read.values
        own = {name: values.get(name) for name in ("project_code", "project_name")}
        if not any(own.values()) and (values.get("work_item_name") or values.get("work_item_code")):
            values.update(self.identity)
        else:
            self.identity = {name: value for name, value in own.items() if value is not None}

    def _supplement(self, read: RowRead, unit: str) -> None:
        """Take what a person wrote for the row under columns that the sheet lacks."""
        for title, column in self.lacking.items():
            name = f"{title}{read.row + 1}"
            if self.grid.added.get(name, "").strip():
                index = self.reader.places[self._fallback()]
                self.reader.supplement(read, column, self.grid.added[name], unit, index)
                read.origins[column.field] = name

    def _is_silent(self, read: RowRead) -> bool:
        identity = _IDENTITY[self.context.kind]
        return all(value is None for name, value in read.values.items() if name not in identity)

    def _problem(
        self, row: int, level: Level, rule: str, name: str, message: str, remedy: str
    ) -> None:
        """Keep a problem about a field of a row, at its cell or, without one, at the row's name."""
        where = name if name in self.letters else self._fallback()
        if name and name not in self.letters:
            remedy = _("在表中加上“{title}”一列：{remedy}").format(
                title=self.titles.get(name, name), remedy=remedy
            )
        index = self.reader.places.get(where, self.reader.places.get("due_on", 0))
        raw = text_of(self.reader.value(row, index)) if where == name else ""
        self.sink.add(
            Problem(level, rule, message, remedy, self.grid.name, place(row, index), name, raw)
        )

    def _fallback(self) -> str:
        return next((one.field for one in self.naming if one.field in _NAMES), "project_name")

    def _wrong(self, read: RowRead) -> bool:
        for wrong in read.wrong:
            error = wrong.error
            self.sink.add(
                Problem(
                    Level.ERROR,
                    error.rule,
                    _("{title}：{text}").format(
                        title=self.titles.get(wrong.field, wrong.field), text=error
                    ),
                    error.remedy,
                    self.grid.name,
                    place(wrong.row, wrong.index),
                    wrong.field,
                    wrong.raw,
                )
            )
        return bool(read.wrong)

    def _unmatched(self, read: RowRead, matched: Matched) -> bool:
        unread = {wrong.field for wrong in read.wrong}
        if not matched.rule or unread & {"project_code", "project_name"}:
            return bool(matched.rule) and matched.rule not in DOUBTS
        level = Level.WARNING if matched.rule in DOUBTS else Level.ERROR
        name, row = matched.field, read.row
        self._problem(row, level, matched.rule, name, matched.message, matched.remedy)
        return level is Level.ERROR

    def _twice(self, read: RowRead, matched: Matched) -> bool:
        code, item = self._key(read, matched)
        here = f"{self.grid.name}!{read.row + 1}"
        first = self.sink.seen.setdefault((code, item), here)
        if first == here or not code:
            return False
        self._problem(
            read.row,
            Level.ERROR,
            "duplicate_row",
            self._fallback(),
            _("与 {first} 行是同一个项目，重复了").format(
                first=first.replace("!", " " + _("第") + " ")
            ),
            _("删去其中一行，或写明各是哪个子项"),
        )
        return True

    def _key(self, read: RowRead, matched: Matched) -> tuple[str, str]:
        project = matched.project.code if matched.project else ""
        item = matched.item.code or matched.item.name if matched.item else ""
        values = read.values
        return (
            project or str(values.get("project_code") or values.get("project_name") or ""),
            item or str(values.get("work_item_code") or values.get("work_item_name") or ""),
        )

    def _checked(self, read: RowRead, matched: Matched) -> bool:
        assert matched.project is not None
        unread = {wrong.field for wrong in read.wrong}
        row = checks.Row(read.values, matched.project, matched.item, self.context)
        if matched.project.work_items:
            spot = Spot(self.grid.name, read.row + 1, self.letters, self._fallback())
            self.sink.family(matched.project).add(row, matched.item, spot)
        refused = False
        for finding in checks.findings(row):
            if finding.field in unread:
                continue
            if finding.rule == "missing_required" and unread & set(monthly.REPORTED):
                continue
            self._problem(
                read.row,
                finding.level,
                finding.rule,
                finding.field,
                finding.message,
                finding.remedy,
            )
            refused |= finding.level is Level.ERROR
        return refused

    def _draft(self, read: RowRead, matched: Matched, refused: bool) -> Draft:
        project, item = matched.project, matched.item
        target = item or project
        current = target.current if target else {}
        status, old = difference(read.values, current, IGNORED[self.context.kind])
        letters = self.letters
        return Draft(
            self.grid.name,
            read.row + 1,
            project.code if project else _text(read.values.get("project_code")),
            item.code if item else _text(read.values.get("work_item_code")),
            read.values,
            letters,
            read.raws,
            read.origins,
            read.marks,
            Status.REFUSED if refused else status,
            old,
            not current,
        )

    def _mismatch(self, found: Mismatch) -> None:
        message = _("合计是 {total}，各行相加是 {added}").format(
            total=found.stated, added=found.added
        )
        remedy = _("核对各行和合计，或说明为何不同")
        self._problem(found.row, Level.WARNING, "total_differs", found.field, message, remedy)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
