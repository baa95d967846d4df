"""滞后说明 (G11): a report below plan says why, what is done about it and until when.

28 §3(2): a unit that lags behind its stage goal reports causes and measures in writing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dashboard.audit import record
from dashboard.bulk import among, rows_where
from dashboard.commands.opening import Opened
from dashboard.db import Columns, load, pairs
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _, joined
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.scope import scope_of
from dashboard.rules.progress import Item, Line, Report, Subject, reported_pct
from dashboard.rules.words import required_words
from models.fact import ProjectMonth
from models.project import LivelihoodProject, WorkItem
from models.report import ProgressReport, ReportState

_NEEDED = ("cause", "measure", "forecast_on")


def require_explained(session: Session, reports: Sequence[Opened]) -> None:
    """Raise `Invalid` when a lagging report does not say why, what is done and until when.

    28 §3(2), G11: cause, measure and new date. The reports are of one month, with their lines.
    """
    projects = [report.now["project_id"] for report in reports]
    statement: Columns = (
        select(col(ProjectMonth.project_id), col(ProjectMonth.planned_pct))
        .where(among(session, col(ProjectMonth.project_id), projects))
        .where(col(ProjectMonth.month) == reports[0].now["month"])
    )
    planned = dict(pairs(session, statement))
    subjects = _subjects(session, reports)
    for report in reports:
        project = report.now["project_id"]
        done = report.now["completed_pct"]
        if done is None:
            done = _completed(report, subjects[project])
        if missing := _lacking(report.now, done, planned.get(project)):
            found = load(session, LivelihoodProject, project)
            raise Invalid(
                _("{code} {name} 低于序时进度，请补填{missing}后再报送。").format(
                    code=found.code, name=found.name, missing=joined(missing)
                )
            )


def _subjects(session: Session, reports: Sequence[Opened]) -> dict[int, Subject]:
    """Give targets and work items of the projects whose reports state no percent."""
    keys = [r.now["project_id"] for r in reports if r.now["completed_pct"] is None]
    if not keys:
        return {}
    items: dict[int, list[Item]] = {}
    for one in rows_where(session, WorkItem, among(session, col(WorkItem.project_id), keys)):
        item = Item(one["id"], one["target_quantity"], one["weight_pct"])
        items.setdefault(one["project_id"], []).append(item)
    statement: Columns = select(
        col(LivelihoodProject.id), col(LivelihoodProject.target_quantity)
    ).where(among(session, col(LivelihoodProject.id), keys))
    return {
        key: Subject(0, 0, 0, target_quantity=target, items=tuple(items.get(key, ())))
        for key, target in pairs(session, statement)
    }


def _completed(report: Opened, subject: Subject) -> Decimal | None:
    """Give what the report says is done: its quantity or its work items'."""
    lines = [
        Line(item, row["completed_pct"], row["cumulative_quantity"])
        for item, row in report.lines.items()
    ]
    month, quantity = report.now["month"], report.now["cumulative_quantity"]
    return reported_pct(
        subject, Report(month, month, cumulative_quantity=quantity, lines=tuple(lines))
    )


def _lacking(report: Mapping[str, Any], done: Decimal | None, planned: Decimal | None) -> list[str]:
    if planned is None or done is None or done >= planned:
        return []
    fields = ProgressReport.model_fields
    return [_(fields[name].title or name) for name in _NEEDED if not report[name]]


def explain_lag(
    session: Session,
    actor: Actor,
    report_id: int,
    *,
    cause: str,
    measure: str,
    forecast_on: date,
) -> ProgressReport:
    """Write down why a report lags, what is done about it and the new date, before it is sent."""
    report = load(session, ProgressReport, report_id)
    allow(actor, Action.REPORT_SUBMIT, scope_of(session, report.project_id))
    if report.state not in (ReportState.DRAFT, ReportState.RETURNED):
        raise Conflict(_("这份月报已报送，退回后才能修改。"))
    for name, text in (("cause", cause), ("measure", measure)):
        title = _(ProgressReport.model_fields[name].title or name)
        setattr(report, name, required_words(text, title))
    report.forecast_on = forecast_on
    record(session, actor, "report:explain", report)
    return report
