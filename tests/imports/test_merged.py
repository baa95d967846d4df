"""Cells merged over rows: texts and days hold for all of them, a figure is never counted once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from dashboard.imports.context import Context
from dashboard.imports.examination import Examination
from dashboard.imports.sheet import examine
from tests.imports.conftest import saved

HEAD = ["项目名称", "累计完成数量", "完成进度", "形象进度", "预计完成时间"]


def read(context: Context, merge: str, *rows: list[Any], **edits: str) -> Examination:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (HEAD, *rows):
        sheet.append(row)
    sheet.merge_cells(merge)
    calm = replace(context, projects=tuple(replace(p, planned_pct=None) for p in context.projects))
    given = {("Sheet", cell): text for cell, text in edits.items()}
    return examine(saved(book), "月报.xlsx", calm, given)


PIPES = ["供热管网改造", 26, "65%", "施工", date(2026, 10, 31)]
ESTATES = ["老旧小区改造", 100, "83%", "收尾", None]


@pytest.mark.feature("X8")
@pytest.mark.parametrize(("merge", "cell"), [("B2:B3", "B3"), ("C2:C3", "C3"), ("B2:C2", "C2")])
def test_a_figure_merged_over_cells_is_an_error_of_the_other_cell(
    context: Context, merge: str, cell: str
) -> None:
    found = read(context, merge, PIPES, ESTATES)

    assert [(p.rule, p.cell) for p in found.errors] == [("merged_figure", cell)]
    assert merge[:2] in found.errors[0].message


@pytest.mark.parametrize(("text", "value"), [("83%", Decimal(83)), ("", None)])
def test_the_cell_mended_by_itself_passes(
    context: Context, text: str, value: Decimal | None
) -> None:
    found = read(context, "C2:C3", PIPES, ESTATES, C3=text)

    assert found.errors == ()
    assert [draft.values["completed_pct"] for draft in found.drafts] == [Decimal(65), value]


def test_texts_and_days_merged_over_rows_hold_for_all_of_them(context: Context) -> None:
    found = read(context, "E2:E3", PIPES, ESTATES)

    assert found.errors == ()
    assert [draft.values["forecast_on"] for draft in found.drafts] == [date(2026, 10, 31)] * 2
    assert found.drafts[1].cell("forecast_on").cell == "E2"


def test_nothing_merged_over_figures_is_nothing(context: Context) -> None:
    found = read(context, "B2:C2", ["供热管网改造", "无", None, "施工", None])

    assert found.errors == ()
