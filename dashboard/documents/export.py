"""Any list as a workbook or as CSV: safe to open, and fit to be read in again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

_DANGEROUS = re.compile(r"'*[=+\-@\t\r\x00]")
_ILLEGAL = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_767
_WIDEST = 60
_MEASURED = 200
_TITLE = re.compile(r"[\[\]:*?/\\']")


def guarded(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def export_xlsx(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Write a list as .xlsx: texts stay texts, numbers numbers, days days.

    The header is the first row, so that the file can be read in again as it is.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(_TITLE.sub(" ", title)[:31].strip() or None)
    head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    widths = [len(column) * 2 for column in columns]
    for index, column in enumerate(columns):
        sheet.write_string(0, index, column, head)
    for number, row in enumerate(rows, 1):
        for index, value in enumerate(row):
            _cell(sheet, number, index, value, day, moment)
            if number <= _MEASURED:
                widths[index] = max(widths[index], len(str(value)) * 2)
    for index, width in enumerate(widths):
        sheet.set_column(index, index, min(max(width, 8), _WIDEST))
    sheet.freeze_panes(1, 0)
    if columns:
        sheet.autofilter(0, 0, 0, len(columns) - 1)
    book.close()
    return buffer.getvalue()


def _cell(sheet: Any, row: int, column: int, value: Any, day: Any, moment: Any) -> None:
    """Write a value by its type; what is neither number nor date is a text, never a formula."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否")
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), moment)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    else:
        sheet.write_string(row, column, _ILLEGAL.sub("", str(value))[:_LONGEST])


def export_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Write a list as CSV in UTF-8 with its mark, so that Excel and WPS show Chinese."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([guarded(column) for column in columns])
    for row in rows:
        writer.writerow([_plain(value) for value in row])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return guarded(str(value))
