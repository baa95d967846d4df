"""Who reads behind a token: its owner of that day, cut to the token's role, place and tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, false, or_, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.db import Columns
from dashboard.permissions import ROLE_ACTIONS, UNSCOPED, Action, Actor, Grant
from dashboard.queries.account import owes, token_hash
from dashboard.queries.grant import grants_on
from models.account import Account, Role
from models.agency import Agency
from models.region import Region
from models.token import ApiToken


@dataclass(frozen=True)
class Bearer:
    """The live token behind a request, who reads, and the tables that are open to it."""

    token_id: int
    title: str
    actor: Actor
    tables: frozenset[str]


def narrowed(
    grants: Iterable[Grant], role: Role, region_path: str = "", agency_path: str = ""
) -> tuple[Grant, ...]:
    """Cut grants to one role and, with a path, to one place within their scope.

    A grant that does not contain the place, nor lies within it, opens nothing.
    """
    own = [grant for grant in grants if grant.role is role]
    if not region_path and not agency_path:
        return tuple(own)
    cut = (_cut(grant, region_path, agency_path) for grant in own)
    return tuple(grant for grant in cut if grant is not None)


def _cut(grant: Grant, region_path: str, agency_path: str) -> Grant | None:
    mine, asked = (
        (grant.region_path, region_path) if region_path else (grant.agency_path, agency_path)
    )
    if mine and mine.startswith(asked):
        return grant
    bounded = grant.region_path or grant.agency_path or grant.project_ids
    everywhere = grant.role in UNSCOPED and not bounded
    if everywhere or (mine and asked.startswith(mine)):
        return Grant(grant.role, region_path=region_path, agency_path=agency_path)
    return None


def token_row(session: Session, token: str) -> ApiToken | None:
    """Give the row of a token, whether it still holds or not."""
    return session.exec(
        rows_of(ApiToken).where(ApiToken.token_hash == token_hash(token))
    ).first()  # fmt: skip


def bearer_of(
    session: Session, token: str, *, today: date, now: datetime, address: str
) -> Bearer | None:
    """Give who reads behind a token; None when it is over, or its owner has lost the role.

    None too while the owner owes a new password or a second factor.
    """
    row = token_row(session, token)
    if row is None or row.ended_at is not None or row.ends_at <= now:
        return None
    account = session.get_one(Account, row.account_id)
    if not account.active or owes(session, row.account_id, now):
        return None
    region = session.get_one(Region, row.region_id).path if row.region_id else ""
    agency = session.get_one(Agency, row.agency_id).path if row.agency_id else ""
    grants = narrowed(grants_on(session, row.account_id, today), row.role, region, agency)
    actor = Actor(row.account_id, account.name, grants, account.agency_id, address)
    if not actor.may(Action.TOKEN_MAKE):
        return None
    return Bearer(row.id or 0, row.title, actor, frozenset(row.tables.split()))


def own_tokens(session: Session, account_id: int, now: datetime) -> list[Row[Any]]:
    """List the live tokens of one account, the newest first.

    Columns: id, title, role (Role), tables, region, agency, created_at, ends_at, used_at.
    """
    statement: Columns = (
        select(
            col(ApiToken.id), col(ApiToken.title), col(ApiToken.role), col(ApiToken.tables),
            col(Region.name).label("region"), col(Agency.name).label("agency"),
            col(ApiToken.created_at), col(ApiToken.ends_at), col(ApiToken.used_at),
        )
        .outerjoin(Region, col(Region.id) == col(ApiToken.region_id))
        .outerjoin(Agency, col(Agency.id) == col(ApiToken.agency_id))
        .where(col(ApiToken.account_id) == account_id)
        .where(col(ApiToken.ended_at).is_(None), col(ApiToken.ends_at) > now)
        .order_by(col(ApiToken.id).desc())
    )  # fmt: skip
    return list(session.connection().execute(statement))


def token_roles(actor: Actor) -> list[Role]:
    """Give the roles of the actor for which a token can be made."""
    return [role for role in Role if role in actor.roles and _may_make(role)]


def _may_make(role: Role) -> bool:
    return Action.TOKEN_MAKE in ROLE_ACTIONS[role]


def token_places(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """List the places to which the actor can narrow a token: `region-1` or `agency-1`, and name."""
    grants = [grant for grant in actor.grants if _may_make(grant.role)]
    places: list[tuple[str, str]] = []
    for kind, model, paths in (
        ("region", Region, [grant.region_path for grant in grants if grant.region_path]),
        ("agency", Agency, [grant.agency_path for grant in grants if grant.agency_path]),
    ):
        path: Any = col(model.path)
        inside = or_(false(), *(path.startswith(each) for each in paths))
        found = select(col(model.id), col(model.name)).where(inside).order_by(path)
        places += [(f"{kind}-{row[0]}", row[1]) for row in session.connection().execute(found)]
    return places
