"""A sheet with three mistakes: refused by cell, mended in the returned workbook or on the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, receipt_of, settle, sheet, upload

PLACES = {"D4": "1300人左右", "J5": "整改措施", "B6": "任务清单里没有"}
"""The wrong cells, and a word of what is said of each."""
MEASURE = "逐家上门会商，9月底前办结消防手续。"


def refused(site: Site) -> Page:
    """Upload the wrong sheet; its three cells are named, and nothing can be imported."""
    page = site.invite().enter("demo-reporter-wj", "/reports")
    upload(page, sheet(site.folder, 3))
    expect(page.get_by_text("有 3 处错误，改正前不会保存任何内容。")).to_be_visible()
    for cell, word in PLACES.items():
        told = page.locator('[data-testid="stExpander"]').filter(has_text=f"8月 {cell}")
        expect(told).to_contain_text(word)
    expect(page.get_by_role("button", name=re.compile("^导入并报送"))).to_be_disabled()
    return page


def submitted(page: Page) -> None:
    """Import what now passes, and read who has it."""
    expect(page.get_by_text("没有错误。")).to_be_visible()
    page.get_by_role("button", name="导入并报送 2 个项目").click()
    assert receipt_of(page) == "202608-SF03-001"
    for project in ("SF2026-07", "SF2026-08"):
        expect(page.get_by_role("row", name=re.compile(project))).to_contain_text("在单位审核人处")


@pytest.mark.browser
@pytest.mark.feature("G6")
@pytest.mark.feature("G11")
def test_a_wrong_sheet_is_mended_in_the_returned_workbook(site: Site, tmp_path: Path) -> None:
    page = refused(site)

    with page.expect_download() as returned:
        page.get_by_role("link", name="下载标注好的原表").click()
    book_path = tmp_path / "mended.xlsx"
    returned.value.save_as(book_path)
    book = load_workbook(book_path)
    month = book["8月"]
    marked = {cell.coordinate: cell.comment.text for row in month for cell in row if cell.comment}
    assert set(marked) == set(PLACES)
    assert all(word in marked[cell] or cell == "D4" for cell, word in PLACES.items())
    month["D4"], month["J5"] = 1300, MEASURE
    month.delete_rows(6)
    book.save(book_path)

    upload(page, book_path)

    submitted(page)


@pytest.mark.browser
@pytest.mark.feature("G6")
@pytest.mark.feature("X7")
def test_a_wrong_sheet_is_mended_on_the_page_and_says_by_whom(site: Site) -> None:
    page = refused(site)

    for cell, text in (("D4", "1300"), ("J5", MEASURE)):
        form = page.locator('[data-testid="stForm"]').filter(has_text=f"{cell} 改为")
        form.get_by_role("textbox").fill(text)
        form.get_by_role("button", name="保存修改").click()
        expect(page.get_by_text(f"{cell} 已按人工录入修改，原文件不变。")).to_be_visible()
        settle(page)
    page.get_by_role("button", name="第 6 行不导入").click()
    expect(page.get_by_text("第 6 行不导入，原文件不变。")).to_be_visible()
    settle(page)

    submitted(page)
    page.get_by_role("link", name="新增普惠托位").click()
    expect(page.get_by_text("月报与出处")).to_be_visible()
    settle(page)
    page.get_by_text("月报与出处").click()
    row = page.get_by_role("row", name=re.compile(MEASURE))
    expect(row).to_contain_text("人工录入")
