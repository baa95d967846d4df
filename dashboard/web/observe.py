"""The observers' page, for a phone: it also works without a connection and without Streamlit."""

from __future__ import annotations

import secrets
from dataclasses import replace
from functools import cache
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.datastructures import FormData

from dashboard import clock, i18n
from dashboard.commands.device import HOLDS, end_token, touch_device, trust_device
from dashboard.commands.photo import attach_photo, photograph_remark
from dashboard.commands.remark import write_remark
from dashboard.db import reading, records, transaction
from dashboard.errors import DashboardError, Invalid
from dashboard.files import path_of
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.account import actor_of, device_actor
from dashboard.queries.file import file_for
from dashboard.queries.observe import projects_to_observe, sites_to_observe
from dashboard.queries.photo import photos_of
from dashboard.queries.remark import TABLE, my_remarks
from dashboard.rules.remark import ENDED
from dashboard.web import page as pages
from dashboard.web.errors import STATUS
from dashboard.web.fields import draft_of, sent_photos, text
from dashboard.web.page import (
    HERE,
    SCRIPTED,
    CheckedForm,
    SignInFirst,
    cookie_name,
    drop_cookie,
    form_fields,
    form_token_of,
    go,
    keep_form_token,
    page,
    set_cookie,
    visitor,
)
from models.photo import PhotoPhase
from models.remark import RemarkKind, RemarkState, Satisfaction, SeenProgress, Severity

router = APIRouter()
WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
KEPT = ("/assets/door.css", "/assets/observe.css", "/assets/observe-store.js",
        "/assets/observe.js", "/assets/mark.svg")  # fmt: skip
"""What a phone keeps beside the page itself, to open it without a connection."""


def observer(request: Request) -> Actor:
    """Give the observer who acts: by their session, else by a device of theirs.

    Raises:
        SignInFirst: neither holds.
        NotAllowed: who is signed in is no observer.
    """
    who, now, today = visitor(request), clock.now(), clock.today()
    token = request.cookies.get(cookie_name("device"), "")
    with reading() as session:
        found = actor_of(session, who.uid, today, now) if who else None
        if found is None and who is None and token:
            found = device_actor(session, token, today, now)
    if found is None:
        raise SignInFirst(_("请先登录。"))
    i18n.use(pages.chosen_language(request) or found.language)
    allow(found, Action.REMARK_WRITE)
    return replace(found, address=pages.address(request))


Observing = Annotated[Actor, Depends(observer)]
Fields = Annotated[FormData, Depends(form_fields)]


def wants_json(request: Request) -> bool:
    """Say whether the page's script asks, not the browser itself."""
    return "application/json" in request.headers.get("accept", "")


def choices(session: Any, actor: Actor) -> list[dict[str, Any]]:
    """List the projects one may write on, the assigned first, each with its sites."""
    projects = records(projects_to_observe(session, actor, clock.today()))
    sites = records(sites_to_observe(session, actor))
    for project in projects:
        project["sites"] = [s for s in sites if s["project_id"] == project["project_id"]]
    return projects


def _form(
    request: Request, actor: Actor, values: dict[str, Any], error: str = "", status: int = 200
) -> HTMLResponse:
    with reading() as session:
        projects = choices(session, actor)
    return page(
        request, "observe_new.html", status=status, policy=SCRIPTED, projects=projects,
        values=values, error=error, who=actor, shell=False, **_codes(),
    )  # fmt: skip


def _codes() -> dict[str, Any]:
    return {"kinds": list(RemarkKind), "severities": list(Severity), "seen": list(SeenProgress)}


@router.get("/observe/new")
def show_form(
    request: Request, who: Observing, project: int | None = None, site: str = ""
) -> HTMLResponse:
    """Show the form: the project of the QR code at the site, of the link, or the first assigned."""
    values: dict[str, Any] = {"client_id": secrets.token_urlsafe(18), "project_id": project}
    error = ""
    if site:
        with reading() as session:
            sites = records(sites_to_observe(session, who))
        found = [each for each in sites if each["code"] == site]
        values |= {"project_id": None, "site_id": None}
        if found:
            values |= {"project_id": found[0]["project_id"], "site_id": found[0]["site_id"]}
        else:
            error = _("找不到这个点位，或它不在您的观察范围内；请从下面选择项目。")
    return _form(request, who, values, error)


@router.post("/observe/new", dependencies=[CheckedForm])
def send_remark(request: Request, who: Observing, fields: Fields) -> Response:
    """Keep a remark, with the photos that came with it; sent twice it is kept once."""
    try:
        draft, photos = draft_of(fields), sent_photos(fields)
        with transaction() as session:
            remark = write_remark(session, who, draft, now=clock.now(), today=clock.today())
            for position, photo in enumerate(photos):
                attach_photo(
                    session, who, table_name=TABLE, row_id=remark.id or 0,
                    project_id=remark.project_id, prepared=photo, phase=PhotoPhase.SCENE,
                    client_id=f"{remark.client_id[:36]}.{position}",
                )  # fmt: skip
            _touch(request, session)
    except Invalid as error:
        if wants_json(request):
            return JSONResponse({"error": str(error)}, 422)
        given = {name: text(fields, name) for name in fields if name != "photos"}
        return _form(request, who, given, str(error), 422)
    except DashboardError as error:
        if not wants_json(request):
            raise
        return JSONResponse({"error": str(error)}, STATUS.get(type(error), 400))
    if wants_json(request):
        return JSONResponse({"number": remark.number})
    return go(f"/observe?sent={remark.number}")


@router.post("/observe/photo", dependencies=[CheckedForm])
def send_photo(request: Request, who: Observing, fields: Fields) -> JSONResponse:
    """Attach one photo to a remark that was sent before it; sent twice it is kept once."""
    try:
        photos = sent_photos(fields, 1)
        if not photos:
            raise Invalid(_("请选择照片。"))
        with transaction() as session:
            photograph_remark(
                session, who, text(fields, "remark"), photos[0], client_id=text(fields, "client_id")
            )
            _touch(request, session)
    except DashboardError as error:
        return JSONResponse({"error": str(error)}, STATUS.get(type(error), 400))
    return JSONResponse({"kept": True})


def _touch(request: Request, session: Any) -> None:
    token = request.cookies.get(cookie_name("device"))
    if visitor(request) is None and token:
        touch_device(session, token, now=clock.now())


@router.get("/observe/profile")
def give_profile(request: Request) -> JSONResponse:
    """Tell the page's script who may send, what they may write on, and a fresh form token."""
    try:
        who = observer(request)
    except DashboardError:
        return JSONResponse({"signed_in": False})
    with reading() as session:
        projects = choices(session, who)
    shown = ("project_id", "name", "assigned")
    told = [{name: each[name] for name in shown} | {"sites": _places(each)} for each in projects]
    form_token = form_token_of(request)
    answer = JSONResponse(
        {
            "signed_in": True,
            "account": str(who.account_id),
            "form_token": form_token,
            "projects": told,
        }
    )
    keep_form_token(answer, form_token)
    return answer


def _places(project: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "site_id": site["site_id"],
            "name": site["name"],
            "latitude": None if site["latitude"] is None else float(site["latitude"]),
            "longitude": None if site["longitude"] is None else float(site["longitude"]),
        }
        for site in project["sites"]
    ]


@router.get("/observe")
@router.get("/observe/")
def show_own(request: Request, who: Observing, sent: str = "", done: str = "") -> HTMLResponse:
    """Show one's own remarks: what became of each, and what one may still do about it."""
    with reading() as session:
        found = records(my_remarks(session, who))
        photos = records(photos_of(session, who, TABLE, [row["remark_id"] for row in found]))
    for row in found:
        row["pictures"] = [each for each in photos if each["row_id"] == row["remark_id"]]
    fresh = sum(1 for row in found if row["decided_on"] and not row["seen_answer_at"])
    words = {
        "withdraw": _("意见已撤回。"), "rate": _("评价已提交。"),
        "reopen": _("已请督查室重新办理。"), "device": _("30 天内，这台设备不用登录就能发送意见。"),
    }  # fmt: skip
    told = _("意见 {number} 已收到。").format(number=sent) if sent else words.get(done, "")
    return page(
        request, "observe.html", policy=SCRIPTED, who=who, remarks=found, fresh=fresh, done=told,
        state_words={each.value: _(each.label) for each in RemarkState},
        rating_words={each.value: _(each.label) for each in Satisfaction}, ended=ENDED,
        trusted=cookie_name("device") in request.cookies, by_device=visitor(request) is None,
    )  # fmt: skip


@router.get("/observe/pictures/{file_id}")
def give_picture(file_id: int, who: Observing) -> FileResponse:
    """Give a copy of a photo of one's own remark; a device gets no other file."""
    with reading() as session:
        own = photos_of(session, who, TABLE, list(my_remarks(session, who)["remark_id"]))
        allowed = {*own["shown_file_id"], *own["thumb_file_id"]}
        digest = file_for(session, who, file_id if file_id in allowed else 0).sha256
    return FileResponse(path_of(digest), media_type="image/jpeg")


@router.post("/observe/device", dependencies=[CheckedForm])
def keep_device(request: Request, who: Observing) -> Response:
    """Let this device send and read one's own remarks for 30 days without signing in."""
    pages.signed_in(request)
    with transaction() as session:
        agent = request.headers.get("user-agent", "")
        token = trust_device(session, who, agent=agent, now=clock.now())
    answer = go("/observe?done=device")
    seconds = int(HOLDS.total_seconds())
    set_cookie(answer, "device", token, same_site="strict", seconds=seconds)
    return answer


@router.post("/observe/device/end", dependencies=[CheckedForm])
def forget_device(request: Request, who: Observing) -> Response:
    """Take this device's token back: the way out for who is not signed in otherwise."""
    with transaction() as session:
        token = request.cookies.get(cookie_name("device"), "")
        end_token(session, who, token, now=clock.now())
    answer = go("/sign-in")
    drop_cookie(answer, "device")
    return answer


@router.get("/observe/shell")
def give_shell(request: Request) -> HTMLResponse:
    """Give the page as a phone keeps it: the form without anybody's name or project."""
    return page(
        request, "observe_new.html", policy=SCRIPTED, projects=[], values={}, error="", who=None,
        shell=True, **_codes(),
    )  # fmt: skip


@cache
def _worker() -> str:
    """Give the service worker; its text changes with what it keeps, so that phones renew it."""
    folder = HERE / "assets"
    content = b"".join((folder / path.rpartition("/")[2]).read_bytes() for path in KEPT)
    content += (HERE / "templates" / "observe_new.html").read_bytes()
    script = (folder / "observe-worker.js").read_text(encoding="utf-8")
    kept = ", ".join(f'"{path}"' for path in KEPT)
    return f'"use strict";\nconst VERSION = "{sha256(content).hexdigest()[:16]}";\n' + (
        f"const KEPT = [{kept}];\n{script}"
    )


@router.get("/observe/sw.js")
def give_worker() -> Response:
    """Give the service worker, for everything below /observe."""
    headers = {"service-worker-allowed": "/observe", "content-security-policy": WORKER_POLICY}
    return Response(_worker(), media_type="text/javascript", headers=headers)
