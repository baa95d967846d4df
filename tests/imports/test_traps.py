"""Sheets in which rows, periods or names lead astray: nothing is lost, nothing taken silently."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from dashboard.imports.context import Context
from dashboard.imports.examination import Examination
from dashboard.imports.sheet import examine
from tests.imports.conftest import workbook

HEAD = ["序号", "项目名称", "累计完成数量", "完成进度", "形象进度"]
PIPES = [1, "供热管网改造", 26, "65%", "施工"]
ESTATES = [2, "老旧小区改造", 100, "83%", "收尾"]


def read(context: Context, *rows: list[Any], name: str = "Sheet1") -> Examination:
    calm = replace(
        context,
        projects=tuple(replace(p, planned_pct=None, work_items=()) for p in context.projects),
    )
    return examine(workbook(rows, name), "月报.xlsx", calm)


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    "note",
    [["注：以下为新增项目"], [None, "说明：上述含二期"], ["填表人：张三", None, "审核人：李四"]],
)
def test_rows_under_a_remark_are_read(context: Context, note: list[Any]) -> None:
    found = read(context, HEAD, PIPES, note, ESTATES, ["备注：按月报送"], ["2. 数据以督查为准"])

    assert [draft.project_code for draft in found.drafts] == ["SF2026-01", "SF2026-02"]
    assert found.errors == ()


def test_a_figure_alone_in_its_row_is_no_chapter(context: Context) -> None:
    found = read(context, HEAD, PIPES, [None, None, None, "70%"], ESTATES)

    assert [(p.rule, p.cell) for p in found.errors] == [("missing_required", "B3")]


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    "title",
    [
        "二〇二六年七月民生实事进展情况",
        "民生实事进展情况（2026.7）",
        "民生实事进展情况（2026-07）",
        "二季度民生实事完成情况",
        "民生实事进展情况（截至7月31日）",
        "2025年8月民生实事进展情况",
    ],
)
def test_another_periods_title_is_an_error(context: Context, title: str) -> None:
    found = read(context, [title], HEAD, PIPES)

    assert [(p.level.value, p.rule, p.cell) for p in found.problems] == [
        ("error", "wrong_month", "A1")
    ]


@pytest.mark.parametrize(
    "title",
    [
        "2026年8月民生实事进展情况",
        "三季度民生实事完成情况",
        "民生实事进展情况（截至9月2日）",
        "二〇二六年一至八月完成情况",
    ],
)
def test_the_periods_own_title_passes(context: Context, title: str) -> None:
    assert read(context, [title], HEAD, PIPES).problems == ()


@pytest.mark.parametrize("name", ["202607", "2026.7", "七月", "2025年8月"])
def test_another_months_sheet_is_not_read(context: Context, name: str) -> None:
    found = read(context, HEAD, PIPES, name=name)

    assert [problem.rule for problem in found.errors] == ["wrong_month"]
    assert found.drafts == ()


@pytest.mark.feature("X8")
def test_a_rows_own_unit_counts(context: Context) -> None:
    head = ["项目名称", "计量单位", "累计完成数量"]
    rows = [["供热管网改造", "米", 26000], ["老旧小区改造", "个", 100]]

    found = read(context, head, *rows)

    assert [d.values["cumulative_quantity"] for d in found.drafts] == [Decimal(26), Decimal(100)]
    assert found.problems == ()


def test_a_rows_own_unit_of_another_kind_is_an_error(context: Context) -> None:
    found = read(context, ["项目名称", "计量单位", "累计完成数量"], ["供热管网改造", "户", 26])

    assert [problem.rule for problem in found.errors] == ["unit"]


@pytest.mark.feature("G9")
def test_a_code_beside_another_name_asks_whose_row_it_is(context: Context) -> None:
    head = ["项目编号", "项目名称", "完成进度"]

    found = read(context, head, ["SF2026-01", "完全不同的名字", "65%"])
    same = read(context, head, ["SF2026-01", "供热管网改造（一期）", "65%"])

    assert [(p.level.value, p.rule) for p in found.problems] == [("warning", "name_differs")]
    assert same.problems == ()


@pytest.mark.feature("X8")
def test_running_numbers_under_the_code_and_before_the_name_are_no_names(context: Context) -> None:
    rows = [[1, "供热管网改造", "65%"], [2, "2.老旧小区改造", "83%"]]

    found = read(context, ["编号", "项目名称", "完成进度"], *rows)

    assert [draft.project_code for draft in found.drafts] == ["SF2026-01", "SF2026-02"]
    assert found.errors == ()


def test_for_a_sheet_full_of_unknown_names_near_ones_are_not_sought_for_ever(
    context: Context,
) -> None:
    rows = [[n, f"供热管网改造{n}", 26, "65%", "施工"] for n in range(400)]

    found = read(context, HEAD, *rows)

    offered = [problem for problem in found.errors if "SF2026-01" in problem.remedy]
    assert len(found.errors) == 400
    assert len(offered) == 300
