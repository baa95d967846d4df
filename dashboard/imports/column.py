"""What a workbook may hold: its columns, by field, with the kind of value in each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a cell of the column is read."""

    CODE = "code"
    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    DAY = "day"
    DEADLINE = "deadline"
    FLAG = "flag"
    NAMES = "names"
    MILESTONES = "milestones"
    NARRATIVE = "narrative"


TEXTS = frozenset({Kind.CODE, Kind.TEXT, Kind.NAMES, Kind.NARRATIVE, Kind.MILESTONES})
FIGURES = frozenset({Kind.NUMBER, Kind.PERCENT, Kind.MONEY})


@dataclass(frozen=True)
class Column:
    """One field of a workbook. `title` is the heading our own templates give it."""

    field: str
    title: str
    kind: Kind
