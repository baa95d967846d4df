"""Sheets as many people make them in a hurry: headers, blocks, work items, rows between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from dashboard.imports.context import Context
from dashboard.imports.examination import Examination
from dashboard.imports.sheet import examine
from tests.imports.conftest import saved

A, B = "供热管网改造", "老旧小区改造"
Rows = Sequence[Sequence[Any]]


@pytest.fixture
def calm(context: Context) -> Context:
    """The housing office with nothing planned or reported, so that only reading is tried."""
    projects = tuple(
        replace(
            p,
            planned_pct=None,
            last={},
            target_quantity=None,
            work_items=tuple(replace(i, planned_pct=None) for i in p.work_items),
        )
        for p in context.projects
    )
    return replace(context, projects=projects)


def read(
    context: Context, rows: Rows, *merges: str, hidden: str = "", formats: str = "", code: str = ""
) -> Examination:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for cells in merges:
        sheet.merge_cells(cells)
    for name in hidden:
        sheet.column_dimensions[name].hidden = True
    for name in formats.split():
        sheet[name].number_format = code
    return examine(saved(book), "月报.xlsx", context)


def figures(found: Examination, field: str) -> list[Any]:
    return [draft.values.get(field) for draft in found.drafts]


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    ("head", "merges"),
    [
        ([["项目名称", "2026年7月累计完成数量", "2026年8月累计完成数量"]], []),
        ([["项目名称", "累计完成数量", None], [None, day("2026-07-01"), day("2026-08-01")]],
         ["A1:A2", "B1:C1"]),
        ([["项目名称", day("2026-07-31"), day("2026-08-31")],
          [None, "累计完成数量", "累计完成数量"]],
         ["A1:A2"]),
        ([["项目名称", "上月累计完成数量", "本月累计完成数量"]], []),
        ([["项目名称", "计划", "实际"], [None, "数量", "数量"]], ["A1:A2"]),
        ([["项目名称", "累计完成", None], [None, "计划", "实际"]], ["A1:A2", "B1:C1"]),
    ],
)  # fmt: skip
def test_of_two_figures_side_by_side_this_months_actual_one_is_read(
    calm: Context, head: Rows, merges: list[str]
) -> None:
    found = read(calm, [*head, [A, 20, 26]], *merges)

    assert figures(found, "cumulative_quantity") == [Decimal(26)]
    assert found.errors == ()


@pytest.mark.feature("X8")
def test_months_as_real_dates_over_twelve_columns_are_read_by_their_meaning(calm: Context) -> None:
    months = [day(f"2026-{number:02d}-01") for number in range(1, 13)]
    head: Rows = [["项目名称", "累计完成进度"], [None, *months]]

    found = read(calm, [*head, [A, *(f"{n * 8}%" for n in range(1, 9))]], "A1:A2", "B1:M1")

    assert figures(found, "completed_pct") == [Decimal(64)]
    assert found.errors == ()


@pytest.mark.feature("X8")
@pytest.mark.parametrize(
    "head",
    [
        [["项目", "完成", "形象"], ["名称", "进度", "进度"]],
        [["项\n目\n名\n称", "完\n成\n进\n度", "形 象 进 度"]],
        [["项目名称", "完成进度", "形象进度"], ["甲", "①", "②"]],
        [["项目名称", "完成进度", "形象进度"], ["A", "B", "C"]],
        [
            ["项目名称", "完成进度", "形象进度"],
            ["（填写项目全称）", "（填百分数）", "（100字以内）"],
        ],
        [["项目名称", "完成进度", "形象进度"], ["示例：某某项目", "50%", "主体施工"]],
    ],
)
def test_a_header_that_needs_two_rows_or_is_followed_by_no_data_is_read(
    calm: Context, head: Rows
) -> None:
    found = read(calm, [*head, [A, "65%", "施工"], [B, "70%", "收尾"]])

    assert figures(found, "completed_pct") == [Decimal(65), Decimal(70)]
    assert figures(found, "physical_progress") == ["施工", "收尾"]
    assert found.problems == ()


@pytest.mark.feature("X8")
def test_units_in_a_row_of_their_own_belong_to_the_headings(calm: Context) -> None:
    rows: Rows = [["项目名称", "累计完成", "完成投资", "完成进度"], [None, "公里", "万元", "%"],
            [A, 12, 300, 65]]  # fmt: skip

    found = read(calm, rows)

    assert figures(found, "cumulative_quantity") == [Decimal(12)]
    assert figures(found, "completed_investment_wan") == [Decimal(300)]
    assert found.errors == ()


@pytest.mark.feature("X8")
def test_a_column_headed_unit_is_told_by_what_it_holds(calm: Context) -> None:
    counted = read(calm, [["项目名称", "单位", "累计完成数量"], [A, "米", 12000], [B, "个", 84]])
    agencies = read(calm, [["项目名称", "单位", "累计完成数量"], [A, "住建局", 12]])

    assert figures(counted, "cumulative_quantity") == [Decimal(12), Decimal(84)]
    assert figures(agencies, "agency_name") == ["住建局"]


@pytest.mark.feature("X8")
@pytest.mark.parametrize("gap", [[], [None]])
def test_two_tables_side_by_side_are_both_read(calm: Context, gap: list[Any]) -> None:
    rows: Rows = [
        ["序号", "项目名称", "完成进度", *gap, "序号", "项目名称", "累计完成数量"],
        [1, A, "65%", *gap, 2, B, 84],
    ]

    found = read(calm, rows)

    assert [draft.project_code for draft in found.drafts] == ["SF2026-01", "SF2026-02"]
    assert figures(found, "completed_pct")[0] == Decimal(65)
    assert figures(found, "cumulative_quantity")[1] == Decimal(84)
    assert found.drafts[1].cell("cumulative_quantity").cell == ("F2" if not gap else "G2")


@pytest.mark.feature("X8")
def test_a_hidden_column_of_the_same_heading_does_not_count(calm: Context) -> None:
    found = read(calm, [["项目名称", "完成进度", "完成进度"], [A, "55%", "65%"]], hidden="B")

    assert figures(found, "completed_pct") == [Decimal(65)]
    assert found.errors == ()


@pytest.mark.feature("X8")
@pytest.mark.parametrize("mark", ["1.1", "（1）", "①", "　　", "其中：", "1.", "(一)", "1-"])
def test_work_items_below_their_project_are_known_by_name(calm: Context, mark: str) -> None:
    rows: Rows = [["项目名称", "完成进度"], [B, "75%"], [f"{mark}屋面防水", "70%"],
            ["外墙保温", "80%"], [A, "65%"]]  # fmt: skip

    found = read(calm, rows)

    if mark == "1-":
        assert [(p.rule, p.cell) for p in found.errors] == [("unknown_project", "A3")]
        return
    codes = [(draft.project_code, draft.work_item_code) for draft in found.drafts]
    assert codes == [("SF2026-02", ""), ("SF2026-02", "SF2026-02-1"),
                     ("SF2026-02", "SF2026-02-2"), ("SF2026-01", "")] or codes == [
        ("SF2026-02", None), ("SF2026-02", "SF2026-02-1"), ("SF2026-02", "SF2026-02-2"),
        ("SF2026-01", None)]  # fmt: skip
    assert found.drafts[1].cell("work_item_name").cell == "A3"
    assert found.errors == ()


def test_a_work_item_of_another_project_is_not_taken(calm: Context) -> None:
    found = read(calm, [["项目名称", "完成进度"], [A, "65%"], ["屋面防水", "70%"]])

    assert [(p.rule, p.cell) for p in found.errors] == [("unknown_project", "A3")]


@pytest.mark.parametrize("mark", ["一、", "（三）", "⑥", "4.", "第八项：", "1.1 "])
def test_a_number_before_a_name_does_not_count(calm: Context, mark: str) -> None:
    found = read(calm, [["项目名称", "完成进度"], [mark + A, "65%"]])

    assert [draft.project_code for draft in found.drafts] == ["SF2026-01"]
    assert found.errors == ()


@pytest.mark.feature("X8")
def test_a_figure_merged_over_a_project_and_its_work_items_is_the_projects(calm: Context) -> None:
    rows: Rows = [["项目名称", "子项名称", "累计完成数量", "完成进度"], [B, None, 84, "70%"],
            [None, "屋面防水", 35, None], [None, "外墙保温", 49, None]]  # fmt: skip

    found = read(calm, rows, "A2:A4", "D2:D4")

    assert figures(found, "completed_pct") == [Decimal(70), None, None]
    assert figures(found, "cumulative_quantity") == [Decimal(84), Decimal(35), Decimal(49)]
    assert found.errors == ()


def test_a_figure_merged_over_work_items_alone_is_refused(calm: Context) -> None:
    rows: Rows = [
        ["项目名称", "子项名称", "完成进度"],
        [B, "屋面防水", "70%"],
        [None, "外墙保温", None],
    ]

    found = read(calm, rows, "A2:A3", "C2:C3")

    assert [(p.rule, p.cell) for p in found.errors] == [("merged_figure", "C3")]


@pytest.mark.feature("X8")
def test_texts_under_a_name_merged_over_rows_are_put_together(calm: Context) -> None:
    rows: Rows = [["项目名称", "完成进度", "存在问题"], [A, "65%", "征地"], [None, None, "资金"],
            [B, "70%", None]]  # fmt: skip

    found = read(calm, rows, "A2:A3", "B2:B3")

    assert figures(found, "problem") == ["征地\n资金", None]
    assert figures(found, "completed_pct") == [Decimal(65), Decimal(70)]
    assert found.problems == ()


@pytest.mark.parametrize(
    "foot",
    [
        ["分管领导：", "联系人：", None], [None, "2026年9月2日", None],
        ["审核：张三", "填报：李四", None],
        ["总计（2个项目）", None, 500], [None, None, 500], ["", "合  计：", 500],
    ],
)  # fmt: skip
def test_what_stands_under_the_rows_is_no_project(calm: Context, foot: list[Any]) -> None:
    rows: Rows = [
        ["项目名称", "完成进度", "完成投资(万元)"],
        [A, "65%", 300],
        [B, "70%", 200],
        foot,
    ]

    found = read(calm, rows)

    assert [draft.project_code for draft in found.drafts] == ["SF2026-01", "SF2026-02"]
    assert found.problems == ()
    assert len(found.told) == 1


def test_chapters_numbered_in_chinese_with_sums_are_left_out(calm: Context) -> None:
    rows: Rows = [["序号", "项目名称", "完成投资(万元)", "完成进度"],
            ["一", "住房保障", 500, "66%"], [1, A, 300, "65%"], [2, B, 200, "70%"]]  # fmt: skip

    found = read(calm, rows)

    assert [draft.project_code for draft in found.drafts] == ["SF2026-01", "SF2026-02"]
    assert [told.place for told in found.told] == ["2:2"]


@pytest.mark.feature("X8")
def test_progress_told_in_percent_alone_is_the_percentage(calm: Context) -> None:
    found = read(
        calm, [["项目名称", "形象进度"], [A, 0.65], [B, "70%"]], formats="B2", code="0.00%"
    )

    assert figures(found, "completed_pct") == [Decimal(65), Decimal(70)]
    assert [column.how for column in found.tables[0].columns] == ["synonym", "values"]


def test_a_number_alone_tells_no_progress(calm: Context) -> None:
    found = read(calm, [["项目名称", "形象进度"], [A, 65], [B, "收尾"]])

    assert [(p.rule, p.cell) for p in found.errors] == [("unreadable", "B2")]


def test_a_share_that_can_be_one_thing_only_is_read_beside_one_that_cannot(calm: Context) -> None:
    mixed = read(calm, [["项目名称", "完成进度"], [A, 65], [B, 1]])
    stated = read(calm, [["项目名称", "完成进度（%）"], [A, 65], [B, 1]])

    assert figures(mixed, "completed_pct") == [Decimal(65), None]
    assert [(p.rule, p.cell) for p in mixed.errors] == [("ambiguous", "B3")]
    assert figures(stated, "completed_pct") == [Decimal(65), Decimal(1)]


def test_of_a_name_heading_over_two_columns_the_one_that_names_projects_is_read(
    calm: Context,
) -> None:
    rows: Rows = [["项目名称", None, "完成进度"], ["住房类", A, "65%"], [None, B, "70%"]]

    found = read(calm, rows, "A1:B1", "A2:A3")

    assert [draft.project_code for draft in found.drafts] == ["SF2026-01", "SF2026-02"]


def test_a_sheet_of_last_month_beside_this_months_is_left_out(calm: Context) -> None:
    book = Workbook()
    for name, share in (("上月", "60%"), ("本月", "65%")):
        sheet = book.create_sheet(name)
        sheet.append(["项目名称", "完成进度"])
        sheet.append([A, share])

    found = examine(saved(book), "月报.xlsx", calm)

    assert figures(found, "completed_pct") == [Decimal(65)]
    assert found.errors == ()


@pytest.mark.parametrize(
    "rows",
    [
        [["项目名称", A, B], ["完成进度", "65%", "70%"], ["形象进度", "施工", "收尾"]],
        [["项目名称", A], ["完成进度", "60%", "65%"], ["形象进度", "施工"]],
        [["项目名称", A], ["完成进度", "65%"], ["子项名称", "完成数量"], ["一期", 3]],
    ],
)  # fmt: skip
def test_projects_that_lie_side_by_side_are_refused_in_one_sentence(
    calm: Context, rows: Rows
) -> None:
    found = read(calm, rows)

    assert [p.rule for p in found.errors] == ["no_table"]
    assert "转置" in found.errors[0].remedy


@pytest.mark.parametrize("rows", [[], [[A, None], [B, "无"]]])
def test_a_table_in_which_nothing_is_filled_in_says_so(calm: Context, rows: Rows) -> None:
    found = read(calm, [["项目名称", "完成进度"], *rows])

    assert [p.rule for p in found.errors] == ["no_rows"]


def test_a_row_of_another_year_asks_for_a_reason(calm: Context) -> None:
    found = read(calm, [["年度", "项目名称", "完成进度"], [2025, A, "100%"], [2026, B, "60%"]])

    assert [(p.level.value, p.rule, p.cell) for p in found.problems] == [
        ("warning", "wrong_month", "A2")
    ]


def test_a_list_of_names_beside_the_report_is_left_out(calm: Context) -> None:
    book = Workbook()
    sheet, names = book.worksheets[0], book.create_sheet("字典")
    sheet.append(["项目名称", "完成进度"])
    sheet.append([A, "65%"])
    names.append(["项目编号", "项目名称"])
    names.append(["SF2026-01", A])

    found = examine(saved(book), "月报.xlsx", calm)

    assert figures(found, "completed_pct") == [Decimal(65)]
    assert found.problems == ()
    assert [told.sheet for told in found.told] == ["字典"]


@pytest.mark.feature("X8")
@pytest.mark.parametrize("sign", [";", "|", "，", "\t"])
def test_delimited_text_is_read_whatever_sign_sets_its_columns_apart(
    calm: Context, sign: str
) -> None:
    rows = [["项目名称", "累计完成数量", "完成进度"], [A, "26", "65%"]]
    data = "\n".join(sign.join(row) for row in rows).encode("gb18030")

    found = examine(data, "月报.csv", calm)

    assert figures(found, "cumulative_quantity") == [Decimal(26)]


@pytest.mark.feature("X8")
def test_a_line_of_text_with_a_comma_too_many_is_refused(calm: Context) -> None:
    data = f"项目名称,完成投资(万元),完成进度\n{A},1,200.5,65%\n{B},300,70%,\n".encode()

    found = examine(data, "月报.csv", calm)

    assert [(p.rule, p.cell) for p in found.errors] == [("unreadable", "A2")]
    assert "多出 1 格" in found.errors[0].message


@pytest.mark.safety("UP7")
def test_a_text_of_thousands_of_numerals_is_refused_at_once(calm: Context) -> None:
    long = ("万亿" * 9000, "一二三" * 9000, "2026" * 8000)
    rows: Rows = [["项目名称", "累计完成数量", "完成进度", "预计完成时间"], [A, *long]]

    found = read(calm, rows)

    assert [(p.rule, p.cell) for p in found.errors][:3] == [
        ("unreadable", "B2"), ("unreadable", "C2"), ("unreadable", "D2"),
    ]  # fmt: skip
