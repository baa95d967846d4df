"""民生实事项目 and what it is broken down into: work items, money, supporting units."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Text
from sqlmodel import CheckConstraint, Field, Index, UniqueConstraint

from models.base import Exact, Row


class LivelihoodProject(Row, table=True):
    """民生实事项目: one promise, its target, its lead unit and its deadline.

    `due_on` is empty when nobody stated a date (年内): such a deadline lights nothing.
    """

    __tablename__ = "livelihood_project"
    __table_args__ = (
        UniqueConstraint("programme_id", "code"),
        Index("ix_livelihood_project_region_id_id", "region_id", "id"),
        # Each filter of a long list is counted within a scope from its index alone.
        Index("ix_livelihood_project_programme_id_region_id", "programme_id", "region_id"),
        Index("ix_livelihood_project_category_region_id", "category", "region_id"),
        Index("ix_livelihood_project_lead_agency_id_region_id", "lead_agency_id", "region_id"),
        Index("ix_livelihood_project_leader_region_id", "leader", "region_id"),
        Index("ix_livelihood_project_due_on_region_id", "due_on", "region_id"),
    )

    programme_id: int = Field(foreign_key="programme.id", title="年度清单")
    region_id: int = Field(foreign_key="region.id", title="所在地区")
    code: str = Field(min_length=1, max_length=24, index=True, title="项目编号")
    name: str = Field(min_length=1, max_length=120, title="项目名称")
    category: str = Field(default="", max_length=40, title="类别")
    target: str = Field(default="", sa_type=Text, title="目标任务")
    target_quantity: Decimal | None = Field(default=None, sa_type=Exact, title="目标数量")
    unit_of_measure: str = Field(default="", max_length=24, title="计量单位")
    lead_agency_id: int | None = Field(default=None, foreign_key="agency.id", title="牵头单位")
    upkeep_agency_id: int | None = Field(default=None, foreign_key="agency.id", title="管养主体")
    leader: str = Field(default="", max_length=40, title="分管领导")
    responsible: str = Field(default="", max_length=40, title="责任人")
    contact: str = Field(default="", max_length=40, title="联系人")
    phone: str = Field(default="", max_length=40, title="联系电话")
    standard: str = Field(default="", sa_type=Text, title="完成标准")
    starts_on: date | None = Field(default=None, title="计划开工日")
    started_on: date | None = Field(default=None, title="实际开工日")
    due_on: date | None = Field(default=None, title="完成时限")
    due_text: str = Field(default="", max_length=80, title="时限原文")
    accepted_on: date | None = Field(default=None, title="验收日期")
    accepted_known_on: date | None = Field(
        default=None, title="验收登记日", description="此前的看板不知道验收；为空：自验收日起"
    )
    planned_investment_wan: Decimal | None = Field(
        default=None, sa_type=Exact, title="计划投资（万元）"
    )
    source: str = Field(default="", max_length=400, title="来源")
    source_url: str = Field(default="", max_length=400, title="来源网址")
    note: str = Field(default="", sa_type=Text, title="备注")


class SupportingAgency(Row, table=True):
    """配合单位: a unit that supports a project; it reads, the lead unit reports."""

    __tablename__ = "supporting_agency"
    __table_args__ = (UniqueConstraint("project_id", "agency_id"),)

    project_id: int = Field(foreign_key="livelihood_project.id", index=True, title="项目")
    agency_id: int = Field(foreign_key="agency.id", index=True, title="配合单位")


class WorkItem(Row, table=True):
    """子项: one quantity of a project that has several. Sibling weights add to 100."""

    __tablename__ = "work_item"
    __table_args__ = (
        UniqueConstraint("project_id", "code"),
        CheckConstraint("weight_pct IS NULL OR weight_pct > 0", name="weight"),
    )

    project_id: int = Field(foreign_key="livelihood_project.id", index=True, title="项目")
    code: str = Field(min_length=1, max_length=32, title="子项编号")
    name: str = Field(min_length=1, max_length=120, title="子项名称")
    target_quantity: Decimal | None = Field(default=None, sa_type=Exact, title="目标数量")
    unit_of_measure: str = Field(default="", max_length=24, title="计量单位")
    weight_pct: Decimal | None = Field(default=None, sa_type=Exact, title="权重（%）")


class FundSource(Row, table=True):
    """资金来源: one source of a project's money and what is budgeted from it."""

    __tablename__ = "fund_source"

    project_id: int = Field(foreign_key="livelihood_project.id", index=True, title="项目")
    name: str = Field(min_length=1, max_length=80, title="资金来源")
    budgeted_wan: Decimal | None = Field(default=None, sa_type=Exact, title="预算（万元）")
