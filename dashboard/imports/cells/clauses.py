"""What a text says about a figure in it: which part is about the column, and what is in doubt."""

from __future__ import annotations

import re

from dashboard.i18n import _
from dashboard.imports.cells import measures
from dashboard.imports.cells.numerals import ABOUT, ARABIC, NUMERAL, Unreadable, folded

_UNIT = "|".join(measures.UNITS)
QUANTITY = re.compile(rf"({NUMERAL})(百万|千万|[百千万亿]?)({_UNIT})?")
SHARE = re.compile(
    rf"({ARABIC})%|百分之(百|{NUMERAL})|({NUMERAL})成([一二三四五六七八九半]?)(?![一-龥])"
)
_FILLER = re.compile(
    r"截至目前|截止目前|到目前为止|年初以来|年初至今|今年以来|自年初|年度(?:计划|目标|任务|总任务)|全年(?:计划|目标|任务|总任务)|总工程量|工程总量|"
    r"总任务|总目标|目标任务|工程形象进度|形象进度|总体进度|工程进度|总体|人民币|完成进度|完成比例|完成率|任务量|工程量|累计|目前|现已|已经|"
    r"合计|总计|共计|实际|全部|完成|建成|改造|新建|新增|铺设|安装|治理|维修|建设|发放|开展|举办|达到|投资额?|资金|"
    r"拨付|支付|到位|支出|占比|进度|数量|本月|当月|截至|截止|任务|已|共|占|达|为|是|的|了|整|[:,;。、()]"
)
SPAN = re.compile(
    r"截[至止]到?(?:20\d\d[./-])?\d{1,2}[./-]\d{1,2}[日号]?(?![\d%])"
    r"|(?:截[至止]到?)?(?:20\d\d年)?\d{1,2}(?:月?[-~至到]\d{1,2})?月(?:份|底|末|[123]?\d日)?"
)
_LAST_DAYS = r"(?:2[89]|3[01])[日号]"
MONTHLY = re.compile(rf"本月|当月|(?<![\d至止到~-])\d{{1,2}}月(?!底|末|{_LAST_DAYS})")
CUMULATIVE = re.compile(rf"累计|截[至止]|年初|\d月?[-~至到]\d{{1,2}}月|\d月(?:[底末]|{_LAST_DAYS})")
CLAUSES = re.compile(r",(?!\d{3}(?!\d))|[;。、\n]")
_UNDONE = re.compile(r"未|尚|没|暂缓|拟|计划|预计|目标|应|需|还|剩|欠|差|原")
_AIM = re.compile(r"目标|任务|总工程量|工程总量")
_DOING = re.compile(r"完成|建成|改造|新建|新增|铺设|安装|治理|维修|发放|开展|举办|达")
_OF_AIM = re.compile(r"占[^,;。、()\d]{0,8}(?:计划|目标|任务)[^,;。、()\d]{0,6}$")
_UNIT_BEHIND = re.compile(rf"(?<=\d)\((%|{_UNIT}|[万亿]?元)\)")
BRACKETED = re.compile(rf"\({ARABIC}%?\)")
_DIGIT = re.compile(rf"\d|{NUMERAL}")


def plain(text: str) -> str:
    """Fold a text; a unit in brackets behind a figure stands beside it."""
    return _UNIT_BEHIND.sub(r"\1", folded(text))


def without_shares(text: str) -> str:
    """Take out the percentages, and of what they are: 占年度计划80%."""
    parts, at = [], 0
    for found in SHARE.finditer(text):
        parts.append(_OF_AIM.sub("", text[at : found.start()]))
        at = found.end()
    return "".join(parts) + text[at:]


def refuse_leftover(text: str) -> None:
    """Refuse a figure beside words that may make it another one. Raises Unreadable."""
    rest = _FILLER.sub("", text).strip()
    if not rest:
        return
    if found := ABOUT.search(rest):
        message = _("“{word}”说明这是约数，不能当作准确数字").format(word=found[0])
        raise Unreadable(message, _("填写一个准确的数字"))
    raise Unreadable(
        _("除数字外还写着“{rest}”，不能确定指的是哪个数").format(rest=rest[:20]), _("只填写数字")
    )


def bracketed() -> Unreadable:
    """Give the error of a figure in brackets."""
    return Unreadable(_("括号里的数字可能是负数"), _("去掉括号，填写一个准确的数字"), "ambiguous")


def clause_about(text: str, monthly: bool | None) -> str:
    """Pick the part of a text that is about this column: the month's figure or the sum."""
    if BRACKETED.fullmatch(text):
        raise bracketed()
    parts = CLAUSES.split(text)
    clauses = [part for part in parts if _DIGIT.search(SPAN.sub("", part))]
    refuse_undone([part for part in parts if part not in clauses])
    clause = clauses[0] if len(clauses) == 1 else text
    if monthly is None:
        return SPAN.sub("", clause) if len(clauses) == 1 else clause
    own, other = (MONTHLY, CUMULATIVE) if monthly else (CUMULATIVE, MONTHLY)
    if len(clauses) > 1:
        mine = [part for part in clauses if own.search(part)]
        if len(mine) != 1:
            raise Unreadable(
                _("这里有不止一个数字，不能确定用哪个"), _("只填写一个数字"), "ambiguous"
            )
        clause = mine[0]
    if other.search(clause) and not own.search(clause):
        sums, months = _("累计数"), _("当月数")
        word, wanted = (sums, months) if monthly else (months, sums)
        raise Unreadable(
            _("这里写的像是{word}，与本列不符").format(word=word),
            _("填写{wanted}").format(wanted=wanted),
            "ambiguous",
        )
    return SPAN.sub("", clause)


def refuse_undone(others: list[str]) -> None:
    """Refuse a figure beside which it says that it is not done, or only planned."""
    if found := next((word for part in others if (word := _UNDONE.search(part))), None):
        raise Unreadable(
            _("旁边写着“{word}”，不能确定这个数字是不是已经完成的").format(word=found.string[:20]),
            _("只填写已经完成的数字"),
            "ambiguous",
        )


def refuse_aim(clause: str) -> None:
    """Refuse a figure that only says what is to be done."""
    if (found := _AIM.search(clause)) and not _DOING.search(clause):
        raise Unreadable(
            _("这里写的像是“{word}”，不是已经完成的").format(word=found[0]),
            _("填写已经完成的数字"),
            "ambiguous",
        )
