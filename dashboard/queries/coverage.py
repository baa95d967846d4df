"""Coverage by observers (J5, X14): what nobody looked at, who looked at what, a way to go next.

For the office and the auditor, who know of sealed visits too. A visit is a remark, or a visit that
was noted as made; two on one day by one person are one.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import func, select, union
from sqlmodel import Session, col

from dashboard.db import Columns, frame, records
from dashboard.permissions import Action, Actor, sees_sql
from dashboard.queries.calendar import known_threshold
from dashboard.rules.coverage import covered_pct, way
from dashboard.rules.place import Place, place_of
from models.account import Account
from models.agency import Agency
from models.observer import Visit
from models.programme import Programme
from models.project import LivelihoodProject
from models.remark import ObserverRemark, RemarkState
from models.site import Site


def _looks(actor: Actor) -> Any:
    """Give every look as project, account and day, each once."""
    remark, visit = ObserverRemark, Visit
    return union(
        select(
            col(remark.project_id).label("project_id"),
            col(remark.account_id).label("account_id"),
            col(remark.observed_on).label("day"),
        ).where(
            sees_sql(actor, remark, Action.OBSERVER_READ),
            col(remark.account_id).is_not(None),
            col(remark.state) != RemarkState.WITHDRAWN,
        ),
        select(col(visit.project_id), col(visit.account_id), col(visit.visited_on)).where(
            sees_sql(actor, visit), col(visit.visited_on).is_not(None)
        ),
    ).subquery()


def unvisited_days(session: Session, today: date) -> int:
    """Give after how many days without a look a project counts as not visited."""
    return int(known_threshold(session, "UNVISITED_DAYS", today) or Decimal(30))


def coverage(session: Session, actor: Actor, programme_id: int, today: date) -> pd.DataFrame:
    """List the projects of a list by how long nobody looked at them, the longest first.

    Columns: project_id, code, project, agency, visits (int), observers (int), last_on (date or
    None), days (int or None: since the last look), unvisited (bool: for longer than the office
    allows, or never), latitude, longitude (of its first site on the map, or None).
    """
    looks = _looks(actor)
    statement: Columns = (
        select(
            col(LivelihoodProject.id).label("project_id"),
            col(LivelihoodProject.code),
            col(LivelihoodProject.name).label("project"),
            col(Agency.name).label("agency"),
            func.count(looks.c.day).label("visits"),
            func.count(func.distinct(looks.c.account_id)).label("observers"),
            func.max(looks.c.day).label("last_on"),
        )
        .outerjoin(Agency, col(Agency.id) == col(LivelihoodProject.lead_agency_id))
        .outerjoin(
            looks, (looks.c.project_id == col(LivelihoodProject.id)) & (looks.c.day <= today)
        )
        .where(col(LivelihoodProject.programme_id) == programme_id)
        .where(sees_sql(actor, LivelihoodProject, Action.OBSERVER_READ))
        .group_by(
            col(LivelihoodProject.id), col(LivelihoodProject.code), col(LivelihoodProject.name),
            col(Agency.name),
        )
        .order_by(func.max(looks.c.day).asc().nulls_first(), col(LivelihoodProject.code))
    )  # fmt: skip
    rows = records(frame(session, statement))
    long_ago = unvisited_days(session, today)
    spots = _spots(session, [row["project_id"] for row in rows])
    for row in rows:
        last, spot = row["last_on"], spots.get(row["project_id"])
        row["days"] = (today - last).days if last else None
        row["unvisited"] = last is None or row["days"] > long_ago
        row["latitude"] = spot.latitude if spot else None
        row["longitude"] = spot.longitude if spot else None
    return pd.DataFrame(rows, columns=_COVERED, dtype=object)


_COVERED = [
    "project_id", "code", "project", "agency", "visits", "observers", "last_on", "days",
    "unvisited", "latitude", "longitude",
]  # fmt: skip


def _spots(session: Session, project_ids: list[int]) -> dict[int, Place]:
    statement = (
        select(col(Site.project_id), col(Site.latitude), col(Site.longitude))
        .where(col(Site.project_id).in_(project_ids), col(Site.latitude).is_not(None))
        .order_by(col(Site.id).desc())
    )
    rows = session.connection().execute(statement)
    found = {project_id: place_of(north, east) for project_id, north, east in rows}
    return {key: spot for key, spot in found.items() if spot is not None}


def visits_by_observer(
    session: Session, actor: Actor, programme_id: int, since: date, today: date
) -> pd.DataFrame:
    """List who looked how often at which unit's projects between two days.

    Columns: account_id, observer, agency_id, agency, visits (int), share (Decimal: percent of this
    observer's visits), always (bool: nearly all of them, of at least as many as the office counts).
    """
    looks = _looks(actor)
    statement: Columns = (
        select(
            col(Account.id).label("account_id"),
            col(Account.display_name).label("observer"),
            col(Agency.id).label("agency_id"),
            col(Agency.name).label("agency"),
            func.count().label("visits"),
        )
        .select_from(looks)
        .join(Account, col(Account.id) == looks.c.account_id)
        .join(LivelihoodProject, col(LivelihoodProject.id) == looks.c.project_id)
        .outerjoin(Agency, col(Agency.id) == col(LivelihoodProject.lead_agency_id))
        .where(col(LivelihoodProject.programme_id) == programme_id)
        .where(looks.c.day > since, looks.c.day <= today)
        .group_by(col(Account.id), col(Account.display_name), col(Agency.id), col(Agency.name))
        .order_by(col(Account.display_name), func.count().desc(), col(Agency.name))
    )
    rows = records(frame(session, statement))
    least = int(known_threshold(session, "SAME_OBSERVER", today) or Decimal(3))
    for row in rows:
        whole = sum(r["visits"] for r in rows if r["account_id"] == row["account_id"])
        row["share"] = covered_pct(row["visits"], whole)
        row["always"] = row["visits"] >= least and row["visits"] == whole
    names = ["account_id", "observer", "agency_id", "agency", "visits", "share", "always"]
    return pd.DataFrame(rows, columns=names, dtype=object)


def visits_due(
    session: Session, actor: Actor, programme_id: int, since: date, today: date
) -> pd.DataFrame:
    """Count the planned visits that fell due between two days, and those of them that were made.

    One row. Columns: due (int), visited (int), pct (Decimal or None).
    """
    statement: Columns = (
        select(func.count().label("due"), func.count(col(Visit.visited_on)).label("visited"))
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(Visit.project_id))
        .where(col(LivelihoodProject.programme_id) == programme_id, sees_sql(actor, Visit))
        .where(col(Visit.due_on) > since, col(Visit.due_on) <= today)
    )
    [row] = records(frame(session, statement))
    row["pct"] = covered_pct(row["visited"], row["due"])
    return pd.DataFrame([row], dtype=object)


def suggested_way(
    session: Session,
    actor: Actor,
    programme_id: int,
    today: date,
    *,
    latitude: Decimal,
    longitude: Decimal,
    stops: int = 8,
) -> pd.DataFrame:
    """Suggest in which order to visit what nobody looked at for too long, from where one stands.

    Columns: project_id, code, project, agency, days (int or None), metres (int: from the stop
    before).
    """
    start = place_of(latitude, longitude)
    assert start is not None
    rows = {
        int(row["project_id"]): row
        for row in records(coverage(session, actor, programme_id, today))
        if row["unvisited"] and row["latitude"] is not None
    }
    found = way(start, {key: Place(r["latitude"], r["longitude"]) for key, r in rows.items()})
    names = ["project_id", "code", "project", "agency", "days", "metres"]
    legs = [{**rows[key], "metres": leg} for key, leg in found[:stops]]
    return pd.DataFrame(
        [[leg[name] for name in names] for leg in legs], columns=names, dtype=object
    )


def since_of(session: Session, programme_id: int, today: date) -> date:
    """Give the day from which visits are counted: a quarter back, not before the list's year."""
    year = session.get_one(Programme, programme_id).year
    return max(today - timedelta(days=90), date(year, 1, 1) - timedelta(days=1))
