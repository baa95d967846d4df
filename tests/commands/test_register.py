"""The register by Excel: out and in again without a change; what a sheet may and may not change."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, select

from dashboard.commands.register import (
    FIELDS,
    RegisterReading,
    commit_register,
    compare_register,
    marked_register,
    read_register,
    store_register,
    take_back_register,
)
from dashboard.db import records
from dashboard.documents.rectification import HEADINGS, register
from dashboard.errors import Conflict, Invalid, Missing
from dashboard.imports.examination import Status
from dashboard.imports.files.grid import Book, Grid
from dashboard.imports.records import Records, read_records
from dashboard.queries.rectification import rectifications
from models.observer import SealedSet
from models.rectification import Rectification, RectificationEvent
from models.remark import Severity
from tests.city import TODAY, City, save
from tests.rectifying import Desk, cleared, corrected, draft, issued, move, new_row, received

REAL = (
    "序号|检查时间|检查单位|检查人|检查项目|检查工点|隐患问题描述|隐患类型|隐患等级|整改要求(措施)|"
    "整改期限|整改责任单位|整改责任人|整改完成日期|销号情况"
)

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


@pytest.fixture
def s(city_session: Session, city: City) -> Desk:
    return Desk(city_session, city)


def _exported(s: Desk, who: str = "SUPERVISOR") -> bytes:
    return register(records(rectifications(s.session, s.city[who], TODAY)))


def _read(data: bytes) -> Records:
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    rows = [[("" if v is None else v) for v in row] for row in sheet.iter_rows(values_only=True)]
    return read_records(Book("xlsx", [Grid("整改台账", rows)], []), FIELDS)


def _compared(s: Desk, found: Records) -> RegisterReading:
    return compare_register(s.session, s.city["SUPERVISOR"], found, today=TODAY)


def _with(found: Records, name: str, value: Any) -> Records:
    cells = dict(found.rows[0].cells)
    cells[name] = (cells[name][0], value)
    row = type(found.rows[0])(found.rows[0].sheet, found.rows[0].number, cells)
    return Records([row], list(found.problems), list(found.told))


def test_the_headings_are_those_of_a_real_register(s: Desk) -> None:
    issued(s)

    sheet = load_workbook(io.BytesIO(_exported(s))).worksheets[0]

    head = [cell.value for cell in sheet[1]]
    assert head == list(HEADINGS)
    assert "|".join(map(str, head[:15])) == REAL


def test_an_export_imports_again_without_a_change(s: Desk) -> None:
    issued(s, finding="=1+1 缺失\n两处", requirement="@补齐", phone="013800000000")
    received(s)
    cleared(s)

    reading = _compared(s, _read(_exported(s)))

    assert reading.problems == []
    assert [row.status for row in reading.rows] == [Status.UNCHANGED] * 3


def test_texts_never_become_formulas(s: Desk) -> None:
    issued(s, finding="=HYPERLINK(1)")

    sheet = load_workbook(io.BytesIO(_exported(s))).worksheets[0]

    assert sheet["G2"].value == "=HYPERLINK(1)"
    assert sheet["G2"].data_type == "s"


def test_a_sheet_corrects_what_an_item_says_and_leaves_a_line(s: Desk) -> None:
    row = issued(s)
    office = s.city["SUPERVISOR"]
    batch = store_register(s.session, office, name="a.xlsx", data=b"x")
    found = _with(_read(_exported(s)), "requirement", "连夜补齐")

    commit_register(s.session, office, batch.id or 0, found, today=TODAY)
    with pytest.raises(Conflict):
        commit_register(s.session, office, batch.id or 0, found, today=TODAY)

    events = s.session.exec(select(RectificationEvent.event)).all()
    assert row.requirement == "连夜补齐"
    assert list(events) == ["issue", "edit"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("due_on", "2026-12-31", "整改期限不能用表格修改"),
        ("agency", "市教育局", "整改责任单位不能用表格修改"),
        ("state", "已销号", "销号情况不能用表格修改"),
        ("number", "ZG2026-999999", "没有编号为 ZG2026-999999 的整改"),
        ("found_on", "上周", "检查时间应为日期"),
        ("severity", "特别严重", "隐患等级应为其中之一"),
        ("responsible", "", "整改责任人不能为空"),
        ("responsible", "长" * 41, "整改责任人最多 40 字"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_saved(
    s: Desk, name: str, value: str, said: str
) -> None:
    issued(s)
    found = _with(_read(_exported(s)), name, value)

    reading = _compared(s, found)

    [problem] = reading.problems
    assert said in problem.message
    assert problem.cell.endswith("2")
    assert reading.rows[0].status is Status.REFUSED


def test_a_settled_item_is_not_corrected(s: Desk) -> None:
    cleared(s)

    [problem] = _compared(s, _with(_read(_exported(s)), "finding", "其实没问题")).problems

    assert problem.message == "整改已办结，不能修改"


def test_a_row_without_a_number_is_issued(s: Desk) -> None:
    office = s.city["SUPERVISOR"]
    batch = store_register(s.session, office, name="a.xlsx", data=b"x")

    commit_register(s.session, office, batch.id or 0, new_row(s), today=TODAY)

    row = s.session.exec(select(Rectification)).one()
    assert (row.number, row.state, row.responsible) == ("ZG2026-000001", "ISSUED", "张工")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("standard", "", "缺少整改标准"),
        ("code", "F1", "没有编号为“F1”的项目"),
        ("agency", "市某局", "没有名为“市某局”的单位"),
    ],
)
def test_a_new_row_that_lacks_something_is_refused(
    s: Desk, name: str, value: str, said: str
) -> None:
    reading = _compared(s, _with(new_row(s), name, value))

    assert any(said in problem.message for problem in reading.problems)
    office = s.city["SUPERVISOR"]
    batch = store_register(s.session, office, name="a.xlsx", data=b"x")
    with pytest.raises(Invalid, match="没有导入任何内容"):
        commit_register(
            s.session, office, batch.id or 0, _with(new_row(s), name, value), today=TODAY
        )


def test_a_kept_workbook_is_read_in_the_child(s: Desk) -> None:
    office = s.city["SUPERVISOR"]
    issued(s)
    batch = store_register(s.session, office, name="a.xlsx", data=_exported(s))

    found = read_register(s.session, office, batch.id or 0)

    assert [row.status for row in _compared(s, found).rows] == [Status.UNCHANGED]


def test_units_export_neither_sealed_items_nor_notes(s: Desk) -> None:
    sealed = save(s.session, SealedSet(
        region_id=s.city.regions["home"].id or 0, name="暗访", opened_on=TODAY,
        opened_by_id=s.city["SUPERVISOR"].account_id,
    ))  # fmt: skip
    issued(s, **{"sealed_set_id": sealed.id, "finding": "暗访所见"})
    issued(s, finding=draft(s.city).finding)

    found = _read(_exported(s, "REPORTER"))

    assert [row.value("finding") for row in found.rows] == ["围挡缺失"]
    assert not any("备注" in heading for heading in HEADINGS)


@pytest.mark.feature("G6")
def test_a_sheet_comes_back_with_the_wrong_cell_marked_and_the_reason_in_it(s: Desk) -> None:
    office = s.city["SUPERVISOR"]
    issued(s)
    book = load_workbook(io.BytesIO(_exported(s)))
    book.worksheets[0]["K2"] = "2026-12-31"
    changed = io.BytesIO()
    book.save(changed)
    batch = store_register(s.session, office, name="a.xlsx", data=changed.getvalue())

    marked = marked_register(s.session, office, batch.id or 0, today=TODAY)

    listed, sheet = load_workbook(io.BytesIO(marked)).worksheets
    assert sheet["K2"].comment is not None
    assert "整改期限不能用表格修改" in sheet["K2"].comment.text
    assert sheet["J2"].comment is None
    assert listed["A1"].value == "1 个错误，0 个警告"
    assert [cell.value for cell in listed[3]][2:4] == ["K2", "台账里不能这样填写"]


@pytest.mark.feature("G8")
def test_taking_an_import_back_restores_what_items_said_and_cancels_the_new(s: Desk) -> None:
    row, office = issued(s), s.city["SUPERVISOR"]
    batch = store_register(s.session, office, name="a.xlsx", data=b"x")
    found = _with(_read(_exported(s)), "thing", "北侧围挡")
    found = _with(_with(found, "found_on", date(2026, 9, 1)), "severity", "严重")
    found.rows.extend([*new_row(s).rows, *new_row(s).rows])
    before = (row.thing, row.found_on, row.severity)
    commit_register(s.session, office, batch.id or 0, found, today=TODAY)
    first, second = s.session.exec(select(Rectification).where(Rectification.id != row.id)).all()
    assert (row.thing, row.severity) == ("北侧围挡", Severity.SERIOUS)
    move(s, first, "receive", "REPORTER")

    did = take_back_register(s.session, office, batch.id or 0, today=TODAY)

    assert (did.restored, did.cancelled, did.kept) == (1, 1, 1)
    assert (row.thing, row.found_on, row.severity) == before
    assert (first.state, second.state) == ("RECEIVED", "CANCELLED")
    said = s.session.exec(
        select(RectificationEvent.words).where(RectificationEvent.rectification_id == row.id)
    ).all()
    assert said[-1] == f"撤回对检查时间、检查工点、隐患等级的更正（批次 {batch.number}）"
    with pytest.raises(Conflict, match="没有可撤回的内容"):
        take_back_register(s.session, office, batch.id or 0, today=TODAY)


@pytest.mark.feature("G8")
def test_what_was_corrected_or_settled_since_is_not_taken_back(s: Desk) -> None:
    row, office = received(s), s.city["SUPERVISOR"]
    key = corrected(s, row, thing="北侧围挡")
    later = corrected(s, row, thing="西侧围挡")

    with pytest.raises(Conflict, match="又被更正"):
        take_back_register(s.session, office, key, today=TODAY)
    take_back_register(s.session, office, later, today=TODAY)
    assert row.thing == "北侧围挡"
    move(s, row, "dispute", "REPORTER")
    move(s, row, "not_ours", "SUPERVISOR")
    with pytest.raises(Conflict, match="已办结"):
        take_back_register(s.session, office, key, today=TODAY)
    with pytest.raises(Missing):
        take_back_register(s.session, s.city["second supervisor"], key, today=TODAY)

    assert row.thing == "北侧围挡"
