"""项目: the programmes an actor sees, and one project with everything known about it."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.db import Columns, frame, records
from dashboard.i18n import _, joined
from dashboard.permissions import Action, Actor, allow, sees_sql
from models.agency import Agency
from models.milestone import Adjustment, Milestone
from models.programme import Programme
from models.project import FundSource, LivelihoodProject, SupportingAgency, WorkItem
from models.region import Region


def programmes(session: Session, actor: Actor) -> pd.DataFrame:
    """List the programmes with at least one project the actor sees; constructed ones first.

    Columns: programme_id (int), name, year (int), region, region_id (int), region_path,
    constructed (bool), shown_on (date or None), adopted_on (date or None), source, projects (int).
    """
    statement: Columns = (
        select(
            col(Programme.id).label("programme_id"),
            col(Programme.name),
            col(Programme.year),
            col(Region.name).label("region"),
            col(Programme.region_id),
            col(Region.path).label("region_path"),
            col(Programme.constructed),
            col(Programme.shown_on),
            col(Programme.adopted_on),
            col(Programme.source),
            func.count(col(LivelihoodProject.id)).label("projects"),
        )
        .join(Region, col(Region.id) == col(Programme.region_id))
        .join(LivelihoodProject, col(LivelihoodProject.programme_id) == col(Programme.id))
        .where(sees_sql(actor))
        .group_by(col(Programme.id), col(Region.name), col(Region.path))
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


PERSONAL = ("contact", "phone")
"""What tells of a person: for those who read the project's reports (PI2)."""


def project_details(session: Session, actor: Actor, project_id: int) -> pd.DataFrame:
    """Give one project, or no row when it is out of scope; its people to who reads its reports.

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
            sees_sql(actor, action=Action.REPORT_READ).label("reads"),
        )
        .join(Programme, col(Programme.id) == col(LivelihoodProject.programme_id))
        .join(Region, col(Region.id) == col(LivelihoodProject.region_id))
        .outerjoin(Agency, col(Agency.id) == col(LivelihoodProject.lead_agency_id))
        .outerjoin(upkeep, upkeep.id == col(LivelihoodProject.upkeep_agency_id))  # type: ignore[arg-type]
        .where(col(LivelihoodProject.id) == project_id, sees_sql(actor))
    )
    found = frame(session, statement)
    reads = [bool(each) for each in found.pop("reads")]
    for name in PERSONAL:
        found[name] = [value if may else "" for value, may in zip(found[name], reads, strict=True)]
    return found


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


def fund_sources(session: Session, actor: Actor, project_id: int) -> pd.DataFrame:
    """List where a project's money comes from. Columns: name, budgeted_wan (万元)."""
    statement: Columns = (
        select(col(FundSource.name), col(FundSource.budgeted_wan))
        .where(col(FundSource.project_id) == project_id, sees_sql(actor, FundSource))
        .order_by(col(FundSource.id))
    )
    return frame(session, statement)


def shown_day(today: date, shown_on: date | None) -> date:
    """Give the day a programme is shown as of: a documented one never past its source."""
    return min(today, shown_on) if shown_on else today


REQUIRED = {
    "lead_agency_id": "牵头单位",
    "leader": "分管领导",
    "responsible": "责任人",
    "contact": "联系人",
    "standard": "完成标准",
    "upkeep_agency_id": "管养主体",
}
"""What each project must name before its list is adopted (F2; 141 §6, 石拐 art. 10)."""


def missing_details(session: Session, actor: Actor, programme_id: int) -> pd.DataFrame:
    """List what is missing before a list can be adopted, project by project.

    Weights of work items must add to 100 where there are any (F1).
    Columns: code, name, missing (words).
    """
    weights = (
        select(func.sum(col(WorkItem.weight_pct)))
        .where(col(WorkItem.project_id) == col(LivelihoodProject.id))
        .correlate(LivelihoodProject)
        .scalar_subquery()
    )
    statement: Columns = (
        select(
            col(LivelihoodProject.code),
            col(LivelihoodProject.name),
            *[getattr(LivelihoodProject, name) for name in REQUIRED],
            weights.label("weights"),
        )
        .where(col(LivelihoodProject.programme_id) == programme_id)
        .where(sees_sql(actor, action=Action.PLAN_IMPORT))
        .order_by(col(LivelihoodProject.code))
    )
    rows = []
    for row in records(frame(session, statement)):
        missing = [_(title) for name, title in REQUIRED.items() if not row[name]]
        if row["weights"] is not None and row["weights"] != 100:
            missing.append(_("子项权重合计应为 100，现为 {n}").format(n=row["weights"]))
        if missing:
            rows.append((row["code"], row["name"], joined(missing)))
    return pd.DataFrame(rows, columns=["code", "name", "missing"], dtype=object)
