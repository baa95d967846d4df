"""An observer at a site without a connection: written there, sent when it returns."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, TABLET, Person, Site
from tests.pictures import exif, picture

WORDS = "围挡缺失，夜间没有警示灯"
pytestmark = pytest.mark.browser


def stands(page: Page) -> None:
    """Wait until the page's script has looked at what waits."""
    expect(page.locator("body[data-ready]")).to_be_attached()


def open_page(person: Person, path: str) -> Page:
    person.page.goto(f"{person.url}{path}")
    stands(person.page)
    return person.page


def opens_offline(page: Page) -> None:
    """Wait until the page opens without a connection too."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def enter(person: Person, path: str) -> Page:
    """Sign in as the demonstration's observer, and land on the page asked for."""
    person.page.goto(f"{person.url}/sign-in?next={path}")
    person.page.locator('button[value="demo-observer"]').click()
    stands(person.page)
    return person.page


def write(page: Page, photo: Path | None = None, words: str = WORDS) -> None:
    page.get_by_label("意见内容").fill(words)
    if photo:
        page.set_input_files("#camera", photo)
        expect(page.locator("#shots li")).to_have_count(1)
    page.get_by_role("button", name="发送").click()
    is_kept(page)


def is_kept(page: Page) -> None:
    """Wait until the device has what was written, and the form is free for the next."""
    expect(page.get_by_label("意见内容")).to_have_value("")
    expect(page.get_by_role("button", name="发送")).to_be_enabled()


def kept(site: Site) -> list[tuple[str, int]]:
    """The remarks of this text, and how many photos each has."""
    with closing(sqlite3.connect(site.folder / "dashboard.db")) as connection:
        statement = (
            "SELECT words, (SELECT count(*) FROM photo WHERE row_id = observer_remark.id AND "
            "table_name = 'observer_remark') FROM observer_remark WHERE words LIKE ? ORDER BY id"
        )
        return list(connection.execute(statement, (f"{WORDS}%",)))


@pytest.mark.feature("J2")
def test_a_remark_written_without_a_connection_is_sent_when_it_returns(
    site: Site, tmp_path: Path
) -> None:
    photo = tmp_path / "现场.jpg"
    photo.write_bytes(picture(size=(1200, 900), colour=(90, 120, 90), exif=exif()))
    observer = site.invite(PHONE)
    page = enter(observer, "/observe/new")
    opens_offline(page)

    site_is_away(observer, True)
    open_page(observer, "/observe/new")
    expect(page.get_by_text("没有网络：意见先存在这台设备上")).to_be_visible()
    write(page, photo)
    expect(page.get_by_role("heading", name="1 条意见等待发送")).to_be_visible()
    write(page, words=f"{WORDS}（第二条）")
    expect(page.get_by_role("heading", name="2 条意见等待发送")).to_be_visible()
    assert kept(site) == []

    open_page(observer, "/observe")
    expect(page.get_by_role("heading", name="2 条意见等待发送")).to_be_visible()
    site_is_away(observer, False)

    expect(page.locator("#queue")).to_be_hidden()
    assert kept(site) == [(WORDS, 1), (f"{WORDS}（第二条）", 0)]
    open_page(observer, "/observe")
    expect(page.get_by_text(WORDS, exact=True)).to_be_visible()
    expect(page.locator(".remark img").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    the_office_blacks_out(site)


def the_office_blacks_out(site: Site) -> None:
    """The office sees the photo, drags a box over it, and publishes that copy."""
    with closing(sqlite3.connect(site.folder / "dashboard.db")) as connection:
        statement = "SELECT max(id) FROM photo WHERE table_name = 'observer_remark'"
        [(photo_id,)] = connection.execute(statement)
    office = site.invite(TABLET)
    page = office.page
    page.goto(f"{site.url}/sign-in?next=/photos/{photo_id}/redact")
    page.locator('button[value="demo-supervisor"]').click()
    stands(page)
    box = page.locator("#canvas canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 160, steps=4)
    page.mouse.up()
    expect(page.locator('[name="left"]').first).not_to_have_value("")
    page.get_by_role("button", name="生成遮盖后的照片").click()
    expect(page.get_by_text("今后都只显示它")).to_be_visible()


def site_is_away(person: Person, away: bool) -> None:
    person.page.context.set_offline(away)


@pytest.mark.feature("J2")
def test_what_is_written_while_signed_out_waits_for_its_author_and_goes_with_signing_out(
    site: Site,
) -> None:
    observer = site.invite(PHONE)
    page = enter(observer, "/observe/new")
    kept_cookies = [c for c in page.context.cookies() if c["name"] == "session"]
    page.context.clear_cookies(name="session")

    slow: list[Route] = []
    page.route("**/observe/profile", lambda route: slow.append(route), times=1)
    page.get_by_label("意见内容").fill(WORDS)
    with page.expect_request("**/observe/profile"):
        page.get_by_role("button", name="发送").click()
    while not slow:  # the browser tells of a request before it asks what to do with it
        page.wait_for_timeout(10)
    expect(page.get_by_label("意见内容")).to_be_disabled()
    slow[0].continue_()
    is_kept(page)

    expect(page.get_by_role("link", name="登录后发送")).to_be_visible()
    expect(page.get_by_role("heading", name="1 条意见等待发送")).to_be_visible()
    assert kept(site) == []

    page.goto(f"{site.url}/sign-in")  # the page that would send it is left first
    page.context.add_cookies(kept_cookies)  # type: ignore[arg-type]
    page.goto(f"{site.url}/sign-out")
    expect(page.get_by_text("还有 1 条意见没有发送，退出后会被删除")).to_be_visible()
    page.get_by_role("button", name="退出此处的登录").click()
    page.wait_for_url("**/sign-in*")
    enter(observer, "/observe")

    expect(page.locator("#queue")).to_be_hidden()
    assert kept(site) == []
