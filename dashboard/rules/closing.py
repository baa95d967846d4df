"""The light a month ends with, and the day on which it was made up for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from dashboard.rules.fact import DAYS, KEPT, facts_on
from dashboard.rules.light import RANKS, Light, RuleSet, light
from dashboard.rules.month import month_facts, rectification_facts
from dashboard.rules.progress import (
    Report,
    Subject,
    as_planned,
    month_end,
    next_month,
    reported_pct,
)
from models.light import LightKind

MENDABLE = frozenset({LightKind.BAD, LightKind.WARN, LightKind.UNKNOWN})
"""The closing lights that can be made up for later."""


def months_of(subject: Subject, year: int) -> list[date]:
    """Give the months a project has facts for: the year, and without a gap any reported beside."""
    named = {each.month for each in subject.reports} | set(subject.expected)
    month = min({date(year, 1, 1), *named})
    last = max({date(year, 12, 1), *named})
    months = [month]
    while month < last:
        month = next_month(month)
        months.append(month)
    return months


def closing_facts(
    subject: Subject, year: int, month: date, known_on: date
) -> dict[str, Decimal | None]:
    """Give the facts of a month's last day, as far as `known_on` knew them."""
    ends = month_end(month)
    months = [each for each in months_of(subject, year) if each <= month] or [month]
    return facts_on(month_facts(subject, months, known_on=known_on, plan_on=ends)[-1], ends)


def closing_light(
    subject: Subject, year: int, rules: RuleSet, month: date, known_on: date
) -> tuple[dict[str, Decimal | None], Light]:
    """Give the facts and the light of a month as it ends, as far as `known_on` knew them."""
    facts = closing_facts(subject, year, month, known_on)
    return facts, light(rules, facts)


def recovered_on(
    subject: Subject, year: int, rules: RuleSet, month: date, *, after: date, today: date
) -> date | None:
    """Give the day by which accepted reports had made up for a month that ended badly (补齐).

    The month's own plan is held against what is known later: once a report accepted after the
    closing shows that it is met, the month has recovered. Its closing light stays as it is.
    """
    days = {each.accepted_on for each in subject.reports}
    days |= {day for each in subject.problems for day, _kind in each.kinds}
    days |= {node.completed_known_on or node.completed_on or today for node in subject.nodes}
    for day in sorted(each for each in days if after < each <= today):
        if _caught_up(subject, year, rules, month, day):
            return day
    return None


def _caught_up(subject: Subject, year: int, rules: RuleSet, month: date, day: date) -> bool:
    known = [each for each in subject.reports if each.known(day) and each.month >= month]
    if not known:
        return False
    later = max(known, key=lambda each: each.month)
    facts = closing_facts(_as_if_reported(subject, month, later), year, month, day)
    facts |= _rectified(subject, day)
    return RANKS[light(rules, _made_up(facts)).kind] <= RANKS[LightKind.NOTICE]


def _rectified(subject: Subject, day: date) -> dict[str, Decimal | None]:
    """Give the rectification facts of a day: what was cleared by then burdens the month no more."""
    stored = dict.fromkeys((*KEPT, *DAYS)) | rectification_facts(subject, day)
    facts = facts_on(stored, day)
    return {name: value for name, value in facts.items() if name.startswith("rectification")}


def _as_if_reported(subject: Subject, month: date, later: Report) -> Subject:
    """Give the project as if what a later report says had been said for the month."""
    planned = as_planned(subject, month_end(month))
    said = replace(
        later, month=month, superseded_on=None, completed_pct=reported_pct(planned, later)
    )
    before: Sequence[Report] = [each for each in subject.reports if each.month < month]
    return replace(subject, reports=(*before, said))


def _made_up(facts: dict[str, Decimal | None]) -> dict[str, Any]:
    """Leave out of the facts that the month was late: what is due by its end is done now."""
    short = facts["shortfall_pp"]
    behind = short is not None and short > 0
    done = facts["node_overdue_days"] is None and not behind
    met = {"month_met": Decimal(1), "missed_months": Decimal(0)} if done else {}
    level = {} if behind else {"behind_months": Decimal(0)}
    return {**facts, **met, **level, "start_delay_months": None if facts["started"] else
            facts["start_delay_months"]}  # fmt: skip
