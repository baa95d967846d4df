"""双重验证: set up by oneself, asked for at the door, taken off by the security administrator."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.commands.session import end_sessions
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, refusal
from dashboard.rules.second_factor import fitting_step, new_secret
from models.account import Account, SecondFactor


def _factor(session: Session, account_id: int) -> SecondFactor | None:
    """Give an account's second factor as it is now; nobody else changes it meanwhile."""
    statement = rows_of(SecondFactor).where(SecondFactor.account_id == account_id)
    return session.exec(statement.with_for_update()).first()


def begin_second_factor(session: Session, actor: Actor, *, proved_hash: str) -> SecondFactor:
    """Make a new secret for oneself. `proved_hash` is the hash that the password fitted.

    Raises:
        Conflict: the second factor is in use, or the password was changed in the meantime.
    """
    if load(session, Account, actor.account_id).password_hash != proved_hash:
        raise Conflict(_("密码刚被修改或重置，请重新登录。"))
    factor = _factor(session, actor.account_id)
    if factor is not None and factor.confirmed_at is not None:
        raise Conflict(_("双重验证已启用；如更换设备，请安全管理员先重置。"))
    factor = factor or SecondFactor(account_id=actor.account_id, secret="")
    factor.secret = new_secret()
    record(session, actor, "factor:make", factor)
    return factor


def confirm_second_factor(
    session: Session, actor: Actor, *, code: str, now: datetime
) -> SecondFactor:
    """Put one's second factor to use, once a code of the authenticator fits.

    Raises:
        Conflict: there is none to confirm.
        Invalid: the code does not fit.
    """
    factor = _factor(session, actor.account_id)
    if factor is None or factor.confirmed_at is not None:
        raise Conflict(_("没有待启用的双重验证，请刷新。"))
    _use(factor, code, now)
    factor.confirmed_at = now
    record(session, actor, "factor:confirm", factor)
    return factor


def _use(factor: SecondFactor, code: str, now: datetime) -> None:
    step = fitting_step(factor.secret, code, now=now, last_step=factor.last_step)
    if step is None:
        raise Invalid(_("动态口令不正确、已用过或已过期，请填写认证器上现在显示的 6 位数字。"))
    factor.last_step = step


def prove_second_factor(session: Session, account_id: int, *, code: str, now: datetime) -> None:
    """Use up a code of an account that has a second factor; of another one nothing is asked.

    Raises:
        Invalid: the code does not fit, is too old, or was used before.
    """
    factor = _factor(session, account_id)
    if factor is not None and factor.confirmed_at is not None:
        _use(factor, code, now)
        session.add(factor)
        session.flush()


def reset_second_factor(session: Session, actor: Actor, account_id: int, *, now: datetime) -> None:
    """Take the second factor off an account whose device is lost, and end its sessions.

    Nobody takes off their own: who stole a session could.
    """
    allow(actor, Action.ACCOUNT_LOCK)
    if account_id == actor.account_id:
        error = refusal(actor, Action.ACCOUNT_LOCK, "second_factor", account_id)
        error.args = (_("不能重置自己的双重验证，请由另一名安全管理员或在服务器上办理。"),)
        raise error
    account = load(session, Account, account_id)
    if not take_off(session, actor, account):
        raise Invalid(_("该账户没有启用双重验证。"))
    end_sessions(session, actor, account_id, now=now)


def take_off(session: Session, actor: Actor | None, account: Account) -> bool:
    """Delete an account's second factor; say whether there was one."""
    factor = _factor(session, account.id or 0)
    if factor is None:
        return False
    record(session, actor, "factor:reset", account, comment=account.name)
    session.delete(factor)
    session.flush()
    return True
