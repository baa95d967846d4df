"""The same workbook back, wrong cells marked."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from dashboard.imports.child import annotate_in_child
from dashboard.imports.context import Context
from dashboard.imports.report import annotate
from dashboard.imports.sheet import examine
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
