"""Any sheet to drafts, problems and a difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dashboard.imports.context import Choice, Context
from dashboard.imports.examination import Level, Status
from dashboard.imports.sheet import examine
from tests.imports.conftest import PIPES, workbook

HEADINGS = [
    "序号",
    "项目名称",
    "累计完成数量(公里)",
    "完成进度",
    "滞后原因",
    "整改措施",
    "预计完成时间",
]
GOOD = [1, "供热管网改造", "累计完成 26 公里（占 65%）", "65%", None, None, None]


def sheet(*rows: list[object]) -> bytes:
    return workbook([["2026年8月民生实事项目进展情况"], HEADINGS, *rows])


@pytest.mark.feature("X8")
def test_a_hand_made_sheet_becomes_typed_values_with_their_cells(context: Context) -> None:
    found = examine(sheet(GOOD), "月报.xlsx", context)

    (draft,) = found.drafts
    assert draft.project_code == "SF2026-01"
    assert draft.values["cumulative_quantity"] == Decimal(26)
    assert draft.values["completed_pct"] == Decimal(65)
    assert draft.cell("cumulative_quantity") == ("Sheet1", "C3", "累计完成 26 公里（占 65%）")
    assert found.problems == ()


@pytest.mark.feature("G5")
def test_a_row_is_new_changed_or_unchanged(context: Context) -> None:
    current = {"cumulative_quantity": Decimal(25), "completed_pct": Decimal(65)}
    there = replace(context, projects=(replace(PIPES, current=current),))

    changed = examine(sheet(GOOD), "月报.xlsx", there).drafts[0]
    same = replace(PIPES, current=current | {"cumulative_quantity": Decimal(26)})
    unchanged = examine(sheet(GOOD), "月报.xlsx", replace(context, projects=(same,))).drafts[0]

    assert examine(sheet(GOOD), "月报.xlsx", context).drafts[0].status is Status.NEW
    assert changed.status is Status.CHANGED
    assert changed.changes == (("cumulative_quantity", Decimal(25), Decimal(26)),)
    assert unchanged.status is Status.UNCHANGED


@pytest.mark.feature("G6")
def test_a_problem_names_sheet_cell_value_rule_and_what_would_pass(context: Context) -> None:
    (problem,) = examine(sheet([1, "供热管网改造", "约26", "65%"]), "月报.xlsx", context).problems

    assert (problem.sheet, problem.cell, problem.raw) == ("Sheet1", "C3", "约26")
    assert (problem.level, problem.rule) == (Level.ERROR, "unreadable")
    assert problem.remedy == "填写一个准确的数字"


@pytest.mark.feature("G11")
def test_a_lagging_row_wants_cause_measure_and_new_date(context: Context) -> None:
    found = examine(sheet([1, "供热管网改造", 22, "55%"]), "月报.xlsx", context)

    assert {(problem.rule, problem.cell) for problem in found.errors} == {
        ("lagging_without_cause", "E3"),
        ("lagging_without_measure", "F3"),
        ("lagging_without_forecast_on", "G3"),
    }
    assert found.drafts[0].status is Status.REFUSED


@pytest.mark.feature("G11")
def test_a_lagging_row_with_all_three_passes(context: Context) -> None:
    row: list[object] = [1, "供热管网改造", 22, "55%", "征地滞后", "增加班组", "10月底前"]

    found = examine(sheet(row), "月报.xlsx", context)

    assert found.problems == ()
    assert found.drafts[0].values["forecast_on"] == date(2026, 10, 31)
    assert found.drafts[0].marks == {"forecast_on": "month"}


@pytest.mark.feature("G10")
@pytest.mark.parametrize(
    ("quantity", "percent", "rules"),
    [
        (19, "66%", {"cumulative_fell", "percent_contradicts_quantity"}),
        (44, "110%", {"jump", "over_target"}),
        (28, "62%", {"percent_contradicts_quantity"}),
    ],
)
def test_an_odd_figure_asks_a_reason(
    context: Context, quantity: int, percent: str, rules: set[str]
) -> None:
    found = examine(sheet([1, "供热管网改造", quantity, percent]), "月报.xlsx", context)

    assert {problem.rule for problem in found.warnings} == rules
    assert found.errors == ()
    assert found.drafts[0].status is Status.NEW


@pytest.mark.feature("G9")
def test_rows_match_by_code_whatever_their_order_and_title(context: Context) -> None:
    rows: list[list[Any]] = [
        ["项目编号", "项目名称", "形象进度"],
        ["SF2026-02", "旧小区", "外墙施工"],
        ["sf2026-01", "供热", "主干管施工"],
    ]

    found = examine(workbook(rows), "月报.xlsx", context)

    assert [draft.project_code for draft in found.drafts] == ["SF2026-02", "SF2026-01"]


def test_a_near_name_is_offered_and_not_taken(context: Context) -> None:
    found = examine(sheet([1, "供热管网", 26, "65%"]), "月报.xlsx", context)

    (problem,) = found.errors
    assert (problem.rule, problem.cell) == ("unknown_project", "B3")
    assert "SF2026-01 供热管网改造" in problem.remedy
    assert found.drafts[0].project_code is None


def test_another_units_project_is_refused(context: Context) -> None:
    found = examine(sheet([1, "新建公办幼儿园", None, "50%"]), "月报.xlsx", context)

    assert [problem.rule for problem in found.errors] == ["foreign_project"]


def test_the_same_project_twice_is_refused(context: Context) -> None:
    found = examine(sheet(GOOD, GOOD), "月报.xlsx", context)

    assert [(problem.rule, problem.cell) for problem in found.errors] == [("duplicate_row", "B4")]


def test_a_sheet_of_another_month_is_refused(context: Context) -> None:
    rows: list[list[Any]] = [["2026年7月民生实事项目进展情况"], HEADINGS, GOOD]

    found = examine(workbook(rows), "月报.xlsx", context)

    assert [(problem.rule, problem.cell) for problem in found.errors] == [("wrong_month", "A1")]


def test_a_cell_mended_in_the_preview_counts_as_if_typed_there(context: Context) -> None:
    data = sheet([1, "供热管网改造", "约26", "65%"])

    found = examine(data, "月报.xlsx", context, {("Sheet1", "C3"): "26"})

    assert found.problems == ()
    assert found.drafts[0].values["cumulative_quantity"] == Decimal(26)


def test_a_confirmed_heading_is_read_as_confirmed(context: Context) -> None:
    rows: list[list[Any]] = [
        ["项目名称", "干到哪了", "完成进度"],
        ["供热管网改造", "主干管施工", "65%"],
    ]
    first = examine(workbook(rows), "月报.xlsx", context)
    (table,) = first.tables
    chosen = {table.layout: {table.columns[1].key: Choice("physical_progress")}}

    second = examine(workbook(rows), "月报.xlsx", replace(context, mappings=chosen))

    assert table.columns[1].how == "unknown"
    assert "physical_progress" not in first.drafts[0].values
    assert second.drafts[0].values["physical_progress"] == "主干管施工"


def test_decoys_are_not_read(context: Context) -> None:
    rows: list[list[Any]] = [
        ["项目名称", "计划投资(万元)", "年度目标数量", "联系电话", "完成进度"],
        ["供热管网改造", 900, 40, 13800000000, "65%"],
    ]

    values = examine(workbook(rows), "月报.xlsx", context).drafts[0].values

    assert values == {"project_name": "供热管网改造", "completed_pct": Decimal(65)}


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("累计完成工程量的40%", ["text_contradicts"]),
        ("已完成", ["text_contradicts"]),
        ("已完成65%，计划年底完成100%", []),
        ("主干管施工", []),
    ],
)
def test_a_figure_that_contradicts_the_text_asks_a_reason(
    context: Context, text: str, rules: list[str]
) -> None:
    rows: list[list[Any]] = [["项目名称", "完成进度", "形象进度"], ["供热管网改造", "65%", text]]

    found = examine(workbook(rows), "月报.xlsx", context)

    assert [problem.rule for problem in found.warnings] == rules
