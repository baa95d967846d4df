"""接口令牌: one's own tokens of the read API, made with the password, shown once, ended."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from dashboard import clock
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.token import LIVES, NewToken, end_token, make_token
from dashboard.db import load, reading, transaction
from dashboard.errors import DashboardError, Invalid
from dashboard.i18n import _, joined
from dashboard.permissions import ROLE_ACTIONS, Action, Actor, allow
from dashboard.queries.token import own_tokens, token_places, token_roles
from dashboard.web import page as pages
from dashboard.web.page import CheckedForm, go, page
from dashboard.web.sign_in import prove
from models.account import Account, Role

router = APIRouter(prefix="/me/tokens")


def _tokens(
    request: Request, who: Actor, *, error: str = "", done: str = "", token: str = ""
) -> HTMLResponse:
    allow(who, Action.TOKEN_MAKE)
    with reading() as session:
        found = own_tokens(session, who.account_id, clock.now())
        places = token_places(session, who)
        proves = load(session, Account, who.account_id).password_hash is not None
    roles = token_roles(who)
    values: dict[str, Any] = {
        "tokens": [_told(row) for row in found],
        "places": places,
        "roles": roles,
        "groups": _groups(roles),
        "lives": LIVES,
        "proves": proves,
        "token": token,
    }
    status = 422 if error else 200
    return page(request, "tokens.html", status=status, error=error, done=done, **values)


def _told(row: Any) -> dict[str, Any]:
    tables = [_(ADMIN_PAGES[name].title) for name in row.tables.split() if name in ADMIN_PAGES]
    return {
        "id": row.id,
        "title": row.title,
        "role": _(row.role.label),
        "place": row.region or row.agency or _("授权的全部范围"),
        "tables": joined(tables[:6]) + (_("等 {n} 张").format(n=len(tables)) if tables[6:] else ""),
        "ends": clock.local(row.ends_at).strftime("%Y-%m-%d"),
        "used": clock.local(row.used_at).strftime("%Y-%m-%d %H:%M") if row.used_at else "",
    }


def _groups(roles: list[Role]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Give the tables that one of the roles may read, by group."""
    actions = frozenset(action for role in roles for action in ROLE_ACTIONS[role])
    readable = [each for each in ADMIN_PAGES.values() if each.read in actions]
    return [
        (_(group), [(each.table, _(each.title)) for each in found])
        for group, found in groupby(readable, key=lambda each: each.group)
    ]


@router.get("")
def show_tokens(request: Request, done: str = "") -> HTMLResponse:
    """Show one's own tokens and the form that makes one."""
    words = {"end": _("令牌已停用。")}
    return _tokens(request, pages.actor(request), done=words.get(done, ""))


@router.post("", dependencies=[CheckedForm])
async def do_make_token(
    request: Request,
    title: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    place: Annotated[str, Form()] = "",
    tables: Annotated[list[str] | None, Form()] = None,
    days: Annotated[str, Form()] = "",
    current: Annotated[str, Form()] = "",
) -> Response:
    """Make a token, given the current password, and show it this once."""
    who = await to_thread.run_sync(pages.actor, request)
    try:
        proved = await _proved(request, who, current)
        make = partial(_make, who, proved, title, role, place, tables or [], days)
        made = await to_thread.run_sync(make)
    except DashboardError as error:
        return await to_thread.run_sync(partial(_failed, request, who, error))
    done = _("令牌“{title}”已发出，只显示这一次，请立即保存。").format(title=made.row.title)
    show = partial(_tokens, request, who, done=done, token=made.token)
    return await to_thread.run_sync(show)


def _failed(request: Request, who: Actor, error: DashboardError) -> HTMLResponse:
    if not isinstance(error, Invalid):
        raise error
    return _tokens(request, who, error=str(error))


async def _proved(request: Request, who: Actor, current: str) -> str | None:
    """Give the stored hash that the password fits; an account without one has none to prove."""
    if not await to_thread.run_sync(_has_password, who):
        return None
    attempt = await prove(who.name, current, pages.address(request))
    if attempt is None:
        raise Invalid(_("当前密码不正确。"))
    return attempt.password_hash


def _has_password(who: Actor) -> bool:
    with reading() as session:
        return load(session, Account, who.account_id).password_hash is not None


def _make(
    who: Actor, proved: str | None, title: str, role: str, place: str, tables: list[str], days: str
) -> NewToken:
    kind, _dash, key = place.partition("-")
    chosen = int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else None
    if role not in Role.__members__ or (place and (kind not in PLACES or chosen is None)):
        raise Invalid(_("请从列表中选择角色和范围。"))
    with transaction() as session:
        return make_token(
            session, who, title=title, role=Role.of(role), tables=tables,
            days=int(days) if days in map(str, LIVES) else 0, now=clock.now(), proved_hash=proved,
            **({PLACES[kind]: chosen} if place else {}),
        )  # fmt: skip


PLACES = {"region": "region_id", "agency": "agency_id"}


@router.post("/end", dependencies=[CheckedForm])
def do_end_token(request: Request, token_id: Annotated[int, Form()]) -> Response:
    """End one of one's own tokens."""
    who = pages.actor(request)
    with transaction() as session:
        end_token(session, who, token_id, now=clock.now())
    return go("/me/tokens?done=end")
