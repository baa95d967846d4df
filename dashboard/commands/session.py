"""Signing in and out. Failures are counted in rows, so they hold over processes and restarts."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select, text, update
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard import audit
from dashboard.commands.device import end_devices
from dashboard.commands.token import end_tokens
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.account import live, token_hash
from dashboard.rules.account import folded
from dashboard.settings import settings
from models.account import Account, OneTimeLink, SignInAttempt, SignInSession
from models.observer import ObserverDevice
from models.token import ApiToken

WINDOW = timedelta(minutes=15)
LOCKED = timedelta(minutes=10)
PAIR_LIMIT = 5
ADDRESS_LIMIT = 50
_THROTTLE_LOCK = 4_137_102


class Attempt(NamedTuple):
    """A try at signing in that was let through the throttle, before the password is looked at.

    For an unknown account everything but the names is empty, and the same time is spent.
    """

    folded_name: str
    address: str
    account_id: int | None
    password_hash: str | None
    wait_seconds: float


class SignedInNow(NamedTuple):
    """A new session; the token is given once and kept nowhere."""

    token: str
    uid: str


def open_attempt(session: Session, name: str, *, address: str, now: datetime) -> Attempt:
    """Count a try before its password is looked at, so that parallel tries are all counted.

    Raises:
        Invalid: five failures in 15 minutes lock account and address together for 10 minutes;
            fifty from one address lock the address.
    """
    if session.get_bind().dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(:k)")
        session.connection().execute(lock, {"k": _THROTTLE_LOCK})
    plain = folded(name)[:60]
    session.connection().execute(
        delete(SignInAttempt).where(col(SignInAttempt.at) < now - timedelta(days=1))
    )
    _throttle(session, plain, address, now)
    everywhere = _failures(session, now, SignInAttempt.folded_name == plain)[0]
    session.add(SignInAttempt(folded_name=plain, address=address, at=now))
    account = session.exec(rows_of(Account).where(Account.folded_name == plain)).first()
    usable = account if account and account.active and account.password_hash else None
    return Attempt(
        plain,
        address,
        account.id if account else None,
        usable.password_hash if usable else None,
        wait_seconds=min(5.0, max(0, everywhere - PAIR_LIMIT + 1) * 0.5),
    )


def _failures(session: Session, now: datetime, *where: object) -> tuple[int, datetime | None]:
    at = col(SignInAttempt.at)
    statement = select(func.count(), func.max(at)).where(at > now - WINDOW, *where)  # type: ignore[arg-type]
    count, newest = session.connection().execute(statement).one()
    return count, newest


def _throttle(session: Session, plain: str, address: str, now: datetime) -> None:
    here = col(SignInAttempt.address) == address
    count, newest = _failures(session, now, here, SignInAttempt.folded_name == plain)
    if count >= PAIR_LIMIT and newest is not None and newest > now - LOCKED:
        raise Invalid(_("密码多次不正确，请 10 分钟后再试，或请管理员重置密码。"))
    if _failures(session, now, here)[0] >= ADDRESS_LIMIT:
        raise Invalid(_("此处登录失败次数过多，请 15 分钟后再试。"))


def refuse_sign_in(session: Session, attempt: Attempt) -> None:
    """Record a wrong password. What was typed as an unknown name may be a password: not kept."""
    account = session.get(Account, attempt.account_id) if attempt.account_id else None
    actor = Actor(0, "", address=attempt.address)
    if account and account.id:
        actor = Actor(account.id, account.name, address=attempt.address)
    comment = _("账户名或密码不正确") if account else _("账户不存在")
    audit.append(
        session, actor, "session:sign_in", success=False,
        table_name="account", row_key=str(account.id) if account else "", comment=comment,
    )  # fmt: skip


def sign_in(
    session: Session, account_id: int, *, address: str, agent: str, now: datetime
) -> SignedInNow:
    """Open a session for an account that has just proved who it is, with a token never seen."""
    account = session.get_one(Account, account_id)
    if not account.active:
        raise Invalid(_("账户名或密码不正确。"))
    session.connection().execute(
        delete(SignInAttempt).where(
            col(SignInAttempt.folded_name) == account.folded_name,
            col(SignInAttempt.address) == address,
        )
    )
    token, uid = secrets.token_urlsafe(32), secrets.token_hex(16)
    row = SignInSession(
        uid=uid,
        token_hash=token_hash(token),
        account_id=account_id,
        used_at=now,
        ends_at=now + timedelta(hours=settings().absolute_hours),
        address=address,
        agent=audit.plain(agent)[:200],
    )
    _seen(session, account_id, now)
    actor = Actor(account_id, account.name, address=address)
    audit.record(session, actor, "session:sign_in", row)
    return SignedInNow(token, uid)


def sign_out(session: Session, actor: Actor, uid: str, *, now: datetime) -> None:
    """End the actor's own session `uid`, here, in other tabs and in open sockets."""
    _end(session, actor, now, "session:sign_out", [actor.account_id], uid=uid)


def end_sessions(
    session: Session, actor: Actor, account_id: int, *, now: datetime, keep_uid: str = ""
) -> int:
    """End an account's sessions but `keep_uid`; one's own, or anybody's for who may lock.

    An observer's devices end with them, and whoever ends another's ends the account's tokens too.
    Returns how many sessions were ended.
    """
    if account_id != actor.account_id:
        allow(actor, Action.ACCOUNT_LOCK)
        end_tokens(session, actor, account_id, now=now)
    end_devices(session, actor, account_id, now=now)
    return _end(session, actor, now, "session:end", [account_id], keep_uid=keep_uid)


def end_session(session: Session, actor: Actor, uid: str, *, now: datetime) -> None:
    """End one of the actor's own sessions."""
    _end(session, actor, now, "session:end", [actor.account_id], uid=uid)


def _end(
    session: Session,
    actor: Actor,
    now: datetime,
    event: str,
    account_ids: list[int],
    *,
    uid: str = "",
    keep_uid: str = "",
) -> int:
    statement = (
        rows_of(SignInSession)
        .join(Account, col(Account.id) == col(SignInSession.account_id))
        .where(col(SignInSession.account_id).in_(account_ids), live(now))
        .where(col(SignInSession.uid) != keep_uid)
    )
    if uid:
        statement = statement.where(col(SignInSession.uid) == uid)
    ended = session.exec(statement).all()
    for row in ended:
        row.ended_at = now
        audit.record(session, actor, event, row)
    return len(ended)


def touch(session: Session, uid: str, *, now: datetime) -> None:
    """Move a session's idle clock, at most once a minute: no change of a row, no line in the log.

    For a person's clicks only; what refreshes by itself must not keep a session alive.
    """
    statement = (
        update(SignInSession)
        .where(col(SignInSession.uid) == uid, col(SignInSession.ended_at).is_(None))
        .where(col(SignInSession.used_at) <= now - timedelta(minutes=1))
        .values(used_at=now)
        .returning(col(SignInSession.account_id))
    )
    account_id = session.connection().scalar(statement)
    if account_id is not None:
        _seen(session, account_id, now)


def _seen(session: Session, account_id: int, now: datetime) -> None:
    # Past the row version: being seen is no change that another editor could overwrite.
    session.connection().execute(
        update(Account).where(col(Account.id) == account_id).values(last_seen_at=now)
    )


def end_what_was_open(session: Session, *, now: datetime) -> None:
    """After a restore, end sessions, links and tokens: what was revoked must not come back."""
    for model, column in (
        (SignInSession, "ended_at"),
        (ObserverDevice, "ended_at"),
        (OneTimeLink, "used_at"),
        (ApiToken, "ended_at"),
    ):
        statement = update(model).where(getattr(model, column).is_(None)).values({column: now})
        session.connection().execute(statement)
    audit.append(session, None, "backup:restore")


def sweep(session: Session, *, now: datetime) -> int:
    """Delete sessions and devices that ended a day ago or more; the audit log keeps them.

    Returns how many sessions were deleted.
    """
    day_ago = now - timedelta(days=1)
    gone = delete(SignInSession).where(
        (col(SignInSession.ends_at) < day_ago) | (col(SignInSession.ended_at) < day_ago)
    )
    over = delete(ObserverDevice).where(
        (col(ObserverDevice.ends_at) < day_ago) | (col(ObserverDevice.ended_at) < day_ago)
    )
    session.connection().execute(over)
    return session.connection().execute(gone).rowcount
