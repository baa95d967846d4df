"""月报: what is due and who has it now, completeness and timeliness by unit."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import ScalarSelect, Subquery, and_, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.db import Columns, frame
from dashboard.permissions import Action, Actor, sees_sql
from models.account import Account
from models.agency import Agency
from models.project import LivelihoodProject
from models.report import (
    ExpectedReport,
    ProgressReport,
    ReportingPeriod,
    ReportState,
    ReportUnlock,
)


def periods(session: Session, actor: Actor, programme_id: int) -> pd.DataFrame:
    """List the reporting periods of a programme in which the actor sees a report, newest first.

    Columns: period_id (int), month, due_on, timely_until, locked_after, exception, version.
    """
    seen = (
        select(col(ExpectedReport.period_id))
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(ExpectedReport.project_id))
        .where(sees_sql(actor, action=Action.REPORT_READ))
    )
    statement: Columns = (
        select(
            col(ReportingPeriod.id).label("period_id"),
            col(ReportingPeriod.month),
            col(ReportingPeriod.due_on),
            col(ReportingPeriod.timely_until),
            col(ReportingPeriod.locked_after),
            col(ReportingPeriod.exception),
            col(ReportingPeriod.version),
        )
        .where(col(ReportingPeriod.programme_id) == programme_id)
        .where(col(ReportingPeriod.id).in_(seen))
        .order_by(col(ReportingPeriod.month).desc())
    )
    return frame(session, statement)


def agencies_reporting(session: Session, actor: Actor, programme_id: int) -> pd.DataFrame:
    """List the units for which the actor may upload. Columns: agency_id (int), agency."""
    statement: Columns = (
        select(col(Agency.id).label("agency_id"), col(Agency.name).label("agency"))
        .join(LivelihoodProject, col(LivelihoodProject.lead_agency_id) == col(Agency.id))
        .where(col(LivelihoodProject.programme_id) == programme_id)
        .where(sees_sql(actor, action=Action.REPORT_UPLOAD))
        .distinct()
        .order_by(col(Agency.name))
    )
    return frame(session, statement)


def _newest(month: date) -> Subquery:
    """Give the newest revision of every project's report of a month."""
    newest = (
        select(
            col(ProgressReport.project_id),
            func.max(col(ProgressReport.revision)).label("revision"),
        )
        .where(col(ProgressReport.month) == month)
        .group_by(col(ProgressReport.project_id))
        .subquery()
    )
    same = and_(
        col(ProgressReport.project_id) == newest.c.project_id,
        col(ProgressReport.revision) == newest.c.revision,
    )
    return (
        select(ProgressReport.__table__)  # type: ignore[attr-defined]
        .join(newest, same)
        .where(col(ProgressReport.month) == month)
        .subquery()
    )


_OF_REPORT = (
    "state", "receipt", "completed_pct", "physical_progress", "no_change", "revision",
    "submitted_on", "submitted_by_id", "confirmed_by_id", "return_reason", "warning_reason",
    "upload_id", "version",
)  # fmt: skip


def reports_due(session: Session, actor: Actor, programme_id: int, month: date) -> pd.DataFrame:
    """List what is owed for a month and where it stands, by unit and project code.

    Columns: expected_id (int), project_id, code, project, agency_id, agency, report_id (None when
    nothing was reported), state (None likewise), receipt, completed_pct, physical_progress,
    no_change, revision, received_on, submitted_on, submitted_by_id, submitter, confirmed_by_id,
    confirmer, return_reason, warning_reason, upload_id, version.
    """
    report = _newest(month).c
    submitter, confirmer = aliased(Account), aliased(Account)
    statement: Columns = (
        select(
            col(ExpectedReport.id).label("expected_id"),
            col(ExpectedReport.project_id),
            col(LivelihoodProject.code),
            col(LivelihoodProject.name).label("project"),
            col(ExpectedReport.agency_id),
            col(Agency.name).label("agency"),
            report.id.label("report_id"),
            *[report[name] for name in _OF_REPORT],
            col(ExpectedReport.received_on),
            submitter.display_name.label("submitter"),  # type: ignore[attr-defined]
            confirmer.display_name.label("confirmer"),  # type: ignore[attr-defined]
        )
        .join(ReportingPeriod, col(ReportingPeriod.id) == col(ExpectedReport.period_id))
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(ExpectedReport.project_id))
        .join(Agency, col(Agency.id) == col(ExpectedReport.agency_id))
        .outerjoin(
            report.id.table,
            and_(
                report.project_id == col(ExpectedReport.project_id),
                report.month == col(ReportingPeriod.month),
            ),
        )
        .outerjoin(submitter, col(submitter.id) == report.submitted_by_id)
        .outerjoin(confirmer, col(confirmer.id) == report.confirmed_by_id)
        .where(col(ReportingPeriod.programme_id) == programme_id)
        .where(col(ReportingPeriod.month) == month)
        .where(sees_sql(actor, action=Action.REPORT_READ))
        .order_by(col(Agency.name), col(LivelihoodProject.code))
    )
    return frame(session, statement)


def _settled_counts() -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    """Count the accepted report of an expected one, and the unlocks it was given."""
    accepted = (
        select(func.count())
        .where(col(ProgressReport.project_id) == col(ExpectedReport.project_id))
        .where(col(ProgressReport.month) == col(ReportingPeriod.month))
        .where(col(ProgressReport.state) == ReportState.ACCEPTED)
        .where(col(ProgressReport.superseded_on).is_(None))
        .correlate(ExpectedReport, ReportingPeriod)
        .scalar_subquery()
    )
    unlocked = (
        select(func.count())
        .where(col(ReportUnlock.project_id) == col(ExpectedReport.project_id))
        .where(col(ReportUnlock.month) == col(ReportingPeriod.month))
        .where(col(ReportUnlock.approved_on).is_not(None))
        .correlate(ExpectedReport, ReportingPeriod)
        .scalar_subquery()
    )
    return accepted, unlocked


def completeness(
    session: Session, actor: Actor, programme_id: int, month: date, today: date
) -> pd.DataFrame:
    """Count by unit what was owed and what came in, for one month (G3).

    Columns: agency, expected (int), received (int), timely (int), accepted (int), late (int),
    unlocks (int), complete_pct and timely_pct (0–100, whole numbers).
    """
    accepted, unlocked = _settled_counts()
    came = col(ExpectedReport.received_on) <= today
    timely = and_(came, col(ExpectedReport.received_on) <= col(ReportingPeriod.timely_until))
    statement: Columns = (
        select(
            col(Agency.name).label("agency"),
            func.count().label("expected"),
            func.sum(case((came, 1), else_=0)).label("received"),
            func.sum(case((timely, 1), else_=0)).label("timely"),
            func.sum(accepted).label("accepted"),
            func.sum(unlocked).label("unlocks"),
        )
        .select_from(ExpectedReport)
        .join(ReportingPeriod, col(ReportingPeriod.id) == col(ExpectedReport.period_id))
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(ExpectedReport.project_id))
        .join(Agency, col(Agency.id) == col(ExpectedReport.agency_id))
        .where(col(ReportingPeriod.programme_id) == programme_id)
        .where(col(ReportingPeriod.month) == month)
        .where(sees_sql(actor, action=Action.REPORT_READ))
        .group_by(col(Agency.name))
        .order_by(col(Agency.name))
    )
    found = frame(session, statement)
    for name in ("expected", "received", "timely", "accepted", "unlocks"):
        found[name] = [int(value or 0) for value in found[name]]
    found["late"] = [r - t for r, t in zip(found["received"], found["timely"], strict=True)]
    for name, part in (("complete_pct", "received"), ("timely_pct", "timely")):
        pairs = zip(found[part], found["expected"], strict=True)
        found[name] = [round(100 * done / of) if of else 0 for done, of in pairs]
    return found


def unlocks(session: Session, actor: Actor, *, waiting: bool) -> pd.DataFrame:
    """List requests to open a locked month, newest first; with `waiting` only undecided ones.

    Columns: unlock_id (int), project_id, code, project, month, reason, requester,
    requested_by_id, requested_on, approved_on, ends_on, refused_on, answer.
    """
    requester = aliased(Account)
    statement: Columns = (
        select(
            col(ReportUnlock.id).label("unlock_id"),
            col(ReportUnlock.project_id),
            col(LivelihoodProject.code),
            col(LivelihoodProject.name).label("project"),
            col(ReportUnlock.month),
            col(ReportUnlock.reason),
            requester.display_name.label("requester"),  # type: ignore[attr-defined]
            col(ReportUnlock.requested_by_id),
            col(ReportUnlock.requested_on),
            col(ReportUnlock.approved_on),
            col(ReportUnlock.ends_on),
            col(ReportUnlock.refused_on),
            col(ReportUnlock.answer),
        )
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(ReportUnlock.project_id))
        .join(requester, requester.id == col(ReportUnlock.requested_by_id))  # type: ignore[arg-type]
        .where(sees_sql(actor, action=Action.REPORT_READ))
        .order_by(col(ReportUnlock.id).desc())
    )
    if waiting:
        undecided = col(ReportUnlock.approved_on).is_(None) & col(ReportUnlock.refused_on).is_(None)
        statement = statement.where(undecided)
    return frame(session, statement)
