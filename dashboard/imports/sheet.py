"""Any sheet to drafts: read, find the tables, map, parse, match, check, compare.

`examine` is pure: what it gives depends on the bytes, the context and the mended cells alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from dashboard.i18n import _, joined
from dashboard.imports.cells.numerals import word_set
from dashboard.imports.columns.headings import Headings
from dashboard.imports.context import Context, SheetKind
from dashboard.imports.examination import Examination, Level, Problem
from dashboard.imports.files.grid import Book, Grid, Refused
from dashboard.imports.files.read import read
from dashboard.imports.layout.blocks import apart
from dashboard.imports.layout.cards import cards_in, examine_cards
from dashboard.imports.layout.periods import (
    asides,
    check_titles,
    lines_between,
    months_in,
    other_month,
)
from dashboard.imports.layout.surroundings import rows_above, stated_unit
from dashboard.imports.layout.tables import Cover, Found, found_in, guessed_in, is_sideways
from dashboard.imports.match import Matcher
from dashboard.imports.sink import Sink
from dashboard.imports.table import TableExamination

Edits = Mapping[tuple[str, str], str]
_SIDEWAYS, _COVER = 3, 20
_EARLIER = word_set("上月 上个月 上期 上月数据 上期数据")
REPORT_SHEET = "问题清单"
REPORT_MARK = "本页由系统生成，重新上传时不读取"


def examine(data: bytes, name: str, context: Context, edits: Edits | None = None) -> Examination:
    """Say what is in a file: tables, drafts, problems and what was left out. Never raises.

    `edits` are cells mended since the file was saved, by sheet and cell name.
    """
    digest = hashlib.sha256(data).hexdigest()
    try:
        book = read(data, context.limits, name)
    except Refused as refused:
        return Examination(context.kind, "", digest, refusal=str(refused))
    return examined(book, digest, context, edits or {}, Sink(context.limits.problems))


def examined(book: Book, digest: str, context: Context, edits: Edits, sink: Sink) -> Examination:
    """Examine a book that was read; its drafts go into the sink as they are made."""
    for text in book.told:
        sink.tell("", "", text)
    _mend(book, edits)
    _check_mark(book, context, sink)
    _examine_sheets(book, context, sink)
    if not sink.tables and not sink.problems:
        sink.add(_no_table(book, context))
    elif not sink.kept and not sink.problems and not sink.lists:
        text = _("表里没有一行填了内容")
        sink.add(Problem(Level.ERROR, "no_rows", text, _("填写各项目的进度后再上传")))
    sink.close()
    return Examination(
        context.kind,
        book.file_kind,
        digest,
        tuple(sink.tables),
        tuple(sink.drafts),
        tuple(sink.problems),
        tuple(sink.told),
        own=context.own,
    )


def _no_table(book: Book, context: Context) -> Problem:
    """Say why nothing was found: the sheets are other months', or no line names the columns."""
    other = [grid.name for grid in book.grids if other_month(grid.name, context)]
    if other:
        return Problem(
            Level.ERROR,
            "wrong_month",
            _("工作表“{sheets}”不是本期的，本期是 {month} 月").format(
                sheets=joined(other[:5]), month=context.month.month
            ),
            _("换成本期的报表；如果只是工作表名没改，请改为“{month}月”").format(
                month=context.month.month
            ),
        )
    return Problem(
        Level.ERROR,
        "no_table",
        _("没有找到表头，认不出哪一行是列名"),
        _("请上传含有“项目名称”“完成进度”等列名的表，或下载本单位的模板填写"),
    )


def _mend(book: Book, edits: Edits) -> None:
    grids = {grid.name: grid for grid in book.grids}
    for (sheet, cell), text in edits.items():
        if sheet in grids:
            grids[sheet].put(cell, text)


def _check_mark(book: Book, context: Context, sink: Sink) -> None:
    """Hold a template's hidden mark against the period and the agency expected."""
    mark = book.mark
    if not mark:
        return
    month = f"{context.month:%Y-%m}" if context.kind is SheetKind.MONTHLY else f"{context.month:%Y}"
    if mark.get("kind") != context.kind:
        text = _("这是另一种模板（{found}），不能当作{wanted}导入").format(
            found=_kind_name(mark.get("kind", "")), wanted=_kind_name(context.kind)
        )
        sink.add(Problem(Level.ERROR, "wrong_kind", text, _("下载正确的模板填写")))
    elif mark.get("period") != month:
        text = _("这份模板是 {found} 的，本期是 {wanted}").format(
            found=mark.get("period"), wanted=month
        )
        sink.add(
            Problem(
                Level.ERROR, "wrong_month", text, _("下载 {month} 的模板填写").format(month=month)
            )
        )
    agency = context.agency
    if agency and mark.get("agency") not in ("", None, agency.code):
        text = _("这份模板属于另一个单位（{found}）").format(found=mark.get("agency_name", ""))
        sink.add(Problem(Level.ERROR, "wrong_agency", text, _("下载本单位的模板填写")))


def _kind_name(kind: str) -> str:
    return {"monthly": _("月报"), "plan": _("任务分解表")}.get(kind, kind)


def _examine_sheets(book: Book, context: Context, sink: Sink) -> None:
    headings, matcher = Headings.of(context), Matcher(context)
    named = {grid.name for grid in book.grids if months_in(grid.name) == {context.month.month}}
    others = sum(any(map(any, grid.rows)) for grid in book.grids) > 1
    unread: list[tuple[Grid, Cover]] = []
    for grid in book.grids:
        if not _is_read(grid, context, sink, others=others) or _is_other(
            grid, context, sink, bool(named)
        ):
            continue
        cover = Cover.of(grid)
        tables = found_in(grid, headings, cover)
        if is_sideways(grid, headings, _SIDEWAYS if tables else 2):
            _examine_sideways(grid, cover, context, headings, matcher, sink)
            continue
        if not tables:
            unread.append((grid, cover))
            continue
        _examine_tables(grid, cover, tables, context, headings, matcher, sink)
    for grid, cover in unread:
        guessed = [] if sink.tables else guessed_in(grid, headings, cover)
        if guessed:
            _examine_tables(grid, cover, guessed, context, headings, matcher, sink)
        elif any(map(any, grid.rows)):
            sink.tell(grid.name, "", _("没有找到表头，整张工作表未导入"))
            lines = list(lines_between(grid, 0, min(len(grid.rows), _COVER)))
            # A template of ours states its month in its mark; its guide only gives examples.
            for problem in () if book.mark else asides(grid, lines, context):
                sink.add(problem)


def _examine_sideways(
    grid: Grid, cover: Cover, context: Context, headings: Headings, matcher: Matcher, sink: Sink
) -> None:
    """Read a sheet of cards; refuse any other whose headings stand on the left."""
    cards, rows = cards_in(grid, headings, cover, context)
    if not cards:
        sink.add(_sideways(grid))
        return
    if not context.include_hidden and (grid.hidden_rows or grid.hidden_columns):
        sink.tell(grid.name, "", _("卡片里隐藏的行和列，未导入"), hidden=True)
    lines = [line for row in rows for line in lines_between(grid, row, row + 1)]
    for problem in check_titles(grid, lines, context):
        sink.add(problem)
    examine_cards(grid, cards, context, headings, matcher, sink)


def _sideways(grid: Grid) -> Problem:
    """Make the error of a sheet whose projects stand side by side, or on cards."""
    return Problem(
        Level.ERROR,
        "no_table",
        _("工作表“{sheet}”的列名写在左边，项目是横排的（或一个项目一张卡片），不能读取").format(
            sheet=grid.name
        ),
        _("改为一行一个项目：复制整张表，用“选择性粘贴—转置”粘贴；或下载本单位的模板填写"),
        grid.name,
    )


def _is_read(grid: Grid, context: Context, sink: Sink, *, others: bool) -> bool:
    """Say whether a sheet is read at all; if not, say why."""
    top = next((row for row in grid.rows[:1]), [])
    if grid.name == REPORT_SHEET and any(REPORT_MARK in str(value) for value in top):
        sink.tell(grid.name, "", _("上次退回的问题清单，未导入"))
        return False
    if not grid.visible and not context.include_hidden:
        if any(map(any, grid.rows)):
            sink.tell(grid.name, "", _("隐藏的工作表，未导入"), hidden=True)
        return False
    if others and grid.name.strip() in _EARLIER:
        sink.tell(grid.name, "", _("上期的工作表，本期不需要，未导入"))
        return False
    if month := other_month(grid.name, context):
        sink.tell(grid.name, "", _("{month} 月的工作表，本期不需要，未导入").format(month=month))
        return False
    return True


def _is_other(grid: Grid, context: Context, sink: Sink, named: bool) -> bool:
    """Say whether a sheet's name speaks of another month, and a sheet of this month is there.

    Where none is, the name is an error, for the sheet may be last month's.
    """
    months = months_in(grid.name)
    if context.kind is not SheetKind.MONTHLY or len(months) != 1:
        return False
    month = min(months)
    if month == context.month.month or not any(map(any, grid.rows)):
        return False
    if named:
        sink.tell(grid.name, "", _("{month} 月的工作表，本期不需要，未导入").format(month=month))
        return True
    message = _("工作表的名称写的是 {found} 月，本期报送 {wanted} 月").format(
        found=month, wanted=context.month.month
    )
    remedy = _("换成本期的报表；如果只是工作表名没改，请改为“{month}月”").format(
        month=context.month.month
    )
    sink.add(Problem(Level.ERROR, "wrong_month", message, remedy, grid.name))
    return False


def _examine_tables(
    grid: Grid,
    cover: Cover,
    tables: list[Found],
    context: Context,
    headings: Headings,
    matcher: Matcher,
    sink: Sink,
) -> None:
    before = 0
    for problem in rows_above(grid, tables[0], matcher):
        sink.add(problem)
    for number, found in enumerate(tables):
        for problem in check_titles(grid, list(lines_between(grid, before, found.top)), context):
            sink.add(problem)
        before = found.last
        stated = stated_unit(grid, tables, number)
        for shown, one in apart(grid, cover, found, headings):
            TableExamination(shown, cover, one, context, headings, matcher, sink, stated).run()
