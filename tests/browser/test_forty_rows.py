"""A clerk's forty rows with three mistakes: two mended on the page, one in the workbook."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect
from sqlmodel import Session, create_engine, select

from models.agency import Agency
from models.programme import Programme
from models.project import LivelihoodProject
from tests.browser.conftest import Site, receipt_of, settle, upload

ROWS = 40
HEAD = ("序号", "项目编号", "项目名称", "完成进度", "形象进度", "预计完成时间")
VAGUE, FOREIGN, UNDATED = 12, 25, 33
"""The rows with a vague percent, another unit's project and a date nobody can tell."""
TWO_MINUTES = 120


def forty_projects(site: Site) -> None:
    """Give the health commission forty more projects."""
    engine = create_engine(f"sqlite:///{site.folder / 'dashboard.db'}")
    with Session(engine) as session:
        agency = session.exec(select(Agency).where(Agency.name == "市卫生健康委员会")).one()
        statement = select(Programme).where(Programme.region_id == agency.region_id)
        programme = session.exec(statement.where(Programme.year == 2026)).one()
        for number in range(1, ROWS + 1):
            session.add(
                LivelihoodProject(
                    programme_id=programme.id or 0, region_id=agency.region_id,
                    code=f"WJ-{number:02d}", name=f"村卫生室改造（第 {number} 处）",
                    lead_agency_id=agency.id,
                )
            )  # fmt: skip
        session.commit()
    engine.dispose()


def forty_rows(folder: Path) -> Path:
    """Make the sheet as a clerk keeps it, with its three mistakes."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "8月"
    sheet.append(["2026年8月民生实事进展情况表"])
    sheet.append(["填报单位：市卫生健康委员会"])
    sheet.append(HEAD)
    for number in range(1, ROWS + 1):
        name = f"村卫生室改造（第 {number} 处）"
        day = date(2026, 10, 31)
        sheet.append([number, f"WJ-{number:02d}", name, f"{40 + number}%", "主体施工", day])
    sheet[f"D{VAGUE}"] = "约60%"
    sheet[f"B{FOREIGN}"], sheet[f"C{FOREIGN}"] = None, "建设社区老年助餐点"
    sheet[f"F{UNDATED}"] = "11月前"
    path = folder / "卫健委八月.xlsx"
    book.save(path)
    return path


def submitted(site: Site) -> int:
    """Count the reports of the added projects that the unit's reviewer has now."""
    with closing(sqlite3.connect(site.folder / "dashboard.db")) as connection:
        statement = (
            "SELECT count(*) FROM progress_report JOIN livelihood_project"
            " ON livelihood_project.id = progress_report.project_id"
            " WHERE code LIKE 'WJ-%' AND state = 'SUBMITTED'"
        )
        return int(connection.execute(statement).fetchone()[0])


def mended_on_the_page(page: Page) -> None:
    """See the three mistakes; mend the figure, leave the foreign row out."""
    expect(page.get_by_text("有 3 处错误，改正前不会保存任何内容。")).to_be_visible()
    for row in (VAGUE, FOREIGN, UNDATED):
        group = page.locator('[data-testid="stExpander"]').filter(has_text=f"第 {row} 行")
        expect(group.first).to_be_visible()
    form = page.locator('[data-testid="stForm"]').filter(has_text=f"D{VAGUE} 改为")
    form.get_by_role("textbox").fill("60%")
    form.get_by_role("button", name="保存修改").click()
    expect(page.get_by_text(f"D{VAGUE} 已按人工录入修改，原文件不变。")).to_be_visible()
    settle(page)
    page.get_by_role("button", name=f"第 {FOREIGN} 行不导入").click()
    expect(page.get_by_text("有 1 处错误")).to_be_visible()
    settle(page)


def mended_in_the_workbook(page: Page, path: Path) -> None:
    """Take the marked workbook away, mend the one cell it marks, and give it back."""
    with page.expect_download() as returned:
        page.get_by_role("link", name="下载标注好的原表").click()
    returned.value.save_as(path)
    book = load_workbook(path)
    marked = [cell.coordinate for row in book["8月"] for cell in row if cell.comment]
    assert marked == [f"F{UNDATED}"]
    book["8月"][f"F{UNDATED}"] = date(2026, 11, 30)
    book.save(path)
    upload(page, path)


@pytest.mark.browser
@pytest.mark.feature("G5")
@pytest.mark.feature("G6")
@pytest.mark.feature("X9")
def test_forty_rows_with_three_mistakes_are_reported_in_two_minutes(
    site: Site, tmp_path: Path
) -> None:
    forty_projects(site)
    page = site.invite().enter("demo-reporter-wj", "/reports")
    began = time.monotonic()

    upload(page, forty_rows(tmp_path))
    mended_on_the_page(page)
    mended_in_the_workbook(page, tmp_path / "mended.xlsx")
    expect(page.get_by_text("没有错误。")).to_be_visible()
    page.get_by_role("button", name=f"导入并报送 {ROWS - 1} 个项目").click()

    assert receipt_of(page).startswith("202608-")
    assert time.monotonic() - began < TWO_MINUTES
    assert submitted(site) == ROWS - 1
