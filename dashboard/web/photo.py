"""Photos in the office: black out faces and plates, look at an original, before and after."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from dashboard import clock, i18n
from dashboard.commands.photo import look_at_original, publish_redacted
from dashboard.db import reading, records, transaction
from dashboard.errors import Invalid
from dashboard.files import exists, path_of
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, allow_row
from dashboard.photos import BOXES, Box
from dashboard.queries.photo import photo_by_id, photo_pair
from dashboard.queries.rectification_rule import TABLE
from dashboard.web.fields import number
from dashboard.web.files import SANDBOX, disposition
from dashboard.web.observe import Fields
from dashboard.web.page import SCRIPTED, CheckedForm, actor, go, page
from models.photo import PhotoPhase

router = APIRouter()
Who = Annotated[Actor, Depends(actor)]
EDGES = ("left", "top", "right", "bottom")
ROWS = 4
"""How many empty rows stand in the table for who draws by numbers and without the script."""


@router.get("/photos/{photo_id}/original")
def give_original(photo_id: int, who: Who) -> FileResponse:
    """Give what was received, as it was, to be saved; the look is logged."""
    i18n.use(who.language)
    with transaction() as session:
        row = look_at_original(session, who, photo_id)
        digest, name = row.sha256, row.name
    allow_row(exists(digest) or None, _("该文件"))
    headers = {
        "content-disposition": disposition(name, inline=False),
        "content-security-policy": SANDBOX,
    }
    return FileResponse(path_of(digest), media_type="application/octet-stream", headers=headers)


def _redact(
    request: Request, who: Actor, photo_id: int, *, error: str = "", status: int = 200
) -> HTMLResponse:
    allow(who, Action.PHOTO_REDACT)
    with reading() as session:
        photo = photo_by_id(session, who, photo_id)
    return page(
        request, "redact.html", status=status, policy=SCRIPTED, photo=photo, error=error,
        rows=range(ROWS), most=BOXES, done=request.query_params.get("done", ""),
    )  # fmt: skip


@router.get("/photos/{photo_id}/redact")
def show_redact(request: Request, photo_id: int, who: Who) -> HTMLResponse:
    """Show the photo to draw on, by touch or by numbers."""
    return _redact(request, who, photo_id)


@router.post("/photos/{photo_id}/redact", dependencies=[CheckedForm])
def do_redact(request: Request, photo_id: int, who: Who, fields: Fields) -> Response:
    """Publish a copy with these boxes black."""
    try:
        with transaction() as session:
            version = number(fields, "version") or 0
            publish_redacted(session, who, photo_id, boxes=_boxes(fields), version=version)
    except Invalid as error:
        return _redact(request, who, photo_id, error=str(error), status=422)
    return go(f"/photos/{photo_id}/redact?done=1")


def _boxes(fields: Any) -> list[Box]:
    """Read the boxes row by row; a row that is empty is none, half a row is refused."""
    found = []
    for position, row in enumerate(zip(*(fields.getlist(edge) for edge in EDGES), strict=False), 1):
        cells = [str(cell).strip() for cell in row]
        if not any(cells):
            continue
        if not all(cell.isdecimal() and len(cell) < 7 for cell in cells):
            raise Invalid(_("第 {row} 处的左、上、右、下都要填整数。").format(row=position))
        found.append(Box(*(int(cell) for cell in cells)))
    return found


@router.get("/photos/pair/{photo_id}")
def show_pair(request: Request, photo_id: int, who: Who) -> HTMLResponse:
    """Show a photo after beside the one before, however one came to it."""
    i18n.use(who.language)
    with reading() as session:
        found = records(photo_pair(session, who, photo_id))
    return page(
        request, "pair.html", pairs=found, local=clock.local, back=_home_of(found),
        phases={each.value: _(each.label) for each in PhotoPhase},
    )  # fmt: skip


def _home_of(pair: list[dict[str, Any]]) -> str:
    """Give the page of the item a pair belongs to, or of the remark while there is none."""
    last = max(pair, key=lambda each: each["table_name"] == TABLE)
    page_of = "rectification" if last["table_name"] == TABLE else "remarks"
    return f"/{page_of}?id={last['row_id']}"
