"""A planted unit with its projects, and workbooks made by hand."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from dashboard.imports.context import Agency, Context, Project, SheetKind, WorkItem

HOUSING = Agency("ZJ", "市住房和城乡建设局", ("住建局", "市住建局"))
EDUCATION = Agency("JY", "市教育局", ("教育局",))
PIPES = Project(
    "SF2026-01",
    "供热管网改造",
    "ZJ",
    Decimal(40),
    "公里",
    Decimal(60),
    date(2026, 11, 30),
    last={"cumulative_quantity": Decimal(20), "completed_pct": Decimal(50)},
)
ESTATES = Project(
    "SF2026-02",
    "老旧小区改造",
    "ZJ",
    Decimal(120),
    "个",
    Decimal(60),
    work_items=(
        WorkItem("SF2026-02-1", "屋面防水", Decimal(50), "个", Decimal(60)),
        WorkItem("SF2026-02-2", "外墙保温", Decimal(70), "个", Decimal(60)),
    ),
)
SCHOOLS = Project("SF2026-03", "新建公办幼儿园", "JY", Decimal(6), "所", Decimal(50))

Make = Callable[..., bytes]


def workbook(rows: Sequence[Sequence[Any]], name: str = "Sheet1", **formats: str) -> bytes:
    """Make a workbook of one sheet; `formats` are number formats by cell name."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = name
    for row, values in enumerate(rows, 1):
        for column, value in enumerate(values, 1):
            if value is not None:
                sheet.cell(row, column, value)
    for cell, code in formats.items():
        sheet[cell].number_format = code
    return saved(book)


def saved(book: Workbook) -> bytes:
    """Give a workbook's bytes."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def context() -> Context:
    """The housing office, reporting August 2026."""
    return Context(
        SheetKind.MONTHLY,
        date(2026, 8, 1),
        HOUSING,
        (HOUSING, EDUCATION),
        (PIPES, ESTATES, SCHOOLS),
    )


@pytest.fixture
def plan_context(context: Context) -> Context:
    """The housing office, planning 2026."""
    return replace(context, kind=SheetKind.PLAN)
