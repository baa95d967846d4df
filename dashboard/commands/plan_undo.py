"""撤回任务分解表 (G8): until its list is adopted, a plan sheet can be undone to what was before."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.commands.light import recount, refresh_facts
from dashboard.commands.project import allow_programme
from dashboard.db import load
from dashboard.errors import Conflict
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.queries.plan_undo import (
    PARTS,
    SPARED,
    Image,
    answers_of_project,
    image_of,
    projects_of,
    references,
    sign_of,
)
from dashboard.queries.upload import own_upload
from models.agency import Agency
from models.custom import CustomValue
from models.fact import ProjectMonth
from models.milestone import Milestone
from models.project import FundSource, LivelihoodProject, SupportingAgency, WorkItem
from models.report import ExpectedReport
from models.upload import Upload, UploadKind, UploadState

_GONE: tuple[type[SQLModel], ...] = (
    ExpectedReport, ProjectMonth, Milestone, WorkItem, FundSource, SupportingAgency,
)  # fmt: skip


def take_back_plan(session: Session, actor: Actor, upload_id: int, *, today: date) -> Upload:
    """Undo a plan sheet until its list is adopted: its projects are as they were before.

    Raises:
        Conflict: the list was adopted since, a project was changed since, or something depends on
            what the sheet brought in.
    """
    upload = own_upload(session, actor, upload_id, lock=True)
    programme = allow_programme(session, actor, Action.PLAN_IMPORT, upload.programme_id)
    image = json.loads(upload.before)
    if upload.kind is not UploadKind.PLAN or upload.state is not UploadState.COMMITTED or not image:
        raise Conflict(_("批次 {number} 没有可撤回的内容。").format(number=upload.number))
    if programme.adopted_on is not None and not image["adopted"]:
        raise Conflict(_("清单已审定，不能撤回；请改用“申请调整”。"))
    projects = {project.code: project for project in projects_of(session, programme)}
    for code, sign in image["after"].items():
        if code not in projects or sign_of(image_of(session, projects[code])) != sign:
            raise Conflict(_("项目 {code} 在导入后又有改动，不能整批撤回。").format(code=code))
    for code, before in image["projects"].items():
        if before is None:
            _remove(session, actor, projects[code], upload.number)
        else:
            _restore(session, actor, projects[code], before, upload.number)
    _remove_agencies(session, actor, image["agencies"], upload.number)
    kept = [projects[code].id or 0 for code, was in image["projects"].items() if was is not None]
    refresh_facts(session, kept, today=today)
    upload.state = UploadState.TAKEN_BACK
    upload.settled_key = None
    record(session, actor, "upload:take-back", upload, batch=upload.number)
    return upload


def _remove(session: Session, actor: Actor, project: LivelihoodProject, batch: str) -> None:
    """Take away a project the sheet brought in, unless something depends on it by now."""
    depending = {*references(session, LivelihoodProject, [project.id or 0], SPARED)}
    received = rows_of(ExpectedReport).where(
        ExpectedReport.project_id == project.id, col(ExpectedReport.received_on).is_not(None)
    )
    if depending or session.exec(received).first() is not None:
        raise Conflict(
            _("项目 {code} 已有填报、意见或其他记录，不能撤回。").format(code=project.code)
        )
    for model in _GONE:
        owner = model.__table__.c.project_id  # type: ignore[attr-defined]
        session.connection().execute(delete(model).where(owner == project.id))
    recount(session, [project.id or 0], None)
    record(session, actor, "plan:take-back", project, batch=batch)
    _answer_again(session, project, None)
    for part in [row for row in session if isinstance(row, PARTS)]:
        if part.project_id == project.id:
            session.expunge(part)
    session.delete(project)
    session.flush()


def _answer_again(
    session: Session, project: LivelihoodProject, answers: dict[str, Any] | None
) -> dict[str, Any]:
    """Let a project's answers be these; gives old and new for the log."""
    kept = session.exec(answers_of_project(project)).first()
    was = dict(kept.answers) if kept else {}
    if kept and answers is None:
        session.delete(kept)
    elif answers is not None:
        kept = kept or CustomValue(table_name="livelihood_project", row_id=project.id or 0)
        kept.answers = answers
        session.add(kept)
    now = answers or {}
    moved = {name: [was.get(name), now.get(name)] for name in {**was, **now}}
    return {name: pair for name, pair in moved.items() if pair[0] != pair[1]}


def _restore(
    session: Session, actor: Actor, project: LivelihoodProject, before: Image, batch: str
) -> None:
    earlier = LivelihoodProject.model_validate(before["project"])
    for name in before["project"]:
        setattr(project, name, getattr(earlier, name))
    told = _answer_again(session, project, before.get("answers"))
    record(session, actor, "plan:take-back", project, batch=batch, extra=told)
    for model in reversed(PARTS):
        kept = {row["id"] for row in before[str(model.__tablename__)]}
        gone = [r for r in session.exec(rows_of(model).where(model.project_id == project.id))
                if r.id not in kept]  # fmt: skip
        if any(references(session, model, [row.id or 0 for row in gone], ())):
            raise Conflict(
                _("项目 {code} 已有填报、意见或其他记录，不能撤回。").format(code=project.code)
            )
        for row in gone:
            session.delete(row)
        session.flush()
    for model in PARTS:
        for values in before[str(model.__tablename__)]:
            _put(session, model, values)
        session.flush()


def _put(session: Session, model: type[SQLModel], values: dict[str, Any]) -> None:
    """Write a row as it was, under its own number."""
    earlier, there = model.model_validate(values), session.get(model, values["id"])
    if there is None:
        session.add(earlier)
        return
    for name in values:
        setattr(there, name, getattr(earlier, name))


def _remove_agencies(session: Session, actor: Actor, keys: Collection[int], batch: str) -> None:
    """Take the units away that the sheet added and nothing else uses."""
    for key in sorted(keys, reverse=True):
        if not any(references(session, Agency, [key], ())):
            agency = load(session, Agency, key)
            record(session, actor, "plan:take-back", agency, batch=batch)
            session.delete(agency)
            session.flush()
