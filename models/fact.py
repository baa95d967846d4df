"""项目月度事实: what the light looks at, one row a project and month, kept by the commands.

Nothing here depends on the day: days are kept as ordinals (`date.toordinal()`), so that what does
depend on it (days overdue, days of silence) is a subtraction, the same in Python and in SQL.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from models.base import Exact, code_type
from models.light import LightDimension, LightKind


class ProjectMonth(SQLModel, table=True):
    """项目月度事实: derived, rebuilt by the daily run and compared by `check`.

    Yes and no are 1 and 0; empty means that nobody knows. `lit_kind` is the light of every day from
    `lit_from` to `lit_until`; only the month in view and later ones have it.
    """

    __tablename__ = "project_month"
    __table_args__ = (
        UniqueConstraint("project_id", "month"),
        Index("ix_project_month_programme_id_month", "programme_id", "month"),
        Index("ix_project_month_region_id_month", "region_id", "month"),
    )

    id: int | None = Field(default=None, primary_key=True, title="编号")
    project_id: int = Field(foreign_key="livelihood_project.id", title="项目")
    month: date = Field(title="月份")
    programme_id: int = Field(foreign_key="programme.id", title="年度清单")
    region_id: int = Field(foreign_key="region.id", title="所在地区")
    report_id: int | None = Field(
        default=None, foreign_key="progress_report.id", index=True, title="月报"
    )

    month_of_year: int = Field(title="几月")
    expected: int = Field(default=0, title="应报")
    reported: int = Field(default=0, title="已报")
    planned_pct: Decimal | None = Field(default=None, sa_type=Exact, title="序时进度（%）")
    completed_pct: Decimal | None = Field(default=None, sa_type=Exact, title="完成进度（%）")
    shortfall_pp: Decimal | None = Field(default=None, sa_type=Exact, title="低于序时（百分点）")
    shortfall_ratio: Decimal | None = Field(default=None, sa_type=Exact, title="低于序时（%）")
    done: int = Field(default=0, title="已完成")
    accepted: int = Field(default=0, title="已验收")
    on_schedule: int | None = Field(default=None, title="达到序时进度")
    month_met: int | None = Field(default=None, title="完成当月任务")
    missed_months: int | None = Field(default=None, title="连续未完成月数")
    behind_months: int | None = Field(default=None, title="连续低于序时月数")
    nodes_due: int = Field(default=0, title="到期节点数")
    nodes_done: int = Field(default=0, title="到期节点已完成数")
    nodes_made_up: int = Field(default=0, title="逾期后补齐的节点数")
    adjusted: int = Field(default=0, title="当月经批准的调整")
    started: int | None = Field(default=None, title="已开工")
    start_delay_months: int | None = Field(default=None, title="应开工未开工月数")
    paid_pct: Decimal | None = Field(default=None, sa_type=Exact, title="支付率（%）")
    paid_gap_pp: Decimal | None = Field(
        default=None, sa_type=Exact, title="支付落后于进度（百分点）"
    )
    invested_pct: Decimal | None = Field(default=None, sa_type=Exact, title="投资完成率（%）")
    evidence: int | None = Field(default=None, title="佐证件数")

    node_due_day: int | None = Field(default=None, title="最早未完成的到期节点")
    deadline_day: int | None = Field(default=None, title="已到而未完成的时限")
    next_due_day: int | None = Field(default=None, title="最早未完成的时限")
    heard_day: int | None = Field(default=None, title="最近一次听到的日子")
    started_key: int | None = Field(default=None, title="开工日（按月计）")
    rectification_due_day: int | None = Field(default=None, title="最早未办结的整改期限")
    rectifications_open: int | None = Field(default=None, title="未办结的整改")
    rectifications_closed: int | None = Field(default=None, title="已销号的整改")

    grade: int | None = Field(default=None, title="评定等次")
    justified_delay: int = Field(default=0, title="有正当理由")
    registered: int | None = Field(default=None, title="已入库")
    funds_met: int | None = Field(default=None, title="资金支付达到要求")
    growth_pct: Decimal | None = Field(default=None, sa_type=Exact, title="累计增速（%）")
    growth_plan_gap_pp: Decimal | None = Field(
        default=None, sa_type=Exact, title="增速高于计划（百分点）"
    )
    growth_average_gap_pp: Decimal | None = Field(
        default=None, sa_type=Exact, title="增速高于平均（百分点）"
    )
    reminders: int | None = Field(default=None, title="已发催办次数")
    budget_pct: Decimal | None = Field(default=None, sa_type=Exact, title="预算执行率（%）")
    rank: int | None = Field(default=None, title="名次")
    rank_from_last: int | None = Field(default=None, title="倒数名次")

    lit_kind: LightKind | None = Field(default=None, sa_type=code_type(LightKind), title="当前的灯")
    lit_dimension: LightDimension | None = Field(
        default=None, sa_type=code_type(LightDimension), title="由哪方面决定"
    )
    lit_from: int | None = Field(default=None, title="灯自何日有效")
    lit_until: int | None = Field(default=None, title="灯至何日有效")


class RegionMonth(SQLModel, table=True):
    """地区月度灯数: how many of each light a region has; true on the days between its two days."""

    __tablename__ = "region_month"
    __table_args__ = (
        UniqueConstraint("month", "region_id"),
        Index("ix_region_month_region_id", "region_id"),
    )

    id: int | None = Field(default=None, primary_key=True, title="编号")
    region_id: int = Field(foreign_key="region.id", title="地区")
    month: date = Field(title="月份")
    bad: int = Field(default=0, title="严重")
    warn: int = Field(default=0, title="预警")
    unknown: int = Field(default=0, title="未知")
    notice: int = Field(default=0, title="提示")
    good: int = Field(default=0, title="正常")
    done: int = Field(default=0, title="完成")
    lit_from: int = Field(title="自何日有效")
    lit_until: int = Field(title="至何日有效")
