"""上传批次: what a sheet is read against, and what has been received."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
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
from dashboard.imports.columns.column import Column
from dashboard.imports.context import Choice, Context, SheetKind, Synonym
from dashboard.permissions import Action, Actor, ProjectScope, allow, sees_sql
from dashboard.queries.own_column import own_columns
from dashboard.queries.sheet import sheet_projects
from models.account import Account
from models.agency import Agency
from models.file import Attachment, StoredFile
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from models.report import ProgressReport
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
    frame = sheet_frame(session, actor, upload_id)
    return replace(frame, projects=upload_projects(session, actor, upload_id))


def sheet_frame(session: Session, actor: Actor, upload_id: int) -> Context:
    """Give what the reading of this upload needs, but for the projects its rows may be about."""
    upload = own_upload(session, actor, upload_id)
    own = own_columns(session, sheet_kind(upload))
    agency = session.get(Agency, upload.agency_id) if upload.agency_id else None
    return Context(
        kind=sheet_kind(upload),
        month=_month(upload),
        agency=_agency(agency) if agency else None,
        agencies=tuple(_agency(body) for body in session.exec(rows_of(Agency))),
        mappings=_mappings(session, upload),
        synonyms=_synonyms(session, upload.agency_id),
        include_hidden=upload.include_hidden,
        language=language(),
        own=own,
    )


def upload_projects(
    session: Session, actor: Actor, upload_id: int
) -> tuple[imports.context.Project, ...]:
    """Give the projects the rows of this upload may be about, with their last figures."""
    upload = own_upload(session, actor, upload_id)
    own = own_columns(session, sheet_kind(upload))
    return _projects(session, actor, upload, _month(upload), own)


def _month(upload: Upload) -> date:
    return upload.month or date.today().replace(day=1)  # noqa: DTZ011 - a plan has a month always


def template_context(
    session: Session, actor: Actor, programme_id: int, agency_id: int, month: date
) -> Context:
    """Give what a unit's workbook for the month is made of: its projects and their last figures."""
    upload = Upload(
        kind=UploadKind.MONTHLY, file_id=0, sha256="", account_id=actor.account_id,
        programme_id=programme_id, agency_id=agency_id, month=month,
    )  # fmt: skip
    agency = load(session, Agency, agency_id)
    own = own_columns(session, SheetKind.MONTHLY)
    return Context(
        kind=SheetKind.MONTHLY,
        month=month,
        agency=_agency(agency),
        projects=_projects(session, actor, upload, month, own),
        language=language(),
        own=own,
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
        own=own_columns(session, SheetKind.PLAN),
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
    session: Session, actor: Actor, upload: Upload, month: date, own: Sequence[Column]
) -> tuple[imports.context.Project, ...]:
    monthly = upload.kind is UploadKind.MONTHLY
    action = Action.REPORT_UPLOAD if monthly else Action.PLAN_IMPORT
    seen = sees_sql(actor, LivelihoodProject, action)
    return sheet_projects(session, upload, month, seen, own)


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
