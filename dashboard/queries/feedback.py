"""群众意见: the project and unit a citizen's words point to, and how long answers take (L2, L3)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlmodel import Session, col

from dashboard import clock
from dashboard.db import Columns, frame, records
from dashboard.permissions import Action, Actor, sees_sql
from dashboard.queries.calendar import known_threshold
from dashboard.rules.feedback import likeness, times
from models.agency import Agency
from models.project import LivelihoodProject
from models.rectification import Rectification
from models.region import Region
from models.remark import ObserverRemark, RemarkChannel, RemarkReply, RemarkState
from models.site import Site

MOST = 5


def proposed_projects(session: Session, actor: Actor, remark_id: int) -> pd.DataFrame:
    """Propose which project, and so which unit, a remark is for: the likeliest first.

    The project it names stands first; then those of its area whose name, field, unit or sites
    occur in its words. Columns: project_id, code, project, agency_id, agency, named (bool),
    likeness (float).
    """
    statement: Columns = (
        select(col(ObserverRemark.project_id), col(ObserverRemark.words), col(ObserverRemark.place),
               col(Region.path))
        .join(Region, col(Region.id) == col(ObserverRemark.region_id))
        .where(col(ObserverRemark.id) == remark_id)
        .where(sees_sql(actor, ObserverRemark, Action.REMARK_TRIAGE))
    )  # fmt: skip
    names = ["project_id", "code", "project", "agency_id", "agency", "named", "likeness"]
    asked = session.connection().execute(statement).first()
    if asked is None:
        return pd.DataFrame(columns=names, dtype=object)
    named_id, words, place, path = asked
    rows = _of_area(session, actor, path)
    for row in rows:
        row["named"] = row["project_id"] == named_id
        row["likeness"] = likeness(f"{words} {place}", row["about"])
    found = [row for row in rows if row["named"] or row["likeness"] > 0]
    found.sort(key=lambda row: (not row["named"], -row["likeness"], row["code"]))
    return pd.DataFrame(found[:MOST], columns=names, dtype=object)


def _of_area(session: Session, actor: Actor, path: str) -> list[dict[str, Any]]:
    sites = (
        select(func.coalesce(func.max(col(Site.address)), ""))
        .where(col(Site.project_id) == col(LivelihoodProject.id))
        .correlate(LivelihoodProject)
        .scalar_subquery()
    )
    statement: Columns = (
        select(
            col(LivelihoodProject.id).label("project_id"), col(LivelihoodProject.code),
            col(LivelihoodProject.name).label("project"), col(Agency.id).label("agency_id"),
            col(Agency.name).label("agency"), col(LivelihoodProject.category),
            sites.label("address"),
        )
        .join(Region, col(Region.id) == col(LivelihoodProject.region_id))
        .outerjoin(Agency, col(Agency.id) == col(LivelihoodProject.lead_agency_id))
        .where(sees_sql(actor, LivelihoodProject, Action.REMARK_TRIAGE))
        .where(col(Region.path).startswith(path))
    )  # fmt: skip
    rows = records(frame(session, statement))
    for row in rows:
        row["about"] = f"{row['project']} {row['category']} {row['address']}"
    return rows


def answer_times(
    session: Session, actor: Actor, today: date, *, channel: RemarkChannel | None = None
) -> pd.DataFrame:
    """Tell by unit how many days the first word and the settlement of remarks took.

    Columns: agency_id (None: no unit yet), agency, remarks (int), waiting (int), first_median,
    first_slow, settled (int), settled_median, settled_slow (float or None), ranked (bool: as many
    were settled as the office asks for before it compares). Best median of those ranked first.
    """
    rows = _decided(session, actor, channel)
    least = int(known_threshold(session, "LEAST_SAMPLE", today) or 5)
    found = []
    for agency_id, agency in sorted({(r["agency_id"], r["agency"]) for r in rows}, key=str):
        own = [row for row in rows if row["agency_id"] == agency_id]
        first = times([row["first"] for row in own if row["first"] is not None])
        ended = times([row["ended"] for row in own if row["ended"] is not None])
        found.append(
            (
                agency_id, agency, len(own), len(own) - first.count, first.median,
                first.slowest_tenth, ended.count, ended.median, ended.slowest_tenth,
                agency_id is not None and ended.count >= least,
            )
        )  # fmt: skip
    found.sort(key=lambda row: (not row[-1], row[7] if row[7] is not None else 9e9, str(row[1])))
    names = [
        "agency_id", "agency", "remarks", "waiting", "first_median", "first_slow", "settled",
        "settled_median", "settled_slow", "ranked",
    ]  # fmt: skip
    return pd.DataFrame(found, columns=names, dtype=object)


def _decided(session: Session, actor: Actor, channel: RemarkChannel | None) -> list[dict[str, Any]]:
    """Give each remark's days to the first word and to its end, None while there is none."""
    replied = (
        select(func.min(col(RemarkReply.replied_on)))
        .where(col(RemarkReply.remark_id) == col(ObserverRemark.id))
        .correlate(ObserverRemark)
        .scalar_subquery()
    )
    statement: Columns = (
        select(
            col(ObserverRemark.received_at), col(ObserverRemark.state),
            col(ObserverRemark.decided_on), replied.label("replied_on"),
            col(Rectification.closed_on), col(Agency.id).label("agency_id"),
            col(Agency.name).label("agency"),
        )
        .outerjoin(LivelihoodProject, col(LivelihoodProject.id) == col(ObserverRemark.project_id))
        .outerjoin(Agency, col(Agency.id) == col(LivelihoodProject.lead_agency_id))
        .outerjoin(Rectification, col(Rectification.id) == col(ObserverRemark.rectification_id))
        .where(sees_sql(actor, ObserverRemark, Action.REMARK_TRIAGE))
        .where(col(ObserverRemark.state) != RemarkState.WITHDRAWN)
    )  # fmt: skip
    if channel is not None:
        statement = statement.where(col(ObserverRemark.channel) == channel)
    rows = records(frame(session, statement))
    for row in rows:
        start = clock.local(row["received_at"]).date()
        said = min((d for d in (row["replied_on"], row["decided_on"]) if d), default=None)
        ends = {
            RemarkState.ANSWERED: row["decided_on"],
            RemarkState.NO_ACTION: row["decided_on"],
            RemarkState.SETTLED: row["closed_on"],
        }
        end = ends.get(RemarkState.of(row["state"]))
        row["first"] = max(0, (said - start).days) if said else None
        row["ended"] = max(0, (end - start).days) if end else None
    return rows
