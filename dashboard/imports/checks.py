"""What is odd about a row of a monthly report, beside what could not be read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboard.i18n import _
from dashboard.imports.columns.column import Column
from dashboard.imports.context import Context, Project, Value, WorkItem
from dashboard.imports.examination import Level
from dashboard.imports.monthly import REPORTED

_TEXT_SHARE = re.compile(r"(?:完成|达到?|占)[^，。；;,\d]{0,12}?(\d+(?:\.\d+)?)[%％]")
_CLAUSE = re.compile(r"[，。；;\n]|,(?!\d{3})")
_PLANNED = re.compile(r"计划|预计|力争|确保|拟|将|目标|上月|去年|同比|增长")
_DONE_TEXT = re.compile(r"^已?(?:全部|全面)?(?:完成|完工|竣工|建成)[。.]?$")
_CUMULATIVE = frozenset(
    (
        "cumulative_quantity",
        "completed_pct",
        "completed_investment_wan",
        "allocated_wan",
        "paid_wan",
    )
)
SLACK_PP = Decimal(1)
_TOLERANCE = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a check found, and the field whose cell shows it."""

    level: Level
    rule: str
    field: str
    message: str
    remedy: str


class Row:
    """The figures of a row beside what is known of its project and work item.

    `share` is the cumulative quantity as a percent of the target, `completed_pct` the percent
    reported or else that share; `lags` says whether the row is behind its plan, by its figures or
    in its own words. All are None where they cannot be told.
    """

    def __init__(
        self, values: Mapping[str, Value], project: Project, item: WorkItem | None, context: Context
    ) -> None:
        target = item or project
        self.values, self.context, self.item = values, context, item
        self.project = project
        self.numbers = {n: v for n, v in values.items() if type(v) is Decimal}
        self.before = {n: v for n, v in target.last.items() if isinstance(v, Decimal)}
        self.target_quantity = target.target_quantity
        self.planned_pct = target.planned_pct
        done = self.numbers.get("cumulative_quantity")
        self.share = None
        if done is not None and self.target_quantity:
            self.share = done / self.target_quantity * 100
        self.completed_pct = self.numbers.get("completed_pct", self.share)
        self.lags = values.get("on_schedule") is False
        if self.completed_pct is not None and self.planned_pct is not None:
            self.lags = self.completed_pct < self.planned_pct


def findings(row: Row) -> Iterator[Finding]:
    """Check a row; errors stop it, warnings pass with a written reason."""
    yield from _required(row)
    yield from _lagging(row)
    yield from _fallen(row)
    yield from _jumped(row)
    yield from _beyond(row)
    yield from _contradicting(row)
    yield from _future(row)
    if row.context.own:
        whole = len(row.project.work_items) <= 1
        yield from asked(row.context.own, row.values, row.project.current, whole=whole)


def _required(row: Row) -> Iterator[Finding]:
    if all(row.values.get(field) is None for field in REPORTED):
        yield Finding(
            Level.ERROR,
            "missing_required",
            "completed_pct",
            _("没有填写进度"),
            _("至少填写累计完成数量、完成进度、形象进度中的一项"),
        )


def asked(
    columns: Sequence[Column],
    values: Mapping[str, Value],
    current: Mapping[str, Value],
    *,
    whole: bool,
) -> Iterator[Finding]:
    """Hold a row against what an office asks by itself; of several work items, see `Family`.

    `current` is what stands there now; `whole` says that the row speaks for its project.
    """
    for column in columns:
        value = values.get(column.field)
        if isinstance(value, str) and 0 < column.longest < len(value):
            yield Finding(
                Level.ERROR,
                "too_long",
                column.field,
                _("{title}最多 {high} 字，现有 {now} 字").format(
                    title=column.title, high=column.longest, now=len(value)
                ),
                _("缩短到 {high} 字以内").format(high=column.longest),
            )
        if whole and lacks(column, values, current):
            yield unanswered(column)


def lacks(column: Column, values: Mapping[str, Value], current: Mapping[str, Value]) -> bool:
    """Say whether a required field stays blank: in the sheet, or where it has no such column."""
    there = values if column.field in values else current
    return column.required and there.get(column.field) in (None, "")


def unanswered(column: Column) -> Finding:
    """Say that a field an office requires was left blank."""
    return Finding(
        Level.ERROR,
        "missing_required",
        column.field,
        _("没有填写“{title}”").format(title=column.title),
        column.help or _("填写{title}").format(title=column.title),
    )


def _lagging(row: Row) -> Iterator[Finding]:
    if not row.lags:
        return
    given = {name for name, value in row.values.items() if value is not None}
    yield from unexplained(row.completed_pct, row.planned_pct, given, row.context)


def unexplained(
    completed: Decimal | None, planned: Decimal | None, given: Collection[str], context: Context
) -> Iterator[Finding]:
    """Ask what a lagging project lacks of cause, measure and new date (28 §3(2))."""
    behind = _("进度落后于计划")
    if completed is not None and planned is not None:
        behind = _("完成 {done}%，低于序时进度 {planned}%").format(
            done=short(completed), planned=short(planned)
        )
    needed = {
        "cause": _("填写滞后原因"),
        "measure": _("填写整改措施"),
        "forecast_on": _("填写新的预计完成时间，如 {example}").format(
            example=f"{context.month.year}-12-31"
        ),
    }
    for field, remedy in needed.items():
        if field not in given:
            yield Finding(Level.ERROR, f"lagging_without_{field}", field, behind, remedy)


def _fallen(row: Row) -> Iterator[Finding]:
    for field, before in row.before.items():
        now = row.numbers.get(field) if field in _CUMULATIVE else None
        if now is not None and now < before:
            yield Finding(
                Level.WARNING,
                "cumulative_fell",
                field,
                _("累计数 {now} 小于上次的 {before}").format(now=short(now), before=short(before)),
                _("填写不小于 {before} 的数，或说明下降的原因").format(before=short(before)),
            )


def _jumped(row: Row) -> Iterator[Finding]:
    now, before = row.completed_pct, row.before.get("completed_pct")
    limit = row.context.jump_pp
    if now is not None and before is not None and now - before > limit:
        field = (
            "completed_pct"
            if row.numbers.get("completed_pct") is not None
            else "cumulative_quantity"
        )
        yield Finding(
            Level.WARNING,
            "jump",
            field,
            _("比上次增加 {step} 个百分点，超过 {limit} 个").format(
                step=short(now - before), limit=short(limit)
            ),
            _("核对数字，或说明增加这样快的原因"),
        )


def _beyond(row: Row) -> Iterator[Finding]:
    done, target, stated = (
        row.numbers.get("cumulative_quantity"),
        row.target_quantity,
        row.numbers.get("completed_pct"),
    )
    if done is not None and target and done > target:
        yield Finding(
            Level.WARNING,
            "over_target",
            "cumulative_quantity",
            _("累计完成 {done}，超过年度目标 {target}").format(
                done=short(done), target=short(target)
            ),
            _("核对数字，或说明超额完成的原因"),
        )
    elif stated is not None and stated > 100:
        yield Finding(
            Level.WARNING,
            "over_target",
            "completed_pct",
            _("完成进度 {stated}%，超过 100%").format(stated=short(stated)),
            _("核对数字，或说明超额完成的原因"),
        )
    for less, more in (("paid_wan", "allocated_wan"), ("monthly_quantity", "cumulative_quantity")):
        low, high = row.numbers.get(less), row.numbers.get(more)
        if low is not None and high is not None and low > high:
            yield Finding(
                Level.WARNING,
                "part_exceeds_whole",
                less,
                _("{part} 大于应当包含它的 {whole}").format(part=short(low), whole=short(high)),
                _("核对这两个数字，或说明原因"),
            )


def _contradicting(row: Row) -> Iterator[Finding]:
    stated, share = row.numbers.get("completed_pct"), row.share
    if stated is not None and share is not None and abs(stated - share) > SLACK_PP:
        yield Finding(
            Level.WARNING,
            "percent_contradicts_quantity",
            "completed_pct",
            _("填的是 {stated}%，按累计数量和年度目标算是 {share}%").format(
                stated=short(stated), share=short(share)
            ),
            _("改正其中一个，或说明两者为何不同"),
        )
    monthly, done, before = (
        row.numbers.get("monthly_quantity"),
        row.numbers.get("cumulative_quantity"),
        row.before.get("cumulative_quantity"),
    )
    if monthly is not None and done is not None and before is not None:
        slack = max(abs(done) * _TOLERANCE, _TOLERANCE)
        if abs(before + monthly - done) > slack:
            yield Finding(
                Level.WARNING,
                "sum_contradicts",
                "cumulative_quantity",
                _("上次累计 {before} 加本月 {monthly} 是 {sum}，不是 {done}").format(
                    before=short(before),
                    monthly=short(monthly),
                    sum=short(before + monthly),
                    done=short(done),
                ),
                _("改正本月数或累计数，或说明原因"),
            )
    yield from _against_text(row)


def _against_text(row: Row) -> Iterator[Finding]:
    text, stated = row.values.get("physical_progress"), row.completed_pct
    if not isinstance(text, str) or stated is None:
        return
    shares = set()
    if "%" in text or "％" in text:
        clauses = [part for part in _CLAUSE.split(text) if not _PLANNED.search(part)]
        shares = {Decimal(found) for part in clauses for found in _TEXT_SHARE.findall(part)}
    if _DONE_TEXT.match(text):
        shares = {Decimal(100)}
    if len(shares) == 1 and abs((said := shares.pop()) - stated) > SLACK_PP:
        yield Finding(
            Level.WARNING,
            "text_contradicts",
            "physical_progress",
            _("文字说完成 {said}%，数字是 {stated}%").format(
                said=short(said), stated=short(stated)
            ),
            _("改正文字或数字，或说明两者为何不同"),
        )


def _future(row: Row) -> Iterator[Finding]:
    forecast, completed = row.values.get("forecast_on"), row.completed_pct
    if not isinstance(forecast, date):
        return
    month = row.context.month
    ended = (forecast.year, forecast.month) <= (month.year, month.month)
    if completed is not None and completed >= 100 and not ended:
        yield Finding(
            Level.WARNING,
            "future_completion",
            "forecast_on",
            _("已经完成 {done}%，预计完成时间却在以后").format(done=short(completed)),
            _("改正进度或预计完成时间，或说明原因"),
        )
    if forecast < month and (row.lags or (completed is not None and completed < 100)):
        yield Finding(
            Level.ERROR if row.lags else Level.WARNING,
            "forecast_passed",
            "forecast_on",
            _("预计完成时间 {day} 已经过去").format(day=forecast.isoformat()),
            _("填写以后的日期"),
        )


def short(number: Decimal) -> str:
    """Write a figure with two decimals at most."""
    return format(number.quantize(Decimal("0.01")).normalize(), "f")
