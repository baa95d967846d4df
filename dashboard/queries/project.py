"""项目: the programmes an actor sees, and one project with everything known about it."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.db import Columns, frame
from dashboard.permissions import Action, Actor, allow, sees_sql
from models.account import Account
from models.agency import Agency
from models.audit import AuditEntry
from models.file import Attachment, StoredFile
from models.instruction import Instruction
from models.milestone import Adjustment, Milestone
from models.programme import Programme
from models.project import FundSource, LivelihoodProject, SupportingAgency, WorkItem
from models.region import Region
from models.report import CellSource, ProgressReport, ReportState
from models.upload import Upload


def programmes(session: Session, actor: Actor) -> pd.DataFrame:
    """List the programmes with at least one project the actor sees; constructed ones first.

    Columns: programme_id (int), name, year (int), region, region_id (int), constructed (bool),
    shown_on (date or None), adopted_on (date or None), source, projects (int).
    """
    statement: Columns = (
        select(
            col(Programme.id).label("programme_id"),
            col(Programme.name),
            col(Programme.year),
            col(Region.name).label("region"),
            col(Programme.region_id),
            col(Programme.constructed),
            col(Programme.shown_on),
            col(Programme.adopted_on),
            col(Programme.source),
            func.count(col(LivelihoodProject.id)).label("projects"),
        )
        .join(Region, col(Region.id) == col(Programme.region_id))
        .join(LivelihoodProject, col(LivelihoodProject.programme_id) == col(Programme.id))
        .where(sees_sql(actor))
        .group_by(col(Programme.id), col(Region.name))
        .order_by(col(Programme.constructed).desc(), col(Programme.year).desc(), col(Region.name))
    )
    return frame(session, statement)


def own_programmes(session: Session, actor: Actor) -> pd.DataFrame:
    """List every programme of the regions the actor runs, those without projects too.

    Columns: programme_id (int), name, year (int), region, adopted_on (date or None).
    """
    grants = actor.granting(Action.PLAN_IMPORT)
    places = [col(Region.path).startswith(g.region_path) for g in grants if g.region_path]
    statement: Columns = (
        select(
            col(Programme.id).label("programme_id"),
            col(Programme.name),
            col(Programme.year),
            col(Region.name).label("region"),
            col(Programme.adopted_on),
        )
        .join(Region, col(Region.id) == col(Programme.region_id))
        .where(or_(*places) if places else col(Region.id) < 0)
        .order_by(col(Programme.constructed).desc(), col(Programme.year).desc())
    )
    return frame(session, statement)


def projects(session: Session, actor: Actor, programme_id: int) -> pd.DataFrame:
    """List the projects of a programme that the actor sees, for pickers.

    Columns: project_id (int), code, name, category, agency, agency_id, leader.
    """
    statement: Columns = (
        select(
            col(LivelihoodProject.id).label("project_id"),
            col(LivelihoodProject.code),
            col(LivelihoodProject.name),
            col(LivelihoodProject.category),
            col(Agency.name).label("agency"),
            col(LivelihoodProject.lead_agency_id).label("agency_id"),
            col(LivelihoodProject.leader),
        )
        .outerjoin(Agency, col(Agency.id) == col(LivelihoodProject.lead_agency_id))
        .where(col(LivelihoodProject.programme_id) == programme_id, sees_sql(actor))
        .order_by(col(LivelihoodProject.code))
    )
    return frame(session, statement)


def grantable_projects(session: Session, actor: Actor) -> pd.DataFrame:
    """List every project by name alone, for whoever gives grants over listed projects.

    Columns: project_id (int), label (list, code and name).
    """
    allow(actor, Action.GRANT_EDIT)
    statement: Columns = (
        select(
            col(LivelihoodProject.id).label("project_id"),
            (
                col(Programme.name)
                + " "
                + col(LivelihoodProject.code)
                + " "
                + col(LivelihoodProject.name)
            ).label("label"),
        )
        .join(Programme, col(Programme.id) == col(LivelihoodProject.programme_id))
        .order_by(col(Programme.constructed).desc(), col(Programme.year).desc())
        .limit(5000)
    )
    return frame(session, statement)


def project_details(session: Session, actor: Actor, project_id: int) -> pd.DataFrame:
    """Give one project, or no row when it is out of scope.

    Columns: those of `LivelihoodProject`, and agency, upkeep_agency, region, programme, year,
    constructed, shown_on, adopted_on, adjustments (count of approved ones).
    """
    upkeep = aliased(Agency)
    approved = (
        select(func.count())
        .where(col(Adjustment.project_id) == col(LivelihoodProject.id))
        .where(col(Adjustment.state) == "APPROVED")
        .scalar_subquery()
    )
    statement: Columns = (
        select(
            *LivelihoodProject.__table__.c,  # type: ignore[attr-defined]
            col(Agency.name).label("agency"),
            upkeep.name.label("upkeep_agency"),  # type: ignore[attr-defined]
            col(Region.name).label("region"),
            col(Programme.name).label("programme"),
            col(Programme.year),
            col(Programme.constructed),
            col(Programme.shown_on),
            col(Programme.adopted_on),
            approved.label("adjustments"),
        )
        .join(Programme, col(Programme.id) == col(LivelihoodProject.programme_id))
        .join(Region, col(Region.id) == col(LivelihoodProject.region_id))
        .outerjoin(Agency, col(Agency.id) == col(LivelihoodProject.lead_agency_id))
        .outerjoin(upkeep, upkeep.id == col(LivelihoodProject.upkeep_agency_id))  # type: ignore[arg-type]
        .where(col(LivelihoodProject.id) == project_id, sees_sql(actor))
    )
    return frame(session, statement)


def supporting_agencies(session: Session, actor: Actor, project_id: int) -> pd.DataFrame:
    """List the units that support a project. Columns: agency."""
    statement: Columns = (
        select(col(Agency.name).label("agency"))
        .join(SupportingAgency, col(SupportingAgency.agency_id) == col(Agency.id))
        .where(col(SupportingAgency.project_id) == project_id)
        .where(sees_sql(actor, SupportingAgency))
        .order_by(col(Agency.name))
    )
    return frame(session, statement)


def milestones(
    session: Session, actor: Actor, project_id: int, *, baseline: bool = False
) -> pd.DataFrame:
    """List a project's plan by due day; with `baseline` as first adopted, before any adjustment.

    Columns: milestone_id (int), kind, name, due_on, planned_pct, planned_quantity, forecast_on,
    completed_on, work_item (None for the project itself), source, source_url.
    """
    statement: Columns = (
        select(
            col(Milestone.id).label("milestone_id"),
            col(Milestone.kind),
            col(Milestone.name),
            col(Milestone.due_on),
            col(Milestone.planned_pct),
            col(Milestone.planned_quantity),
            col(Milestone.forecast_on),
            col(Milestone.completed_on),
            col(WorkItem.name).label("work_item"),
            col(Milestone.source),
            col(Milestone.source_url),
        )
        .outerjoin(WorkItem, col(WorkItem.id) == col(Milestone.work_item_id))
        .where(col(Milestone.project_id) == project_id, sees_sql(actor, Milestone))
        .order_by(col(Milestone.due_on), col(Milestone.id))
    )
    known = col(Milestone.known_from)
    if baseline:
        first = select(func.min(known)).where(col(Milestone.project_id) == project_id)
        return frame(session, statement.where(known == first.scalar_subquery()))
    return frame(session, statement.where(col(Milestone.known_until).is_(None)))


def reports(session: Session, actor: Actor, project_id: int) -> pd.DataFrame:
    """List a project's reports, newest month first; only accepted ones for who may not read drafts.

    Columns: report_id (int), month, revision, state, receipt, no_change, cumulative_quantity,
    monthly_quantity, completed_pct, physical_progress, problem, cause, measure, next_step,
    forecast_on, completed_investment_wan, allocated_wan, paid_wan, published_status,
    warning_reason, return_reason, submitted_on, accepted_on, superseded_on, submitter, source,
    source_url.
    """
    submitter = aliased(Account)
    names = [
        "month",
        "revision",
        "state",
        "receipt",
        "no_change",
        "cumulative_quantity",
        "monthly_quantity",
        "completed_pct",
        "physical_progress",
        "problem",
        "cause",
        "measure",
        "next_step",
        "forecast_on",
        "completed_investment_wan",
        "allocated_wan",
        "paid_wan",
        "published_status",
        "warning_reason",
        "return_reason",
        "submitted_on",
        "accepted_on",
        "superseded_on",
        "source",
        "source_url",
    ]
    statement: Columns = (
        select(
            col(ProgressReport.id).label("report_id"),
            *[getattr(ProgressReport, name) for name in names],
            submitter.display_name.label("submitter"),  # type: ignore[attr-defined]
        )
        .outerjoin(submitter, submitter.id == col(ProgressReport.submitted_by_id))  # type: ignore[arg-type]
        .where(col(ProgressReport.project_id) == project_id, sees_sql(actor, ProgressReport))
        .order_by(col(ProgressReport.month).desc(), col(ProgressReport.revision).desc())
    )
    if not actor.may(Action.REPORT_READ):
        statement = statement.where(col(ProgressReport.state) == ReportState.ACCEPTED)
    return frame(session, statement)


def report_cells(session: Session, actor: Actor, report_id: int) -> pd.DataFrame:
    """List where each figure of a report came from (X7).

    Columns: field, work_item, raw, sheet, cell, by_hand (bool), file_id, file_name, batch,
    uploader, received_at (UTC).
    """
    uploader = aliased(Account)
    statement: Columns = (
        select(
            col(CellSource.field),
            col(WorkItem.name).label("work_item"),
            col(CellSource.raw),
            col(CellSource.sheet),
            col(CellSource.cell),
            col(CellSource.by_hand),
            col(StoredFile.id).label("file_id"),
            col(StoredFile.name).label("file_name"),
            col(Upload.number).label("batch"),
            uploader.display_name.label("uploader"),  # type: ignore[attr-defined]
            col(Upload.created_at).label("received_at"),
        )
        .join(ProgressReport, col(ProgressReport.id) == col(CellSource.report_id))
        .outerjoin(WorkItem, col(WorkItem.id) == col(CellSource.work_item_id))
        .outerjoin(Upload, col(Upload.id) == col(CellSource.upload_id))
        .outerjoin(StoredFile, col(StoredFile.id) == col(Upload.file_id))
        .outerjoin(uploader, uploader.id == col(Upload.account_id))  # type: ignore[arg-type]
        .where(col(CellSource.report_id) == report_id)
        .where(sees_sql(actor, ProgressReport, Action.REPORT_READ))
        .order_by(col(CellSource.id))
    )
    return frame(session, statement)


def fund_sources(session: Session, actor: Actor, project_id: int) -> pd.DataFrame:
    """List where a project's money comes from. Columns: name, budgeted_wan (万元)."""
    statement: Columns = (
        select(col(FundSource.name), col(FundSource.budgeted_wan))
        .where(col(FundSource.project_id) == project_id, sees_sql(actor, FundSource))
        .order_by(col(FundSource.id))
    )
    return frame(session, statement)


def adjustments(
    session: Session, actor: Actor, project_id: int | None = None, *, proposed: bool = False
) -> pd.DataFrame:
    """List changes of plans, newest first; of one project, or all that the actor sees.

    Columns: adjustment_id (int), project_id, code, project, number, field, old, new, reason,
    state, proposed_on, proposer, proposed_by_id, decided_on, answer, version.
    """
    proposer = aliased(Account)
    statement: Columns = (
        select(
            col(Adjustment.id).label("adjustment_id"),
            col(Adjustment.project_id),
            col(LivelihoodProject.code),
            col(LivelihoodProject.name).label("project"),
            col(Adjustment.number),
            col(Adjustment.field),
            col(Adjustment.old),
            col(Adjustment.new),
            col(Adjustment.reason),
            col(Adjustment.state),
            col(Adjustment.proposed_on),
            proposer.display_name.label("proposer"),  # type: ignore[attr-defined]
            col(Adjustment.proposed_by_id),
            col(Adjustment.decided_on),
            col(Adjustment.answer),
            col(Adjustment.version),
        )
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(Adjustment.project_id))
        .outerjoin(proposer, proposer.id == col(Adjustment.proposed_by_id))  # type: ignore[arg-type]
        .where(sees_sql(actor))
        .order_by(col(Adjustment.id).desc())
    )
    if project_id is not None:
        statement = statement.where(col(Adjustment.project_id) == project_id)
    if proposed:
        statement = statement.where(col(Adjustment.state) == "PROPOSED")
    return frame(session, statement)


def instructions(
    session: Session, actor: Actor, project_id: int | None = None, *, unanswered: bool = False
) -> pd.DataFrame:
    """List leaders' instructions, newest first; of one project, or all that the actor sees.

    Columns: instruction_id (int), project_id, code, project, agency, leader, given_on, words,
    due_on, answer, answered_on, given_by_id.
    """
    leader = aliased(Account)
    statement: Columns = (
        select(
            col(Instruction.id).label("instruction_id"),
            col(Instruction.project_id),
            col(LivelihoodProject.code),
            col(LivelihoodProject.name).label("project"),
            col(Agency.name).label("agency"),
            leader.display_name.label("leader"),  # type: ignore[attr-defined]
            col(Instruction.given_on),
            col(Instruction.words),
            col(Instruction.due_on),
            col(Instruction.answer),
            col(Instruction.answered_on),
            col(Instruction.given_by_id),
        )
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(Instruction.project_id))
        .outerjoin(Agency, col(Agency.id) == col(LivelihoodProject.lead_agency_id))
        .join(leader, leader.id == col(Instruction.given_by_id))  # type: ignore[arg-type]
        .where(sees_sql(actor, LivelihoodProject, Action.REPORT_READ))
        .order_by(col(Instruction.id).desc())
    )
    if project_id is not None:
        statement = statement.where(col(Instruction.project_id) == project_id)
    if unanswered:
        statement = statement.where(col(Instruction.answered_at).is_(None))
    return frame(session, statement)


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


def history(session: Session, actor: Actor, project_id: int, *, most: int = 60) -> pd.DataFrame:
    """List what was done to a project and its reports, newest first, from the audit log.

    Columns: at (UTC), who, event, table_name, changes (JSON), comment, batch.
    """
    own: list[tuple[str, str]] = [("livelihood_project", str(project_id))]
    for model in (ProgressReport, Adjustment, Instruction, Milestone):
        keys = select(col(model.id)).where(
            col(model.project_id) == project_id, sees_sql(actor, model, Action.REPORT_READ)
        )
        own += [(model.__tablename__, str(row[0])) for row in session.connection().execute(keys)]
    visible = frame(session, select(col(LivelihoodProject.id)).where(
        col(LivelihoodProject.id) == project_id, sees_sql(actor, action=Action.REPORT_READ)
    ))  # fmt: skip
    tables: dict[str, list[str]] = {}
    for table, key in own if len(visible) else []:
        tables.setdefault(table, []).append(key)
    conditions = [
        (col(AuditEntry.table_name) == table) & col(AuditEntry.row_key).in_(keys)
        for table, keys in tables.items()
    ]
    statement: Columns = (
        select(
            col(AuditEntry.at),
            col(AuditEntry.account_name).label("who"),
            col(AuditEntry.event),
            col(AuditEntry.table_name),
            col(AuditEntry.changes),
            col(AuditEntry.comment),
            col(AuditEntry.batch),
        )
        .where(or_(*conditions) if conditions else col(AuditEntry.id) < 0)
        .where(col(AuditEntry.success))
        .order_by(col(AuditEntry.id).desc())
        .limit(most)
    )
    return frame(session, statement)


def shown_day(today: date, shown_on: date | None) -> date:
    """Give the day a programme is shown as of: a documented one never past its source."""
    return min(today, shown_on) if shown_on else today
