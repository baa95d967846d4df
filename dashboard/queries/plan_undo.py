"""撤回任务分解表 (G8): what a plan sheet found, and what by now depends on what it brought in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as rows_of
from sqlmodel.sql.expression import SelectOfScalar

from dashboard.bulk import BOOKKEEPING, among, rows_where
from dashboard.i18n import _, joined
from dashboard.permissions import Actor
from dashboard.queries.audit import table_title
from dashboard.queries.upload import own_upload
from models.agency import Agency
from models.custom import CustomValue
from models.milestone import Milestone
from models.programme import Programme
from models.project import FundSource, LivelihoodProject, SupportingAgency, WorkItem

PARTS = (SupportingAgency, FundSource, WorkItem, Milestone)
"""What a plan sheet writes beside the projects themselves, in the order it may be written again."""
SPARED = frozenset(
    (
        "supporting_agency",
        "fund_source",
        "work_item",
        "milestone",
        "expected_report",
        "project_month",
    )
)
"""The tables that go with a project a sheet brought in: its parts, and what follows by itself."""
Image = dict[str, Any]


def plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a row's values as JSON can keep them, without keys and instants."""
    return {
        name: format(value, "f") if isinstance(value, Decimal) else
        value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in row.items() if name not in BOOKKEEPING
    }  # fmt: skip


def image_of_plan(session: Session, programme: Programme, codes: Collection[str]) -> Image:
    """Keep what a list's projects and the region's units were before a sheet."""
    found = {p.code: p for p in projects_of(session, programme) if p.code in codes}
    images = images_of(session, found.values())
    return {
        "adopted": programme.adopted_on is not None,
        "agencies": _agencies(session, programme),
        "projects": {
            code: images[found[code].id or 0] if code in found else None for code in codes
        },
    }


def sign_after(session: Session, programme: Programme, image: Image) -> Image:
    """Add to an image by what one can tell later that nobody changed the projects since."""
    session.flush()
    written = {p.code: p for p in projects_of(session, programme) if p.code in image["projects"]}
    images = images_of(session, written.values())
    signs = {code: sign_of(images[written[code].id or 0]) for code in image["projects"]}
    added = [key for key in _agencies(session, programme) if key not in image["agencies"]]
    return {**image, "after": signs, "agencies": added}


def projects_of(session: Session, programme: Programme) -> list[LivelihoodProject]:
    """Give the projects of a list."""
    statement = rows_of(LivelihoodProject).where(LivelihoodProject.programme_id == programme.id)
    return list(session.exec(statement))


def _agencies(session: Session, programme: Programme) -> list[int]:
    statement = select(col(Agency.id)).where(col(Agency.region_id) == programme.region_id)
    return list(session.connection().scalars(statement.order_by(col(Agency.id))))


def image_of(session: Session, project: LivelihoodProject) -> Image:
    """Give a project and its parts as they are."""
    return images_of(session, [project])[project.id or 0]


def images_of(session: Session, projects: Iterable[LivelihoodProject]) -> dict[int, Image]:
    """Give projects and their parts as they are, by key, with one query for each table."""
    keys = [project.id or 0 for project in projects]
    rows = rows_where(session, LivelihoodProject, among(session, col(LivelihoodProject.id), keys))
    images: dict[int, Image] = {row["id"]: {"project": plain_row(row)} for row in rows}
    for model in PARTS:
        name = str(model.__tablename__)
        for image in images.values():
            image[name] = []
        for row in rows_where(session, model, among(session, col(model.project_id), keys)):
            images[row["project_id"]][name].append({"id": row["id"], **plain_row(row)})
    answers = rows_of(CustomValue).where(
        CustomValue.table_name == str(LivelihoodProject.__tablename__),
        among(session, col(CustomValue.row_id), keys),
    )
    for kept in session.exec(answers):
        images[kept.row_id]["answers"] = kept.answers
    return images


def answers_of_project(project: LivelihoodProject) -> SelectOfScalar[CustomValue]:
    """Select what a project holds in the fields an office added by itself."""
    table = str(LivelihoodProject.__tablename__)
    return rows_of(CustomValue).where(
        CustomValue.table_name == table, CustomValue.row_id == project.id
    )


def sign_of(image: Image) -> str:
    """Give by what an image is known again."""
    return hashlib.sha256(json.dumps(image, sort_keys=True).encode()).hexdigest()


def references(
    session: Session, model: type[SQLModel], keys: Collection[int], spared: Collection[str]
) -> Iterator[str]:
    """Name the tables in which rows point to these rows, but for those spared."""
    target = f"{model.__tablename__}.id"
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns if table.name not in spared else ():
            if any(key.target_fullname == target for key in column.foreign_keys):
                count = select(func.count()).select_from(table).where(column.in_(list(keys)))
                if session.connection().scalar(count):
                    yield table.name


def plan_dependents(session: Session, actor: Actor, upload_id: int) -> dict[str, str]:
    """Say of each project of a plan batch what taking it back would do, and what stands against it.

    By project code, in words.
    """
    upload = own_upload(session, actor, upload_id)
    programme = session.get_one(Programme, upload.programme_id)
    image = json.loads(upload.before)
    projects = {project.code: project for project in projects_of(session, programme)}
    told = {}
    for code, before in (image or {"projects": {}})["projects"].items():
        project = projects.get(code)
        told[code] = _("删除") if before is None else _("恢复为导入前的内容")
        if project is None or sign_of(image_of(session, project)) != image["after"][code]:
            told[code] = _("导入后又有改动，不能撤回")
        elif before is None and (
            tables := {*references(session, LivelihoodProject, [project.id or 0], SPARED)}
        ):
            told[code] = _("不能撤回：已有{what}").format(
                what=joined(_(title) for title in sorted(map(table_title, tables)))
            )
    return told
