"""The real program on the demonstration: every page, by protocol and in a real browser."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from sqlmodel import col, select
from streamlit.util import calc_hash

from dashboard import clock, db
from dashboard.commands.session import sign_in
from dashboard.permissions import sees_sql
from dashboard.queries.account import actor_of
from models.account import Account
from models.project import LivelihoodProject
from tests.ready import PATIENCE
from tests.web.conftest import (
    ROOT,
    forget,
    form_token,
    free_port,
    point_to,
    start_server,
    wait_for,
)
from tests.web.st_client import StClient

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
ROLES = [
    "demo-leader", "demo-supervisor", "demo-reporter-zj", "demo-reviewer-zj", "demo-observer",
    "demo-admin", "demo-security", "demo-auditor",
]  # fmt: skip
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def folder(made_demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fresh demonstration."""
    folder = tmp_path_factory.mktemp("demonstration")
    return Path(shutil.copytree(made_demonstration, folder, dirs_exist_ok=True))


@pytest.fixture(scope="module")
def demonstration(folder: Path) -> Iterator[str]:
    """The address of a server on the demonstration."""
    port = free_port()
    server = start_server(folder, port, ROOT / "dashboard/app.py")
    wait_for(f"http://127.0.0.1:{port}", server)
    yield f"http://127.0.0.1:{port}"
    server.stop()


def cookie_of(url: str, account: str) -> str:
    with httpx.Client(base_url=url, timeout=PATIENCE) as browser:
        fields = {"form_token": form_token(browser), "name": account}
        answer = browser.post("/sign-in/demo", data=fields)
        assert answer.status_code == 303, account
        return f"session={browser.cookies['session']}"


@pytest.mark.safety("AC3")
@pytest.mark.safety("ST4")
@pytest.mark.parametrize("account", ["", *ROLES])
def test_a_role_runs_the_pages_of_its_menu_only_and_nothing_of_them_goes_by_media(
    demonstration: str, account: str
) -> None:
    cookies = cookie_of(demonstration, account) if account else ""

    async def walk() -> None:
        async with StClient(demonstration, cookies=cookies) as tab:
            await tab.rerun()
            for name in PAGES:
                tab.page = name
                hashes = [calc_hash(name), calc_hash(str(ROOT / f"pages/{name}.py"))]
                for asked in hashes[:1] if hashes[0] in tab.menu else hashes:
                    await tab.rerun(page_hash=asked)
                    ran = bool(tab.menu) and tab.page_hash == asked
                    assert ran is (asked in tab.menu), (name, tab.texts)
                    if not account:
                        assert len(tab.texts) == 2, tab.texts
                        assert "您已退出登录" in tab.texts[0]
            assert b"/media/" not in tab.received
            assert not [text for text in tab.texts if "Traceback" in text]
            assert bool(account) is bool(tab.menu)

    asyncio.run(walk())


def project_names(account: str) -> tuple[set[str], set[str]]:
    """Give the names of the projects that the account sees, and of those it does not."""
    with db.reading() as session:
        account_id = session.exec(select(Account.id).where(Account.name == account)).one()
        uid = sign_in(session, account_id or 0, address="", agent="", now=clock.now()).uid
        actor = actor_of(session, uid, date(2026, 9, 3), clock.now())
        assert actor is not None
        name = col(LivelihoodProject.name)
        seen = set(session.exec(select(name).where(sees_sql(actor))))
        foreign = set(session.exec(select(name))) - seen
    return seen, {text for text in foreign if not any(text in other for other in seen)}


@pytest.mark.safety("AC2")
@pytest.mark.safety("ST3")
def test_no_page_shows_a_project_out_of_scope_whoever_looked_before(
    demonstration: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_to(folder, monkeypatch)
    accounts = ["demo-leader", "demo-reporter-zj", "demo-reporter-jt", "demo-vice-mayor"]

    async def received(account: str) -> bytes:
        async with StClient(demonstration, cookies=cookie_of(demonstration, account)) as tab:
            await tab.rerun()
            for name in PAGES:
                tab.page = name
                await tab.rerun(page_hash=calc_hash(name))
            return tab.received

    for account in accounts:
        shown = asyncio.run(received(account))
        seen, foreign = project_names(account)
        assert [name for name in seen if name.encode() in shown]
        assert [name for name in foreign if name.encode() in shown] == [], account
        assert account == "demo-leader" or len(foreign) > 10
    forget()


@pytest.mark.browser
@pytest.mark.safety("OU3")
@pytest.mark.safety("OU7")
@pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed")
def test_every_page_works_under_the_strict_policy_and_asks_nobody_else(demonstration: str) -> None:
    from playwright.sync_api import sync_playwright

    visits = {
        "demo-leader": ["board", "desk", "project", "reports", "rules", "account"],
        "demo-supervisor": ["plan", "remarks", "rectification"],
        "demo-admin": ["people", "agencies", "admin"],
        "demo-auditor": ["log"],
    }
    assert {page for pages in visits.values() for page in pages} == set(PAGES)
    said: list[str] = []
    asked: set[str] = set()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update",
                  "--disable-sync", "--no-first-run", "--disable-quic"],
        )  # fmt: skip
        for account, pages in visits.items():
            context = chromium.new_context(viewport={"width": 1024, "height": 768})
            tab = context.new_page()
            tab.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
            tab.on("request", lambda request: asked.add(request.url))
            tab.goto(f"{demonstration}/sign-in")
            with tab.expect_navigation():
                tab.click(f"button[value={account}]")
            for name in pages:
                tab.goto(f"{demonstration}/{name}")
                tab.wait_for_selector("[data-test-script-state=notRunning]", timeout=90_000)
                assert not tab.locator("[data-testid=stException]").count(), name
            context.close()
        chromium.close()

    assert not [line for line in said if "Content Security Policy" in line]
    local = (demonstration, demonstration.replace("http", "ws"), "data:", "blob:")
    assert not [url for url in asked if not url.startswith(local)]
