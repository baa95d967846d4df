"""Signing in with a password of one's own: the invitation, the grant, and too many wrong tries."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Person, Site, choose, settle

NAME, PASSWORD = "wang.min", "窗外 有三棵 开花的 老槐树"


def invited(person: Person) -> str:
    """Invite somebody as the administrator; give the link to hand over."""
    page = person.enter("demo-admin", "/people")
    page.get_by_label("账户名").fill(NAME)
    page.get_by_label("姓名").fill("王敏")
    page.get_by_role("button", name="邀请", exact=True).click()
    expect(page.get_by_text("给 wang.min 的一次性链接")).to_be_visible()
    expect(page.get_by_label("账户名")).to_have_value("")
    settle(page)
    return page.locator('[data-testid="stCode"] code').inner_text()


def granted(person: Person) -> None:
    """Grant the new account, as the security administrator, the leader's role over 示范市."""
    page = person.enter("demo-security", "/people")
    choose(page, "选择账户", f"王敏（{NAME}）")
    expect(page.get_by_text("还没有授权：登录后看不到任何内容。")).to_be_visible()
    choose(page, "角色", "领导")
    page.get_by_role("radio", name="地区及下级").click()
    settle(page)
    choose(page, "地区", "示范市")
    page.get_by_role("button", name="授权", exact=True).click()
    expect(page.get_by_text("已授权，下一次点击即生效。")).to_be_visible()
    settle(page)


def sign_in(page: Page, url: str, password: str) -> None:
    """Fill the form in and send it."""
    page.goto(f"{url}/sign-in")
    page.get_by_label("账户名").fill(NAME)
    page.get_by_label("密码").fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="登录", exact=True).click()


@pytest.mark.browser
@pytest.mark.safety("AU4")
@pytest.mark.safety("AU14")
def test_an_invited_person_sets_a_password_is_granted_signs_in_and_can_be_locked_out(
    site: Site,
) -> None:
    link = invited(site.invite())
    assert link.startswith(f"{site.url}/link/")
    person = site.invite(PHONE)
    page = person.page

    page.goto(link)
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输入一次").fill(PASSWORD)
    page.get_by_role("button", name="保存密码").click()
    page.wait_for_url(re.compile("/sign-in"))
    page.goto(link)
    expect(page.get_by_text("此链接已使用或已过期")).to_be_visible()
    granted(site.invite())
    sign_in(page, site.url, PASSWORD)
    expect(page.get_by_role("heading", name=re.compile("示范市2026年"))).to_be_visible()

    stranger = site.invite().page
    for _time in range(5):
        sign_in(stranger, site.url, "密码 忘了 想不起来")
        expect(stranger.get_by_role("alert")).to_have_text("账户名或密码不正确。")
    sign_in(stranger, site.url, PASSWORD)
    expect(stranger.get_by_role("alert")).to_have_text(re.compile("分钟"))
    expect(stranger.get_by_role("heading", name="登录")).to_be_visible()
