"""亮灯规则: a new version of a rule set, which rules a programme uses, a fact given by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select, update
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.commands.light import refresh_facts
from dashboard.db import load
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.scope import scope_of
from dashboard.rules.light import RuleSet
from dashboard.rules.month import GIVEN
from dashboard.rules.problem import problems
from dashboard.rules.words import required_words
from models.fact import ProjectMonth, RegionMonth
from models.light import (
    GivenFact,
    LightBound,
    LightCase,
    LightColour,
    LightKind,
    LightRuleSet,
)
from models.programme import Programme

_HEX = frozenset("0123456789abcdefABCDEF")
_LARGEST = 10**9


@dataclass(frozen=True)
class RuleDraft:
    """A version of a rule set as it is edited: the rules, and word and colour of each kind."""

    rules: RuleSet
    colours: Mapping[LightKind, tuple[str, str]] = field(default_factory=dict)
    note: str = ""
    source: str = ""
    source_url: str = ""


def draft_problems(draft: RuleDraft) -> list[str]:
    """Say what is wrong with a draft: its rules, its words, its colours."""
    found = problems(draft.rules)
    if not draft.rules.name.strip():
        found.append(_("请填写规则名称。"))
    used = {case.kind for case in draft.rules.cases if case.kind}
    for kind in [kind for kind in LightKind if kind in used | set(draft.colours)]:
        word, colour = draft.colours.get(kind, ("", ""))
        if not word.strip():
            found.append(_("“{kind}”缺少灯的叫法。").format(kind=_(kind.label)))
        if len(colour) != 7 or colour[0] != "#" or not set(colour[1:]) <= _HEX:
            text = _("“{kind}”的颜色值应写成 #RRGGBB。").format(kind=_(kind.label))
            found.append(text)
    return found


def add_rule_version(
    session: Session, actor: Actor, draft: RuleDraft, *, today: date
) -> LightRuleSet:
    """Save rules as a new version that counts from its first day on; older ones stay as they are.

    Raises:
        Invalid: the draft has problems, or its first day is past or not after the last version's.
    """
    allow(actor, Action.RULE_EDIT)
    if found := draft_problems(draft):
        raise Invalid(_("规则不能保存：{problems}").format(problems="".join(found)))
    _check_since(session, draft.rules, today)
    rules = draft.rules
    row = LightRuleSet(
        code=rules.code,
        name=rules.name.strip(),
        since=rules.since,
        silence_days=rules.silence_days,
        note=draft.note,
        source=draft.source,
        source_url=draft.source_url,
    )
    cases = [{"dimension": c.dimension.value, "words": c.words} for c in rules.cases]
    record(session, actor, Action.RULE_EDIT, row, extra={"cases": [None, cases]})
    _add_colours(session, row, draft)
    _add_cases(session, row, rules)
    codes = select(col(Programme.id)).where(col(Programme.rule_set_code) == rules.code)
    _let_expire(session, list(session.connection().scalars(codes)), rules.since)
    return row


def _check_since(session: Session, rules: RuleSet, today: date) -> None:
    statement = select(col(LightRuleSet.since)).where(col(LightRuleSet.code) == rules.code)
    last = max(session.connection().scalars(statement), default=None)
    if last is None:
        return
    if rules.since < today:
        raise Invalid(_("生效日不能早于今天，过去的灯不会改变。"))
    if rules.since <= last:
        raise Invalid(_("生效日应晚于上一版的 {day}。").format(day=last))


def _add_colours(session: Session, row: LightRuleSet, draft: RuleDraft) -> None:
    session.add_all(
        LightColour(rule_set_id=row.id or 0, kind=kind, word=word.strip(), hex=colour)
        for kind, (word, colour) in draft.colours.items()
    )


def _add_cases(session: Session, row: LightRuleSet, rules: RuleSet) -> None:
    for dimension in rules.dimensions:
        for position, case in enumerate(rules.of(dimension), 1):
            saved = LightCase(
                rule_set_id=row.id or 0,
                dimension=dimension,
                position=position,
                kind=case.kind,
                words=case.words.strip(),
                measure=case.measure.strip(),
            )
            session.add(saved)
            session.flush()
            for bound in case.bounds:
                session.add(LightBound(case_id=saved.id or 0, **vars(bound)))
    session.flush()


def _let_expire(session: Session, programme_ids: Collection[int], since: date) -> None:
    """Let the kept lights of programmes hold only until the day before, if they went beyond."""
    before = (since - timedelta(days=1)).toordinal()
    kept = col(ProjectMonth.programme_id).in_(programme_ids)
    regions = select(col(ProjectMonth.region_id)).where(kept)
    projects = update(ProjectMonth).where(kept, col(ProjectMonth.lit_until) > before)
    in_regions = col(RegionMonth.region_id).in_(regions)
    counts = update(RegionMonth).where(in_regions, col(RegionMonth.lit_until) > before)
    for statement in (counts, projects):
        session.connection().execute(statement.values(lit_until=before))


def choose_rule_set(
    session: Session, actor: Actor, programme_id: int, code: str, *, version: int, today: date
) -> Programme:
    """Let a programme be lit by another rule set from now on; months that are closed stay."""
    allow(actor, Action.RULE_EDIT)
    programme = load(session, Programme, programme_id, version=version)
    known = session.exec(rows_of(LightRuleSet).where(LightRuleSet.code == code)).first()
    if known is None:
        raise Invalid(_("找不到亮灯规则“{code}”。").format(code=code))
    programme.rule_set_code = code
    record(session, actor, Action.RULE_EDIT, programme)
    _let_expire(session, [programme_id], today)
    return programme


def give_fact(
    session: Session,
    actor: Actor,
    project_id: int,
    month: date,
    fact: str,
    value: Decimal,
    *,
    source: str,
    today: date,
) -> GivenFact:
    """Enter a fact that nobody can compute, for a project and month; the newest one counts.

    Raises:
        Invalid: no such fact, no words on where it comes from, or a yes-or-no that is neither.
    """
    allow(actor, Action.LIGHT_OVERRIDE, scope_of(session, project_id))
    if fact not in GIVEN:
        raise Invalid(_("“{fact}”不是可以人工认定的事实。").format(fact=fact))
    if not value.is_finite() or abs(value) > _LARGEST:
        raise Invalid(_("认定值应是数字。"))
    if fact in {"justified_delay", "registered", "funds_met"} and value not in (0, 1):
        raise Invalid(_("“{title}”只能是 1 或 0。").format(title=_(GIVEN[fact])))
    source = required_words(source, _("认定依据"), 400)
    row = GivenFact(
        project_id=project_id,
        month=month.replace(day=1),
        fact=fact,
        value=value,
        given_on=today,
        by_id=actor.account_id,
        source=source,
    )
    record(session, actor, Action.LIGHT_OVERRIDE, row)
    refresh_facts(session, {project_id}, today=today)
    return row
