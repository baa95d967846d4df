"""三方印证与无声项目: where the unit's word and the site part, and where nothing is heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Executable, func, or_, select
from sqlmodel import Session, col

from dashboard.db import load
from dashboard.permissions import Action, Actor, sees_sql
from dashboard.queries.calendar import threshold
from dashboard.queries.facts import month_in_view, programme_day
from dashboard.rules.witness import Claim, Gap, Sight, gap
from models.agency import Agency
from models.fact import ProjectMonth
from models.file import Attachment
from models.observer import Visit
from models.photo import Photo
from models.programme import Programme
from models.project import LivelihoodProject
from models.rectification import Rectification
from models.remark import ObserverRemark, RemarkChannel, RemarkState, SeenProgress
from models.report import ProgressReport, ReportState

QUIET = ("report_on", "visit_on", "photo_on", "paid_on")
"""The four days a project was last heard of: by report, by visit, by photo, by money."""


def witnesses(
    session: Session, actor: Actor, programme_id: int, today: date, project_id: int | None = None
) -> pd.DataFrame:
    """Hold plan, unit and observer of each project against one another.

    Columns: project_id (int), code, name, agency (str), planned_pct, claimed_pct (Decimal or
    None: the unit's newest accepted figure), claimed_month (date or None), seen (SeenProgress code
    or None), seen_pct (Decimal or None), seen_on (date or None), words (str: the remark's),
    remark_id (int or None), gap_pp (Decimal or None), apart (bool: they contradict each other).
    """
    programme = load(session, Programme, programme_id)
    day = programme_day(programme, today)
    at_least = threshold(session, "GAP_PP", day)
    month = month_in_view(session, programme_id, day)
    heads = _heads(session, actor, programme_id, project_id)
    claims, planned = _claims(session, list(heads), month, day)
    sights = _sights(session, actor, list(heads), day)
    rows = []
    for key, head in heads.items():
        own = claims.get(key, [])
        sight, words, remark_id = sights.get(key, (None, "", None))
        found = gap(own, sight, at_least)
        newest = max(own, default=None)
        rows.append((key, *head, planned.get(key), *_said(newest, sight), words, remark_id,
                     *_apart(found)))  # fmt: skip
    names = [
        "project_id", "code", "name", "agency", "planned_pct", "claimed_pct", "claimed_month",
        "seen", "seen_pct", "seen_on", "words", "remark_id", "gap_pp", "apart",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names, dtype=object)


def gaps(session: Session, actor: Actor, programme_id: int, today: date) -> pd.DataFrame:
    """List the projects whose unit says more than was seen, the widest gap first.

    Columns as `witnesses`.
    """
    found = witnesses(session, actor, programme_id, today)
    apart = found[found["apart"].astype(bool)]
    widest = apart.sort_values("gap_pp", ascending=False, key=_number, kind="stable")
    return widest.reset_index(drop=True)


def _number(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values).fillna(0)


def _said(newest: Claim | None, sight: Sight | None) -> tuple[Any, ...]:
    claimed = (newest.completed_pct, newest.month) if newest else (None, None)
    seen = (sight.seen.value, sight.pct, sight.observed_on) if sight else (None, None, None)
    return *claimed, *seen


def _apart(found: Gap | None) -> tuple[Any, bool]:
    return (found.gap_pp, True) if found else (None, False)


def _rows(session: Session, statement: Executable) -> Iterable[Any]:
    return session.connection().execute(statement)


def _heads(
    session: Session, actor: Actor, programme_id: int, project_id: int | None = None
) -> dict[int, tuple[str, str, str]]:
    project = LivelihoodProject
    statement = (
        select(col(project.id), col(project.code), col(project.name), col(Agency.name))
        .outerjoin(Agency, col(Agency.id) == col(project.lead_agency_id))
        .where(col(project.programme_id) == programme_id)
        .where(sees_sql(actor, action=Action.BOARD_READ))
        .order_by(col(project.code))
    )
    if project_id is not None:
        statement = statement.where(col(project.id) == project_id)
    return {row[0]: (row[1], row[2], row[3] or "") for row in _rows(session, statement)}


def _claims(
    session: Session, ids: list[int], month: date, day: date
) -> tuple[dict[int, list[Claim]], dict[int, Any]]:
    row = ProjectMonth
    statement = select(
        col(row.project_id), col(row.month), col(row.completed_pct), col(row.planned_pct),
        col(row.reported),
    ).where(col(row.project_id).in_(ids), col(row.month) <= month)  # fmt: skip
    claims: dict[int, list[Claim]] = {}
    planned: dict[int, Any] = {}
    for key, own, completed, plan, reported in _rows(session, statement):
        if reported and completed is not None:
            claims.setdefault(key, []).append(Claim(own, completed))
        if own == month:
            planned[key] = plan
    return claims, planned


def _sights(
    session: Session, actor: Actor, ids: list[int], day: date
) -> dict[int, tuple[Sight, str, int]]:
    """Give the newest remark of an observer that says how far the work is, by project."""
    remark = ObserverRemark
    statement = (
        select(
            col(remark.project_id), col(remark.observed_on), col(remark.seen),
            col(remark.seen_pct), col(remark.words), col(remark.id),
        )
        .where(col(remark.project_id).in_(ids), col(remark.observed_on) <= day)
        .where(col(remark.channel) == RemarkChannel.OBSERVER)
        .where(col(remark.state) != RemarkState.WITHDRAWN)
        .where(
            or_(col(remark.seen) != SeenProgress.UNSAID, col(remark.seen_pct).is_not(None))
        )
        .where(sees_sql(actor, remark))
        .order_by(col(remark.observed_on), col(remark.id))
    )  # fmt: skip
    return {row[0]: (Sight(*row[1:4]), row[4], row[5]) for row in _rows(session, statement)}


def silences(session: Session, actor: Actor, programme_id: int, today: date) -> pd.DataFrame:
    """List the projects nothing was heard of for the set number of days, the quietest first.

    A project that is taken over is quiet by right and not listed; a sealed visit is heard by the
    office alone.
    Columns: project_id (int), code, name, agency (str), report_on, visit_on, photo_on, paid_on
    (date or None: when last), quiet (int: of the four), days (int: since anything was heard, or
    since the year began).
    """
    programme = load(session, Programme, programme_id)
    day = programme_day(programme, today)
    limit = int(threshold(session, "SILENT_DAYS", day))
    heads = _heads(session, actor, programme_id)
    taken_over = _taken_over(session, programme_id, day)
    ids = [key for key in heads if key not in taken_over]
    heard = [
        _reported(session, ids, day), _visited(session, actor, ids, day),
        _photographed(session, actor, ids, day), _paid(session, ids, day),
    ]  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for key in ids:
        days = [each.get(key) for each in heard]
        quiet = sum(last is None or (day - last).days > limit for last in days)
        since = max([last for last in days if last is not None], default=_begun(programme, day))
        if quiet:
            rows.append((key, *heads[key], *days, quiet, (day - since).days))
    rows.sort(key=lambda row: (-row[-2], -row[-1], row[1]))
    names = ["project_id", "code", "name", "agency", *QUIET, "quiet", "days"]
    return pd.DataFrame(rows, columns=names, dtype=object)


def _begun(programme: Programme, day: date) -> date:
    return min(date(programme.year, 1, 1), day)


def _taken_over(session: Session, programme_id: int, day: date) -> set[int]:
    project = LivelihoodProject
    statement = select(col(project.id)).where(
        col(project.programme_id) == programme_id, col(project.accepted_on) <= day
    )
    return {row[0] for row in _rows(session, statement)}


def _newest(*found: Mapping[int, date]) -> dict[int, date]:
    keys = {key for each in found for key in each}
    return {key: max(each[key] for each in found if key in each) for key in keys}


def _by_project(session: Session, statement: Executable) -> dict[int, date]:
    return {row[0]: row[1] for row in _rows(session, statement) if row[1] is not None}


def _reported(session: Session, ids: list[int], day: date) -> dict[int, date]:
    report = ProgressReport
    return _by_project(
        session,
        select(col(report.project_id), func.max(col(report.accepted_on)))
        .where(col(report.project_id).in_(ids), col(report.accepted_on) <= day)
        .where(col(report.state) == ReportState.ACCEPTED)
        .group_by(col(report.project_id)),
    )


def _visited(session: Session, actor: Actor, ids: list[int], day: date) -> dict[int, date]:
    remark, visit = ObserverRemark, Visit
    by_remark = (
        select(col(remark.project_id), func.max(col(remark.observed_on)))
        .where(col(remark.project_id).in_(ids), col(remark.observed_on) <= day)
        .where(col(remark.channel) == RemarkChannel.OBSERVER)
        .where(col(remark.state) != RemarkState.WITHDRAWN, sees_sql(actor, remark))
        .group_by(col(remark.project_id))
    )
    by_visit = (
        select(col(visit.project_id), func.max(col(visit.visited_on)))
        .where(col(visit.project_id).in_(ids), col(visit.visited_on) <= day)
        .where(sees_sql(actor, visit, Action.BOARD_READ))
        .group_by(col(visit.project_id))
    )
    return _newest(_by_project(session, by_remark), _by_project(session, by_visit))


def _photographed(session: Session, actor: Actor, ids: list[int], day: date) -> dict[int, date]:
    remark, report, problem = ObserverRemark, ProgressReport, Rectification
    at_site = (
        select(col(remark.project_id), func.max(col(remark.observed_on)))
        .join(Photo, col(Photo.row_id) == col(remark.id))
        .where(col(Photo.table_name) == remark.__tablename__)
        .where(col(remark.project_id).in_(ids), col(remark.observed_on) <= day)
        .where(col(remark.state) != RemarkState.WITHDRAWN, sees_sql(actor, remark))
        .group_by(col(remark.project_id))
    )
    as_evidence = (
        select(col(report.project_id), func.max(col(report.accepted_on)))
        .join(Attachment, col(Attachment.row_id) == col(report.id))
        .where(col(Attachment.table_name) == report.__tablename__)
        .where(col(report.project_id).in_(ids), col(report.accepted_on) <= day)
        .group_by(col(report.project_id))
    )
    rectified = (
        select(col(problem.project_id), func.max(col(problem.proposed_on)))
        .join(Photo, col(Photo.row_id) == col(problem.id))
        .where(col(Photo.table_name) == problem.__tablename__)
        .where(col(problem.project_id).in_(ids), col(problem.proposed_on) <= day)
        .where(sees_sql(actor, problem))
        .group_by(col(problem.project_id))
    )
    return _newest(*(_by_project(session, each) for each in (at_site, as_evidence, rectified)))


def _paid(session: Session, ids: list[int], day: date) -> dict[int, date]:
    """Give the day an accepted report last showed that more had been paid than before."""
    report = ProgressReport
    statement = (
        select(col(report.project_id), col(report.accepted_on), col(report.paid_wan))
        .where(col(report.project_id).in_(ids), col(report.accepted_on) <= day)
        .where(col(report.state) == ReportState.ACCEPTED, col(report.paid_wan).is_not(None))
        .order_by(col(report.project_id), col(report.month), col(report.revision))
    )
    most: dict[int, Any] = {}
    moved: dict[int, date] = {}
    for key, accepted_on, paid in _rows(session, statement):
        if paid > most.get(key, 0):
            most[key], moved[key] = paid, accepted_on
    return moved
