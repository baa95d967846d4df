"""One's own account: one-time links, the password, the sessions, the language."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import segno
from anyio import to_thread
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from dashboard import clock, passwords
from dashboard.commands.account import (
    account_words,
    change_password,
    choose_language,
    set_password,
    usable_link,
)
from dashboard.commands.device import end_device
from dashboard.commands.second_factor import begin_second_factor, confirm_second_factor
from dashboard.commands.session import end_session, end_sessions
from dashboard.db import load, reading, transaction
from dashboard.errors import DashboardError, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.queries.account import (
    SignedIn,
    actor_of,
    holds_role,
    own_devices,
    own_second_factor,
    own_sessions,
)
from dashboard.rules.account import CLASSES, SHORTEST
from dashboard.rules.second_factor import address
from dashboard.settings import settings
from dashboard.web import page as pages
from dashboard.web.page import CheckedForm, go, page, set_cookie, signed_in
from dashboard.web.sign_in import prove
from models.account import Account, Role, SecondFactor

router = APIRouter()


def _rules() -> dict[str, Any]:
    return {"gb": settings().password_policy == "gb", "shortest": SHORTEST, "classes": CLASSES}


@router.get("/link/{token}")
def show_link(request: Request, token: str, error: str = "") -> HTMLResponse:
    """Show the form that sets a password; looking at it does not use the link up."""
    with reading() as session:
        account = usable_link(session, token, now=clock.now())[1]
        who = account.name, account.display_name
    return page(request, "link.html", token_value=token, who=who, error=error, **_rules())


@router.post("/link/{token}", dependencies=[CheckedForm])
def use_link(
    request: Request,
    token: str,
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Set the password and use the link up; the person then signs in with it."""
    now = clock.now()
    with reading() as session:
        words = account_words(session, usable_link(session, token, now=now)[1])
    try:
        new_hash = passwords.hashed(_same(password, again), words)
    except Invalid as error:
        return show_link(request, token, str(error))
    with transaction() as session:
        account = usable_link(session, token, now=now)[1]
        set_password(session, token, new_hash, address=pages.address(request), now=now)
        observes = holds_role(session, account.id or 0, Role.OBSERVER, clock.today())
    # An observer invited at a site ends there: signed in, with the assigned project filled in.
    return go("/sign-in?next=/observe/new" if observes else "/sign-in")


def _same(password: str, again: str) -> str:
    if password != again:
        raise Invalid(_("两次输入的密码不一致。"))
    return password


def device(agent: str) -> str:
    """Name browser and device in words, from what the browser says of itself."""
    browsers = {"MicroMessenger": _("微信"), "DingTalk": _("钉钉"), "Edg": "Edge",
                "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}  # fmt: skip
    devices = {"iPad": "iPad", "iPhone": "iPhone", "Android": "Android", "Windows": "Windows",
               "Mac OS": "Mac", "Linux": "Linux"}  # fmt: skip
    found = [
        next((word for sign, word in words.items() if sign in agent), "")
        for words in (browsers, devices)
    ]
    return " · ".join(word for word in found if word) or _("未知设备")


def _me(request: Request, who: SignedIn, *, error: str = "", done: str = "") -> HTMLResponse:
    with reading() as session:
        sessions = own_sessions(session, who.account_id, clock.now())
        phones = own_devices(session, who.account_id, clock.now())
        factor = own_second_factor(session, who.account_id)
        actor = actor_of(session, who.uid, clock.today(), clock.now())
    shown = [
        (
            row.uid,
            clock.local(row.created_at),
            clock.local(row.used_at),
            row.address,
            device(row.agent),
        )
        for row in sessions
    ]
    values = {"who": who, "sessions": shown, "error": error, "done": done, **_rules()}
    values["phones"] = [
        (row.id, clock.local(row.created_at), clock.local(row.ends_at), device(row.agent))
        for row in phones
    ]
    values |= _shown_factor(who, factor)
    values["makes_tokens"] = actor is not None and actor.may(Action.TOKEN_MAKE)
    return page(request, "me.html", status=422 if error else 200, **values)


def _shown_factor(who: SignedIn, factor: SecondFactor | None) -> dict[str, Any]:
    """Give what the page says of the second factor; its secret only until it is in use."""
    if factor is None:
        return {}
    if factor.confirmed_at is not None:
        return {"factor_since": clock.local(factor.confirmed_at)}
    picture = segno.make(address(factor.secret, who.name), error="m")
    title = _("双重验证的二维码")
    drawn = Markup(picture.svg_inline(omitsize=True, dark="#000", light="#fff", title=title))
    parts = [factor.secret[at : at + 4] for at in range(0, len(factor.secret), 4)]
    return {"factor_secret": " ".join(parts), "factor_picture": drawn}


@router.get("/me")
def show_me(request: Request, done: str = "") -> HTMLResponse:
    """Show one's own account: password, sessions, language."""
    words = {
        "password": _("密码已修改。"),
        "sessions": _("已退出所选的登录。"),
        "devices": _("已移除所选的设备。"),
        "factor": _("双重验证已启用，下次登录时填写动态口令。"),
    }
    return _me(request, signed_in(request), done=words.get(done, ""))


def _owner(request: Request, who: SignedIn) -> Actor:
    return Actor(who.account_id, who.name, address=pages.address(request))


@router.post("/me/password", dependencies=[CheckedForm])
async def do_change_password(
    request: Request,
    current: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
    others: Annotated[str, Form()] = "",
) -> Response:
    """Change the password, given the current one; ends the other sessions when asked to."""
    who = signed_in(request)
    try:
        attempt = await prove(who.name, current, pages.address(request))
        if attempt is None or attempt.password_hash is None:
            raise Invalid(_("当前密码不正确。"))
        if current == password:
            raise Invalid(_("新密码不能与当前密码相同。"))
        change = partial(_change, request, who, attempt.password_hash, _same(password, again))
        await to_thread.run_sync(change, bool(others))
    except DashboardError as error:
        return await to_thread.run_sync(partial(_me, request, who, error=str(error)))
    return go("/me?done=password")


def _change(request: Request, who: SignedIn, proved_hash: str, password: str, others: bool) -> None:
    with reading() as session:
        words = account_words(session, load(session, Account, who.account_id))
    new_hash = passwords.hashed(password, words)
    with transaction() as session:
        change_password(
            session,
            _owner(request, who),
            proved_hash=proved_hash,
            password_hash=new_hash,
            now=clock.now(),
            keep_uid=who.uid if others else None,
        )


@router.post("/me/factor", dependencies=[CheckedForm])
async def do_begin_factor(request: Request, current: Annotated[str, Form()] = "") -> Response:
    """Make the secret of a second factor, given the current password; the page then shows it."""
    who = signed_in(request)
    try:
        attempt = await prove(who.name, current, pages.address(request))
        if attempt is None or attempt.password_hash is None:
            raise Invalid(_("当前密码不正确。"))
        await to_thread.run_sync(partial(_begin, request, who, attempt.password_hash))
    except DashboardError as error:
        return await to_thread.run_sync(partial(_me, request, who, error=str(error)))
    return go("/me#factor")


def _begin(request: Request, who: SignedIn, proved_hash: str) -> None:
    with transaction() as session:
        begin_second_factor(session, _owner(request, who), proved_hash=proved_hash)


@router.post("/me/factor/confirm", dependencies=[CheckedForm])
def do_confirm_factor(request: Request, code: Annotated[str, Form()] = "") -> Response:
    """Put the second factor to use, once a code fits."""
    who = signed_in(request)
    try:
        with transaction() as session:
            owner = _owner(request, who)
            confirm_second_factor(session, owner, code=code[:20], now=clock.now())
    except DashboardError as error:
        return _me(request, who, error=str(error))
    return go("/me?done=factor")


@router.post("/me/sessions", dependencies=[CheckedForm])
def do_end_sessions(request: Request, uid: Annotated[str, Form()] = "") -> Response:
    """End one of one's own sessions, or without `uid` all but this one."""
    who = signed_in(request)
    with transaction() as session:
        owner = _owner(request, who)
        if uid:
            end_session(session, owner, uid, now=clock.now())
        else:
            end_sessions(session, owner, who.account_id, now=clock.now(), keep_uid=who.uid)
    return go("/me?done=sessions")


@router.post("/me/devices", dependencies=[CheckedForm])
def do_end_device(request: Request, device_id: Annotated[int, Form()]) -> Response:
    """Revoke one of one's own observer's devices."""
    who = signed_in(request)
    with transaction() as session:
        end_device(session, _owner(request, who), device_id, now=clock.now())
    return go("/me?done=devices")


@router.post("/me/language", dependencies=[CheckedForm])
def do_choose_language(request: Request, language: Annotated[str, Form()] = "") -> Response:
    """Keep the language for the account and this browser."""
    who = signed_in(request)
    with transaction() as session:
        choose_language(session, _owner(request, who), language)
    answer = go("/me")
    set_cookie(answer, "language", language)
    return answer
