"""Is it alive, and is it ready? Two questions: the second asks the database, briefly."""

from __future__ import annotations

from anyio import CapacityLimiter, fail_after, to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text

from dashboard.db import reading
from dashboard.errors import Unavailable

router = APIRouter()
_ONE = CapacityLimiter(1)
SECONDS = 1.5


def _ask() -> None:
    with reading() as session:
        session.connection().execute(text("SELECT 1"))


@router.get("/healthz")
async def alive() -> JSONResponse:
    """Say that the process answers; nothing else is asked."""
    return JSONResponse({"alive": True})


@router.get("/healthz/ready")
async def ready() -> JSONResponse:
    """Say whether the database answers within a moment: 200, or 503."""
    try:
        with fail_after(SECONDS):
            await to_thread.run_sync(_ask, limiter=_ONE, abandon_on_cancel=True)
    except (TimeoutError, Unavailable):
        return JSONResponse({"ready": False}, 503)
    return JSONResponse({"ready": True})
