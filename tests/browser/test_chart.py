"""A leader draws a list, keeps the chart, puts it on the desk, and finds it there next time."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, choose, settle

NAME = "各单位在管项目"


@pytest.mark.browser
@pytest.mark.feature("O11")
def test_a_leader_charts_a_list_and_sees_it_on_the_desk_after_signing_in_again(
    site: Site,
) -> None:
    page = site.invite().enter("demo-leader", "/admin?table=livelihood_project")
    total = page.get_by_text(re.compile(r"^共 \d+ 条$")).inner_text()
    page.get_by_role("link", name="作图", exact=True).click()
    page.wait_for_url(re.compile("draw=BAR"))
    expect(page.get_by_role("heading", name="作图：民生实事项目")).to_be_visible()
    settle(page)

    choose(page, "按哪一列分组", "牵头单位")
    expect(page).to_have_url(re.compile("by=lead_agency_id"))
    expect(page.get_by_text(f"记录数：{total}记录。")).to_be_visible()
    page.get_by_role("textbox", name="图表名称").fill(NAME)
    page.get_by_role("button", name="保存图表").click()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    settle(page)
    page.get_by_role("button", name="放在我的首页").click()
    expect(page.get_by_role("button", name="移出我的首页")).to_be_visible()
    settle(page)

    desk = site.invite().enter("demo-leader", "/desk")
    chart = desk.locator('[class*="st-key-home-chart-"]').filter(has_text=NAME)
    expect(chart).to_contain_text(f"记录数：{total}记录。")
    expect(chart.get_by_role("img")).to_be_visible()
    other = site.invite().enter("demo-supervisor", "/desk")
    expect(other.get_by_role("heading", name="要我办的")).to_be_visible()
    expect(other.get_by_text(NAME)).to_have_count(0)
