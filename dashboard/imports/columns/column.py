"""What a workbook may hold: its columns, by field, with the kind of value in each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dashboard.i18n import _


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
    FIGURE = "figure"
    CHOICE = "choice"


TEXTS = frozenset({Kind.CODE, Kind.TEXT, Kind.NAMES, Kind.NARRATIVE, Kind.MILESTONES})
FIGURES = frozenset({Kind.NUMBER, Kind.PERCENT, Kind.MONEY, Kind.FIGURE})


@dataclass(frozen=True)
class Column:
    """One field of a workbook. `title` is the heading our own templates give it.

    An `own` field is one that an office added by itself, with what it asks of an entry; its title
    is the office's word and is not translated. `aliases` are further headings it goes by.
    """

    field: str
    title: str
    kind: Kind
    own: bool = False
    required: bool = False
    longest: int = 0
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    help: str = ""

    @property
    def label(self) -> str:
        """The title in the reader's language."""
        return self.title if self.own else _(self.title)
