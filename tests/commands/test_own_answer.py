"""Fields an office adds to the monthly report: asked in the workbook, read, kept, undone."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, col, select

from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.batch import Imported, commit_upload
from dashboard.commands.own_answer import answers_in
from dashboard.commands.report import (
    accept_reports,
    confirm_reports,
    report_no_change,
    submit_reports,
)
from dashboard.commands.row import save_row
from dashboard.commands.take_back import take_back_upload
from dashboard.commands.unlock import approve_unlock, request_unlock
from dashboard.commands.upload import examined, map_columns, mend_cells
from dashboard.db import records
from dashboard.documents.template import template
from dashboard.errors import Conflict, Invalid
from dashboard.imports.examination import Examination, Status
from dashboard.queries.own_column import report_answers
from dashboard.queries.project_report import report_cells
from dashboard.queries.row import one_row
from dashboard.queries.row_past import row_history
from dashboard.queries.upload import template_context
from dashboard.rules.entry import Unfit
from models.audit import AuditEntry
from models.custom import CustomField, CustomKind, CustomValue
from models.report import ProgressReport
from models.upload import Upload
from tests.city import AUGUST, HOUSING, TODAY, City, checked, newest, stored, workbook

PAGE = ADMIN_PAGES["custom_field"]
NAME = f"供热管网改造{HOUSING}"
HEADINGS = ("项目编号", "项目名称", "累计完成数量", "完成进度", "形象进度")
SAME = "“{}”与“{}”的写法相同，表中会认不清，请换一个写法。"
NO_HEADING = "“{}”不能作列名：不写月份和斜线，不以数字结尾，不能只有括号里的内容。"
ROW = ("H1", NAME, 26, "65%", "主管敷设完成")


def asked(session: Session, city: City, name: str, kind: CustomKind, **more: Any) -> str:
    """Let the administrator ask something more of every monthly report; gives what it is called."""
    values = {"belongs_to": "REPORT", "name": name, "kind": kind, **more}
    row: CustomField = save_row(session, city["ADMIN"], PAGE, None, values, today=TODAY)
    return f"own{row.id}"


def every_kind(session: Session, city: City) -> dict[str, str]:
    """Ask one thing of every kind."""
    return {
        "text": asked(session, city, "惠及村组", CustomKind.TEXT, aliases="受益村组\n覆盖村组"),
        "number": asked(session, city, "受益人数", CustomKind.EXACT, required=True),
        "money": asked(session, city, "带动投资(万元)", CustomKind.EXACT),
        "day": asked(session, city, "开放日", CustomKind.DAY),
        "flag": asked(session, city, "是否验收", CustomKind.FLAG),
        "choice": asked(session, city, "宣传方式", CustomKind.CHOICE, choices="公示栏\n入户"),
    }


def read_in(
    session: Session, city: City, headings: tuple[str, ...], *rows: tuple[Any, ...]
) -> tuple[Upload, Examination]:
    """Keep and examine a sheet of the housing unit's own making."""
    data = workbook(rows, headings=headings)
    upload = stored(session, city, data)
    return upload, checked(session, city, data, upload)


def brought_in(
    session: Session, city: City, upload: Upload, found: Examination, *, submit: bool = False
) -> Imported:
    """Import what was examined."""
    made = commit_upload(
        session, city["REPORTER"], upload.id or 0, found, reasons={}, today=TODAY, submit=submit
    )
    session.flush()
    return made


def unit_template(session: Session, city: City) -> bytes:
    """The housing unit's workbook for August."""
    home, housing = city.programmes["home"].id or 0, city.agencies["housing"].id or 0
    return template(template_context(session, city["REPORTER"], home, housing, AUGUST))


def filled(data: bytes, row: int, **values: Any) -> bytes:
    """Fill in a row of a template, by headings."""
    book = load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    places = {sheet.cell(3, n).value: n for n in range(1, sheet.max_column + 1)}
    for title, value in values.items():
        sheet.cell(row, places[title]).value = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.feature("O10", "G4", "G5")
def test_a_field_stands_in_the_template_and_its_answer_in_the_report(
    city_session: Session, city: City
) -> None:
    names = every_kind(city_session, city)
    data = filled(
        unit_template(city_session, city), 4,
        **{
            "累计完成数量": 26, "完成进度(%)": 0.65, "惠及村组": "东村、西村", "受益人数*": 1200,
            "带动投资(万元)": 85.5, "开放日": date(2026, 8, 20), "是否验收": "否",
            "宣传方式": "入户",
        },
    )  # fmt: skip
    upload = stored(city_session, city, data)
    found = checked(city_session, city, data, upload)

    brought_in(city_session, city, upload, found)

    report = newest(city_session, city, "H1")
    shown = one_row(city_session, city["LEADER"], ADMIN_PAGES["progress_report"], report.id or 0)
    given = {kind: shown[name].iloc[0] for kind, name in names.items()}
    assert [problem.message for problem in found.problems] == []
    assert given | {"flag": bool(given["flag"])} == {
        "text": "东村、西村", "number": Decimal(1200), "money": Decimal("85.5"),
        "day": "2026-08-20", "flag": False, "choice": "入户",
    }  # fmt: skip


@pytest.mark.feature("O10", "G9")
def test_a_template_with_the_answers_already_there_changes_nothing(
    city_session: Session, city: City
) -> None:
    every_kind(city_session, city)
    headings = (*HEADINGS, "惠及村组", "受益人数", "开放日", "是否验收", "宣传方式")
    upload, found = read_in(
        city_session, city, headings, (*ROW, "东村", -12.5, "2026-08-20", "是", "公示栏")
    )
    brought_in(city_session, city, upload, found)

    data = unit_template(city_session, city)
    again = checked(city_session, city, data, stored(city_session, city, data))

    assert [draft.status for draft in again.drafts] == [Status.UNCHANGED]
    assert again.problems == ()


@pytest.mark.feature("O10", "X7")
def test_an_answer_knows_its_cell_and_the_log_its_old_and_new(
    city_session: Session, city: City
) -> None:
    name = asked(city_session, city, "受益人数", CustomKind.EXACT)
    first, found = read_in(city_session, city, (*HEADINGS, "受益人数"), (*ROW, 900))
    brought_in(city_session, city, first, found)
    second, found = read_in(city_session, city, (*HEADINGS, "受益人数"), (*ROW, "1200人"))
    (draft,) = found.drafts

    brought_in(city_session, city, second, found)

    report = newest(city_session, city, "H1")
    cells = report_cells(city_session, city["LEADER"], report.id or 0).set_index("field")
    told = records(
        row_history(city_session, city["LEADER"], ADMIN_PAGES["progress_report"], report.id or 0)
    )
    assert draft.changes == ((name, Decimal(900), Decimal(1200)),)
    assert (cells.loc[name, "cell"], cells.loc[name, "raw"]) == ("F3", "1200人")
    assert [(t["title"], t["old"], t["new"]) for t in told if t["field"] == name] == [
        ("受益人数", "900", "1200"), ("受益人数", None, "900"),
    ]  # fmt: skip


@pytest.mark.feature("O10")
def test_a_heading_is_known_by_its_other_words_and_by_what_was_confirmed(
    city_session: Session, city: City
) -> None:
    name = asked(city_session, city, "受益人数", CustomKind.EXACT, aliases="惠及群众(人)")
    upload, found = read_in(
        city_session, city, (*HEADINGS, "惠及群众", "群众数"), (*ROW, None, 700)
    )
    (table,) = found.tables

    map_columns(
        city_session, city["REPORTER"], upload.id or 0, layout=table.layout,
        choices={"惠及群众": ("", ""), "群众数": (name, "")},
    )  # fmt: skip
    _upload, _name, again = examined(city_session, city["REPORTER"], upload.id or 0)

    assert [column.field for column in table.columns][-2:] == [name, ""]
    assert again.drafts[0].values[name] == Decimal(700)


@pytest.mark.feature("O10", "G6")
@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (CustomKind.EXACT, "约900", "受益面：“约”说明这是约数，不能当作准确数字"),
        (CustomKind.DAY, "待定日", "受益面：看不出是哪一天"),
        (CustomKind.CHOICE, "短信", "受益面：“短信”不是可选的内容"),
        (CustomKind.FLAG, "也许", "受益面：看不出是“是”还是“否”"),
        (CustomKind.TEXT, "长" * 201, "受益面最多 200 字，现有 201 字"),
        (CustomKind.TEXT, None, "没有填写“受益面”"),
    ],
)
def test_what_does_not_fit_is_named_by_its_cell_and_nothing_is_saved(
    city_session: Session, city: City, kind: CustomKind, value: Any, said: str
) -> None:
    asked(city_session, city, "受益面", kind, choices="公示栏\n入户", required=True)

    upload, found = read_in(city_session, city, (*HEADINGS, "受益面"), (*ROW, value))

    assert [(p.cell, p.message) for p in found.errors] == [("F3", said)]
    assert found.drafts[0].status is Status.REFUSED
    with pytest.raises(Invalid):
        brought_in(city_session, city, upload, found)


@pytest.mark.feature("O10", "G6")
def test_a_required_field_the_sheet_lacks_is_filled_in_in_the_preview(
    city_session: Session, city: City
) -> None:
    name = asked(city_session, city, "受益人数", CustomKind.EXACT, required=True)
    upload, found = read_in(city_session, city, HEADINGS, ROW)

    mend_cells(
        city_session, city["REPORTER"], upload.id or 0, texts={("Sheet", "受益人数3"): "900"}
    )
    _upload, _name, mended = examined(city_session, city["REPORTER"], upload.id or 0)
    brought_in(city_session, city, upload, mended)

    (problem,) = found.errors
    assert (problem.field, problem.remedy) == (name, "在表中加上“受益人数”一列：填写受益人数")
    assert answers_in(city_session, newest(city_session, city, "H1").id) == {name: "900"}


@pytest.mark.feature("O10", "F1")
def test_work_items_answer_for_their_project_when_they_agree(
    city_session: Session, city: City
) -> None:
    name = asked(city_session, city, "受益人数", CustomKind.EXACT)
    headings = ("项目编号", "子项编号", "完成进度", "受益人数")
    rows = [("H2", "H2-1", "65%", 300), ("H2", "H2-2", "66%", None)]
    upload, found = read_in(city_session, city, headings, *rows)
    brought_in(city_session, city, upload, found)

    again = read_in(city_session, city, (*headings, "备注"), *((*row, "") for row in rows))[1]
    differing = read_in(city_session, city, headings, rows[0], ("H2", "H2-2", "66%", 400))[1]

    assert answers_in(city_session, newest(city_session, city, "H2").id) == {name: "300"}
    assert [draft.status for draft in again.drafts] == [Status.UNCHANGED] * 2
    assert [(p.cell, p.rule) for p in differing.errors] == [("D4", "own_differs")]


@pytest.mark.feature("O10", "G8")
@pytest.mark.parametrize("before", [None, "700"])
def test_a_batch_taken_back_takes_its_answers_along(
    city_session: Session, city: City, before: str | None
) -> None:
    name = asked(city_session, city, "受益人数", CustomKind.EXACT)
    if before:
        first, found = read_in(city_session, city, (*HEADINGS, "受益人数"), (*ROW, before))
        brought_in(city_session, city, first, found)
    upload, found = read_in(city_session, city, (*HEADINGS, "受益人数"), (*ROW, 900))
    brought_in(city_session, city, upload, found)

    take_back_upload(city_session, city["REPORTER"], upload.id or 0)

    kept = [row.answers for row in city_session.exec(select(CustomValue))]
    assert kept == ([{name: before}] if before else [])
    if before:
        (entry,) = city_session.exec(
            select(AuditEntry).where(col(AuditEntry.event) == "report:take-back")
        )
        assert json.loads(entry.changes)[name] == ["900", "700"]


@pytest.mark.feature("O10")
def test_a_batch_taken_back_leaves_no_answers_where_there_were_none(
    city_session: Session, city: City
) -> None:
    first, found = read_in(city_session, city, HEADINGS, ROW)
    brought_in(city_session, city, first, found)
    asked(city_session, city, "受益人数", CustomKind.EXACT)
    upload, found = read_in(city_session, city, (*HEADINGS, "受益人数"), (*ROW, 900))
    brought_in(city_session, city, upload, found)

    take_back_upload(city_session, city["REPORTER"], upload.id or 0)

    assert list(city_session.exec(select(CustomValue))) == []


@pytest.mark.feature("O10", "P3")
def test_a_report_is_not_sent_without_what_an_office_requires(
    city_session: Session, city: City
) -> None:
    upload, found = read_in(city_session, city, HEADINGS, ROW)
    brought_in(city_session, city, upload, found)
    name = asked(city_session, city, "受益人数", CustomKind.EXACT, required=True)
    report = newest(city_session, city, "H1")
    page, reporter = ADMIN_PAGES["progress_report"], city["REPORTER"]

    with pytest.raises(Invalid, match=f"H1 {NAME} 还没有填写受益人数，请补填后再报送。"):
        submit_reports(city_session, reporter, [report.id or 0], today=TODAY)

    save_row(city_session, reporter, page, report.id, {name: 900}, today=TODAY)
    assert submit_reports(city_session, reporter, [report.id or 0], today=TODAY)
    assert answers_in(city_session, report.id) == {name: "900"}


@pytest.mark.feature("O10", "G12")
def test_no_change_and_a_revision_begin_with_the_answers_before_them(
    city_session: Session, city: City
) -> None:
    name = asked(city_session, city, "受益人数", CustomKind.EXACT)
    july = city_session.get_one(ProgressReport, city.reports["H1"].id)
    july.cause, july.measure, july.forecast_on = "征地", "增加班组", date(2026, 10, 31)
    city_session.add(
        CustomValue(table_name="progress_report", row_id=july.id or 0, answers={name: "600"})
    )
    same = report_no_change(
        city_session, city["REPORTER"], city.id("H1"), month=AUGUST, today=TODAY
    )
    submit_reports(city_session, city["REPORTER"], [same.id or 0], today=TODAY)
    confirm_reports(city_session, city["REVIEWER"], [same.id or 0])
    accept_reports(city_session, city["SUPERVISOR"], [same.id or 0], today=TODAY)
    unlock = request_unlock(
        city_session, city["REPORTER"], city.id("H1"), month=AUGUST, reason="更正", today=TODAY
    )
    approve_unlock(
        city_session, city["SUPERVISOR"], unlock.id or 0, ends_on=date(2026, 9, 9), today=TODAY
    )
    upload, found = read_in(city_session, city, HEADINGS, ROW)

    brought_in(city_session, city, upload, found)

    revised = newest(city_session, city, "H1")
    assert answers_in(city_session, same.id) == {name: "600"}
    assert (revised.revision, answers_in(city_session, revised.id)) == (2, {name: "600"})


def test_a_field_changed_after_the_preview_stops_the_import(
    city_session: Session, city: City
) -> None:
    asked(city_session, city, "受益人数", CustomKind.EXACT)
    upload, found = read_in(city_session, city, (*HEADINGS, "受益人数"), (*ROW, 900))
    asked(city_session, city, "惠及村组", CustomKind.TEXT)

    with pytest.raises(Conflict, match="自设字段在预览后有改动"):
        brought_in(city_session, city, upload, found)


def test_an_answer_changed_after_the_preview_stops_the_import(
    city_session: Session, city: City
) -> None:
    name = asked(city_session, city, "受益人数", CustomKind.EXACT)
    first, found = read_in(city_session, city, (*HEADINGS, "受益人数"), (*ROW, 900))
    brought_in(city_session, city, first, found)
    upload, found = read_in(city_session, city, (*HEADINGS, "受益人数"), (*ROW, 1200))
    report = newest(city_session, city, "H1")
    save_row(
        city_session, city["REPORTER"], ADMIN_PAGES["progress_report"], report.id, {name: 1000},
        today=TODAY,
    )  # fmt: skip

    with pytest.raises(Conflict, match="在预览后被他人修改"):
        brought_in(city_session, city, upload, found)


@pytest.mark.safety("AC1")
def test_answers_are_read_by_who_reads_the_reports(city_session: Session, city: City) -> None:
    name = asked(city_session, city, "受益人数", CustomKind.EXACT)
    upload, found = read_in(city_session, city, (*HEADINGS, "受益人数"), (*ROW, 900))
    brought_in(city_session, city, upload, found)
    keys = (newest(city_session, city, "H1").id or 0,)

    seen = records(report_answers(city_session, city["LEADER"], keys))

    assert [(one["name"], one["title"], one["value"]) for one in seen] == [
        (name, "受益人数", Decimal(900))
    ]
    for who in ("schools reporter", "foreign leader", "OBSERVER", "NOBODY"):
        assert report_answers(city_session, city[who], keys).empty, who


@pytest.mark.feature("O10")
@pytest.mark.parametrize(
    ("values", "column", "sentence"),
    [
        ({"name": "完成进度"}, "name", SAME.format("完成进度", "完成进度(%)")),
        ({"name": "3月人数"}, "name", NO_HEADING.format("3月人数")),
        ({"name": "指标1"}, "name", NO_HEADING.format("指标1")),
        ({"name": "受益人数(人)"}, "name", SAME.format("受益人数(人)", "受益人数")),
        ({"name": "群众数", "aliases": "惠及人数\n备注"}, "aliases", SAME.format("备注", "备注")),
        ({"name": "方式", "kind": "CHOICE"}, "choices", "请写出可选的内容，每行一个。"),
    ],
)
def test_a_field_that_a_sheet_would_confuse_is_not_added(
    city_session: Session, city: City, values: dict[str, Any], column: str, sentence: str
) -> None:
    asked(city_session, city, "受益人数", CustomKind.EXACT)
    given = {"belongs_to": "REPORT", "kind": "TEXT", **values}

    with pytest.raises(Unfit) as told:
        save_row(city_session, city["ADMIN"], PAGE, None, given, today=TODAY)

    assert told.value.sentences == {column: sentence}
