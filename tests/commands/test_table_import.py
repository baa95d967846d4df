"""Any table by workbook: an export imports again with no change; wrong cells stop all of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlmodel import Session, select

from dashboard.admin.spec import View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.row import save_row
from dashboard.commands.row_export import export_rows, template_rows
from dashboard.commands.table_compare import TableReading, compare
from dashboard.commands.table_import import (
    commit_table,
    discard_table,
    imports_of,
    marked_table,
    read_table,
    store_table,
    take_back_table,
)
from dashboard.documents.export import export_xlsx
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.imports.context import Limits
from dashboard.imports.files.grid import Refused
from dashboard.imports.files.read import read
from dashboard.imports.records import Records, read_records
from dashboard.queries.row import fields
from models.agency import Agency
from models.audit import AuditEntry
from models.calendar import CalendarDay
from models.custom import CustomValue
from models.table_import import TableImport
from models.upload import UploadState
from tests.city import TODAY, City, furnish

AGENCY, PROJECT, CALENDAR = (
    ADMIN_PAGES[name] for name in ("agency", "livelihood_project", "calendar_day")
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is stored in a folder of the test's own."""
    kept: dict[str, bytes] = {}

    def save(data: bytes, *_more: Any) -> str:
        kept[str(len(kept))] = data
        return str(len(kept) - 1)

    monkeypatch.setattr("dashboard.commands.file.files.save", save)
    monkeypatch.setattr("dashboard.commands.table_import.files.read", kept.__getitem__)


def book_of(columns: list[str], rows: list[list[Any]]) -> bytes:
    book = Workbook()
    book.worksheets[0].append(columns)
    for row in rows:
        book.worksheets[0].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def parsed(session: Session, city: City, who: str, table: str, data: bytes) -> Records:
    """Read a workbook in this process: what the child process would answer."""
    page = ADMIN_PAGES[table]
    return read_records(read(data, Limits()), fields(session, city[who], page))


def compared(session: Session, city: City, who: str, table: str, data: bytes) -> TableReading:
    found = parsed(session, city, who, table, data)
    return compare(session, city[who], ADMIN_PAGES[table], found)


def exported(session: Session, city: City, who: str, table: str) -> bytes:
    return export_xlsx(*export_rows(session, city[who], ADMIN_PAGES[table], View()))


def said(reading: TableReading) -> list[str]:
    return [f"{problem.cell} {problem.message}" for problem in reading.problems]


@pytest.mark.feature("O9")
@pytest.mark.safety("OU1")
@pytest.mark.parametrize("table", ADMIN_PAGES)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_an_export_of_every_table_imports_again_with_no_change(
    city_session: Session, city: City, table: str
) -> None:
    furnish(city_session, city)
    page = ADMIN_PAGES[table]
    who = next(n for n in ("SUPERVISOR", "ADMIN", "AUDITOR") if city[n].may(page.read))

    data = exported(city_session, city, who, table)
    reading = compared(city_session, city, who, table, data)

    count = len(read(data, Limits()).grids[0].rows) - 1
    if count:
        assert said(reading) == []
        assert len(reading.changes) == count
    assert reading.moved == ()


@pytest.mark.feature("O10", "O9")
@pytest.mark.parametrize(
    ("table", "belongs_to", "who"),
    [("livelihood_project", "PROJECT", "SUPERVISOR"), ("progress_report", "REPORT", "REPORTER")],
)
def test_own_fields_come_and_go_by_workbook(
    city_session: Session, city: City, table: str, belongs_to: str, who: str
) -> None:
    furnish(city_session, city)
    page, asking = ADMIN_PAGES[table], ADMIN_PAGES["custom_field"]
    given: dict[str, Any] = {
        "TEXT": "东村", "LONG": "一\n二", "EXACT": -12.5, "DAY": date(2026, 8, 20), "FLAG": "否",
        "CHOICE": "乙",
    }  # fmt: skip
    for kind in given:
        asked = {"belongs_to": belongs_to, "name": f"问{kind}", "kind": kind, "choices": "甲\n乙"}
        save_row(city_session, city["ADMIN"], asking, None, asked, today=TODAY)
    book = load_workbook(io.BytesIO(export_xlsx(*template_rows(city_session, city[who], page))))
    sheet = book.worksheets[0]
    for column in range(1, sheet.max_column + 1):
        kind = str(sheet.cell(1, column).value).removeprefix("问")
        sheet.cell(2, column).value = given.get(kind, sheet.cell(2, column).value)
    buffer = io.BytesIO()
    book.save(buffer)
    batch = store_table(city_session, city[who], page, name="自设字段.xlsx", data=buffer.getvalue())
    found = parsed(city_session, city, who, table, buffer.getvalue())

    commit_table(city_session, city[who], page, batch.id or 0, found, today=TODAY)

    (kept,) = city_session.exec(select(CustomValue))
    reader = "SUPERVISOR"
    again = compared(city_session, city, reader, table, exported(city_session, city, reader, table))
    assert list(kept.answers.values()) == ["东村", "一\n二", "-12.5", "2026-08-20", False, "乙"]
    assert (said(again), again.moved) == ([], ())
    take_back_table(city_session, city[who], page, batch.id or 0, today=TODAY)
    assert set(kept.answers.values()) == {None}


HOSTILE = [
    "=1+1",
    "+86 351",
    "-停用",
    "@SUM(A1)",
    "'=1",
    "\t=1",
    "0123",
    "1e5",
    "是",
    "无",
    "/",
    " 空 格 ",
]


@pytest.mark.feature("O9")
@pytest.mark.safety("OU1")
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_what_looks_like_a_formula_leaves_as_text_and_comes_back_as_it_was(
    city_session: Session, city: City, text: str
) -> None:
    save_row(city_session, city["SUPERVISOR"], PROJECT, city.id("H1"), {"note": text}, today=TODAY)

    data = exported(city_session, city, "SUPERVISOR", "livelihood_project")

    cells = [cell for row in load_workbook(io.BytesIO(data)).worksheets[0] for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert any(cell.value == text.strip() for cell in cells)
    assert compared(city_session, city, "SUPERVISOR", "livelihood_project", data).moved == ()


@pytest.mark.feature("O9")
def test_an_export_is_a_right_of_its_own_and_is_logged(city_session: Session, city: City) -> None:
    with pytest.raises(NotAllowed):
        export_rows(city_session, city["LEADER"], PROJECT, View())

    sheet = export_rows(city_session, city["SUPERVISOR"], PROJECT, View(search="供热"))

    assert len(sheet.rows) == 1
    line = max(city_session.exec(select(AuditEntry)), key=lambda each: each.id or 0)
    assert (line.event, line.table_name, line.changes) == (
        "table:export", "livelihood_project", '{"rows": [null, 1]}',
    )  # fmt: skip
    assert "search=" in line.comment


@contextmanager
def imported(
    session: Session, city: City, who: str, table: str, data: bytes
) -> Iterator[Callable[[], TableImport]]:
    page = ADMIN_PAGES[table]
    batch = store_table(session, city[who], page, name="a.xlsx", data=data)
    found = parsed(session, city, who, table, data)
    yield lambda: commit_table(session, city[who], page, batch.id or 0, found, today=TODAY)


@pytest.mark.feature("O1")
def test_new_and_changed_rows_come_in_by_name_and_code_and_are_taken_back(
    city_session: Session, city: City
) -> None:
    columns = ["单位代码", "单位名称", "所属地区", "上级单位", "在用"]
    rows: list[list[Any]] = [
        ["HOUSING", "市住建委", "示范市", None, "否"],
        ["WATER", "市水利局", "home", "市住建局", "是"],
    ]
    with imported(city_session, city, "ADMIN", "agency", book_of(columns, rows)) as commit:
        batch = commit()

    water = city_session.exec(select(Agency).where(Agency.code == "WATER")).one()
    housing = city_session.get_one(Agency, city.agencies["housing"].id)
    assert (batch.rows_count, batch.state) == (2, UploadState.COMMITTED)
    assert (housing.name, housing.active) == ("市住建委", False)
    assert water.parent_id == housing.id
    lines = city_session.exec(select(AuditEntry).where(AuditEntry.batch == batch.number)).all()
    assert {line.via for line in lines} == {"IMPORT"}
    assert [line.event for line in lines].count("row:import") == 2

    take_back_table(city_session, city["ADMIN"], AGENCY, batch.id or 0, today=TODAY)

    assert (housing.name, housing.active) == ("市住建局", True)
    assert city_session.exec(select(Agency).where(Agency.code == "WATER")).all() == []
    with pytest.raises(Conflict):
        take_back_table(city_session, city["ADMIN"], AGENCY, batch.id or 0, today=TODAY)


def test_a_batch_that_somebody_wrote_over_is_not_taken_back(
    city_session: Session, city: City
) -> None:
    data = book_of(["单位代码", "单位名称"], [["HOUSING", "市住建委"]])
    with imported(city_session, city, "ADMIN", "agency", data) as commit:
        batch = commit()
    key = city.agencies["housing"].id
    save_row(city_session, city["ADMIN"], AGENCY, key, {"name": "市住建厅"}, today=TODAY)

    with pytest.raises(Conflict, match="市住建委 → 市住建厅"):
        take_back_table(city_session, city["ADMIN"], AGENCY, batch.id or 0, today=TODAY)


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    ("columns", "row", "told"),
    [
        (["单位代码", "单位名称"], ["HOUSING", ""], "B2 请填写单位名称"),
        (["单位代码", "在用"], ["HOUSING", "大概"], "B2 在用应为“是”或“否”"),
        (["编号", "单位名称"], [99999, "x"], "A2 没有编号为 99999 的记录，或您无权修改"),
        (["编号", "单位名称"], ["一", "x"], "A2 没有编号为 一 的记录，或您无权修改"),
        (["单位代码", "所属地区"], ["HOUSING", "邻市"], "B2 此列不能修改"),
        (["单位代码", "单位名称", "所属地区"], ["N", "新局", "火星"], "C2 名单中没有“火星”"),
        (["单位代码", "单位名称"], ["N", "新局"], "A2 缺少所属地区"),
        (["单位代码", "单位名称", "单位名称"], ["N", "x", "y"], "C1 列名“单位名称”出现了两次"),
        (["甲", "乙"], ["x", "y"], " 没有找到这张表的列名和记录"),
        (
            ["单位代码", "版本", "单位名称"],
            ["HOUSING", 1, "x"],
            "B2 导出之后，这条记录已被他人修改",
        ),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_passes(
    city_session: Session, city: City, columns: list[str], row: list[Any], told: str
) -> None:
    data = book_of(columns, [row, [None] * len(columns)])
    if columns[1] == "版本":
        key = city.agencies["housing"].id
        save_row(city_session, city["ADMIN"], AGENCY, key, {"aliases": "住"}, today=TODAY)

    reading = compared(city_session, city, "ADMIN", "agency", data)

    assert told in said(reading)
    assert not reading.passes
    with imported(city_session, city, "ADMIN", "agency", data) as commit, pytest.raises(Invalid):
        commit()


def test_one_row_that_cannot_be_saved_stops_all(city_session: Session, city: City) -> None:
    rows = [["N1", "新局", "示范市"], ["N2", "市教育局", "示范市"]]
    data = book_of(["单位代码", "单位名称", "所属地区"], rows)
    point = city_session.begin_nested()

    with (
        imported(city_session, city, "ADMIN", "agency", data) as commit,
        pytest.raises(Invalid, match="第 3 行：已有"),
    ):
        commit()

    point.rollback()
    assert city_session.exec(select(Agency).where(Agency.code == "N1")).all() == []


def test_the_same_row_twice_and_a_foreign_row_are_refused(
    city_session: Session, city: City
) -> None:
    rows: list[Any] = [["H1", "甲"], ["H1", "乙"]]
    columns = ["项目编号", "责任人"]
    keyed: list[list[Any]] = [[city.id("F1"), "甲"]]

    twice = compared(
        city_session, city, "SUPERVISOR", "livelihood_project",
        book_of(["年度清单", *columns], [["home2026年清单", *row] for row in rows]),
    )  # fmt: skip
    foreign = compared(
        city_session, city, "SUPERVISOR", "livelihood_project", book_of(["编号", "责任人"], keyed)
    )

    assert "A3 同一条记录在表中出现了两次" in said(twice)
    assert [text for text in said(foreign) if "或您无权修改" in text]


def test_dates_and_figures_come_in_as_people_write_them(city_session: Session, city: City) -> None:
    data = book_of(
        ["日期", "上班", "说明"], [[date(2031, 2, 8), "是", "补班"], ["2031年2月9日", "否", "假"]]
    )
    money = book_of(["项目", "资金来源", "预算（万元）"], [["H1", "专项债", 1234.5678]])

    with imported(city_session, city, "ADMIN", "calendar_day", data) as commit:
        commit()
    with imported(city_session, city, "SUPERVISOR", "fund_source", money) as commit:
        commit()

    days = city_session.exec(select(CalendarDay).where(CalendarDay.day >= date(2031, 1, 1))).all()
    assert {(row.day.day, row.working) for row in days} == {(8, True), (9, False)}
    reading = compared(city_session, city, "SUPERVISOR", "fund_source", money)
    assert reading.moved == ()


@pytest.mark.safety("AC1", "AC2")
def test_an_import_is_ones_own_and_a_draft_once(city_session: Session, city: City) -> None:
    data = book_of(["单位代码", "单位名称"], [["HOUSING", "市住建委"]])
    batch = store_table(city_session, city["ADMIN"], AGENCY, name="a.xlsx", data=data)

    for who in ("SUPERVISOR", "AUDITOR", "REPORTER", "LEADER", "NOBODY"):
        with pytest.raises((NotAllowed, Missing)):
            discard_table(city_session, city[who], AGENCY, batch.id or 0)
        with pytest.raises(NotAllowed):
            store_table(city_session, city[who], AGENCY, name="a.xlsx", data=data)
    discard_table(city_session, city["ADMIN"], AGENCY, batch.id or 0)

    assert [each.id for each in imports_of(city_session, city["ADMIN"], AGENCY)] == [batch.id]
    with pytest.raises(Conflict):
        discard_table(city_session, city["ADMIN"], AGENCY, batch.id or 0)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_kept_workbook_is_read_and_marked_in_a_process_of_its_own(
    city_session: Session, city: City
) -> None:
    data = book_of(["单位代码", "单位名称", "在用"], [["HOUSING", "市住建委", "大概"]])
    batch = store_table(city_session, city["ADMIN"], AGENCY, name="a.xlsx", data=data)
    broken = store_table(city_session, city["ADMIN"], AGENCY, name="a.xlsx", data=b"\x00no sheet")

    found = read_table(city_session, city["ADMIN"], AGENCY, batch.id or 0)
    marked = marked_table(city_session, city["ADMIN"], AGENCY, batch.id or 0)

    assert found.rows[0].value("name") == "市住建委"
    cell = load_workbook(io.BytesIO(marked)).worksheets[1]["C2"]
    assert cell.comment is not None
    assert "在用应为“是”或“否”" in cell.comment.text
    with pytest.raises(Refused):
        read_table(city_session, city["ADMIN"], AGENCY, broken.id or 0)


@pytest.mark.feature("O9")
def test_a_template_holds_what_one_may_fill_in(city_session: Session, city: City) -> None:
    empty = template_rows(city_session, city["ADMIN"], AGENCY)
    filled = template_rows(city_session, city["SUPERVISOR"], PROJECT)

    assert empty.columns == ["单位代码", "所属地区", "上级单位", "单位名称", "别名", "在用"]
    assert empty.rows == []
    assert "分管领导" in filled.columns
    assert "目标任务" not in filled.columns
    assert len(filled.rows) == 3
    with pytest.raises(NotAllowed):
        template_rows(city_session, city["REPORTER"], PROJECT)
