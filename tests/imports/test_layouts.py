"""Layouts seen in real sheets: headers of several rows, merged cells, several tables and sheets."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from openpyxl import Workbook

from dashboard.imports.cells.narrative import Milestone
from dashboard.imports.context import Choice, Context
from dashboard.imports.examination import Examination
from dashboard.imports.sheet import examine
from tests.imports.conftest import ESTATES, PIPES, saved, workbook

Rows = list[list[Any]]


def values(found: Examination, field: str) -> list[Any]:
    return [draft.values.get(field) for draft in found.drafts]


@pytest.fixture
def calm(context: Context) -> Context:
    """The housing office with nothing planned, so that nothing lags."""
    estates = replace(
        ESTATES,
        planned_pct=None,
        work_items=tuple(replace(item, planned_pct=None) for item in ESTATES.work_items),
    )
    return replace(context, projects=(replace(PIPES, planned_pct=None, last={}), estates))


@pytest.mark.feature("X8")
def test_of_several_months_in_the_header_the_reported_one_is_read(calm: Context) -> None:
    rows: Rows = [
        ["序号", "主要任务", "分管 领导", "牵头单位", "1-7月推进情况", "1-8月推进情况",
         "是否达序", "说明"],
        [24, "供热管网改造", "张三", "住建局", "完成招标", "主干管施工", "是", None],
    ]  # fmt: skip

    found = examine(workbook(rows), "推进表.xlsx", calm)

    assert values(found, "physical_progress") == ["主干管施工"]
    assert values(found, "on_schedule") == [True]
    assert found.problems == ()


def test_a_header_of_another_month_only_is_an_error_at_its_cell(calm: Context) -> None:
    rows: Rows = [["项目名称", "1-7月推进情况", "完成进度"], ["供热管网改造", "完成招标", "65%"]]

    found = examine(workbook(rows), "推进表.xlsx", calm)

    assert [(problem.rule, problem.cell) for problem in found.errors] == [("wrong_month", "B1")]


@pytest.mark.feature("X8")
def test_progress_problem_and_next_step_in_one_cell_are_split(calm: Context) -> None:
    text = "进展情况：主干管已完成施工。\n存在问题：征地缓慢。\n下步打算：加快支管施工。"
    rows: Rows = [
        ["序号", "工作任务", "责任单位", "一季度目标", "进展情况、存在问题及下一步打算"],
        [1, "供热管网改造", "住建局", "完成招标", text],
    ]

    (draft,) = examine(workbook(rows), "进展表.xlsx", calm).drafts

    assert draft.values["physical_progress"] == "主干管已完成施工。"
    assert draft.values["problem"] == "征地缓慢。"
    assert draft.values["next_step"] == "加快支管施工。"
    assert draft.cell("problem").cell == "E2"


@pytest.mark.feature("X8")
def test_merged_names_hold_for_every_row_they_cover(calm: Context) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    rows: Rows = [
        ["序号", "项目名称", "子项名称", "完成进度", "责任单位"],
        [1, "老旧小区改造", "屋面防水", "70%", "住建局"],
        [None, None, "外墙保温", "80%", None],
    ]
    for row in rows:
        sheet.append(row)
    for cells in ("A2:A3", "B2:B3", "E2:E3"):
        sheet.merge_cells(cells)

    found = examine(saved(book), "进展表.xlsx", calm)

    assert [draft.work_item_code for draft in found.drafts] == ["SF2026-02-1", "SF2026-02-2"]
    assert found.drafts[1].cell("project_name").cell == "B2"
    assert found.drafts[1].cell("completed_pct").cell == "D3"
    assert found.problems == ()


def test_a_work_item_without_a_name_above_it_belongs_to_the_project_above(calm: Context) -> None:
    rows: Rows = [
        ["项目名称", "子项名称", "完成进度"],
        ["老旧小区改造", "屋面防水", "70%"],
        [None, "外墙保温", "80%"],
    ]

    found = examine(workbook(rows), "进展表.xlsx", calm)

    assert [draft.work_item_code for draft in found.drafts] == ["SF2026-02-1", "SF2026-02-2"]


@pytest.mark.feature("X8")
def test_a_header_of_four_rows_is_read_from_top_to_bottom(calm: Context) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["B1"] = "项目名称", "2026年8月情况"
    sheet["B2"], sheet["D2"] = "投资（万元）", "工程进度"
    sheet["B3"], sheet["C3"], sheet["D3"] = "年度计划", "累计完成", "完成进度"
    sheet.append(["供热管网改造", 900, 300, "65%"])
    for cells in ("A1:A3", "B1:D1", "B2:C2", "D2:D2"):
        sheet.merge_cells(cells)

    found = examine(saved(book), "进展表.xlsx", calm)

    assert values(found, "completed_investment_wan") == [Decimal(300)]
    assert values(found, "completed_pct") == [Decimal(65)]
    assert found.problems == ()


def test_the_same_word_under_another_group_is_another_figure(calm: Context) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["项目名称", "工程量", None, "投资(万元)", None, "形象进度"])
    sheet.append([None, "本月完成", "累计完成", "计划", "累计完成", None])
    sheet.append(["供热管网改造", 2, 26, 900, 300, "施工"])
    for cells in ("A1:A2", "B1:C1", "D1:E1", "F1:F2"):
        sheet.merge_cells(cells)

    (draft,) = examine(saved(book), "进展表.xlsx", calm).drafts

    assert draft.values["cumulative_quantity"] == Decimal(26)
    assert draft.values["monthly_quantity"] == Decimal(2)
    assert draft.values["completed_investment_wan"] == Decimal(300)


def test_several_blocks_on_one_sheet_are_read_each_under_its_header(calm: Context) -> None:
    head = ["项目名称", "完成进度"]
    rows: Rows = [
        ["一、管网"], head, ["供热管网改造", "65%"], ["小计", None], [], ["二、小区"], head,
        ["老旧小区改造", "70%"], ["合计", None], ["注：截至8月底"],
    ]  # fmt: skip

    found = examine(workbook(rows), "进展表.xlsx", calm)

    assert [table.header_row for table in found.tables] == [2, 7]
    assert values(found, "completed_pct") == [Decimal(65), Decimal(70)]
    assert found.problems == ()


def test_of_sheets_by_month_the_reported_one_is_read_and_the_rest_told(calm: Context) -> None:
    book = Workbook()
    for month, share in (("7月", "60%"), ("8月", "65%")):
        sheet = book.create_sheet(month)
        sheet.append(["项目名称", "完成进度"])
        sheet.append(["供热管网改造", share])

    found = examine(saved(book), "进展表.xlsx", calm)

    assert values(found, "completed_pct") == [Decimal(65)]
    assert [told.sheet for told in found.told] == ["7月"]


def test_a_sheet_named_after_another_month_is_refused_by_its_name(calm: Context) -> None:
    data = workbook([["项目名称", "完成进度"], ["供热管网改造", "65%"]], name="7月")

    found = examine(data, "进展表.xlsx", calm)

    assert [problem.rule for problem in found.errors] == ["wrong_month"]


@pytest.mark.feature("X8")
def test_hidden_rows_columns_and_sheets_are_told_and_read_on_a_tick(calm: Context) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["项目名称", "完成进度", "备注"])
    sheet.append(["供热管网改造", "65%", "内部"])
    sheet.append(["老旧小区改造", "70%", None])
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    data = saved(book)

    found = examine(data, "进展表.xlsx", calm)
    ticked = examine(data, "进展表.xlsx", replace(calm, include_hidden=True))

    assert {told.place for told in found.told} == {"C:C", "3:3"}
    assert [draft.project_code for draft in found.drafts] == ["SF2026-01"]
    assert "note" not in found.drafts[0].values
    assert values(ticked, "note") == ["内部", None]


def test_totals_are_not_read_and_must_add_up(calm: Context) -> None:
    def rows(total: int) -> Rows:
        return [
            ["项目名称", "完成进度", "累计完成投资(万元)"],
            ["供热管网改造", "65%", 300],
            ["老旧小区改造", "70%", 200],
            ["合计", None, total],
        ]

    right, wrong = (examine(workbook(rows(n)), "进展表.xlsx", calm) for n in (500, 600))

    assert right.problems == ()
    assert len(right.drafts) == 2
    assert [(p.rule, p.cell) for p in wrong.warnings] == [("total_differs", "C4")]


@pytest.mark.parametrize(
    ("shares", "format_code", "expected"),
    [
        ([0.3, 0.85], "General", [30, 85]),
        ([0.3, 0.85, 1, 0], "General", [30, 85, 100, 0]),
        ([30, 85, 0], "General", [30, 85, 0]),
        ([0.3, 0.85], "0%", [30, 85]),
        ([1.2, 0.01], "0.00%", [120, 1]),
        ([85, 0.5], '0.0"%"', [85, 0.5]),
    ],
)
def test_the_format_or_the_column_says_what_a_bare_share_means(
    calm: Context, shares: list[float], format_code: str, expected: list[float]
) -> None:
    rows: Rows = [["项目名称", "子项名称", "完成进度"]]
    names: Rows = [["供热管网改造", None], ["老旧小区改造", None]]
    names += [["老旧小区改造", "屋面防水"], ["老旧小区改造", "外墙保温"]]
    rows += [[*name, share] for name, share in zip(names, shares, strict=False)]
    formats = {f"C{row}": format_code for row in range(2, len(rows) + 1)}

    found = examine(workbook(rows, **formats), "进展表.xlsx", calm)

    assert values(found, "completed_pct") == [Decimal(str(number)) for number in expected]
    assert found.errors == ()


@pytest.mark.parametrize("shares", [[0.85], [1], [0.5, 60], [1, 60]])
def test_a_share_that_may_mean_two_things_is_refused_with_both(
    calm: Context, shares: list[float]
) -> None:
    names = ["供热管网改造", "老旧小区改造"]
    rows: Rows = [["项目名称", "完成进度"], *map(list, zip(names, shares, strict=False))]

    found = examine(workbook(rows), "进展表.xlsx", calm)

    assert {(p.rule, p.cell) for p in found.errors} >= {("ambiguous", "B2")}
    assert "也可能是" in found.errors[0].message
    assert values(found, "completed_pct")[0] is None


def test_a_confirmed_unit_settles_what_a_share_means(calm: Context) -> None:
    data = workbook([["项目名称", "完成进度"], ["供热管网改造", 0.85]])
    layout = examine(data, "进展表.xlsx", calm).tables[0].layout
    chosen = {layout: {"完成进度": Choice("completed_pct", "fraction")}}

    found = examine(data, "进展表.xlsx", replace(calm, mappings=chosen))

    assert values(found, "completed_pct") == [Decimal(85)]


def test_error_values_and_formulas_nobody_calculated_are_refused(calm: Context) -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["项目名称", "完成进度", "累计完成数量"])
    sheet.write_row(1, 0, ["供热管网改造"])
    sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    sheet.write_formula(1, 2, "=B2*40", None, "")
    book.close()

    found = examine(buffer.getvalue(), "进展表.xlsx", calm)

    assert {(p.cell, p.rule, p.raw) for p in found.errors} == {
        ("B2", "error_value", "#DIV/0!"),
        ("C2", "no_result", "?"),
    }


def test_dates_of_the_1904_calendar_and_codes_with_zeros_are_read(calm: Context) -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"date_1904": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["项目编号", "完成进度", "预计完成时间"])
    sheet.write_number(1, 0, 7, book.add_format({"num_format": "0000"}))
    sheet.write_string(1, 1, "65%")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_datetime(1, 2, date(2026, 10, 31), day)
    book.close()
    zeros = replace(calm, projects=(replace(PIPES, code="0007", planned_pct=None, last={}),))

    found = examine(buffer.getvalue(), "进展表.xlsx", zeros)

    assert [draft.project_code for draft in found.drafts] == ["0007"]
    assert values(found, "forecast_on") == [date(2026, 10, 31)]


def test_money_without_a_unit_anywhere_is_refused_with_both_readings(calm: Context) -> None:
    rows: Rows = [["项目名称", "完成进度", "累计完成投资"], ["供热管网改造", "65%", 300]]

    found = examine(workbook(rows), "进展表.xlsx", calm)

    assert [(p.rule, p.cell) for p in found.errors] == [("ambiguous", "C2")]
    assert "300 元" in found.errors[0].message
    assert "300 万元" in found.errors[0].message


def test_two_columns_of_one_figure_are_not_chosen_between(calm: Context) -> None:
    rows: Rows = [["项目名称", "完成进度", "完成率"], ["供热管网改造", "65%", "60%"]]

    found = examine(workbook(rows), "进展表.xlsx", calm)

    assert ("column_twice", "B1") in {(p.rule, p.cell) for p in found.errors}
    assert found.drafts == ()


@pytest.mark.feature("X8")
def test_a_plan_with_quarters_in_one_cell_and_months_in_columns_is_read(
    plan_context: Context,
) -> None:
    steps = "第一季度：完成设计；第二季度：开工建设；第三季度：主体完工；第四季度：竣工验收。"
    rows: Rows = [
        ["序号", "项目名称", "主要内容", "区政府分管领导", "牵头单位", "配合单位", "完成时限",
         "工作进度安排", "1月计划(%)", "8月计划(%)", "计划投资"],
        [1, "新建人行天桥", "建成天桥1座", "张三", "住建局", "交通局、公安局", "12月底前", steps,
         "5%", "60%", "0.12亿元"],
        [2, "供热管网改造", "改造40公里", "李四", "住建局", None, "年内", None, 0, "55%", "9万"],
    ]  # fmt: skip

    found = examine(workbook(rows), "任务分解表.xlsx", plan_context)

    bridge, pipes = (draft.values for draft in found.drafts)
    assert bridge["due_on"] == date(2026, 12, 31)
    assert bridge["supporting_agencies"] == ("交通局", "公安局")
    assert bridge["planned_pct_08"] == Decimal(60)
    assert bridge["planned_investment_wan"] == Decimal(1200)
    assert bridge["milestones"] == (
        Milestone("完成设计", date(2026, 3, 31), "第一季度"),
        Milestone("开工建设", date(2026, 6, 30), "第二季度"),
        Milestone("主体完工", date(2026, 9, 30), "第三季度"),
        Milestone("竣工验收", date(2026, 12, 31), "第四季度"),
    )
    assert (pipes["due_on"], pipes["due_text"]) == (None, "年内")
    assert [draft.project_code for draft in found.drafts] == [None, "SF2026-01"]
    assert found.errors == ()


def test_old_workbooks_keep_their_formats_and_what_is_hidden(calm: Context) -> None:
    from pathlib import Path

    data = (Path(__file__).with_name("files") / "monthly.xls").read_bytes()

    found = examine(data, "月报.xls", calm)

    assert found.file_kind == "xls"
    assert values(found, "completed_pct") == [Decimal("56.25"), Decimal(75)]
    assert values(found, "cumulative_quantity")[0] == Decimal("22.5")
    assert values(found, "forecast_on")[0] == date(2026, 10, 31)
    assert {told.place for told in found.told if told.sheet == "月报"} == {"5:5", "H:H"}


@pytest.mark.parametrize(
    "heading", ["完成情况(%)", "累计完成(万元)", "完成进度(公里)", "累计完成投资(公里)"]
)
def test_a_unit_that_does_not_suit_leaves_the_heading_unknown(calm: Context, heading: str) -> None:
    rows: Rows = [["项目名称", heading, "形象进度"], ["供热管网改造", 65, "施工"]]

    found = examine(workbook(rows), "进展表.xlsx", calm)

    assert [column.how for column in found.tables[0].columns] == ["synonym", "unknown", "synonym"]
    assert [told.place for told in found.told] == ["B:B"]


def test_the_title_over_a_second_table_is_not_a_row_of_the_first(calm: Context) -> None:
    head = ["项目名称", "完成进度"]
    rows: Rows = [head, ["供热管网改造", "65%"], ["小区改造情况表"], head, ["老旧小区改造", "70%"]]

    found = examine(workbook(rows), "进展表.xlsx", calm)

    assert values(found, "completed_pct") == [Decimal(65), Decimal(70)]
    assert found.problems == ()


def test_a_plan_asks_where_a_new_project_is_near_one_that_is_there(plan_context: Context) -> None:
    rows: Rows = [["项目名称", "目标任务"], ["供热管网的改造", "改造40公里"], ["建人行天桥", "1座"]]

    found = examine(workbook(rows), "任务分解表.xlsx", plan_context)

    assert [(p.level, p.rule, p.cell) for p in found.problems] == [
        ("warning", "near_project", "A2")
    ]
    assert [draft.status for draft in found.drafts] == ["new", "new"]


def test_a_plan_with_a_column_for_each_quarter_is_read(plan_context: Context) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["项目名称", "牵头单位", "进度安排", None, None, None])
    sheet.append([None, None, "第一季度", "第二季度", "第三季度", "第四季度"])
    sheet.append(["供热管网改造", "住建局", "完成设计", "开工", "/", "竣工"])
    for cells in ("A1:A2", "B1:B2", "C1:F1"):
        sheet.merge_cells(cells)

    (draft,) = examine(saved(book), "任务分解表.xlsx", plan_context).drafts

    assert draft.values["milestones"] == (
        Milestone("完成设计", date(2026, 3, 31), "第一季度"),
        Milestone("开工", date(2026, 6, 30), "第二季度"),
        Milestone("竣工", date(2026, 12, 31), "第四季度"),
    )
    assert draft.cell("milestones").cell == "C3"
