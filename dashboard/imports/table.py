"""One table of a sheet: its rows become drafts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from dashboard.i18n import _
from dashboard.imports import checks, monthly, own, plan
from dashboard.imports.belonging import Belonging
from dashboard.imports.cells.parsers import text_of
from dashboard.imports.columns.column import TEXTS, Kind
from dashboard.imports.columns.headings import Headings, columns_of
from dashboard.imports.columns.mapping import Mapped, layout_of, mapped, near_field
from dashboard.imports.columns.settle import settled, shown_in
from dashboard.imports.context import Context, SheetKind
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
from dashboard.imports.files.grid import Grid, letter, place
from dashboard.imports.layout import unfold
from dashboard.imports.layout.lines import Line, is_shifted
from dashboard.imports.layout.outline import LEFT_OUT, Outline, of_this_month
from dashboard.imports.layout.periods import asides, check_note, lines_between
from dashboard.imports.layout.tables import Cover, Found
from dashboard.imports.layout.totals import Mismatch, Totals
from dashboard.imports.match import DOUBTS, Matched, Matcher
from dashboard.imports.rows import Reader, RowRead
from dashboard.imports.sink import Sink

_EXAMPLES = 3
_IDENTITY = {SheetKind.MONTHLY: monthly.IDENTITY, SheetKind.PLAN: plan.IDENTITY}
_NAMES = frozenset(plan.IDENTITY)


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
        self.columns = self._columns(stated)
        self.reader = Reader(grid, cover, found, self.columns, context)
        identity = _IDENTITY[context.kind]
        read = self.reader.columns
        self.naming = [one for one in read if one.field in identity]
        self.figures = [one for one in read if one.field not in identity]
        self.texts = [one for one in self.figures if one.column.kind in TEXTS]
        self.letters = {field: letter(index) for field, index in self.reader.places.items()}
        if "due_on" in self.letters:
            self.letters["due_text"] = self.letters["due_on"]
        self.titles = {column.field: column.label for column in columns_of(context)}
        lacking = [c for c in columns_of(context) if c.field not in (*self.letters, *identity)]
        self.lacking = {c.title: c for c in lacking} if grid.added else {}
        self.totals = Totals(self.reader)
        self.belonging = Belonging(self.reader, matcher, self.letters)

    def _columns(self, stated: str) -> list[Mapped]:
        """Map the columns by their headings and, where those leave it open, by what they hold."""
        hidden = frozenset() if self.context.include_hidden else self.grid.hidden_columns
        where = self.found, self.headings, self.context, self.grid.name, stated, hidden
        columns, problems = mapped(*where)
        for problem in problems:
            self.sink.add(problem)
        shown = partial(shown_in, self.grid, self.found)
        return settled(columns, shown, self.context, self.matcher)

    def run(self) -> None:
        """Read every line of the table."""
        naming = frozenset(one.index for one in self.naming)
        told = list(Outline(self.reader, self.cover, naming).lines())
        lines, problems = of_this_month(told, self.columns, self.reader)
        for problem in problems:
            self.sink.add(problem)
        data = [row for row, kind in lines if kind is Line.DATA]
        self.reader.settle_scales(data)
        self.sink.tables.append(self._table())
        if not self._has_what_it_needs():
            return
        self.sink.expect(len(data))
        for number, (row, kind) in enumerate(lines):
            if kind is Line.DATA:
                self._data(row, list(_continued(lines, number + 1)))
            elif kind is not Line.CONTINUED:
                self._tell(row, _(LEFT_OUT[kind]), hidden=kind is Line.HIDDEN)
                self._ask(row, kind)
            if kind is Line.TOTAL:
                for wrong in self.totals.hold(row, early=not data or row < data[0]):
                    self._mismatch(wrong)
        for wrong in self.totals.close():
            self._mismatch(wrong)

    def _ask(self, row: int, kind: Line) -> None:
        """Ask about another month that a chapter or a remark names."""
        lines = list(lines_between(self.grid, row, row + 1))[:1]
        if kind is Line.CHAPTER:
            for problem in asides(self.grid, lines, self.context):
                self.sink.add(problem)
        if kind is Line.NOTE:
            for cell, text in lines:
                for problem in check_note(self.grid, cell, text, self.context):
                    self.sink.add(problem)

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
                text = _("没有认出的列“{heading}”，未导入；可在下方“列的对应”中选定")
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
            self.sink.lack(
                not any(one.how == "unknown" for one in self.columns),
                Problem(
                    Level.ERROR,
                    "missing_column",
                    _("没有找到{what}这一列").format(what=what),
                    _("在下方“列的对应”中选定是哪一列，或在表中加上这一列"),
                    self.grid.name,
                    place(self.found.bottom, min(self.found.paths, default=0)),
                ),
            )
        return not lacking

    def _data(self, row: int, more: list[int]) -> None:
        read = RowRead(row)
        self.reader.read(self.naming, read, "")
        matched = self.belonging.of(read)
        if matched is None:
            self._tell(row, _(LEFT_OUT[Line.CHAPTER]))
            return
        target = matched.item or matched.project
        unit = unfold.own_unit(read, self.reader) or (target.unit_of_measure if target else "")
        self.reader.count_in(read.values.get("unit_of_measure"))
        self.reader.price_in(row)
        self.reader.read(self.figures, read, unit)
        self._supplement(read, unit)
        for below in more:
            unfold.add_below(read, below, self.reader, self.texts, unit)
        self.belonging.share_figures(read, matched)
        self.reader.above = dict(read.values)
        unfold.split_text(read, self.letters)
        unfold.join_steps(read, self.letters, self.titles, self.context.month.year)
        unfold.refuse_counted_months(read, self.reader, self.columns)
        if self.context.own and matched.item:
            own.leave_out_blank(read.values, self.context.own)
        monthly_kind = self.context.kind is SheetKind.MONTHLY
        if monthly_kind and not read.wrong and self._is_silent(read):
            self._tell(row, _("没有填报内容，未导入"))
            self._ask(row, Line.CHAPTER)
            return
        nobodys = matched.rule == "unknown_project" and not matched.near
        if monthly_kind and nobodys and self.totals.is_sum(read):
            self._tell(row, _(LEFT_OUT[Line.TOTAL]))
            return
        self.totals.add(read)
        refused = self._wrong(read) | self._unmatched(read, matched) | self._is_longer(read)
        if not refused or matched.project:
            refused |= self._twice(read, matched)
        if monthly_kind and matched.project:
            refused |= self._checked(read, matched)
        elif self.context.own and not monthly_kind:
            refused |= self._asked(read, matched)
        self.sink.kept += 1
        self.sink.keep(self._draft(read, matched, refused))

    def _is_longer(self, read: RowRead) -> bool:
        """Refuse a line of text with more cells than there are headings: a comma is too many."""
        if not self.grid.delimited:
            return False
        beyond = [v for v in self.grid.rows[read.row][max(self.found.paths) + 1 :] if v.strip()]
        if beyond:
            text = _("这一行比表头多出 {count} 格，可能是数字里有逗号，后面的都错了位")
            message = text.format(count=len(beyond))
        elif is_shifted(self.grid.rows[read.row], {one.index for one in self.texts}):
            message = _("这一行的数字里可能有逗号，后面的都错了位")
        else:
            return False
        remedy = _("在 Excel 或 WPS 中打开核对，另存为 .xlsx 后再上传")
        self._problem(read.row, Level.ERROR, "unreadable", "", message, remedy)
        return True

    def _supplement(self, read: RowRead, unit: str) -> None:
        """Take what a person wrote for the row under columns that the sheet lacks."""
        for title, column in self.lacking.items():
            name = f"{title}{read.row + 1}"
            if self.grid.added.get(name, "").strip():
                index = self.reader.places[self._fallback()]
                self.reader.supplement(read, column, self.grid.added[name], unit, index)
                read.origins[column.field] = name

    def _is_silent(self, read: RowRead) -> bool:
        for name, value in read.values.items():
            if value is not None and name not in _IDENTITY[self.context.kind]:
                return False
        return True

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
            error, title = wrong.error, self.titles.get(wrong.field, wrong.field)
            said = _("{title}：{text}").format(title=title, text=error)
            where = self.grid.name, place(wrong.row, wrong.index), wrong.field, wrong.raw
            self.sink.add(Problem(Level.ERROR, error.rule, said, error.remedy, *where))
        return bool(read.wrong)

    def _unmatched(self, read: RowRead, matched: Matched) -> bool:
        if not matched.rule:
            return False
        unread = {wrong.field for wrong in read.wrong}
        if unread & {"project_code", "project_name"}:
            return matched.rule not in DOUBTS
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
            spot = self._spot(read.row)
            self.sink.family(matched.project).add(row, matched.item, spot, unread)
        return self._found(read.row, unread, checks.findings(row))

    def _spot(self, row: int) -> Spot:
        return Spot(self.grid.name, row + 1, self.letters, self._fallback())

    def _asked(self, read: RowRead, matched: Matched) -> bool:
        """Hold a plan's row against what an office asks of its project by itself."""
        unread = {wrong.field for wrong in read.wrong}
        named = read.values.get("work_item_name") or read.values.get("work_item_code")
        there = matched.project.current if matched.project else {}
        found = checks.asked(self.context.own, read.values, there, whole=not named)
        return self._found(read.row, unread, found)

    def _found(self, row: int, unread: set[str], findings: Iterable[checks.Finding]) -> bool:
        refused = False
        for one in findings:
            if one.field in unread:
                continue
            if one.rule == "missing_required" and unread & set(monthly.REPORTED):
                continue
            self._problem(row, one.level, one.rule, one.field, one.message, one.remedy)
            refused |= one.level is Level.ERROR
        return refused

    def _draft(self, read: RowRead, matched: Matched, refused: bool) -> Draft:
        project, item = matched.project, matched.item
        target = item or project
        current = target.current if target else {}
        if item and project and self.context.own:
            current = own.there(item, project, self.context.own)
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


def _continued(lines: list[tuple[int, Line]], number: int) -> Iterator[int]:
    """Give the rows from a line on that go on with the one above."""
    while number < len(lines) and lines[number][1] is Line.CONTINUED:
        yield lines[number][0]
        number += 1
