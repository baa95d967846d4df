"""The sheets that the living city's units sent in: one workbook a unit and day, in one layout.

Title and 填报单位 lines over one heading row, as units really write them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped]
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

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
FIRST_ROW = 4


@dataclass(frozen=True)
class Sheet:
    """A workbook's bytes and, row by row, the cell of every field."""

    data: bytes
    cells: list[dict[str, str]]


_GRID = {"border": 1, "border_color": "#999999", "text_wrap": True}
_STYLES = {
    "title": {"font_size": 16, "bold": True, "align": "center"},
    "line": {},
    "heading": {**_GRID, "bold": True, "align": "center", "valign": "vcenter"},
    "cell": {**_GRID, "valign": "top"},
    "day": {**_GRID, "valign": "top", "num_format": "yyyy-mm-dd"},
}


def _at_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001


def workbook(title: str, agency: str, day: date, rows: Sequence[dict[str, Cell]]) -> Sheet:
    """Write a unit's rows and say which cell holds what."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True})
    book.set_properties({"author": agency, "created": _at_midnight(day)})
    styles = {name: book.add_format(style) for name, style in _STYLES.items()}
    sheet, last = book.add_worksheet(SHEET), len(HEADINGS) - 1
    filed = f"填报单位：{agency}    填报日期：{day.year}年{day.month}月{day.day}日"
    sheet.merge_range(0, 0, 0, last, title, styles["title"])
    sheet.merge_range(1, 0, 1, last, filed, styles["line"])
    for column, (field, heading) in enumerate(HEADINGS.items()):
        sheet.write_string(2, column, heading, styles["heading"])
        sheet.set_column(column, column, 36 if field in _WIDE else 13)
    cells = [_write(sheet, FIRST_ROW - 1 + at, row, styles) for at, row in enumerate(rows)]
    sheet.freeze_panes(FIRST_ROW - 1, 2)
    book.close()
    return Sheet(out.getvalue(), cells)


def _write(
    sheet: Worksheet, at: int, row: dict[str, Cell], styles: dict[str, Format]
) -> dict[str, str]:
    places = {}
    for column, field in enumerate(HEADINGS):
        value, style = row.get(field), styles["cell"]
        if isinstance(value, date):
            sheet.write_datetime(at, column, _at_midnight(value), styles["day"])
        elif isinstance(value, str) and value:
            sheet.write_string(at, column, value, style)
        elif isinstance(value, Decimal):
            sheet.write_number(at, column, value, style)
        else:
            sheet.write_blank(at, column, None, style)
        places[field] = xl_rowcol_to_cell(at, column)
    return places
