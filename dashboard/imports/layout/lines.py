"""What each line under a header is: data, a total, a chapter, a remark, nothing."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from enum import StrEnum
from itertools import pairwise
from typing import Any

from dashboard.imports.columns.headings import squeezed
from dashboard.imports.files.grid import Grid
from dashboard.imports.layout.tables import Cover, is_note, is_ordinal

_TOTAL = re.compile(
    r"(?:[一-龥]{0,10}[(（]?(?:合计|小计|总计|共计|总和|汇总)[)）]?(?:[(（]?\d+[项个件](?:项目|工程|实事)?[)）]?)?|全[市区县省州]|[一-龥]{0,8}小计|共\d+[项个件](?:项目|工程|实事)?)[:：]?"
)
_SUM = "累计"
_AVERAGE = re.compile(r"(?:[一-龥]{0,4}平均(?:值|数|进度|完成率|完成进度|水平)?|均值)[:：]?")
_CHINESE_ORDINAL = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．]?")

_EXAMPLE = re.compile(r"^(?:示例|样例|例如|范例|填写示例|填报示例|举例)|^[(]?例[)]?(?:[:：]|$)")
_SIGNED_ON = re.compile(r"(?:20)?\d\d[年./-]\d{1,2}[月./-]\d{1,2}日?")
_HINT = re.compile(r"^\(.*\)$|^(?:请?填|填写|选填|必填|下拉|请选择|限|不超过)|字以内|字左右")
_TELLING = 4
_FIRST_PART = re.compile(r"\s*[1-9]\d{0,2}")
_LAST_PART = re.compile(r"\d{3}(?:\.\d+)?\s*")
_FIGURE = re.compile(r"\s*\d+(?:\.\d+)?[%％]?\s*")


class Line(StrEnum):
    """What a line of a table is."""

    DATA = "data"
    BLANK = "blank"
    HIDDEN = "hidden"
    TOTAL = "total"
    AVERAGE = "average"
    CHAPTER = "chapter"
    NOTE = "note"
    CONTINUED = "continued"
    EXAMPLE = "example"
    OTHER_MONTH = "other_month"
    OTHER_KIND = "other_kind"
    STRUCK = "struck"


def line(
    grid: Grid,
    cover: Cover,
    row: int,
    naming: frozenset[int],
    figures: frozenset[int],
    hidden: bool,
) -> Line:
    """Tell what a line is; `hidden` reads all rows.

    `naming` are the columns of codes and names; a lone text under one of `figures` is no chapter.
    """
    filled = _filled(grid.rows[row])
    if not filled:
        return Line.BLANK
    if row in grid.hidden_rows and not hidden:
        return Line.HIDDEN
    first = filled[0][1]
    if isinstance(first, str):
        if is_note(first) or (len(filled) == 1 and _is_day(first)):
            return Line.NOTE
        if any(isinstance(v, str) and _EXAMPLE.match(squeezed(v)) for _i, v in filled[:2]):
            return Line.EXAMPLE
        if _is_total(filled, naming, _TOTAL):
            return Line.TOTAL
        if _is_total(filled, naming, _AVERAGE):
            return Line.AVERAGE
        if len(filled) <= 2 and _is_chapter(filled, cover, row, naming, figures):
            return Line.CHAPTER
    return Line.DATA


def _filled(cells: list[Any]) -> list[tuple[int, Any]]:
    """Give the first cells of a row that hold something, as many as it takes to tell."""
    filled = []
    for index, value in enumerate(cells):
        if value != "" and (not isinstance(value, str) or value.strip()):
            filled.append((index, value))
            if len(filled) == _TELLING:
                break
    return filled


def _is_total(filled: list[tuple[int, Any]], naming: frozenset[int], form: re.Pattern[str]) -> bool:
    for position, (index, value) in enumerate(filled):
        named = isinstance(value, str) and len(value) < 24 and (not position or index in naming)
        if named and (form.fullmatch(squeezed(value)) or (value == _SUM and index in naming)):
            return True
    return False


def _is_chapter(
    filled: list[tuple[int, Any]],
    cover: Cover,
    row: int,
    naming: frozenset[int],
    figures: frozenset[int],
) -> bool:
    index, text = filled[0]
    if len(filled) == 2:
        return bool(_CHINESE_ORDINAL.fullmatch(squeezed(text))) and isinstance(filled[1][1], str)
    wide = cover.origins.get((row, index + 1)) == (row, index)
    return wide or is_ordinal(text) or index not in naming | figures


def _is_day(text: str) -> bool:
    """Say whether a text is a day alone, as it stands under a signature."""
    return bool(_SIGNED_ON.fullmatch(squeezed(text)))


def is_chapter_number(value: Any) -> bool:
    """Say whether a cell holds a chapter's number alone: 一, （二）."""
    return isinstance(value, str) and bool(_CHINESE_ORDINAL.fullmatch(squeezed(value)))


def is_shifted(cells: list[Any], texts: AbstractSet[int]) -> bool:
    """Say whether 1,200 was cut in two by its comma, and a figure came to stand under a text."""
    cut = next(
        (
            at + 1
            for at, (one, two) in enumerate(pairwise(map(str, cells)))
            if _FIRST_PART.fullmatch(one) and _LAST_PART.fullmatch(two)
        ),
        None,
    )
    if cut is None:
        return False
    return any(at > cut and at in texts and _FIGURE.fullmatch(str(v)) for at, v in enumerate(cells))


def is_hint(cells: list[Any]) -> bool:
    """Say whether the row under a header only says what to fill in: （填写项目全称）."""
    filled = [value for value in cells if value != ""]
    texts = [squeezed(value) for value in filled if isinstance(value, str)]
    return len(texts) > 1 and len(texts) == len(filled) and all(map(_HINT.search, texts))
