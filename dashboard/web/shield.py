"""The one middleware, in front of everything: http and websocket, ours and Streamlit's.

Refuses unknown hosts, foreign origins and closed paths; looks the session cookie up and tells
Streamlit whose it is; sends strangers to the sign-in form; bounds bodies; puts the security
headers on every answer; turns an unexpected error into one sentence and a number.
"""

from __future__ import annotations

import ipaddress
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, quote, urlsplit

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import audit, clock, i18n, incident
from dashboard.db import reading
from dashboard.errors import Unavailable
from dashboard.i18n import _
from dashboard.queries.account import SignedIn, device_actor, signed_in
from dashboard.settings import settings
from dashboard.web.page import cookie_name
from dashboard.web.problem import API, problem
from dashboard.web.quota import Quota
from models.audit import Via

UID_HEADER = b"x-auth-uid"
CLOSED = (
    "/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check", "/openapi.json",
    "/docs", "/redoc", "/auth", "/oauth2callback",
)  # fmt: skip
"""What Streamlit or FastAPI would open and nobody needs (OU5)."""
PUBLIC = (
    "/sign-in", "/sign-out", "/link", "/assets", "/healthz", "/static", "/_stcore/health",
    "/_stcore/host-config", "/_stcore/stream", "/favicon.png", "/manifest.json", "/public",
    "/observe", "/api",
)  # fmt: skip
"""What a stranger may ask for; everything else needs a session. `/observe` and `/api` ask for
themselves: an observer's device or a token may stand for a session."""
PHOTO_FORMS = ("/observe/new", "/observe/photo", "/public/feedback")
"""Where a body may be as large as an upload."""
LASTING = ("/static", "/assets", "/favicon.png")
"""What holds nobody's data and may be kept by browsers."""
PARTS = ("/media", "/component", "/_stcore")
"""What pages load by themselves: refused with a status, not sent to the form."""
UPLOADS = "/_stcore/upload_file/"
FORM_BYTES = 64 * 1024
ENVELOPE_BYTES = 64 * 1024
"""What a multipart upload adds around its file."""


def within(path: str, prefixes: tuple[str, ...]) -> bool:
    """Say whether the path is one of these or lies below one."""
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def _plain(path: str) -> str:
    return "/" + "/".join(part for part in path.split("/") if part not in ("", "."))


def known_host(host: str) -> bool:
    """Say whether the site may be asked for by this name.

    Without `DASHBOARD_HOSTS`: localhost and bare addresses, which no foreign name can point to.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if named := [entry.strip().lower() for entry in settings().hosts.split(",") if entry.strip()]:
        return name in named
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same_origin(headers: Headers) -> bool:
    return urlsplit(headers.get("origin", "")).netloc == headers.get("host", "-")


def _look_up(token: str) -> SignedIn | None:
    with reading() as session:
        return signed_in(session, token, clock.now())


def _device_known(token: str) -> bool:
    with reading() as session:
        return device_actor(session, token, clock.today(), clock.now()) is not None


def _cookies(headers: Headers) -> SimpleCookie:
    jar = SimpleCookie()
    jar.load(headers.get("cookie", ""))
    return jar


class Shield:
    """The middleware. `page_csp` is the policy that Streamlit's own page works under."""

    def __init__(self, app: ASGIApp, page_csp: str) -> None:
        self.app = app
        self.page_csp = page_csp
        self.quota = Quota()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _plain(scope["path"])
        answer = _Answer(send, self._headers(path))
        if scope["path"].startswith(API):
            audit.via.set(Via.API)
        try:
            refusal = await self._refusal(scope, path)
            if refusal is not None:
                await refusal(scope, receive, answer)
                return
            limit = await self._limit(scope, path)
            if int(Headers(scope=scope).get("content-length", "0")) > limit:
                await answer.instead(scope, receive, 413, _("内容过大。"))
                return
            sent = _Sent(receive)
            if not self._may_send(scope, path):
                await answer.instead(scope, receive, 429, _("上传次数过多，请稍后再试。"))
                return
            await self.app(scope, _bounded(scope, sent, limit, answer), answer)
            self._count(scope, path, sent.size)
            await answer.flush()
        except Unavailable as error:
            await answer.instead(scope, receive, 503, str(error))
        except Exception as error:
            if not answer.closed:
                await answer.instead(scope, receive, 500, incident.report(error))

    def _may_send(self, scope: Scope, path: str) -> bool:
        tab, who = _tab(scope, path), scope.get("signed_in")
        size = int(Headers(scope=scope).get("content-length", "0"))
        return not tab or who is None or self.quota.admits(tab, who.account_id, size)

    def _count(self, scope: Scope, path: str, size: int) -> None:
        tab, who = _tab(scope, path), scope.get("signed_in")
        if tab and who is not None:
            self.quota.add(tab, who.account_id, size)

    async def _refusal(self, scope: Scope, path: str) -> Response | None:
        headers = Headers(scope=scope)
        # A health probe asks by address; what it is told is no secret.
        if not known_host(headers.get("host", "")) and not within(path, ("/healthz",)):
            return PlainTextResponse("Unknown host", 400)
        if within(path, CLOSED):
            return PlainTextResponse("Not found", 404)
        if within(path, LASTING):
            return None
        who = await self._visitor(scope, headers)
        if within(path, PUBLIC):
            return None
        if who is not None and (not who.held or within(path, ("/me",))):
            return None
        if within(path, PARTS) or scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse(_("请先登录。"), 401)
        return RedirectResponse("/me" if who else _sign_in_path(scope), 303)

    async def _limit(self, scope: Scope, path: str) -> int:
        """Say how large a body may be: a stranger's is small but where citizens send photos."""
        if path.startswith("/_stcore/"):
            return settings().max_upload_mb * 2**20 + ENVELOPE_BYTES
        if path not in PHOTO_FORMS:
            return FORM_BYTES
        if within(path, ("/observe",)) and not scope["signed_in"]:
            device = _cookies(Headers(scope=scope)).get(cookie_name("device"))
            if device is None or not await to_thread.run_sync(_device_known, device.value):
                return FORM_BYTES
        return settings().max_upload_mb * 2**20 + ENVELOPE_BYTES

    async def _visitor(self, scope: Scope, headers: Headers) -> SignedIn | None:
        cookies = _cookies(headers)
        token = cookies.get(cookie_name("session"))
        who = await to_thread.run_sync(_look_up, token.value) if token else None
        scope["signed_in"] = who
        kept = cookies.get(cookie_name("language"))
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
        i18n.use(asked or (who.language if who else kept.value if kept else ""))
        kept_headers = [pair for pair in scope["headers"] if pair[0].lower() != UID_HEADER]
        if who and not who.held:
            kept_headers.append((UID_HEADER, who.uid.encode()))
        scope["headers"] = kept_headers
        return who

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        welcome = known_host(headers.get("host", "")) and _same_origin(headers)
        try:
            if welcome:
                await self._visitor(scope, headers)
        except Unavailable:
            welcome = False
        if not welcome:
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(scope, receive, send)

    def _headers(self, path: str) -> dict[str, str]:
        headers = {
            "content-security-policy": self.page_csp,
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "x-frame-options": "DENY",
            "permissions-policy": "camera=(self), geolocation=(self), microphone=()",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
        }
        if settings().https:
            headers["strict-transport-security"] = "max-age=31536000"
        if not within(path, LASTING):
            headers["cache-control"] = "no-store"
        return headers


def _plainly(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence, status)


def _sign_in_path(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    target = scope["path"] + (f"?{query}" if query else "")
    return "/sign-in" if target == "/" else f"/sign-in?next={quote(target, safe='/')}"


def _tab(scope: Scope, path: str) -> str:
    """Give the tab a file is sent from; empty for any other request."""
    if scope["method"] != "PUT" or not path.startswith(UPLOADS):
        return ""
    return path.removeprefix(UPLOADS).partition("/")[0]


class _Sent:
    """A `receive` that counts what comes."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.size = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self.size += len(message.get("body", b""))
        return message


def _bounded(scope: Scope, receive: Receive, limit: int, answer: _Answer) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken <= limit:
            return message
        await answer.instead(scope, receive, 413, _("内容过大。"))
        return {"type": "http.disconnect"}

    return bounded


class _Answer:
    """A `send` that adds headers, and that can still answer while nothing has been sent.

    A 500 is held back: it is what an application sends before its exception reaches us.
    """

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self.send = send
        self.headers = headers
        self.started = False
        self.closed = False
        self.held: list[Message] = []

    async def __call__(self, message: Message) -> None:
        if self.closed:
            return
        if self.held or (message["type"] == "http.response.start" and message["status"] == 500):
            self.held.append(message)
            return
        await self._pass_on(message)

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            given = MutableHeaders(scope=message)
            own_policy = "content-security-policy" in given
            for name, value in self.headers.items():
                if name != "content-security-policy" or not own_policy:
                    given[name] = value
            del given["server"]
        await self.send(message)

    async def flush(self) -> None:
        for message in self.held:
            await self._pass_on(message)
        self.held = []

    async def instead(self, scope: Scope, receive: Receive, status: int, sentence: str) -> None:
        if not self.started:
            self.held = []
            told = problem if scope["path"].startswith(API) else _plainly
            await told(status, sentence)(scope, receive, self._pass_on)
        self.closed = True
