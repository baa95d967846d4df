"""A sheet as a grid of values, with what its values alone do not say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dashboard.errors import Invalid

STRUCK, RAISED = "struck", "raised"
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


class Refused(Invalid):
    """A file that is not read at all. Its text says what it is and what to do."""


@dataclass(slots=True)
class Grid:
    """One sheet, from A1 on; rows and columns are counted from 0.

    `shown_as` holds the number formats that change what a figure means (see `formats.meaning`),
    `faults` the error values and the formulas that nobody calculated. `merges` are inclusive:
    first row, first column, last row, last column. `added` is what a person wrote under a column
    that the sheet lacks, by the column's title and the row: 滞后原因9. `parted` cells were mended
    and are no longer covered by a merge. `odd` cells hold text that is crossed out
    or raised (`STRUCK`, `RAISED`), all of it or a part. A `delimited` sheet was text, in which a
    comma too many moves figures into other columns.
    """

    name: str
    rows: list[list[Any]]
    shown_as: dict[tuple[int, int], str] = field(default_factory=dict)
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    visible: bool = True
    added: dict[str, str] = field(default_factory=dict)
    parted: set[tuple[int, int]] = field(default_factory=set)
    odd: dict[tuple[int, int], str] = field(default_factory=dict)
    delimited: bool = False

    def put(self, name: str, text: str) -> None:
        """Write a mended text into a cell, as if it had been typed there."""
        if not is_cell(name):
            self.added[name] = text
            return
        row, column = position(name)
        while len(self.rows) <= row:
            self.rows.append([])
        cells = self.rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = text
        self.shown_as.pop((row, column), None)
        self.faults.pop((row, column), None)
        self.odd.pop((row, column), None)
        self.parted.add((row, column))


@dataclass(slots=True)
class Book:
    """A file that was read: what it is, its sheets and what was left out of it."""

    file_kind: str
    grids: list[Grid]
    told: list[str] = field(default_factory=list)
    mark: dict[str, str] = field(default_factory=dict)


def is_cell(name: str) -> bool:
    """Say whether a text is the name of a cell, such as `B7`."""
    return bool(_CELL.fullmatch(name))


@cache
def letter(column: int) -> str:
    """Name a column, counted from 0, as Excel does."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@cache
def index(name: str) -> int:
    """Count a column's letters back to its number from 0."""
    number = 0
    for sign in name:
        number = number * 26 + ord(sign) - 64
    return number - 1


def position(name: str) -> tuple[int, int]:
    """Give row and column, from 0, of a cell such as `B7`. Raises ValueError for other text."""
    found = _CELL.fullmatch(name)
    if not found:
        raise ValueError(name)
    return int(found[2]) - 1, index(found[1])


def place(row: int, column: int) -> str:
    """Name the cell at row and column, counted from 0."""
    return f"{letter(column)}{row + 1}"
