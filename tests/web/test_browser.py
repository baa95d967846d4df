"""Coming in and going out in a real browser, on a tablet and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete

from dashboard import clock, db
from dashboard.commands.account import invite_account
from dashboard.permissions import Actor, Grant
from models.account import Role, SignInAttempt
from models.installation import InstallationMark
from tests.web.conftest import Servers, mark_as_demonstration, plant_account

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path("/usr/bin/chromium")
NEW = "an invited person's 密码"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update",
                  "--disable-sync", "--no-first-run", "--disable-quic"],
        )  # fmt: skip
        yield browser
        browser.close()


def press(tab: Page) -> None:
    """Press a form's button and wait for the page that answers it."""
    with tab.expect_navigation():
        tab.click("button.main")


def fill_in(tab: Page, name: str, password: str) -> None:
    tab.fill("#name", name)
    tab.fill("#secret", password)
    press(tab)


@pytest.mark.safety("AU4")
@pytest.mark.safety("AU10")
@pytest.mark.safety("AU14")
def test_an_invited_person_comes_in_goes_out_and_is_locked_after_five_mistakes(
    live: Servers, chromium: Browser, password_hash: str
) -> None:
    admin = Actor(plant_account("boss", Role.ADMIN, password_hash), "boss", (Grant(Role.ADMIN),))
    with db.transaction() as session:
        session.connection().execute(delete(SignInAttempt))
        name, person = "new-person", "新同志"
        link = invite_account(session, admin, name=name, display_name=person, now=clock.now())
    said: list[str] = []
    tab = chromium.new_page(viewport={"width": 820, "height": 1180})
    tab.on("console", lambda message: said.append(message.text))

    tab.goto(f"{live.first}/link/{link.token}")
    tab.fill("#password", NEW)
    tab.fill("#again", NEW)
    press(tab)
    tab.goto(f"{live.first}/start?kept=1")
    assert tab.url == f"{live.first}/sign-in?next=/start%3Fkept%3D1"
    fill_in(tab, "New-Person", NEW)
    tab.wait_for_selector("text=new-person in process")
    assert tab.url == f"{live.first}/?kept=1", "the first page of a menu has the bare address"

    tab.goto(f"{live.first}/sign-out")
    press(tab)
    tab.go_back()
    tab.goto(f"{live.first}/start")
    assert "/sign-in" in tab.url

    for _mistake in range(5):
        fill_in(tab, "new-person", "not the password")
        assert "账户名或密码不正确" in tab.inner_text("[role=alert]")
    fill_in(tab, "new-person", NEW)
    assert "10 分钟后再试" in tab.inner_text("[role=alert]")
    assert not [line for line in said if "Content Security Policy" in line]


@pytest.fixture
def offered(live: Servers, password_hash: str) -> Iterator[str]:
    """An account that the form offers by one click, as long as the test runs."""
    name = f"demo-{clock.now():%H%M%S%f}"
    plant_account(name, Role.LEADER, password_hash)
    mark_as_demonstration()
    yield name
    with db.transaction() as session:
        session.connection().execute(delete(InstallationMark))


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (820, 1180), (390, 844)])
def test_the_form_fits_every_screen_and_every_finger(
    chromium: Browser, live: Servers, offered: str, width: int, height: int
) -> None:
    tab = chromium.new_page(viewport={"width": width, "height": height})

    tab.goto(f"{live.first}/sign-in")

    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    for element in tab.query_selector_all("button, input:not([type=hidden]), nav a"):
        box = element.bounding_box()
        assert box is None or box["height"] >= 44, element.inner_text()
    tab.click(f"button[value={offered}]")
    tab.wait_for_selector(f"text={offered} in process")
