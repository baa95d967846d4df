"""Any sheet to drafts: read, find the tables, map, parse, match, check, compare.

`examine` is pure: what it gives depends on the bytes, the context and the mended cells alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from dashboard.i18n import _, joined
from dashboard.imports.context import Context, SheetKind
from dashboard.imports.examination import Examination, Level, Problem
from dashboard.imports.grid import Book, Grid, Refused, place
from dashboard.imports.headings import Headings, squeezed
from dashboard.imports.mapping import money_unit
from dashboard.imports.match import Matcher
from dashboard.imports.read import read
from dashboard.imports.sink import Sink
from dashboard.imports.table import TableExamination
from dashboard.imports.tables import Cover, Found, found_in, guessed_in

Edits = Mapping[tuple[str, str], str]
REPORT_SHEET = "问题清单"
REPORT_MARK = "本页由系统生成，重新上传时不读取"
_PERIOD_WORDS = re.compile(r"情况|进展|月报|报表|推进|进度|完成|填报月份|报告期|所属期")
_PERIOD = re.compile(r"(?:(20\d\d)年)?(?:(\d{1,2})月?[-—~至到])?(\d{1,2})月(?!\d{1,2}日|\d{1,2}号)")
_YEAR = re.compile(r"(20\d\d)年")
_POINTED = re.compile(r"(20\d\d)[./-](\d{1,2})(?![\d./-])")
_BY_DAY = re.compile(r"截[至止]到?(?:(20\d\d)年)?(\d{1,2})月(?:2[89]|3[01])[日号]")
_QUARTER = re.compile(r"([1-4])季度")
_SHEET_MONTHS = (
    re.compile(r"(?:(?P<year>20\d\d)年)?(?:\d{1,2}[-—~至到])?(?P<month>\d{1,2})月(?:份)?"),
    re.compile(r"(?P<year>20\d\d)[年.-]?(?P<month>0[1-9]|1[0-2]|[1-9])"),
)
_NUMERALS = re.compile(r"[〇零一二三四五六七八九十]+(?=[年月季])")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


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
    if not sink.tables:
        sink.add(_no_table(book, context))
    sink.close()
    return Examination(
        context.kind,
        book.file_kind,
        digest,
        tuple(sink.tables),
        tuple(sink.drafts),
        tuple(sink.problems),
        tuple(sink.told),
    )


def _no_table(book: Book, context: Context) -> Problem:
    """Say why nothing was found: the sheets are other months', or no line names the columns."""
    other = [grid.name for grid in book.grids if _other_month(grid, context)]
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


def _other_month(grid: Grid, context: Context) -> int:
    """Give the month a sheet is named after, if that is not the one reported; else 0."""
    name = _in_digits(squeezed(grid.name))
    found = next((match for form in _SHEET_MONTHS if (match := form.fullmatch(name))), None)
    if context.kind is SheetKind.PLAN or not found:
        return 0
    year, month = int(found["year"] or context.month.year), int(found["month"])
    same = (year, month) == (context.month.year, context.month.month)
    return 0 if same else month


def _in_digits(text: str) -> str:
    """Write the years and months of a title in digits: 二〇二六年十月 is 2026年10月."""

    def digits(found: re.Match[str]) -> str:
        tens, ten, ones = found[0].partition("十")
        if not ten:
            return found[0].translate(_DIGITS)
        return (tens.translate(_DIGITS) or "1") + (ones.translate(_DIGITS) or "0")

    return _NUMERALS.sub(digits, text)


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
    unread: list[tuple[Grid, Cover]] = []
    for grid in book.grids:
        if not _is_read(grid, context, sink):
            continue
        cover = Cover.of(grid)
        tables = found_in(grid, headings, cover)
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


def _is_read(grid: Grid, context: Context, sink: Sink) -> bool:
    """Say whether a sheet is read at all; if not, say why."""
    top = next((row for row in grid.rows[:1]), [])
    if grid.name == REPORT_SHEET and any(REPORT_MARK in str(value) for value in top):
        sink.tell(grid.name, "", _("上次退回的问题清单，未导入"))
        return False
    if not grid.visible and not context.include_hidden:
        if any(map(any, grid.rows)):
            sink.tell(grid.name, "", _("隐藏的工作表，未导入"), hidden=True)
        return False
    if month := _other_month(grid, context):
        sink.tell(grid.name, "", _("{month} 月的工作表，本期不需要，未导入").format(month=month))
        return False
    return True


def _examine_tables(
    grid: Grid,
    cover: Cover,
    tables: list[Found],
    context: Context,
    headings: Headings,
    matcher: Matcher,
    sink: Sink,
) -> None:
    lines = list(_lines_above(grid, tables[0].top))
    _check_title(grid, lines, context, sink)
    for found in tables:
        above = [text for _cell, text in lines]
        above += [
            value
            for row in grid.rows[max(found.top - 2, 0) : found.top]
            for value in row
            if isinstance(value, str)
        ]
        stated = money_unit(above)
        TableExamination(grid, cover, found, context, headings, matcher, sink, stated).run()


def _lines_above(grid: Grid, top: int) -> Iterator[tuple[str, str]]:
    for row in range(top):
        for column, value in enumerate(grid.rows[row]):
            if isinstance(value, str) and value.strip():
                yield place(row, column), value


def _check_title(grid: Grid, lines: list[tuple[str, str]], context: Context, sink: Sink) -> None:
    """Hold the month and the year in the title against the period expected."""
    for cell, line in lines:
        text = _in_digits(squeezed(line))
        if not _PERIOD_WORDS.search(text):
            continue
        years, months, dated = _periods(text)
        wrong_year = bool(years) and context.month.year not in years
        wrong = len(months) == 1 and context.month.month not in months
        wrong = wrong or (len(dated) == 1 and context.month.year not in dated)
        wrong = wrong or _other_quarter(text, context.month.month)
        if context.kind is SheetKind.MONTHLY and (wrong or wrong_year):
            message = _("标题写的不是本期：“{title}”，本期是 {month}").format(
                title=line.strip()[:40], month=f"{context.month:%Y-%m}"
            )
            remedy = _("换成本期的报表；如果只是标题没改，请改正标题")
            level = Level.ERROR if wrong else Level.WARNING
            problem = Problem(level, "wrong_month", message, remedy, grid.name, cell, "", line)
            sink.add(problem)


def _periods(text: str) -> tuple[set[int], set[int], set[int]]:
    """Give the years and months a title names, and the years that stand right before a month."""
    found = [(match[1], match[3]) for match in _PERIOD.finditer(text)]
    found += [(match[1], match[2]) for form in (_POINTED, _BY_DAY) for match in form.finditer(text)]
    months = {int(month) for _year, month in found if 1 <= int(month) <= 12}
    dated = {int(year) for year, _month in found if year}
    return {int(year) for year in _YEAR.findall(text)} | dated, months, dated


def _other_quarter(text: str, month: int) -> bool:
    """Say whether a title names one quarter, and the month does not lie in it."""
    quarters = {int(number) for number in _QUARTER.findall(text)}
    return len(quarters) == 1 and (month - 1) // 3 + 1 not in quarters
