"""What a number format says about the figure behind it."""

from __future__ import annotations

import re
from functools import cache

from dashboard.imports.cells.numerals import LARGEST, of_float

PERCENT = "%"
SCALED = "scaled"
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|!(.)|_.|\*.')
_SKIPPED = re.compile(r"\[[^\]]*\]")
_DATED = re.compile("[ymdhsaebg年月日]", re.IGNORECASE)
_DIGITS = re.compile(r"[0#?]|General|通用", re.IGNORECASE)
_BUILT_IN = {9: "0%", 10: "0.00%"}


@cache
def meaning(code: str) -> str:
    """Say what the format does to a figure's meaning; empty where it does nothing.

    `%`: shown times a hundred. `=公里`: the words are shown behind the figure. `0000`: zeros are
    shown before it. `scaled`: it is shown as another figure than it is.
    """
    if code.lower() in ("", "general", "@"):
        return ""
    first, *others = _sections(code)[:2]
    parts = {_section(first), *(_section(part) for part in others if part.strip())}
    return parts.pop() if len(parts) == 1 else SCALED


def _sections(code: str) -> list[str]:
    quoted, parts = False, [""]
    for sign in code:
        quoted ^= sign == '"'
        if sign == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _section(code: str) -> str:
    words = "".join(a or b or c for a, b, c in _LITERAL.findall(code)).strip().replace("％", "%")
    bare = _SKIPPED.sub("", _LITERAL.sub("", code)).strip()
    if _hides(code, bare):
        return SCALED
    if "%" in bare:
        return PERCENT
    if bare.endswith(",") or "." in words:
        return SCALED
    if words.strip("()-+ ￥¥$"):
        return f"={words}"
    return bare if len(bare) > 1 and not bare.strip("0") else ""


def _hides(code: str, bare: str) -> bool:
    """Say whether no number is shown, or a word stands before it: ;;; or "约"0."""
    if _DATED.search(bare) or bare == "@":
        return False
    digits = _DIGITS.search(_LITERAL.sub(lambda found: "." * len(found[0]), code))
    if digits is None:
        return True
    before = code[: digits.start()]
    words = "".join(a or b or c for a, b, c in _LITERAL.findall(before))
    return bool(re.search("[一-龥A-Za-z]", words))


def displayed(number: float, shown: str) -> str:
    """Write a number as a cell with a telling format shows it; empty where the format says nothing.

    >>> displayed(0.65, "%")
    '65%'
    """
    if not abs(number) < LARGEST // 100:
        return ""
    if shown == PERCENT:
        return f"{of_float(number * 100):f}%"
    return f"{of_float(number):f}{shown[1:]}" if shown.startswith("=") else ""


def of_styles(customs: dict[int, str], format_ids: list[int]) -> list[str]:
    """Give the meaning of every cell style, in the order the workbook numbers them."""
    return [meaning(customs.get(number, _BUILT_IN.get(number, ""))) for number in format_ids]
