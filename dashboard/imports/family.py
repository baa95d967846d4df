"""A project against its work items, once all rows are read: the parts must make up the whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from dashboard.i18n import _, joined
from dashboard.imports import checks
from dashboard.imports.cells.measures import base
from dashboard.imports.checks import SLACK_PP, short
from dashboard.imports.columns.column import Column
from dashboard.imports.context import Project, Value, WorkItem
from dashboard.imports.examination import Level, Problem, shown

_HUNDRED = Decimal(100)
_EXPLAINING = ("cause", "measure", "forecast_on")


class Spot(NamedTuple):
    """Where a row stands: sheet, row and columns by field; `naming` is the one that names it."""

    sheet: str
    row: int
    letters: Mapping[str, str]
    naming: str


@dataclass(slots=True)
class Family:
    """What the rows of one project say: of itself and of its work items, by code."""

    project: Project
    own: checks.Row | None = None
    spot: Spot | None = None
    items: dict[str, checks.Row] = field(default_factory=dict)
    explained: set[str] = field(default_factory=set)
    asked: tuple[Column, ...] = ()
    answers: dict[str, dict[Value, Spot]] = field(default_factory=dict)

    def add(
        self, row: checks.Row, item: WorkItem | None, spot: Spot, unread: Collection[str]
    ) -> None:
        """Keep what a row says; `unread` are the fields whose cells say nothing certain."""
        self.asked = row.context.own
        for column in self.asked:
            value = row.values.get(column.field)
            if value is not None or column.field in unread:
                self.answers.setdefault(column.field, {}).setdefault(value, spot)
        self.explained |= {name for name in _EXPLAINING if row.values.get(name) is not None}
        if item is None:
            self.own, self.spot = row, spot
        else:
            self.items[item.code] = row
            self.spot = self.spot or spot

    def problems(self) -> Iterator[Problem]:
        """Say where the project contradicts its work items, or lags by them unexplained."""
        yield from self._answered()
        if not self.items or self.spot is None:
            return
        whole = self._rolled_up()
        stated = self.own.completed_pct if self.own else None
        if stated is not None and whole is not None and abs(stated - whole) > SLACK_PP:
            name = "completed_pct" if "completed_pct" in self._own_figures() else _QUANTITY
            message = _("项目填的是 {stated}%，按各子项算是 {whole}%").format(
                stated=short(stated), whole=short(whole)
            )
            yield self._doubt(name, message)
        yield from self._sums()
        planned = self.project.planned_pct
        if stated is None and whole is not None and planned is not None and whole < planned:
            month = next(iter(self.items.values())).context
            for found in checks.unexplained(whole, planned, self.explained, month):
                yield self._problem(
                    found.level, found.rule, found.field, found.message, found.remedy
                )

    def _answered(self) -> Iterator[Problem]:
        """Say where rows differ in what is asked of the project as a whole, or leave it blank."""
        if self.spot is None or len(self.project.work_items) <= 1:
            return
        for column in self.asked:
            given = self.answers.get(column.field, {})
            said = self.own.values if self.own else {}
            if not given and checks.lacks(column, said, self.project.current):
                found = checks.unanswered(column)
                yield self._problem(
                    found.level, found.rule, found.field, found.message, found.remedy
                )
            if len(given) > 1:
                words = joined(shown(value) for value in given)
                message = _("同一个项目的几行填得不一样：{words}").format(words=words)
                remedy = _("“{title}”按项目填写，各行写成一样，或只填在项目那一行")
                *_rest, spot = given.values()
                place = spot.letters.get(column.field) or spot.letters[spot.naming]
                yield Problem(
                    Level.ERROR, "own_differs", message, remedy.format(title=column.title),
                    spot.sheet, f"{place}{spot.row}", column.field,
                )  # fmt: skip

    def _own_figures(self) -> Mapping[str, Decimal]:
        return self.own.numbers if self.own else {}

    def _rolled_up(self) -> Decimal | None:
        """Roll the items up by weight, none past 100 %; None where one is not known."""
        total = done = Decimal(0)
        members = self.project.work_items
        for item in members:
            row = self.items.get(item.code)
            percent = row.completed_pct if row else None
            weight = item.weight_pct if len(members) > 1 else _HUNDRED
            if percent is None or weight is None:
                return None
            total += weight
            done += weight * min(percent, _HUNDRED)
        return done / total if total else None

    def _sums(self) -> Iterator[Problem]:
        """Hold the project's own quantity against its items', where all are counted alike."""
        stated = self._own_figures().get(_QUANTITY)
        members = self.project.work_items
        known = [self.items[item.code].numbers.get(_QUANTITY) for item in members
                 if item.code in self.items]  # fmt: skip
        alike = {base(item.unit_of_measure) for item in members} == {
            base(self.project.unit_of_measure)
        }
        figures = [number for number in known if number is not None]
        if stated is None or not alike or len(figures) != len(members):
            return
        added = sum(figures, Decimal(0))
        if added != stated:
            message = _("项目填的是 {stated}，各子项相加是 {added}").format(
                stated=short(stated), added=short(added)
            )
            yield self._doubt(_QUANTITY, message)

    def _doubt(self, name: str, message: str) -> Problem:
        remedy = _("改正项目或子项的数字，或说明两者为何不同")
        return self._problem(Level.WARNING, "percent_contradicts_items", name, message, remedy)

    def _problem(self, level: Level, rule: str, name: str, message: str, remedy: str) -> Problem:
        assert self.spot is not None
        letters = self.spot.letters
        place = letters.get(name) or letters[self.spot.naming]
        raw = short(self._own_figures()[name]) if name in self._own_figures() else ""
        cell = f"{place}{self.spot.row}"
        return Problem(level, rule, message, remedy, self.spot.sheet, cell, name, raw)


_QUANTITY = "cumulative_quantity"
