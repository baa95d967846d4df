"""The main job, by four people: a unit's monthly sheet turns a light on the leader's tablet."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import (
    Person,
    Site,
    Town,
    inviting,
    receipt_of,
    serving,
    settle,
    sheet,
    upload,
)

PROJECT = "SF2026-02"
UNITS_OWN = re.compile("SF2026-0[123] ")
FIGURE = "累计完成进度（%）"


@pytest.fixture
def site_on_postgres(town_on_postgres: Town, chromium: Browser) -> Iterator[Site]:
    """The same demonstration and server on PostgreSQL."""
    folder, where = town_on_postgres
    with serving(folder, where) as served, inviting(chromium, served) as invite:
        yield Site(served, folder, invite)


def pass_on(person: Person, account: str, word: str) -> None:
    """Let a person tick the unit's three reports that wait for them, and pass them on."""
    page = person.enter(account, "/reports")
    boxes = page.locator('[data-testid="stCheckbox"]').filter(has_text=UNITS_OWN)
    expect(boxes).to_have_count(3)
    for place in range(3):
        boxes.nth(place).click()
        expect(page.get_by_role("button", name=f"{word} {place + 1} 条")).to_be_enabled()
        settle(page)
    page.get_by_role("button", name=f"{word} 3 条").click()
    expect(page.get_by_text(re.compile(f"已{word[:2]} 3 条"))).to_be_visible()
    settle(page)


def light(card: Page) -> str:
    """Say which light the open card explains."""
    return card.locator('[role="dialog"] .ms-why').inner_text()


def count(page: Page, kind: str) -> int:
    """Read how many projects have a light, off the board's count."""
    return int(page.locator(f"#count-{kind} strong").inner_text())


def report(site: Site) -> str:
    """Upload, look at what would change, import and submit; give the receipt."""
    unit = site.invite().enter("demo-reporter-zj", "/reports")
    upload(unit, sheet(site.folder, 1))
    row = unit.get_by_role("row", name=re.compile(PROJECT))
    expect(row).to_contain_text("完成进度(%) — → 56.2")
    unit.get_by_role("button", name="导入并报送 3 个项目").click()
    receipt = receipt_of(unit)
    assert receipt == "202608-SF01-001"
    expect(unit.get_by_role("row", name=re.compile(PROJECT))).to_contain_text("在单位审核人处")
    return receipt


def the_main_job(site: Site) -> None:
    leader = site.invite()
    board = leader.enter("demo-leader", f"/board?card={PROJECT}")
    expect(board.locator('[role="dialog"] .ms-why')).to_contain_text("灰灯")
    waiting, amber = count(board, "UNKNOWN"), count(board, "WARN")

    receipt = report(site)
    pass_on(site.invite(), "demo-reviewer-zj", "审核通过")
    pass_on(site.invite(), "demo-supervisor", "审定")

    board = leader.go(f"/board?card={PROJECT}")
    assert "黄灯" in light(board)
    assert count(board, "UNKNOWN") == waiting - 3
    assert count(board, "WARN") > amber
    source = board.locator('[role="dialog"]').get_by_role("row", name=re.compile(FIGURE))
    _title, raw, where, file, _day, number = source.get_by_role("cell").all_inner_texts()
    name, _space, cell = where.partition(" ")
    book = load_workbook(sheet(site.folder, 1))
    assert file == sheet(site.folder, 1).name
    assert f"{book[name][cell].value:.1%}" == raw == "56.2%"
    assert number == receipt


@pytest.mark.browser
@pytest.mark.feature("G4")
@pytest.mark.feature("G5")
@pytest.mark.feature("G8")
@pytest.mark.feature("H2")
@pytest.mark.feature("X1")
def test_a_units_sheet_turns_a_light_and_the_leaders_card_names_the_cell(site: Site) -> None:
    the_main_job(site)


@pytest.mark.browser
@pytest.mark.postgres
@pytest.mark.feature("G4")
def test_the_same_happens_on_postgresql(site_on_postgres: Site) -> None:
    the_main_job(site_on_postgres)
