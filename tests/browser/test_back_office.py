"""后台 in a browser: a name mended and restored, a view shared, a field asked, filled, charted."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Site, choose, link_to, receipt_of, settle, sheet, upload

UNIT = "市水务局"
WRONG = "市水物局"
FIELD = "受益人数"
UNFOLDED = """async fold => {
  const drawn = () => new Promise(requestAnimationFrame);
  for (let calm = 0; calm < 2; calm++) {
    await drawn();
    const moves = fold.getAnimations({ subtree: true });
    if (moves.length) calm = -1;
    await Promise.allSettled(moves.map(each => each.finished));
  }
}"""


def key_of(site: Site, name: str) -> int:
    """Give the key of a unit."""
    with closing(sqlite3.connect(site.folder / "dashboard.db")) as connection:
        [(found,)] = connection.execute("SELECT id FROM agency WHERE name = ?", (name,))
    return int(found)


def told(page: Page, words: str) -> None:
    """Wait until the page rests, and for a sentence of success: not for the one before."""
    settle(page)
    expect(page.get_by_text(words, exact=True).first).to_be_visible()


def fold(page: Page, title: str) -> None:
    """Open a fold by its title, all the way: while it moves, a list opened in it shuts at once."""
    page.locator("summary").filter(has_text=title).first.click()
    opened = page.locator("details[open]", has=page.locator("summary").filter(has_text=title)).first
    expect(opened).to_be_visible()
    settle(page)
    opened.evaluate(UNFOLDED)


def write(page: Page, label: str, text: str) -> None:
    """Write into a field and leave it, so that the page has it."""
    field = page.get_by_label(label, exact=True).first
    field.fill(text)
    field.press("Tab")
    settle(page)
    expect(field).to_have_value(text)


def pick(page: Page, label: str, option: str) -> None:
    """Choose from a list what ends with this.

    By the keyboard, once the focus has the box: a list shuts when the page scrolls under it, as it
    does for a click at its lower edge.
    """
    box = page.get_by_role("combobox", name=label)
    box.focus()
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    box.press("ArrowDown")
    page.get_by_role("option", name=re.compile(f"{re.escape(option)}$")).click()
    expect(box).to_have_value(re.compile(f"{re.escape(option)}$"))
    settle(page)


@pytest.mark.browser
@pytest.mark.feature("O6")
def test_an_administrator_mends_a_units_name_and_restores_it_from_its_history(site: Site) -> None:
    key = key_of(site, UNIT)
    page = site.invite().enter("demo-admin", f"/admin?table=agency&row={key}")

    write(page, "单位名称 *", WRONG)
    page.get_by_role("button", name="保存", exact=True).click()
    told(page, "已保存。")
    write(page, "单位名称 *", "市水务局（误）")
    page.get_by_role("button", name="保存", exact=True).click()
    told(page, "已保存。")
    fold(page, "修改历史")
    expect(page.get_by_role("row").filter(has_text=f"{WRONG}").first).to_be_visible()
    pick(page, "恢复到这次修改之后的内容", f"单位名称 {WRONG}")
    page.get_by_role("button", name="恢复此版本").click()
    told(page, "已恢复，并记入历史。")

    expect(page.get_by_label("单位名称 *", exact=True)).to_have_value(WRONG)
    restored = page.get_by_role("row").filter(has_text="市水务局（误）").first
    expect(restored).to_contain_text(WRONG)


@pytest.mark.browser
@pytest.mark.feature("O5")
def test_a_supervisor_shares_a_view_and_a_unit_opens_it_with_its_own_rows(site: Site) -> None:
    office = site.invite().enter(
        "demo-supervisor", "/admin?table=livelihood_project&search=改造&sort=-due_on"
    )
    every = office.get_by_role("row").count()
    fold(office, "保存为视图")
    write(office, "视图名称", "改造类项目")
    pick(office, "共享给", "填报员")
    office.get_by_role("button", name="保存视图").click()
    told(office, "视图已保存。")

    unit = site.invite(PHONE).enter("demo-reporter-zj", "/admin?table=livelihood_project")
    unit.get_by_role("link", name=re.compile("改造类项目")).click()
    unit.wait_for_url(re.compile("search="))
    settle(unit)

    expect(unit.get_by_label("查找").first).to_have_value("改造")
    expect(unit.get_by_text("老旧小区改造").first).to_be_visible()
    assert unit.get_by_role("row").count() < every


def filled(book: Path, like: Path, into: Path, value: int) -> Path:
    """Fill in a unit's own template as the demonstration's sheet is, and what is asked beside."""
    work, known = load_workbook(book), load_workbook(like).worksheets[0]
    page = work.worksheets[0]
    places = {page.cell(3, n).value: n for n in range(1, page.max_column + 1)}
    for column in range(1, known.max_column + 1):
        for row in range(4, known.max_row + 1):
            page.cell(row, places[known.cell(3, column).value]).value = known.cell(
                row, column
            ).value
    for row in range(4, known.max_row + 1):
        if not page.cell(row, places["子项编号"]).value:
            page.cell(row, places[f"{FIELD}*"]).value = value
    work.save(into)
    return into


@pytest.mark.browser
@pytest.mark.feature("O10")
@pytest.mark.feature("X25")
def test_a_field_is_asked_filled_in_by_excel_shown_and_charted(site: Site, tmp_path: Path) -> None:
    admin = site.invite().enter("demo-admin", "/admin?table=custom_field&row=new")
    choose(admin, "所在的表 *", "月报")
    choose(admin, "字段类型 *", "数字")
    write(admin, "字段名称 *", FIELD)
    admin.get_by_text("必填", exact=True).click()
    settle(admin)
    expect(admin.get_by_text(re.compile("每年多填 .+ 格，涉及 .+ 个单位。"))).to_be_visible()
    admin.get_by_role("button", name="保存", exact=True).click()
    told(admin, "已保存。")

    unit = site.invite().enter("demo-reporter-zj", "/reports")
    link = unit.locator('a[href*="/sheets/template/"]').first
    expect(link).to_be_visible()
    with unit.expect_download() as download:
        link.click()
    given = tmp_path / "模板.xlsx"
    download.value.save_as(given)
    upload(unit, filled(given, sheet(site.folder, 1), tmp_path / "八月.xlsx", 12600))
    row = unit.get_by_role("row", name=re.compile("SF2026-02"))
    expect(row).to_contain_text(f"{FIELD} — → 12,600")
    unit.get_by_role("button", name="导入并报送 3 个项目").click()
    receipt_of(unit)

    unit.goto(f"{site.url}{link_to(site, 'SF2026-02', 'reports')}")
    expect(unit.get_by_text(FIELD, exact=True).first).to_be_visible()
    expect(unit.get_by_text("12,600").first).to_be_visible()
    settle(unit)

    leader = site.invite().enter(
        "demo-leader", "/admin?table=progress_report&is-state=SUBMITTED&draw=BAR&by=agency_id"
    )
    pick(leader, "算什么", "合计")
    pick(leader, "计算的列", FIELD)
    write(leader, "图表名称", "各单位受益人数")
    leader.get_by_role("button", name="保存图表").click()
    told(leader, "图表已保存。")
    leader.get_by_role("button", name="放在我的首页").click()
    told(leader, "已放在首页。")
    leader.goto(f"{site.url}/desk")
    expect(leader.get_by_role("link", name="各单位受益人数")).to_be_visible()
    settle(leader)
