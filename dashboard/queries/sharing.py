"""Whom a view or a chart that somebody shared reaches: a role, in the region of that one's work."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from sqlalchemy import ColumnElement, false, literal, select
from sqlmodel import Session, SQLModel, col

from dashboard.admin.field import columns_of
from dashboard.permissions import UNSCOPED, Actor, Grant
from models.account import Role
from models.agency import Agency
from models.project import LivelihoodProject
from models.region import Region


def places_of(session: Session, grants: Iterable[Grant]) -> list[tuple[Role, str]]:
    """Give the region in which each grant's work lies, by its path; an empty one is everywhere."""
    found: list[tuple[Role, str]] = []
    for grant in grants:
        statement = select(col(Region.path)).distinct()
        if grant.agency_path:
            statement = statement.join(Agency, col(Agency.region_id) == col(Region.id))
            statement = statement.where(col(Agency.path) == grant.agency_path)
        elif grant.project_ids:
            project = LivelihoodProject
            statement = statement.join(project, col(project.region_id) == col(Region.id))
            statement = statement.where(col(project.id).in_(grant.project_ids))
        elif grant.region_path or grant.role in UNSCOPED:
            found.append((grant.role, grant.region_path))
            continue
        else:
            continue
        found += [(grant.role, path) for path in session.connection().scalars(statement)]
    return found


def place_of(session: Session, actor: Actor) -> str:
    """Give the path of the region in which what the actor shares is seen; empty is everywhere."""
    return min((path for _role, path in places_of(session, actor.grants)), key=len, default="")


def shared_sql(model: type[SQLModel], session: Session, actor: Actor) -> ColumnElement[bool]:
    """Write which rows are shared with a role that the actor holds in that place."""
    columns = columns_of(model)
    place, wanted = columns["place"], columns["shared_with"]
    opened = [
        (wanted == role) & literal(path).startswith(place) if path else wanted == role
        for role, path in places_of(session, actor.grants)
    ]
    return reduce(or_, opened, false())
