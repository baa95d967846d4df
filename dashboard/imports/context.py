"""What a sheet is read against: period, agencies, projects and what was confirmed before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dashboard.imports.columns.column import Column

Value = Decimal | date | bool | str | tuple[object, ...] | None


class SheetKind(StrEnum):
    """Which workbook is expected."""

    MONTHLY = "monthly"
    PLAN = "plan"


@dataclass(frozen=True)
class Agency:
    """责任单位: its code, its name and what people call it for short."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkItem:
    """子项 of a project, with the figures a row about it is compared with."""

    code: str
    name: str
    target_quantity: Decimal | None = None
    unit_of_measure: str = ""
    planned_pct: Decimal | None = None
    last: Mapping[str, Value] = field(default_factory=dict)
    current: Mapping[str, Value] = field(default_factory=dict)
    weight_pct: Decimal | None = None


@dataclass(slots=True)
class Project:
    """A project a row may be about; never changed, and not frozen: that would cost thrice as much.

    `planned_pct` is what is expected at the end of the month reported. `last` holds the numbers of
    the last accepted report, `current` the figures of a report already there for this month (for a
    plan: what is planned now), both by field name.
    """

    code: str
    name: str
    agency_code: str = ""
    target_quantity: Decimal | None = None
    unit_of_measure: str = ""
    planned_pct: Decimal | None = None
    due_on: date | None = None
    work_items: tuple[WorkItem, ...] = ()
    last: Mapping[str, Value] = field(default_factory=dict)
    current: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """What a person confirmed for a heading.

    `field` is empty for "import nothing". `unit` is 元, 万元 or 亿元 for money, `fraction` (0.85 is
    85 %) or `points` (0.85 is 0.85 %) for percentages, and empty to let the sheet decide.
    """

    field: str
    unit: str = ""


@dataclass(frozen=True)
class Synonym:
    """A heading people use and the field it means; an empty kind holds for every workbook.

    The field `-` means nothing is imported; `~` is a word over a group of columns that changes
    nothing.
    """

    field: str
    heading: str
    kind: str = ""
    source: str = ""


@dataclass(frozen=True)
class Limits:
    """How large a file may be before it is refused, and what its reader may use."""

    file_bytes: int = 20 * 2**20
    unpacked_bytes: int = 256 * 2**20
    entries: int = 2_000
    sheets: int = 60
    rows: int = 110_000
    columns: int = 300
    cells: int = 3_000_000
    problems: int = 5_000
    memory_bytes: int = 2**30
    cpu_seconds: int = 60
    seconds: int = 90


@dataclass(frozen=True)
class Context:
    """Everything `examine` needs beside the file.

    `month` is the first day of the month reported (for a plan, of any month of its year). Without
    an `agency` the rows may be about anybody's projects. `mappings` holds confirmed choices by
    layout (`Table.layout`) and column (`ColumnMatch.key`, or the heading). Empty `synonyms` stand
    for those kept beside this module. `own` are the fields an office added by itself.
    """

    kind: SheetKind
    month: date
    agency: Agency | None = None
    agencies: tuple[Agency, ...] = ()
    projects: tuple[Project, ...] = ()
    mappings: Mapping[str, Mapping[str, Choice]] = field(default_factory=dict)
    synonyms: tuple[Synonym, ...] = ()
    include_hidden: bool = False
    jump_pp: Decimal = Decimal(40)
    limits: Limits = Limits()
    language: str = "zh"
    own: tuple[Column, ...] = ()
