"""The sheets that the living city's units sent in: one workbook a unit and day, in one layout.

Title and 填报单位 lines over one heading row, as units really write them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Cell = str | Decimal | date | None
SHEET = "月报"
HEADINGS = {
    "project_code": "项目编号",
    "project_name": "项目名称",
    "work_item": "子项",
    "unit_of_measure": "计量单位",
    "target_quantity": "全年目标",
    "monthly_quantity": "本月完成",
    "cumulative_quantity": "累计完成",
    "completed_pct": "完成进度（%）",
    "physical_progress": "形象进度",
    "milestone_done": "已完成节点",
    "problem": "存在问题",
    "cause": "滞后原因",
    "measure": "整改措施",
    "forecast_on": "预计完成时间",
    "next_step": "下一步打算",
    "completed_investment_wan": "累计完成投资（万元）",
    "allocated_wan": "累计拨付（万元）",
    "paid_wan": "累计支付（万元）",
}
_WIDE = {"physical_progress", "problem", "cause", "measure", "next_step", "project_name"}
_LINE = Side(style="thin", color="999999")
FIRST_ROW = 4


@dataclass(frozen=True)
class Sheet:
    """A workbook's bytes and, row by row, the cell of every field."""

    data: bytes
    cells: list[dict[str, str]]


def _shown(value: Cell) -> str | Decimal | datetime | None:
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else value  # noqa: DTZ001


def _head(sheet: Worksheet, title: str, agency: str, day: date) -> None:
    last = get_column_letter(len(HEADINGS))
    sheet["A1"] = title
    sheet["A1"].font = Font(size=16, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet.merge_cells(f"A1:{last}1")
    sheet["A2"] = f"填报单位：{agency}    填报日期：{day.year}年{day.month}月{day.day}日"
    sheet.merge_cells(f"A2:{last}2")
    for number, (field, heading) in enumerate(HEADINGS.items(), start=1):
        cell = sheet.cell(row=3, column=number, value=heading)
        cell.font = Font(bold=True)
        cell.border = Border(_LINE, _LINE, _LINE, _LINE)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        width = 36 if field in _WIDE else 13
        sheet.column_dimensions[get_column_letter(number)].width = width


def workbook(title: str, agency: str, day: date, rows: Sequence[dict[str, Cell]]) -> Sheet:
    """Write a unit's rows and say which cell holds what."""
    book = Workbook()
    book.properties.creator = agency
    book.properties.created = book.properties.modified = datetime(day.year, day.month, day.day)  # noqa: DTZ001
    sheet = book.worksheets[0]
    sheet.title = SHEET
    _head(sheet, title, agency, day)
    cells = []
    for number, row in enumerate(rows, start=FIRST_ROW):
        places = {}
        for column, field in enumerate(HEADINGS, start=1):
            cell = sheet.cell(row=number, column=column, value=_shown(row.get(field)))
            cell.border = Border(_LINE, _LINE, _LINE, _LINE)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if isinstance(row.get(field), date):
                cell.number_format = "yyyy-mm-dd"
            places[field] = cell.coordinate
        cells.append(places)
    sheet.freeze_panes = f"C{FIRST_ROW}"
    out = io.BytesIO()
    book.save(out)
    return Sheet(out.getvalue(), cells)
