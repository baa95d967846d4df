"""Cells mended in the preview: named, under a column the sheet lacks, in the file given back."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from dashboard.imports.child import annotate_in_child
from dashboard.imports.context import Choice, Context
from dashboard.imports.examination import row_ranges
from dashboard.imports.report import annotate
from dashboard.imports.sheet import examine
from tests.imports.conftest import workbook

LAGGING: list[list[Any]] = [
    ["项目名称", "累计完成数量", "完成进度"],
    ["供热管网改造", "约22", "55%"],
]
EXPLAINED = {
    ("Sheet1", "B2"): "22",
    ("Sheet1", "滞后原因2"): "征地滞后",
    ("Sheet1", "整改措施2"): "增加班组",
    ("Sheet1", "预计完成时间2"): "10月底前",
}


@pytest.mark.feature("G11")
@pytest.mark.feature("X7")
def test_what_a_sheet_has_no_column_for_is_added_in_the_preview(context: Context) -> None:
    data = workbook(LAGGING)
    refused = examine(data, "月报.xlsx", context, {("Sheet1", "B2"): "22"})

    found = examine(data, "月报.xlsx", context, EXPLAINED)

    assert {problem.field for problem in refused.errors} == {"cause", "measure", "forecast_on"}
    assert found.errors == ()
    values = found.drafts[0].values
    assert (values["cause"], values["measure"]) == ("征地滞后", "增加班组")
    assert values["forecast_on"] == date(2026, 10, 31)
    assert found.drafts[0].cell("cause") == ("Sheet1", "滞后原因2", "征地滞后")


def test_an_unreadable_addition_is_an_error_of_its_row(context: Context) -> None:
    edits = EXPLAINED | {("Sheet1", "预计完成时间2"): "尽快"}

    found = examine(workbook(LAGGING), "月报.xlsx", context, edits)

    assert [(problem.rule, problem.cell) for problem in found.errors] == [("unreadable", "A2")]


@pytest.mark.feature("X9")
def test_the_returned_workbook_holds_what_was_mended_on_the_page(context: Context) -> None:
    data = workbook([*LAGGING, ["老旧小区改造", "约5", "70%"]])

    returned = annotate_in_child(data, "月报.xlsx", context, EXPLAINED)
    book = load_workbook(io.BytesIO(returned))
    sheet = book["Sheet1"]
    marked = [cell.coordinate for row in sheet for cell in row if cell.comment]
    sheet["B3"] = 84
    buffer = io.BytesIO()
    book.save(buffer)
    again = examine(buffer.getvalue(), "月报.xlsx", context)

    assert marked == ["B3"]
    assert again.errors == ()
    assert again.drafts[0].values["cumulative_quantity"] == Decimal(22)
    assert again.drafts[0].values["cause"] == "征地滞后"


def test_a_merged_cell_is_mended_by_itself(context: Context) -> None:
    data = workbook([["项目名称", "完成进度"], ["供热管网改造", "65%"], ["老旧小区改造", None]])
    book = load_workbook(io.BytesIO(data))
    book["Sheet1"].merge_cells("B2:B3")
    buffer = io.BytesIO()
    book.save(buffer)
    edits = {("Sheet1", "B3"): "70%"}
    found = examine(buffer.getvalue(), "月报.xlsx", context, edits)

    returned = load_workbook(io.BytesIO(annotate(buffer.getvalue(), "", found, edits)))

    assert returned["Sheet1"]["B3"].value == "70%"
    assert found.drafts[1].values["completed_pct"] == Decimal(70)


@pytest.mark.feature("X9")
def test_an_old_workbook_comes_back_with_its_formats_and_what_is_hidden(context: Context) -> None:
    calm = replace(context, projects=tuple(replace(p, planned_pct=None) for p in context.projects))
    data = (Path(__file__).with_name("files") / "monthly.xls").read_bytes()
    found = examine(data, "月报.xls", calm)

    again = examine(annotate(data, "月报.xls", found), "月报.xlsx", calm)

    assert [draft.values for draft in again.drafts] == [draft.values for draft in found.drafts]
    assert [t.place for t in again.told if t.hidden] == [t.place for t in found.told if t.hidden]


@pytest.mark.feature("X8")
def test_of_two_columns_under_one_heading_one_can_be_chosen(context: Context) -> None:
    head = ["项目名称", "完成进度", "完成进度"]
    data = workbook([head, ["供热管网改造", "65%", "70%"]])
    (table,) = examine(data, "月报.xlsx", context).tables
    second = {table.layout: {table.columns[1].key: Choice(""), table.columns[2].key: Choice(
        "completed_pct")}}  # fmt: skip

    unsure = examine(data, "月报.xlsx", context)
    found = examine(data, "月报.xlsx", replace(context, mappings=second))

    assert [problem.rule for problem in unsure.errors][:1] == ["column_twice"]
    assert found.drafts[0].values["completed_pct"] == Decimal(70)


def test_rows_are_told_as_ranges() -> None:
    assert row_ranges([5, 3, 4, 9, 11, 12]) == "3–5、9、11–12"
