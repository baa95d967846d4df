"""Keep the results of formulas in a workbook that openpyxl wrote: it writes formulas alone."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.utils.datetime import to_excel

from dashboard.imports.files.grid import Grid, position
from dashboard.imports.files.package import sheet_parts

_FORMULA = re.compile(
    r'<c r="(?P<cell>[A-Z]+\d+)"(?P<rest>[^>]*)>(?P<formula><f[^>]*(?:/>|>[^<]*</f>))'
    r"(?:<v ?/>|<v></v>)?</c>"
)


def with_results(book: bytes, grids: Mapping[str, Grid]) -> bytes:
    """Put the results that stood in the sheets read back behind their formulas.

    Without them a workbook that nobody opened since would hold formulas nobody calculated.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name, path in sheet_parts(parts).items():
        if name in grids and b"<f" in parts[path]:
            parts[path] = _kept(parts[path].decode(), grids[name]).encode()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return buffer.getvalue()


def _kept(xml: str, grid: Grid) -> str:
    def cell(found: re.Match[str]) -> str:
        row, column = spot = position(found["cell"])
        cells = grid.rows[row] if row < len(grid.rows) else []
        value = cells[column] if column < len(cells) else ""
        kind, text = _written(grid.faults.get(spot) or value, is_fault=spot in grid.faults)
        if not text:
            return found[0]
        return f'<c r="{found["cell"]}"{found["rest"]}{kind}>{found["formula"]}<v>{text}</v></c>'

    return _FORMULA.sub(cell, xml)


def _written(value: Any, *, is_fault: bool) -> tuple[str, str]:
    """Give the type attribute and the text of a kept result; no text where there is none."""
    if is_fault:
        return ' t="e"', "" if value == "?" else escape(str(value))
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, str):
        return ' t="str"', escape(value)
    if isinstance(value, date):
        return "", repr(to_excel(value))  # type: ignore[no-untyped-call]
    return "", repr(value) if isinstance(value, int | float) else ""
