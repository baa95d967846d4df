"""The light: ordered cases over facts, worst dimension first; for values and for columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import reduce
from math import ceil, floor
from operator import and_
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

from dashboard.rules.fact import DAY_FACTS, FACTS, SINCE, UNTIL, Facts
from models.base import Exact
from models.light import LightDimension, LightKind

RANKS: Mapping[LightKind, int] = {
    LightKind.DONE: 1,
    LightKind.GOOD: 2,
    LightKind.NOTICE: 3,
    LightKind.UNKNOWN: 4,
    LightKind.WARN: 5,
    LightKind.BAD: 6,
}
"""From best to worst; 0 stands for a dimension that does not count."""
KINDS: Mapping[int, LightKind] = {rank: kind for kind, rank in RANKS.items()}
WORST_FIRST: tuple[LightKind, ...] = tuple(sorted(RANKS, key=lambda kind: -RANKS[kind]))
FED_BY_REPORTS = frozenset({LightDimension.PROGRESS, LightDimension.FUNDS, LightDimension.EVIDENCE})
"""The dimensions that nobody can judge while a report is owed."""


@dataclass(frozen=True)
class Bound:
    """What a fact must lie within; an open end is None."""

    fact: str
    low: Decimal | None = None
    low_included: bool = True
    high: Decimal | None = None
    high_included: bool = True


@dataclass(frozen=True)
class Case:
    """One case of a dimension; without bounds it is the `otherwise`, without kind no light."""

    dimension: LightDimension
    kind: LightKind | None
    bounds: tuple[Bound, ...] = ()
    words: str = ""
    measure: str = ""
    id: int | None = None


@dataclass(frozen=True)
class RuleSet:
    """One version of a rule set, its cases in order. `silence_days` None: silence turns nothing."""

    code: str
    since: date
    cases: tuple[Case, ...]
    silence_days: int | None = None
    name: str = ""
    id: int | None = None

    @property
    def dimensions(self) -> tuple[LightDimension, ...]:
        """The dimensions in use, in their fixed order."""
        used = {case.dimension for case in self.cases}
        return tuple(dimension for dimension in LightDimension if dimension in used)

    def of(self, dimension: LightDimension) -> tuple[Case, ...]:
        """Give the cases of one dimension, in order."""
        return tuple(case for case in self.cases if case.dimension is dimension)


@dataclass(frozen=True)
class DimensionLight:
    """One dimension's light. `case` is None when a report that is owed decided it."""

    dimension: LightDimension
    kind: LightKind | None
    case: Case | None
    owed: bool = False


@dataclass(frozen=True)
class Light:
    """The overall light, the dimension that decided it, and every dimension's own."""

    kind: LightKind
    deciding: DimensionLight | None
    dimensions: tuple[DimensionLight, ...] = field(default=())

    @property
    def dimension(self) -> LightDimension | None:
        """The dimension that decided; None when none of them counts."""
        return self.deciding.dimension if self.deciding else None


def within(bound: Bound, value: Any) -> Any:
    """Say whether a number (a bool) or a column (a condition) lies within the bound.

    Comparison and `&` mean the same for both, so the ends are written once.
    """
    ends = []
    if bound.low is not None:
        ends.append(value >= bound.low if bound.low_included else value > bound.low)
    if bound.high is not None:
        ends.append(value <= bound.high if bound.high_included else value < bound.high)
    return reduce(and_, ends)


def in_whole_numbers(bound: Bound, scale: int) -> Bound:
    """Give the bound that means the same for a whole number counted in parts of 1/scale."""
    low, low_included = bound.low, bound.low_included
    if low is not None:
        low, exact = Decimal(floor(low * scale)), low * scale
        low_included = low_included and low == exact
    high, high_included = bound.high, bound.high_included
    if high is not None:
        high, exact = Decimal(ceil(high * scale)), high * scale
        high_included = high_included and high == exact
    return Bound(bound.fact, low, low_included, high, high_included)


def _holds(case_: Case, facts: Facts) -> bool:
    values = [(bound, facts.get(bound.fact)) for bound in case_.bounds]
    return all(value is not None and within(bound, value) for bound, value in values)


def first_case(cases: Iterable[Case], facts: Facts) -> Case | None:
    """Give the first case whose bounds all hold. A missing fact lies within no bound."""
    return next((case_ for case_ in cases if _holds(case_, facts)), None)


def owed(rules: RuleSet, facts: Facts) -> LightKind | None:
    """Give the light of a report that is owed: unknown, after the days of silence bad."""
    if facts["expected"] != 1 or facts["reported"] != 0:
        return None
    silent = facts["silent_days"]
    if rules.silence_days is not None and silent is not None and silent > rules.silence_days:
        return LightKind.BAD
    return LightKind.UNKNOWN


def dimension_light(rules: RuleSet, dimension: LightDimension, facts: Facts) -> DimensionLight:
    """Light one dimension. A report that is owed makes it no better than unknown."""
    found = first_case(rules.of(dimension), facts)
    kind = found.kind if found else LightKind.UNKNOWN
    grey = owed(rules, facts) if dimension in FED_BY_REPORTS else None
    if grey and RANKS[grey] > (RANKS[kind] if kind else 0):
        return DimensionLight(dimension, grey, None, owed=True)
    return DimensionLight(dimension, kind, found)


def light(rules: RuleSet, facts: Facts) -> Light:
    """Light a project by its facts: the worst of the dimensions in use, and which it was."""
    lights = tuple(dimension_light(rules, each, facts) for each in rules.dimensions)
    worst: DimensionLight | None = None
    for each in lights:
        if each.kind and (worst is None or RANKS[each.kind] > RANKS[worst.kind or each.kind]):
            worst = each
    return Light(worst.kind if worst and worst.kind else LightKind.UNKNOWN, worst, lights)


def rank_sql(
    rules: RuleSet, dimension: LightDimension, facts: Mapping[str, ColumnElement[Any]]
) -> ColumnElement[int]:
    """Write `dimension_light` over columns, as a rank. NULL lies within no bound here too."""
    cases, otherwise = [], RANKS[LightKind.UNKNOWN]
    for each in rules.of(dimension):
        rank = RANKS[each.kind] if each.kind else 0
        if not each.bounds:
            otherwise = rank
            break
        cases.append((reduce(and_, [_within_sql(one, facts) for one in each.bounds]), rank))
    found = case(*cases, else_=otherwise) if cases else literal(otherwise, Integer)
    if dimension not in FED_BY_REPORTS:
        return found
    return worst_sql([found, owed_sql(rules, facts)])


def _within_sql(bound: Bound, facts: Mapping[str, ColumnElement[Any]]) -> ColumnElement[bool]:
    column = facts[bound.fact]
    exact = isinstance(column.type, Exact)
    return within(bound if exact else in_whole_numbers(bound, FACTS[bound.fact].scale), column)  # type: ignore[no-any-return]


def owed_sql(rules: RuleSet, facts: Mapping[str, ColumnElement[Any]]) -> ColumnElement[int]:
    """Write `owed` over columns, as a rank; 0 where no report is owed."""
    is_owed = (facts["expected"] == 1) & (facts["reported"] == 0)
    unknown, bad = RANKS[LightKind.UNKNOWN], RANKS[LightKind.BAD]
    if rules.silence_days is None:
        return case((is_owed, unknown), else_=0)
    silent = is_owed & (facts["silent_days"] > rules.silence_days)
    return case((silent, bad), (is_owed, unknown), else_=0)


class _Greatest(FunctionElement[int]):
    name = "greatest"
    inherit_cache = True
    type = Integer()


@compiles(_Greatest)
def _greatest_text(element: _Greatest, compiler: SQLCompiler, **options: Any) -> str:
    name = "max" if compiler.dialect.name == "sqlite" else "greatest"
    return f"{name}({compiler.process(element.clauses, **options)})"


def worst_sql(ranks: list[ColumnElement[int]]) -> ColumnElement[int]:
    """Write the greatest of some ranks; of none, 0."""
    if not ranks:
        return literal(0)
    return _Greatest(*ranks) if len(ranks) > 1 else ranks[0]


def kind_sql(rank: ColumnElement[int]) -> ColumnElement[str]:
    """Turn a rank into a kind's code; no dimension that counts reads unknown."""
    return case(
        *[(rank == number, kind.value) for number, kind in KINDS.items()],
        else_=LightKind.UNKNOWN.value,
    )


def light_sql(rules: RuleSet, facts: Mapping[str, ColumnElement[Any]]) -> ColumnElement[str]:
    """Write `light` over columns, as codes."""
    return kind_sql(overall_rank_sql(rules, facts))


def overall_rank_sql(rules: RuleSet, facts: Mapping[str, ColumnElement[Any]]) -> ColumnElement[int]:
    """Write the overall light over columns, as a rank."""
    return worst_sql([rank_sql(rules, each, facts) for each in rules.dimensions])


def of_ranks(rules: RuleSet, ranks: Sequence[int]) -> tuple[LightKind, LightDimension | None]:
    """Give the overall light and what decided it from the ranks of the dimensions in use."""
    worst = max(ranks, default=0)
    if worst == 0:
        return LightKind.UNKNOWN, None
    return KINDS[worst], rules.dimensions[list(ranks).index(worst)]


def holds_until(rules: RuleSet, stored: Mapping[str, Any], day: date) -> int:
    """Give the last day, as an ordinal, on which the light of a day is sure to be the same.

    A light changes without anybody writing only where a fact that depends on the day passes the
    end of a bound, or where silence lasts too long.
    """
    today, last = day.toordinal(), date.max.toordinal()
    bounds = [bound for each in rules.cases for bound in each.bounds if bound.fact in DAY_FACTS]
    if stored["started_key"] is not None and any(b.fact == "months_after_start" for b in bounds):
        return today
    turns = {turn for bound in bounds for turn in _turns(bound, stored)}
    if rules.silence_days is not None and stored["heard_day"] is not None:
        turns.add(stored["heard_day"] + rules.silence_days + 1)
    return min((turn - 1 for turn in turns if turn > today), default=last)


def _turns(bound: Bound, stored: Mapping[str, Any]) -> list[int]:
    """Give the days from which the bound may hold or no longer hold."""
    begun, ends = stored.get(SINCE.get(bound.fact, "")), stored.get(UNTIL.get(bound.fact, ""))
    values = [end for end in (bound.low, bound.high) if end is not None]
    if begun is not None:
        return [begun + turn for end in values for turn in (ceil(end), floor(end) + 1)]
    if ends is not None:
        return [ends - turn for end in values for turn in (floor(end), ceil(end) - 1)]
    return []
