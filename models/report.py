"""月报: what is expected, what was reported, where each figure came from."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Text
from sqlmodel import Field, Index, UniqueConstraint

from models.base import Code, Exact, Instant, Row, code_type


class ReportState(Code):
    """月报状态."""

    DRAFT = "DRAFT", "草稿"
    SUBMITTED = "SUBMITTED", "待单位审核"
    CONFIRMED = "CONFIRMED", "待督查室审定"
    ACCEPTED = "ACCEPTED", "已审定"
    RETURNED = "RETURNED", "已退回"


class ReportingPeriod(Row, table=True):
    """填报期: one month of a programme, with the three days that matter.

    Due (应报) is the day it is asked for, timely (按时) the last day that counts as on time, locked
    (锁定) the last day before the month is closed.
    """

    __tablename__ = "reporting_period"
    __table_args__ = (UniqueConstraint("programme_id", "month"),)

    programme_id: int = Field(foreign_key="programme.id", index=True, title="年度清单")
    month: date = Field(index=True, title="月份")
    due_on: date = Field(title="应报日")
    timely_until: date = Field(title="按时截止")
    locked_after: date = Field(title="锁定日")
    exception: str = Field(default="", max_length=200, title="例外说明")


class ExpectedReport(Row, table=True):
    """应报: one report that a unit owes for a month; it exists before anybody reports."""

    __tablename__ = "expected_report"
    __table_args__ = (
        UniqueConstraint("period_id", "project_id"),
        Index("ix_expected_report_agency_id_period_id", "agency_id", "period_id"),
    )

    period_id: int = Field(foreign_key="reporting_period.id", title="填报期")
    project_id: int = Field(foreign_key="livelihood_project.id", index=True, title="项目")
    agency_id: int = Field(foreign_key="agency.id", title="填报单位")
    received_on: date | None = Field(default=None, title="首次报送日")


class ProgressReport(Row, table=True):
    """月报: one project's figures for one month.

    An accepted report never changes: after an unlock a further `revision` takes its place and the
    old one keeps the day it was superseded, so that a past day can be shown as it stood. `cells`
    says which cell each figure came from (see `dashboard.rules.source`).
    """

    __tablename__ = "progress_report"
    __table_args__ = (
        UniqueConstraint("project_id", "month", "revision"),
        Index("ix_progress_report_month_state", "month", "state"),
        Index("ix_progress_report_month_project_id", "month", "project_id"),
        Index("ix_progress_report_agency_id_month", "agency_id", "month"),
    )

    period_id: int = Field(foreign_key="reporting_period.id", index=True, title="填报期")
    project_id: int = Field(foreign_key="livelihood_project.id", title="项目")
    agency_id: int | None = Field(default=None, foreign_key="agency.id", title="填报单位")
    month: date = Field(title="月份")
    revision: int = Field(default=1, title="第几版")
    state: ReportState = Field(
        default=ReportState.DRAFT, sa_type=code_type(ReportState), title="状态"
    )
    receipt: str = Field(default="", max_length=32, title="回执号")
    no_change: bool = Field(default=False, title="本月无变化")
    cumulative_quantity: Decimal | None = Field(default=None, sa_type=Exact, title="累计完成数量")
    monthly_quantity: Decimal | None = Field(default=None, sa_type=Exact, title="当月完成数量")
    completed_pct: Decimal | None = Field(default=None, sa_type=Exact, title="累计完成进度（%）")
    physical_progress: str = Field(default="", sa_type=Text, title="形象进度")
    problem: str = Field(default="", sa_type=Text, title="存在问题")
    cause: str = Field(default="", sa_type=Text, title="滞后原因")
    measure: str = Field(default="", sa_type=Text, title="整改措施")
    next_step: str = Field(default="", sa_type=Text, title="下一步打算")
    forecast_on: date | None = Field(default=None, title="预计完成时间")
    completed_investment_wan: Decimal | None = Field(
        default=None, sa_type=Exact, title="完成投资（万元）"
    )
    allocated_wan: Decimal | None = Field(default=None, sa_type=Exact, title="累计拨付（万元）")
    paid_wan: Decimal | None = Field(default=None, sa_type=Exact, title="累计支付（万元）")
    on_schedule: bool | None = Field(default=None, title="是否达序")
    milestone_done: str = Field(default="", sa_type=Text, title="已完成节点")
    published_status: str = Field(default="", max_length=80, title="公布的完成情况")
    grade: int | None = Field(default=None, title="评定等次")
    note: str = Field(default="", sa_type=Text, title="备注")
    warning_reason: str = Field(default="", sa_type=Text, title="存疑数据说明")
    upload_id: int | None = Field(
        default=None, foreign_key="upload.id", index=True, title="上传批次"
    )
    submitted_by_id: int | None = Field(default=None, foreign_key="account.id", title="报送人")
    submitted_at: datetime | None = Field(default=None, sa_type=Instant, title="报送时间")
    submitted_on: date | None = Field(default=None, title="报送日")
    confirmed_by_id: int | None = Field(default=None, foreign_key="account.id", title="审核人")
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant, title="审核时间")
    accepted_by_id: int | None = Field(default=None, foreign_key="account.id", title="审定人")
    accepted_at: datetime | None = Field(default=None, sa_type=Instant, title="审定时间")
    accepted_on: date | None = Field(default=None, title="审定日")
    superseded_on: date | None = Field(default=None, title="被替换日")
    return_reason: str = Field(default="", sa_type=Text, title="退回原因")
    source: str = Field(default="", max_length=400, title="来源")
    source_url: str = Field(default="", max_length=400, title="来源网址")
    cells: str = Field(default="[]", sa_type=Text, title="数据出处")


class ReportLine(Row, table=True):
    """月报子项: the figures of one work item within a report."""

    __tablename__ = "report_line"
    __table_args__ = (UniqueConstraint("report_id", "work_item_id"),)

    report_id: int = Field(foreign_key="progress_report.id", index=True, title="月报")
    work_item_id: int = Field(foreign_key="work_item.id", title="子项")
    cumulative_quantity: Decimal | None = Field(default=None, sa_type=Exact, title="累计完成数量")
    monthly_quantity: Decimal | None = Field(default=None, sa_type=Exact, title="当月完成数量")
    completed_pct: Decimal | None = Field(default=None, sa_type=Exact, title="累计完成进度（%）")


class ReportUnlock(Row, table=True):
    """解锁: a late door for one project and month: asked, decided by someone else, and ending."""

    __tablename__ = "report_unlock"

    project_id: int = Field(foreign_key="livelihood_project.id", index=True, title="项目")
    month: date = Field(title="月份")
    reason: str = Field(min_length=1, sa_type=Text, title="解锁理由")
    requested_by_id: int = Field(foreign_key="account.id", title="申请人")
    requested_on: date = Field(title="申请日")
    approved_by_id: int | None = Field(default=None, foreign_key="account.id", title="批准人")
    approved_on: date | None = Field(default=None, title="批准日")
    ends_on: date | None = Field(default=None, title="截止日")
    refused_by_id: int | None = Field(default=None, foreign_key="account.id", title="不批准人")
    refused_on: date | None = Field(default=None, title="不批准日")
    answer: str = Field(default="", sa_type=Text, title="不批准理由")


FIGURES = (
    "cumulative_quantity",
    "monthly_quantity",
    "completed_pct",
    "physical_progress",
    "problem",
    "cause",
    "measure",
    "next_step",
    "forecast_on",
    "completed_investment_wan",
    "allocated_wan",
    "paid_wan",
    "on_schedule",
    "milestone_done",
    "note",
)
"""What a unit reports: the columns of `ProgressReport` that a sheet or a form may fill."""
LINE_FIGURES = ("cumulative_quantity", "monthly_quantity", "completed_pct")
"""What a sheet gives for each work item of a project."""
