"""节点与调整: the plan by month, its dated steps, and every change of it after adoption."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Text
from sqlmodel import Field, Index

from models.base import Code, Exact, Row, code_type


class MilestoneKind(Code):
    """节点类别."""

    MONTHLY = "MONTHLY", "序时进度"
    NODE = "NODE", "形象节点"


class Milestone(Row, table=True):
    """节点: a month's planned cumulative figure, or a dated step that is done or not.

    The plan is kept in versions: a row counts from `known_from` until before `known_until`, so the
    board of a past day sees the plan of that day. A node is done once `completed_on` is set;
    `completed_known_on` is the day the office accepted that word.
    """

    __tablename__ = "milestone"
    __table_args__ = (Index("ix_milestone_project_id_due_on", "project_id", "due_on"),)

    project_id: int = Field(foreign_key="livelihood_project.id", title="项目")
    work_item_id: int | None = Field(default=None, foreign_key="work_item.id", title="子项")
    kind: MilestoneKind = Field(sa_type=code_type(MilestoneKind), title="节点类别")
    name: str = Field(min_length=1, max_length=200, title="节点名称")
    due_on: date = Field(title="计划完成时间")
    planned_pct: Decimal | None = Field(default=None, sa_type=Exact, title="计划累计进度（%）")
    planned_quantity: Decimal | None = Field(default=None, sa_type=Exact, title="计划累计数量")
    forecast_on: date | None = Field(default=None, title="预计完成时间")
    completed_on: date | None = Field(default=None, title="实际完成时间")
    completed_known_on: date | None = Field(default=None, title="完成确认日")
    known_from: date = Field(default=date(1900, 1, 1), title="生效日")
    known_until: date | None = Field(default=None, title="被调整日")
    source: str = Field(default="", max_length=400, title="来源")
    source_url: str = Field(default="", max_length=400, title="来源网址")


class AdjustmentState(Code):
    """调整状态."""

    PROPOSED = "PROPOSED", "待审批"
    APPROVED = "APPROVED", "已批准"
    REFUSED = "REFUSED", "未批准"


class AdjustmentField(Code):
    """可调整的内容."""

    TARGET = "TARGET", "目标任务"
    TARGET_QUANTITY = "TARGET_QUANTITY", "目标数量"
    DUE_ON = "DUE_ON", "完成时限"
    MILESTONE_DUE_ON = "MILESTONE_DUE_ON", "节点时间"
    PLANNED_PCT = "PLANNED_PCT", "计划累计进度"


class Adjustment(Row, table=True):
    """调整: the only way a target or a date changes after adoption, numbered within a project."""

    __tablename__ = "adjustment"

    project_id: int = Field(foreign_key="livelihood_project.id", index=True, title="项目")
    milestone_id: int | None = Field(default=None, foreign_key="milestone.id", title="节点")
    number: int = Field(title="第几次调整")
    field: AdjustmentField = Field(sa_type=code_type(AdjustmentField), title="调整内容")
    old: str = Field(default="", sa_type=Text, title="原内容")
    new: str = Field(sa_type=Text, title="新内容")
    reason: str = Field(min_length=1, sa_type=Text, title="调整理由")
    state: AdjustmentState = Field(
        default=AdjustmentState.PROPOSED, sa_type=code_type(AdjustmentState), title="状态"
    )
    proposed_by_id: int = Field(foreign_key="account.id", title="申请人")
    proposed_on: date = Field(title="申请日")
    decided_by_id: int | None = Field(default=None, foreign_key="account.id", title="审批人")
    decided_on: date | None = Field(default=None, title="审批日")
    answer: str = Field(default="", sa_type=Text, title="审批意见")
