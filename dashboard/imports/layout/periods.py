"""Which month a sheet is about, as its titles, its name, its rows and its cells say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from dashboard.i18n import _
from dashboard.imports.cells.numerals import word_set
from dashboard.imports.columns.headings import parsed, squeezed
from dashboard.imports.context import Context, SheetKind
from dashboard.imports.examination import Level, Problem
from dashboard.imports.files.grid import Grid, place

_PERIOD_WORDS = re.compile(
    r"情况|进展|月报|报表|推进|进度|完成|填报月份|报告期|所属期|^[(]?截[至止]"
)
_OTHER_WORDS = re.compile(
    r"日期|时间|填表|制表|报送|上报|印发|下发|联系|电话|号$|号[)]|〔|\[|每月|会议|批|前|启动|开工|印"
)
_PLANS = re.compile(r"任务|计划|方案|目标|实事|项目|分解|安排")
_FILLED_ON = re.compile(r"(?:填报|填表|制表|报送|上报|截[至止])(?:日期|时间)")
_TO_COME = re.compile(r"\d{1,2}月(?:份|度)?(?:重点)?(?:工作)?(?:计划|打算|安排|目标)")
_DAY = re.compile(r"(20\d\d)[年./-](\d{1,2})[月./-](\d{1,2})")
_TITLE = 30
_PERIOD = re.compile(
    r"(?<![\d件表])(?:(20\d\d)年)?(?:(\d{1,2})月?[-—~至到])?(\d{1,2})月(?!\d{1,2}日|\d{1,2}号|[底末]?前)"
)
_YEAR = re.compile(r"(20\d\d)年")
_POINTED = re.compile(r"(?<![A-Za-z\d-])(20\d\d)[./-](\d{1,2})(?![\d./-])")
_BY_DAY = re.compile(r"截[至止]到?(?:(20\d\d)年)?(\d{1,2})月(?:2[89]|3[01])[日号]")
_QUARTER = re.compile(r"([1-4])季度")
_SHEET_MONTHS = (
    re.compile(r"(?:(?P<year>20\d\d)年)?(?:\d{1,2}[-—~至到])?(?P<month>\d{1,2})月(?:份)?"),
    re.compile(r"(?P<year>20\d\d)[年.-]?(?P<month>0[1-9]|1[0-2]|[1-9])"),
)
_NUMERALS = re.compile(r"[〇零一二三四五六七八九十]+(?=[年月季])")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_UP_TO = re.compile(
    r"(?:截[至止]到?)(?:(20\d\d|\d\d)年)?(\d{1,2})月(?!前)"
    r"|(?<![\d.])(?:(20\d\d|\d\d)年)?1?\d月?[-~至到](\d{1,2})月(?!前)"
    r"|[(,;。]?(?:(20\d\d|\d\d)年)?(\d{1,2})月[底末](?!前)"
    r"|截[至止]到?(?:(20\d\d)[./-])?(\d{1,2})[./-](?:[12]?\d|3[01])(?![\d.%])"
)
_LAST_DAY = re.compile(r"(?:(20\d\d|\d\d)年)?(\d{1,2})月(?:2[89]|3[01])[日号](?!前)")
_OF_MONTHS = re.compile(r"月份|月度|报告期|所属期|年月")
_HALF_YEAR = 6
_ROW_MONTHS = word_set(
    "月份 月度 填报月份 填报月度 报告期 报表期 所属期 所属月份 统计月份 统计期 期间 年月 报送月份 "
    "报告月份 数据月份 报表月份"
)
_ROW_YEARS = word_set("年度 年份 报告年度")
_ROW_YEAR = re.compile(r"(20\d\d)(?:\.0)?年?度?")
_ROW_MONTH = re.compile(
    r"(?:(?P<year>20\d\d)[年./-]?)?(?:\d{1,2}月?[-~至到])?(?P<month>0?[1-9]|1[0-2])(?:月份?)?"
)


class Month(NamedTuple):
    """A month, as a year and its number; year 0 where none is named."""

    year: int
    month: int

    def is_other(self, month: date) -> bool:
        """Say whether it is another month than the one given."""
        return self.month != month.month or self.year not in (0, month.year)


def in_digits(text: str) -> str:
    """Write the years and months of a title in digits: 二〇二六年十月 is 2026年10月."""

    def digits(found: re.Match[str]) -> str:
        tens, ten, ones = found[0].partition("十")
        if not ten:
            return found[0].translate(_DIGITS)
        return (tens.translate(_DIGITS) or "1") + (ones.translate(_DIGITS) or "0")

    return _NUMERALS.sub(digits, text)


def other_month(name: str, context: Context) -> int:
    """Give the month a sheet is named after, if that is not the one reported; else 0."""
    plain = in_digits(squeezed(name))
    found = next((match for form in _SHEET_MONTHS if (match := form.fullmatch(plain))), None)
    if context.kind is SheetKind.PLAN or not found:
        return 0
    named = Month(int(found["year"] or 0), int(found["month"]))
    return named.month if named.is_other(context.month) else 0


def months_in(name: str) -> set[int]:
    """Give the months a sheet's name speaks of, whatever else it says: 住建局7月."""
    return {
        int(found[3])
        for found in _PERIOD.finditer(in_digits(squeezed(name)))
        if 1 <= int(found[3]) <= 12
    }


def lines_between(grid: Grid, first: int, top: int) -> Iterator[tuple[str, str]]:
    """Give the cells of the rows over a table that say something, and where they are.

    A real date is written out, behind the words to its left.
    """
    for row in range(first, top):
        label = ""
        for column, value in enumerate(grid.rows[row]):
            if isinstance(value, str) and value.strip():
                label = value
                yield place(row, column), value
            elif isinstance(value, date):
                day = "" if _OF_MONTHS.search(squeezed(label)) else f"{value.day}日"
                yield place(row, column), f"{label}{value.year}年{value.month}月{day}"


def check_titles(grid: Grid, lines: list[tuple[str, str]], context: Context) -> Iterator[Problem]:
    """Hold the month and the year in titles against the period expected."""
    monthly = context.kind is SheetKind.MONTHLY
    period = f"{context.month:%Y-%m}" if monthly else f"{context.month:%Y}"
    for cell, line in lines:
        text = in_digits(squeezed(line))
        other = Level.WARNING if _is_other_plan(text, context.month.year) else None
        if level := _level(text, context.month) if monthly else other:
            message = _("标题写的不是本期：“{title}”，本期是 {month}").format(
                title=line.strip()[:40], month=period
            )
            remedy = _("换成本期的报表；如果只是标题没改，请改正标题")
            yield Problem(level, "wrong_month", message, remedy, grid.name, cell, "", line)


def asides(grid: Grid, lines: list[tuple[str, str]], context: Context) -> Iterator[Problem]:
    """Ask about another month in what is not read: a cover, a line between or under the rows."""
    for problem in check_titles(grid, lines, context):
        yield replace(problem, level=Level.WARNING, message=_aside(problem.raw, context.month))


def check_note(grid: Grid, cell: str, text: str, context: Context) -> Iterator[Problem]:
    """Ask about a remark that says up to which earlier month the figures count."""
    if context.kind is SheetKind.MONTHLY and earlier_month(squeezed(text), context.month):
        remedy = _("换成本期的报表；如果只是说明没改，请说明")
        message = _aside(text, context.month)
        yield Problem(Level.WARNING, "wrong_month", message, remedy, grid.name, cell, "", text)


def _aside(text: str, month: date) -> str:
    return _("“{text}”说的不是本期，本期是 {month}").format(
        text=text.strip()[:40], month=f"{month:%Y-%m}"
    )


def _level(text: str, month: date) -> Level | None:
    """Say how wrong a line's period is: another month is an error, another year is asked about."""
    if found := _DAY.fullmatch(text.removesuffix("日")):
        return Level.ERROR if _is_before(found, month) else None
    if _FILLED_ON.search(text):
        found = _DAY.search(text)
        return Level.WARNING if found and _is_before(found, month) else None
    if not _PERIOD_WORDS.search(text) and (len(text) > _TITLE or _OTHER_WORDS.search(text)):
        return None
    years, months, dated = _periods(text)
    wrong = len(months) == 1 and month.month not in months
    wrong = wrong or (len(dated) == 1 and month.year not in dated)
    if wrong or _other_part(text, month.month):
        return Level.ERROR
    return Level.WARNING if years and month.year not in years else None


def _is_other_plan(text: str, year: int) -> bool:
    """Say whether a title of a plan names other years only: 2025年任务分解表."""
    years = set(map(int, _YEAR.findall(text)))
    return bool(years) and year not in years and len(text) <= _TITLE and bool(_PLANS.search(text))


def _is_before(found: re.Match[str], month: date) -> bool:
    return (int(found[1]), int(found[2])) < (month.year, month.month)


def _periods(text: str) -> tuple[set[int], set[int], set[int]]:
    """Give the years and months a title names, and the years that stand right before a month."""
    text = _TO_COME.sub("", text)
    found = [(match[1], match[3]) for match in _PERIOD.finditer(text)]
    found += [(match[1], match[2]) for form in (_POINTED, _BY_DAY) for match in form.finditer(text)]
    months = {int(month) for _year, month in found if 1 <= int(month) <= 12}
    dated = {int(year) for year, _month in found if year}
    return {int(year) for year in _YEAR.findall(text)} | dated, months, dated


def _other_part(text: str, month: int) -> bool:
    """Say whether a title names one quarter or half of the year, and the month is not in it."""
    quarters = {int(number) for number in _QUARTER.findall(text)}
    if len(quarters) == 1 and (month - 1) // 3 + 1 not in quarters:
        return True
    halves = {word for word in ("上半年", "下半年") if word in text}
    return len(halves) == 1 and ("上半年" in halves) != (month <= _HALF_YEAR)


def is_of_rows(heading: str) -> bool:
    """Say whether a column of this heading tells of each row which month it is about."""
    return parsed(heading).key in _ROW_MONTHS


def is_of_years(heading: str) -> bool:
    """Say whether a column of this heading tells of each row which year it is about."""
    return parsed(heading).key in _ROW_YEARS


def month_of(value: Any) -> Month | None:
    """Read the month a row is about; None where the cell names none."""
    if isinstance(value, date):
        return Month(value.year, value.month)
    text = squeezed(str(value)).removesuffix(".0")
    found = _ROW_MONTH.fullmatch(in_digits(text))
    return Month(int(found["year"] or 0), int(found["month"])) if found else None


def years_in(said: Mapping[int, Any], year: int) -> set[int]:
    """Give the rows that say they are about another year than the one reported."""
    found = {row: _ROW_YEAR.fullmatch(squeezed(str(value))) for row, value in said.items()}
    return {row for row, match in found.items() if match and int(match[1]) != year}


def other_months(said: Mapping[int, Any], month: date) -> set[int]:
    """Give the rows that say they are about another month than the one reported."""
    found = {row: month_of(value) for row, value in said.items()}
    return {row for row, its in found.items() if its and its.is_other(month)}


def none_of(month: date, sheet: str, cell: str, field: str, raw: str) -> Problem:
    """Make the error of a table of which no row is about the month reported."""
    text = _("这张表的行都不是本期的，本期是 {month}").format(month=f"{month:%Y-%m}")
    remedy = _("换成本期的报表；如果只是月份没改，请改正")
    return Problem(Level.ERROR, "wrong_month", text, remedy, sheet, cell, field, raw)


def earlier_month(text: str, month: date, *, days: bool = False) -> int:
    """Give the month before the one reported up to which a figure is said to count; else 0.

    `days` takes the last days of a month for its end: 7月31日.
    """
    for found in (*_UP_TO.finditer(text), *(_LAST_DAY.finditer(text) if days else ())):
        given = found.groups()
        year, number = next(
            (given[at], given[at + 1]) for at in range(0, len(given), 2) if given[at + 1]
        )
        since = (month.year - (int(year) % 100 + 2000)) * 12 if year else 0
        since += month.month - int(number)
        if not year and since < -_HALF_YEAR:
            since += 12
        if 1 <= int(number) <= 12 and since > 0:
            return int(number)
    return 0
