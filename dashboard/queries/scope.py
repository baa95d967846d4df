"""What decides who sees a project or a rectification, for commands that check one or many."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.bulk import among
from dashboard.errors import Missing
from dashboard.i18n import _
from dashboard.permissions import ProjectScope, RowScope
from models.agency import Agency
from models.observer import SealedSet
from models.project import LivelihoodProject, SupportingAgency
from models.rectification import Rectification
from models.region import Region


def scopes_of(session: Session, project_ids: Collection[int]) -> dict[int, ProjectScope]:
    """Give the scope of each project that exists, by id."""
    lead = aliased(Agency)
    projects = (
        select(col(LivelihoodProject.id), col(Region.path), col(lead.path))
        .join(Region, col(Region.id) == col(LivelihoodProject.region_id))
        .outerjoin(lead, col(lead.id) == col(LivelihoodProject.lead_agency_id))
        .where(among(session, col(LivelihoodProject.id), project_ids))
    )
    supporting = (
        select(col(SupportingAgency.project_id), col(Agency.path))
        .join(Agency, col(Agency.id) == col(SupportingAgency.agency_id))
        .where(among(session, col(SupportingAgency.project_id), project_ids))
    )
    paths: dict[int, list[str]] = {}
    connection = session.connection()
    for project_id, path in connection.execute(supporting):
        paths.setdefault(project_id, []).append(path)
    return {
        key: ProjectScope(key, region_path, lead_path or "", tuple(paths.get(key, ())))
        for key, region_path, lead_path in connection.execute(projects)
        if key is not None
    }


def scope_of(session: Session, project_id: int) -> ProjectScope:
    """Give the scope of one project, or raise `Missing`."""
    found = scopes_of(session, [project_id]).get(project_id)
    if found is None:
        raise Missing(_("找不到该项目，或您无权查看。"))
    return found


def rectification_scope(session: Session, row: Rectification) -> RowScope:
    """Give what decides who sees a rectification."""
    project = scope_of(session, row.project_id)
    return RowScope(
        project.region_path,
        project,
        handling_path=session.get_one(Agency, row.agency_id).path,
        sealed=is_sealed(session, row.sealed_set_id),
    )


def is_sealed(session: Session, sealed_set_id: int | None) -> bool:
    """Say whether this set is there and not released."""
    found = session.get(SealedSet, sealed_set_id) if sealed_set_id is not None else None
    return found is not None and found.released_on is None
