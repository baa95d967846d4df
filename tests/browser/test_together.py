"""People who meet on one record: two who edit it, and a leader whose words come back answered."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, link_to, settle

PROJECT = "SF2026-06"


def contact(page: Page, name: str) -> None:
    """Open the form of the free fields and write another contact into it, without saving."""
    page.get_by_text("修改联系人等信息").click()
    expect(page.get_by_role("textbox", name="联系人")).to_be_visible()
    settle(page)
    page.get_by_role("textbox", name="联系人").fill(name)


@pytest.mark.browser
@pytest.mark.safety("RE11")
def test_the_second_of_two_is_told_who_changed_what(site: Site) -> None:
    path = link_to(site, PROJECT)
    first = site.invite().enter("demo-supervisor", path)
    second = site.invite().enter("demo-supervisor", path)
    contact(first, "沈科长")
    contact(second, "许科长")

    first.get_by_role("button", name="保存").click()
    expect(first.get_by_text("已保存。")).to_be_visible()
    settle(first)
    second.get_by_role("button", name="保存").click()

    told = second.get_by_role("alert").filter(has_text="此记录已被他人修改：demo-supervisor")
    expect(told).to_contain_text("联系人")
    expect(told).to_contain_text("沈科长")
    expect(told).to_contain_text("您的修改没有保存")
    expect(second.locator(".ms-facts").filter(has_text="联系人")).to_contain_text("沈科长")


@pytest.mark.browser
@pytest.mark.feature("H12")
def test_a_leaders_words_go_to_the_unit_and_its_answer_comes_back_to_the_card(site: Site) -> None:
    words, answer = "为什么一个月没有动静？", "新线路站牌已全部安装，9月5日通车。"
    board = site.invite().enter("demo-leader", f"/board?card={PROJECT}&act=instruct")
    card = board.get_by_role("dialog")
    card.get_by_role("textbox", name="批示内容").fill(words)
    card.get_by_role("button", name="批示", exact=True).dblclick()
    told = card.get_by_text("已批示，牵头单位和督查室的待办中已出现。")
    told.click(trial=True)  # nothing lies over it, and a reader's voice says it
    expect(card.get_by_role("textbox", name="批示内容")).to_have_count(0)
    expect(card.locator(".ms-card").filter(has_text=words)).to_have_count(1)
    settle(board)

    desk = site.invite().enter("demo-reporter-jt", "/desk")
    task = desk.get_by_role("row", name=re.compile(words))
    expect(task).to_contain_text("2026-09-10 还有 7 天")
    task.get_by_role("link").click()
    form = desk.locator('[data-testid="stForm"]').filter(has_text="办理情况")
    expect(form).to_be_visible()
    settle(desk)
    form.get_by_role("textbox").fill(answer)
    form.get_by_role("button", name="提交答复").click()
    expect(desk.get_by_text("已答复，领导的看板上会显示。")).to_be_visible()
    settle(desk)

    board = site.invite().enter("demo-leader", f"/board?card={PROJECT}")
    answered = board.get_by_role("dialog").locator(".ms-card").filter(has_text=words)
    expect(answered).to_contain_text(answer)
