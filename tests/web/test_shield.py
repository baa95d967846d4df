"""What stands in front of everything: headers, hosts, closed paths, sizes, strangers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from dashboard import incident
from dashboard.settings import settings
from dashboard.web import shield
from models.account import Role
from tests.ready import PATIENCE
from tests.web.conftest import Servers, TestClient, enter, plant_account
from tests.web.st_client import StClient

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
}
PRIVATE = [
    "/", "/board", "/sign-in", "/sign-out", "/me", "/files/1", "/files/x", "/link/nobody",
    "/healthz", "/healthz/ready", "/_stcore/health", "/_stcore/host-config", "/_stcore/metrics",
    "/_stcore/agent/openapi.json", "/media/nothing.png", "/component/x/y", "/openapi.json",
    "/docs", "/auth/login", "/auth/logout", "/sign-in/demo", "/%2e%2e/%2e%2e/etc/passwd",
    "/observe", "/observe/new", "/observe/shell", "/observe/profile", "/observe/sw.js",
    "/public/feedback", "/public/feedback/follow", "/photos/1/original", "/photos/pair/1",
]  # fmt: skip
LASTING = ["/assets/door.css", "/assets/nothing.css", "/favicon.png"]


@pytest.fixture
def cookie(live: Servers, password_hash: str, request: pytest.FixtureRequest) -> str:
    name = f"shield{abs(hash(request.node.name)) % 10**9}"
    return enter(plant_account(name, Role.LEADER, password_hash))


@pytest.fixture
def browser(live: Servers) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live.first) as opened:
        yield opened


@pytest.mark.safety("OU3")
@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_every_answer_carries_the_security_headers(
    browser: httpx.Client, cookie: str, signed_in: bool, method: str
) -> None:
    headers = {"cookie": cookie} if signed_in else {}
    for path in [*PRIVATE, *LASTING]:
        answer = browser.request(method, path, headers=headers)

        assert HEADERS.items() <= dict(answer.headers).items(), path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
        assert "unsafe-eval" not in answer.headers["content-security-policy"], path
        assert "server" not in answer.headers, path
        assert answer.status_code < 500, path


@pytest.mark.safety("OU6")
def test_private_answers_are_kept_by_nobody(browser: httpx.Client, cookie: str) -> None:
    for path in PRIVATE:
        for headers in ({}, {"cookie": cookie}):
            assert browser.get(path, headers=headers).headers["cache-control"] == "no-store", path


@pytest.mark.safety("OU3")
def test_errors_carry_them_too(browser: httpx.Client, cookie: str) -> None:
    big = b"x" * (shield.FORM_BYTES + 1)
    answers = {
        400: browser.get("/", headers={"host": "evil.example"}),
        401: browser.put("/_stcore/upload_file/a/b", content=b"x"),
        403: browser.post("/sign-in", data={"name": "x"}),
        404: browser.get("/files/999999", headers={"cookie": cookie}),
        405: browser.put("/sign-in"),
        413: browser.post("/sign-in", content=big),
    }

    for status, answer in answers.items():
        assert answer.status_code == status
        assert HEADERS.items() <= dict(answer.headers).items()
        assert "content-security-policy" in answer.headers


@pytest.mark.safety("OU5")
@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics", "/_stcore/metrics/", "/_stcore//metrics", "/_stcore/./metrics",
        "/_stcore/agent/openapi.json", "/_stcore/agent/mcp", "/_stcore/script-health-check",
        "/openapi.json", "/docs", "/redoc", "/auth/login", "/auth/logout", "/oauth2callback",
    ],
)  # fmt: skip
def test_what_nobody_needs_is_closed(browser: httpx.Client, cookie: str, path: str) -> None:
    for headers in ({}, {"cookie": cookie}):
        answer = browser.get(path, headers=headers)
        assert answer.status_code == 404
        assert b"streamlit" not in answer.content.lower()


@pytest.mark.safety("OU5")
def test_no_foreign_origin_may_steer_the_page(browser: httpx.Client) -> None:
    assert browser.get("/_stcore/host-config").json()["allowedOrigins"] == []


@pytest.mark.safety("ST6")
@pytest.mark.parametrize(
    ("hosts", "host", "known"),
    [
        ("", "localhost:8501", True),
        ("", "127.0.0.1", True),
        ("", "[::1]:8501", True),
        ("", "10.1.2.3:8501", True),
        ("", "evil.example", False),
        ("", "", False),
        ("", "localhost@evil.example", False),
        ("", "[bad", False),
        ("minsheng.example.gov.cn", "minsheng.example.gov.cn", True),
        ("a.gov.cn, MINSHENG.gov.cn", "minsheng.gov.cn:443", True),
        ("minsheng.example.gov.cn", "localhost", False),
        ("minsheng.example.gov.cn", "127.0.0.1", False),
    ],
)
def test_the_site_is_asked_for_by_its_own_names_only(
    monkeypatch: pytest.MonkeyPatch, hosts: str, host: str, known: bool
) -> None:
    chosen = settings().model_copy(update={"hosts": hosts})
    monkeypatch.setattr(shield, "settings", lambda: chosen)

    assert shield.known_host(host) is known


@pytest.mark.safety("ST6")
def test_forwarded_addresses_are_not_believed(
    browser: httpx.Client, live: Servers, password_hash: str
) -> None:
    from tests.web.test_sign_in import audit_lines

    page = browser.get("/sign-in")
    token = page.text.split('name="form_token" value="')[1].split('"')[0]
    form = {"form_token": token, "name": "nobody", "password": "wrong wrong wrong"}
    browser.post("/sign-in", data=form, headers={"X-Forwarded-For": "1.2.3.4"})

    assert {line.address for line in audit_lines("session:sign_in")} == {"127.0.0.1", "::1"}


def test_a_stranger_is_sent_to_the_form_and_back_filters_included(browser: httpx.Client) -> None:
    answer = browser.get("/board?light=RED&unit=%E4%BD%8F")

    assert answer.status_code == 303
    assert (
        answer.headers["location"] == "/sign-in?next=/board%3Flight%3DRED%26unit%3D%25E4%25BD%258F"
    )


@pytest.mark.safety("ST4")
def test_media_and_uploads_are_for_people_who_are_signed_in(
    browser: httpx.Client, cookie: str
) -> None:
    for path in ("/media/abc.png", "/_stcore/upload_file/a/b", "/component/x/index.html"):
        assert browser.get(path).status_code == 401
    assert browser.get("/media/abc.png", headers={"cookie": cookie}).status_code == 404


@pytest.mark.safety("OU4")
def test_a_failing_door_answers_with_a_number_and_the_log_has_the_detail(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_request: object) -> None:
        raise RuntimeError("cannot connect to postgresql://app:hunter2@db, token=abcdef")

    incident.mask_logs()
    monkeypatch.setattr("dashboard.web.sign_in.visitor", fail)

    answer = client.get("/sign-in")

    number = answer.text.split("编号 ")[1][:8]
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert f"incident {number}" in caplog.text
    assert "postgresql://app:***@db, token=***" in caplog.text
    assert "hunter2" not in caplog.text


@pytest.mark.safety("AD7")
@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("dsn postgresql+psycopg://a:b@c/d", "dsn postgresql+psycopg://a:***@c/d"),
        ("password='x y'", "password='*** y'"),
        ("{'token': 'abc'}", "{'token': '***'}"),
        ("Cookie: session=abcdefghijklmnopqrst", "Cookie: ***"),
        ("GET /link/abcdefghijklmnopqrstuv", "GET /link/***"),
        ("hash $argon2id$v=19$m=19456,t=2,p=1$abc$def", "hash ***"),
        ("an ordinary line: 3 of 5", "an ordinary line: 3 of 5"),
    ],
)
def test_secrets_are_masked(line: str, kept: str) -> None:
    assert incident.masked(line) == kept


MEGABYTES = 20 * 2**20


def multipart(size: int) -> Iterator[bytes]:
    """Give a file of this size as browsers send it, in pieces, so that no length is announced."""
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
    for _start in range(0, size - size % 2**20, 2**20):
        yield b"x" * 2**20
    yield b"x" * (size % 2**20)
    yield b"\r\n--x--\r\n"


@pytest.mark.safety("UP1")
@pytest.mark.parametrize(
    ("announced", "size", "status"),
    [
        (False, MEGABYTES, 204),
        (False, MEGABYTES + 1, 413),
        (False, 2 * MEGABYTES, 413),
        (True, MEGABYTES - 1024, 204),
        (True, MEGABYTES + 1, 413),
        (True, 2 * MEGABYTES, 413),
    ],
)
def test_an_upload_one_byte_over_the_limit_is_refused(
    live: Servers, browser: httpx.Client, cookie: str, announced: bool, size: int, status: int
) -> None:
    xsrf = browser.get("/_stcore/health").cookies.get("_streamlit_xsrf") or ""
    headers = {
        "cookie": f"{cookie}; _streamlit_xsrf={xsrf}",
        "x-xsrftoken": xsrf,
        "content-type": "multipart/form-data; boundary=x",
    }
    body = b"".join(multipart(size)) if announced else multipart(size)

    async def upload() -> int:
        async with StClient(live.first, cookies=cookie) as tab:
            await tab.rerun()
            path = f"/_stcore/upload_file/{tab.session_id}/a"
            answer = await asyncio.to_thread(browser.put, path, content=body, headers=headers)
            return answer.status_code

    assert asyncio.run(upload()) == status


@pytest.mark.safety("UP1")
def test_a_false_content_length_brings_nothing_past_the_limit(live: Servers) -> None:
    place = urlsplit(live.first)
    body = b"name=" + b"x" * (shield.FORM_BYTES * 4)
    head = (
        f"POST /sign-in HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 10\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n"
    )

    with socket.create_connection((str(place.hostname), place.port or 0), timeout=PATIENCE) as raw:
        raw.sendall(head.encode() + body)
        first = raw.recv(4096)

    assert first.startswith(b"HTTP/1.1 403")


def test_alive_and_ready_are_two_questions(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.errors import Unavailable
    from dashboard.web import health

    assert client.get("/healthz/ready").status_code == 200

    def down() -> None:
        raise Unavailable("down")

    monkeypatch.setattr(health, "_ask", down)

    assert client.get("/healthz/ready").status_code == 503
    assert client.get("/healthz").status_code == 200


@pytest.mark.safety("RE16")
def test_a_database_that_does_not_answer_is_not_waited_for(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from dashboard.web import health

    released = threading.Event()
    monkeypatch.setattr(health, "_ask", lambda: released.wait(20))
    monkeypatch.setattr(health, "SECONDS", 0.1)

    assert client.get("/healthz/ready").status_code == 503
    assert client.get("/healthz/ready").status_code == 503
    assert client.get("/healthz").status_code == 200
    released.set()
