"""The same workbook back: wrong cells coloured, each with a comment that says what would pass."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections import defaultdict
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.merge import MergedCellRange
from openpyxl.worksheet.worksheet import Worksheet

from dashboard.i18n import _
from dashboard.imports.cells.formats import PERCENT, SCALED
from dashboard.imports.context import Limits
from dashboard.imports.examination import Examination, Level, Problem, Table, row_of
from dashboard.imports.files.grid import STRUCK, Book, Grid, is_cell, letter
from dashboard.imports.files.read import read
from dashboard.imports.files.results import with_results
from dashboard.imports.rules import rule_name
from dashboard.imports.sheet import REPORT_MARK, REPORT_SHEET, Edits

_COLOURS = {Level.ERROR: "FFC7CE", Level.WARNING: "FFEB9C", Level.NOTICE: "DDEBF7"}
_FORMATS = {PERCENT: "0.######%", SCALED: "0,"}
_MENDED = "E2EFDA"
_WORDS = {Level.ERROR: "错误", Level.WARNING: "警告", Level.NOTICE: "提示"}
_WIDTHS = (8, 16, 10, 18, 24, 48, 48)
_AUTHOR = "民生实事"


def annotate(data: bytes, name: str, examination: Examination, edits: Edits | None = None) -> bytes:
    """Give the workbook back as .xlsx with its problems marked and listed on a first sheet.

    An .xlsx keeps its formats; .xls and .csv come back with their values, macros do not come back.
    What a person wrote in the preview stands in its cells, so that only the marked ones are left.
    """
    source = read(data, Limits())
    book = _own(data) if source.file_kind in ("xlsx", "xlsm") else None
    book = book or _from_values(source)
    for (sheet, cell), text in (edits or {}).items():
        if sheet in book.sheetnames:
            _mend(book[sheet], cell, text, [t for t in examination.tables if t.sheet == sheet])
    for title in [title for title in book.sheetnames if title == REPORT_SHEET]:
        del book[title]
    by_cell: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for problem in examination.problems:
        if problem.sheet in book.sheetnames and problem.cell:
            by_cell[problem.sheet, problem.cell].append(problem)
    for (sheet, cell), problems in by_cell.items():
        _mark(book[sheet], cell, problems)
    _list(book, examination)
    buffer = io.BytesIO()
    book.save(buffer)
    return with_results(buffer.getvalue(), {grid.name: grid for grid in source.grids})


def _own(data: bytes) -> Workbook | None:
    """Open the workbook with its formats; None where openpyxl cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(data))
    except (LookupError, ValueError, TypeError, AttributeError, OSError, zipfile.BadZipFile):
        return None


def _from_values(source: Book) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for grid in source.grids:
        sheet = book.create_sheet(grid.name[:31])
        for row, cells in enumerate(grid.rows, 1):
            for column, value in enumerate(cells, 1):
                if value != "":
                    _write(sheet.cell(row, column), value)
        _keep_meaning(sheet, grid)
        for top, left, bottom, right in grid.merges:
            sheet.merge_cells(
                start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
            )
        if not grid.visible:
            sheet.sheet_state = "hidden"
    return book


def _part(sheet: Worksheet, merged: MergedCellRange) -> None:
    """Part a merge; what showed in all of its cells then stands in each of them."""
    first = sheet.cell(merged.min_row, merged.min_col)
    sheet.unmerge_cells(merged.coord)
    for row, column in merged.cells:
        cell = sheet.cell(row, column)
        _write(cell, first.value)
        cell.number_format = first.number_format


def _keep_meaning(sheet: Worksheet, grid: Grid) -> None:
    """Keep what the values alone do not say: formats, faults, what is hidden."""
    for (row, column), shown in grid.shown_as.items():
        words = shown.removeprefix("=").replace('"', "")
        code = _FORMATS.get(shown) or (f'General"{words}"' if shown.startswith("=") else shown)
        sheet.cell(row + 1, column + 1).number_format = code
    for (row, column), fault in grid.faults.items():
        sheet.cell(row + 1, column + 1).value = fault if fault.startswith("#") else "#N/A"
    for row, column in (spot for spot, how in grid.odd.items() if how == STRUCK):
        sheet.cell(row + 1, column + 1).font = Font(strike=True)
    for row in grid.hidden_rows:
        sheet.row_dimensions[row + 1].hidden = True
    for column in grid.hidden_columns:
        sheet.column_dimensions[letter(column)].hidden = True


def _write(cell: Cell | MergedCell, value: Any) -> None:
    """Write a value so that a text stays a text, whatever it begins with."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def _mend(sheet: Worksheet, name: str, text: str, tables: list[Table]) -> None:
    """Write what a person wrote in the preview, as text; what lacks a column gets one."""
    if not is_cell(name):
        row = row_of(name)
        name = name.removesuffix(str(row))
        found = next((t for t in tables if t.first_row <= row <= t.last_row), None)
        if found is None or not text.strip():
            return
        heads = {cell.value: cell.column for cell in sheet[found.header_row]}
        column = heads.get(name) or sheet.max_column + 1
        # On a card what it lacks stands behind its label, in the row that names the project.
        sheet.cell(row if found.cards else found.header_row, column, name)
        cell = sheet.cell(row, column + found.cards)
    else:
        for merged in [m for m in sheet.merged_cells.ranges if name in m]:
            _part(sheet, merged)
        cell = sheet[name]
    _write(cell, text or None)
    cell.number_format = "@"
    cell.fill = PatternFill("solid", start_color=_MENDED)


def _mark(sheet: Worksheet, name: str, problems: list[Problem]) -> None:
    cell = sheet[name]
    if not isinstance(cell, Cell):
        merged = next(found for found in sheet.merged_cells.ranges if name in found)
        cell = sheet.cell(merged.min_row, merged.min_col)
    worst = min(problems, key=lambda problem: list(_COLOURS).index(problem.level))
    cell.fill = PatternFill("solid", start_color=_COLOURS[worst.level])
    form = _("【{level}】{problem}。{remedy}")
    text = "\n".join(
        form.format(level=_(_WORDS[p.level]), problem=p.message, remedy=p.remedy) for p in problems
    )
    if cell.comment and cell.comment.author != _AUTHOR:
        text = f"{text}\n\n{cell.comment.text}"
    cell.comment = Comment(text, _AUTHOR, height=110, width=320)


def _list(book: Workbook, examination: Examination) -> None:
    sheet = book.create_sheet(REPORT_SHEET, 0)
    counts = {level: sum(p.level is level for p in examination.problems) for level in Level}
    sheet["A1"] = _("{errors} 个错误，{warnings} 个警告").format(
        errors=counts[Level.ERROR], warnings=counts[Level.WARNING]
    )
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["D1"] = REPORT_MARK
    titles = (
        _("级别"),
        _("工作表"),
        _("单元格"),
        _("规则"),
        _("现在的内容"),
        _("问题"),
        _("怎样才能通过"),
    )
    for column, title in enumerate(titles, 1):
        sheet.cell(2, column, title).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(2, column).column_letter].width = _WIDTHS[column - 1]
    for row, problem in enumerate(examination.problems, 3):
        _line(sheet, row, problem)
    sheet.freeze_panes = "A3"
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False


def _line(sheet: Worksheet, row: int, problem: Problem) -> None:
    word = _(_WORDS[problem.level])
    texts = (
        word,
        problem.sheet,
        problem.cell,
        rule_name(problem.rule),
        problem.raw,
        problem.message,
        problem.remedy,
    )
    for column, text in enumerate(texts, 1):
        cell = sheet.cell(row, column)
        _write(cell, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    if problem.cell:
        quoted = problem.sheet.replace("'", "''")
        link = Hyperlink(ref=f"C{row}", location=f"'{quoted}'!{problem.cell}")
        sheet.cell(row, 3).hyperlink = link
        sheet.cell(row, 3).font = Font(color="0563C1", underline="single")
    sheet.cell(row, 1).fill = PatternFill("solid", start_color=_COLOURS[problem.level])
