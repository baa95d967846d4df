"""Rule sets as the value objects that light, and as frames for people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date

import pandas as pd
from sqlalchemy import label, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.db import frame
from dashboard.errors import Missing
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.rules.light import Bound, Case, RuleSet
from models.light import LightBound, LightCase, LightColour, LightDimension, LightRuleSet
from models.programme import Programme

_ORDER = {dimension: number for number, dimension in enumerate(LightDimension)}


def rules_on(session: Session, code: str, day: date) -> RuleSet:
    """Give the version of a rule set that counts on a day; the earliest before its first day.

    Raises:
        Missing: no rule set has this code.
    """
    versions = session.exec(
        rows_of(LightRuleSet)
        .where(LightRuleSet.code == code)
        .order_by(col(LightRuleSet.since).desc())
    ).all()
    if not versions:
        raise Missing(_("找不到亮灯规则“{code}”。").format(code=code))
    chosen = next((row for row in versions if row.since <= day), versions[-1])
    return rule_sets(session, [chosen])[0]


class RulesByDay:
    """A programme's rules by the day, each version read once."""

    def __init__(self, session: Session, programme: Programme) -> None:
        statement = rows_of(LightRuleSet).where(LightRuleSet.code == programme.rule_set_code)
        versions = session.exec(statement.order_by(col(LightRuleSet.since))).all()
        if not versions:
            raise Missing(_("找不到亮灯规则“{code}”。").format(code=programme.rule_set_code))
        self._versions = rule_sets(session, versions)
        if programme.shown_on:
            self._versions = [replace(each, silence_days=None) for each in self._versions]

    def on(self, day: date) -> RuleSet:
        """Give the version that counts on a day; before the first one, the first."""
        begun = [each for each in self._versions if each.since <= day]
        return begun[-1] if begun else self._versions[0]

    def next_since(self, day: date) -> date | None:
        """Give the day the next version begins, if one is planned after a day."""
        return min((each.since for each in self._versions if each.since > day), default=None)


def rule_sets(session: Session, rows: Collection[LightRuleSet]) -> list[RuleSet]:
    """Turn rows into value objects, cases in the order of dimensions and positions."""
    ids = [row.id for row in rows]
    cases = session.exec(rows_of(LightCase).where(col(LightCase.rule_set_id).in_(ids))).all()
    bounds = session.exec(
        rows_of(LightBound)
        .where(col(LightBound.case_id).in_([each.id for each in cases]))
        .order_by(col(LightBound.id))
    ).all()
    of_case: dict[int, list[Bound]] = defaultdict(list)
    for row in bounds:
        ends = row.low, row.low_included, row.high, row.high_included
        of_case[row.case_id].append(Bound(row.fact, *ends))
    of_set: dict[int, list[Case]] = defaultdict(list)
    for case in sorted(cases, key=lambda each: (_ORDER[each.dimension], each.position)):
        found = tuple(of_case[case.id or 0])
        words = case.words, case.measure
        of_set[case.rule_set_id].append(Case(case.dimension, case.kind, found, *words, case.id))
    return [
        RuleSet(r.code, r.since, tuple(of_set[r.id or 0]), r.silence_days, r.name, r.id)
        for r in rows
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
