"""What makes a cell doubtful before it is read: faults, crossed-out text, an earlier month."""

from __future__ import annotations

import re
from typing import Any

from dashboard.i18n import _
from dashboard.imports.cells.numerals import Unreadable, folded
from dashboard.imports.columns.column import FIGURES, Kind
from dashboard.imports.context import Context, SheetKind
from dashboard.imports.files.grid import RAISED, STRUCK
from dashboard.imports.layout.periods import earlier_month

_SHORT = FIGURES | {Kind.DAY, Kind.FLAG}
_LONGEST = 1000
_DATED = re.compile("[月截]")
_ALL_DONE = re.compile(r"100(?:\.0+)?%|百分之百")


def refuse_fault(fault: str) -> None:
    """Refuse an error value, and a formula that nobody calculated. Raises Unreadable."""
    if fault == "?":
        raise Unreadable(
            _("公式没有计算结果"),
            _("在 Excel 或 WPS 中打开并保存一次，或直接填写数字"),
            "no_result",
        )
    raise Unreadable(
        _("公式出错，显示为 {fault}").format(fault=fault),
        _("改正公式，或直接填写数字"),
        "error_value",
    )


def refuse_long(value: Any, kind: Kind) -> None:
    """Refuse a text no figure and no day is written in. Raises Unreadable."""
    if isinstance(value, str) and len(value) > _LONGEST and kind in _SHORT:
        raise Unreadable(
            _("这里有 {count} 个字，不能当作数字或日期").format(count=len(value)),
            _("只填写数字或日期，说明写到其他列"),
        )


def refuse_odd(how: str, kind: Kind) -> None:
    """Refuse what is crossed out, and a figure with a raised sign. Raises Unreadable."""
    if how == STRUCK:
        raise Unreadable(
            _("这一格的内容（或其中一部分）加了删除线，不能确定是否作废"),
            _("作废的请清空，仍有效的请去掉删除线"),
            "struck",
        )
    if how == RAISED and kind in FIGURES:
        raise Unreadable(
            _("这一格里有上标，不能确定是数字的一部分还是注号"), _("只填写数字"), "ambiguous"
        )


def refuse_earlier(value: Any, kind: Kind, context: Context) -> None:
    """Refuse a figure that counts up to a month before the one reported. Raises Unreadable."""
    if kind not in FIGURES or not isinstance(value, str) or not _DATED.search(value):
        return
    text = folded(value)
    month = context.kind is SheetKind.MONTHLY and earlier_month(text, context.month, days=True)
    if month and not _ALL_DONE.search(text):
        raise Unreadable(
            _("这里写的是截至 {month} 月的数，本期报送 {wanted} 月").format(
                month=month, wanted=context.month.month
            ),
            _("填写截至本期末的数；没有变化的，去掉月份"),
            "wrong_month",
        )
