"""Bytes to sheets, whatever the file calls itself."""

from __future__ import annotations

import struct
import zipfile
import zlib

from dashboard.i18n import _
from dashboard.imports.context import Limits
from dashboard.imports.files.grid import Book, Grid, Refused
from dashboard.imports.files.markup import broken
from dashboard.imports.files.sniff import misnamed, sniffed

MARK_SHEET = "_template"
MARK = "minsheng-template"
DAMAGE = (
    ArithmeticError,
    EOFError,
    LookupError,
    NotImplementedError,
    RecursionError,
    RuntimeError,
    StopIteration,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What readers raise over bytes that no spreadsheet program wrote."""


def read(data: bytes, limits: Limits, name: str = "") -> Book:
    """Read a file into sheets. Raises Refused, whose text is one sentence for the person.

    The content decides what it is; a `name` that promises something else is told.

    Every reader is imported when it is needed: most files need one.
    """
    too_many_bytes(len(data), limits)
    try:
        book = _read(data, limits)
    except DAMAGE as error:
        raise broken() from error
    if told := misnamed(name, book.file_kind):
        book.told.append(told)
    marks = [grid for grid in book.grids if grid.name == MARK_SHEET]
    if marks:
        book.mark = _mark(marks[0])
        book.grids = [grid for grid in book.grids if grid.name != MARK_SHEET]
    if not any(any(row) for grid in book.grids for row in grid.rows):
        raise Refused(_("文件里没有任何内容；请检查是否选错了文件，或重新保存后再上传。"))
    return book


def too_many_bytes(size: int, limits: Limits) -> None:
    """Raise Refused where a file is larger than a file may be."""
    if size > limits.file_bytes:
        raise Refused(
            _(
                "文件有 {size} MB，超过 {limit} MB 的上限；请删去图片和无关的工作表后再上传。"
            ).format(size=round(size / 2**20, 1), limit=limits.file_bytes // 2**20)
        )


def _read(data: bytes, limits: Limits) -> Book:
    kind = sniffed(data)
    if kind == "zip":
        from dashboard.imports.files.xlsx import read_xlsx

        return read_xlsx(data, limits)
    if kind == "ole":
        from dashboard.imports.files.xls import read_xls

        return read_xls(data, limits)
    from dashboard.imports.files.text_file import read_text

    return read_text(data, limits)


def _mark(grid: Grid) -> dict[str, str]:
    pairs = {str(row[0]): str(row[1]) for row in grid.rows if len(row) > 1}
    return pairs if MARK in pairs else {}
