"""上传批次: what a sheet is read against, and what has been received."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard import imports
from dashboard.db import Columns, frame, load
from dashboard.errors import Missing
from dashboard.i18n import _, language
from dashboard.imports.context import Choice, Context, SheetKind, Synonym
from dashboard.permissions import Action, Actor, ProjectScope, allow, sees_sql
from dashboard.queries.plan import planned_values
from dashboard.rules.progress import Item, month_end, rolled_up, share
from models.account import Account
from models.agency import Agency
from models.file import Attachment, StoredFile
from models.milestone import Milestone, MilestoneKind
from models.programme import Programme
from models.project import LivelihoodProject, WorkItem
from models.region import Region
from models.report import FIGURES, LINE_FIGURES, ProgressReport, ReportLine, ReportState
from models.upload import HeadingMapping, HeadingSynonym, Upload, UploadKind

Figures = dict[str, Any]


def own_upload(session: Session, actor: Actor, upload_id: int, *, lock: bool = False) -> Upload:
    """Give an upload the actor may go on with: of a unit within scope, or their own plan sheet.

    With `lock` nobody else changes it until the transaction ends.
    """
    upload = load(session, Upload, upload_id, lock=lock)
    action = Action.REPORT_UPLOAD if upload.kind is UploadKind.MONTHLY else Action.PLAN_IMPORT
    allow(actor, action)
    paths = [grant.agency_path for grant in actor.granting(action)]
    agency = session.get(Agency, upload.agency_id) if upload.agency_id else None
    inside = agency is not None and any(p and agency.path.startswith(p) for p in paths)
    if not (inside or (actor.may(action) and upload.account_id == actor.account_id)):
        raise Missing(_("找不到该上传，或您无权查看。"))
    return upload


def sheet_kind(upload: Upload) -> SheetKind:
    """Say which workbook an upload is read as."""
    return SheetKind.MONTHLY if upload.kind is UploadKind.MONTHLY else SheetKind.PLAN


def sheet_context(session: Session, actor: Actor, upload_id: int) -> Context:
    """Give everything the reading of this upload needs beside its bytes."""
    upload = own_upload(session, actor, upload_id)
    month = upload.month or date.today().replace(day=1)  # noqa: DTZ011 - a plan has a month always
    agency = session.get(Agency, upload.agency_id) if upload.agency_id else None
    return Context(
        kind=sheet_kind(upload),
        month=month,
        agency=_agency(agency) if agency else None,
        agencies=tuple(_agency(body) for body in session.exec(rows_of(Agency))),
        projects=_projects(session, actor, upload, month),
        mappings=_mappings(session, upload),
        synonyms=_synonyms(session, upload.agency_id),
        include_hidden=upload.include_hidden,
        language=language(),
    )


def template_context(
    session: Session, actor: Actor, programme_id: int, agency_id: int, month: date
) -> Context:
    """Give what a unit's workbook for the month is made of: its projects and their last figures."""
    upload = Upload(
        kind=UploadKind.MONTHLY, file_id=0, sha256="", account_id=actor.account_id,
        programme_id=programme_id, agency_id=agency_id, month=month,
    )  # fmt: skip
    agency = load(session, Agency, agency_id)
    return Context(
        kind=SheetKind.MONTHLY,
        month=month,
        agency=_agency(agency),
        projects=_projects(session, actor, upload, month),
        language=language(),
    )


def plan_context(session: Session, actor: Actor, programme_id: int) -> tuple[Context, str]:
    """Give what a plan template is made of, and the name of the list."""
    programme = load(session, Programme, programme_id)
    region = load(session, Region, programme.region_id)
    allow(actor, Action.PLAN_IMPORT, ProjectScope(0, region.path))
    bodies = rows_of(Agency).where(Agency.region_id == region.id)
    context = Context(
        kind=SheetKind.PLAN,
        month=date(programme.year, 1, 1),
        agencies=tuple(_agency(body) for body in session.exec(bodies)),
        language=language(),
    )
    return context, programme.name


def _agency(agency: Agency) -> imports.context.Agency:
    aliases = tuple(a for a in agency.aliases.replace("，", "、").split("、") if a)
    return imports.context.Agency(agency.code, agency.name, aliases)


def _synonyms(session: Session, agency_id: int | None) -> tuple[Synonym, ...]:
    """Give what headings mean here: everybody's words first, then the unit's own."""
    statement = (
        rows_of(HeadingSynonym)
        .where(
            col(HeadingSynonym.agency_id).is_(None) | (col(HeadingSynonym.agency_id) == agency_id)
        )
        .order_by(col(HeadingSynonym.agency_id).is_not(None), col(HeadingSynonym.id))
    )
    rows = session.exec(statement)
    return tuple(Synonym(row.field, row.heading, row.kind, row.source) for row in rows)


def _mappings(session: Session, upload: Upload) -> dict[str, dict[str, Choice]]:
    kept: dict[str, dict[str, Choice]] = {}
    if upload.agency_id:
        statement = rows_of(HeadingMapping).where(HeadingMapping.agency_id == upload.agency_id)
        for row in session.exec(statement):
            kept[row.layout] = _choices(json.loads(row.mapping))
    earlier = rows_of(Upload).where(
        Upload.kind == upload.kind, Upload.programme_id == upload.programme_id,
        col(Upload.agency_id).is_(None), Upload.mapping != "{}", col(Upload.id) < upload.id,
    )  # fmt: skip
    for before in session.exec(earlier.order_by(col(Upload.id))) if not upload.agency_id else ():
        for layout, choices in json.loads(before.mapping).items():
            kept[layout] = {**kept.get(layout, {}), **_choices(choices)}
    for layout, choices in json.loads(upload.mapping).items():
        kept[layout] = {**kept.get(layout, {}), **_choices(choices)}
    return kept


def _choices(stored: dict[str, list[str]]) -> dict[str, Choice]:
    return {heading: Choice(*choice) for heading, choice in stored.items()}


def _projects(
    session: Session, actor: Actor, upload: Upload, month: date
) -> tuple[imports.context.Project, ...]:
    action = Action.REPORT_UPLOAD if upload.kind is UploadKind.MONTHLY else Action.PLAN_IMPORT
    statement = (
        rows_of(LivelihoodProject, col(Agency.code))
        .outerjoin(Agency, col(Agency.id) == col(LivelihoodProject.lead_agency_id))
        .where(col(LivelihoodProject.programme_id) == upload.programme_id)
        .where(sees_sql(actor, LivelihoodProject, action))
        .order_by(col(LivelihoodProject.code))
    )
    if upload.agency_id and upload.kind is UploadKind.MONTHLY:
        statement = statement.where(col(LivelihoodProject.lead_agency_id) == upload.agency_id)
    projects = session.exec(statement).all()
    ids = [project.id or 0 for project, _code in projects]
    items = _work_items(session, ids)
    planned = planned_figures(
        session, [project for project, _code in projects], items, month_end(month)
    )
    last, current = _figures(session, ids, month)
    lines = _line_figures(session, [*last.values(), *current.values()])
    there: dict[tuple[int, int | None], Figures] = {
        (report.project_id, item_id): figures
        for report in current.values()
        for item_id, figures in (
            (None, _values(report)),
            *((item.id, lines.get((report.id, item.id), {})) for item in items[report.project_id]),
        )
    }
    if upload.kind is UploadKind.PLAN:
        found = [project for project, _code in projects]
        there = planned_values(session, found, [item for one in items.values() for item in one])
    return tuple(
        imports.context.Project(
            code=project.code,
            name=project.name,
            agency_code=code or "",
            target_quantity=project.target_quantity,
            unit_of_measure=project.unit_of_measure,
            planned_pct=planned.get((project.id or 0, None)),
            due_on=project.due_on,
            last=_values(last.get(project.id or 0)),
            current=there.get((project.id or 0, None), {}),
            work_items=tuple(
                _work_item(item, planned, _line(lines, last.get(item.project_id), item), there)
                for item in items[project.id or 0]
            ),
        )
        for project, code in projects
    )


def _line(
    lines: dict[tuple[int | None, int | None], Figures],
    report: ProgressReport | None,
    item: WorkItem,
) -> Figures:
    return lines.get((report.id, item.id), {}) if report else {}


def _work_item(
    item: WorkItem,
    planned: dict[tuple[int, int | None], Decimal],
    last: Figures,
    there: dict[tuple[int, int | None], Figures],
) -> imports.context.WorkItem:
    return imports.context.WorkItem(
        code=item.code,
        name=item.name,
        target_quantity=item.target_quantity,
        unit_of_measure=item.unit_of_measure,
        planned_pct=planned.get((item.project_id, item.id)),
        weight_pct=item.weight_pct,
        last=last,
        current=there.get((item.project_id, item.id), {}),
    )


def _values(report: ProgressReport | None) -> Figures:
    return {name: getattr(report, name) for name in FIGURES} if report else {}


def planned_figures(
    session: Session,
    projects: Sequence[LivelihoodProject],
    items: Mapping[int, Sequence[WorkItem]],
    day: date,
) -> dict[tuple[int, int | None], Decimal]:
    """Give the planned cumulative percent that holds on a day, by project and work item.

    A planned quantity counts as a share of its target, and work items make up their project, as in
    `rules.progress.planned_pct`.
    """
    ids = [project.id or 0 for project in projects]
    statement: Columns = (
        select(
            col(Milestone.project_id), col(Milestone.work_item_id), col(Milestone.planned_pct),
            col(Milestone.planned_quantity),
        )
        .where(col(Milestone.project_id).in_(ids), col(Milestone.known_until).is_(None))
        .where(col(Milestone.kind) == MilestoneKind.MONTHLY, col(Milestone.due_on) <= day)
        .order_by(col(Milestone.due_on), col(Milestone.id))
    )  # fmt: skip
    targets: dict[tuple[int, int | None], Decimal | None] = {
        (project.id or 0, None): project.target_quantity for project in projects
    }
    targets |= {(key, one.id): one.target_quantity for key in items for one in items[key]}
    found: dict[tuple[int, int | None], Decimal] = {}
    for key, item, pct, quantity in session.connection().execute(statement):
        planned = pct if pct is not None else share(quantity, targets.get((key, item)))
        if planned is not None:
            found[key, item] = planned
    for key, own in items.items():
        percents = {one.id or 0: found.get((key, one.id)) for one in own}
        parts = [Item(one.id or 0, one.target_quantity, one.weight_pct) for one in own]
        whole = rolled_up(parts, percents)
        if whole is not None:
            found.setdefault((key, None), whole)
    return found


def _figures(
    session: Session, project_ids: list[int], month: date
) -> tuple[dict[int, ProgressReport], dict[int, ProgressReport]]:
    accepted = (
        rows_of(ProgressReport)
        .where(col(ProgressReport.project_id).in_(project_ids))
        .where(col(ProgressReport.month) < month, ProgressReport.state == ReportState.ACCEPTED)
        .where(col(ProgressReport.superseded_on).is_(None))
        .order_by(col(ProgressReport.month))
    )
    present = (
        rows_of(ProgressReport)
        .where(col(ProgressReport.project_id).in_(project_ids), ProgressReport.month == month)
        .order_by(col(ProgressReport.revision))
    )
    last = {report.project_id: report for report in session.exec(accepted)}
    return last, {report.project_id: report for report in session.exec(present)}


def _work_items(session: Session, project_ids: list[int]) -> dict[int, list[WorkItem]]:
    found: dict[int, list[WorkItem]] = defaultdict(list)
    statement = rows_of(WorkItem).where(col(WorkItem.project_id).in_(project_ids))
    for item in session.exec(statement.order_by(col(WorkItem.code))):
        found[item.project_id].append(item)
    return found


def _line_figures(
    session: Session, reports: list[ProgressReport]
) -> dict[tuple[int | None, int | None], Figures]:
    ids = [report.id for report in reports]
    statement = rows_of(ReportLine).where(col(ReportLine.report_id).in_(ids))
    return {
        (line.report_id, line.work_item_id): {name: getattr(line, name) for name in LINE_FIGURES}
        for line in session.exec(statement)
    }


def _sees_upload_sql(actor: Actor) -> ColumnElement[bool]:
    """Say which uploads one may know of: of units within scope, plan sheets of regions within."""
    conditions: list[ColumnElement[bool]] = []
    for grant in actor.granting(Action.REPORT_READ):
        bodies = select(col(Agency.id))
        if grant.region_path:
            places = select(col(Region.id)).where(col(Region.path).startswith(grant.region_path))
            lists = select(col(Programme.id)).where(col(Programme.region_id).in_(places))
            plans = col(Upload.agency_id).is_(None) & col(Upload.programme_id).in_(lists)
            own = col(Upload.agency_id).in_(bodies.where(col(Agency.region_id).in_(places)))
            conditions.append(plans | own)
        elif grant.agency_path:
            bodies = bodies.where(col(Agency.path).startswith(grant.agency_path))
            conditions.append(col(Upload.agency_id).in_(bodies))
    return or_(false(), *conditions)


def uploads(session: Session, actor: Actor, programme_id: int, month: date | None) -> pd.DataFrame:
    """List what was received, newest first.

    Columns: upload_id (int), number, kind, state, file_name, file_id, agency, month, uploader,
    created_at (UTC), rows (int).
    """
    uploader = aliased(Account)
    statement: Columns = (
        select(
            col(Upload.id).label("upload_id"),
            col(Upload.number),
            col(Upload.kind),
            col(Upload.state),
            col(StoredFile.name).label("file_name"),
            col(StoredFile.id).label("file_id"),
            col(Agency.name).label("agency"),
            col(Upload.month),
            uploader.display_name.label("uploader"),  # type: ignore[attr-defined]
            col(Upload.created_at),
            col(Upload.rows_count).label("rows"),
        )
        .join(StoredFile, col(StoredFile.id) == col(Upload.file_id))
        .join(uploader, uploader.id == col(Upload.account_id))  # type: ignore[arg-type]
        .outerjoin(Agency, col(Agency.id) == col(Upload.agency_id))
        .where(col(Upload.programme_id) == programme_id, _sees_upload_sql(actor))
        .order_by(col(Upload.id).desc())
        .limit(50)
    )
    if month is not None:
        statement = statement.where(col(Upload.month) == month)
    return frame(session, statement)


def upload_dependents(session: Session, actor: Actor, upload_id: int) -> pd.DataFrame:
    """List what taking a batch back would take with it, or what stands against it.

    Columns: project_code, project, state, attachments (int).
    """
    own_upload(session, actor, upload_id)
    statement: Columns = (
        select(
            col(ProgressReport.id),
            col(LivelihoodProject.code).label("project_code"),
            col(LivelihoodProject.name).label("project"),
            col(ProgressReport.state),
        )
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(ProgressReport.project_id))
        .where(col(ProgressReport.upload_id) == upload_id)
        .order_by(col(LivelihoodProject.code))
    )
    found = frame(session, statement)
    attached = select(col(Attachment.row_id)).where(
        col(Attachment.table_name) == "progress_report",
        col(Attachment.row_id).in_(list(found["id"])),
    )
    rows = [row[0] for row in session.connection().execute(attached)]
    found["attachments"] = [rows.count(key) for key in found["id"]]
    return found.drop(columns="id")
