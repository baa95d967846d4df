"""群众意见: the page for citizens, without an account; a code follows what became of it."""

from __future__ import annotations

import secrets
from base64 import b64encode
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboard import clock, files
from dashboard.commands.own_remark import ask_to_reopen_feedback, rate_feedback
from dashboard.commands.photo import attach_photo
from dashboard.commands.remark import write_feedback
from dashboard.commands.throttle import FOLLOWING, SENDING, Rate, count_stranger
from dashboard.db import reading, records, transaction
from dashboard.errors import Conflict, DashboardError, Invalid, Missing
from dashboard.i18n import _
from dashboard.photos import SHOWN_TYPE
from dashboard.queries.public import FEEDBACK_FIELDS, public_projects, public_regions
from dashboard.queries.remark import TABLE, feedback_of_code, photos_of_code
from dashboard.web import page as pages
from dashboard.web.errors import STATUS
from dashboard.web.fields import draft_of, number, sent_photos, text
from dashboard.web.observe import Fields
from dashboard.web.page import POLICY, SCRIPTED, CheckedForm, page
from models.remark import RemarkState, Satisfaction

router = APIRouter()
PHOTOS = 3
PICTURED = POLICY.replace("img-src 'self'", "img-src 'self' data:")
TRAP = "website"
"""A field no person sees: what fills it is a machine, and is told what it wants to hear."""


def _form(
    request: Request, values: dict[str, Any], error: str = "", status: int = 200
) -> HTMLResponse:
    with reading() as session:
        projects = records(public_projects(session))
        regions = records(public_regions(session))
    values = {"client_id": secrets.token_urlsafe(24), **values}
    return page(
        request, "feedback.html", status=status, policy=SCRIPTED, projects=projects,
        regions=regions, values=values, error=error, most=PHOTOS, trap=TRAP,
    )  # fmt: skip


@router.get("/public")
@router.get("/public/")
@router.get("/public/feedback")
def show_feedback(request: Request, project: int | None = None) -> HTMLResponse:
    """Show the form: a project or a place, words, photos; a telephone number if one likes."""
    return _form(request, {"project_id": project})


@router.post("/public/feedback", dependencies=[CheckedForm])
def send_feedback(request: Request, fields: Fields) -> HTMLResponse:
    """Keep a citizen's word and show, once, the code to follow it by."""
    if text(fields, TRAP):
        return page(request, "feedback_sent.html", code="", remark_number="")
    try:
        _count(request, "feedback", SENDING)
        draft, photos = draft_of(fields), sent_photos(fields, PHOTOS)
        with transaction() as session:
            remark, code = write_feedback(
                session, draft, region_id=_region(session, fields), now=clock.now(),
                today=clock.today(),
            )  # fmt: skip
            for position, photo in enumerate(photos):
                attach_photo(
                    session, None, table_name=TABLE, row_id=remark.id or 0,
                    project_id=remark.project_id, prepared=photo,
                    client_id=f"{remark.client_id[:36]}.{position}",
                )  # fmt: skip
            told = remark.number
    except (Invalid, Conflict, Missing) as error:
        given = {name: text(fields, name) for name in fields if name != "photos"}
        return _form(request, given, str(error), STATUS.get(type(error), 422))
    return page(request, "feedback_sent.html", code=code, remark_number=told)


def _region(session: Any, fields: Any) -> int:
    """Give the region of the project, or the one chosen, or the only one there is."""
    project_id, region_id = number(fields, "project_id"), number(fields, "region_id")
    projects = records(public_projects(session))
    if project_id is not None:
        found = [each["region_id"] for each in projects if each["project_id"] == project_id]
        if not found:
            raise Invalid(_("所选项目不在公开的清单内，请重新选择。"))
        return int(found[0])
    regions = [each["region_id"] for each in records(public_regions(session))]
    if region_id is None and len(regions) == 1:
        return int(regions[0])
    if region_id is None or region_id not in regions:
        raise Invalid(_("请选择所在地区。"))
    return region_id


def _count(request: Request, purpose: str, rate: Rate) -> None:
    """Count in a transaction of its own: what is refused later has been tried all the same."""
    with transaction() as session:
        count_stranger(session, purpose, rate, address=pages.address(request), now=clock.now())


@router.get("/public/feedback/follow")
def show_follow(request: Request, error: str = "") -> HTMLResponse:
    """Ask for the code; it never stands in an address."""
    return page(request, "feedback_follow.html", found=None, code="", error="", done="")


@router.post("/public/feedback/follow", dependencies=[CheckedForm])
def follow(request: Request, fields: Fields) -> HTMLResponse:
    """Show what became of a citizen's word; or rate it, or ask to take it up again."""
    code, done = text(fields, "code"), ""
    try:
        _count(request, "follow", FOLLOWING)
        if code and text(fields, "rating"):
            done = _rate(fields, code)
        elif code and "reopen" in fields:
            with transaction() as session:
                words = text(fields, "reopen")
                ask_to_reopen_feedback(session, code, words=words, today=clock.today())
            done = _("已请督查室重新办理。")
        return _followed(request, code, done)
    except DashboardError as error:
        return page(
            request, "feedback_follow.html", status=STATUS.get(type(error), 422), found=None,
            code="", error=str(error), done="",
        )  # fmt: skip


def _rate(fields: Any, code: str) -> str:
    rating = text(fields, "rating")
    if rating not in Satisfaction.__members__:
        raise Invalid(_("请选择满意、基本满意或不满意。"))
    with transaction() as session:
        words = text(fields, "words")
        rate_feedback(
            session, code, rating=Satisfaction.of(rating), words=words, today=clock.today()
        )
    return _("评价已提交。")


def _followed(request: Request, code: str, done: str) -> HTMLResponse:
    with reading() as session:
        found = records(feedback_of_code(session, code))
        digests = photos_of_code(session, code)
    if not found:
        raise Missing(_("查询码不正确，请核对后重新输入。"))
    shown = {name: found[0].get(name) for name in FEEDBACK_FIELDS}
    pictures = [_inline(digest) for digest in digests if files.exists(digest)]
    return page(
        request, "feedback_follow.html", found=shown, code=code, error="", done=done,
        pictures=pictures, policy=PICTURED,
        state_words={each.value: _(each.label) for each in RemarkState},
        rating_words={each.value: _(each.label) for each in Satisfaction},
        local=clock.local,
    )  # fmt: skip


def _inline(digest: str) -> str:
    """Write a copy into the page itself: an address of its own could be passed on or guessed."""
    return f"data:{SHOWN_TYPE};base64,{b64encode(files.read(digest)).decode()}"
