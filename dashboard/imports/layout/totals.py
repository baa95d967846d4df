"""Total and subtotal rows: not imported, but what they state must be what the rows add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from dashboard.imports.cells.figures import amount_wan
from dashboard.imports.cells.numerals import Unreadable
from dashboard.imports.columns.column import Kind
from dashboard.imports.monthly import IDENTITY
from dashboard.imports.rows import Reader, RowRead

_TOLERANCE = Decimal("0.01")
_BESIDE = frozenset({*IDENTITY, "completed_pct"})
_SEVERAL = 2


class Mismatch(NamedTuple):
    """A total that is not the sum of its rows; `row` counts from 0."""

    row: int
    field: str
    stated: Decimal
    added: Decimal


@dataclass(slots=True)
class _Sums:
    """The sums of a column: of all rows, and of those since the last total.

    A sum is no longer certain once a cell of the column could not be read.
    """

    whole: Decimal = Decimal(0)
    part: Decimal = Decimal(0)
    rows: int = 0
    certain: bool = True
    early: list[tuple[int, Decimal]] = field(default_factory=list)


class Totals:
    """Adds up the money columns of a table and holds its total rows against the sums."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.columns = [one for one in reader.columns if one.column.kind is Kind.MONEY]
        self.sums: dict[str, _Sums] = defaultdict(_Sums)

    def add(self, read: RowRead) -> None:
        """Add a row."""
        unread = {wrong.field for wrong in read.wrong}
        for one in self.columns:
            sums, value = self.sums[one.field], read.values.get(one.field)
            sums.certain = sums.certain and one.field not in unread
            if isinstance(value, Decimal):
                sums.whole += value
                sums.part += value
                sums.rows += 1

    def is_sum(self, read: RowRead) -> bool:
        """Say whether a row that names no project holds the sums of the rows since the last total.

        If so, the next sums begin here.
        """
        told = {name for name, value in read.values.items() if value is not None} - _BESIDE
        if read.wrong or not told:
            return False
        for name in told:
            sums = self.sums.get(name, _Sums())
            value = read.values[name]
            if not sums.certain or sums.rows < _SEVERAL or value != sums.part or not value:
                return False
        for sums in self.sums.values():
            sums.part, sums.rows = Decimal(0), 0
        return True

    def hold(self, row: int, *, early: bool) -> Iterator[Mismatch]:
        """Hold a total row against the sums so far; one above all rows waits for `close`."""
        for one in self.columns:
            sums = self.sums[one.field]
            shown = self.reader.grid.shown_as.get((row, one.index), "")
            try:
                total = amount_wan(self.reader.value(row, one.index), shown, one.unit)
            except Unreadable:
                continue
            if total is None or not sums.certain:
                continue
            if early:
                sums.early.append((row, total))
            elif min(abs(total - sums.whole), abs(total - sums.part)) > _TOLERANCE:
                yield Mismatch(row, one.field, total, sums.whole)
            sums.part, sums.rows = Decimal(0), 0

    def close(self) -> Iterator[Mismatch]:
        """Hold the totals that stood above all rows against the sums of all."""
        for name, sums in self.sums.items():
            for row, total in sums.early:
                if sums.certain and abs(total - sums.whole) > _TOLERANCE:
                    yield Mismatch(row, name, total, sums.whole)
