"""滞后说明 (G11): a report below plan says why, what is done about it and until when.

28 §3(2): a unit that lags behind its stage goal reports causes and measures in writing.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _, joined
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.scope import scope_of
from dashboard.rules.progress import Item, Line, Report, Subject, reported_pct
from dashboard.rules.words import required_words
from models.fact import ProjectMonth
from models.project import LivelihoodProject, WorkItem
from models.report import ProgressReport, ReportLine, ReportState


def lacking(session: Session, report: ProgressReport) -> list[str]:
    """Name what a lagging report still lacks: cause, measure and new date (28 §3(2), G11)."""
    planned = session.connection().scalar(
        select(col(ProjectMonth.planned_pct)).where(
            col(ProjectMonth.project_id) == report.project_id,
            col(ProjectMonth.month) == report.month,
        )
    )
    done = _completed(session, report)
    if planned is None or done is None or done >= planned:
        return []
    needed = ("cause", "measure", "forecast_on")
    titles = [(name, ProgressReport.model_fields[name].title or name) for name in needed]
    return [_(title) for name, title in titles if not getattr(report, name)]


def _completed(session: Session, report: ProgressReport) -> Decimal | None:
    """Give what the report says is done: its percent, its quantity or its work items'."""
    found = rows_of(ReportLine).where(ReportLine.report_id == report.id)
    lines = [
        Line(r.work_item_id, r.completed_pct, r.cumulative_quantity) for r in session.exec(found)
    ]
    project = load(session, LivelihoodProject, report.project_id)
    members = session.exec(rows_of(WorkItem).where(WorkItem.project_id == project.id))
    items = tuple(Item(one.id or 0, one.target_quantity, one.weight_pct) for one in members)
    subject = Subject(0, 0, 0, target_quantity=project.target_quantity, items=items)
    return reported_pct(
        subject,
        Report(
            report.month, report.month, completed_pct=report.completed_pct,
            cumulative_quantity=report.cumulative_quantity, lines=tuple(lines),
        ),
    )  # fmt: skip


def require_explained(session: Session, report: ProgressReport) -> None:
    """Raise `Invalid` when a lagging report does not say why, what is done and until when."""
    if missing := lacking(session, report):
        project = load(session, LivelihoodProject, report.project_id)
        raise Invalid(
            _("{code} {name} 低于序时进度，请补填{missing}后再报送。").format(
                code=project.code, name=project.name, missing=joined(missing)
            )
        )


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
