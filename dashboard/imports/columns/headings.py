"""Which field a heading means, by synonyms kept as data."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from dashboard.imports import monthly, plan
from dashboard.imports.cells.measures import is_unit
from dashboard.imports.cells.numerals import word_set
from dashboard.imports.columns.column import TEXTS, Column
from dashboard.imports.context import Context, SheetKind, Synonym
from dashboard.imports.examination import Examination

COLUMNS = {SheetKind.MONTHLY: monthly.COLUMNS, SheetKind.PLAN: plan.COLUMNS}
NOTHING = "-"
GROUP = "~"
MONEY_UNITS = {"元", "万元", "亿元"}
_VAGUE = word_set(
    "累计完成 本月完成 当月完成 完成 完成量 完成数量 进度 完成率 完成比例 完成百分比 累计 本月 "
    "当月 数量 拨付 支付 计划 累计完成率 实际进度 累计进度 完成情况 时间 累计数量 本月数量 说明 "
    "名称 编号 原因 措施 问题"
)
_ELSEWHERE = re.compile("计划|目标|上月|上年|去年|同期|下月|下一?步|预计|往年")
_PLAIN_GROUP = re.compile(
    "情况|进展|进度|完成|推进|实际|工程|项目|建设|投资|资金|指标|数据|填报|总体|整体|本年|当年|今年|全年|累计|任务|"
    r"实施|数量|落实|民生|实事|20\d\d年"
)
_CHANGING = re.compile(
    "应|剩|未|尚|欠|差|增减|增长|增幅|同比|环比|其中|[省市县区]级|中央|上级|地方|专项|主体|[一二三四五\\d]期|标段|"
    "调整|变更|原|核定|审核|复核|督查|第三方|评|排名|权重|招标|合同|概算|预算|结转|十[二三四五六]五|备注|说明|拟|序时|"
    "年初|月初|另|不含|除"
)
_OF_MONTH = re.compile("[本当]月")
_SUMS = word_set(
    "cumulative_quantity completed_pct completed_investment_wan allocated_wan paid_wan"
)
_PAIR = 2
_FILE = Path(__file__).with_name("headings.csv")
_SPACE = re.compile(r"[\s\u200b-\u200f\u2028-\u202e\ufeff\u3000*#★☆]+")
_NUMBERING = re.compile(
    r"^(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})[、.)]|\([一二三四五六七八九十\d]+\)[、.)]?)"
)
_TO_NOW = re.compile(r"^(?:截[至止]|至)?(?:本|当)月(?:末|底)?(?=累计)")
_BRACKETS = re.compile(r"[(\[〔【〈<]([^()\[\]〔〕【】〈〉<>]*)[)\]〕】〉>]")
_ROUNDING = re.compile(r"[,;、]?(?:保留|精确到|四舍五入|取整|含税).*$")
_NOISE = re.compile(r"填|格式|字以内|^如|^例|√|是/否|下拉|选择|可不|必须|^注|可空|文字|具体|单选")
_PERIOD = re.compile(
    r"(?:截[至止]到?)?(?:(?P<year>20\d\d|\d\d)年)?"
    r"(?:(?P<first>\d{1,2})月?份?(?:-|—|–|~|至|到))?(?P<last>\d{1,2})月(?:份|底|末|\d{1,2}[日号])?"
)
_TRAILING_UNIT = re.compile(r"[,、:/]?(万元|亿元|元|%)$")
_QUARTER = re.compile(r"第?([一二三四1-4])季度(?:节点|计划|目标|任务|安排|工作|进度)*")


def columns_of(about: Context | Examination) -> tuple[Column, ...]:
    """Give the columns a sheet may have: ours, and those an office added by itself."""
    return (*COLUMNS[about.kind], *about.own)


@dataclass(frozen=True)
class Heading:
    """A heading taken apart: what it names, in which unit, for which months.

    `first` and `last` are month numbers, 0 where none is named; `year` likewise.
    """

    key: str
    unit: str = ""
    year: int = 0
    first: int = 0
    last: int = 0


def squeezed(text: str) -> str:
    """Fold widths and drop every space, so that 分管 领导 and 分管领导 are one."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).replace("—", "-")


def _without_brackets(text: str) -> tuple[str, str]:
    unit = ""
    while found := _BRACKETS.search(text):
        inner = _ROUNDING.sub("", found[1].removeprefix("单位:").removeprefix("单位"))
        if inner in MONEY_UNITS or inner == "%":
            unit, inner = inner, ""
        elif is_unit(inner):
            unit, inner = unit or inner, ""
        elif _NOISE.search(inner):
            inner = ""
        text = text[: found.start()] + inner + text[found.end() :]
    return text, unit


@lru_cache(maxsize=4096)
def parsed(text: str) -> Heading:
    """Take a heading apart."""
    plain, unit = _without_brackets(_NUMBERING.sub("", squeezed(text)))
    if not unit and (found := _TRAILING_UNIT.search(plain)) and len(plain) > len(found[0]):
        unit, plain = found[1], plain[: found.start()]
    plain = _TO_NOW.sub("", plain)
    year = first = last = 0
    if found := _PERIOD.search(plain):
        year = int(found["year"] or 0)
        first, last = int(found["first"] or found["last"]), int(found["last"])
        if 1 <= first <= last <= 12:
            plain = plain[: found.start()] + plain[found.end() :]
        else:
            year = first = last = 0
    return Heading(plain.strip(":;,.、/-"), unit, year + 2000 * (0 < year < 100), first, last)


@cache
def own_synonyms() -> tuple[Synonym, ...]:
    """Read the synonyms kept beside this module, each with the document it was seen in."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Synonym(row["field"], row["heading"], row["kind"], row["source"])
            for row in csv.DictReader(file)
        )


class Headings:
    """The synonyms that hold for one kind of workbook."""

    def __init__(
        self, kind: SheetKind, synonyms: Iterable[Synonym], own: Sequence[Column] = ()
    ) -> None:
        self.kind = kind
        self.kinds = {column.field: column.kind for column in (*COLUMNS[kind], *own)}
        self.fields: dict[str, str] = {}
        for synonym in synonyms:
            if synonym.kind in ("", kind):
                self.fields[parsed(synonym.heading).key or synonym.heading] = synonym.field
        for column in COLUMNS[kind]:
            heading = parsed(column.title)
            if not heading.last:
                self.fields[heading.key] = column.field
        for column in own:
            for title in (column.title, *column.aliases):
                key = parsed(title).key
                if self.fields.get(key, NOTHING) in (NOTHING, GROUP):
                    self.fields[key] = column.field

    @classmethod
    def of(cls, context: Context) -> Headings:
        """Give the synonyms of a context, or our own where it brings none."""
        return cls(context.kind, context.synonyms or own_synonyms(), context.own)

    def meaning(self, text: str) -> str:
        """Say which field one heading cell means by itself; empty where it is not known."""
        if not text or len(text) > 40:
            return ""
        heading = parsed(text)
        found = self.fields.get(heading.key, "")
        if self.kind is SheetKind.PLAN and heading.last:
            return self._planned(heading, found)
        if self.kind is SheetKind.PLAN and (quarter := _QUARTER.fullmatch(heading.key)):
            return plan.step_field(plan.QUARTERS[quarter[1]])
        return found

    def _planned(self, heading: Heading, found: str) -> str:
        if heading.first != heading.last:
            return NOTHING
        if found == "planned_pct" or heading.key == "":
            return plan.planned_field(heading.last)
        return found

    def of_path(self, path: tuple[str, ...]) -> str:
        """Say which field a column means by its headings from top to bottom.

        The words together count first, those of two rows in either order: 完成进度 over 实际 is
        实际完成进度. The lowest alone counts where it says enough by itself,
        under anything but a plan or another month; 累计完成 says too little, for under 投资 it is
        another figure than under 工程量, and counts only under words that change nothing.
        """
        words = [text for text in path if text]
        for start in range(len(words)):
            above, rest = words[:start], "".join(words[start:])
            vague = parsed(rest).key in _VAGUE
            if vague and not all(map(self._neutral, above)):
                break
            if any(_ELSEWHERE.search(squeezed(text)) for text in above):
                break
            found = self.meaning(rest)
            if not found and len(words) == start + _PAIR:
                found = self.meaning(words[-1] + words[start])
            if found:
                return found if self._sure(found, above, rest) else ""
        return ""

    def _sure(self, field: str, above: list[str], rest: str) -> bool:
        """Say whether a monthly figure is what its heading says, under the words above it.

        剩余, 省级 or 主体 over a figure make it another one, and so may any word nobody knows.
        """
        kind = self.kinds.get(field)
        if self.kind is SheetKind.PLAN or kind is None or kind in TEXTS:
            return True
        words = [squeezed(text) for text in above]
        if field in _SUMS and "累计" not in rest and any(map(_OF_MONTH.search, words)):
            return False
        return all(
            self._neutral(text)
            or bool(_PLAIN_GROUP.search(text) and not _CHANGING.search(text))
            or bool(parsed(text).last and not parsed(text).key)
            or bool(_OF_MONTH.search(text))
            for text in words
        )

    def _neutral(self, text: str) -> bool:
        heading = parsed(text)
        if self.kind is SheetKind.MONTHLY and heading.last and not heading.key:
            return True
        return self.fields.get(heading.key) == GROUP
