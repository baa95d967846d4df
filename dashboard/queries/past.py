"""The board of any past day, from what was accepted by then; and rules tried on past months."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import label, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.db import load
from dashboard.permissions import Action, Actor, sees_sql
from dashboard.queries.card import facts_kept
from dashboard.queries.facts import month_in_view, programme_day, subjects
from dashboard.queries.light import red_runs
from dashboard.queries.rule import RulesByDay
from dashboard.rules.closing import closing_light, months_of
from dashboard.rules.fact import facts_on
from dashboard.rules.light import RANKS, Light, RuleSet, light
from dashboard.rules.month import month_facts
from dashboard.rules.progress import Subject, month_end
from models.agency import Agency
from models.light import LightKind, LightRecord
from models.programme import Programme
from models.project import LivelihoodProject
from models.report import ReportingPeriod

_Facts = dict[str, Decimal | None]


def board_as_of(session: Session, actor: Actor, programme_id: int, day: date) -> pd.DataFrame:
    """Light the projects the actor sees as the board stood on a past day, the worst first.

    Worked out from the plan of that day and the reports accepted by then, whatever came later.
    Columns: project_id, code, name, category, leader, lead_agency, month (the month in view then),
    kind (LightKind code), dimension (code or None), planned_pct, completed_pct, shortfall_pp
    (Decimal or None), expected, reported (0/1), adjustments (int: approved by then),
    red_run, as_of (date).
    """
    programme = load(session, Programme, programme_id)
    as_of = programme_day(programme, day)
    month = month_in_view(session, programme_id, as_of)
    rules = RulesByDay(session, programme).on(as_of)
    heads = _heads(session, actor, programme_id)
    rows = []
    for subject in subjects(session, list(heads)):
        months = [each for each in months_of(subject, programme.year) if each <= month]
        facts = facts_on(month_facts(subject, months or [month], known_on=as_of)[-1], as_of)
        moves = sum(1 for decided_on in subject.adjusted_on if decided_on <= as_of)
        lit = _lit(light(rules, facts), facts)
        rows.append({**heads[subject.id], **lit, "adjustments": moves})
    runs = red_runs(session, {row["project_id"]: row["kind"] for row in rows}, month)
    for row in rows:
        row |= {"month": month, "as_of": as_of, "red_run": runs[row["project_id"]]}
    rows.sort(key=lambda row: (-RANKS[LightKind.of(row["kind"])], row["code"]))
    names = [
        "project_id", "code", "name", "category", "leader", "lead_agency", "month", "kind",
        "dimension", "planned_pct", "completed_pct", "shortfall_pp", "expected", "reported",
        "adjustments", "red_run", "as_of",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names, dtype=object)


def _heads(session: Session, actor: Actor, programme_id: int) -> dict[int, dict[str, Any]]:
    project = LivelihoodProject
    statement = (
        select(
            label("project_id", col(project.id)), col(project.code), col(project.name),
            col(project.category), col(project.leader), label("lead_agency", col(Agency.name)),
        )
        .outerjoin(Agency, col(Agency.id) == col(project.lead_agency_id))
        .where(col(project.programme_id) == programme_id)
        .where(sees_sql(actor, action=Action.BOARD_READ))
        .order_by(col(project.code))
    )  # fmt: skip
    rows = session.connection().execute(statement).mappings()
    return {row["project_id"]: dict(row) for row in rows}


def _lit(found: Light, facts: _Facts) -> dict[str, Any]:
    kept = {name: facts[name] for name in ("planned_pct", "completed_pct", "shortfall_pp")}
    said = {name: int(facts[name] or 0) for name in ("expected", "reported")}
    dimension = found.dimension.value if found.dimension else None
    return {"kind": found.kind.value, "dimension": dimension, **kept, **said}


def lights_as_of(session: Session, actor: Actor, programme_id: int, day: date) -> pd.DataFrame:
    """Give the matrix of lights as it stood on a past day, worked out anew.

    A month that was closed by then is lit from what was accepted by the day it locked, as its
    closing light is; a later one from what was known on the day.
    Columns: project_id, code, name, month, kind (LightKind code), dimension (code or None),
    open (bool), as_of (date), known_on (date), planned_pct, completed_pct (Decimal or None).
    """
    programme = load(session, Programme, programme_id)
    today = programme_day(programme, day)
    in_view = month_in_view(session, programme_id, today)
    locked = _locked(session, programme_id)
    by_day, heads = RulesByDay(session, programme), _heads(session, actor, programme_id)
    rows: list[dict[str, Any]] = []
    for subject in subjects(session, list(heads)):
        for month in months_of(subject, programme.year):
            if month > in_view:
                break
            closed = month in locked and locked[month] < today
            known_on, as_of = (locked[month], month_end(month)) if closed else (today, today)
            as_of = min(as_of, month_end(month))
            lit = _light_of(subject, programme.year, by_day.on(as_of), month, known_on, closed)
            mark = {"month": month, "open": not closed, "as_of": as_of, "known_on": known_on}
            rows.append({**heads[subject.id], **lit, **mark})
    names = [
        "project_id", "code", "name", "month", "kind", "dimension", "open", "as_of", "known_on",
        "planned_pct", "completed_pct",
    ]  # fmt: skip
    rows.sort(key=lambda row: (row["code"], row["month"]))
    return pd.DataFrame(rows, columns=names, dtype=object)


def _light_of(
    subject: Subject, year: int, rules: RuleSet, month: date, known_on: date, closed: bool
) -> dict[str, Any]:
    if closed:
        facts, found = closing_light(subject, year, rules, month, known_on)
    else:
        months = [each for each in months_of(subject, year) if each <= month]
        stored = month_facts(subject, months, known_on=known_on)[-1]
        facts = facts_on(stored, min(known_on, month_end(month)))
        found = light(rules, facts)
    return _lit(found, facts)


def _locked(session: Session, programme_id: int) -> dict[date, date]:
    statement = select(col(ReportingPeriod.month), col(ReportingPeriod.locked_after)).where(
        col(ReportingPeriod.programme_id) == programme_id
    )
    return {row[0]: row[1] for row in session.connection().execute(statement)}


def backtest(
    session: Session,
    actor: Actor,
    programme_id: int,
    rules: RuleSet,
    months: Collection[date] | None = None,
) -> pd.DataFrame:
    """Try rules on the months that are closed: list the lights that would have been others.

    `months` None means all of them. Each closing light is held against what these rules make of
    the facts it was written with; rules equal to those of then change nothing.
    Columns: project_id, code, name, month, before, after (LightKind codes), dimension (code or
    None: what decides now), words (the case that decides now).
    """
    rows = []
    for record, head in _closed(session, actor, programme_id, months):
        found = light(rules, facts_kept(record.facts))
        if found.kind != record.kind:
            case = found.deciding.case if found.deciding else None
            dimension = found.dimension.value if found.dimension else None
            tail = record.kind.value, found.kind.value, dimension, case.words if case else ""
            rows.append((record.project_id, head[0], head[1], record.month, *tail))
    names = ["project_id", "code", "name", "month", "before", "after", "dimension", "words"]
    return pd.DataFrame(rows, columns=names, dtype=object)


def _closed(
    session: Session, actor: Actor, programme_id: int, months: Collection[date] | None
) -> list[tuple[LightRecord, tuple[str, str]]]:
    project = LivelihoodProject
    statement = (
        rows_of(LightRecord, project.code, project.name)
        .join(project, col(project.id) == col(LightRecord.project_id))
        .where(project.programme_id == programme_id)
        .where(sees_sql(actor, action=Action.RULE_TEST))
        .order_by(col(project.code), col(LightRecord.month))
    )
    if months is not None:
        statement = statement.where(col(LightRecord.month).in_(months))
    return [(row[0], (row[1], row[2])) for row in session.exec(statement)]


def closed_months(session: Session, actor: Actor, programme_id: int) -> list[date]:
    """Give the months of a programme that have closing lights the actor sees, newest first."""
    statement = (
        select(col(LightRecord.month))
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(LightRecord.project_id))
        .where(col(LivelihoodProject.programme_id) == programme_id)
        .where(sees_sql(actor, action=Action.BOARD_READ))
        .distinct()
        .order_by(col(LightRecord.month).desc())
    )
    return list(session.connection().scalars(statement))
