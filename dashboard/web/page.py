"""What every door of plain HTTP shares: templates, the form token, the same-site check."""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader
from starlette.datastructures import FormData

from dashboard import clock, i18n
from dashboard.db import reading
from dashboard.errors import DashboardError
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.queries.account import SignedIn, actor_of
from dashboard.queries.installation import demonstration_day
from dashboard.settings import settings

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What our own pages may load: no script at all."""
SCRIPTED = POLICY.replace("img-src 'self'", "img-src 'self' blob:") + (
    "; script-src 'self'; connect-src 'self'; worker-src 'self'"
)
"""What the few pages may load that work without a connection or draw: our own script files."""
_environment = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
_environment.globals.update(_=_, languages=i18n.LANGUAGES, language=i18n.language)
_templates = Jinja2Templates(env=_environment)


class CrossSite(DashboardError):
    """A form that this site did not give out, or that another site sent."""


class SignInFirst(DashboardError):
    """The door is for people who are signed in."""


def cookie_name(name: str) -> str:
    """Give a cookie's name: under HTTPS one that browsers tie to this very host."""
    return f"__Host-{name}" if settings().https else name


def set_cookie(
    response: Response,
    name: str,
    value: str,
    *,
    same_site: Any = "lax",
    seconds: int | None = None,
) -> None:
    """Set a cookie that scripts cannot read; without `seconds` it ends with the browser."""
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=seconds,
        httponly=True,
        secure=settings().https,
        samesite=same_site,
    )


def drop_cookie(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(cookie_name(name), httponly=True, secure=settings().https)


def visitor(request: Request) -> SignedIn | None:
    """Give who is signed in, if anybody: the shield has looked the cookie up."""
    found: SignedIn | None = request.scope.get("signed_in")
    return found


def signed_in(request: Request) -> SignedIn:
    """Give who is signed in.

    Raises:
        SignInFirst: nobody is.
    """
    who = visitor(request)
    if who is None:
        raise SignInFirst(_("请先登录。"))
    return who


def actor(request: Request) -> Actor:
    """Give who acts, with today's grants.

    Raises:
        SignInFirst: nobody is signed in, or a new password or a second factor is owed first.
    """
    who = signed_in(request)
    with reading() as session:
        found = actor_of(session, who.uid, clock.today(), clock.now())
    if found is None:
        raise SignInFirst(_("请先登录。"))
    return found


def chosen_language(request: Request) -> str:
    """Give the language chosen in this browser, empty when none was."""
    kept = request.cookies.get(cookie_name("language"), "")
    return kept if kept in i18n.LANGUAGES else ""


def address(request: Request) -> str:
    """Give where a request comes from; forwarded addresses only from the proxy we trust."""
    return request.client.host if request.client else ""


def checked_form(request: Request, form_token: Annotated[str, Form()] = "") -> None:
    """Let only forms through that this site gave to this browser.

    Raises:
        CrossSite: another site sent it, or its token is missing or another browser's.
    """
    message = _("此表单已失效，请返回上一页刷新后重试。")
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise CrossSite(message)
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise CrossSite(message)
    kept = request.cookies.get(cookie_name("form"), "")
    if not kept or not hmac.compare_digest(kept.encode(), form_token.encode()):
        raise CrossSite(message)


CheckedForm = Depends(checked_form)


async def form_fields(request: Request) -> FormData:
    """Give the fields and files of a form."""
    return await request.form()


def sign_in_path(request: Request) -> str:
    """Give the way to the sign-in form and, after a page was asked for, back to it."""
    if request.method not in ("GET", "HEAD"):
        return "/sign-in"
    query = f"?{request.url.query}" if request.url.query else ""
    return f"/sign-in?next={quote(request.url.path + query, safe='/')}"


def local_path(path: str) -> str:
    """Give the path to go to after signing in: one of this site's, or the start."""
    strange = not path.startswith("/") or path.startswith(("//", "/\\", "/sign-in"))
    if strange or any(sign < " " or sign in "\\\x7f" for sign in path):
        return "/"
    return path


def go(path: str) -> RedirectResponse:
    """Send the browser on by GET."""
    return RedirectResponse(path, status_code=303)


def form_token_of(request: Request) -> str:
    """Give the form token that only this browser has, a new one when it has none."""
    return request.cookies.get(cookie_name("form")) or secrets.token_urlsafe(24)


def keep_form_token(answer: Response, form_token: str) -> None:
    """Let the browser keep its form token until it is closed."""
    set_cookie(answer, "form", form_token, same_site="strict")


def page(
    request: Request, template: str, *, status: int = 200, policy: str = POLICY, **values: Any
) -> HTMLResponse:
    """Render a template, with a form token that only this browser has."""
    form_token = form_token_of(request)
    with reading() as session:
        day = demonstration_day(session)

    def language_query(code: str) -> str:
        kept = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
        return urlencode([*kept, ("lang", code)])

    values |= {
        "form_token": form_token,
        "demonstration_day": day,
        "language_query": language_query,
    }
    answer = _templates.TemplateResponse(request, template, values, status_code=status)
    answer.headers["content-security-policy"] = policy
    keep_form_token(answer, form_token)
    if request.query_params.get("lang") in i18n.LANGUAGES:
        set_cookie(answer, "language", request.query_params["lang"])
    return answer
