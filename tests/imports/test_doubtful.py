"""What looks like a figure and is not the one asked for: refused by name, never read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from dashboard.imports.cells.days import day
from dashboard.imports.cells.figures import amount_wan, percent, quantity
from dashboard.imports.cells.numerals import Unreadable
from dashboard.imports.context import Context
from dashboard.imports.sheet import examine
from tests.imports.conftest import saved, workbook


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    "written",
    [
        "30 40", "2 6", "1 200", "(26)", "（26）", "-26", "\N{MINUS SIGN}26", -26.0, "目标26公里",
        "26公里，未验收", "26公里，计划数", "30-40", "近26", "超过26", "年度目标26公里",
        "目标任务26",
    ],
)  # fmt: skip
def test_a_doubtful_quantity_is_refused(written: Any) -> None:
    with pytest.raises(Unreadable):
        quantity(written, "", "公里", "公里", monthly=False)


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    "written",
    [
        "一期100%", "3栋100%", "2个小区完成80%", "本月5%", "8月5%", "完成投资65%", "资金支付率65%",
        "65%，计划", "65%（未审核）", "(65%)", "10000%", "1001%", "还差35%", "65%序时",
    ],
)  # fmt: skip
def test_a_share_of_something_else_is_refused(written: str) -> None:
    with pytest.raises(Unreadable):
        percent(written, "", "points")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("完成20公里，占40%", 40), ("20公里占40%", 40), ("截至8月底65%", 65), ("962%", 962)],
)
def test_a_share_of_the_whole_is_read(written: str, meant: int) -> None:
    assert percent(written) == Decimal(meant)


@pytest.mark.parametrize("value", [65.0, 100.0])
def test_points_in_a_cell_of_percent_format_are_refused(value: float) -> None:
    with pytest.raises(Unreadable):
        percent(value, "%")


@pytest.mark.parametrize("written", ["-200", "(200)", "1200万元，未支付", -3.5])
def test_doubtful_money_is_refused(written: Any) -> None:
    with pytest.raises(Unreadable):
        amount_wan(written, "", "万元")


@pytest.mark.parametrize(
    "written", ["已支付300", "已拨付300万元", "到位资金300", "年度任务300万元"]
)
def test_money_for_something_else_is_refused(written: str) -> None:
    with pytest.raises(Unreadable):
        amount_wan(written, "", "万元", monthly=False, purpose="invested")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("三百万", 300), ("1亿2千万", 12000), ("￥1,200万元", 1200), ("完成投资300万元", 300)],
)
def test_money_is_read_in_the_unit_it_names(written: str, meant: int) -> None:
    assert amount_wan(written, "", "万元", monthly=False, purpose="invested") == Decimal(meant)


@pytest.mark.parametrize("written", ["8-9", "8-10", "46266", 46266.0, "5/8/2026", "26.8.5", "底"])
def test_a_doubtful_day_is_refused(written: Any) -> None:
    with pytest.raises(Unreadable):
        day(written, 2026)


def test_a_serial_number_is_said_to_be_a_day() -> None:
    with pytest.raises(Unreadable, match="2026-09-01"):
        day(46266.0, 2026)


@pytest.mark.feature("G10")
def test_a_new_date_that_has_passed_is_questioned(context: Context) -> None:
    rows: list[Any] = [
        ["项目名称", "完成进度", "预计完成时间"],
        ["供热管网改造", "65%", date(2026, 3, 31)],
    ]

    found = examine(workbook(rows), "月报.xlsx", context)

    assert [(p.level.value, p.rule) for p in found.problems] == [("warning", "forecast_passed")]


def test_a_negative_figure_in_a_sheet_is_an_error_of_its_cell(context: Context) -> None:
    rows: list[Any] = [
        ["项目名称", "累计完成数量", "完成进度"],
        ["供热管网改造", -26, 65],
        ["老旧小区改造", 3, 70],
    ]

    found = examine(workbook(rows), "月报.xlsx", context)

    assert ("unreadable", "B2") in [(p.rule, p.cell) for p in found.errors]


def grouped(group: str) -> bytes:
    """Make a sheet with a word over two figures."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["项目名称", "形象进度", group, None])
    sheet.append([None, None, "完成进度", "完成投资(万元)"])
    sheet.append(["供热管网改造", "施工", 65, 100])
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:B2")
    sheet.merge_cells("C1:D1")
    return saved(book)


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    "group",
    [
        "应完成",
        "剩余",
        "省级",
        "其中：中央",
        "主体",
        "一期",
        "同比",
        "排名",
        "2025年",
        "第三方评估",
        "XYZ",
    ],
)
def test_a_figure_under_a_word_that_changes_it_is_not_taken(context: Context, group: str) -> None:
    data = grouped(group)

    found = examine(data, "月报.xlsx", context)

    assert [column.how for column in found.tables[0].columns][2:] == ["unknown", "unknown"]


@pytest.mark.parametrize("group", ["完成情况", "2026年", "全年累计", "项目进展"])
def test_a_figure_under_a_word_that_changes_nothing_is_taken(context: Context, group: str) -> None:
    data = grouped(group)

    found = examine(data, "月报.xlsx", context)

    assert found.drafts[0].values["completed_pct"] == Decimal(65)
    assert found.drafts[0].values["completed_investment_wan"] == Decimal(100)
