"""Accounts: invited by a one-time link, reset by one, disabled; passwords are only ever hashes."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.commands.second_factor import take_off
from dashboard.commands.session import end_sessions
from dashboard.commands.token import end_tokens
from dashboard.db import load
from dashboard.errors import Conflict, Invalid, Missing
from dashboard.i18n import LANGUAGES, _
from dashboard.permissions import Action, Actor, allow, refusal
from dashboard.queries.account import token_hash
from dashboard.rules.account import folded, name_problem
from models.account import Account, LinkPurpose, OneTimeLink, Role, RoleGrant
from models.agency import Agency

LINK_LIFE = timedelta(hours=24)


class Link(NamedTuple):
    """A one-time link: its token is given once, to be handed to the person, and kept nowhere."""

    account_id: int
    name: str
    token: str


def _link(
    session: Session, actor: Actor | None, account: Account, purpose: LinkPurpose, now: datetime
) -> Link:
    earlier = rows_of(OneTimeLink).where(
        OneTimeLink.account_id == account.id, col(OneTimeLink.used_at).is_(None)
    )
    for old in session.exec(earlier):
        old.used_at = now
        record(session, actor, "link:withdraw", old)
    token = secrets.token_urlsafe(24)
    row = OneTimeLink(
        token_hash=token_hash(token),
        account_id=account.id or 0,
        purpose=purpose,
        ends_at=now + LINK_LIFE,
        made_by_id=actor.account_id if actor else None,
    )
    record(session, actor, "link:make", row, comment=account.name)
    return Link(account.id or 0, account.name, token)


def _new_account(
    session: Session,
    actor: Actor | None,
    name: str,
    display_name: str,
    agency_id: int | None = None,
    phone: str = "",
) -> Account:
    if problem := name_problem(name):
        raise Invalid(problem)
    if not 1 <= len(display_name.strip()) <= 40:
        raise Invalid(_("姓名应为 1 至 40 个字。"))
    taken = Invalid(
        _("账户名“{name}”已被使用（不分大小写、全半角和空格）。").format(name=name.strip())
    )
    if session.exec(rows_of(Account).where(Account.folded_name == folded(name))).first():
        raise taken
    account = Account(
        name=name.strip(),
        folded_name=folded(name),
        display_name=display_name.strip(),
        agency_id=agency_id,
        phone=phone.strip(),
    )
    try:
        record(session, actor, Action.ACCOUNT_INVITE, account)
    except IntegrityError as error:
        raise taken from error
    return account


def invite_account(
    session: Session,
    actor: Actor,
    *,
    name: str,
    display_name: str,
    now: datetime,
    agency_id: int | None = None,
    phone: str = "",
) -> Link:
    """Make an account without grants, and the link by which its person sets the password."""
    allow(actor, Action.ACCOUNT_INVITE)
    if agency_id is not None:
        load(session, Agency, agency_id)
    if len(phone) > 40:
        raise Invalid(_("联系电话最多 40 个字。"))
    account = _new_account(session, actor, name, display_name, agency_id, phone)
    return _link(session, actor, account, LinkPurpose.INVITE, now)


def reset_account(session: Session, actor: Actor, account_id: int, *, now: datetime) -> Link:
    """Make the link by which a person sets a new password; the old one stops at once.

    Whoever makes a link could use it, so the accounts of the security administrator and the
    auditor are not reset from here but on the server: `python -m dashboard init --reset NAME`.
    """
    allow(actor, Action.ACCOUNT_INVITE)
    account = load(session, Account, account_id)
    apart = exists().where(
        col(RoleGrant.account_id) == account_id,
        col(RoleGrant.role).in_([Role.SECURITY, Role.AUDITOR]),
    )
    if session.connection().scalar(select(apart)):
        error = refusal(actor, Action.ACCOUNT_INVITE, "account", account_id)
        error.args = (_("安全管理员和审计员的密码只能在服务器上重置。"),)
        raise error
    return _reset(session, actor, account, now)


def _reset(session: Session, actor: Actor | None, account: Account, now: datetime) -> Link:
    account.password_hash = None
    record(session, actor, "account:reset", account)
    end_tokens(session, actor, account.id or 0, now=now)
    if actor is not None:
        _end_all(session, actor, account, now)
    return _link(session, actor, account, LinkPurpose.RESET, now)


def _end_all(session: Session, actor: Actor, account: Account, now: datetime) -> None:
    owner = Actor(account.id or 0, account.name, address=actor.address)
    end_sessions(session, owner, account.id or 0, now=now)


def first_accounts(session: Session, *, admin: str, security: str, now: datetime) -> list[Link]:
    """Make the first administrator and the first security administrator, on an empty database.

    Two, because the first may not grant roles and the second may not invite people (三员分立).
    Where there is an account already, nothing is made.
    """
    if session.connection().scalar(select(func.count()).select_from(Account)):
        return []
    links = []
    for name, role in ((admin, Role.ADMIN), (security, Role.SECURITY)):
        account = _new_account(session, None, name, role.label)
        record(session, None, Action.GRANT_EDIT, RoleGrant(account_id=account.id or 0, role=role))
        links.append(_link(session, None, account, LinkPurpose.INVITE, now))
    return links


def reset_on_server(session: Session, name: str, *, now: datetime) -> Link:
    """Make a reset link for any account, without a second factor, for who stands at the server."""
    found = session.exec(rows_of(Account).where(Account.folded_name == folded(name))).first()
    if found is None:
        raise Missing(_("没有名为“{name}”的账户。").format(name=name))
    owner = Actor(found.id or 0, found.name)
    end_sessions(session, owner, found.id or 0, now=now)
    take_off(session, None, found)
    return _reset(session, None, found, now)


def set_active(
    session: Session, actor: Actor, account_id: int, *, active: bool, now: datetime
) -> Account:
    """Disable an account, which ends all its sessions, or enable it again."""
    allow(actor, Action.ACCOUNT_LOCK)
    account = load(session, Account, account_id)
    if account_id == actor.account_id:
        raise Invalid(_("不能停用自己的账户。"))
    if not active:
        end_sessions(session, actor, account_id, now=now)
    account.active = active
    record(session, actor, Action.ACCOUNT_LOCK, account)
    return account


def usable_link(session: Session, token: str, *, now: datetime) -> tuple[OneTimeLink, Account]:
    """Give the link behind a token and its account.

    Raises:
        Invalid: the link is unknown, used, withdrawn or older than 24 hours.
    """
    statement = (
        rows_of(OneTimeLink)
        .where(OneTimeLink.token_hash == token_hash(token), col(OneTimeLink.used_at).is_(None))
        .where(col(OneTimeLink.ends_at) > now)
    )
    link = session.exec(statement).first()
    account = session.get(Account, link.account_id) if link else None
    if link is None or account is None or not account.active:
        raise Invalid(_("此链接已使用或已过期，请向管理员索取新的链接。"))
    return link, account


def account_words(session: Session, account: Account) -> list[str]:
    """Give the words that the account's password may not contain."""
    agency = session.get(Agency, account.agency_id) if account.agency_id else None
    return [account.name, account.display_name, *([agency.name] if agency else [])]


def set_password(
    session: Session, token: str, password_hash: str, *, address: str, now: datetime
) -> Account:
    """Use a one-time link: set the password and end whatever sessions and tokens there were."""
    link, account = usable_link(session, token, now=now)
    actor = Actor(account.id or 0, account.name, address=address)
    link.used_at = now
    record(session, actor, "link:use", link)
    end_sessions(session, actor, actor.account_id, now=now)
    end_tokens(session, actor, actor.account_id, now=now)
    account.password_hash, account.password_set_at = password_hash, now
    record(session, actor, "password:set", account)
    return account


def change_password(
    session: Session,
    actor: Actor,
    *,
    proved_hash: str,
    password_hash: str,
    now: datetime,
    keep_uid: str | None = None,
) -> None:
    """Change one's own password. `proved_hash` is the stored hash that the current one fitted.

    With `keep_uid` every other session ends.

    Raises:
        Conflict: the password was changed or reset in the meantime.
    """
    account = load(session, Account, actor.account_id)
    if account.password_hash != proved_hash:
        raise Conflict(_("密码刚被修改或重置，请重新登录。"))
    account.password_hash, account.password_set_at = password_hash, now
    record(session, actor, "password:change", account)
    if keep_uid is not None:
        end_sessions(session, actor, actor.account_id, now=now, keep_uid=keep_uid)


def choose_language(session: Session, actor: Actor, language: str) -> None:
    """Keep the language in which an account reads the screen."""
    if language not in LANGUAGES:
        raise Invalid(_("没有这种语言。"))
    account = load(session, Account, actor.account_id)
    account.language = language
    record(session, actor, "account:language", account)
