"""Read .csv and other delimited text."""

from __future__ import annotations

import csv
import io
import re

from dashboard.i18n import _
from dashboard.imports.context import Limits
from dashboard.imports.grid import Book, Grid, Refused
from dashboard.imports.xlsx import bounded

_GUARD = re.compile(r"'+[=+\-@\t\r\x00]")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def read_text(data: bytes, limits: Limits) -> Book:
    """Read delimited text as one sheet of texts. Raises Refused."""
    text = decoded(data)
    csv.field_size_limit(limits.file_bytes)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise _no_table() from error
    width = max(map(len, rows), default=0)
    if width < 2:
        raise _no_table()
    bounded("CSV", len(rows), width, limits)
    cells = [[unguarded(cell) for cell in row] for row in rows]
    return Book("csv", [Grid("CSV", cells, delimited=True)])


def _no_table() -> Refused:
    return Refused(
        _("这是一个文本文件，里面看不到用逗号或制表符分开的列；请上传 Excel 或 WPS 表格。")
    )


def decoded(data: bytes) -> str:
    """Decode as its mark says, else as UTF-8, else as GB18030. Raises Refused for anything else."""
    try:
        for mark, name in _BOMS:
            if data.startswith(mark):
                return _checked(data[len(mark) :].decode(name))
        try:
            return _checked(data.decode("utf-8"))
        except UnicodeDecodeError:
            return _checked(data.decode("gb18030"))
    except UnicodeDecodeError as error:
        raise Refused(
            _("认不出这个文件的内容或编码；请在 Excel 或 WPS 中打开，另存为 .xlsx 后再上传。")
        ) from error


def _checked(text: str) -> str:
    controls = sum(text.count(sign) for sign in map(chr, (*range(9), 14, 15, 16, 27, 127)))
    if controls > len(text) // 100:
        raise Refused(
            _("这不是表格文件，或者已经损坏；请上传 Excel 或 WPS 表格（.xlsx、.xls、.csv）。")
        )
    return text


def _delimiter(text: str) -> str:
    lines = text.splitlines()[:50]
    counts = {sign: sum(line.count(sign) for line in lines) for sign in ("\t", ",", ";", "|", "，")}
    if counts["\t"] >= max(len(lines) // 2, 1):
        return "\t"
    if not any(counts[sign] for sign in "\t,;"):
        return "|" if counts["|"] else "，"
    return "," if counts[","] >= counts[";"] else ";"


def unguarded(text: str) -> str:
    """Take away the apostrophe that keeps a text from being run as a formula."""
    return text[1:] if _GUARD.match(text) else text
