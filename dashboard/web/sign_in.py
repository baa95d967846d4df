"""The way in and out: a form, a session cookie, and in a demonstration one click for each role."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import select

from dashboard import clock, i18n, passwords
from dashboard.commands.account import choose_language
from dashboard.commands.device import end_token
from dashboard.commands.second_factor import prove_second_factor
from dashboard.commands.session import (
    Attempt,
    end_sessions,
    open_attempt,
    refuse_sign_in,
    sign_in,
    sign_out,
)
from dashboard.db import reading, transaction
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.queries.account import (
    actor_of,
    demonstration_accounts,
    second_factor_asked,
)
from dashboard.queries.installation import demonstration_day
from dashboard.web import page as pages
from dashboard.web.page import (
    SCRIPTED,
    CheckedForm,
    chosen_language,
    go,
    local_path,
    page,
    set_cookie,
    visitor,
)
from models.account import Account

router = APIRouter()
_DOORS = CapacityLimiter(4)
"""Sign-ins have threads of their own, so that a rush of them leaves the others to the pages."""


def _form(request: Request, next_path: str, *, error: str = "", status: int = 200) -> HTMLResponse:
    with reading() as session:
        shown = demonstration_day(session) is not None
        people = demonstration_accounts(session, clock.today()) if shown else []
        asked = second_factor_asked(session)
    return page(
        request, "sign_in.html", status=status, next_path=next_path, error=error, people=people,
        second_factor=asked,
    )  # fmt: skip


@router.get("/sign-in")
def show_sign_in(request: Request, next: str = "/") -> Response:
    """Show the form, or go on when somebody is signed in already.

    In a demonstration the bare address shows it again, to go on as somebody else.
    """
    who = visitor(request)
    with reading() as session:
        changing = next == "/" and demonstration_day(session) is not None
    if who is not None and not changing:
        return go("/me" if who.held else local_path(next))
    return _form(request, local_path(next))


def _enter(
    request: Request, account_id: int, next_path: str, language: str, code: str | None
) -> RedirectResponse:
    """Open a session; a language chosen at the door goes with the person.

    Without a `code` no second factor is asked for: the one-click door of a demonstration.

    Raises:
        Invalid: the account's second factor refuses the code.
    """
    with transaction() as session:
        if code is not None:
            prove_second_factor(session, account_id, code=code, now=clock.now())
        entered = sign_in(
            session,
            account_id,
            address=pages.address(request),
            agent=request.headers.get("user-agent", ""),
            now=clock.now(),
        )
        account = session.get_one(Account, account_id)
        if language and language != account.language:
            owner = Actor(account_id, account.name, address=pages.address(request))
            choose_language(session, owner, language)
    answer = go(local_path(next_path))
    set_cookie(answer, "session", entered.token)
    return answer


def _open(name: str, address: str) -> Attempt:
    with transaction() as session:
        return open_attempt(session, name, address=address, now=clock.now())


async def prove(name: str, password: str, address: str) -> Attempt | None:
    """Give the attempt whose password fits, or None after recording the failure.

    Raises:
        Invalid: too many failures.
    """
    attempt = await to_thread.run_sync(_open, name, address, limiter=_DOORS)
    await asyncio.sleep(attempt.wait_seconds)
    check = partial(passwords.matches, attempt.password_hash, password)
    if await to_thread.run_sync(check, limiter=_DOORS):
        return attempt
    await to_thread.run_sync(_refuse, attempt, limiter=_DOORS)
    return None


def _refuse(attempt: Attempt) -> None:
    with transaction() as session:
        refuse_sign_in(session, attempt)


@router.post("/sign-in", dependencies=[CheckedForm])
async def do_sign_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
    code: Annotated[str, Form()] = "",
) -> Response:
    """Open a session when name, password and second factor fit.

    Unknown names and wrong passwords answer alike; a code is looked at after the password.
    """
    error, status = _("账户名或密码不正确。"), 401
    try:
        attempt = await prove(name, password, pages.address(request))
    except Invalid as throttled:
        attempt, error, status = None, str(throttled), 429
    if attempt is not None and attempt.account_id is not None:
        language = chosen_language(request)
        enter = partial(_enter, request, attempt.account_id, next, language, code[:20])
        try:
            return await to_thread.run_sync(enter, limiter=_DOORS)
        except Invalid as wrong:
            error = str(wrong)
            await to_thread.run_sync(_refuse, attempt, limiter=_DOORS)
    form = partial(_form, request, local_path(next), error=error, status=status)
    return await to_thread.run_sync(form, limiter=_DOORS)


@router.post("/sign-in/demo", dependencies=[CheckedForm])
def do_demo(
    request: Request,
    name: Annotated[str, Form()],
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Open a session of a demonstration account by one click; elsewhere there is no such door."""
    with reading() as session:
        offered = [] if demonstration_day(session) is None else demonstration_accounts(
            session, clock.today()
        )  # fmt: skip
        if name not in {account[0] for account in offered}:
            raise HTTPException(404)
        account_id = session.exec(select(Account.id).where(Account.name == name)).one()
    # Everybody shares these accounts: each visit starts in the language the visitor just read.
    return _enter(request, int(account_id or 0), next, i18n.language(), None)


@router.get("/sign-out")
def show_sign_out(request: Request) -> Response:
    """Ask before signing out: a GET changes nothing."""
    who = visitor(request)
    return page(request, "sign_out.html", policy=SCRIPTED, who=who) if who else go("/sign-in")


@router.post("/sign-out", dependencies=[CheckedForm])
def do_sign_out(request: Request, everywhere: Annotated[str, Form()] = "") -> Response:
    """End this session, or all of the account's, and drop the cookie."""
    if who := visitor(request):
        now = clock.now()
        with transaction() as session:
            actor = actor_of(session, who.uid, clock.today(), now, held=True)
            if actor and everywhere:
                end_sessions(session, actor, actor.account_id, now=now)
            elif actor:
                sign_out(session, actor, who.uid, now=now)
            if actor and (token := request.cookies.get(pages.cookie_name("device"))):
                end_token(session, actor, token, now=now)
    answer = go("/sign-in")
    pages.drop_cookie(answer, "session")
    pages.drop_cookie(answer, "device")
    return answer
