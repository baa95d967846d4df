"""What an account was granted: the role, its scope, and whether that is all there is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.permissions import SEPARATE, Grant
from models.account import Account, RoleGrant, RoleGrantProject
from models.agency import Agency
from models.region import Region


def _whole() -> ColumnElement[bool]:
    """Say that no region lies outside that of the grant."""
    other: Any = aliased(Region)
    outside = select(other.id).where(~col(other.path).startswith(col(Region.path)))
    return ~outside.correlate(Region).exists() & col(Region.id).is_not(None)


GRANT = (
    col(RoleGrant.id),
    col(RoleGrant.role),
    col(Region.path),
    col(Agency.path),
    col(RoleGrantProject.project_id),
    _whole(),
)
"""What makes a grant: a row for each project of those that list some."""


def valid(today: date) -> ColumnElement[bool]:
    """Say which grants hold on a day."""
    first, last = col(RoleGrant.first_on), col(RoleGrant.last_on)
    return and_(or_(first.is_(None), first <= today), or_(last.is_(None), last >= today))


def grants_of(rows: Iterable[Any]) -> tuple[Grant, ...]:
    """Make the grants of one account from rows of `GRANT`."""
    found: dict[int, Grant] = {}
    for number, role, region_path, agency_path, project_id, whole in rows:
        if number is None:
            continue
        projects = found[number].project_ids if number in found else ()
        projects += (project_id,) if project_id is not None else ()
        found[number] = Grant(
            role, region_path or "", agency_path or "", projects, whole=bool(whole)
        )
    roles = {grant.role for grant in found.values()}
    # 三员分立 holds even where rows were written past the commands: such an account may do nothing.
    return () if roles & SEPARATE and len(roles) > 1 else tuple(found.values())


def grants_on(session: Session, account_id: int, day: date) -> tuple[Grant, ...]:
    """Give the grants an account holds on a day; none when it is disabled."""
    statement = (
        select(*GRANT)
        .join(Account, col(Account.id) == col(RoleGrant.account_id))
        .outerjoin(Region, col(Region.id) == col(RoleGrant.region_id))
        .outerjoin(Agency, col(Agency.id) == col(RoleGrant.agency_id))
        .outerjoin(RoleGrantProject, col(RoleGrantProject.grant_id) == col(RoleGrant.id))
        .where(col(RoleGrant.account_id) == account_id, valid(day), col(Account.active))
        .order_by(col(RoleGrant.id), col(RoleGrantProject.project_id))
    )
    return grants_of(session.connection().execute(statement))
