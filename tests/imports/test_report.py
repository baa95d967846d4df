"""The same workbook back, wrong cells marked."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from openpyxl import load_workbook

from dashboard.imports.child import annotate_in_child
from dashboard.imports.context import Context
from dashboard.imports.report import annotate
from dashboard.imports.sheet import examine
from tests.imports import hostile
from tests.imports.conftest import saved, workbook

ROWS: list[list[Any]] = [
    ["项目名称", "累计完成数量(公里)", "完成进度"],
    ["供热管网改造", "约26", 0.65],
]


@pytest.mark.feature("G6")
@pytest.mark.feature("X9")
def test_only_the_marked_cells_mended_it_passes(context: Context) -> None:
    data = workbook(ROWS, C2="0%")
    found = examine(data, "月报.xlsx", context)

    book = load_workbook(io.BytesIO(annotate(data, "月报.xlsx", found)))
    wrong = book["Sheet1"]["B2"]
    assert wrong.comment is not None
    assert "填写一个准确的数字" in wrong.comment.text
    assert wrong.fill.start_color.rgb == "00FFC7CE"
    wrong.value = 26
    again = examine(saved(book), "月报.xlsx", context)

    assert again.problems == ()
    assert [told.sheet for told in again.told] == ["问题清单"]
    assert book["Sheet1"]["C2"].number_format == "0%"


@pytest.mark.feature("G6")
def test_the_first_sheet_lists_every_problem_with_a_link(context: Context) -> None:
    data = workbook(ROWS, C2="0%")

    book = load_workbook(io.BytesIO(annotate_in_child(data, "月报.xlsx", context)))

    first = book.worksheets[0]
    assert first["C3"].value == "B2"
    assert first["C3"].hyperlink.location == "'Sheet1'!B2"


def test_a_text_that_looks_like_a_formula_stays_a_text(context: Context) -> None:
    data = "项目名称,完成进度\n供热管网改造,65%\n'=1+1,5%\n".encode("gb18030")
    found = examine(data, "月报.csv", context)

    book = load_workbook(io.BytesIO(annotate(data, "月报.csv", found)))

    assert book["CSV"]["A3"].value == "=1+1"
    assert book["CSV"]["A3"].data_type == "s"


@pytest.mark.feature("X9")
def test_results_of_formulas_are_still_there(context: Context) -> None:
    buffer = io.BytesIO()
    source = xlsxwriter.Workbook(buffer)
    sheet = source.add_worksheet("月报")
    day = source.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(
        0, 0, ["项目名称", "累计完成数量(公里)", "完成进度", "形象进度", "预计完成时间"]
    )
    sheet.write_row(1, 0, ["供热管网改造", "约26"])
    sheet.write_formula(1, 2, "=26/40*100", None, 65)
    sheet.write_formula(1, 3, '="主干管"&"<施工>"', None, "主干管<施工>")
    sheet.write_formula(1, 4, "=DATE(2026,10,31)", day, 46326)
    source.close()
    found = examine(buffer.getvalue(), "月报.xlsx", context)

    again = examine(
        annotate(buffer.getvalue(), "月报.xlsx", found),
        "月报.xlsx",
        context,
        {("月报", "B2"): "26"},
    )

    assert again.problems == ()
    assert again.drafts[0].values["completed_pct"] == 65
    assert again.drafts[0].values["physical_progress"] == "主干管<施工>"
    assert again.drafts[0].values["forecast_on"] == date(2026, 10, 31)


def test_a_workbook_openpyxl_cannot_open_comes_back_with_its_values(context: Context) -> None:
    damaged = b'<styleSheet><cellXfs count="1"><xf numFmtId="0" fontId="99"/></cellXfs><fonts>'
    data = hostile.with_part("xl/styles.xml", damaged + b"</fonts></styleSheet>", workbook(ROWS))
    found = examine(data, "月报.xlsx", context)

    book = load_workbook(io.BytesIO(annotate(data, "月报.xlsx", found)))

    assert book["Sheet1"]["B2"].comment is not None
