"""Texts that hold several things: progress, problem and next step, or the steps of a year."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from dashboard.imports.cells.days import Day, of_text
from dashboard.imports.cells.numerals import Unreadable, folded

_LEADS = {
    "physical_progress": "(?:工作|项目|工程|目前)?进展(?:情况)?|形象进度|(?:推进|完成|落实)情况",
    "problem": "存在的?(?:主要)?(?:困难和)?问题|主要问题|问题|存在困难|困难和问题",
    "cause": "滞后原因|原因分析|原因",
    "measure": "整改措施|采取措施|推进措施|工作措施|解决措施|措施",
    "next_step": "下一?步(?:工作)?(?:打算|计划|安排|措施)|下一?步工作|下一?步|下月(?:工作)?计划",
}
_LEAD = re.compile(
    r"(?:^|(?<=[\n。；;!！\s]))(?:[（(]?[一二三四五\d][)）、.．]?\s*)?(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in _LEADS.items())
    + r")\s*[:：]\s*"
)
_STEP = re.compile(
    r"(?P<when>第?[一二三四1-4]季度(?:末|底)?|\d{1,2}月?[-—~至到]\d{1,2}月(?:份|底)?|\d{1,2}月(?:份|底|末|中旬|上旬|下旬)?"
    r"|上半年|下半年|年底)(?P<by>之?前)?\s*[:：]\s*"
)
_BY = re.compile(
    r"^(?P<when>(?:20\d\d年)?\d{1,2}月(?:\d{1,2}日|底|末|份|中旬)?|年底|第?[一二三四]季度末?)(?:之?前|底前)?[，,]?"
)
_END = " \n；;，,。"


@dataclass(frozen=True)
class Milestone:
    """节点 as the plan states it; `due_on` is None where no day can be told from `due_text`."""

    name: str
    due_on: date | None
    due_text: str = field(compare=False)


def split(text: str) -> dict[str, str]:
    """Split a text by its lead-in words (进展情况：, 存在问题：, 下步打算：) into fields.

    What stands before the first is progress. A text with no lead-in is progress altogether.
    """
    found = list(_LEAD.finditer(text))
    parts: dict[str, str] = {}
    starts = [(0, 0, "physical_progress")]
    starts += [(match.start(), match.end(), str(match.lastgroup)) for match in found]
    ends = [start for start, _end, _name in starts[1:]] + [len(text)]
    for (_start, begin, name), end in zip(starts, ends, strict=True):
        part = text[begin:end].strip()
        if part:
            parts[name] = f"{parts[name]}\n{part}" if name in parts else part
    return parts


def leads(text: str) -> int:
    """Count how many different things the text is led in to."""
    return len({match.lastgroup for match in _LEAD.finditer(text)})


def milestones(text: str, year: int) -> tuple[Milestone, ...]:
    """Read the steps of a year from one cell: 第一季度：…；第二季度：… and the like."""
    steps = list(_STEP.finditer(text))
    if not steps:
        parts = [part.strip(_END) for part in re.split(r"[;；\n]", text)]
        return tuple(_single(part, year) for part in parts if part)
    ends = [step.start() for step in steps[1:]] + [len(text)]
    return tuple(
        Milestone(text[step.end() : end].strip(_END), _due(step["when"], year), step["when"])
        for step, end in zip(steps, ends, strict=True)
        if text[step.end() : end].strip(_END)
    )


def _single(text: str, year: int) -> Milestone:
    found = _BY.match(text)
    if not found or not text[found.end() :].strip(_END):
        return Milestone(text, None, "")
    return Milestone(
        text[found.end() :].strip(_END), _due(found["when"], year), found[0].strip(_END)
    )


def _due(when: str, year: int) -> date | None:
    last = re.split(r"[-—~至到]", when)[-1]
    try:
        found: Day = of_text(folded(last), year)
    except Unreadable:
        return None
    return found.on
