"""One cell: what people really write, read for certain or not at all.

Every parser yields a value or None for nothing, and raises only `Unreadable`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from dashboard.i18n import _
from dashboard.imports.cells.numerals import LARGEST, Unreadable, folded, of_float, word_set

NOTHING = frozenset(
    {"", "无", "/", "//", "\\", "-", "--", "---", "暂无", "N/A", "n/a", "空", "*", "."}
)
DITTO = frozenset({"同上", "〃", "同上行", "″", "同上。", '"', "”", "“", "＂", "''", "′′", '""'})
_SEPARATORS = re.compile(r"[、，,;；/\n\s]+")
_EDGES = frozenset(" -—–－_/")
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])


def is_nothing(text: str) -> bool:
    """Say whether people mean nothing by it: 无, /, - and the like."""
    return text in NOTHING or not text.strip("-—–－_/ \u3000")


def is_plain(text: str) -> bool:
    """Say whether a text is surely itself: nothing to trim, to drop or to take for nothing."""
    return len(text) > 3 and text.isprintable() and text[0] not in _EDGES and text[-1] != " "


def text_of(value: Any) -> str:
    """Give what stands in a cell as text, without control characters."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL).strip()
    if isinstance(value, bool):
        return "√" if value else "×"
    if isinstance(value, float):
        return str(of_float(value)) if abs(value) < LARGEST else str(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def words(value: Any) -> str | None:
    """Read free text."""
    text = text_of(value)
    return None if is_nothing(folded(text)) else text


def code(value: Any, shown: str = "") -> str | None:
    """Read a code or a telephone number; the zeros a number format shows before it count."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        if not abs(value) < LARGEST:
            raise Unreadable(
                _("数字超过 15 位，表格软件已经丢掉了末尾几位"), _("把单元格设为文本格式后重新填写")
            )
        text = str(of_float(float(value)))
        return text.zfill(len(shown)) if shown and not shown.strip("0") else text
    text = folded(text_of(value))
    return None if is_nothing(text) else text


_YES = word_set("是 √ ✓ ✔ ☑ 对 已达序 达序 达到 已达到 正常 按序时 超序时 超前 Y YES TRUE 达标 1")
_NO = word_set("否 × ✗ ✘ ☒ X 错 未达序 不达序 未达到 滞后 滞后序时 N NO FALSE 未达标 0")
_TICKED = re.compile(r"[■☑☒√✓✔]\s*(是|否)|(是|否)\s*[√✓✔]|\((?:√|✓)\)(是|否)")


def flag(value: Any) -> bool | None:
    """Read 是 or 否 in its many forms; a form with both words counts by the one ticked."""
    if isinstance(value, bool):
        return value
    text = folded(text_of(value)).upper()
    if is_nothing(text):
        return None
    ticked = {next(filter(None, groups)) for groups in _TICKED.findall(text)}
    if len(ticked) == 1:
        text = ticked.pop()
    if text in _YES or text in _NO:
        return text in _YES
    raise Unreadable(_("看不出是“是”还是“否”"), _("填写“是”或“否”"))


def names(value: Any) -> tuple[str, ...] | None:
    """Read a list of names, set apart by 、 or , or a new line or the like."""
    text = words(value)
    if text is None:
        return None
    return tuple(part for part in map(str.strip, _SEPARATORS.split(text)) if part)
