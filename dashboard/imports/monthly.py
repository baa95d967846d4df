"""月报: the columns of a monthly report."""

from __future__ import annotations

from dashboard.imports.columns.column import Column, Kind

COLUMNS = (
    Column("project_code", "项目编号", Kind.CODE),
    Column("project_name", "项目名称", Kind.TEXT),
    Column("work_item_code", "子项编号", Kind.CODE),
    Column("work_item_name", "子项名称", Kind.TEXT),
    Column("agency_name", "责任单位", Kind.TEXT),
    Column("unit_of_measure", "计量单位", Kind.TEXT),
    Column("monthly_quantity", "本月完成数量", Kind.NUMBER),
    Column("cumulative_quantity", "累计完成数量", Kind.NUMBER),
    Column("completed_pct", "完成进度(%)", Kind.PERCENT),
    Column("on_schedule", "是否达序", Kind.FLAG),
    Column("physical_progress", "形象进度", Kind.TEXT),
    Column("milestone_done", "已完成节点", Kind.TEXT),
    Column("completed_investment_wan", "累计完成投资(万元)", Kind.MONEY),
    Column("allocated_wan", "累计拨付资金(万元)", Kind.MONEY),
    Column("paid_wan", "累计支付资金(万元)", Kind.MONEY),
    Column("problem", "存在问题", Kind.TEXT),
    Column("cause", "滞后原因", Kind.TEXT),
    Column("measure", "整改措施", Kind.TEXT),
    Column("next_step", "下一步打算", Kind.TEXT),
    Column("forecast_on", "预计完成时间", Kind.DAY),
    Column("note", "备注", Kind.TEXT),
    Column("narrative", "进展情况、存在问题及下一步打算", Kind.NARRATIVE),
)
IDENTITY = (
    "project_code", "project_name", "work_item_code", "work_item_name", "agency_name",
    "unit_of_measure",
)  # fmt: skip
"""What says whose a row is and how it counts; no figure of the report."""
REPORTED = ("completed_pct", "cumulative_quantity", "physical_progress", "milestone_done")
