"""Read .xlsx and .xlsm: values by calamine, and by the sheets' own XML what it leaves out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from dashboard.i18n import _
from dashboard.imports.context import Limits
from dashboard.imports.files.grid import STRUCK, Book, Grid, Refused, index, letter
from dashboard.imports.files.looks import look
from dashboard.imports.files.markup import run, walk
from dashboard.imports.files.package import Package, SheetPart, opened, repacked, too_large
from dashboard.imports.files.quickscan import UNCALCULATED, quickly_scanned
from dashboard.imports.files.values import sheets_by_calamine

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_MERGES = 100_000


class _Scan:
    """A pass over one sheet's XML; rows and columns are counted from 0."""

    def __init__(self, name: str, styles: list[str], limits: Limits) -> None:
        self.grid = Grid(name, [])
        self.styles = {str(number): shown for number, shown in enumerate(styles) if shown}
        self.limits = limits
        self.struck: frozenset[str] = frozenset()
        self.odd_texts: dict[str, str] = {}
        self.row = self.column = self.high_row = self.high_column = -1
        self.row_text = ""
        self.watched = ""
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.on_start
        self.handlers: dict[str, Callable[[dict[str, str]], None]] = {}
        self.known: dict[str, Callable[[dict[str, str]], None]] = {
            "c": self.on_cell,
            "v": self.on_value,
            "is": self.on_value,
            "f": self.on_formula,
            "row": self.on_row,
            "col": self.on_columns,
            "mergeCell": self.on_merge,
            "strike": self.on_strike,
            "vertAlign": self.on_raised,
        }

    def on_start(self, tag: str, attributes: dict[str, str]) -> None:
        handler = self.handlers.get(tag)
        if handler is None:
            handler = self.known.get(tag.rpartition(":")[2], _ignore)
            self.handlers[tag] = handler
        handler(attributes)

    def on_row(self, attributes: dict[str, str]) -> None:
        self.settle()
        number = attributes.get("r")
        self.row = int(number) - 1 if number else self.row + 1
        self.row_text = number or str(self.row + 1)
        self.column = -1
        if attributes.get("hidden") in ("1", "true") or _is_zero(attributes.get("ht")):
            self.grid.hidden_rows.add(self.row)

    def on_cell(self, attributes: dict[str, str]) -> None:
        if self.watched:
            self.settle()
        name = attributes.get("r")
        if name is None:
            self.column += 1
        elif name.endswith(self.row_text):
            self.column = index(name[: -len(self.row_text)])
        else:
            self.move(name)
        style = attributes.get("s")
        if style is not None and (shown := self.styles.get(style)):
            self.grid.shown_as[self.row, self.column] = shown
        if style in self.struck:
            self.grid.odd[self.row, self.column] = STRUCK
        if attributes.get("t") in ("e", "str") or (self.odd_texts and attributes.get("t") == "s"):
            self.watched = attributes["t"]

    def move(self, name: str) -> None:
        if found := _CELL.fullmatch(name):
            self.row, self.column = int(found[2]) - 1, index(found[1].upper())

    def on_value(self, _attributes: dict[str, str]) -> None:
        if self.column > self.high_column:
            self.high_column = self.column
        if self.row > self.high_row:
            self.high_row = self.row
            if self.row >= self.limits.rows:
                bounded(self.grid.name, self.row + 1, self.high_column + 1, self.limits)
        if self.watched:
            self.parser.CharacterDataHandler = self.on_text

    def on_formula(self, _attributes: dict[str, str]) -> None:
        if not self.watched:
            self.watched = "f"

    def on_text(self, text: str) -> None:
        if self.watched == "e":
            self.grid.faults[self.row, self.column] = text
        elif self.watched == "s":
            if text in self.odd_texts:
                self.grid.odd[self.row, self.column] = self.odd_texts[text]
        elif text.strip():
            self.watched = "str"

    def on_strike(self, attributes: dict[str, str]) -> None:
        self._look("strike", attributes)

    def on_raised(self, attributes: dict[str, str]) -> None:
        self._look("vertAlign", attributes)

    def _look(self, tag: str, attributes: dict[str, str]) -> None:
        if how := look(tag, attributes):
            self.grid.odd[self.row, self.column] = how

    def settle(self) -> None:
        """Close a watched cell: a formula whose result was not kept is a fault."""
        if self.watched == "f":
            self.grid.faults[self.row, self.column] = UNCALCULATED
        self.parser.CharacterDataHandler = None
        self.watched = ""

    def on_columns(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in ("1", "true") or _is_zero(attributes.get("width")):
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            self.grid.hidden_columns.update(range(first - 1, min(last, self.limits.columns)))

    def on_merge(self, attributes: dict[str, str]) -> None:
        first, _colon, last = attributes.get("ref", "").partition(":")
        start, end = _CELL.fullmatch(first), _CELL.fullmatch(last or first)
        if start and end and len(self.grid.merges) < _MERGES:
            top, left = int(start[2]) - 1, index(start[1].upper())
            self.grid.merges.append((top, left, int(end[2]) - 1, index(end[1].upper())))


def _is_zero(size: str | None) -> bool:
    """Say whether a height or a width is nothing: 0 or 0.0."""
    return size is not None and not size.strip("0.")


def _ignore(_attributes: dict[str, str]) -> None:
    pass


def scanned(
    xml: bytes,
    name: str,
    styles: list[str],
    limits: Limits,
    struck: frozenset[str] = frozenset(),
    odd_texts: dict[str, str] | None = None,
) -> Grid:
    """Pass over a sheet's XML: formats, faults, hidden rows and columns, merges.

    `struck` are the styles whose text is crossed out, `odd_texts` the shared texts that are so in
    part. Raises Refused where the cells reach further than a grid may: another reader would take
    memory for everything between them.
    """
    scan = _Scan(name, styles, limits)
    scan.struck, scan.odd_texts = struck, odd_texts or {}
    run(scan.parser, xml)
    scan.settle()
    rows, columns = scan.high_row + 1, scan.high_column + 1
    bounded(name, rows, columns, limits)
    return scan.grid


def bounded(name: str, rows: int, columns: int, limits: Limits) -> None:
    """Raise Refused where a sheet's cells reach further than the limits allow."""
    cell = f"{letter(max(columns - 1, 0))}{rows}"
    if rows > limits.rows or columns > limits.columns:
        text = _(
            "工作表“{sheet}”的内容一直到 {cell}，超出 {rows} 行 {columns} 列的上限；"
            "请删去表格以外的零散内容，或分成几个文件上传。"
        )
        values = {"sheet": name, "cell": cell, "rows": limits.rows, "columns": limits.columns}
        raise Refused(text.format(**values))
    if rows * columns > limits.cells:
        raise too_large(_("工作表“{sheet}”到 {cell}").format(sheet=name, cell=cell))


def read_xlsx(data: bytes, limits: Limits) -> Book:
    """Read a workbook. Raises Refused."""
    package = opened(data, limits)
    if len(package.sheets) > limits.sheets:
        raise too_large(_("{count} 张工作表").format(count=len(package.sheets)))
    grids = [_scanned(package, sheet, limits) for sheet in package.sheets]
    for name in ("xl/sharedStrings.xml", "[Content_Types].xml"):
        walk(package.parts.get(name, b"<none/>"), _nothing)
    book = Book("xlsm" if package.macros else "xlsx", grids)
    if package.macros:
        book.told.append(_("文件里的宏没有读取，也不会运行。"))
    packed = repacked(package)
    del package
    values = sheets_by_calamine(packed)
    for grid in grids:
        grid.rows = values[grid.name][0] if grid.name in values else []
    return book


def _nothing(_tag: str, _attributes: dict[str, Any]) -> None:
    pass


def _scanned(package: Package, sheet: SheetPart, limits: Limits) -> Grid:
    xml, styles = package.parts[sheet.path], package.styles
    odd = package.struck or package.odd_texts or b"<strike" in xml or b"superscript" in xml
    grid = None if odd else quickly_scanned(xml, sheet.name, styles, limits, _MERGES)
    if grid is None:
        grid = scanned(xml, sheet.name, styles, limits, package.struck, package.odd_texts)
    grid.visible = sheet.state == "visible"
    return grid
