"""Errors at the doors, as pages of one sentence."""

from __future__ import annotations

from contextlib import suppress

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from dashboard.db import transaction
from dashboard.errors import (
    Conflict,
    DashboardError,
    Invalid,
    Missing,
    NotAllowed,
    Unavailable,
)
from dashboard.i18n import _
from dashboard.web.page import CrossSite, SignInFirst, go, page, sign_in_path
from dashboard.web.problem import API, Refused, problem

STATUS: dict[type[Exception], int] = {
    SignInFirst: 401,
    CrossSite: 403,
    NotAllowed: 403,
    Missing: 404,
    Conflict: 409,
    Invalid: 422,
    Unavailable: 503,
}


def _answer(request: Request, status: int, sentence: str) -> Response:
    if request.url.path.startswith(API):
        return problem(status, sentence)
    return page(request, "message.html", status=status, sentence=sentence)


def _told(request: Request, error: Exception) -> Response:
    if isinstance(error, SignInFirst) and not request.url.path.startswith(API):
        return go(sign_in_path(request))
    if isinstance(error, Refused):
        return problem(error.status, str(error), **error.headers)
    if isinstance(error, Unavailable):
        raise error
    if isinstance(error, NotAllowed) and not error.recorded:
        with suppress(NotAllowed), transaction():
            raise error
    return _answer(request, STATUS.get(type(error), 400), str(error))


def _http(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 422
    sentence = {404: _("没有这个页面。"), 405: _("此地址不接受这样的请求。")}
    return _answer(request, code, sentence.get(code, _("请求不正确。")))


def install(app: FastAPI) -> None:
    """Let every error of the doors be answered by a page."""
    app.add_exception_handler(DashboardError, _told)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _http)
