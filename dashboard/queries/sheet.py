"""What the rows of a sheet are held against: projects, their plans and their last figures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from dashboard.bulk import among
from dashboard.db import Columns, pairs
from dashboard.imports import context
from dashboard.imports.columns.column import Column
from dashboard.imports.context import SheetKind
from dashboard.queries.own_column import answers_of
from dashboard.queries.plan import planned_values
from dashboard.rules.progress import Item, month_end, rolled_up, share
from models.agency import Agency
from models.base import Exact
from models.milestone import Milestone, MilestoneKind
from models.project import LivelihoodProject, WorkItem
from models.report import FIGURES, LINE_FIGURES, ProgressReport, ReportLine, ReportState
from models.upload import Upload, UploadKind

Figures = dict[str, Any]


def sheet_projects(
    session: Session,
    upload: Upload,
    month: date,
    seen: ColumnElement[bool],
    own: Sequence[Column] = (),
) -> tuple[context.Project, ...]:
    """Give the projects a sheet may be about, with the figures its rows are compared with.

    `seen` says which projects its reader sees, `own` what an office asks by itself. All of it takes
    a handful of statements.
    """
    projects = _project_rows(session, upload, seen)
    ids = [project.id for project in projects]
    items = _work_items(session, ids)
    planned = planned_figures(session, projects, items, month_end(month))
    last, present = _last(session, ids, month), _present(session, ids, month)
    lines = _line_figures(session, [*last.values(), *present.values()]) if items else {}
    if upload.kind is UploadKind.PLAN:
        there = planned_values(session, projects, [item for one in items.values() for item in one])
    else:
        there = _there(present, items, lines)
    if own:
        _answer(session, upload, there, present, own)
    return tuple(
        context.Project(
            project.code,
            project.name,
            project.agency_code or "",
            project.target_quantity,
            project.unit_of_measure,
            planned.get((project.id, None)),
            project.due_on,
            tuple(
                _work_item(
                    item, planned, lines.get((last.get(project.id, _NONE)[0], item.id), {}), there
                )
                for item in items.get(project.id, ())
            ),
            last.get(project.id, _NONE)[1],
            there.get((project.id, None), {}),
        )
        for project in projects
    )


def _answer(
    session: Session,
    upload: Upload,
    there: dict[tuple[int, int | None], Figures],
    present: Mapping[int, tuple[int, Figures]],
    own: Sequence[Column],
) -> None:
    """Add what was answered to what an office asks by itself to the figures of the projects."""
    if upload.kind is UploadKind.PLAN:
        kind, keys = SheetKind.PLAN, {key: key for key, item in there if item is None}
    else:
        kind, keys = SheetKind.MONTHLY, {key: report for key, (report, _f) in present.items()}
    found = answers_of(session, kind, keys.values(), own)
    for project, key in keys.items():
        there[project, None] |= found.get(key, {})


_NONE: tuple[int, Figures] = (0, {})


def _project_rows(session: Session, upload: Upload, seen: ColumnElement[bool]) -> list[Any]:
    """Give the projects a sheet may be about, and their lead agencies' codes."""
    monthly = upload.kind is UploadKind.MONTHLY
    table = LivelihoodProject.__table__  # type: ignore[attr-defined]
    statement: Columns = (
        select(*table.c, col(Agency.code).label("agency_code"))
        .outerjoin(Agency, col(Agency.id) == col(LivelihoodProject.lead_agency_id))
        .where(col(LivelihoodProject.programme_id) == upload.programme_id)
        .where(seen)
        .order_by(col(LivelihoodProject.code))
    )
    if monthly:
        names = ("id", "code", "name", "target_quantity", "unit_of_measure", "due_on")
        statement = statement.with_only_columns(
            *(table.c[name] for name in names), col(Agency.code).label("agency_code")
        )
    if upload.agency_id and monthly:
        statement = statement.where(col(LivelihoodProject.lead_agency_id) == upload.agency_id)
    return list(session.connection().execute(statement).all())


def _there(
    present: Mapping[int, tuple[int, Figures]],
    items: Mapping[int, Sequence[Any]],
    lines: Mapping[tuple[int, int], Figures],
) -> dict[tuple[int, int | None], Figures]:
    """Give the figures already reported for the month, by project and work item."""
    found: dict[tuple[int, int | None], Figures] = {}
    for project_id, (report_id, figures) in present.items():
        found[project_id, None] = figures
        for item in items.get(project_id, ()):
            found[project_id, item.id] = lines.get((report_id, item.id), {})
    return found


def _work_item(
    item: Any,
    planned: Mapping[tuple[int, int | None], Decimal],
    last: Figures,
    there: Mapping[tuple[int, int | None], Figures],
) -> context.WorkItem:
    return context.WorkItem(
        code=item.code,
        name=item.name,
        target_quantity=item.target_quantity,
        unit_of_measure=item.unit_of_measure,
        planned_pct=planned.get((item.project_id, item.id)),
        weight_pct=item.weight_pct,
        last=last,
        current=there.get((item.project_id, item.id), {}),
    )


def planned_figures(
    session: Session,
    projects: Sequence[Any],
    items: Mapping[int, Sequence[Any]],
    day: date,
) -> dict[tuple[int, int | None], Decimal]:
    """Give the planned cumulative percent that holds on a day, by project and work item.

    A planned quantity counts as a share of its target, and work items make up their project, as in
    `rules.progress.planned_pct`. `projects` and `items` are rows with the columns of their tables.
    """
    ids = [project.id for project in projects]
    statement: Columns = (
        select(
            col(Milestone.project_id), col(Milestone.work_item_id), col(Milestone.planned_pct),
            col(Milestone.planned_quantity),
        )
        .where(among(session, col(Milestone.project_id), ids), col(Milestone.known_until).is_(None))
        .where(col(Milestone.kind) == MilestoneKind.MONTHLY, col(Milestone.due_on) <= day)
        .order_by(col(Milestone.due_on), col(Milestone.id))
    )  # fmt: skip
    targets: dict[tuple[int, int | None], Decimal | None] = {
        (project.id, None): project.target_quantity for project in projects
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


_REPORTED = [getattr(ProgressReport, name) for name in FIGURES]
_NUMBERS = [
    name
    for name in FIGURES
    if isinstance(ProgressReport.__table__.c[name].type, Exact)  # type: ignore[attr-defined]
]


def _last(
    session: Session, project_ids: Collection[int], month: date
) -> dict[int, tuple[int, Figures]]:
    """Give the last accepted report before the month and the numbers it has, by project."""
    found: Columns = (
        select(col(ProgressReport.project_id), col(ProgressReport.id))
        .where(among(session, col(ProgressReport.project_id), project_ids))
        .where(col(ProgressReport.month) < month, col(ProgressReport.state) == ReportState.ACCEPTED)
        .where(col(ProgressReport.superseded_on).is_(None))
        .order_by(col(ProgressReport.month))
    )
    newest = dict(pairs(session, found))
    numbers = [getattr(ProgressReport, name) for name in _NUMBERS]
    statement: Columns = select(
        col(ProgressReport.project_id), col(ProgressReport.id), *numbers
    ).where(among(session, col(ProgressReport.id), newest.values()))
    rows = session.connection().execute(statement)
    return {
        key: (
            report,
            {
                name: value
                for name, value in zip(_NUMBERS, figures, strict=True)
                if value is not None
            },
        )
        for key, report, *figures in rows
    }


def _present(
    session: Session, project_ids: Collection[int], month: date
) -> dict[int, tuple[int, Figures]]:
    """Give the newest report of the month and all its figures, by project."""
    statement: Columns = (
        select(col(ProgressReport.project_id), col(ProgressReport.id), *_REPORTED)
        .where(among(session, col(ProgressReport.project_id), project_ids))
        .where(col(ProgressReport.month) == month)
        .order_by(col(ProgressReport.revision))
    )
    rows = session.connection().execute(statement)
    return {
        key: (report, dict(zip(FIGURES, figures, strict=True))) for key, report, *figures in rows
    }


def _work_items(session: Session, project_ids: Collection[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    statement = (
        select(*WorkItem.__table__.c)  # type: ignore[attr-defined]
        .where(among(session, col(WorkItem.project_id), project_ids))
        .order_by(col(WorkItem.code))
    )
    for item in session.connection().execute(statement):
        found.setdefault(item.project_id, []).append(item)
    return found


def _line_figures(
    session: Session, reports: Iterable[tuple[int, Figures]]
) -> dict[tuple[int, int], Figures]:
    columns = [getattr(ReportLine, name) for name in LINE_FIGURES]
    statement: Columns = select(
        col(ReportLine.report_id), col(ReportLine.work_item_id), *columns
    ).where(among(session, col(ReportLine.report_id), [key for key, _figures in reports]))
    return {
        (report, item): dict(zip(LINE_FIGURES, figures, strict=True))
        for report, item, *figures in session.connection().execute(statement)
    }
