"""Plan and reports → the facts of a project for a month, as far as a day knew them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from models.milestone import MilestoneKind
from models.rectification import RectificationKind

HUNDRED = Decimal(100)
_STEP = Decimal("0.0001")


@dataclass(frozen=True)
class Item:
    """A work item: its target and its weight among its siblings."""

    id: int
    target_quantity: Decimal | None = None
    weight_pct: Decimal | None = None


@dataclass(frozen=True)
class Node:
    """A milestone in one version of the plan: a month's cumulative figure or a dated step."""

    kind: MilestoneKind
    due_on: date
    work_item_id: int | None = None
    planned_pct: Decimal | None = None
    planned_quantity: Decimal | None = None
    completed_on: date | None = None
    completed_known_on: date | None = None
    known_from: date = date.min
    known_until: date | None = None
    id: int | None = None
    name: str = ""

    def known(self, day: date) -> bool:
        """Say whether this version of the node counted on the day."""
        return self.known_from <= day and (self.known_until is None or day < self.known_until)

    def done(self, known_on: date) -> bool:
        """Say whether the node is done, as far as the day knew."""
        if self.completed_on is None or self.completed_on > known_on:
            return False
        return self.completed_known_on is None or self.completed_known_on <= known_on

    @property
    def late(self) -> bool:
        """Say whether the node was done after its day."""
        return self.completed_on is not None and self.completed_on > self.due_on


@dataclass(frozen=True)
class Line:
    """The figures of one work item within a report."""

    work_item_id: int
    completed_pct: Decimal | None = None
    cumulative_quantity: Decimal | None = None


@dataclass(frozen=True)
class Report:
    """An accepted report of one month, until the day a later revision took its place."""

    month: date
    accepted_on: date
    superseded_on: date | None = None
    id: int | None = None
    no_change: bool = False
    completed_pct: Decimal | None = None
    cumulative_quantity: Decimal | None = None
    lines: tuple[Line, ...] = ()
    on_schedule: bool | None = None
    grade: int | None = None
    paid_wan: Decimal | None = None
    completed_investment_wan: Decimal | None = None
    evidence: int = 0

    def known(self, day: date) -> bool:
        """Say whether this revision counted on the day."""
        return self.accepted_on <= day and (self.superseded_on is None or day < self.superseded_on)


@dataclass(frozen=True)
class Given:
    """A fact given by hand for a month."""

    month: date
    fact: str
    value: Decimal
    given_on: date


@dataclass(frozen=True)
class Move:
    """An approved change of a project's own target or deadline: what it was before the day."""

    decided_on: date
    field: str
    old: Decimal | date | None


@dataclass(frozen=True)
class Problem:
    """A rectification: the day it counts from, its deadlines and its states, each from a day on.

    A sealed one counts from the day its set was released.
    """

    since: date
    dues: tuple[tuple[date, date], ...]
    kinds: tuple[tuple[date, RectificationKind], ...]

    def kind(self, day: date) -> RectificationKind | None:
        """Give what its state meant at the end of a day, None before it counted."""
        found = [kind for begun, kind in self.kinds if begun <= day]
        return found[-1] if found and self.since <= day else None

    def due_on(self, day: date) -> date:
        """Give the deadline it had on a day."""
        return next(due for begun, due in reversed(self.dues) if begun <= day)


@dataclass(frozen=True)
class Subject:
    """A project with all that its facts are worked out from."""

    id: int
    programme_id: int
    region_id: int
    target_quantity: Decimal | None = None
    starts_on: date | None = None
    started_on: date | None = None
    due_on: date | None = None
    accepted_on: date | None = None
    accepted_known_on: date | None = None
    planned_investment_wan: Decimal | None = None
    budgeted_wan: Decimal | None = None
    items: tuple[Item, ...] = ()
    nodes: tuple[Node, ...] = ()
    reports: tuple[Report, ...] = ()
    expected: Mapping[date, date] = field(default_factory=dict)
    """The months a report is owed for, with the day it is due."""
    given: tuple[Given, ...] = ()
    adjusted_on: tuple[date, ...] = ()
    moves: tuple[Move, ...] = ()
    """The approved changes of target and deadline, in the order they were approved."""
    problems: tuple[Problem, ...] = ()
    """Its rectifications, as far as anybody outside the office may know of them."""


def as_planned(subject: Subject, day: date) -> Subject:
    """Give the project with the target and the deadline it had on a day."""
    later = [move for move in subject.moves if move.decided_on > day]
    before: dict[str, Decimal | date | None] = {each.field: each.old for each in reversed(later)}
    return replace(subject, **before) if before else subject  # type: ignore[arg-type]


def as_known(subject: Subject, day: date) -> Subject:
    """Give the project without a takeover (验收) that nobody had noted down by a day."""
    noted = subject.accepted_known_on
    return replace(subject, accepted_on=None) if noted is not None and noted > day else subject


def month_end(month: date) -> date:
    """Give the last day of the month."""
    return next_month(month) - timedelta(days=1)


def next_month(month: date) -> date:
    """Give the first day of the following month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def previous_month(month: date) -> date:
    """Give the first day of the month before."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def exact(value: Decimal | None) -> Decimal | None:
    """Round to the four places that the database keeps."""
    return None if value is None else value.quantize(_STEP, ROUND_HALF_UP)


def share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Give part ÷ whole in percent; None where either is unknown or the whole is nothing."""
    if part is None or whole is None or whole <= 0:
        return None
    return part * HUNDRED / whole


def rolled_up(items: Sequence[Item], percents: Mapping[int, Decimal | None]) -> Decimal | None:
    """Roll work items up by their weights: Σ weight × min(percent, 100) ÷ Σ weight.

    One item's surplus does not make up for another's shortfall. A missing weight or percent
    leaves the whole unknown; a single item needs no weight.
    """
    if len(items) == 1:
        return percents.get(items[0].id)
    total = sum_ = Decimal(0)
    for item in items:
        percent = percents.get(item.id)
        if item.weight_pct is None or percent is None:
            return None
        total += item.weight_pct
        sum_ += item.weight_pct * min(percent, HUNDRED)
    return sum_ / total if total else None


def planned_pct(subject: Subject, nodes: Sequence[Node], month: date) -> Decimal | None:
    """Give a month's planned percent by these nodes: the last planned figure up to its last day.

    A step, never interpolated. Before the first figure, and without any, it is unknown.
    """
    ends = month_end(month)
    last: dict[int | None, Node] = {}
    for node in nodes:
        if node.kind is not MilestoneKind.MONTHLY or node.due_on > ends:
            continue
        before = last.get(node.work_item_id)
        if before is None or node.due_on >= before.due_on:
            last[node.work_item_id] = node
    if whole := last.get(None):
        return _percent(whole.planned_pct, whole.planned_quantity, subject.target_quantity)
    targets = {item.id: item.target_quantity for item in subject.items}
    percents = {
        key: _percent(node.planned_pct, node.planned_quantity, targets.get(key))
        for key, node in last.items()
        if key is not None
    }
    return rolled_up(subject.items, percents) if percents else None


def _percent(
    pct: Decimal | None, quantity: Decimal | None, target: Decimal | None
) -> Decimal | None:
    return pct if pct is not None else share(quantity, target)


def reported_pct(subject: Subject, report: Report) -> Decimal | None:
    """Give what a report says is done, in percent: its percent, its quantity, or its items."""
    whole = _percent(report.completed_pct, report.cumulative_quantity, subject.target_quantity)
    if whole is not None or not report.lines:
        return whole
    targets = {item.id: item.target_quantity for item in subject.items}
    percents = {
        line.work_item_id: _percent(
            line.completed_pct, line.cumulative_quantity, targets.get(line.work_item_id)
        )
        for line in report.lines
    }
    return rolled_up(subject.items, percents)
