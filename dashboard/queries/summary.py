"""How many of each light a place has, place by place: for a city as for a province."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    case,
    exists,
    func,
    label,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.db import load
from dashboard.permissions import Action, Actor, sees_sql
from dashboard.queries.rule import rules_on
from dashboard.rules.fact import facts_on_sql
from dashboard.rules.light import WORST_FIRST, light_sql
from dashboard.rules.progress import next_month
from models.fact import ProjectMonth, RegionMonth
from models.light import LightRecord
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region

KINDS = tuple(kind.value.lower() for kind in WORST_FIRST)
_Counted = Select[Any]


def lights_by_region(
    session: Session, actor: Actor, region_id: int, month: date, today: date
) -> pd.DataFrame:
    """Count the lights the actor sees in a region, by the places right below it.

    The month in view is counted as of today, a month that is closed by its closing lights. The
    region's own projects, which belong to no place below it, stand in a row of their own. A place
    without projects has no row.
    Columns: region_id, region, own (bool: the region itself), bad, warn, unknown, notice, good,
    done (int each), projects (int: their sum).
    """
    region = load(session, Region, region_id)
    counted = _counted(session, actor, region, month, today).subquery()
    home, places = aliased(Region), _places(session, region_id)
    below = [(col(home.path).startswith(row.path), literal(row.id)) for row in places]
    place = case(*below, else_=literal(region_id)) if below else literal(region_id)
    grouped = (
        select(place.label("region_id"), *[counted.c[kind] for kind in KINDS])
        .select_from(counted)
        .join(home, col(home.id) == counted.c.region_id)
        .subquery()
    )
    statement = select(
        grouped.c.region_id, *[func.sum(grouped.c[kind]).label(kind) for kind in KINDS]
    ).group_by(grouped.c.region_id)
    names = {region_id: (False, "", region.name)}
    names |= {row.id: (True, row.code, row.name) for row in places}
    return _named(session.connection().execute(statement).all(), names, region_id)


def _places(session: Session, region_id: int) -> Sequence[Any]:
    statement = select(col(Region.id), col(Region.path), col(Region.code), col(Region.name))
    return session.connection().execute(statement.where(col(Region.parent_id) == region_id)).all()


def _named(
    rows: Sequence[Any], names: Mapping[int, tuple[bool, str, str]], region_id: int
) -> pd.DataFrame:
    found = [
        (row[0], names[row[0]][2], row[0] == region_id, *counts, sum(counts))
        for row in sorted(rows, key=lambda row: names[row[0]])
        for counts in [[int(number) for number in row[1:]]]
    ]
    return pd.DataFrame(found, columns=["region_id", "region", "own", *KINDS, "projects"])


def _counted(
    session: Session, actor: Actor, region: Region, month: date, today: date
) -> _Counted | CompoundSelect[Any]:
    """Write the counts by the regions that projects lie in."""
    connection, row = session.connection(), RegionMonth
    own = col(row.month) == month
    if not connection.scalar(select(exists().where(own))):
        return _closed(actor, region, month)
    seen = sees_sql(actor, ProjectMonth, Action.BOARD_READ)
    lit = col(ProjectMonth.lit_kind).is_not(None)
    if not _region_granted(actor, region):
        return union_all(
            _closed(actor, region, month, without=month),
            *_anew(session, seen & lit, region, month, today),
        )
    day = today.toordinal()
    holds = (col(row.lit_from) <= day) & (col(row.lit_until) >= day)
    parts: list[_Counted] = [
        select(col(row.region_id), *[label(kind, getattr(row, kind)) for kind in KINDS])
        .where(own, holds, _inside(region, col(row.region_id)))
        .where(sees_sql(actor, row, Action.BOARD_READ))
    ]
    stale = select(col(row.region_id)).where(own, ~holds)
    if connection.scalar(select(exists(stale))):
        again = col(ProjectMonth.region_id).in_(stale) & lit & seen
        parts += _anew(session, again, region, month, today)
    passed = select(col(row.region_id)).where(col(row.month) == next_month(month))
    if connection.execute(passed.except_(select(col(row.region_id)).where(own)).limit(1)).first():
        parts.append(_closed(actor, region, month, without=month))
    return union_all(*parts) if len(parts) > 1 else parts[0]


def _region_granted(actor: Actor, region: Region) -> bool:
    grants = actor.granting(Action.BOARD_READ)
    return any(g.region_path and region.path.startswith(g.region_path) for g in grants)


def _inside(region: Region, region_id: Any) -> ColumnElement[bool]:
    places = select(col(Region.id)).where(col(Region.path).startswith(region.path))
    return region_id.in_(places)  # type: ignore[no-any-return]


def _sums(kind: Any) -> list[Any]:
    return [func.sum(case((kind == one.upper(), 1), else_=0)).label(one) for one in KINDS]


def _anew(
    session: Session, condition: ColumnElement[bool], region: Region, month: date, today: date
) -> list[_Counted]:
    """Write the counts of projects lit anew by the rules of their programmes, one a rule set."""
    columns = ProjectMonth.__table__.c  # type: ignore[attr-defined]
    shown = col(Programme.shown_on)
    found = (
        select(col(Programme.rule_set_code), shown)
        .distinct()
        .where(
            col(Programme.id).in_(
                select(columns.programme_id).where(columns.month == month, condition)
            )
        )
    )
    counts = []
    for code, shown_on in session.connection().execute(found).all():
        day = min(today, shown_on) if shown_on else today
        rules = rules_on(session, code, day)
        if shown_on:
            rules = replace(rules, silence_days=None)
        lit = light_sql(rules, facts_on_sql(columns, day))
        own = select(col(Programme.id)).where(
            col(Programme.rule_set_code) == code, shown.is_not_distinct_from(shown_on)
        )
        inner = (
            select(columns.region_id, lit.label("kind"))
            .where(columns.month == month, condition, columns.programme_id.in_(own))
            .where(_inside(region, columns.region_id))
            .subquery()
        )
        counts.append(select(inner.c.region_id, *_sums(inner.c.kind)).group_by(inner.c.region_id))
    return counts


def _closed(actor: Actor, region: Region, month: date, *, without: date | None = None) -> _Counted:
    """Write the counts of closing lights; `without` leaves out places that have that month lit."""
    record, project = LightRecord, LivelihoodProject
    lit = select(col(RegionMonth.region_id)).where(col(RegionMonth.month) == without)
    elsewhere = col(project.region_id).not_in(lit) if without else true()
    return (
        select(col(project.region_id), *_sums(col(record.kind)))
        .join(project, col(project.id) == col(record.project_id))
        .where(col(record.month) == month, _inside(region, col(project.region_id)), elsewhere)
        .where(sees_sql(actor, action=Action.BOARD_READ))
        .group_by(col(project.region_id))
    )
