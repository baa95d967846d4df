"""What a plan sheet writes, gathered row by row and written by one statement for each table."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session, SQLModel, col
from sqlmodel import select as rows_of

from dashboard.audit import Line, append_all, changes
from dashboard.bulk import Row, add_rows, among, delete_rows, fresh, rows_where
from dashboard.imports.plan import MONTHS, planned_field
from dashboard.permissions import Actor
from dashboard.rules.progress import month_end
from models.milestone import Milestone, MilestoneKind
from models.project import FundSource, LivelihoodProject, SupportingAgency, WorkItem


class PlanPen:
    """Gathers what the rows of a sheet change; `write` brings it into the database."""

    def __init__(self, session: Session, actor: Actor, year: int) -> None:
        self.session, self.actor, self.year = session, actor, year
        self.noted: list[tuple[str, SQLModel, dict[str, Any]]] = []
        self.items: dict[int, list[WorkItem]] = defaultdict(list)
        self.supports: list[tuple[LivelihoodProject, Sequence[int]]] = []
        self.funds: list[tuple[LivelihoodProject, str, Decimal | None]] = []
        self.plans: list[tuple[LivelihoodProject, WorkItem | None, Mapping[str, Any]]] = []

    def know(self, projects: Iterable[LivelihoodProject]) -> None:
        """Read the work items that projects have by now."""
        keys = [project.id or 0 for project in projects]
        statement = rows_of(WorkItem).where(among(self.session, col(WorkItem.project_id), keys))
        for item in self.session.exec(statement.order_by(col(WorkItem.id))):
            self.items[item.project_id].append(item)

    def note(self, event: str, row: SQLModel) -> None:
        """Keep what a row became for the audit log; it is written with all others."""
        self.session.add(row)
        self.noted.append((event, row, changes(row)))

    def write(self) -> None:
        """Write everything gathered, and a line of the audit log for each row."""
        self.session.flush()
        lines = [
            Line(
                event,
                str(row.__tablename__),
                str(getattr(row, "id", None)),
                json.dumps(changed, ensure_ascii=False),
            )
            for event, row, changed in self.noted
        ]
        append_all(self.session, self.actor, lines)
        self._write_supports()
        self._write_funds()
        self._write_plans()

    def _write_supports(self) -> None:
        keys = [project.id or 0 for project, _agencies in self.supports]
        of_these = among(self.session, col(SupportingAgency.project_id), keys)
        kept: dict[int, dict[int, int]] = defaultdict(dict)
        for row in rows_where(self.session, SupportingAgency, of_these):
            kept[row["project_id"]][row["agency_id"]] = row["id"]
        gone: list[int] = []
        added: list[Row] = []
        for project, agencies in self.supports:
            there = kept[project.id or 0]
            gone += [key for agency, key in there.items() if agency not in agencies]
            added += [
                fresh(SupportingAgency, project_id=project.id, agency_id=agency)
                for agency in dict.fromkeys(agencies)
                if agency not in there and agency != project.lead_agency_id
            ]
        self._replace(SupportingAgency, gone, added)

    def _write_funds(self) -> None:
        keys = [project.id or 0 for project, _name, _amount in self.funds]
        of_these = among(self.session, col(FundSource.project_id), keys)
        gone = [row["id"] for row in rows_where(self.session, FundSource, of_these)]
        added = [
            fresh(FundSource, project_id=project.id, name=name[:80], budgeted_wan=amount)
            for project, name, amount in self.funds
        ]
        self._replace(FundSource, gone, added)

    def _write_plans(self) -> None:
        """Write the months and the named steps of plans; what the sheet leaves out stays."""
        keys = {project.id or 0 for project, _item, _values in self.plans}
        of_these = among(self.session, col(Milestone.project_id), keys)
        there: dict[tuple[int, int | None, MilestoneKind], list[int]] = defaultdict(list)
        for row in rows_where(self.session, Milestone, of_these):
            there[row["project_id"], row["work_item_id"], row["kind"]].append(row["id"])
        gone: list[int] = []
        added: list[Row] = []
        for project, item, values in self.plans:
            owner = project.id or 0, item.id if item else None
            for kind, rows in _steps(values, self.year).items():
                gone += there.pop((*owner, kind), []) if rows else []
                added += [
                    fresh(Milestone, project_id=owner[0], work_item_id=owner[1], kind=kind, **row)
                    for row in rows
                ]
        self._replace(Milestone, gone, added)

    def _replace(self, model: type[SQLModel], gone: list[int], added: list[Row]) -> None:
        if gone:
            table = model.__table__  # type: ignore[attr-defined]
            delete_rows(self.session, model, among(self.session, table.c.id, gone))
        add_rows(self.session, model, added)


def _steps(values: Mapping[str, Any], year: int) -> dict[MilestoneKind, list[Row]]:
    """Give the months and the named steps a row of a plan states, as columns of milestones."""
    monthly = {month: values.get(planned_field(month)) for month in MONTHS}
    return {
        MilestoneKind.MONTHLY: [
            {
                "name": f"{month}月序时进度",
                "due_on": month_end(date(year, month, 1)),
                "planned_pct": pct,
            }
            for month, pct in monthly.items()
            if isinstance(pct, Decimal)
        ],
        MilestoneKind.NODE: [
            {"name": step.name[:200], "due_on": step.due_on}
            for step in values.get("milestones") or ()
            if step.due_on is not None
        ],
    }
