"""What an examined sheet turned out to hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from dashboard.i18n import joined
from dashboard.imports.columns.column import Column
from dashboard.imports.context import SheetKind, Value

_NAMING = frozenset(
    (
        "project_code",
        "project_name",
        "work_item_code",
        "work_item_name",
        "agency_name",
        "unit_of_measure",
    )
)


class Level(StrEnum):
    """Whether a problem stops the row, asks for a written reason or only wants to be seen."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Status(StrEnum):
    """What saving a row would do."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class CellRef(NamedTuple):
    """Where a figure came from: sheet, cell and what stands there."""

    sheet: str
    cell: str
    raw: str


class Change(NamedTuple):
    """One field that saving would change."""

    field: str
    old: Value
    new: Value


@dataclass(frozen=True)
class Problem:
    """Something in the sheet that is wrong or odd.

    `cell` is empty where the whole sheet or file is meant. `remedy` says what would pass. `row` is
    that of its project where the cell stands in another, on a card.
    """

    level: Level
    rule: str
    message: str
    remedy: str = ""
    sheet: str = ""
    cell: str = ""
    field: str = ""
    raw: str = ""
    row: int = 0

    @property
    def of_row(self) -> int:
        """The number of the row it is about, 0 where it is about none."""
        return self.row or row_of(self.cell)


@dataclass(frozen=True)
class Told:
    """Something that was left out, and why; what is `hidden` is read when a person asks for it."""

    sheet: str
    place: str
    text: str
    hidden: bool = False


@dataclass(frozen=True)
class ColumnMatch:
    """A column of a table and the field it was read as.

    `key` is the heading without months and units, under which a choice is remembered; of several
    columns under one heading the later ones are counted. `how` is
    `synonym`, `values`, `confirmed`, `ignored`, `money` (the unit of its row) or `unknown`; `unit`
    is the money unit, `fraction` or `points`; `near` names the field an unknown heading is most
    like.
    """

    letter: str
    heading: str
    key: str
    field: str
    how: str
    unit: str = ""
    near: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table found on a sheet, its rows numbered as in Excel; `layout` hashes its headings.

    Made of `cards`, its columns are named by the cells of their labels.
    """

    sheet: str
    header_row: int
    first_row: int
    last_row: int
    layout: str
    columns: tuple[ColumnMatch, ...]
    cards: bool = False


@dataclass(slots=True)
class Draft:
    """A row as it would be saved.

    `letters` (field → column, shared by the rows of a table), `raws` (only where the cell's text
    differs from the value) and `origins` (only where the cell lies elsewhere) are what `cells` is
    made of. `marks` holds `month` for a date of which only the month was given. `old` are the
    figures that would be replaced; `is_first` says that none were there at all.
    """

    sheet: str
    row: int
    project_code: str | None
    work_item_code: str | None
    values: dict[str, Value]
    letters: Mapping[str, str]
    raws: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    status: Status = Status.NEW
    old: dict[str, Value] = field(default_factory=dict)
    is_first: bool = True

    def cell(self, name: str) -> CellRef:
        """Say which cell the field came from. Raises KeyError for a field without a column."""
        raw = self.raws.get(name) or shown(self.values.get(name))
        return CellRef(self.sheet, self.where(name), raw)

    def where(self, name: str) -> str:
        """Name the cell the field came from. Raises KeyError for a field without a column."""
        return self.origins.get(name) or f"{self.letters[name]}{self.row}"

    @property
    def changes(self) -> tuple[Change, ...]:
        """Give every field that saving would change; of a new row, every figure it brings."""
        if self.is_first:
            brought = (n for n, v in self.values.items() if v is not None and n not in _NAMING)
            return tuple(Change(name, None, self.values[name]) for name in brought)
        return tuple(Change(name, old, self.values[name]) for name, old in self.old.items())

    @property
    def cells(self) -> dict[str, CellRef]:
        """Give the cell of every field the row has."""
        return {name: self.cell(name) for name in self.values}


@dataclass(frozen=True)
class Examination:
    """What is in the file. With a `refusal`, one sentence, nothing could be read.

    `own` are the columns an office added by itself, as the context brought them.
    """

    kind: SheetKind
    file_kind: str
    sha256: str
    tables: tuple[Table, ...] = ()
    drafts: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
    told: tuple[Told, ...] = ()
    refusal: str = ""
    own: tuple[Column, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Give what must be mended before anything can be saved."""
        return tuple(p for p in self.problems if p.level is Level.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Give what passes only with a written reason."""
        return tuple(p for p in self.problems if p.level is Level.WARNING)

    @property
    def counts(self) -> dict[Status, int]:
        """Count the rows by what saving them would do."""
        counted = Counter(draft.status for draft in self.drafts)
        return {status: counted[status] for status in Status}

    @property
    def passes(self) -> bool:
        """Say whether the file may be saved once its warnings have reasons."""
        return not self.refusal and not self.errors and bool(self.drafts)


def row_of(cell: str) -> int:
    """Give the row at the end of a cell's name; 0 where it names none."""
    found = re.search(r"\d+$", cell)
    return int(found[0]) if found else 0


def row_ranges(rows: Iterable[int]) -> str:
    """Write row numbers as ranges: 3–17, 20."""
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return joined(str(a) if a == b else f"{a}–{b}" for a, b in runs)


def shown(value: object) -> str:
    """Write a value the way a person would write it into a cell."""
    kind = type(value)
    if kind is str or kind is Decimal:
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(shown(part) for part in value)
    return value.isoformat() if isinstance(value, date) else str(value)
