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

LONGEST = 200
"""How long the paths are together, at most."""


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
    """Give the paths of the regions in which what the actor shares is seen; empty is everywhere."""
    found = {path for _role, path in places_of(session, actor.grants)}
    widest = {path for path in found if not any(path != p and path.startswith(p) for p in found)}
    return _fitting(sorted(widest))


def _fitting(paths: Iterable[str]) -> str:
    """Write as many paths as the column holds."""
    written = ""
    for path in paths:
        more = f"{written} {path}".strip()
        written = more if len(more) <= LONGEST else written
    return written


def _within(place: ColumnElement[str], path: str) -> ColumnElement[bool]:
    """Write that a region is one of the places, or lies in one of them."""
    ends = [end for end, sign in enumerate(path, 1) if sign == "/" and end > 1]
    padded = literal(" ").concat(place).concat(" ")
    inside = [padded.contains(f" {path[:end]} ", autoescape=True) for end in ends]
    return reduce(or_, inside, place == "")


def shared_sql(model: type[SQLModel], session: Session, actor: Actor) -> ColumnElement[bool]:
    """Write which rows are shared with a role that the actor holds in that place."""
    columns = columns_of(model)
    place, wanted = columns["place"], columns["shared_with"]
    opened = [
        (wanted == role) & _within(place, path) if path else wanted == role
        for role, path in places_of(session, actor.grants)
    ]
    return reduce(or_, opened, false())
