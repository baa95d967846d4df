"""The facts a light may look at: their words, and their values on a day, twice.

A stored row (`models.fact.ProjectMonth`) is free of the day. What depends on the day is worked out
here in whole numbers: `facts_on` for values, `facts_on_sql` for columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, literal

DAYS_A_MONTH = 31
"""`month_key` counts every month as 31 days, so that whole months subtract exactly."""


@dataclass(frozen=True)
class Fact:
    """A fact's title and unit. `yes_no`: 1 or 0. `given`: entered by hand. `scale`: parts of 1."""

    title: str
    unit: str = ""
    yes_no: bool = False
    given: bool = False
    scale: int = 1


FACTS: Mapping[str, Fact] = {
    "month_of_year": Fact("月份"),
    "expected": Fact("应报月报", yes_no=True),
    "reported": Fact("已有审定月报", yes_no=True),
    "planned_pct": Fact("序时进度", "%"),
    "completed_pct": Fact("完成进度", "%"),
    "shortfall_pp": Fact("低于序时进度", "个百分点"),
    "shortfall_ratio": Fact("低于序时进度的幅度", "%"),
    "done": Fact("已完成", yes_no=True),
    "accepted": Fact("已验收", yes_no=True),
    "on_schedule": Fact("达到序时进度", yes_no=True),
    "month_met": Fact("完成当月任务", yes_no=True),
    "missed_months": Fact("连续未完成当月任务", "个月"),
    "behind_months": Fact("连续低于序时进度", "个月"),
    "nodes_due": Fact("到期节点", "个"),
    "nodes_done": Fact("到期节点中已完成", "个"),
    "nodes_made_up": Fact("逾期后补齐的节点", "个"),
    "adjusted": Fact("当月经批准的调整", "次"),
    "started": Fact("已开工", yes_no=True),
    "start_delay_months": Fact("应开工未开工", "个月"),
    "paid_pct": Fact("支付率", "%"),
    "paid_gap_pp": Fact("支付落后于完成进度", "个百分点"),
    "invested_pct": Fact("投资完成率", "%"),
    "evidence": Fact("佐证材料", "件"),
    "node_overdue_days": Fact("节点逾期", "天"),
    "overdue_days": Fact("超过完成时限", "天"),
    "days_to_due": Fact("距最近时限", "天"),
    "silent_days": Fact("未听到消息", "天"),
    "months_after_start": Fact("开工后", "个月", scale=DAYS_A_MONTH),
    "rectification_overdue_days": Fact("整改逾期", "天"),
    "rectification_days_to_due": Fact("距整改期限", "天"),
    "rectifications_open": Fact("未办结的整改", "项"),
    "rectifications_closed": Fact("已销号的整改", "项"),
    "grade": Fact("评定等次", given=True),
    "justified_delay": Fact("有正当理由", yes_no=True, given=True),
    "registered": Fact("已入库", yes_no=True, given=True),
    "funds_met": Fact("资金支付达到要求", yes_no=True, given=True),
    "growth_pct": Fact("累计增速", "%", given=True),
    "growth_plan_gap_pp": Fact("增速高于预期计划", "个百分点", given=True),
    "growth_average_gap_pp": Fact("增速高于平均", "个百分点", given=True),
    "reminders": Fact("已发催办", "次", given=True),
    "budget_pct": Fact("预算执行率", "%", given=True),
    "rank": Fact("名次", given=True),
    "rank_from_last": Fact("倒数名次", given=True),
}
"""Every fact by its name in rules and rows. Titles are Chinese sources for gettext."""

SINCE = {
    "node_overdue_days": "node_due_day",
    "overdue_days": "deadline_day",
    "silent_days": "heard_day",
    "rectification_overdue_days": "rectification_due_day",
}
"""Days since a kept day, never below 0."""
UNTIL = {"days_to_due": "next_due_day", "rectification_days_to_due": "rectification_due_day"}
"""Days until a kept day."""
DAY_FACTS = frozenset({*SINCE, *UNTIL, "months_after_start"})
"""The facts that change with the day although nobody writes."""
KEPT = tuple(name for name in FACTS if name not in DAY_FACTS)
"""The facts that are columns as they stand."""
DAYS = (
    "node_due_day", "deadline_day", "next_due_day", "heard_day", "started_key",
    "rectification_due_day",
)  # fmt: skip
"""The columns that hold days as ordinals (`started_key`: a `month_key`)."""

Stored = Mapping[str, Any]
Facts = Mapping[str, Decimal | None]


def month_key(day: date) -> int:
    """Give a day a number so that (key − key) / 31 is the months between, exact for whole ones."""
    return (day.year * 12 + day.month) * DAYS_A_MONTH + day.day - 1


def facts_on(stored: Stored, day: date) -> dict[str, Decimal | None]:
    """Give every fact of a stored row as it is on a day; None where nobody knows."""
    facts: dict[str, Decimal | None] = {name: _decimal(stored[name]) for name in KEPT}
    today = day.toordinal()
    for name, column in SINCE.items():
        begun = stored[column]
        facts[name] = None if begun is None else Decimal(max(today - begun, 0))
    for name, column in UNTIL.items():
        ends = stored[column]
        facts[name] = None if ends is None else Decimal(ends - today)
    started = stored["started_key"]
    gone = None if started is None else Decimal(month_key(day) - started)
    facts["months_after_start"] = None if gone is None else gone / DAYS_A_MONTH
    return facts


def _decimal(value: Any) -> Decimal | None:
    if value is None:
        return None
    return value if isinstance(value, Decimal) else Decimal(int(value))


def facts_on_sql(columns: Any, day: date) -> dict[str, ColumnElement[Any]]:
    """Write `facts_on` over the columns of `project_month`; a scaled fact is left scaled."""
    facts: dict[str, ColumnElement[Any]] = {name: columns[name] for name in KEPT}
    today = literal(day.toordinal())
    for name, column in SINCE.items():
        gone = today - columns[column]
        facts[name] = case((gone < 0, 0), else_=gone)
    for name, column in UNTIL.items():
        facts[name] = columns[column] - today
    facts["months_after_start"] = literal(month_key(day)) - columns["started_key"]
    return facts
