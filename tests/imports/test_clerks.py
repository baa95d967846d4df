"""What hurried clerks really write: read as a careful reader would, or refused by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from dashboard.imports.cells.days import day
from dashboard.imports.cells.doubts import refuse_earlier
from dashboard.imports.cells.figures import amount_wan, percent, quantity
from dashboard.imports.cells.numerals import Unreadable
from dashboard.imports.columns.column import Kind
from dashboard.imports.context import Context
from dashboard.imports.examination import Examination
from dashboard.imports.sheet import examine
from tests.imports.conftest import saved, workbook

A, B = "供热管网改造", "老旧小区改造"


@pytest.fixture
def calm(context: Context) -> Context:
    """The housing office with nothing planned or reported, so that only reading is tried."""
    projects = (
        replace(p, planned_pct=None, last={}, target_quantity=None) for p in context.projects
    )
    return replace(context, projects=tuple(projects))


def read(context: Context, *rows: list[Any], **formats: str) -> Examination:
    return examine(workbook(rows, **formats), "月报.xlsx", context)


def text(context: Context, *lines: str) -> Examination:
    return examine("\r\n".join(lines).encode(), "月报.csv", context)


def of(found: Examination, field: str) -> list[Any]:
    return [draft.values.get(field) for draft in found.drafts]


def wrong(found: Examination) -> list[tuple[str, str]]:
    return [(p.rule, p.cell) for p in found.errors]


@pytest.mark.feature("X8")
@pytest.mark.parametrize("written", ["85,5%", "85%1", "26，65%", "85%(7.31)", "8 5%", "65%（26）"])
def test_a_bare_number_beside_a_percentage_is_refused(written: str) -> None:
    with pytest.raises(Unreadable):
        percent(written)


@pytest.mark.parametrize(
    "written",
    [
        "26公里(截至7.31)",
        "截至7/31 26公里",
        "26公里（截至2026-07-31）",
        "26公里(7月31日)",
        "26公里(6月30日)",
    ],
)
def test_a_figure_of_an_earlier_months_last_day_is_refused(context: Context, written: str) -> None:
    with pytest.raises(Unreadable, match="截至"):
        refuse_earlier(written, Kind.NUMBER, context)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("26（公里）", 26), ("26KM", 26), ("'26", 26), ("完成26公里，占年度目标65%", 26),
        ("截至8.31 26公里", 26), ("26公里(8月31日)", 26),
    ],
)  # fmt: skip
def test_a_quantity_written_another_way_is_read(written: str, meant: int) -> None:
    assert quantity(written, "", "公里", "", monthly=False) == Decimal(meant)


@pytest.mark.parametrize("written", ["1.2万", "3千"])
def test_ten_thousands_of_a_unit_that_counts_them_already_are_refused(written: str) -> None:
    with pytest.raises(Unreadable, match="也可能是"):
        quantity(written, "", "万人", "", monthly=False)


@pytest.mark.parametrize(
    "written",
    [
        "300（万元）",
        "300万元整",
        "人民币300万元",
        "完成投资300万元，占年度计划80%",
        "截至8.31完成300",
    ],
)
def test_money_written_another_way_is_read(written: str) -> None:
    assert amount_wan(written, "", "万元", monthly=False, purpose="invested") == Decimal(300)


@pytest.mark.parametrize("written", ["三点五亿", "一万二"])
def test_an_odd_numeral_is_refused_in_a_sentence(written: str) -> None:
    with pytest.raises(Unreadable, match="不是一个能确定的数字"):
        amount_wan(written, "", "万元")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026年10月底前。", date(2026, 10, 31)), ("延期至10月底", date(2026, 10, 31)),
        ("推迟到10月31日", date(2026, 10, 31)), ("10月底前竣工并投入使用", date(2026, 10, 31)),
        ("2026.8.31已完成", date(2026, 8, 31)), ("2026.9.", date(2026, 9, 30)),
    ],
)  # fmt: skip
def test_a_day_written_another_way_is_read(written: str, meant: date) -> None:
    found = day(written, 2026)

    assert found is not None
    assert found.on == meant


def test_a_day_that_says_it_is_done_asks_to_be_left_blank() -> None:
    with pytest.raises(Unreadable) as told:
        day("已完成", 2026)

    assert "留空" in told.value.remedy


@pytest.mark.feature("X8")
@pytest.mark.parametrize("written", ["10.1", "9.3", "4.2"])
def test_in_delimited_text_a_day_may_have_lost_its_zero(calm: Context, written: str) -> None:
    found = text(calm, "项目名称,完成进度,预计完成时间", f"{A},65%,{written}")

    assert wrong(found) == [("ambiguous", "C2")]


@pytest.mark.feature("X8")
@pytest.mark.parametrize("code", ['"约"0', ";;;", '0"公里左右"', '"已完成"', '"共"0"公里"'])
def test_a_number_format_that_shows_another_thing_is_refused(calm: Context, code: str) -> None:
    found = read(calm, ["项目名称", "累计完成数量", "完成进度"], [A, 26, "65%"], B2=code)

    assert wrong(found) == [("ambiguous", "B2")]


def test_a_thousandth_is_no_percentage(calm: Context) -> None:
    found = read(calm, ["项目名称", "完成进度"], [A, 0.85], [B, 0.5], B2='0"‰"', B3='0"‰"')

    assert wrong(found) == [("ambiguous", "B2"), ("ambiguous", "B3")]


@pytest.mark.parametrize("code", ['0.0"％"', "[$-804]G/通用格式", "_ * #,##0.00_ ", '0;-0;"-"'])
def test_a_number_format_that_changes_nothing_is_read(calm: Context, code: str) -> None:
    found = read(calm, ["项目名称", "完成进度"], [A, 65], B2=code)

    assert of(found, "completed_pct") == [Decimal(65)]


@pytest.mark.feature("X8")
@pytest.mark.parametrize("kind", ["计划", "目标", "本月", "去年同期"])
def test_of_two_rows_of_a_project_the_one_of_what_was_done_is_read(
    calm: Context, kind: str
) -> None:
    done = "累计" if kind == "本月" else "实际"
    head = ["项目名称", "类别", "累计完成数量"]

    found = read(calm, head, [A, kind, 40], [A, done, 26], [B, kind, 120], [B, done, 84])

    assert of(found, "cumulative_quantity") == [Decimal(26), Decimal(84)]
    assert found.errors == ()
    assert [told.place for told in found.told][:2] == ["2:2", "4:4"]


def test_a_column_of_what_is_finished_leaves_no_row_out(calm: Context) -> None:
    found = read(calm, ["项目名称", "状态", "完成进度"], [A, "未完成", "65%"], [B, "完成", "100%"])

    assert of(found, "completed_pct") == [Decimal(65), Decimal(100)]


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    ("named", "unit"),
    [("金额单位", "完成投资"), ("单位", "完成投资"), ("金额单位", "完成投资（万元）")],
)
def test_the_unit_in_a_row_counts_its_money(calm: Context, named: str, unit: str) -> None:
    found = read(
        calm,
        ["项目名称", unit, named, "完成进度"],
        [A, 300, "万元", "65%"],
        [B, 3_000_000, "元", "70%"],
    )

    if "（" in unit:
        assert of(found, "completed_investment_wan") == [Decimal(300), None]
        assert wrong(found) == [("ambiguous", "B3")]
    else:
        assert of(found, "completed_investment_wan") == [Decimal(300), Decimal(300)]
        assert found.errors == ()


@pytest.mark.feature("X8")
def test_each_of_two_tables_has_its_own_money_unit(calm: Context) -> None:
    head = ["项目名称", "完成投资", "完成进度"]

    found = read(
        calm, ["单位：万元"], head, [A, 300, "65%"], [], ["第二部分"], ["单位：元"], ["（续）"],
        head, [B, 3_000_000, "70%"],
    )  # fmt: skip

    assert of(found, "completed_investment_wan") == [Decimal(300), Decimal(300)]


def test_a_remark_under_the_table_states_its_money_unit(calm: Context) -> None:
    found = read(
        calm, ["项目名称", "完成投资", "完成进度"], [A, 300, "65%"], ["注：金额单位为万元"]
    )

    assert of(found, "completed_investment_wan") == [Decimal(300)]
    assert found.errors == ()


@pytest.mark.feature("X8")
def test_a_project_over_the_header_is_not_lost(calm: Context) -> None:
    found = read(
        calm, [1, A, 26, "65%"], ["序号", "项目名称", "累计完成数量", "完成进度"], [2, B, 84, "70%"]
    )

    assert wrong(found) == [("unreadable", "B1")]


@pytest.mark.parametrize("name", ["平均", "全市平均", "均值", "累计", "共2个项目"])
def test_averages_and_sums_under_other_names_are_left_out(calm: Context, name: str) -> None:
    found = read(calm, ["项目名称", "完成进度"], [A, "65%"], [B, "70%"], [name, "67.5%"])

    assert [draft.project_code for draft in found.drafts] == ["SF2026-01", "SF2026-02"]
    assert found.problems == ()
    assert [told.place for told in found.told] == ["4:4"]


def test_a_row_that_adds_up_the_rows_above_under_no_projects_name_is_a_sum(calm: Context) -> None:
    head = ["项目名称", "完成投资(万元)", "完成进度"]

    found = read(calm, head, [A, 300, "65%"], [B, 200, "70%"], ["住房类", 500, "67%"])
    other = read(calm, head, [A, 300, "65%"], [B, 200, "70%"], ["住房类", 501, "67%"])

    assert found.problems == ()
    assert [told.place for told in found.told] == ["4:4"]
    assert wrong(other) == [("unknown_project", "A4")]


@pytest.mark.parametrize(
    "head",
    [
        ["项目名称", "2025年完成进度", "2026年完成进度"],
        ["项目名称", "去年同期", "目前完成进度"],
        ["项目名称", "年初完成进度", "截至目前完成进度"],
    ],
)
def test_this_years_figure_is_read_beside_another_years(calm: Context, head: list[str]) -> None:
    found = read(calm, head, [A, "50%", "65%"])

    assert of(found, "completed_pct") == [Decimal(65)]


@pytest.mark.parametrize("title", ["民生实事7月进展及8月计划", "截止日期：2026年7月31日"])
def test_a_title_of_the_month_before_is_asked_about(calm: Context, title: str) -> None:
    found = read(calm, [title], ["项目名称", "完成进度"], [A, "65%"])

    assert [(p.rule, p.cell) for p in found.problems] == [("wrong_month", "A1")]


def test_a_code_and_a_name_in_one_cell_are_known(calm: Context) -> None:
    found = read(
        calm, ["项目名称", "完成进度"], [f"SF2026-01 {A}", "65%"], [f"SF2026-02{A}", "65%"]
    )

    assert [draft.project_code for draft in found.drafts][:1] == ["SF2026-01"]
    assert wrong(found) == [("unknown_project", "A3")]


def test_a_sign_for_the_same_is_no_text(calm: Context) -> None:
    found = read(calm, ["项目名称", "完成进度", "形象进度"], [A, "65%", "施工"], [B, '"', "”"])

    assert of(found, "completed_pct") == [Decimal(65), Decimal(65)]
    assert of(found, "physical_progress") == ["施工", "施工"]


LINES = ("项目名称,完成进度,形象进度", f"{A},65%,施工", f"{B},70%,收尾")


@pytest.mark.feature("X10")
@pytest.mark.parametrize("code", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("sign", [",", "\t"])
def test_wide_text_without_a_mark_is_told_by_its_nuls(calm: Context, code: str, sign: str) -> None:
    data = "\r\n".join(LINES).replace(",", sign).encode(code)

    found = examine(data, "月报.csv", calm)

    assert of(found, "completed_pct") == [Decimal(65), Decimal(70)]


@pytest.mark.feature("X10")
def test_an_unpaired_quotation_mark_swallows_no_row(calm: Context) -> None:
    found = text(calm, LINES[0], f'{A},65%,"施工', LINES[2])

    assert "引号不成对" in found.refusal


def test_formulas_and_faults_in_delimited_text_are_known(calm: Context) -> None:
    found = text(calm, LINES[0], f'{A},="65%",施工', f"{B},#DIV/0!,收尾")

    assert of(found, "completed_pct") == [Decimal(65), None]
    assert wrong(found) == [("error_value", "B3")]


@pytest.mark.feature("X8")
def test_a_figure_cut_in_two_by_its_comma_is_seen_by_what_it_moved(calm: Context) -> None:
    found = text(
        calm,
        "项目名称,累计完成数量,完成进度,形象进度,备注",
        f"{A},1,200,65%,施工",
        f"{B},26,300%,收尾,",
    )

    assert wrong(found) == [("unreadable", "A2")]


@pytest.mark.feature("X8")
def test_a_name_merged_over_its_running_number_is_read(calm: Context) -> None:
    made = Workbook()
    sheet = made.worksheets[0]
    for row in (["序号", "项目名称", "完成进度"], [A, None, "65%"], [2, B, "70%"]):
        sheet.append(row)
    sheet.merge_cells("A2:B2")

    found = examine(saved(made), "月报.xlsx", calm)

    assert [draft.project_code for draft in found.drafts] == ["SF2026-01", "SF2026-02"]
    assert found.errors == ()


def test_a_row_that_counts_the_columns_may_say_how_one_is_worked_out(calm: Context) -> None:
    head = ["项目名称", "年度目标数量", "累计完成数量", "完成进度"]

    found = read(calm, head, ["1", "2", "3", "4=3/2"], [A, 40, 26, "65%"])

    assert of(found, "completed_pct") == [Decimal(65)]
    assert found.errors == ()


@pytest.mark.parametrize(
    ("title", "heading"),
    [("单位：人民币万元", "完成投资"), ("进展", "完成投资（单位：万元，保留两位小数）")],
)
def test_a_money_unit_beside_other_words_is_read(calm: Context, title: str, heading: str) -> None:
    found = read(calm, [title], ["项目名称", heading, "完成进度"], [A, 300, "65%"])

    assert of(found, "completed_investment_wan") == [Decimal(300)]


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    ("heading", "last", "rules"),
    [
        ("{}月计划", 40, ["ambiguous"]),
        ("{}月计划", 100, []),
        ("{}月计划(%)", 40, []),
        ("{}月序时进度", 40, []),
    ],
)
def test_a_plans_months_may_count_pieces(
    plan_context: Context, heading: str, last: int, rules: list[str]
) -> None:
    head = ["项目名称", *(heading.format(month) for month in (10, 11, 12))]

    found = read(plan_context, head, [A, 8, 20, last])

    assert [problem.rule for problem in found.errors] == rules


def test_a_plans_months_are_fractions_together(plan_context: Context) -> None:
    head = ["项目名称", "10月计划", "11月计划", "12月计划"]

    found = read(plan_context, head, [A, 0.5, 0.8, 1])

    assert of(found, "planned_pct_10") == [Decimal(50)]
    assert of(found, "planned_pct_12") == [Decimal(100)]
    assert found.errors == ()


def test_a_plan_of_another_year_is_asked_about(plan_context: Context) -> None:
    title = ["2025年民生实事任务分解表"]

    found = read(plan_context, title, ["项目名称", "目标任务"], [A, "改造40公里"])

    assert [(p.rule, p.cell) for p in found.warnings] == [("wrong_month", "A1")]


def test_a_plans_ten_thousands_of_a_unit_that_counts_them_are_refused(
    plan_context: Context,
) -> None:
    found = read(plan_context, ["项目名称", "年度目标数量", "计量单位"], [A, "1.2万", "万户"])

    assert wrong(found) == [("ambiguous", "B2")]


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    ("written", "unit", "meant"), [("25381米", "米", 25381), ("25381米", "公里", "25.381")]
)
def test_a_plans_quantity_counts_the_unit_of_its_row(
    plan_context: Context, written: str, unit: str, meant: Any
) -> None:
    found = read(plan_context, ["项目名称", "年度目标数量", "计量单位"], [A, written, unit])

    assert of(found, "target_quantity") == [Decimal(meant)]
    assert of(found, "unit_of_measure") == [unit]
