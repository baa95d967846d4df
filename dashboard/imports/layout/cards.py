"""Cards: forms of one project each, whose labels stand left of what they name.

A sheet of cards is turned into a table with a row a card, numbered as the row that names its
project; what is found there is told of the cell it really stands in. A form that may be read in
two ways is not turned at all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dashboard.imports.cells.parsers import text_of
from dashboard.imports.columns.headings import GROUP, NOTHING, Headings, parsed
from dashboard.imports.columns.mapping import money_unit
from dashboard.imports.context import Context, SheetKind
from dashboard.imports.examination import Draft, Problem, Table
from dashboard.imports.family import Spot
from dashboard.imports.files.grid import Grid, is_cell, letter, place, position
from dashboard.imports.layout.tables import Cover, Found, is_note, is_unit_alone
from dashboard.imports.match import Matcher
from dashboard.imports.sink import Sink
from dashboard.imports.table import TableExamination

_NAMES = ("project_name", "project_code")
_SIGNS = " :：\u3000"
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and where it stands, the cell of its value and what is to be read there."""

    label: str
    at: Place
    spot: Place
    value: Any


class _Unsure(Exception):
    """The form can be read in more than one way."""


def cards_in(
    grid: Grid, headings: Headings, cover: Cover, context: Context
) -> tuple[list[list[Pair]], list[int]]:
    """Take a sheet apart into cards, and the rows of titles and remarks around them.

    There are none where it is no form that can be read in one way only.
    """
    if context.kind is not SheetKind.MONTHLY:
        return [], []
    form = _Form(grid, headings, cover, context.include_hidden)
    try:
        return form.cards(form.pairs()), form.asides
    except _Unsure:
        return [], []


class _Form:
    def __init__(self, grid: Grid, headings: Headings, cover: Cover, hidden: bool) -> None:
        self.grid, self.headings, self.cover = grid, headings, cover
        self.away = (set[int](), set[int]()) if hidden else (grid.hidden_rows, grid.hidden_columns)
        self.columns = self._columns()
        self.asides: list[int] = []

    def field(self, label: str) -> str:
        return self.headings.meaning(label)

    def is_label(self, value: Any) -> bool:
        """Say whether a cell holds a heading we know."""
        return isinstance(value, str) and self.field(value.strip(_SIGNS)) not in ("", GROUP)

    def _columns(self) -> set[int]:
        """Give the columns of labels: most of the texts in them are headings we know."""
        texts, known = Counter[int](), Counter[int]()
        for cells in self.grid.rows:
            for column, value in enumerate(cells):
                if value != "":
                    texts[column] += 1
                    known[column] += self.is_label(value)
        return {column for column in texts if known[column] * 2 >= texts[column]}

    def pairs(self) -> list[Pair]:
        """Give the labels with their values, row by row."""
        found: list[Pair] = []
        for row, cells in enumerate(self.grid.rows):
            filled = [(c, v) for c, v in enumerate(cells) if v != "" and c not in self.away[1]]
            labels = [c for c, v in filled if c in self.columns and isinstance(v, str)]
            if row in self.away[0] or not filled:
                continue
            if len(labels) == len(filled) and not any(self.is_label(v) for _c, v in filled):
                labels = []
            if not labels:
                self._check_aside(row, filled, bool(found))
                continue
            ends = [*labels[1:], len(cells)]
            for column, end in zip(labels, ends, strict=True):
                between = [(c, v) for c, v in filled if column < c < end]
                found.append(self._pair(row, column, between))
        return found

    def _check_aside(self, row: int, filled: Sequence[tuple[int, Any]], begun: bool) -> None:
        """Let titles, remarks and signatures stand between cards, and nothing else."""
        if begun and not all(isinstance(v, str) and _is_aside(v) for _c, v in filled):
            raise _Unsure
        self.asides.append(row)

    def _pair(self, row: int, column: int, between: Sequence[tuple[int, Any]]) -> Pair:
        label = str(self.grid.rows[row][column]).strip(_SIGNS)
        if not between:
            blank = self._right_of(row, column)
            if self.cover.origins.get((row, blank), (row, blank))[0] != row:
                raise _Unsure
            return Pair(label, (row, column), (row, blank), "")
        (first, value), *more = between
        if more:
            unit = more[0][1]
            number = text_of(value)
            if len(more) > 1 or not is_unit_alone(unit) or not number[:1].isdigit():
                raise _Unsure
            value = f"{number}{unit.strip()}"
        if self.is_label(value):
            raise _Unsure
        return Pair(label, (row, column), (row, first), value)

    def _right_of(self, row: int, column: int) -> int:
        while self.cover.origins.get((row, column + 1)) == (row, column):
            column += 1
        return column + 1

    def cards(self, pairs: list[Pair]) -> list[list[Pair]]:
        """Part the labels into cards, each of which names one project."""
        keys = [parsed(pair.label).key for pair in pairs]
        counts = Counter(keys)
        naming = next((k for wanted in _NAMES for k in counts if self.field(k) == wanted), None)
        if naming is None:
            return []
        start = next(key for key in keys if counts[key] == counts[naming])
        found: list[list[Pair]] = []
        for key, pair in zip(keys, pairs, strict=True):
            if key == start or (counts[naming] == 1 and not found):
                found.append([])
            if found:
                found[-1].append(pair)
        for card in found:
            self._check(card)
        rows = [row_of_name(card, self.headings) for card in found]
        if len(set(rows)) < len(rows):
            raise _Unsure
        return found

    def _check(self, card: list[Pair]) -> None:
        """Refuse a card that names two projects, or anything that is read twice."""
        fields = Counter(self.field(pair.label) for pair in card)
        read = {name: count for name, count in fields.items() if name not in ("", NOTHING, GROUP)}
        if not any(name in read for name in _NAMES) or any(count > 1 for count in read.values()):
            raise _Unsure


def _is_aside(text: str) -> bool:
    return is_note(text) or text.strip()[-1:] in ("表", "卡", "）", ")") or len(text) < 20


def row_of_name(card: list[Pair], headings: Headings) -> int:
    """Give the row in which a card names its project."""
    fields = {headings.meaning(pair.label): pair.spot[0] for pair in reversed(card)}
    return next(fields[name] for name in _NAMES if name in fields)


@dataclass(slots=True)
class _CardSink(Sink):
    """Hands on what is found in cards, told of the cells it really stands in."""

    to: Sink = field(default_factory=lambda: Sink(0))
    spots: dict[Place, Place] = field(default_factory=dict)
    labels: dict[int, Place] = field(default_factory=dict)

    def _real(self, cell: str) -> str:
        return place(*self.spots.get(position(cell), position(cell))) if is_cell(cell) else cell

    def add(self, problem: Problem) -> None:
        """Tell a problem of its cell, and of the row that names its project."""
        row, column = position(problem.cell) if is_cell(problem.cell) else (-1, -1)
        if (row, column) in self.spots:
            self.to.add(replace(problem, cell=self._real(problem.cell), row=row + 1))
        elif column in self.labels:
            self.to.add(replace(problem, cell=place(*self.labels[column])))
        else:
            self.to.add(problem)

    def tell(self, sheet: str, place_: str, text: str, *, hidden: bool = False) -> None:
        """Tell of a label's cell what was told of its column."""
        column = {letter(at): at for at in self.labels}.get(place_.partition(":")[0])
        at = place(*self.labels[column]) if column is not None else place_
        self.to.tell(sheet, at, text, hidden=hidden)

    def lack(self, is_list: bool, problem: Problem) -> None:
        """Say what a card lacks; it is no mere list."""
        self.add(problem)

    def keep(self, draft: Draft) -> None:
        """Keep a draft with the real cells of its values."""
        told = {name: draft.where(name) for name in draft.letters}
        told |= draft.origins
        draft.origins = {name: self._real(cell) for name, cell in told.items()}
        self.to.kept += 1
        self.to.keep(draft)


class _Cards(TableExamination):
    """Reads a table that was made of cards."""

    def _spot(self, row: int) -> Spot:
        naming = self._fallback()
        real = self.sink.spots[row, self.reader.places[naming]]  # type: ignore[attr-defined]
        return Spot(self.grid.name, row + 1, {naming: letter(real[1])}, naming)


def examine_cards(
    grid: Grid,
    cards: list[list[Pair]],
    context: Context,
    headings: Headings,
    matcher: Matcher,
    sink: Sink,
) -> None:
    """Read the cards of a sheet, those with the same labels as one table."""
    alike: dict[tuple[str, ...], list[list[Pair]]] = defaultdict(list)
    for card in cards:
        alike[tuple(pair.label for pair in card)].append(card)
    top = min(pair.at[0] for card in cards for pair in card)
    stated = money_unit(v for row in grid.rows[:top] for v in row if isinstance(v, str))
    for labels, several in alike.items():
        spots = {
            (row_of_name(card, headings), column): pair.spot
            for card in several
            for column, pair in enumerate(card)
        }
        turned, found = _turned(grid, labels, several, headings, spots)
        to = _CardSink(
            sink.limit, seen=sink.seen, families=sink.families, to=sink, spots=spots,
            labels={column: pair.at for column, pair in enumerate(several[0])},
        )  # fmt: skip
        _Cards(turned, Cover(), found, context, headings, matcher, to, stated).run()
        sink.tables.extend(_placed(table, to) for table in to.tables)


def _turned(
    grid: Grid,
    labels: tuple[str, ...],
    cards: list[list[Pair]],
    headings: Headings,
    spots: dict[Place, Place],
) -> tuple[Grid, Found]:
    numbers = [row_of_name(card, headings) for card in cards]
    rows: list[list[Any]] = [[] for _row in range(max(numbers) + 1)]
    for number, card in zip(numbers, cards, strict=True):
        rows[number] = [pair.value for pair in card]

    def moved(told: dict[Place, str]) -> dict[Place, str]:
        return {at: told[spot] for at, spot in spots.items() if spot in told}

    turned = Grid(
        grid.name, rows, moved(grid.shown_as), moved(grid.faults), odd=moved(grid.odd),
        added=grid.added, delimited=grid.delimited,
    )  # fmt: skip
    first = min(numbers)
    paths: dict[int, tuple[str, ...]] = {at: (label,) for at, label in enumerate(labels)}
    return turned, Found(max(first - 1, 0), max(first - 1, 0), first, len(rows), paths)


def _placed(table: Table, sink: _CardSink) -> Table:
    """Name the columns of a table by the cells of their labels."""
    cells = {letter(column): place(*at) for column, at in sink.labels.items()}
    columns = tuple(replace(one, letter=cells[one.letter]) for one in table.columns)
    return replace(table, columns=columns, cards=True)
