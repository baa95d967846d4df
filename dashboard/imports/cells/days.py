"""Dates in a cell, in every notation people use; of a month alone, its last day."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from dashboard.i18n import _
from dashboard.imports.cells.numerals import Unreadable, folded
from dashboard.imports.cells.parsers import is_nothing, text_of

EXACT = ""
MONTH = "month"
_YEAR = (
    r"(?:(?P<year>20\d\d(?=年|[./-])|\d\d(?=年))(?:年度?|[./-])"
    r"|(?P<near>今年|本年|当年|明年|次年|去年))?"
)
_FORMS = [
    re.compile(rf"{_YEAR}(?P<month>\d{{1,2}})(?:月份?|[./])(?P<day>\d{{1,2}})[日号]?"),
    re.compile(r"(?P<year>20\d\d)-(?P<month>\d{1,2})-(?P<day>\d{1,2})[日号]?"),
    re.compile(r"(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)"),
    re.compile(rf"{_YEAR}(?P<month>\d{{1,2}})月份?(?P<part>底|末|上旬|中旬|下旬|初)?"),
    re.compile(r"(?P<year>20\d\d)(?:[./-](?P<month>\d{1,2})|(?P<month2>\d\d))"),
    re.compile(rf"{_YEAR}(?P<part>年底|年末|年终|(?<=.)[底末]|上半年|下半年)[底末]?"),
    re.compile(rf"{_YEAR}第?(?P<quarter>[1-4])季度[底末]?"),
    re.compile(r"(?P<year>20\d\d)-?Q(?P<quarter>[1-4])", re.IGNORECASE),
]
_BEFORE = re.compile(
    r"^(?:(?:工期)?(?:延期|延后|延长|顺延|推迟|调整|后延)(?=[到至为])"
    r"|预计|计划|拟|力争|争取|确保|将|于|在|到|至|为|截至|截止|定于)+"
)
_VERBS = (
    "(?:(?:[、并]|已经?)?(?:全面|全部|基本)?(?:完成|建成|竣工|完工|建成投用|投入使用|投用|通车|交付使用|交付|验收|竣工验收|具备通车条件|"
    "建成投入使用|投入运营|开工|动工|启动|开放|完成建设|完成验收))*"
)
_AFTER = re.compile(rf"(?P<before>之?前|以前|止|24时前|24:00前)?{_VERBS}$")
_CLOCK = re.compile(r"[T\s]+\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?$")
_WEEKDAY = re.compile(r"\((?:星期|周)[一二三四五六日天]\)$")
_CHINESE = re.compile(r"[〇零一二三四五六七八九十]+(?=年|月|日|号|季度)")
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_NO_DATE = re.compile(
    r"全年|年内|当年内?|长期|常年|持续|每年|每月|全年推进|按(?:计划|时序|进度|要求).*|待定|另定"
)
_DONE = re.compile(r"(?:已|均已|已经|全部|已全部)?(?:完成|完工|竣工|建成|投用|投入使用)")
_END = "。.;；,，"
_SERIALS, _EPOCH = (40_000, 60_000), date(1899, 12, 30)
_CUT = re.compile(r"\d{1,2}\.[12]|(?:0?[13-9]|1[0-2])\.3")
_PARTS = {"初": 10, "上旬": 10, "中旬": 20}


class Day(NamedTuple):
    """A day and how exactly it was given: to the day, or `month` for a month's last day."""

    on: date
    mark: str = EXACT


def day(value: Any, year: int) -> Day | None:
    """Read a date; `year` is the year of one that names none. None for nothing."""
    if isinstance(value, datetime):
        return _plausible(value.date())
    if isinstance(value, date):
        return _plausible(value)
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _of_number(float(value))
    text = _WEEKDAY.sub("", folded(_CLOCK.sub("", text_of(value))).rstrip(_END))
    if is_nothing(text):
        return None
    return of_text(text, year)


def of_delimited(value: Any, year: int) -> Day | None:
    """Read a date of delimited text, where 10.1 may have been 10.10 before the file was saved."""
    found = day(value, year)
    text = folded(value)
    if found is not None and _CUT.fullmatch(text):
        month, number = text.split(".")
        raise Unreadable(
            _("{text} 可能是 {month} 月 {day} 日，也可能是 {month} 月 {day}0 日").format(
                text=text, month=month, day=number
            ),
            _("填写日期，如 2026-10-31"),
            "ambiguous",
        )
    return found


def of_text(text: str, year: int) -> Day:
    """Read a date from a text that was folded. Raises Unreadable."""
    plain = _BEFORE.sub("", _CHINESE.sub(_arabic, text))
    for form in _FORMS:
        found = form.match(plain)
        after = found and _AFTER.fullmatch(plain[found.end() :])
        if found and after:
            return _built(found.groupdict(), year, bool(after["before"]), text)
    if _NO_DATE.fullmatch(text):
        raise Unreadable(
            _("“{text}”没有说明具体日期").format(text=text), _("填写日期，如 2026-10-31"), "no_date"
        )
    if _DONE.fullmatch(text):
        raise Unreadable(
            _("“{text}”不是日期").format(text=text), _("已经完成的，此格留空，或填写完成的日期")
        )
    raise Unreadable(_("看不出是哪一天"), _("填写日期，如 2026-10-31 或 10月底前"))


def says_no_date(text: str) -> bool:
    """Say whether the text is a deadline that names no day, such as 全年 or 年内."""
    return bool(_NO_DATE.fullmatch(text)) or not re.search(r"[\d一二三四五六七八九十]", text)


def _arabic(found: re.Match[str]) -> str:
    digits = found[0]
    if "十" not in digits:
        return digits.translate(_DIGITS)
    tens, _ten, ones = digits.partition("十")
    return (tens.translate(_DIGITS) or "1") + (ones.translate(_DIGITS) or "0")


def _of_number(number: float) -> Day:
    if number.is_integer() and 20000101 <= number <= 20991231:
        return of_text(str(int(number)), 0)
    if number.is_integer() and 200001 <= number <= 209912:
        return of_text(str(int(number)), 0)
    text = format(number, ".15g")
    if re.fullmatch(r"20\d\d\.(?:0[1-9]|1[12]?|[2-9])", text):
        return of_text(text, 0)
    if number.is_integer() and _SERIALS[0] <= number <= _SERIALS[1]:
        on = (_EPOCH + timedelta(number)).isoformat()
        raise Unreadable(
            _("单元格里是数字 {text}，可能是没有设成日期格式的 {day}").format(text=text, day=on),
            _("把单元格设为日期格式，或填写 {day}").format(day=on),
        )
    raise Unreadable(_("这里要日期，单元格里却是数字 {text}").format(text=text), _("填写日期"))


def _built(parts: dict[str, str | None], year: int, before: bool, text: str) -> Day:
    number = int(parts.get("year") or year)
    number += 2000 * (number < 100) + {"明年": 1, "次年": 1, "去年": -1}.get(
        parts.get("near") or "", 0
    )
    part = parts.get("part") or ""
    if parts.get("day"):
        return _checked(number, int(parts["month"] or 0), int(parts["day"] or 0))
    if parts.get("quarter"):
        return _month_end(number, int(parts["quarter"] or 0) * 3)
    month = parts.get("month") or parts.get("month2")
    if re.fullmatch(r"20\d\d\.1", text):
        raise Unreadable(
            _("{text} 可能是 1 月，也可能是 10 月").format(text=text),
            _("填写日期，如 2026-10-31"),
            "ambiguous",
        )
    if not month:
        return _month_end(number, 6 if part == "上半年" else 12)
    if before and not part:
        raise Unreadable(
            _("“{text}”可能是到 {last} 月底，也可能是到 {earlier} 月底").format(
                text=text, last=int(month), earlier=(int(month) - 2) % 12 + 1
            ),
            _("写明日期，如“{month}月底前”").format(month=int(month)),
            "ambiguous",
        )
    if part in _PARTS:
        return Day(_checked(number, int(month), _PARTS[part]).on, MONTH)
    return _month_end(number, int(month))


def _month_end(year: int, month: int) -> Day:
    if not 1 <= month <= 12:
        raise Unreadable(_("没有 {month} 月").format(month=month), _("填写真实的日期"))
    return Day(_plausible(date(year, month, monthrange(year, month)[1])).on, MONTH)


def _checked(year: int, month: int, number: int) -> Day:
    try:
        return _plausible(date(year, month, number))
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(
            _("没有 {month} 月 {day} 日这一天").format(month=month, day=number), _("填写真实的日期")
        ) from error


def _plausible(on: date) -> Day:
    if not 2000 <= on.year <= 2099:
        raise Unreadable(_("年份 {year} 不可能").format(year=on.year), _("填写真实的日期"))
    return Day(on)
