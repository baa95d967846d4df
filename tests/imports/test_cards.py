"""Forms of one project each: read where that can be done in one way only, each cell by its name."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from dashboard.commands.upload import warning_rows
from dashboard.imports.child import annotate_in_child, examine_in_child
from dashboard.imports.context import Context
from dashboard.imports.sheet import examine
from tests.imports.conftest import saved

A, B = "供热管网改造", "老旧小区改造"


@pytest.fixture
def calm(context: Context) -> Context:
    """The housing office with nothing planned or reported, so that only reading is tried."""
    own = [replace(p, planned_pct=None, last={}, target_quantity=None) for p in context.projects]
    return replace(context, projects=tuple(own))


def card(name: str, share: Any, title: str = "民生实事项目进展情况表") -> list[list[Any]]:
    return [
        [title],
        ["项目名称", name, "责任单位", "住建局"],
        ["完成投资（万元）", 300, "完成进度", share],
        ["形象进度", "主干管施工", None, None],
        ["存在问题：", "征地缓慢", "预计完成时间", date(2026, 10, 31)],
        ["填表人：张三", None, "联系电话：12345", None],
    ]


def book(*sheets: Sequence[Any], code: str = "") -> bytes:
    made = Workbook()
    made.remove(made.worksheets[0])
    for number, rows in enumerate(sheets, 1):
        sheet = made.create_sheet(str(number))
        for row in rows:
            sheet.append(list(row))
        sheet.merge_cells("A1:D1")
        sheet.merge_cells("B4:D4")
        if code:
            sheet["D3"].number_format = code
    return saved(made)


@pytest.mark.feature("X8")
def test_a_card_on_each_sheet_is_read_cell_by_cell(calm: Context) -> None:
    found = examine_in_child(book(card(A, 0.65), card(B, 0.7), code="0%"), "月报.xlsx", calm)

    assert [d.project_code for d in found.drafts] == ["SF2026-01", "SF2026-02"]
    assert [d.values["completed_pct"] for d in found.drafts] == [Decimal(65), Decimal(70)]
    first = found.drafts[0]
    assert first.cell("completed_pct") == ("1", "D3", "65%")
    assert first.values["completed_investment_wan"] == Decimal(300)
    assert first.values["forecast_on"] == date(2026, 10, 31)
    assert first.cell("problem") == ("1", "B5", "征地缓慢")
    assert found.problems == ()


@pytest.mark.feature("X8")
def test_cards_below_each_other_are_read_each(calm: Context) -> None:
    found = examine(book([*card(A, "65%"), [], *card(B, "70%")]), "月报.xlsx", calm)

    assert [(d.row, d.project_code) for d in found.drafts] == [(2, "SF2026-01"), (9, "SF2026-02")]
    assert found.drafts[1].cell("completed_pct").cell == "D10"
    assert found.problems == ()


def test_a_wrong_cell_of_a_card_is_named_and_mended(calm: Context) -> None:
    data = book(card(A, "约65%"))

    wrong = examine(data, "月报.xlsx", calm)
    mended = examine(data, "月报.xlsx", calm, {("1", "D3"): "65%"})

    assert [(p.rule, p.cell, p.of_row) for p in wrong.errors] == [("unreadable", "D3", 2)]
    assert mended.drafts[0].values["completed_pct"] == Decimal(65)
    assert mended.errors == ()


@pytest.mark.feature("X9")
def test_what_a_card_lacks_comes_back_behind_its_label(context: Context) -> None:
    data = book(card(A, "55%"))
    lacking = examine(data, "月报.xlsx", context)
    edits = {("1", "滞后原因2"): "征地滞后", ("1", "整改措施2"): "增加班组"}

    found = examine(data, "月报.xlsx", context, edits)
    returned = annotate_in_child(data, "月报.xlsx", context, edits)
    again = examine(returned, "月报.xlsx", context)

    assert {(p.field, p.cell) for p in lacking.errors} == {("cause", "B2"), ("measure", "B2")}
    assert found.errors == again.errors == ()
    assert again.drafts[0].values["cause"] == "征地滞后"
    assert again.drafts[0].values["measure"] == "增加班组"
    assert load_workbook(io.BytesIO(returned))["1"]["F2"].value == "征地滞后"


def test_a_doubt_about_a_card_asks_for_the_reason_of_its_project(calm: Context) -> None:
    found = examine(book(card(A, "120%")), "月报.xlsx", calm)

    assert {(p.rule, p.cell) for p in found.warnings} == {
        ("over_target", "D3"),
        ("future_completion", "D5"),
    }
    assert list(warning_rows(found)) == [("1", found.drafts[0].row)]


@pytest.mark.feature("X8")
def test_a_cards_title_of_another_month_is_an_error(calm: Context) -> None:
    found = examine(book(card(A, "65%", "2026年7月进展情况表")), "月报.xlsx", calm)

    assert [(p.rule, p.cell) for p in found.errors] == [("wrong_month", "A1")]


@pytest.mark.parametrize(("unit", "meant"), [("公里", 26), ("米", Decimal("0.026"))])
def test_a_unit_in_the_cell_behind_counts(calm: Context, unit: str, meant: Any) -> None:
    rows = [["进展卡"], ["项目名称", A], ["累计完成数量", 26, unit], ["形象进度", "施工"]]

    found = examine(book(rows), "月报.xlsx", calm)

    assert found.drafts[0].values["cumulative_quantity"] == meant


def test_two_cards_of_one_project_are_one_too_many(calm: Context) -> None:
    found = examine(book(card(A, "65%"), card(A, "60%")), "月报.xlsx", calm)

    assert [(p.rule, p.sheet, p.cell) for p in found.errors] == [("duplicate_row", "2", "B2")]
