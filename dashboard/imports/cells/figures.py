"""Figures in a cell: quantities, percentages and money, read for certain or not at all."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from dashboard.i18n import _
from dashboard.imports.cells import measures
from dashboard.imports.cells.clauses import (
    BRACKETED,
    CLAUSES,
    CUMULATIVE,
    MONTHLY,
    QUANTITY,
    SHARE,
    SPAN,
    bracketed,
    clause_about,
    plain,
    refuse_aim,
    refuse_leftover,
    refuse_undone,
    without_shares,
)
from dashboard.imports.cells.formats import PERCENT, SCALED
from dashboard.imports.cells.numerals import (
    ARABIC,
    LARGEST,
    NUMERAL,
    SCALE,
    Unreadable,
    folded,
    numeral,
    of_float,
    rounded,
    word_set,
)
from dashboard.imports.cells.parsers import is_nothing

DONE = word_set(
    "已完成 完成 全部完成 已全部完成 全面完成 已全面完成 已完工 完工 全部完工 已全部完工 "
    "已竣工 竣工 已建成 圆满完成 已圆满完成 提前完成 已提前完成 按期完成 已按期完成 "
    "提前完工 已提前完工"
)
IDLE = word_set("未开工 尚未开工 未启动 尚未启动 未动工 尚未动工 未开展 尚未开展 未实施 尚未实施")
_DONE_WORDS = re.compile(rf"(?:{'|'.join(sorted(DONE, key=len, reverse=True))})(?![率比度量])")
_ALL = re.compile(r"100(?:\.0+)?%|百分之(?:百|一百)")
MONEY = {"元": Decimal("0.0001"), "万元": Decimal(1), "亿元": Decimal(10**4)}
_MONEY = re.compile(rf"(?:({ARABIC})亿)?({NUMERAL})(亿|万|千万|百万|千)?(元)?")
_LARGE_NUMERAL = re.compile(r"[^\d]*[万亿]")
_OF_MONEY = re.compile(r"投资|资金|拨付|支付|到位|支出")
_PURPOSES = {
    "invested": re.compile(r"投资"),
    "allocated": re.compile(r"拨付|到位"),
    "paid": re.compile(r"支付|支出"),
}
_SHARE_OF = re.compile(rf"{QUANTITY.pattern}[^占即折]*$")
_EDGES = " ()[]:,;。、"
_END = "。.!;,"
_LARGEST_SHARE = 1000
_SURE_POINTS = _LARGEST_SHARE // 100

_PURPOSE_WORDS = {"invested": "完成投资", "allocated": "拨付", "paid": "支付"}


def scalar(value: Any) -> Decimal:
    """Read a number cell. Raises Unreadable for a date or a logical value."""
    if isinstance(value, bool) or not isinstance(value, float | int):
        kind = _("逻辑值") if isinstance(value, bool) else _("日期或时间")
        raise Unreadable(_("这里要数字，单元格里却是{kind}").format(kind=kind), _("填写数字"))
    return of_float(float(value))


def _formatted(number: Decimal, shown: str, unit: str) -> tuple[Decimal, str]:
    """Honour a number format: the words it shows behind the figure are its unit."""
    if shown == PERCENT:
        raise Unreadable(
            _("单元格是百分比格式（显示为 {shown}%），这里要的不是百分比").format(
                shown=number * 100
            ),
            _("把单元格设为常规格式，填写数字"),
        )
    if shown == SCALED:
        raise Unreadable(
            _("单元格的数字格式使显示的数与实际的数（{number}）不同").format(number=number),
            _("把单元格设为常规格式后重新填写"),
            "ambiguous",
        )
    words = shown.removeprefix("=") if shown.startswith("=") else ""
    if words in SCALE:
        return number * SCALE[words], unit
    if words and words not in MONEY and not measures.is_unit(words):
        raise Unreadable(
            _("单元格的数字格式在数字后面显示“{words}”，不能确定指的是什么").format(words=words),
            _("把单元格设为常规格式后重新填写"),
            "ambiguous",
        )
    return number, words or unit


def quantity(
    value: Any, shown: str = "", unit: str = "", bare: str = "", *, monthly: bool | None = None
) -> Decimal | None:
    """Read a quantity, in `unit` where one is known; a bare number counts `bare`.

    `monthly` says whether the column holds the month's figure or the sum, where that is known.
    """
    if not isinstance(value, str):
        number, found = _formatted(_not_negative(scalar(value)), shown, "")
        return _converted(number, found or bare, unit)
    text = plain(value)
    if is_nothing(text):
        return None
    clause = clause_about(without_shares(text), monthly)
    matches = list(QUANTITY.finditer(clause))
    if not matches:
        raise Unreadable(_("这里没有可以确定的数字"), _("填写数字，如 23.4"))
    if len(matches) > 1:
        raise Unreadable(_("这里有不止一个数字，不能确定用哪个"), _("只填写一个数字"), "ambiguous")
    refuse_aim(clause)
    found_text, scale, own = matches[0].groups()
    refuse_leftover(clause[: matches[0].start()] + "," + clause[matches[0].end() :])
    number = _not_negative(numeral(found_text))
    if scale and not own and measures.is_scaled(unit or bare):
        raise Unreadable(
            _("{text} 可能是 {low}{unit}，也可能是 {high}{unit}").format(
                text=matches[0][0],
                low=number,
                high=rounded(number * SCALE[scale]),
                unit=unit or bare,
            ),
            _("写明单位，如 {low}{unit}").format(low=number, unit=unit or bare),
            "ambiguous",
        )
    return _converted(number * SCALE[scale], own or bare, unit)


def _converted(number: Decimal, found: str, wanted: str) -> Decimal:
    if not found or not wanted or found == wanted:
        return rounded(number)
    ratio = measures.ratio(found, wanted)
    if ratio is None:
        raise Unreadable(
            _("计量单位是“{found}”，这里应为“{wanted}”").format(found=found, wanted=wanted),
            _("按“{wanted}”填写").format(wanted=wanted),
            "unit",
        )
    return rounded(number * ratio)


def bare_share(value: Any, shown: str = "") -> Decimal | None:
    """Give a number of a percent column that does not say itself whether 1 is 1 % or all."""
    if isinstance(value, float | int) and not isinstance(value, bool) and abs(value) < LARGEST:
        return scalar(value) if not shown.startswith((PERCENT, "=%")) else None
    if isinstance(value, str) and re.fullmatch(ARABIC, folded(value)):
        return numeral(folded(value))
    return None


def percent(value: Any, shown: str = "", scale: str = "") -> Decimal | None:
    """Read a percentage, 0 to 100 and beyond.

    `scale` says what a bare number means: `fraction` (0.85 is 85 %), `points`, or nothing known.
    """
    bare = bare_share(value, shown)
    if bare is not None:
        return _scaled_share(bare, shown, scale)
    if not isinstance(value, str):
        number = scalar(value)
        return _plausible(rounded(number * 100 if shown == PERCENT else number))
    text = plain(value)
    if is_nothing(text):
        return None
    bare_text = text.rstrip(_END)
    if bare_text in DONE or bare_text in IDLE:
        return Decimal(100 if bare_text in DONE else 0)
    if BRACKETED.fullmatch(text):
        raise bracketed()
    return _plausible(_share_in(text))


def _scaled_share(bare: Decimal, shown: str, scale: str) -> Decimal:
    if shown == SCALED or shown.startswith("="):
        _formatted(bare, shown, "")
    if bare == 0:
        return Decimal(0)
    if (bare > _SURE_POINTS and scale == "mixed") or (bare >= 1 and scale == "stated"):
        scale = "points"
    if scale not in ("fraction", "points"):
        raise Unreadable(
            _("{bare} 可能是 {low}%，也可能是 {high}%").format(
                bare=bare, low=bare, high=rounded(bare * 100)
            ),
            _("写明百分号：{low}% 或 {high}%").format(low=bare, high=rounded(bare * 100)),
            "ambiguous",
        )
    return _plausible(rounded(bare * 100 if scale == "fraction" else bare))


def _not_negative(number: Decimal) -> Decimal:
    if number < 0:
        raise Unreadable(_("这里不能是负数"), _("填写 0 或更大的数；有核减的，填写核减后的累计数"))
    return number


def _plausible(share: Decimal) -> Decimal:
    """Refuse a percentage that no work can reach: 65 typed into a cell of format %."""
    if _not_negative(share) > _LARGEST_SHARE:
        raise Unreadable(
            _("{share}% 大得不可能").format(share=share),
            _("填写真实的百分比；如果是 {less}%，就填写 {less}%").format(less=rounded(share / 100)),
        )
    return share


def _share_in(text: str) -> Decimal:
    found = list(SHARE.finditer(text))
    if len(found) != 1:
        message = (
            _("这里有不止一个百分比，不能确定用哪个") if found else _("这里没有可以确定的百分比")
        )
        raise Unreadable(
            message, _("填写一个百分比，如 85%"), "ambiguous" if found else "unreadable"
        )
    match = found[0]
    rest = text[: match.start()] + text[match.end() :]
    _whole(text, match, rest)
    if _ALL.fullmatch(match[0]):
        rest = _DONE_WORDS.sub("", rest)
    for clause in CLAUSES.split(SPAN.sub("", rest)):
        without = QUANTITY.sub("", clause, count=1)
        _worded(clause, without)
        if without != clause or (match[0] in text and clause in _around(text, match)):
            refuse_leftover(without)
    arabic, hundredths, tenths, more = match.groups()
    if hundredths == "百":
        return Decimal(100)
    if tenths:
        half = {"": Decimal(0), "半": Decimal(5)}
        extra = half[more] if more in half else numeral(more)
        return numeral(tenths) * 10 + extra
    return rounded(numeral(arabic or hundredths))


def _worded(clause: str, without: str) -> None:
    """Refuse a bare number beside the percentage: 85,5% may be 85.5%, 85%(7.31) be July's."""
    other = QUANTITY.search(clause)
    if other and not other[3] and not without.strip(_EDGES):
        raise Unreadable(
            _("百分比旁边还有一个数“{number}”，不能确定指的是什么").format(number=other[0]),
            _("填写一个百分比，如 85%"),
            "ambiguous",
        )


def _whole(text: str, match: re.Match[str], rest: str) -> None:
    """Refuse a share of a part, of the money or of the month: it is not the project's progress."""
    *earlier, before = CLAUSES.split(text[: match.start()])
    refuse_undone([*earlier, *CLAUSES.split(text[match.end() :])[1:]])
    part = _SHARE_OF.search(SPAN.sub("", before))
    money = _OF_MONEY.search(rest)
    month = MONTHLY.search(rest) and not CUMULATIVE.search(rest)
    if part or money or month:
        what = _("某一部分") if part else _("资金") if money else _("当月")
        raise Unreadable(
            _("这里写的像是{what}的比例，不能确定是不是整个项目的累计进度").format(what=what),
            _("只填写整个项目的累计进度，如 85%"),
            "ambiguous",
        )


def _around(text: str, match: re.Match[str]) -> str:
    """Give the clause a match stands in, without the match."""
    before = CLAUSES.split(text[: match.start()])[-1]
    after = CLAUSES.split(text[match.end() :])[0]
    return before + after


def amount_wan(
    value: Any, shown: str = "", unit: str = "", *, monthly: bool | None = None, purpose: str = ""
) -> Decimal | None:
    """Read money in 万元. `unit` is what a bare number counts: 元, 万元 or 亿元.

    `purpose` says whether the column holds money `invested`, `allocated` or `paid`, where known.
    """
    if not isinstance(value, str):
        number, own = _formatted(_not_negative(scalar(value)), shown, unit)
        return _money(number, own)
    text = plain(value).lstrip("¥")
    if is_nothing(text):
        return None
    clause = clause_about(without_shares(text), monthly)
    matches = list(_MONEY.finditer(clause))
    if len(matches) != 1:
        message = (
            _("这里有不止一个金额，不能确定用哪个") if matches else _("这里没有可以确定的金额")
        )
        raise Unreadable(message, _("填写一个金额，如 1200万元"), "ambiguous")
    match = matches[0]
    refuse_aim(clause)
    _of_purpose(clause, purpose)
    refuse_leftover(clause[: match.start()] + "," + clause[match.end() :])
    return _money_in(match, unit)


def _of_purpose(clause: str, purpose: str) -> None:
    """Refuse money paid in a column of money invested, and the like."""
    if not purpose or _PURPOSES[purpose].search(clause):
        return
    if other := next((w for form in _PURPOSES.values() if (w := form.search(clause))), None):
        raise Unreadable(
            _("这里写的是“{word}”的金额，与本列不符").format(word=other[0]),
            _("填写“{purpose}”的金额").format(purpose=_(_PURPOSE_WORDS[purpose])),
            "ambiguous",
        )


def _money_in(match: re.Match[str], unit: str) -> Decimal:
    yi, figure, scale, yuan = match.groups()
    number = _not_negative(numeral(figure))
    if yi and scale not in ("万", "千万", "百万"):
        raise Unreadable(_("金额写得不完整"), _("写成如 1.2亿元 或 12000万元"), "ambiguous")
    if scale or yuan or _LARGE_NUMERAL.fullmatch(figure):
        whole = (numeral(yi) * 10**8 if yi else 0) + number * SCALE[scale or ""]
        if scale in ("千", "百") and not yuan:
            raise Unreadable(_("金额没有写明单位"), _("写成如 1200万元"), "ambiguous")
        return rounded(Decimal(whole) * MONEY["元"])
    return _money(number, unit)


def _money(number: Decimal, unit: str) -> Decimal:
    if unit not in MONEY:
        raise Unreadable(
            _("没有写明金额单位：可能是 {number} 元，也可能是 {number} 万元").format(number=number),
            _("在列名或单元格里写明“元”“万元”或“亿元”，或在下方“列的对应”中选定"),
            "ambiguous",
        )
    return rounded(number * MONEY[unit])
