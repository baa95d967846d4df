"""Rule sets as the value objects that light, and as frames for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

import pandas as pd
from sqlalchemy import label, select
from sqlmodel import Session, col

from dashboard.db import frame
from dashboard.errors import Missing
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.rules.light import Bound, Case, RuleSet
from models.light import LightBound, LightCase, LightColour, LightDimension, LightRuleSet
from models.programme import Programme

_ORDER = {dimension: number for number, dimension in enumerate(LightDimension)}


class _Version(Protocol):
    """What a row of `light_rule_set` gives to its value object, as a model or as columns."""

    id: Any
    code: Any
    since: Any
    silence_days: Any
    name: Any


def _versions(session: Session, code: str) -> list[RuleSet]:
    """Give every version of a rule set, the oldest first."""
    statement = (
        select(
            col(LightRuleSet.id), col(LightRuleSet.code), col(LightRuleSet.since),
            col(LightRuleSet.silence_days), col(LightRuleSet.name),
        )
        .where(col(LightRuleSet.code) == code)
        .order_by(col(LightRuleSet.since))
    )  # fmt: skip
    rows: Any = session.connection().execute(statement).all()
    if not rows:
        raise Missing(_("找不到亮灯规则“{code}”。").format(code=code))
    return rule_sets(session, rows)


def _of_day(versions: Sequence[RuleSet], day: date) -> RuleSet:
    begun = [each for each in versions if each.since <= day]
    return begun[-1] if begun else versions[0]


def rules_on(session: Session, code: str, day: date) -> RuleSet:
    """Give the version of a rule set that counts on a day; the earliest before its first day.

    Raises:
        Missing: no rule set has this code.
    """
    return _of_day(_versions(session, code), day)


class RulesByDay:
    """A programme's rules by the day, each version read once.

    A programme shown as of a fixed day knows no silence.
    """

    def __init__(self, session: Session, programme: Programme) -> None:
        self._versions = _versions(session, programme.rule_set_code)
        if programme.shown_on:
            self._versions = [replace(each, silence_days=None) for each in self._versions]

    def on(self, day: date) -> RuleSet:
        """Give the version that counts on a day; before the first one, the first."""
        return _of_day(self._versions, day)

    def next_since(self, day: date) -> date | None:
        """Give the day the next version begins, if one is planned after a day."""
        return min((each.since for each in self._versions if each.since > day), default=None)


def rule_sets(session: Session, rows: Sequence[_Version]) -> list[RuleSet]:
    """Turn rows into value objects, cases in the order of dimensions and positions."""
    case, bound = LightCase, LightBound
    statement = (
        select(
            col(case.rule_set_id), col(case.dimension), col(case.kind), col(case.words),
            col(case.measure), label("case_id", col(case.id)), col(case.position),
            col(bound.fact), col(bound.low), col(bound.low_included), col(bound.high),
            col(bound.high_included),
        )
        .outerjoin(bound, col(bound.case_id) == col(case.id))
        .where(col(case.rule_set_id).in_([row.id for row in rows]))
        .order_by(col(bound.id))
    )  # fmt: skip
    found = session.connection().execute(statement).all()
    bounds: dict[int, list[Bound]] = defaultdict(list)
    cases = {row.case_id: row for row in found}
    for row in found:
        if row.fact is not None:
            ends = row.low, row.low_included, row.high, row.high_included
            bounds[row.case_id].append(Bound(row.fact, *ends))
    of_set: dict[int, list[Case]] = defaultdict(list)
    for row in sorted(cases.values(), key=lambda each: (_ORDER[each.dimension], each.position)):
        own = tuple(bounds[row.case_id])
        made = Case(row.dimension, row.kind, own, row.words, row.measure, row.case_id)
        of_set[row.rule_set_id].append(made)
    return [
        RuleSet(r.code, r.since, tuple(of_set[r.id]), r.silence_days, r.name, r.id) for r in rows
    ]


def rule_set_list(session: Session, actor: Actor) -> pd.DataFrame:
    """List every version of every rule set, by code and newest first.

    Columns: rule_set_id, code, name, since (date), silence_days (None: off), complete (bool),
    note, source, source_url.
    """
    allow(actor, Action.RULE_READ)
    statement = select(
        label("rule_set_id", col(LightRuleSet.id)),
        col(LightRuleSet.code),
        col(LightRuleSet.name),
        col(LightRuleSet.since),
        col(LightRuleSet.silence_days),
        col(LightRuleSet.complete),
        col(LightRuleSet.note),
        col(LightRuleSet.source),
        col(LightRuleSet.source_url),
    ).order_by(col(LightRuleSet.code), col(LightRuleSet.since).desc())
    return frame(session, statement)


def programme_rules(session: Session, actor: Actor) -> pd.DataFrame:
    """List which rule set each year's list is lit by.

    Columns: programme_id (int), name, rule_set_code, version (int).
    """
    allow(actor, Action.RULE_EDIT)
    statement = select(
        label("programme_id", col(Programme.id)),
        col(Programme.name),
        col(Programme.rule_set_code),
        col(Programme.version),
    ).order_by(col(Programme.constructed).desc(), col(Programme.year).desc())
    return frame(session, statement)


def colours(session: Session, rule_set_id: int) -> pd.DataFrame:
    """List what an office calls the kinds and how it colours them; everyone may know.

    Columns: kind (LightKind code), word, hex.
    """
    statement = (
        select(col(LightColour.kind), col(LightColour.word), col(LightColour.hex))
        .where(col(LightColour.rule_set_id) == rule_set_id)
        .order_by(col(LightColour.id))
    )
    return frame(session, statement)
