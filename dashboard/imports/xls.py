"""Read .xls: values by calamine."""

from __future__ import annotations

from dashboard.imports.context import Limits
from dashboard.imports.grid import Book, Grid
from dashboard.imports.sniff import ole_kind
from dashboard.imports.values import sheets_by_calamine


def read_xls(data: bytes, limits: Limits) -> Book:
    """Read a workbook. Raises Refused."""
    names = {
        n
        for n in ("EncryptedPackage", "Workbook", "Book", "WordDocument", "PowerPoint Document")
        if n.encode("utf-16-le") in data
    }
    ole_kind(names)
    return Book("xls", [Grid(name, rows) for name, rows in sheets_by_calamine(data).items()])
