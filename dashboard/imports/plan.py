"""任务分解表: the columns of a plan sheet."""

from __future__ import annotations

from dashboard.imports.columns.column import Column, Kind

MONTHS = range(1, 13)
PLANNED = "planned_pct_"


def planned_field(month: int) -> str:
    """Name the field of a month's planned percent (序时进度)."""
    return f"{PLANNED}{month:02d}"


def step_field(month: int) -> str:
    """Name the field of what is to be reached by the end of a quarter."""
    return f"step_{month:02d}"


QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}
STEPS = {step_field(month): month for month in (3, 6, 9, 12)}
COLUMNS = (
    Column("project_code", "项目编号", Kind.CODE),
    Column("project_name", "项目名称", Kind.TEXT),
    Column("category", "类别", Kind.TEXT),
    Column("target", "目标任务", Kind.TEXT),
    Column("target_quantity", "年度目标数量", Kind.NUMBER),
    Column("unit_of_measure", "计量单位", Kind.TEXT),
    Column("work_item_code", "子项编号", Kind.CODE),
    Column("work_item_name", "子项名称", Kind.TEXT),
    Column("weight_pct", "权重(%)", Kind.PERCENT),
    Column("quantity", "子项数量", Kind.NUMBER),
    Column("unit", "子项计量单位", Kind.TEXT),
    Column("lead_agency", "牵头单位", Kind.TEXT),
    Column("supporting_agencies", "配合单位", Kind.NAMES),
    Column("leader", "分管领导", Kind.TEXT),
    Column("responsible", "责任人", Kind.TEXT),
    Column("contact", "联系人", Kind.TEXT),
    Column("phone", "联系电话", Kind.CODE),
    Column("standard", "完成标准", Kind.TEXT),
    Column("upkeep_agency", "管养主体", Kind.TEXT),
    Column("starts_on", "计划开工时间", Kind.DAY),
    Column("due_on", "计划完成时间", Kind.DEADLINE),
    Column("planned_investment_wan", "计划投资(万元)", Kind.MONEY),
    Column("fund_source", "资金来源", Kind.TEXT),
    *(Column(planned_field(m), f"{m}月序时进度(%)", Kind.PERCENT) for m in MONTHS),
    Column("milestones", "节点安排", Kind.MILESTONES),
    *(
        Column(step_field(m), f"第{name}季度节点", Kind.TEXT)
        for name, m in zip("一二三四", STEPS.values(), strict=True)
    ),
    Column("note", "备注", Kind.TEXT),
)
IDENTITY = ("project_code", "project_name", "work_item_code", "work_item_name")
