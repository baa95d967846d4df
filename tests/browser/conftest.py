"""Chromium on the real program: a demonstration of one's own, and people who leave no complaint."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright
from sqlalchemy import URL, Engine, create_engine, make_url, text

from tests.demonstration import seed
from tests.ready import Program, module
from tests.web.conftest import ROOT, free_port, places, wait_for

CHROMIUM = Path("/usr/bin/chromium")
REST = Path(__file__).with_name("rest.js")
FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
TABLET, UPRIGHT, PHONE = (1024, 768), (820, 1180), (390, 844)
SECONDS = 90_000
"""How long to wait for what a person sees, in milliseconds: the machine may be busy."""
EXPECTED = re.compile(r"http://[^/]+/(sign-in|link/.+|[a-z]+/_stcore/(health|host-config))$")
"""What may answer with an error: a refused form does, and Streamlit's client first looks for its
server under the page's own path."""
expect.set_options(timeout=SECONDS)


@pytest.fixture(scope="session")
def demonstration(made_demonstration: Path) -> Path:
    """A folder with a fresh demonstration and its sheets, made once; nobody writes into it."""
    return made_demonstration


class Town(NamedTuple):
    """A demonstration of one's own: its folder, and what its server must be told of places."""

    folder: Path
    where: dict[str, str]


@pytest.fixture(scope="session")
def demonstration_on_postgres(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, Town]]:
    """A fresh demonstration on PostgreSQL, made once; nobody writes into it."""
    url = make_url(postgres_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    folder = tmp_path_factory.mktemp("postgres-demonstration")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE demonstration"))
    where = {**places(folder), "DASHBOARD_DATABASE_URL": _address(url, "demonstration")}
    seed(folder, where)
    yield engine, Town(folder, where)
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE demonstration WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def town_on_postgres(
    demonstration_on_postgres: tuple[Engine, Town], tmp_path: Path
) -> Iterator[Town]:
    """A copy of the demonstration on PostgreSQL, for who writes."""
    engine, made = demonstration_on_postgres
    folder = tmp_path / "town"
    shutil.copytree(made.folder, folder)
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE town TEMPLATE demonstration"))
    yield Town(folder, {**places(folder), "DASHBOARD_DATABASE_URL": _address(engine.url, "town")})
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE town WITH (FORCE)"))


def _address(url: URL, name: str) -> str:
    return url.set(database=name).render_as_string(hide_password=False)


def sheet(folder: Path, number: int) -> Path:
    """Give the demonstration's workbook of this number."""
    [found] = (folder / "demo-sheets").glob(f"{number}-*.xlsx")
    return found


@contextmanager
def serving(folder: Path, where: dict[str, str]) -> Iterator[str]:
    """Serve a demonstration as `make run` does, and give its address."""
    port = free_port()
    log = folder / "server.log"
    where = {**where, "DASHBOARD_PORT": str(port)}
    server = Program(module, str(ROOT), "seed", "serve", log=log, where=where)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, server)
        yield url
    finally:
        server.stop()
    assert "Traceback" not in log.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright, until the module ends: its event loop would be in the way of other tests."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium; a skip where it is not installed, a failure where nothing may be."""
    if not CHROMIUM.exists():
        told = "no Chromium here: sudo apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*sandbox, *FLAGS])
    yield browser
    browser.close()


class Watch:
    """Keeps what a browser complains of, and every address it asks that is not the site's."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.problems: list[str] = []

    def follow(self, page: Page) -> None:
        """Listen to a page."""
        page.on("console", lambda said: self._said(said.type, said.text, said.location["url"]))
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))
        page.on("dialog", lambda dialog: self.problems.append(f"dialog: {dialog.message}"))

    def _said(self, kind: str, text: str, url: str) -> None:
        if kind == "error" and not (text.startswith("Failed to load") and EXPECTED.match(url)):
            self.problems.append(f"console: {text} {url}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.problems.append(f"asked: {url}")


class Person:
    """Somebody with a browser of their own, at one site."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def go(self, path: str) -> Page:
        """Go to an address of the site and wait until it stands."""
        self.page.goto(f"{self.url}{path}")
        return self.arrive()

    def enter(self, account: str, path: str = "/") -> Page:
        """Sign in as a demonstration account by its button, and land on the page asked for."""
        self.page.goto(f"{self.url}/sign-in?next={quote(path, safe='')}")
        self.page.locator(f'button[value="{account}"]').click()
        return self.arrive()

    def arrive(self) -> Page:
        """Wait for the first thing a page draws, and then until all of it stands."""
        expect(self.page.locator('.ms-demo, [data-testid="stAlert"]').first).to_be_visible()
        settle(self.page)
        return self.page


def settle(page: Page) -> None:
    """Wait until every run that was asked for is drawn and no other page is on its way."""
    expect(page.locator("html[data-rests]")).to_be_attached()
    expect(page.locator('[data-testid="stException"]')).to_have_count(0)


def link_to(site: Site, code: str, section: str = "light") -> str:
    """Give the address of a project's page."""
    with closing(sqlite3.connect(site.folder / "dashboard.db")) as connection:
        statement = "SELECT id FROM livelihood_project WHERE code = ?"
        [(found,)] = connection.execute(statement, (code,))
    return f"/project?id={found}&section={section}"


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a list, by what a person reads."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.click()
    if box.is_editable():
        box.fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    settle(page)


def upload(page: Page, book: Path) -> None:
    """Give a workbook to the page, and wait for its preview."""
    before = page.url
    page.locator('input[type="file"]').first.set_input_files(book)
    page.wait_for_url(lambda url: "upload=" in url and url != before)
    expect(page.get_by_role("heading", name=re.compile("^核对 "))).to_be_visible()
    settle(page)


def receipt_of(page: Page) -> str:
    """Give the receipt's number that the page tells of."""
    told = page.get_by_text(re.compile("回执号 .+，现在由单位审核人办理。"))
    expect(told).to_be_visible()
    settle(page)
    found = re.search("回执号 (.+?)，", told.inner_text())
    assert found
    return found.group(1)


@contextmanager
def inviting(chromium: Browser, url: str) -> Iterator[Callable[..., Person]]:
    """Give people at a site; at the end nobody's browser may have complained of anything.

    What still goes on in a page is waited for: a server told to end in the midst of it complains.
    """
    watch = Watch(url)
    opened: list[BrowserContext] = []

    def invite(size: tuple[int, int] = TABLET) -> Person:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, has_touch=True, locale="zh-CN"
        )
        context.set_default_timeout(SECONDS)
        context.add_init_script(path=REST)
        context.on("page", watch.follow)
        opened.append(context)
        return Person(context.new_page(), url)

    yield invite
    for context in opened:
        for page in context.pages:
            if page.locator('[data-testid="stApp"]').count():
                settle(page)
        context.close()
    assert watch.problems == []


class Site(NamedTuple):
    """A running demonstration, the folder it lives in, and a browser for each who is invited."""

    url: str
    folder: Path
    invite: Callable[..., Person]


@pytest.fixture
def site(demonstration: Path, tmp_path: Path, chromium: Browser) -> Iterator[Site]:
    """A server on a copy of one's own, for who writes."""
    shutil.copytree(demonstration, tmp_path, dirs_exist_ok=True)
    with serving(tmp_path, places(tmp_path)) as url, inviting(chromium, url) as invite:
        yield Site(url, tmp_path, invite)


@pytest.fixture(scope="session")
def shared_server(
    demonstration: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """One server on one copy for all who only look."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copytree(demonstration, folder, dirs_exist_ok=True)
    with serving(folder, places(folder)) as url:
        yield url, folder


@pytest.fixture
def shared(shared_server: tuple[str, Path], chromium: Browser) -> Iterator[Site]:
    """The server that many tests look at, and that none changes."""
    url, folder = shared_server
    with inviting(chromium, url) as invite:
        yield Site(url, folder, invite)
