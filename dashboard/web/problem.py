"""Errors of the read API as problem documents (RFC 7807): a status and one sentence."""

from __future__ import annotations

from http import HTTPStatus

from fastapi.responses import JSONResponse

from dashboard.errors import DashboardError

API = "/api/"


class Refused(DashboardError):
    """A caller of the API is not let in, with the status and the headers that say why."""

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status, self.headers = status, headers


def problem(status: int, sentence: str, **headers: str) -> JSONResponse:
    """Answer a caller of the API with what went wrong, in one sentence."""
    told = {
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JSONResponse(told, status, named, media_type="application/problem+json")
