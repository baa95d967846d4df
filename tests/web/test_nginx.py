"""The shipped proxy configuration, under Debian's nginx, in front of two server processes."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from dashboard import clock, db
from dashboard.commands.token import make_token
from dashboard.queries.account import actor_for
from models.account import Role, SignInSession
from tests.ready import PATIENCE
from tests.web.conftest import (
    PASSWORD,
    ROOT,
    SMALL,
    enter,
    forget,
    free_port,
    plant_account,
    point_to,
    start_server,
    wait_for,
)
from tests.web.st_client import StClient
from tests.web.test_sign_in import audit_lines

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
NAME = "minsheng.example.gov.cn"
pytestmark = pytest.mark.skipif(not Path(NGINX).exists(), reason="nginx is not installed")


class Site(NamedTuple):
    """The site as a browser sees it, and where it keeps its logs."""

    url: str
    plain_url: str
    folder: Path

    def browser(self) -> httpx.Client:
        host = f"{NAME}:{self.url.rsplit(':', 1)[1]}"
        return httpx.Client(
            base_url=self.url, verify=False, headers={"host": host}, timeout=PATIENCE
        )

    def log(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def log_with(self, words: str) -> str:
        """Give the log once it says this: a line is written after its answer went out."""
        until = time.monotonic() + PATIENCE
        while words not in (told := self.log()) and time.monotonic() < until:
            time.sleep(0.05)
        return told


def configuration(folder: Path, ports: dict[str, int]) -> str:
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{ports['plain']};",
        "listen 443 ssl;": f"listen 127.0.0.1:{ports['tls']} ssl;",
        "127.0.0.1:8501": f"127.0.0.1:{ports['first']}",
        "127.0.0.1:8502": f"127.0.0.1:{ports['second']}",
        "/etc/nginx/minsheng-headers.conf": str(ROOT / "deploy/headers.conf"),
        "/etc/nginx/minsheng.": f"{folder}/minsheng.",
        "/var/log/nginx/": f"{folder}/",
    }.items():
        assert old in text
        text = text.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;"
        f"events {{}} http {{ {temporary}\n{text}\n}}"
    )


def make_certificate(folder: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
         "-keyout", folder / "minsheng.key", "-out", folder / "minsheng.crt"],
        check=True, capture_output=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("nginx")
    shutil.copyfile(empty_database, folder / "dashboard.db")
    make_certificate(folder)
    ports = {name: free_port() for name in ("plain", "tls", "first", "second")}
    settings = {
        "DASHBOARD_HTTPS": "1",
        "DASHBOARD_TRUSTED_PROXY": "127.0.0.1",
        "DASHBOARD_HOSTS": NAME,
    }
    started = [start_server(folder, ports[name], SMALL, **settings) for name in ("first", "second")]
    (folder / "nginx.conf").write_text(configuration(folder, ports), encoding="utf-8")
    for name, server in zip(("first", "second"), started, strict=True):
        wait_for(f"http://127.0.0.1:{ports[name]}", server)
    proxy = subprocess.Popen([NGINX, "-c", folder / "nginx.conf", "-p", folder])
    site = Site(f"https://127.0.0.1:{ports['tls']}", f"http://127.0.0.1:{ports['plain']}", folder)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(httpx.TransportError), site.browser() as browser:
            browser.get("/sign-in")
            break
        time.sleep(0.05)
    yield site
    proxy.terminate()
    proxy.wait(PATIENCE)
    for server in started:
        server.stop()


@pytest.fixture
def site(running: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    point_to(running.folder, monkeypatch, DASHBOARD_HTTPS="1")
    yield running
    forget()


def sign_in(browser: httpx.Client, name: str, password: str = PASSWORD, **headers: str) -> int:
    token = browser.get("/sign-in").text.split('name="form_token" value="')[1].split('"')[0]
    fields = {"form_token": token, "name": name, "password": password}
    return browser.post("/sign-in", data=fields, headers=headers).status_code


def cookies_of(browser: httpx.Client) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)


@pytest.mark.safety("AU8")
@pytest.mark.safety("ST6")
def test_one_signs_in_through_the_proxy_and_the_audit_has_the_true_address(
    site: Site, password_hash: str
) -> None:
    plant_account("zhang", Role.LEADER, password_hash)
    with site.browser() as browser:
        assert sign_in(browser, "zhang", **{"X-Forwarded-For": "1.2.3.4"}) == 303
        page = browser.get("/me")
        cookies = {c.name: c for c in browser.cookies.jar}

    assert page.status_code == 200
    assert cookies["__Host-session"].secure
    assert cookies["route"].secure
    assert {line.address for line in audit_lines("session:sign_in")} == {"127.0.0.1"}
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    assert page.headers.get_list("x-content-type-options") == ["nosniff"]


@pytest.mark.safety("OU5")
@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics", "/_stcore/metrics/", "/_stcore//metrics", "/_stcore/agent/mcp",
        "/_stcore/agent/openapi.json", "/_stcore/script-health-check", "/openapi.json", "/docs",
        "/auth/login", "/auth/logout", "/oauth2callback", "/healthz", "/healthz/ready",
    ],
)  # fmt: skip
def test_what_nobody_outside_needs_is_closed(site: Site, path: str) -> None:
    with site.browser() as browser:
        answer = browser.get(path)

    assert answer.status_code == 404
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.safety("UP1")
def test_the_proxy_refuses_a_body_over_the_limit(site: Site) -> None:
    with site.browser() as browser:
        answer = browser.put("/_stcore/upload_file/a/b", content=b"x" * (20 * 2**20 + 1))

    assert answer.status_code == 413
    assert "20 MB" in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.feature("L1")
@pytest.mark.safety("UP2")
def test_the_proxy_slows_a_stranger_who_asks_the_citizens_pages_too_often(site: Site) -> None:
    with site.browser() as browser:
        answers = [browser.get("/public/feedback") for _time in range(40)]
        others = browser.get("/sign-in")

    told = [answer.status_code for answer in answers]
    assert told[:30] == [200] * 30
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert "过于频繁" in refused[0].text
    assert refused[0].headers["x-content-type-options"] == "nosniff"
    assert others.status_code == 200


@pytest.mark.feature("P1")
@pytest.mark.safety("AU4", "OU5")
def test_another_system_reads_through_the_proxy_and_is_slowed_as_it_understands(
    site: Site, password_hash: str
) -> None:
    key = plant_account("system", Role.SUPERVISOR, password_hash)
    with db.transaction() as session:
        actor = actor_for(session, key, clock.today())
        assert actor is not None
        token = make_token(
            session, actor, title="大屏", role=Role.SUPERVISOR, tables=["agency"], days=30,
            now=clock.now(), proved_hash=password_hash,
        ).token  # fmt: skip
    shown = {"authorization": f"Bearer {token}"}

    with site.browser() as browser:
        first = browser.get("/api/v1/agency", headers=shown)
        stranger = browser.get("/api/v1/agency")
        large = browser.post("/api/v1/agency", headers=shown, content=b"x" * 5000)
        slowed = first
        for _time in range(400):
            slowed = browser.get("/api/v1/", headers=shown)
            if slowed.status_code != 200:
                break

    assert (first.status_code, first.json()["table"]) == (200, "agency")
    assert "set-cookie" not in first.headers
    for answer, status in ((stranger, 401), (large, 413), (slowed, 429)):
        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert answer.headers["content-type"] == "application/problem+json"
    assert int(slowed.headers["retry-after"]) > 0
    assert token not in site.log()


@pytest.mark.safety("ST5")
@pytest.mark.safety("ST7")
def test_uploads_of_many_people_reach_the_process_that_knows_them(
    site: Site, password_hash: str
) -> None:
    seen: list[tuple[str, str]] = []

    async def upload(number: int) -> int:
        cookie = f"__Host-{enter(plant_account(f'unit{number}', Role.REPORTER, password_hash))}"
        with site.browser() as browser:
            browser.cookies.set("__Host-session", cookie.split("=", 1)[1])
            xsrf = browser.get("/_stcore/health").cookies["_streamlit_xsrf"]
            cookies = cookies_of(browser)
            async with StClient(
                site.url, cookies=cookies, host=str(browser.headers["host"])
            ) as tab:
                texts = await tab.rerun()
                seen.append((tab.session_id, next(t for t in texts if "in process" in t)[-5:]))
                answer = await asyncio.to_thread(
                    browser.put,
                    f"/_stcore/upload_file/{tab.session_id}/a",
                    files={"file": ("a.xlsx", b"PK")},
                    headers={"x-xsrftoken": xsrf},
                )
            return answer.status_code

    async def all_of_them() -> list[int]:
        return [await upload(number) for number in range(16)]

    assert asyncio.run(all_of_them()) == [204] * 16
    assert len({process for _id, process in seen}) == 2
    assert not [session_id for session_id, _process in seen if session_id in site.log()]


@pytest.mark.safety("AU14")
@pytest.mark.safety("ST7")
def test_a_one_time_link_does_not_reach_the_log(site: Site) -> None:
    with site.browser() as browser:
        assert browser.get("/link/planted-one-time-token").status_code == 422

    told = site.log_with("/link/***")
    assert "/link/***" in told
    assert "planted-one-time-token" not in told


@pytest.mark.safety("ST1")
def test_a_uid_header_does_not_pass_the_proxy(site: Site, password_hash: str) -> None:
    from sqlmodel import select

    from dashboard import db

    account_id = plant_account("victim", Role.LEADER, password_hash)
    enter(account_id)
    with db.reading() as session:
        uid = session.exec(
            select(SignInSession.uid).where(SignInSession.account_id == account_id)
        ).one()

    async def stranger() -> list[str]:
        host = f"{NAME}:{site.url.rsplit(':', 1)[1]}"
        async with StClient(site.url, headers={"X-Auth-Uid": uid}, host=host) as tab:
            return await tab.rerun()

    assert not [text for text in asyncio.run(stranger()) if "victim" in text]


@pytest.mark.safety("PI4")
def test_only_pages_are_sent_on_to_tls_and_old_tls_is_refused(site: Site) -> None:
    with httpx.Client(base_url=site.plain_url) as browser:
        assert browser.get("/board").headers["location"] == f"https://{NAME}/board"
        assert browser.post("/sign-in", data={"name": "x"}).status_code == 403

    refused = subprocess.run(
        ["openssl", "s_client", "-tls1_1", "-connect", site.url.removeprefix("https://")],
        input=b"", capture_output=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert refused.returncode != 0
