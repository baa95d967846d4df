"""Text that is crossed out or raised: what it says may not be what counts."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from struct import pack

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from dashboard.imports.context import Context
from dashboard.imports.files.grid import STRUCK
from dashboard.imports.files.rich import odd_shared
from dashboard.imports.sheet import examine
from tests.imports.conftest import saved


def book() -> Workbook:
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.append(["项目名称", "累计完成数量", "形象进度"])
    sheet.append(["供热管网改造", 26, "施工"])
    sheet.append(["老旧小区改造", 84, "收尾"])
    return made


@pytest.fixture
def calm(context: Context) -> Context:
    """The housing office with nothing planned, so that nothing lags."""
    return replace(
        context, projects=tuple(replace(p, planned_pct=None, last={}) for p in context.projects)
    )


@pytest.mark.feature("X8")
def test_a_row_crossed_out_is_left_out_and_told(calm: Context) -> None:
    made = book()
    for cell in made.worksheets[0][3]:
        cell.font = Font(strike=True)

    found = examine(saved(made), "月报.xlsx", calm)

    assert [draft.project_code for draft in found.drafts] == ["SF2026-01"]
    assert [told.place for told in found.told] == ["3:3"]
    assert "删除线" in found.told[0].text


@pytest.mark.feature("X8")
def test_a_cell_crossed_out_is_an_error(calm: Context) -> None:
    made = book()
    made.worksheets[0]["B3"].font = Font(strike=True)

    found = examine(saved(made), "月报.xlsx", calm)

    assert [(p.rule, p.cell) for p in found.errors] == [("struck", "B3")]
    assert found.drafts[1].values["cumulative_quantity"] is None


def in_the_cell() -> bytes:
    made = book()
    parts = CellRichText(TextBlock(InlineFont(strike=True), "8"), TextBlock(InlineFont(), "4"))
    made.worksheets[0]["B3"] = parts
    return saved(made)


def in_the_shared_texts() -> bytes:
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer)
    sheet = made.add_worksheet()
    for number, row in enumerate(book().worksheets[0].values):
        sheet.write_row(number, 0, row)
    sheet.write_rich_string("B3", made.add_format({"font_strikeout": True}), "8", "4")
    made.close()
    return buffer.getvalue()


@pytest.mark.feature("X8")
@pytest.mark.parametrize("make", [in_the_cell, in_the_shared_texts])
def test_a_figure_of_which_a_part_is_crossed_out_is_an_error(
    calm: Context, make: Callable[[], bytes]
) -> None:
    found = examine(make(), "月报.xlsx", calm)

    assert [(p.rule, p.cell) for p in found.errors] == [("struck", "B3")]


def test_a_figure_with_a_raised_sign_is_an_error_and_a_text_is_not(calm: Context) -> None:
    made = book()
    raised = InlineFont(vertAlign="superscript")
    made.worksheets[0]["B3"] = CellRichText("84", TextBlock(raised, "1"))
    made.worksheets[0]["C3"] = CellRichText("收尾", TextBlock(raised, "注1"))

    found = examine(saved(made), "月报.xlsx", calm)

    assert [(p.rule, p.cell) for p in found.errors] == [("ambiguous", "B3")]


def test_what_was_mended_is_crossed_out_no_longer(calm: Context) -> None:
    made = book()
    made.worksheets[0]["B3"].font = Font(strike=True)

    found = examine(saved(made), "月报.xlsx", calm, {(made.worksheets[0].title, "B3"): "84"})

    assert found.errors == ()


@pytest.mark.feature("X8")
def test_a_part_of_an_old_workbooks_text_may_be_crossed_out_or_raised(calm: Context) -> None:
    data = (Path(__file__).with_name("files") / "rich.xls").read_bytes()
    everybody = replace(calm, agency=None)

    found = examine(data, "月报.xls", everybody)

    assert [(p.rule, p.cell) for p in found.errors] == [("struck", "B2"), ("ambiguous", "B3")]
    assert found.drafts[2].values["cumulative_quantity"] == 3


def test_a_text_cut_in_two_by_its_record_is_read_whole() -> None:
    first = pack("<II", 2, 2) + pack("<HB", 6, 0) + b"abc"
    rest = bytes([1]) + "长长长".encode("utf-16-le") + pack("<HBH", 3, 8, 1) + b"20"
    last = bytes([0]) + b"6" + pack("<HH", 0, 1)

    assert odd_shared([first, rest, last], ["", STRUCK]) == {1: STRUCK}
