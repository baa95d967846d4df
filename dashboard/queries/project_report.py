"""一个项目的月报: its reports, the cell of each figure, its evidence."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.db import Columns, frame
from dashboard.permissions import Action, Actor, sees_sql
from dashboard.queries.source import origins
from dashboard.rules.source import sources_in
from models.account import Account
from models.fact import ProjectMonth
from models.file import Attachment, StoredFile
from models.report import ProgressReport, ReportState

_OF_REPORT = (
    "month", "revision", "state", "receipt", "no_change", "cumulative_quantity",
    "monthly_quantity", "completed_pct", "physical_progress", "problem", "cause", "measure",
    "next_step", "forecast_on", "completed_investment_wan", "allocated_wan", "paid_wan",
    "published_status", "warning_reason", "return_reason", "submitted_on", "accepted_on",
    "superseded_on", "source", "source_url",
)  # fmt: skip
_OF_FILE = ("file_id", "file_name", "batch", "uploader", "received_at")
_OF_CELL = ["field", "work_item", "raw", "sheet", "cell", "by_hand", *_OF_FILE]
_BETWEEN = ("warning_reason", "return_reason", "receipt", "submitter")
_OWN_WORDS = ("problem", "cause", "measure", "next_step")
"""What a unit says of itself to the office; observers know the facts that are public."""


def project_reports(session: Session, actor: Actor, project_id: int) -> pd.DataFrame:
    """List a project's reports, newest month first; only accepted ones for who may not read drafts.

    Whether one may is asked of this very project: a role elsewhere opens no drafts here. What was
    said between unit and office, and by whom, is blank for who may not: figures, progress and
    forecast are left.

    Columns: report_id (int), month, revision, state, receipt, no_change, cumulative_quantity,
    monthly_quantity, completed_pct, physical_progress, problem, cause, measure, next_step,
    forecast_on, completed_investment_wan, allocated_wan, paid_wan, published_status,
    warning_reason, return_reason, submitted_on, accepted_on, superseded_on, submitter, source,
    source_url.
    """
    submitter, reads = aliased(Account), sees_sql(actor, ProgressReport, Action.REPORT_READ)
    statement: Columns = (
        select(
            col(ProgressReport.id).label("report_id"),
            *[getattr(ProgressReport, name) for name in _OF_REPORT],
            submitter.display_name.label("submitter"),  # type: ignore[attr-defined]
            reads.label("reads"),
        )
        .outerjoin(submitter, submitter.id == col(ProgressReport.submitted_by_id))  # type: ignore[arg-type]
        .where(col(ProgressReport.project_id) == project_id, sees_sql(actor, ProgressReport))
        .where((col(ProgressReport.state) == ReportState.ACCEPTED) | reads)
        .order_by(col(ProgressReport.month).desc(), col(ProgressReport.revision).desc())
    )
    found = frame(session, statement)
    may = [bool(each) for each in found.pop("reads")]
    for name in (*_BETWEEN, *_OWN_WORDS):
        found[name] = [value if ok else "" for value, ok in zip(found[name], may, strict=True)]
    return found


def report_cells(session: Session, actor: Actor, report_id: int) -> pd.DataFrame:
    """List where each figure of a report came from (X7).

    Columns: field, work_item, raw, sheet, cell, by_hand (bool), file_id, file_name, batch,
    uploader, received_at (UTC).
    """
    statement: Columns = (
        select(col(ProgressReport.cells))
        .where(col(ProgressReport.id) == report_id)
        .where(sees_sql(actor, ProgressReport, Action.REPORT_READ))
    )
    kept = list(sources_in(session.connection().scalar(statement) or "[]"))
    rows = [
        {
            **source._asdict(),
            **{name: file.get(name) for name in _OF_FILE},
            "work_item": item,
        }
        for source, file, item, _by in origins(session, kept)
    ]
    return pd.DataFrame(rows, columns=_OF_CELL, dtype=object)


def attachments(session: Session, actor: Actor, project_id: int) -> pd.DataFrame:
    """List the evidence of a project's reports. Columns: file_id, file_name, caption, month."""
    statement: Columns = (
        select(
            col(StoredFile.id).label("file_id"),
            col(StoredFile.name).label("file_name"),
            col(Attachment.caption),
            col(ProgressReport.month),
        )
        .join(Attachment, col(Attachment.file_id) == col(StoredFile.id))
        .join(ProgressReport, col(ProgressReport.id) == col(Attachment.row_id))
        .where(col(Attachment.table_name) == "progress_report")
        .where(col(ProgressReport.project_id) == project_id)
        .where(sees_sql(actor, ProgressReport, Action.REPORT_READ))
        .order_by(col(StoredFile.id).desc())
    )
    return frame(session, statement)


def progress_by_month(session: Session, actor: Actor, project_id: int) -> pd.DataFrame:
    """Give a project's planned and accepted cumulative percent for every month of its year.

    Columns: month (date), planned_pct, completed_pct (Decimal; None where nobody said).
    """
    statement: Columns = (
        select(
            col(ProjectMonth.month),
            col(ProjectMonth.planned_pct),
            col(ProjectMonth.completed_pct),
        )
        .where(col(ProjectMonth.project_id) == project_id, sees_sql(actor, ProjectMonth))
        .order_by(col(ProjectMonth.month))
    )
    return frame(session, statement)
