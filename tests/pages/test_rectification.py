"""整改 as people use it: a register goes in by Excel and is taken back."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, select

from dashboard import db
from dashboard.db import records
from dashboard.documents.rectification import register
from dashboard.queries.rectification import rectifications
from models.rectification import Rectification
from tests.city import HOUSING, TODAY, City
from tests.pages.conftest import Open

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ITEM = f"ZG{HOUSING}H1"


def _item(session: Session) -> Rectification:
    return session.exec(select(Rectification).where(Rectification.number == ITEM)).one()


def _sheet(city: City, **cells: str) -> tuple[str, bytes, str]:
    """The office's export with cells of the housing unit's item changed, by their heading."""
    with db.reading() as session:
        found = records(rectifications(session, city["SUPERVISOR"], TODAY))
    book = load_workbook(io.BytesIO(register(found)))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    [row] = [each for each in sheet.iter_rows() if each[heads.index("整改编号")].value == ITEM]
    for heading, value in cells.items():
        row[heads.index(heading)].value = value
    given = io.BytesIO()
    book.save(given)
    return "台账.xlsx", given.getvalue(), XLSX


@pytest.mark.feature("G8")
def test_the_office_corrects_by_a_sheet_and_takes_it_back(open_page: Open, city: City) -> None:
    page = open_page("rectification", "SUPERVISOR", section="issue").unfold("用 Excel")
    page.test.file_uploader[0].set_value(_sheet(city, 隐患问题描述="围挡缺失两处"))
    page.run().press("导入 1 行")
    assert page.refused == []
    with db.reading() as session:
        assert _item(session).finding == "围挡缺失两处"

    page.tick("撤回这次导入").press("撤回导入")

    assert page.refused == []
    assert "：已撤回，共 1 行。" in page.text
    with db.reading() as session:
        assert _item(session).finding == f"问题{HOUSING}"


@pytest.mark.feature("G6")
def test_a_wrong_cell_is_named_and_the_marked_sheet_offered(open_page: Open, city: City) -> None:
    page = open_page("rectification", "SUPERVISOR", section="issue").unfold("用 Excel")

    page.test.file_uploader[0].set_value(_sheet(city, 整改期限="2026-12-31"))
    page.run()

    assert page.refused == ["有 1 处错误，改正后重新上传。"]
    assert "整改期限不能用表格修改" in page.text
    assert "/sheets/rectifications/marked/" in page.text
