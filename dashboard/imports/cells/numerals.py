"""Figures in texts: what a number is, written in any of the ways people write it."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from dashboard.i18n import _

PLACES = Decimal("0.000001")
LARGEST = 10**15
_SHORT = 8
ARABIC = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_DIGITS = "零〇一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾"
CHINESE = rf"[{_DIGITS}][{_DIGITS}百千佰仟点万亿]*"
NUMERAL = rf"(?:{ARABIC}|{CHINESE})"
SCALE = {"": Decimal(1), "百": Decimal(100), "千": Decimal(1000), "万": Decimal(10**4)}
SCALE |= {"百万": Decimal(10**6), "千万": Decimal(10**7), "亿": Decimal(10**8)}
_ARABIC = re.compile(ARABIC)
_SPACE = re.compile(r"[\s\u200b-\u200f\u2028-\u202e\ufeff]+")
_VARIANTS = str.maketrans("〇两", "零二")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FULL_WIDTH |= {0x3000: 0x20, 0xFFE5: 0xA5, 0xFE6A: 0x25, 0xFE63: 0x2D, 0x2212: 0x2D}
_UNIT_SIGNS = (
    ("k㎡", "平方公里"),
    ("㎢", "平方公里"),
    ("㎡", "平方米"),
    ("m²", "平方米"),
    ("㎥", "立方米"),
    ("m³", "立方米"),
    ("㎞", "公里"),
)
_KILOMETRES = re.compile(r"(?<=\d)\s*km(?![a-z\d²³])", re.IGNORECASE)
_FORCED = "'‘’`"
_GUARD = "\ue000"
_GUARDED = re.compile(r"(?<=\d)\s+(?=\d)")
ABOUT = re.compile(
    r"约|大概|左右|上下|[多余几]|近|超过|不足|不到|以上|以下|以内|至少|至多|逾|将近|接近|[<>≥≤≈]"
)


def word_set(text: str) -> frozenset[str]:
    """Make a set of the words in a text."""
    return frozenset(text.split())


class Unreadable(ValueError):
    """A cell that cannot be read for certain. It says what is wrong and what would pass."""

    def __init__(self, message: str, remedy: str = "", rule: str = "unreadable") -> None:
        super().__init__(message)
        self.remedy = remedy
        self.rule = rule


def folded(text: str) -> str:
    """Fold full-width signs and drop spaces, but keep digits apart that stood apart.

    Only full width is folded: a ① or a ² that became a plain digit would be another number. An
    apostrophe in front only makes a text of what follows.
    """
    plain = text.translate(_FULL_WIDTH).strip()
    if plain[:1] in _FORCED:
        plain = plain.lstrip(_FORCED)
    if "m" in plain or "M" in plain:
        plain = _KILOMETRES.sub("公里", plain)
    if not plain.isascii():
        for sign, unit in _UNIT_SIGNS:
            plain = plain.replace(sign, unit)
    plain = _GUARDED.sub(_GUARD, plain)
    return _SPACE.sub("", plain).replace(_GUARD, " ")


def rounded(number: Decimal) -> Decimal:
    """Round to six decimals, a fen in 万元, and drop the zeros at the end."""
    if not abs(number) < LARGEST:
        raise Unreadable(_("这个数字大得不可能"), _("填写真实的数字"))
    if number.as_tuple().exponent not in (0, -1, -2, -3, -4, -5, -6):
        number = number.quantize(PLACES)
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()


def of_float(value: float) -> Decimal:
    """Give what a spreadsheet shows of its binary number: fifteen digits. Raises Unreadable."""
    if not abs(value) < LARGEST:
        raise Unreadable(_("这个数字大得不可能"), _("填写真实的数字"))
    text = repr(value)
    if len(text) <= _SHORT and "e" not in text:
        return Decimal(text.removesuffix(".0"))
    return rounded(Decimal(format(value, ".15g")))


@lru_cache(maxsize=8192)
def numeral(text: str) -> Decimal:
    """Read a bare numeral, Arabic or Chinese. Raises Unreadable."""
    if _ARABIC.fullmatch(text):
        return Decimal(text.replace(",", ""))
    import cn2an

    try:
        return Decimal(str(cn2an.cn2an(text.translate(_VARIANTS), "strict")))
    except (ValueError, KeyError) as error:
        raise Unreadable(
            _("“{text}”不是一个能确定的数字").format(text=text), _("填写数字，如 23.4")
        ) from error
