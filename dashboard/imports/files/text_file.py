"""Read .csv and other delimited text."""

from __future__ import annotations

import csv
import io
import re

from dashboard.i18n import _
from dashboard.imports.cells.numerals import word_set
from dashboard.imports.context import Limits
from dashboard.imports.files.grid import Book, Grid, Refused
from dashboard.imports.files.xlsx import bounded

_GUARD = re.compile(r"'+[=+\-@\t\r\x00]")
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_FAULTS = word_set("#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A")
_LOOKED_AT, _ONE_IN = 4096, 40
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def read_text(data: bytes, limits: Limits) -> Book:
    """Read delimited text as one sheet of texts. Raises Refused."""
    text = decoded(data)
    csv.field_size_limit(limits.file_bytes)
    lines = io.StringIO(text, newline="")
    try:
        rows = list(csv.reader(lines, delimiter=_delimiter(text), strict='"' in text))
    except csv.Error as error:
        raise _unpaired() from error
    width = max(map(len, rows), default=0)
    if width < 2:
        raise _no_table()
    bounded("CSV", len(rows), width, limits)
    cells = [[unguarded(cell) for cell in row] for row in rows]
    grid = Grid("CSV", cells, delimited=True)
    if "#" in text:
        for number, row in enumerate(cells):
            for column, cell in enumerate(row):
                if cell.strip() in _FAULTS:
                    grid.faults[number, column] = cell.strip()
    return Book("csv", [grid])


def _unpaired() -> Refused:
    return Refused(
        _(
            "这个文本文件里的引号不成对，分不清哪些内容是一格；"
            "请在 Excel 或 WPS 中另存为 .xlsx 后上传。"
        )
    )


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
        if wide := _wide(data):
            return _checked(data.decode(wide))
        try:
            return _checked(data.decode("utf-8"))
        except UnicodeDecodeError:
            return _checked(data.decode("gb18030"))
    except UnicodeDecodeError as error:
        raise Refused(
            _("认不出这个文件的内容或编码；请在 Excel 或 WPS 中打开，另存为 .xlsx 后再上传。")
        ) from error


def _wide(data: bytes) -> str:
    """Name the encoding of two bytes a sign that a text without a mark is in, by its NULs."""
    low, high = data[:_LOOKED_AT:2].count(0), data[1:_LOOKED_AT:2].count(0)
    least = min(len(data), _LOOKED_AT) // _ONE_IN
    if len(data) % 2 or max(low, high) < max(least, 2) or min(low, high):
        return ""
    return "utf-16-le" if high else "utf-16-be"


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
    if found := _TEXT_FORMULA.fullmatch(text):
        return found[1]
    return text[1:] if _GUARD.match(text) else text
