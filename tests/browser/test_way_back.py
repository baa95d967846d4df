"""Links that open what they name, and the way back for whoever was signed out meanwhile."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Site, choose, settle

UNIT = "市城市管理局"
ROWS = ".ms-matrix tbody a"


@pytest.mark.browser
@pytest.mark.feature("H7")
def test_a_link_reopens_filters_and_card_also_by_way_of_the_sign_in(shared: Site) -> None:
    board = shared.invite().enter("demo-leader", "/board")
    board.get_by_text("筛选", exact=True).click()
    expect(board.get_by_role("combobox", name="牵头单位")).to_be_visible()
    settle(board)
    choose(board, "牵头单位", UNIT)
    board.locator("#count-GOOD").click()
    board.wait_for_url(re.compile("light=GOOD"))
    settle(board)
    rows = board.locator(ROWS)
    expect(rows).to_have_count(3)
    shown = rows.all_inner_texts()
    rows.first.click()
    expect(board.get_by_role("dialog")).to_be_visible()
    settle(board)
    link = board.url.removeprefix(shared.url)
    assert "light=GOOD" in link
    assert "card=SF2026-10" in link

    again = shared.invite(PHONE)
    again.page.goto(f"{shared.url}{link}")
    again.page.locator('button[value="demo-leader"]').click()

    expect(again.page.get_by_role("dialog")).to_contain_text("SF2026-10")
    settle(again.page)
    assert again.page.url.removeprefix(shared.url) == link
    again.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    again.page.wait_for_url(lambda url: "card=" not in url)
    settle(again.page)
    expect(again.page.locator(ROWS)).to_have_count(len(shown))
    assert again.page.locator(ROWS).all_inner_texts() == shown


@pytest.mark.browser
@pytest.mark.safety("AU10")
def test_after_signing_out_every_open_page_shows_the_way_back(shared: Site) -> None:
    person = shared.invite()
    board = person.enter("demo-leader", "/board?place=示范市")
    other = board.context.new_page()
    other.goto(f"{shared.url}/desk")
    expect(other.get_by_role("heading", name="我的待办")).to_be_visible()
    settle(other)
    leaving = board.context.new_page()
    leaving.goto(f"{shared.url}/sign-out")
    leaving.get_by_role("button", name="退出此处的登录").click()
    leaving.wait_for_url(re.compile("/sign-in"))

    board.locator("#count-BAD").click()
    expect(board.get_by_text("您已退出登录，或长时间未操作，请重新登录。")).to_be_visible()
    expect(board.get_by_role("heading", name=re.compile("示范市"))).to_be_hidden()
    other.get_by_role("link", name="项目").first.click()
    expect(other.get_by_text("您已退出登录，或长时间未操作，请重新登录。")).to_be_visible()

    board.get_by_role("link", name="重新登录").click()
    board.locator('button[value="demo-leader"]').click()
    expect(board.get_by_role("heading", name=re.compile("示范市"))).to_be_visible()
    settle(board)
    assert "light=BAD" in board.url
    assert "place=" in board.url


@pytest.mark.browser
@pytest.mark.feature("H6")
def test_a_card_opens_and_closes_by_the_keyboard_alone(shared: Site) -> None:
    page = shared.invite().page
    page.goto(f"{shared.url}/sign-in?next=/board")

    def tab_to(text: str, most: int = 60) -> None:
        for _step in range(most):
            page.keyboard.press("Tab")
            focused = page.evaluate("document.activeElement.innerText.slice(0, 40)")
            if text in focused and page.evaluate("document.activeElement.matches('a, button')"):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline == "solid", f"nobody sees that {text} has the focus"
                return
        raise AssertionError(f"{text} is not reached by Tab")

    tab_to("周市长")
    page.keyboard.press("Enter")
    expect(page.locator(ROWS).first).to_be_visible()
    settle(page)
    tab_to("01 老旧小区改造")
    for _step in range(9):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("SF2026-09 供热老旧管网改造")
    expect(page.locator('[role="dialog"]:focus-within')).to_be_attached()
    settle(page)
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(page).not_to_have_url(re.compile("card="))
    settle(page)
    expect(page.locator(":focus")).to_have_text(re.compile("09 供热老旧管网改造"))


@pytest.mark.browser
@pytest.mark.feature("H7")
def test_the_way_back_closes_the_card_and_takes_back_the_filter_without_loading(
    shared: Site,
) -> None:
    board = shared.invite().enter("demo-leader", "/board")
    loads: list[str] = []
    board.on("load", lambda page: loads.append(page.url))
    rows = board.locator(ROWS)
    every = rows.count()

    board.locator("#count-GOOD").click()
    expect(board.locator("#count-GOOD")).to_have_attribute("aria-current", "true")
    expect(board.locator("#count-GOOD")).to_be_focused()
    settle(board)
    rows.first.click()
    expect(board.get_by_role("dialog")).to_be_visible()
    settle(board)
    board.go_back()
    expect(board.get_by_role("dialog")).to_be_hidden()
    settle(board)
    assert "light=GOOD" in board.url
    board.go_back()
    expect(rows).to_have_count(every)
    settle(board)
    board.locator("#menu-desk").click()
    expect(board.get_by_role("heading", name="我的待办")).to_be_visible()
    settle(board)

    assert board.url.endswith("/desk")
    assert loads == []
