"""Tokens of the read API: made by oneself for one role, shown once, ended at any time."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard import audit
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.db import load
from dashboard.errors import Conflict, Invalid, Missing
from dashboard.i18n import _
from dashboard.permissions import ROLE_ACTIONS, Action, Actor, allow, refusal
from dashboard.queries.account import token_hash
from dashboard.queries.token import Bearer, narrowed, token_row
from dashboard.rules.words import plain_words
from models.account import Account, Role
from models.agency import Agency
from models.region import Region
from models.token import ApiToken, ApiUse

PREFIX = "mssj_"
"""What every token begins with, so that one that strayed into a file is found."""
LIVES = (30, 90, 180, 365)
MOST_TOKENS = 10


class NewToken(NamedTuple):
    """A token that was just made; it is given once and kept nowhere."""

    token: str
    row: ApiToken


def make_token(
    session: Session,
    actor: Actor,
    *,
    title: str,
    role: Role,
    tables: Sequence[str],
    days: int,
    now: datetime,
    proved_hash: str | None,
    region_id: int | None = None,
    agency_id: int | None = None,
) -> NewToken:
    """Make a token for one of the actor's roles. `proved_hash` is what the password fitted.

    Raises:
        Invalid: title, tables, place or life are not among what can be chosen.
        Conflict: the password was changed in the meantime.
    """
    allow(actor, Action.TOKEN_MAKE)
    account = load(session, Account, actor.account_id, lock=True)
    if account.password_hash != proved_hash:
        raise Conflict(_("密码刚被修改或重置，请重新登录。"))
    _check_role(actor, role, tables)
    _check_place(session, actor, role, region_id, agency_id)
    title = plain_words(title)
    if not 1 <= len(title) <= 40:
        raise Invalid(_("令牌的用途应为 1 至 40 个字。"))
    if days not in LIVES:
        raise Invalid(_("令牌的有效期应为 30、90、180 或 365 天。"))
    if len(_live(session, actor.account_id, now)) >= MOST_TOKENS:
        raise Invalid(
            _("一个账户最多有 {n} 个有效的令牌，请先停用不再使用的。").format(n=MOST_TOKENS)
        )
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        account_id=actor.account_id, title=title, token_hash=token_hash(token), role=role,
        tables=" ".join(sorted(set(tables))), region_id=region_id, agency_id=agency_id,
        ends_at=now + timedelta(days=days),
    )  # fmt: skip
    audit.record(session, actor, Action.TOKEN_MAKE, row)
    return NewToken(token, row)


def _check_role(actor: Actor, role: Role, tables: Sequence[str]) -> None:
    if role not in actor.roles or Action.TOKEN_MAKE not in ROLE_ACTIONS[role]:
        raise refusal(actor, Action.TOKEN_MAKE, "api_token")
    if not tables:
        raise Invalid(_("请至少选择一张数据表。"))
    for table in tables:
        page = ADMIN_PAGES.get(table)
        if page is None or page.read not in ROLE_ACTIONS[role]:
            title = _(page.title) if page else table[:40]
            raise Invalid(
                _("“{role}”不能读取“{table}”，请取消选择该表。").format(
                    role=_(role.label), table=title
                )
            )


def _check_place(
    session: Session, actor: Actor, role: Role, region_id: int | None, agency_id: int | None
) -> None:
    if region_id is not None and agency_id is not None:
        raise Invalid(_("请只选一个地区或一个单位。"))
    region = load(session, Region, region_id).path if region_id is not None else ""
    agency = load(session, Agency, agency_id).path if agency_id is not None else ""
    if not narrowed(actor.grants, role, region, agency):
        raise Invalid(_("所选范围不在您的授权之内。"))


def _live(session: Session, account_id: int, now: datetime) -> Sequence[ApiToken]:
    statement = rows_of(ApiToken).where(
        ApiToken.account_id == account_id, col(ApiToken.ended_at).is_(None)
    )
    return session.exec(statement.where(col(ApiToken.ends_at) > now)).all()


def end_token(session: Session, actor: Actor, token_id: int, *, now: datetime) -> None:
    """End one of the actor's own tokens."""
    row = session.get(ApiToken, token_id)
    if row is None or row.account_id != actor.account_id or row.ended_at is not None:
        raise Missing(_("找不到这个令牌，它可能已停用。"))
    row.ended_at = now
    audit.record(session, actor, "token:end", row, comment=row.title)


def end_tokens(session: Session, actor: Actor | None, account_id: int, *, now: datetime) -> int:
    """End all tokens of an account whose password, sessions or use ends; gives how many.

    Raises:
        NotAllowed: they are somebody else's, and the actor may neither lock nor reset accounts.
    """
    others = actor is not None and actor.account_id != account_id
    if actor and others and not actor.may(Action.ACCOUNT_INVITE):
        allow(actor, Action.ACCOUNT_LOCK)
    live = _live(session, account_id, now)
    for row in live:
        row.ended_at = now
        audit.record(session, actor, "token:end", row, comment=row.title)
    return len(live)


def refuse_token(session: Session, token: str, *, address: str) -> None:
    """Record that a token was shown that no longer holds; one nobody made leaves no line."""
    row = token_row(session, token)
    if row is None:
        return
    account = session.get_one(Account, row.account_id)
    audit.append(
        session, Actor(row.account_id, account.name, address=address), "api:read", success=False,
        table_name="api_token", row_key=str(row.id), comment=_("令牌已失效"),
    )  # fmt: skip


def count_reading(
    session: Session, bearer: Bearer, table: str, rows: int, *, today: date, now: datetime
) -> None:
    """Count one answer. The first of a day, token and table leaves a line in the log at once."""
    session.connection().execute(
        update(ApiToken).where(col(ApiToken.id) == bearer.token_id).values(used_at=now)
    )
    if _add(session, bearer, table, rows, today):
        return
    audit.lock(session)
    if _add(session, bearer, table, rows, today):
        return
    session.add(
        ApiUse(token_id=bearer.token_id, day=today, table_name=table, requests=1, rows_count=rows)
    )
    audit.append(
        session, bearer.actor, "api:read", table_name=table,
        comment=_("令牌“{title}”当日首次读取").format(title=bearer.title),
    )  # fmt: skip


def _add(session: Session, bearer: Bearer, table: str, rows: int, today: date) -> bool:
    statement = (
        update(ApiUse)
        .where(col(ApiUse.token_id) == bearer.token_id, col(ApiUse.day) == today)
        .where(col(ApiUse.table_name) == table)
        .values(requests=ApiUse.requests + 1, rows_count=ApiUse.rows_count + rows)
    )
    return bool(session.connection().execute(statement).rowcount)


def log_use(session: Session, *, today: date) -> int:
    """Sum up every token's past days in the log, a line a token and day; gives how many lines."""
    past = session.exec(
        rows_of(ApiUse)
        .where(col(ApiUse.day) < today)
        .order_by(col(ApiUse.day), col(ApiUse.token_id), col(ApiUse.table_name))
    ).all()
    days: dict[tuple[date, int], dict[str, Any]] = {}
    for use in past:
        told = [None, _("{n} 次，{rows} 条").format(n=use.requests, rows=use.rows_count)]
        days.setdefault((use.day, use.token_id), {})[use.table_name] = told
        session.delete(use)
    for (day, token_id), tables in days.items():
        row = session.get_one(ApiToken, token_id)
        audit.append(
            session, None, "api:day", table_name="api_token", row_key=str(token_id),
            changes=json.dumps({"day": [None, day.isoformat()], **tables}, ensure_ascii=False),
            comment=row.title,
        )  # fmt: skip
    return len(days)
