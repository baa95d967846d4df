"""Who acts: the session row behind a cookie or a Streamlit session, with the grants of the day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Row, and_, false, func, label, literal, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.db import Columns, frame
from dashboard.i18n import _, joined
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.grant import GRANT, grants_of, valid
from dashboard.rules.account import aged
from dashboard.settings import settings
from models.account import Account, Role, RoleGrant, RoleGrantProject, SecondFactor, SignInSession
from models.agency import Agency
from models.observer import ObserverDevice
from models.region import Region


@dataclass(frozen=True)
class SignedIn:
    """The session behind a cookie.

    With `must_change` a new password is owed, with `must_enrol` a second factor: such a session
    opens nothing but the page where that is done.
    """

    uid: str
    account_id: int
    name: str
    display_name: str
    language: str
    must_change: bool
    must_enrol: bool = False

    @property
    def held(self) -> bool:
        """Whether something is owed before anything else opens."""
        return self.must_change or self.must_enrol


def token_hash(token: str) -> str:
    """Give what the database keeps of a token."""
    return sha256(token.encode()).hexdigest()


def live(now: datetime) -> ColumnElement[bool]:
    """Say which sessions still hold: not ended, not idle too long, not too old, account in use."""
    idle_since = now - timedelta(minutes=settings().idle_minutes)
    return and_(
        col(SignInSession.ended_at).is_(None),
        col(SignInSession.ends_at) > now,
        col(SignInSession.used_at) > idle_since,
        col(Account.active),
    )


def signed_in(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Give the live session of a cookie's token, or None."""
    statement = (
        select(
            col(SignInSession.uid),
            col(Account.id),
            col(Account.name),
            col(Account.display_name),
            col(Account.language),
            col(Account.password_set_at),
            _enrolment_owed(),
        )
        .join(Account, col(Account.id) == col(SignInSession.account_id))
        .where(col(SignInSession.token_hash) == token_hash(token), live(now))
    )
    row = session.connection().execute(statement).first()
    if row is None:
        return None
    uid, account_id, name, display_name, language, set_at, must_enrol = row
    must_change = _change_owed(set_at, now)
    owed = must_change, bool(must_enrol)
    return SignedIn(uid, account_id or 0, name, display_name, language, *owed)


def _change_owed(set_at: datetime | None, now: datetime) -> bool:
    policy, days = settings().password_policy, settings().password_days
    return aged(set_at, now, policy=policy, days=days)


def has_second_factor() -> ColumnElement[bool]:
    """Say which accounts have put a second factor to use."""
    return (
        select(col(SecondFactor.id))
        .where(col(SecondFactor.account_id) == col(Account.id))
        .where(col(SecondFactor.confirmed_at).is_not(None))
        .correlate(Account)
        .exists()
    )


def _enrolment_owed() -> ColumnElement[bool]:
    """Say which accounts were given a role that needs a second factor, and have none."""
    required = settings().second_factor
    if not required:
        return false()
    given = select(col(RoleGrant.id)).where(
        col(RoleGrant.account_id) == col(Account.id), col(RoleGrant.role).in_(sorted(required))
    )
    return given.correlate(Account).exists() & ~has_second_factor()


def second_factor_asked(session: Session) -> bool:
    """Say whether the door asks for codes: a role needs them, or somebody has set one up."""
    used = select(col(SecondFactor.id)).where(col(SecondFactor.confirmed_at).is_not(None))
    return bool(settings().second_factor) or bool(
        session.connection().scalar(select(used.exists()))
    )


def own_second_factor(session: Session, account_id: int) -> SecondFactor | None:
    """Give an account's second factor, begun or in use."""
    statement = rows_of(SecondFactor).where(SecondFactor.account_id == account_id)
    return session.exec(statement).first()


def actor_of(
    session: Session, uid: str | None, today: date, now: datetime, *, held: bool = False
) -> Actor | None:
    """Give who acts in the session `uid`, with the grants valid today; None when it is over.

    None too while a new password or a second factor is owed, unless `held` lets it pass.
    """
    if not uid:
        return None
    statement = _acting(col(SignInSession.address), today)
    statement = statement.join(SignInSession, col(SignInSession.account_id) == col(Account.id))
    return _actor(session, statement.where(col(SignInSession.uid) == uid, live(now)), now, held)


def device_actor(session: Session, token: str, today: date, now: datetime) -> Actor | None:
    """Give who acts by an observer's device: an observer and nothing else, whatever they may more.

    None when the token is unknown, revoked or over, when the account observes nothing today, or
    when it owes a new password or a second factor.
    """
    statement = (
        _acting(literal(""), today)
        .join(ObserverDevice, col(ObserverDevice.account_id) == col(Account.id))
        .where(col(ObserverDevice.token_hash) == token_hash(token), device_live(now))
    )
    found = _actor(session, statement, now, held=False)
    if found is None:
        return None
    own = tuple(grant for grant in found.grants if grant.role is Role.OBSERVER)
    return replace(found, grants=own) if own else None


def device_live(now: datetime) -> ColumnElement[bool]:
    """Say which observers' devices still hold: not revoked, not over, account in use."""
    return and_(
        col(ObserverDevice.ended_at).is_(None),
        col(ObserverDevice.ends_at) > now,
        col(Account.active),
    )


def own_devices(session: Session, account_id: int, now: datetime) -> list[Row[Any]]:
    """List the live devices of one account: id, created_at, used_at, ends_at, agent."""
    statement = (
        select(
            col(ObserverDevice.id),
            col(ObserverDevice.created_at),
            col(ObserverDevice.used_at),
            col(ObserverDevice.ends_at),
            col(ObserverDevice.agent),
        )
        .join(Account, col(Account.id) == col(ObserverDevice.account_id))
        .where(col(ObserverDevice.account_id) == account_id, device_live(now))
        .order_by(col(ObserverDevice.id).desc())
    )
    return list(session.connection().execute(statement))


def _acting(address: Any, today: date) -> Columns:
    """Select what makes an actor: the account and its grants of the day."""
    return (
        select(
            col(Account.id),
            col(Account.name),
            col(Account.agency_id),
            address,
            col(Account.language),
            col(Account.display_name),
            col(Account.password_set_at),
            _enrolment_owed(),
            *GRANT,
        )
        .select_from(Account)
        .outerjoin(RoleGrant, and_(col(RoleGrant.account_id) == col(Account.id), valid(today)))
        .outerjoin(Region, col(Region.id) == col(RoleGrant.region_id))
        .outerjoin(Agency, col(Agency.id) == col(RoleGrant.agency_id))
        .outerjoin(RoleGrantProject, col(RoleGrantProject.grant_id) == col(RoleGrant.id))
        .order_by(col(RoleGrant.id), col(RoleGrantProject.project_id))
    )


def _actor(session: Session, statement: Columns, now: datetime, held: bool) -> Actor | None:
    rows = session.connection().execute(statement).all()
    if not rows:
        return None
    account_id, name, agency_id, *rest, set_at, must_enrol = rows[0][:8]
    if not held and (must_enrol or _change_owed(set_at, now)):
        return None
    return Actor(account_id or 0, name, grants_of(row[8:] for row in rows), agency_id, *rest)


def actor_for(session: Session, account_id: int, today: date) -> Actor | None:
    """Give the actor that an account would be today, for who explains its rights; None if gone."""
    statement = (
        select(col(Account.name), col(Account.agency_id), col(Account.display_name), *GRANT)
        .outerjoin(RoleGrant, and_(col(RoleGrant.account_id) == col(Account.id), valid(today)))
        .outerjoin(Region, col(Region.id) == col(RoleGrant.region_id))
        .outerjoin(Agency, col(Agency.id) == col(RoleGrant.agency_id))
        .outerjoin(RoleGrantProject, col(RoleGrantProject.grant_id) == col(RoleGrant.id))
        .where(col(Account.id) == account_id, col(Account.active))
        .order_by(col(RoleGrant.id), col(RoleGrantProject.project_id))
    )
    rows = session.connection().execute(statement).all()
    if not rows:
        return None
    name, agency_id, display_name = rows[0][:3]
    grants = grants_of(row[3:] for row in rows)
    return Actor(account_id, name, grants, agency_id, display_name=display_name)


def holds_role(session: Session, account_id: int, role: Role, today: date) -> bool:
    """Say whether the account holds the role today."""
    held = select(col(RoleGrant.id)).where(
        col(RoleGrant.account_id) == account_id, col(RoleGrant.role) == role, valid(today)
    )
    return session.connection().scalar(held.limit(1)) is not None


def owes(session: Session, account_id: int, now: datetime) -> bool:
    """Say whether an account owes a new password or a second factor before anything opens."""
    statement = select(col(Account.password_set_at), _enrolment_owed())
    row = session.connection().execute(statement.where(col(Account.id) == account_id)).one()
    return _change_owed(row[0], now) or bool(row[1])


def own_sessions(session: Session, account_id: int, now: datetime) -> list[Row[Any]]:
    """List the live sessions of one account: uid, created_at, used_at, address, agent."""
    statement = (
        select(
            col(SignInSession.uid),
            col(SignInSession.created_at),
            col(SignInSession.used_at),
            col(SignInSession.address),
            col(SignInSession.agent),
        )
        .join(Account, col(Account.id) == col(SignInSession.account_id))
        .where(col(SignInSession.account_id) == account_id, live(now))
        .order_by(col(SignInSession.used_at).desc())
    )
    return list(session.connection().execute(statement))


def demonstration_accounts(session: Session, today: date) -> list[tuple[str, str, str, str]]:
    """List the accounts a demonstration offers: name, person, roles in words, unit."""
    statement = (
        select(
            col(Account.name), col(Account.display_name), col(RoleGrant.role), col(Agency.name)
        )
        .outerjoin(RoleGrant, and_(col(RoleGrant.account_id) == col(Account.id), valid(today)))
        .outerjoin(Agency, col(Agency.id) == col(Account.agency_id))
        .where(col(Account.name).startswith("demo-", autoescape=True), col(Account.active))
        .order_by(col(Account.id), col(RoleGrant.id))
    )  # fmt: skip
    found: dict[str, tuple[str, str, list[Role], str]] = {}
    for name, person, role, agency in session.connection().execute(statement):
        entry = found.setdefault(name, (name, person, [], agency or ""))
        if role is not None and role not in entry[2]:
            entry[2].append(role)
    return [(n, p, joined(_(r.label) for r in roles), a) for n, p, roles, a in found.values()]


def accounts(session: Session, actor: Actor, now: datetime) -> pd.DataFrame:
    """List all accounts, by name.

    Columns: id, name, display_name, agency, phone, active (bool), version, last_seen_at,
    has_password, second_factor (bool), sessions (int: how many are live), unused (bool: for 90
    days).
    """
    allow(actor, Action.ACCOUNT_READ)
    alive = (
        select(func.count())
        .select_from(SignInSession)
        .where(col(SignInSession.account_id) == col(Account.id), live(now))
        .correlate(Account)
        .scalar_subquery()
    )
    long_ago = now - timedelta(days=90)
    seen = func.coalesce(col(Account.last_seen_at), col(Account.created_at))
    statement = (
        select(
            label("id", col(Account.id)),
            label("name", col(Account.name)),
            label("display_name", col(Account.display_name)),
            label("agency", col(Agency.name)),
            label("phone", col(Account.phone)),
            label("active", col(Account.active)),
            label("version", col(Account.version)),
            label("last_seen_at", col(Account.last_seen_at)),
            label("has_password", col(Account.password_hash).is_not(None)),
            label("second_factor", has_second_factor()),
            label("sessions", alive),
            label("unused", seen < long_ago),
        )
        .outerjoin(Agency, col(Agency.id) == col(Account.agency_id))
        .order_by(col(Account.name))
    )
    return frame(session, statement)


def grants(session: Session, actor: Actor, account_id: int) -> pd.DataFrame:
    """List an account's grants, ended ones too.

    Columns: id, role (Role code), region, agency, projects (int), first_on, last_on, version.
    """
    allow(actor, Action.ACCOUNT_READ)
    projects = (
        select(func.count())
        .where(col(RoleGrantProject.grant_id) == col(RoleGrant.id))
        .correlate(RoleGrant)
        .scalar_subquery()
    )
    statement = (
        select(
            label("id", col(RoleGrant.id)),
            label("role", col(RoleGrant.role)),
            label("region", col(Region.name)),
            label("agency", col(Agency.name)),
            label("projects", projects),
            label("first_on", col(RoleGrant.first_on)),
            label("last_on", col(RoleGrant.last_on)),
            label("version", col(RoleGrant.version)),
        )
        .outerjoin(Region, col(Region.id) == col(RoleGrant.region_id))
        .outerjoin(Agency, col(Agency.id) == col(RoleGrant.agency_id))
        .where(col(RoleGrant.account_id) == account_id)
        .order_by(col(RoleGrant.id))
    )
    return frame(session, statement)
