"""The living city's figures: what each project had reached in each month, in the units of its plan.

Pure: reads the CSV files and gives numbers and words; nothing here knows a database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from seed.rows import optional_day, records, split

YEAR = 2026
REPORTED_MONTHS = 8
DISTRICTS = ("示范一区", "示范二区", "示范三区")
_FINE = {"公里", "万平方米"}
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Figures:
    """One quantity at the end of one month; a project of several work items has a percent only."""

    quantity: Decimal | None
    monthly: Decimal | None
    pct: Decimal


@dataclass(frozen=True)
class Item:
    """A work item: its target and, month by month, its plan and what was done."""

    code: str
    name: str
    target: Decimal
    unit: str
    weight: Decimal
    planned: list[Decimal]
    done: list[Figures]


@dataclass(frozen=True)
class Lag:
    """What a unit writes when it is behind."""

    problem: str
    cause: str
    measure: str
    forecast_on: date


@dataclass(frozen=True)
class Story:
    """A project's year: its row, its plan, what was done, the words for each month."""

    row: dict[str, str]
    planned: list[Decimal]
    done: list[Figures]
    items: list[Item] = field(default_factory=list)
    stages: list[tuple[int, str, str]] = field(default_factory=list)
    lags: dict[int, Lag] = field(default_factory=dict)
    first: dict[int, Figures] = field(default_factory=dict)
    """What a month was reported as before it was corrected."""

    @property
    def code(self) -> str:
        """The project's code."""
        return self.row["code"]


def rounded(value: Decimal, places: int) -> Decimal:
    """Round half up to so many places."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def words(value: Decimal | None) -> str:
    """Write a number as a clerk does: no zeros behind the point."""
    return "" if value is None else f"{value.normalize():f}"


def _numbers(text: str) -> list[Decimal]:
    return [Decimal(part) for part in text.split()]


def _reached(percents: list[Decimal], target: Decimal, unit: str) -> list[Figures]:
    places = 1 if unit in _FINE else 0
    found: list[Figures] = []
    before = Decimal(0)
    for percent in percents:
        quantity = rounded(percent * target / _HUNDRED, places)
        pct = rounded(quantity * _HUNDRED / target, 1)
        found.append(Figures(quantity, quantity - before, pct))
        before = quantity
    return found


def _item(row: dict[str, str]) -> Item:
    target, unit = Decimal(row["quantity"]), row["unit"]
    done = _reached(_numbers(row["done"]), target, unit)
    weight = Decimal(row["weight"])
    plan = _numbers(row["plan"])
    return Item(row["code"], row["name"], target, unit, weight, plan, done)


def _rolled_up(items: list[Item]) -> tuple[list[Decimal], list[Figures]]:
    """Roll the items' plan and percents up by weight."""
    plan = [
        rounded(sum((i.weight * i.planned[m] for i in items), Decimal(0)) / _HUNDRED, 2)
        for m in range(12)
    ]
    percents = [
        rounded(sum((i.weight * i.done[m].pct for i in items), Decimal(0)) / _HUNDRED, 2)
        for m in range(REPORTED_MONTHS)
    ]
    return plan, [Figures(None, None, percent) for percent in percents]


def _lags(code: str) -> dict[int, Lag]:
    found = {}
    for row in records("living/lags"):
        if row["project"] == code:
            forecast = optional_day(row["forecast_on"])
            assert forecast is not None
            lag = Lag(row["problem"], row["cause"], row["measure"], forecast)
            found.update({int(month): lag for month in row["months"].split()})
    return found


def stories() -> list[Story]:
    """Give the 24 projects of the living city."""
    items, stages = records("living/work_items"), records("living/progress")
    found = []
    for row in records("living/projects"):
        own = [_item(item) for item in items if item["project"] == row["code"]]
        if own:
            planned, done = _rolled_up(own)
        else:
            planned = _numbers(row["plan"])
            done = _reached(_numbers(row["done"]), Decimal(row["quantity"]), row["unit"])
        steps = [
            (int(stage["from_pct"]), stage["progress"], stage["next"])
            for stage in stages
            if stage["project"] == row["code"]
        ]
        found.append(Story(row, planned, done, own, steps, _lags(row["code"]), _first(row, done)))
    return found


def _first(row: dict[str, str], done: list[Figures]) -> dict[int, Figures]:
    found = {}
    for revision in records("living/revisions"):
        if revision["project"] == row["code"]:
            month = int(revision["month"][5:])
            target = Decimal(row["quantity"])
            [reached] = _reached([Decimal(revision["first_pct"])], target, row["unit"])
            before = done[month - 2].quantity or Decimal(0)
            monthly = (reached.quantity or Decimal(0)) - before
            found[month] = Figures(reached.quantity, monthly, reached.pct)
    return found


def texts(story: Story, month: int, figures: Figures) -> tuple[str, str]:
    """Write 形象进度 and 下一步打算 of a month (1–12) from its figures."""
    _from, progress, next_step = [s for s in story.stages if s[0] <= figures.pct][-1]
    district = Random(f"{story.code}-{month}").choice(DISTRICTS)
    if story.row["region"] == "999021":
        district = "示范县"
    values = {
        "q": words(figures.quantity),
        "u": story.row["unit"],
        "p": words(figures.pct),
        "m": words(figures.monthly),
        "d": district,
    }
    for letter, item in zip("abc", story.items, strict=False):
        values[letter] = words(item.done[month - 1].quantity)
    return progress.format(**values), next_step


def money(story: Story, month: int) -> tuple[Decimal, Decimal, Decimal]:
    """Give 完成投资, 累计拨付 and 累计支付 (万元) at the end of a month."""
    planned = Decimal(story.row["investment"])
    thrift = Decimal(Random(story.code).randint(90, 98)) / _HUNDRED
    completed = rounded(planned * thrift * story.done[month - 1].pct / _HUNDRED, 1)
    share = min(Decimal(20 + 15 * ((month - 1) // 2)), _HUNDRED) / _HUNDRED
    allocated = rounded(planned * share, 1)
    paid = rounded(min(allocated, completed * Decimal("0.85")), 1)
    return completed, allocated, paid


def nodes_done(code: str) -> dict[int, list[str]]:
    """Give the names of the nodes that a project completed, by month."""
    found: dict[int, list[str]] = {}
    for row in records("living/nodes"):
        day = optional_day(row["completed_on"])
        if row["project"] == code and day is not None:
            found.setdefault(day.month, []).append(row["name"])
    return found


def funds(story: Story) -> list[tuple[str, Decimal]]:
    """Give the sources of a project's money and what is budgeted from each (万元)."""
    planned = Decimal(story.row["investment"])
    pairs = [part.rsplit(" ", 1) for part in split(story.row["funds"], "；")]
    return [(name, planned * Decimal(share) / _HUNDRED) for name, share in pairs]
