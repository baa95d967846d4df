"""How often a stranger may send: counted in rows, so it holds over processes and restarts."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from dashboard.audit import lock
from dashboard.errors import Invalid
from dashboard.i18n import _
from models.account import SignInAttempt


class Rate(NamedTuple):
    """How many within how long, from one address and from everywhere."""

    each: int
    total: int
    window: timedelta


SENDING = Rate(each=10, total=300, window=timedelta(hours=1))
FOLLOWING = Rate(each=30, total=2000, window=timedelta(minutes=15))


def count_stranger(
    session: Session, purpose: str, rate: Rate, *, address: str, now: datetime
) -> None:
    """Count one thing a stranger does, before it is looked at.

    The rows stand beside failed sign-ins, under names of their own: neither counts for the other.
    Of the address only a hash is kept, and that for a day.

    Raises:
        Invalid: too many from this address, or from everywhere.
    """
    lock(session)
    day_ago = now - timedelta(days=1)
    session.connection().execute(delete(SignInAttempt).where(col(SignInAttempt.at) < day_ago))
    name = f"stranger:{purpose}"
    here = f"{name}:{sha256(address.encode()).hexdigest()[:32]}"
    recent = select(func.count()).where(
        col(SignInAttempt.folded_name) == name, col(SignInAttempt.at) > now - rate.window
    )
    from_here = recent.where(col(SignInAttempt.address) == here)
    if (session.connection().scalar(from_here) or 0) >= rate.each:
        raise Invalid(_("此处提交过于频繁，请稍后再试。"))
    if (session.connection().scalar(recent) or 0) >= rate.total:
        raise Invalid(_("目前提交的人较多，请稍后再试。"))
    session.add(SignInAttempt(folded_name=name, address=here, at=now))
