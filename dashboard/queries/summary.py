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
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.db import load
from dashboard.permissions import Action, Actor, sees_sql
from dashboard.queries.rule import rules_on
from dashboard.rules.fact import facts_on_sql
from dashboard.rules.light import WORST_FIRST, light_sql
from dashboard.rules.progress import month_end, next_month
from models.fact import ProjectMonth, RegionMonth
from models.light import LightRecord
from models.programme import Programme
from models.region import Region
from models.report import ReportingPeriod

KINDS = tuple(kind.value.lower() for kind in WORST_FIRST)
_COUNTS = (*KINDS, "open")
_Counted = Select[Any]


def region_in_view(
    session: Session, actor: Actor, asked: int | None, near: str = ""
) -> pd.DataFrame:
    """Give the region whose places the board sums up, in one row, or none without a region's grant.

    It is the one asked for where that lies within what the actor was granted, else the topmost of
    those, first of all the one that holds the path `near`.
    Columns: region_id, region, path, parent_id (int, or None: not within the grant).
    """
    granted = {g.region_path for g in actor.granting(Action.BOARD_READ) if g.region_path}
    paths = sorted(granted, key=lambda path: (not near.startswith(path), path))
    columns = ["region_id", "region", "path", "parent_id"]
    statement = select(
        *[col(getattr(Region, name)) for name in ("id", "name", "path", "parent_id")]
    )
    for wanted in (col(Region.id) == asked, col(Region.path).in_(paths[:1])):
        row = session.connection().execute(statement.where(wanted)).first()
        if row is not None and any(row.path.startswith(path) for path in paths):
            parent = row.parent_id if row.path not in paths else None
            return pd.DataFrame(
                [(row.id, row.name, row.path, parent)], columns=columns, dtype=object
            )
    return pd.DataFrame(columns=columns)


def lights_by_region(
    session: Session, actor: Actor, region_id: int, month: date, today: date
) -> pd.DataFrame:
    """Count the lights the actor sees in a region, by the places right below it.

    The month in view is counted as of today, an earlier one by its closing lights; a project whose
    closing light is not written yet (未结) counts with the light of the month's last day. The
    region's own projects, which belong to no place below it, stand in a row of their own. A place
    without projects has no row.
    Columns: region_id, region, own (bool: the region itself), bad, warn, unknown, notice, good,
    done (int each), projects (int: their sum), open (int: those of a past month without a closing
    light).
    """
    region = load(session, Region, region_id)
    counted = _counted(session, actor, region, month, today).subquery()
    home, places = aliased(Region), _places(session, region_id)
    below = [(col(home.path).startswith(row.path), literal(row.id)) for row in places]
    place = case(*below, else_=literal(region_id)) if below else literal(region_id)
    grouped = (
        select(place.label("region_id"), *[counted.c[name] for name in _COUNTS])
        .select_from(counted)
        .join(home, col(home.id) == counted.c.region_id)
        .subquery()
    )
    statement = select(
        grouped.c.region_id, *[func.sum(grouped.c[name]).label(name) for name in _COUNTS]
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
        (row[0], names[row[0]][2], row[0] == region_id, *counts, sum(counts), unclosed)
        for row in sorted(rows, key=lambda row: names[row[0]])
        for *counts, unclosed in [[int(number) for number in row[1:]]]
    ]
    return pd.DataFrame(found, columns=["region_id", "region", "own", *KINDS, "projects", "open"])


def _counted(
    session: Session, actor: Actor, region: Region, month: date, today: date
) -> _Counted | CompoundSelect[Any]:
    """Write the counts by the regions that projects lie in."""
    connection, row = session.connection(), RegionMonth
    own, columns = col(row.month) == month, ProjectMonth
    seen = sees_sql(actor, ProjectMonth, Action.BOARD_READ)
    lit = col(columns.lit_kind).is_not(None)
    passed = col(columns.programme_id).in_(_passed(month, today))
    left_lit = select(exists().where(col(columns.month) == month, lit, passed))
    anything = connection.scalar(select(exists().where(own)))
    # Asked by itself first: among tens of thousands of projects the answer is mostly "none".
    over = connection.scalar(select(_passed(month, today).exists()))
    if not anything or (over and connection.scalar(left_lit)):
        return union_all(
            *_past(session, actor, region, month, passed, col(columns.id).is_not(None)),
            *_anew(session, seen & lit & ~passed, region, month, today),
        )
    granted = _region_granted(actor, region)
    day = today.toordinal()
    holds = (col(row.lit_from) <= day) & (col(row.lit_until) >= day)
    kinds = [label(kind, getattr(row, kind)) for kind in KINDS]
    kept = select(col(row.region_id), *kinds, _number(0)).where(own, holds)
    kept = kept.where(_inside(region, col(row.region_id)), literal(granted))
    parts: list[_Counted] = [kept.where(sees_sql(actor, row, Action.BOARD_READ))]
    stale = select(col(row.region_id)).where(own, ~holds)
    if not granted:
        parts += _anew(session, seen & lit, region, month, today)
    elif connection.scalar(select(exists(stale))):
        again = col(columns.region_id).in_(stale) & lit & seen
        parts += _anew(session, again, region, month, today)
    here = select(col(row.region_id)).where(own)
    further = select(col(row.region_id)).where(col(row.month) == next_month(month))
    if connection.execute(further.except_(here).limit(1)).first():
        elsewhere = col(columns.region_id).not_in(here)
        parts += _past(session, actor, region, month, passed, elsewhere)
    return union_all(*parts)


def _number(value: Any) -> Any:
    return label("open", literal(value) if isinstance(value, int) else value)


def _passed(month: date, today: date) -> Select[Any]:
    """Select the programmes whose month in view lies after a month, as `month_in_view` says."""
    period, shown, ends = ReportingPeriod, col(Programme.shown_on), month_end(next_month(month))
    due = select(col(period.id)).where(
        col(period.programme_id) == col(Programme.id), col(period.due_on) <= today,
        shown.is_(None) | (col(period.due_on) <= shown),
    )  # fmt: skip
    ended = ~due.exists() & (literal(today) >= ends) & (shown.is_(None) | (shown >= ends))
    return select(col(Programme.id)).where(due.where(col(period.month) > month).exists() | ended)


def _past(
    session: Session,
    actor: Actor,
    region: Region,
    month: date,
    passed: ColumnElement[bool],
    where: ColumnElement[bool],
) -> list[_Counted]:
    """Write the counts of a month that is over: its closing lights, and those not yet written."""
    record, row = LightRecord, ProjectMonth
    of_month = (col(row.month) == month) & passed & where
    of_month &= sees_sql(actor, ProjectMonth, Action.BOARD_READ)
    closed = select(col(record.project_id)).where(col(record.month) == month)
    written = (
        select(col(row.region_id), *_sums(col(record.kind)), _number(0))
        .join(record, col(record.project_id) == col(row.project_id))
        .where(of_month, col(record.month) == month, _inside(region, col(row.region_id)))
        .group_by(col(row.region_id))
    )
    left = of_month & col(row.project_id).not_in(closed)
    return [written, *_anew(session, left, region, month, month_end(month), unclosed=True)]


def _region_granted(actor: Actor, region: Region) -> bool:
    grants = actor.granting(Action.BOARD_READ)
    return any(g.region_path and region.path.startswith(g.region_path) for g in grants)


def _inside(region: Region, region_id: Any) -> ColumnElement[bool]:
    places = select(col(Region.id)).where(col(Region.path).startswith(region.path))
    return region_id.in_(places)  # type: ignore[no-any-return]


def _sums(kind: Any) -> list[Any]:
    return [func.sum(case((kind == one.upper(), 1), else_=0)).label(one) for one in KINDS]


def _anew(
    session: Session,
    condition: ColumnElement[bool],
    region: Region,
    month: date,
    today: date,
    *,
    unclosed: bool = False,
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
        number = _number(func.count() if unclosed else 0)
        counted = select(inner.c.region_id, *_sums(inner.c.kind), number)
        counts.append(counted.group_by(inner.c.region_id))
    return counts
