"""The quick pass over a sheet finds what the parser finds."""

from __future__ import annotations

import io
from datetime import date

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from dashboard.imports.context import Limits
from dashboard.imports.files.package import opened
from dashboard.imports.files.quickscan import quickly_scanned
from dashboard.imports.files.xlsx import scanned
from tests.imports import hostile
from tests.imports.deformed import deformed

LIMITS = Limits()


def both(data: bytes) -> None:
    package = opened(data, LIMITS)
    for sheet in package.sheets:
        xml = package.parts[sheet.path]
        quick = quickly_scanned(xml, sheet.name, package.styles, LIMITS, 100)

        assert quick == scanned(xml, sheet.name, package.styles, LIMITS)


@pytest.mark.parametrize("seed", range(30))
def test_the_quick_pass_agrees_with_the_parser(seed: int) -> None:
    made = deformed(seed)
    if made.name.endswith(".xlsx"):
        both(made.data)


def test_it_agrees_on_formulas_errors_formats_and_what_is_hidden() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    percent = book.add_format({"num_format": "0%"})
    sheet.write_number(0, 0, 0.5, percent)
    sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
    sheet.write_formula(2, 0, "=A1", None, "")
    sheet.write_formula(3, 0, '=IF(A1>0,"x","")', percent, "x")
    sheet.write_datetime(4, 0, date(2026, 8, 1), book.add_format({"num_format": "yyyy-mm"}))
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column(2, 4, None, None, {"hidden": True})
    sheet.merge_range(6, 0, 8, 1, "合并")
    book.close()

    both(buffer.getvalue())


@pytest.mark.parametrize(
    "xml",
    [
        b"<worksheet><!-- <c r='A1' s='1'/> --></worksheet>",
        b"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>",
        b"<x:worksheet/>",
        "<worksheet/>".encode("utf-16"),
    ],
)
def test_what_is_not_plain_is_left_to_the_parser(xml: bytes) -> None:
    assert quickly_scanned(xml, "", [], LIMITS, 100) is None


@pytest.mark.safety("UP6")
def test_what_reaches_far_is_left_to_the_parser() -> None:
    package = opened(hostile.far_cell(), LIMITS)

    xml = package.parts[package.sheets[0].path]

    assert quickly_scanned(xml, "", [], LIMITS, 100) is None


@pytest.mark.parametrize("size", ["0", "0.0", "0.00"])
def test_a_row_and_a_column_of_no_size_are_hidden_for_both(size: str) -> None:
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cols>'
        f'<col min="2" max="2" width="{size}"/></cols><sheetData>'
        f'<row r="1" ht="{size}"><c r="A1"><v>1</v></c></row>'
        '<row r="2" ht="0.75"><c r="A2"><v>2</v></c></row></sheetData></worksheet>'
    ).encode()

    quick = quickly_scanned(xml, "表", [], LIMITS, 100)
    whole = scanned(xml, "表", [], LIMITS)

    assert quick == whole
    assert (whole.hidden_rows, whole.hidden_columns) == ({0}, {1})
