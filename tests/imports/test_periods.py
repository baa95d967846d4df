"""Which month a sheet is about: another month's figures are never taken for this month's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook

from dashboard.imports.context import Context
from dashboard.imports.sheet import examine
from tests.imports.conftest import saved, workbook

HEAD = ["项目名称", "累计完成数量", "完成进度"]
PIPES = ["供热管网改造", 26, "65%"]
ESTATES = ["老旧小区改造", 84, "70%"]


@pytest.fixture
def calm(context: Context) -> Context:
    """The housing office with nothing planned, so that nothing lags."""
    projects = tuple(
        replace(p, planned_pct=None, last={}, target_quantity=None, work_items=())
        for p in context.projects
    )
    return replace(context, projects=projects)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    "title",
    [
        "截至7月31日", "民生实事项目（7月）", "二〇二六年七月民生实事", "2026年上半年民生实事台账",
        "民生实事项目七月份进展", moment("2026-07-01"), moment("2026-06-30"),
    ],
)  # fmt: skip
def test_a_title_of_another_month_is_an_error(calm: Context, title: Any) -> None:
    found = examine(workbook([[title], HEAD, PIPES]), "月报.xlsx", calm)

    assert [(p.rule, p.cell) for p in found.errors] == [("wrong_month", "A1")]


@pytest.mark.parametrize(
    "line",
    [
        ["2026年8月进展情况表（9月5日前报送）"], ["填报日期：", moment("2026-09-02")],
        ["填报日期：2026年9月2日"], ["附件3月度表"], ["府办〔2026〕7号"], [moment("2026-08-31")],
        ["民生实事项目三季度进展"], ["民生实事（截止8月底）"],
        ["3月启动、12月完工的项目请每月填报"], ["联系电话：0411-8123456"],
        ["进度写 85 或 85% 都可以；金额以万元计；日期写成 2026-10-31 或 10月底前。"],
    ],
)  # fmt: skip
def test_a_line_that_names_no_other_period_is_none(calm: Context, line: list[Any]) -> None:
    found = examine(workbook([line, HEAD, PIPES]), "月报.xlsx", calm)

    assert found.problems == ()
    assert len(found.drafts) == 1


@pytest.mark.parametrize(
    ("label", "level"), [("填报月份", "error"), ("报告期：", "error"), ("填报日期", "warning")]
)
def test_a_real_date_is_held_against_the_period_by_the_words_beside_it(
    calm: Context, label: str, level: str
) -> None:
    data = workbook([[label, moment("2026-07-01")], HEAD, PIPES])

    found = examine(data, "月报.xlsx", calm)

    assert [(p.level.value, p.rule, p.cell) for p in found.problems] == [
        (level, "wrong_month", "B1")
    ]


def test_the_title_of_a_second_table_counts_for_it(calm: Context) -> None:
    rows: list[list[Any]] = [["8月情况"], HEAD, PIPES, ["7月情况"], HEAD, ESTATES]

    found = examine(workbook(rows), "月报.xlsx", calm)

    assert [(p.rule, p.cell) for p in found.errors] == [("wrong_month", "A4")]


@pytest.mark.feature("X8")
@pytest.mark.parametrize("name", ["7月进度", "住建局7月", "7月报", "2026.7"])
def test_a_sheet_named_after_another_month_is_an_error(calm: Context, name: str) -> None:
    found = examine(workbook([HEAD, PIPES], name=name), "月报.xlsx", calm)

    assert [p.rule for p in found.errors] == ["wrong_month"]


def test_of_sheets_that_speak_of_months_this_months_is_read(calm: Context) -> None:
    book = Workbook()
    for name, share in (("7月进度", "60%"), ("8月进度", "65%")):
        sheet = book.create_sheet(name)
        sheet.append(["项目名称", "完成进度"])
        sheet.append(["供热管网改造", share])

    found = examine(saved(book), "月报.xlsx", calm)

    assert [str(draft.values["completed_pct"]) for draft in found.drafts] == ["65"]
    assert [told.sheet for told in found.told] == ["7月进度"]
    assert found.problems == ()


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    ("seventh", "eighth"),
    [("7月", "8月"), (7, 8), (moment("2026-07-01"), moment("2026-08-01")), ("1-7月", "1-8月"),
     ("2026年7月", "2026-08"), ("202607", 202608)],
)  # fmt: skip
def test_rows_of_another_month_are_left_out_and_told(
    calm: Context, seventh: Any, eighth: Any
) -> None:
    rows: list[list[Any]] = [["月份", *HEAD], [seventh, *PIPES], [eighth, *ESTATES]]

    found = examine(workbook(rows), "台账.xlsx", calm)

    assert [draft.project_code for draft in found.drafts] == ["SF2026-02"]
    assert [told.place for told in found.told if told.place == "2:2"] == ["2:2"]
    assert found.errors == ()


def test_rows_that_are_all_of_another_month_are_an_error(calm: Context) -> None:
    rows: list[list[Any]] = [["月份", *HEAD], ["7月", *PIPES], ["7月", *ESTATES]]

    found = examine(workbook(rows), "台账.xlsx", calm)

    assert [(p.rule, p.cell) for p in found.errors] == [("wrong_month", "A2")]
    assert found.drafts == ()


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    "figure", ["截至7月底26公里", "26公里（7月底）", "1-7月完成26公里", "截止2025年12月26公里"]
)
def test_a_figure_up_to_an_earlier_month_is_refused(calm: Context, figure: str) -> None:
    rows: list[list[Any]] = [HEAD, ["供热管网改造", figure, "65%"]]

    found = examine(workbook(rows), "月报.xlsx", calm)

    assert [(p.rule, p.cell) for p in found.errors] == [("wrong_month", "B2")]


@pytest.mark.parametrize("share", ["7月底已完成100%", "截至8月31日65%", "1-8月完成65%"])
def test_a_share_that_still_holds_is_read(calm: Context, share: str) -> None:
    rows: list[list[Any]] = [HEAD, ["供热管网改造", 26, share]]

    found = examine(workbook(rows), "月报.xlsx", calm)

    assert found.errors == ()
    assert str(found.drafts[0].values["completed_pct"]) in ("65", "100")


@pytest.mark.parametrize(
    "line", ["注：数据截至2026年7月31日", "二、2026年7月情况", "2026年7月情况"]
)
def test_a_line_under_the_header_that_names_another_month_asks_for_a_reason(
    calm: Context, line: str
) -> None:
    found = examine(workbook([HEAD, PIPES, [line]]), "月报.xlsx", calm)

    assert [(p.level.value, p.rule, p.cell) for p in found.problems] == [
        ("warning", "wrong_month", "A3")
    ]


def test_a_cover_of_another_month_asks_for_a_reason(calm: Context) -> None:
    book = Workbook()
    cover, sheet = book.worksheets[0], book.create_sheet("表")
    cover.append(["民生实事项目月报"])
    cover.append(["2026年7月"])
    sheet.append(HEAD)
    sheet.append(PIPES)

    found = examine(saved(book), "月报.xlsx", calm)

    assert [(p.level.value, p.rule, p.cell) for p in found.problems] == [
        ("warning", "wrong_month", "A2")
    ]


@pytest.mark.parametrize("heading", ["截至8月31日累计完成数量", "截至8月25日完成数量"])
def test_a_heading_may_name_a_day_of_the_month(calm: Context, heading: str) -> None:
    found = examine(workbook([["项目名称", heading], ["供热管网改造", 26]]), "月报.xlsx", calm)

    assert str(found.drafts[0].values["cumulative_quantity"]) == "26"
    assert found.problems == ()


def test_a_heading_of_a_day_of_another_month_is_an_error(calm: Context) -> None:
    rows: list[list[Any]] = [["项目名称", "截至7月31日累计完成数量"], ["供热管网改造", 26]]

    found = examine(workbook(rows), "月报.xlsx", calm)

    assert ("wrong_month", "B1") in [(p.rule, p.cell) for p in found.errors]
