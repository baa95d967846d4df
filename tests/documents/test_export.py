"""Lists as workbooks and CSV: safe to open, and the same when read in again."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from dashboard.documents.export import export_csv, export_xlsx
from dashboard.imports.context import Limits
from dashboard.imports.files.read import read

CORPUS = [
    "=1+1", "=HYPERLINK(\"http://x\",\"y\")", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\x00=1",
    "'=1", "''=1", "'quoted'", "=cmd|' /C calc'!A0", "-", "+", "@", "=",
    "普通文字", "第一行\n第二行",
        "逗号,引号\"", "_x0041_", " 空格 ", "１２３", "0012", "2026-08-01", "1e5", "100%",
    "😀", "é", "=\n1", "-项目",
]  # fmt: skip


@pytest.mark.safety("OU1")
def test_no_text_becomes_a_formula_in_a_workbook_and_every_text_comes_back() -> None:
    data = export_xlsx("清单", ["甲", "乙"], [[text, "x"] for text in CORPUS])

    cells = [row[0] for row in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [row[0] for row in read(data, Limits()).grids[0].rows[1:]] == CORPUS


@pytest.mark.safety("OU1")
def test_no_text_begins_a_formula_in_csv_and_every_text_comes_back() -> None:
    data = export_csv(["甲", "乙"], [[text, "x"] for text in CORPUS])

    grid = read(data, Limits()).grids[0]
    raw = data.decode("utf-8-sig")
    assert [row[0] for row in grid.rows[1:]] == CORPUS
    assert not any(line.lstrip('"').startswith(("=", "+", "@")) for line in raw.split("\r\n"))


@pytest.mark.safety("OU1")
@pytest.mark.parametrize("number", [-5, Decimal("-1.25"), 0, 12.5, Decimal(962)])
def test_numbers_stay_numbers_negative_ones_too(number: Any) -> None:
    sheet = load_workbook(io.BytesIO(export_xlsx("清单", ["甲"], [[number]]))).worksheets[0]

    assert sheet["A2"].value == float(number)
    assert export_csv(["甲"], [[number]]).decode("utf-8-sig").split("\r\n")[1] == str(number)


def test_days_and_flags_are_written_as_people_read_them() -> None:
    row = [date(2026, 8, 1), True, None]

    sheet = load_workbook(io.BytesIO(export_xlsx("清单:表", ["甲", "乙", "丙"], [row]))).worksheets[
        0
    ]

    assert sheet.title == "清单 表"
    assert sheet["A2"].value.date() == row[0]
    assert [sheet["B2"].value, sheet["C2"].value] == ["是", None]
    assert export_csv(["甲", "乙", "丙"], [row]).decode("utf-8-sig").endswith("2026-08-01,是,\r\n")
