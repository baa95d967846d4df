"""任务分解表: what is planned now, in the words of the sheet: what a new sheet is compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.bulk import among
from dashboard.imports.cells import narrative
from dashboard.imports.plan import planned_field
from models.agency import Agency
from models.milestone import Milestone, MilestoneKind
from models.project import FundSource, SupportingAgency

Planned = dict[str, Any]
PLAIN = (
    "category", "target", "target_quantity", "unit_of_measure", "leader", "responsible", "contact",
    "phone", "standard", "starts_on", "due_on", "due_text", "planned_investment_wan", "note",
)  # fmt: skip
"""The columns of a plan sheet that are columns of `LivelihoodProject` by the same name."""
ITEM = {
    "work_item_name": "name",
    "weight_pct": "weight_pct",
    "quantity": "target_quantity",
    "unit": "unit_of_measure",
}
"""The columns of a plan sheet that are columns of `WorkItem`."""


def planned_values(
    session: Session, projects: Sequence[Any], items: Sequence[Any]
) -> dict[tuple[int, int | None], Planned]:
    """Give what a plan sheet of these projects would hold, by project and work item.

    `projects` and `items` are rows with the columns of their tables.
    """
    ids = [project.id for project in projects]
    names = {row.id: row.name for row in session.exec(rows_of(Agency))}
    steps, supporting = _steps(session, ids), _supporting(session, ids)
    funds: dict[int, list[str]] = defaultdict(list)
    sources = rows_of(FundSource).where(among(session, col(FundSource.project_id), ids))
    for fund in session.exec(sources.order_by(col(FundSource.id))):
        funds[fund.project_id].append(fund.name)
    found: dict[tuple[int, int | None], Planned] = {}
    for project in projects:
        key = project.id
        found[key, None] = {
            "project_name": project.name,
            "lead_agency": names.get(project.lead_agency_id),
            "upkeep_agency": names.get(project.upkeep_agency_id),
            "supporting_agencies": tuple(supporting[key]),
            "fund_source": "、".join(funds[key]),
            **{name: getattr(project, name) for name in PLAIN},
            **steps[key, None],
        }
    for item in items:
        own = {name: getattr(item, column) for name, column in ITEM.items()}
        head = {"project_name": found[item.project_id, None]["project_name"]}
        found[item.project_id, item.id] = {**head, **own, **steps[item.project_id, item.id]}
    return found


def _steps(session: Session, ids: Sequence[int]) -> dict[tuple[int, int | None], Planned]:
    statement = (
        rows_of(Milestone)
        .where(among(session, col(Milestone.project_id), ids), col(Milestone.known_until).is_(None))
        .order_by(col(Milestone.due_on), col(Milestone.id))
    )
    found: dict[tuple[int, int | None], Planned] = defaultdict(dict)
    for row in session.exec(statement):
        planned = found[row.project_id, row.work_item_id]
        if row.kind is MilestoneKind.MONTHLY:
            planned[planned_field(row.due_on.month)] = row.planned_pct
        else:
            step = narrative.Milestone(row.name, row.due_on, "")
            planned["milestones"] = (*planned.get("milestones", ()), step)
    return found


def _supporting(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    statement = (
        select(col(SupportingAgency.project_id), col(Agency.name))
        .join(Agency, col(Agency.id) == col(SupportingAgency.agency_id))
        .where(col(SupportingAgency.project_id).in_(ids))
        .order_by(col(SupportingAgency.id))
    )
    found: dict[int, list[str]] = defaultdict(list)
    for project_id, name in session.connection().execute(statement):
        found[project_id].append(name)
    return found
