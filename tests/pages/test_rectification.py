"""整改 as people use it: many items issued in a grid, a register by Excel and its way back."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from openpyxl import load_workbook
from sqlmodel import Session, col, select

from dashboard import db
from dashboard.db import records
from dashboard.documents.rectification import register
from dashboard.queries.rectification import rectifications
from models.calendar import DayKind
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


@pytest.mark.feature("F9", "K3", "K8")
def test_a_row_of_the_grid_is_due_after_days_of_a_kind_or_on_a_day(
    open_page: Open, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[dict[str, Any]] = [
        {"days": 5, "day_kind": "自然日"},
        {"days": 5, "day_kind": "工作日"},
        {"days": 15, "day_kind": "工作日", "due_on": pd.Timestamp(2026, 10, 30)},
        {"days": None, "day_kind": "自然日"},
    ]
    given: dict[str, int] = {"rows": 3}

    def edited(start: pd.DataFrame, **_options: Any) -> pd.DataFrame:
        said = {
            "project": f"H1 供热管网改造{HOUSING}", "thing": "东侧围挡", "finding": "缺失",
            "agency": "市住建局", "responsible": "张工", "standard": "连续",
        }  # fmt: skip
        filled = start.iloc[: given["rows"]].assign(**said)
        for place, row in enumerate(rows[: given["rows"]]):
            for name, value in row.items():
                filled.loc[place, name] = value
        return filled

    monkeypatch.setattr(st, "data_editor", edited)
    page = open_page("rectification", "SUPERVISOR", section="issue")
    page.test.number_input[0].set_value(4)
    page.run().tick("已核对：将 3 项").press("下发 3 项")

    assert page.refused == []
    with db.reading() as session:
        found = session.exec(
            select(Rectification).where(Rectification.thing == "东侧围挡")
            .order_by(col(Rectification.id))
        ).all()  # fmt: skip
        assert [(row.due_on, row.day_kind) for row in found] == [
            (date(2026, 9, 8), DayKind.CALENDAR), (date(2026, 9, 10), DayKind.WORKING),
            (date(2026, 10, 30), DayKind.WORKING),
        ]  # fmt: skip
    given["rows"] = 4
    page.run().tick("已核对：将 4 项").press("下发 4 项")
    assert page.refused == ["第 4 行：缺少整改期限，补齐后才能下发整改。"]
