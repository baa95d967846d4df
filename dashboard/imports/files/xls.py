"""Read .xls: values by calamine, and by the records themselves what it leaves out."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dashboard.i18n import _
from dashboard.imports.cells.formats import of_styles
from dashboard.imports.context import Limits
from dashboard.imports.files.grid import STRUCK, Book, Grid, Refused
from dashboard.imports.files.markup import broken
from dashboard.imports.files.ole import OleFile
from dashboard.imports.files.package import too_large
from dashboard.imports.files.quickscan import UNCALCULATED
from dashboard.imports.files.rich import font_look, look_of, odd_own, odd_shared
from dashboard.imports.files.sniff import ole_kind
from dashboard.imports.files.values import sheets_by_calamine
from dashboard.imports.files.xlsx import bounded

_FONT, _SST, _CONTINUE, _LABELSST, _RSTRING = 0x31, 0xFC, 0x3C, 0xFD, 0xD6
_BOUNDSHEET, _FORMAT, _XF, _FILEPASS, _EOF = 0x85, 0x041E, 0xE0, 0x2F, 0x0A
_ROW, _COLINFO, _MULRK, _FORMULA, _BOOLERR = 0x0208, 0x7D, 0xBD, 0x06, 0x0205
_SINGLE = frozenset({0x0203, 0x027E, 0xFD, 0x0204, 0xD6, _BOOLERR, _FORMULA})
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


class _Looks(NamedTuple):
    """What the workbook says for all sheets: styles as meaning and look, fonts, odd texts."""

    styles: list[tuple[str, str]]
    fonts: list[str]
    texts: Mapping[int, str]


_DIMENSIONS, _HIDDEN_ROW = 0x0200, 0x20


def read_xls(data: bytes, limits: Limits) -> Book:
    """Read a workbook. Raises Refused."""
    ole = OleFile(data)
    ole_kind(ole.names)
    name = next(n for n in ("Workbook", "WORKBOOK", "Book", "BOOK") if n in ole.names)
    grids = _scanned(ole.stream(name), limits)
    values = sheets_by_calamine(data)
    book = Book("xls", [])
    for grid, (title, (rows, merges)) in zip(grids, values.items(), strict=False):
        grid.name, grid.rows, grid.merges = title, rows, merges
        book.grids.append(grid)
    if len(book.grids) != len(values):
        raise broken()
    if "_VBA_PROJECT_CUR" in ole.names or "VBA" in ole.names:
        book.told.append(_("文件里的宏没有读取，也不会运行。"))
    return book


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _scanned(stream: bytes, limits: Limits) -> list[Grid]:
    """Pass over the records: formats, faults, hidden rows and columns, bounds of every sheet."""
    customs: dict[int, str] = {}
    formats: list[int] = []
    fonts: list[str] = []
    struck: list[str] = []
    sheets: list[tuple[int, int, str]] = []
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise Refused(
                _("文件设置了打开密码，读不出内容；请在 Excel 或 WPS 中取消密码后再上传。")
            )
        if kind == _BOUNDSHEET:
            at, state, sheet_kind = struct.unpack_from("<IBB", body)
            if sheet_kind == 0:
                sheets.append((at, state, _title(body[6:])))
        elif kind == _FORMAT:
            customs[struct.unpack_from("<H", body)[0]] = _text(body[2:])
        elif kind == _XF:
            font, number = struct.unpack_from("<HH", body)
            formats.append(number)
            struck.append(look_of(fonts, font))
        elif kind == _FONT:
            fonts.append(font_look(body))
        elif kind == _EOF:
            break
    if len(sheets) > limits.sheets:
        raise too_large(_("{count} 张工作表").format(count=len(sheets)))
    styles = list(zip(of_styles(customs, formats), struck, strict=True))
    odd = odd_shared(_shared(stream), fonts) if any(fonts) else {}
    looks = _Looks(styles, fonts, odd)
    return [_sheet(stream, at, state, name, looks, limits) for at, state, name in sheets]


def _shared(stream: bytes) -> list[bytes]:
    """Give the record of the shared texts and those it goes on in."""
    found: list[bytes] = []
    for kind, body in _records(stream, 0):
        if kind == _SST or (kind == _CONTINUE and found):
            found.append(body)
        elif found or kind == _EOF:
            break
    return found


def _text(body: bytes) -> str:
    """Read a format's text: 16-bit length and a flag since Excel 97, 8-bit length before."""
    if len(body) > 3 and struct.unpack_from("<H", body)[0] <= len(body) and body[2] in (0, 1):
        count = struct.unpack_from("<H", body)[0]
        if body[2]:
            return body[3 : 3 + 2 * count].decode("utf-16-le", "replace")
        return body[3 : 3 + count].decode("latin-1")
    return body[1:].decode("gb18030", "replace")


def _title(body: bytes) -> str:
    """Read a sheet's name, to be shown only: 8-bit length, then a flag since Excel 97."""
    if body[1:2] == b"\x01":
        return body[2 : 2 + 2 * body[0]].decode("utf-16-le", "replace")
    return body[1 + (body[1:2] == b"\x00") :][: body[0]].decode("gb18030", "replace")


def _sheet(stream: bytes, at: int, state: int, name: str, looks: _Looks, limits: Limits) -> Grid:
    grid = Grid(name, [], visible=not state & 3)
    rows = columns = 0
    for kind, body in _records(stream, at):
        if kind in _SINGLE:
            row, column = _cell(grid, looks, kind, body)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == _MULRK:
            row, first = struct.unpack_from("<HH", body)
            for number, place in enumerate(range(4, len(body) - 2, 6)):
                style = struct.unpack_from("<H", body, place)[0]
                _style(grid, looks, row, first + number, style)
                columns = max(columns, first + number + 1)
            rows = max(rows, row + 1)
        elif kind == _ROW and struct.unpack_from("<H", body, 12)[0] & _HIDDEN_ROW:
            grid.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLINFO and struct.unpack_from("<H", body, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", body)
            grid.hidden_columns.update(range(first, min(last, limits.columns) + 1))
        elif kind == _DIMENSIONS:
            _check_dimensions(body)
        elif kind == _EOF:
            break
    bounded(grid.name, rows, columns, limits)
    return grid


def _cell(grid: Grid, looks: _Looks, kind: int, body: bytes) -> tuple[int, int]:
    """Note what a cell's value alone does not say; give its row and column."""
    row, column, style = struct.unpack_from("<3H", body)
    _style(grid, looks, row, column, style)
    if how := _odd_text(kind, body, looks):
        grid.odd[row, column] = how
    if fault := _fault(kind, body):
        grid.faults[row, column] = fault
    return row, column


def _check_dimensions(body: bytes) -> None:
    """Raise Refused where a sheet claims more than the format holds: readers reserve room by it."""
    shape = "<IIHH" if len(body) == 14 else "<4H"
    first_row, last_row, first_column, last_column = struct.unpack_from(shape, body)
    if not (first_row <= last_row <= 65_536 and first_column <= last_column <= 256):
        raise broken()


def _style(grid: Grid, looks: _Looks, row: int, column: int, style: int) -> None:
    shown, look = looks.styles[style] if style < len(looks.styles) else ("", "")
    if shown:
        grid.shown_as[row, column] = shown
    if look == STRUCK:
        grid.odd[row, column] = STRUCK


def _odd_text(kind: int, body: bytes, looks: _Looks) -> str:
    """Say whether a part of a cell's text is crossed out or raised."""
    if kind == _LABELSST and looks.texts:
        return looks.texts.get(struct.unpack_from("<I", body, 6)[0], "")
    return odd_own(body, looks.fonts) if kind == _RSTRING else ""


def _fault(kind: int, body: bytes) -> str:
    if kind == _BOOLERR and body[7]:
        return _ERRORS.get(body[6], "#")
    if kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
        return _ERRORS.get(body[8], UNCALCULATED)
    return ""
