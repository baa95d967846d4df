"""The read API: every declared table as JSON for other systems, by bearer token, read only.

The query of a list's link is the query here: `search`, `is-NAME`, `days`, `sort`, `columns`, `n`,
and `limit` beside. Rows, fields and counts are those of the page, for the token's narrower actor.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from dashboard import audit, clock, i18n
from dashboard.admin.spec import AdminPage, View, link_of, view_of
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.token import count_reading, refuse_token
from dashboard.db import reading, records, transaction
from dashboard.errors import Invalid, Missing
from dashboard.i18n import _
from dashboard.permissions import Actor, refusal
from dashboard.queries.row import fields, found_keys, listed, one_row, row_count, rows
from dashboard.queries.row_source import unknown_filters
from dashboard.queries.token import Bearer, bearer_of
from dashboard.web import page as pages
from dashboard.web.api_schema import described, row_of
from dashboard.web.page import visitor
from dashboard.web.problem import Refused, problem
from dashboard.web.throttle import PER_ADDRESS, PER_TOKEN, Throttle

router = APIRouter(prefix="/api")
ROOT = "/api/v1"
MOST_ROWS = 500
OWN = ("limit", "lang")
"""Parameters that a list's link does not have."""
DAYS = re.compile(r"(?!0000)\d{4}(-(0[1-9]|1[0-2]))?", re.ASCII)
_tokens, _strangers = Throttle(PER_TOKEN), Throttle(PER_ADDRESS)


def _slowly(seconds: int) -> Refused:
    sentence = _("请求过于频繁，请在 {n} 秒后再试。").format(n=seconds)
    return Refused(429, sentence, retry_after=str(seconds))


@dataclass(frozen=True)
class Caller:
    """Who asks, with which token, and for what."""

    bearer: Bearer
    path: str
    query: tuple[tuple[str, str], ...]

    @property
    def actor(self) -> Actor:
        """Who reads."""
        return self.bearer.actor

    def page(self, table: str) -> AdminPage:
        """Give the declaration of a table that is open to the token.

        Raises:
            Missing: there is no such table.
            NotAllowed: the token was not made for it.
        """
        found = ADMIN_PAGES.get(table)
        if found is None:
            raise Missing(_("没有这张数据表。"))
        if table not in self.bearer.tables:
            error = refusal(self.actor, found.read, table)
            error.args = (_("此令牌不含“{table}”。").format(table=_(found.title)),)
            raise error
        return found


def _shown_token(request: Request) -> str:
    scheme, _blank, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def caller(request: Request) -> Caller:
    """Give who asks, by the bearer token.

    Raises:
        Refused: none was shown, or one that does not hold; or it asked too often.
    """
    token, address = _shown_token(request), pages.address(request)
    if wait := _strangers.wait_seconds(address):
        raise _slowly(wait)
    now = clock.now()
    with reading() as session:
        bearer = bearer_of(session, token, today=clock.today(), now=now, address=address)
    if bearer is None:
        _strangers.add(address)
        if token:
            with transaction() as session:
                refuse_token(session, token, address=address)
        sentence = _("请在 Authorization 中出示有效的令牌：Bearer 加令牌。")
        raise Refused(401, sentence, www_authenticate="Bearer")
    if wait := _tokens.wait_seconds(str(bearer.token_id)):
        raise _slowly(wait)
    _tokens.add(str(bearer.token_id))
    return Caller(bearer, request.url.path, tuple(request.query_params.multi_items()))


Asked = Annotated[Caller, Depends(caller)]


def _etag(session: Session, who: Caller) -> str:
    """Name an answer before it is worked out: a write anywhere makes a new one."""
    what = (who.actor, who.bearer.tables, who.path, who.query, i18n.language(), clock.today())
    return f'"{sha256(f"{audit.version(session)}{what!r}".encode()).hexdigest()[:32]}"'


def _kept(request: Request, etag: str) -> bool:
    tags = request.headers.get("if-none-match", "").split(",")
    return etag in {tag.strip().removeprefix("W/") for tag in tags}


def _count(who: Caller, table: str, number: int) -> None:
    """Count the answer before it is given: what cannot be counted is not given."""
    with transaction() as session:
        now = clock.now()
        count_reading(session, who.bearer, table, number, today=clock.today(), now=now)


def _answer(request: Request, who: Caller, table: str, work_out: Any) -> Response:
    with reading() as session:
        etag = _etag(session, who)
        kept = _kept(request, etag)
        found, number = ({}, 0) if kept else work_out(session)
    _count(who, table, number)
    # The first reading of a day writes a line of its own; the answer is as old as its name.
    headers = {"etag": etag, "vary": "Authorization, Accept-Language"}
    return Response(status_code=304, headers=headers) if kept else JSONResponse(found, 200, headers)


def asked_view(page: AdminPage, query: Mapping[str, str]) -> tuple[View, int]:
    """Read what a list is asked for: the view, and how many rows a page has.

    Raises:
        Invalid: a parameter is unknown, or names what the table does not have; nothing is guessed.
    """
    given = {name: text for name, text in query.items() if text and name not in OWN}
    view = view_of(page, given)
    known = link_of(view)
    if view.days and not DAYS.fullmatch(view.days):
        del known["days"]
    for name, text in given.items():
        if known.get(name) != text and (name, text) != ("n", "1"):
            raise _unusable(name, text)
    limit = query.get("limit", str(page.page_size))
    if not limit.isascii() or not limit.isdecimal() or not 1 <= int(limit) <= MOST_ROWS:
        raise Invalid(_("参数 limit 应为 1 至 {n} 的整数。").format(n=MOST_ROWS))
    return view, int(limit)


def _unusable(name: str, text: str) -> Invalid:
    sentence = _("参数 {name} 的值“{text}”不能使用，请对照接口说明。")
    return Invalid(sentence.format(name=name[:40], text=text[:40]))


@router.get("/v1/openapi.json")
def give_description(request: Request) -> Response:
    """Describe what the caller may read: by token, or for a person who is signed in."""
    if _shown_token(request) or visitor(request) is None:
        who = caller(request)
        actor, tables = who.actor, sorted(who.bearer.tables)
    else:
        actor, tables = pages.actor(request), list(ADMIN_PAGES)
    with reading() as session:
        open_pages = [ADMIN_PAGES[name] for name in tables if actor.may(ADMIN_PAGES[name].read)]
        known = {page: fields(session, actor, page) for page in open_pages}
    return JSONResponse(described(known, MOST_ROWS), headers={"vary": "Authorization, Cookie"})


@router.get("/v1/")
def give_tables(who: Asked) -> Response:
    """List the tables that are open to the token."""
    listed_tables = [
        {"table": name, "title": _(page.title), "href": f"{ROOT}/{name}"}
        for name, page in ADMIN_PAGES.items()
        if name in who.bearer.tables and who.actor.may(page.read)
    ]
    return JSONResponse({"token": who.bearer.title, "tables": listed_tables})


@router.get("/v1/{table}")
def give_list(request: Request, table: str, who: Asked) -> Response:
    """Give one page of a table, with how many rows there are in all."""
    page = who.page(table)
    for name, text in who.query:
        if text != dict(who.query)[name]:
            raise _unusable(name, text)
    view, limit = asked_view(page, dict(who.query))

    def work_out(session: Session) -> tuple[dict[str, Any], int]:
        return _listing(session, who, page, view, limit)

    return _answer(request, who, table, work_out)


def _listing(
    session: Session, who: Caller, page: AdminPage, view: View, limit: int
) -> tuple[dict[str, Any], int]:
    first = (view.number - 1) * limit
    known = fields(session, who.actor, page)
    _require_visible(session, who, page, view)
    names = listed(session, who.actor, page, view)
    view = replace(view, keys=found_keys(session, who.actor, page, view.search))
    total = row_count(session, who.actor, page, view)
    found = records(rows(session, who.actor, page, view, most=limit, first=first))
    given = [row_of(record, [known[name] for name in names]) for record in found]
    following = {**dict(who.query), "n": str(view.number + 1)}
    more = f"{who.path}?{urlencode(following)}" if first + limit < total else None
    answer = {
        "table": page.table, "title": _(page.title), "total": total, "page": view.number,
        "limit": limit, "next": more, "rows": given,
    }  # fmt: skip
    return answer, len(given)


def _require_visible(session: Session, who: Caller, page: AdminPage, view: View) -> None:
    """Refuse to leave out silently what the caller may not see."""
    known = fields(session, who.actor, page)
    asked = [*view.columns, view.sort.removeprefix("-"), page.days if view.days else ""]
    missing = [name for name in asked if name and name not in known]
    for name in [*missing, *unknown_filters(session, who.actor, page, view)]:
        raise Invalid(_("没有“{name}”这一列，或您无权查看。").format(name=name[:40]))


@router.get("/v1/{table}/{row_id}")
def give_row(request: Request, table: str, row_id: int, who: Asked) -> Response:
    """Give one row with every field the caller may see."""
    page = who.page(table)

    def work_out(session: Session) -> tuple[dict[str, Any], int]:
        known = fields(session, who.actor, page)
        found = records(one_row(session, who.actor, page, min(row_id, 2**31 - 1)))
        if not found:
            raise Missing(_("找不到该记录，或您无权查看。"))
        return row_of(found[0], [known[name] for name in known if name in found[0]]), 1

    return _answer(request, who, table, work_out)


@router.api_route(
    "/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False
)
def refuse(request: Request, path: str) -> Response:
    """Refuse every other address, and every writing."""
    if request.method == "GET":
        return problem(404, _("没有这个接口地址，请对照接口说明。"))
    return problem(405, _("接口只供读取。"), allow="GET")
