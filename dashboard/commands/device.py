"""观察员设备: a phone that may write an observer's remarks for 30 days, and do nothing else."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard import audit
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.account import device_live, own_devices, token_hash
from models.account import Account
from models.observer import ObserverDevice

HOLDS = timedelta(days=30)
MOST = 5
"""How many devices one observer may have at a time."""


def trust_device(session: Session, actor: Actor, *, agent: str, now: datetime) -> str:
    """Let this device write and read the actor's own remarks for 30 days; gives its token.

    Raises:
        Invalid: the actor has as many devices as one may have.
    """
    allow(actor, Action.REMARK_WRITE)
    if len(own_devices(session, actor.account_id, now)) >= MOST:
        most = _("最多保留 {count} 台设备，请先在“登录与密码”里移除一台。")
        raise Invalid(most.format(count=MOST))
    token = secrets.token_urlsafe(32)
    device = ObserverDevice(
        token_hash=token_hash(token),
        account_id=actor.account_id,
        agent=audit.plain(agent)[:200],
        ends_at=now + HOLDS,
    )
    audit.record(session, actor, "device:trust", device)
    return token


def end_device(session: Session, actor: Actor, device_id: int, *, now: datetime) -> None:
    """Revoke one of the actor's own devices; another's is left as it is."""
    _end(session, actor, actor.account_id, now, device_id)


def end_devices(session: Session, actor: Actor, account_id: int, *, now: datetime) -> None:
    """Revoke all of an account's devices, for a command that has allowed it."""
    _end(session, actor, account_id, now)


def _end(
    session: Session, actor: Actor, account_id: int, now: datetime, device_id: int | None = None
) -> None:
    statement = (
        rows_of(ObserverDevice)
        .join(Account, col(Account.id) == col(ObserverDevice.account_id))
        .where(col(ObserverDevice.account_id) == account_id, device_live(now))
    )
    if device_id is not None:
        statement = statement.where(col(ObserverDevice.id) == device_id)
    for device in session.exec(statement).all():
        device.ended_at = now
        audit.record(session, actor, "device:end", device)


def end_token(session: Session, actor: Actor, token: str, *, now: datetime) -> None:
    """Revoke the actor's device that holds this token, when one signs out on it."""
    found = session.exec(
        rows_of(ObserverDevice).where(ObserverDevice.token_hash == token_hash(token))
    ).first()
    if found is not None:
        end_device(session, actor, found.id or 0, now=now)


def touch_device(session: Session, token: str, *, now: datetime) -> None:
    """Keep when a device was last used, at most once a minute: no change of a row."""
    statement = update(ObserverDevice).where(
        col(ObserverDevice.token_hash) == token_hash(token),
        col(ObserverDevice.used_at).is_(None)
        | (col(ObserverDevice.used_at) <= now - timedelta(minutes=1)),
    )
    session.connection().execute(statement.values(used_at=now))
