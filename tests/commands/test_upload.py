"""Uploads: kept as received at once, mended and mapped in the preview, whatever a client sends."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, col, select

from dashboard import files
from dashboard.commands.report import submit_reports
from dashboard.commands.upload import (
    annotated,
    discard_upload,
    examined,
    include_hidden,
    leave_out_row,
    map_columns,
    mend_cells,
    store_upload,
    warning_rows,
)
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.imports.examination import Status
from models.file import StoredFile
from models.milestone import Milestone
from models.report import ProgressReport
from models.upload import HeadingSynonym, UploadKind, UploadState
from tests.city import AUGUST, H1_ROW, TODAY, City, checked, imported, stored, workbook


@pytest.mark.feature("G5")
def test_a_sheet_is_kept_as_it_came_and_read_in_a_process_of_its_own(
    city_session: Session, city: City
) -> None:
    data = workbook([H1_ROW])
    upload = stored(city_session, city, data)

    kept = city_session.get_one(StoredFile, upload.file_id)
    _upload, name, found = examined(city_session, city["REPORTER"], upload.id or 0)

    assert files.read(kept.sha256) == data
    assert (name, upload.state, upload.number) == (
        "八月月报.xlsx", UploadState.DRAFT, f"PC{upload.id:06d}",
    )  # fmt: skip
    assert [draft.status for draft in found.drafts] == [Status.NEW]
    assert found.passes


@pytest.mark.feature("G6")
def test_the_wrong_sheet_comes_back_with_its_cells_marked(
    city_session: Session, city: City
) -> None:
    upload = stored(city_session, city, workbook([(*H1_ROW[:2], "约26", *H1_ROW[3:])]))

    name, content = annotated(city_session, city["REPORTER"], upload.id or 0)

    sheet = load_workbook(io.BytesIO(content))["Sheet"]
    assert name == "八月月报.xlsx"
    assert sheet["C3"].comment is not None
    assert sheet["D3"].comment is None


def test_a_file_that_is_no_sheet_is_refused_in_one_sentence(
    city_session: Session, city: City
) -> None:
    upload = stored(city_session, city, b"%PDF-1.4 not a sheet")

    _upload, _name, found = examined(city_session, city["REPORTER"], upload.id or 0)

    assert found.refusal
    with pytest.raises(Invalid):
        annotated(city_session, city["REPORTER"], upload.id or 0)


@pytest.mark.feature("G9")
def test_the_same_bytes_are_one_draft_per_month(city_session: Session, city: City) -> None:
    data = workbook([H1_ROW])

    first, again = stored(city_session, city, data), stored(city_session, city, data)
    july = stored(city_session, city, data, month=date(2026, 7, 1))

    assert first.id == again.id
    assert july.id != first.id


@pytest.mark.safety("AC1")
@pytest.mark.parametrize("who", ["schools reporter", "foreign reporter", "REVIEWER", "SUPERVISOR"])
def test_nobody_uploads_for_another_unit(city_session: Session, city: City, who: str) -> None:
    with pytest.raises(NotAllowed):
        stored(city_session, city, workbook([H1_ROW]), who=who)


@pytest.mark.safety("AC5")
def test_an_unknown_unit_or_an_empty_file_is_one_sentence(
    city_session: Session, city: City
) -> None:
    with pytest.raises(Missing):
        store_upload(
            city_session, city["REPORTER"], kind=UploadKind.MONTHLY,
            programme_id=city.programmes["home"].id or 0, agency_id=None, month=AUGUST, name="x",
            data=b"x",
        )  # fmt: skip
    with pytest.raises(Invalid, match="空的"):
        stored(city_session, city, b"")


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    ("sheet", "cell", "text"),
    [
        ("Sheet", "C3", "长" * 100_000),
        ("Sheet", "DROP TABLE", "1"),
        ("Sheet", "A0", "1"),
        ("Sheet", "", "1"),
        ("表" * 300, "C3", "1"),
        ("", "C3", "1"),
    ],
)
def test_a_forged_cell_is_one_sentence_and_saves_nothing(
    city_session: Session, city: City, sheet: str, cell: str, text: str
) -> None:
    upload = stored(city_session, city, workbook([H1_ROW]))

    with pytest.raises(Invalid):
        mend_cells(city_session, city["REPORTER"], upload.id or 0, texts={(sheet, cell): text})

    assert upload.edits == "{}"


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    ("heading", "field", "unit"),
    [
        ("完成进度", "password_hash", ""),
        ("完成进度", "completed_pct", "亿美元"),
        ("长" * 100_000, "completed_pct", ""),
    ],
)
def test_a_forged_mapping_is_one_sentence_and_saves_nothing(
    city_session: Session, city: City, heading: str, field: str, unit: str
) -> None:
    upload = stored(city_session, city, workbook([H1_ROW]))

    with pytest.raises(Invalid, match="不能对应"):
        map_columns(
            city_session, city["REPORTER"], upload.id or 0, layout="x",
            choices={heading: (field, unit)},
        )  # fmt: skip

    assert upload.mapping == "{}"


@pytest.mark.safety("AC5")
def test_cells_mended_in_the_preview_are_bounded_in_number(
    city_session: Session, city: City
) -> None:
    upload = stored(city_session, city, workbook([H1_ROW]))
    upload.edits = json.dumps({f"Sheet!A{row}": {"text": "1"} for row in range(1, 501)})
    city_session.flush()

    with pytest.raises(Invalid, match="最多改 500 格"):
        mend_cells(city_session, city["REPORTER"], upload.id or 0, texts={("Sheet", "C3"): "1"})


@pytest.mark.feature("G6")
def test_a_row_of_another_unit_can_be_left_out_in_the_preview(
    city_session: Session, city: City
) -> None:
    data = workbook([H1_ROW, ("9-9", "别家的项目", *H1_ROW[2:])])
    upload = stored(city_session, city, data)
    _upload, _name, found = examined(city_session, city["REPORTER"], upload.id or 0)
    assert [problem.rule for problem in found.errors] == ["unknown_project"]

    leave_out_row(
        city_session, city["REPORTER"], upload.id or 0, sheet="Sheet", row=4, letters="ABCDEFGHIJ"
    )

    _upload, _name, found = examined(city_session, city["REPORTER"], upload.id or 0)
    assert found.errors == ()
    assert [draft.project_code for draft in found.drafts] == ["H1"]


def test_a_draft_that_was_given_up_cannot_be_changed(city_session: Session, city: City) -> None:
    upload = stored(city_session, city, workbook([H1_ROW]))
    discard_upload(city_session, city["REPORTER"], upload.id or 0)

    with pytest.raises(Conflict, match="已放弃"):
        mend_cells(city_session, city["REPORTER"], upload.id or 0, texts={("S", "A1"): "1"})


@pytest.mark.feature("G7")
def test_warnings_are_gathered_by_row(city_session: Session, city: City) -> None:
    data = workbook([(*H1_ROW[:2], 2, "65%", *H1_ROW[4:])])
    upload = stored(city_session, city, data)

    found = warning_rows(checked(city_session, city, data, upload))

    assert list(found) == [("Sheet", 3)]
    assert len(found["Sheet", 3]) >= 1


@pytest.mark.feature("X8")
def test_columns_are_mapped_one_after_another_and_remembered_at_once(
    city_session: Session, city: City
) -> None:
    headings = ("项目编号", "干到哪了", "干了多少")
    data = workbook([("H1", "施工", 26)], headings=headings)
    upload = stored(city_session, city, data)
    (table,) = checked(city_session, city, data, upload).tables

    for heading, field in (("干到哪了", "physical_progress"), ("干了多少", "cumulative_quantity")):
        map_columns(
            city_session, city["REPORTER"], upload.id or 0, layout=table.layout,
            choices={heading: (field, "")},
        )  # fmt: skip
    discard_upload(city_session, city["REPORTER"], upload.id or 0)
    mended = workbook([("H1", "施工", 27)], headings=headings)
    found = checked(city_session, city, mended, stored(city_session, city, mended))

    assert found.drafts[0].values["physical_progress"] == "施工"
    assert found.drafts[0].values["cumulative_quantity"] == 27


@pytest.mark.feature("X8")
def test_a_unit_has_words_of_its_own_and_an_office_can_take_one_away(
    city_session: Session, city: City
) -> None:
    data = workbook([("H1", "施工", 26)], headings=("项目编号", "干到哪了", "累计完成数量"))
    words = (("项目编号", "project_code"), ("累计完成数量", "cumulative_quantity"))
    for heading, field in words:
        city_session.add(HeadingSynonym(heading=heading, field=field))
    housing = city.agencies["housing"].id
    city_session.add(
        HeadingSynonym(heading="干到哪了", field="physical_progress", agency_id=housing)
    )
    city_session.flush()

    own = checked(city_session, city, data, stored(city_session, city, data))
    schools = stored(city_session, city, data, who="schools reporter", unit="schools")
    others = checked(city_session, city, data, schools, who="schools reporter")

    assert [c.field for c in own.tables[0].columns][1] == "physical_progress"
    assert [c.how for c in others.tables[0].columns][1] == "unknown"


@pytest.mark.feature("X8")
def test_hidden_rows_are_read_once_somebody_says_so(city_session: Session, city: City) -> None:
    book = load_workbook(io.BytesIO(workbook([H1_ROW])))
    book["Sheet"].row_dimensions[3].hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    upload = stored(city_session, city, buffer.getvalue())

    before = checked(city_session, city, buffer.getvalue(), upload)
    include_hidden(city_session, city["REPORTER"], upload.id or 0, include=True)
    after = checked(city_session, city, buffer.getvalue(), upload)

    assert (len(before.drafts), len(after.drafts)) == (0, 1)


@pytest.mark.feature("G11")
def test_a_plan_by_quantity_asks_a_lagging_project_why(city_session: Session, city: City) -> None:
    planned = col(Milestone.planned_pct).is_not(None), Milestone.project_id == city.id("H1")
    for node in city_session.exec(select(Milestone).where(*planned)):
        node.planned_quantity = node.planned_pct and node.planned_pct * 40 / 100
        node.planned_pct = None
    city_session.flush()
    rows = [("H1", None, 20, None, *H1_ROW[4:])]

    found = checked(city_session, city, workbook(rows), stored(city_session, city, workbook(rows)))

    assert "完成 50%，低于序时进度 64%" in {problem.message for problem in found.errors}


@pytest.mark.feature("G11")
def test_a_report_by_quantity_is_not_sent_unexplained(city_session: Session, city: City) -> None:
    done = imported(city_session, city, H1_ROW, submit=False)
    report = city_session.exec(
        select(ProgressReport).where(
            ProgressReport.project_id == city.id("H1"), ProgressReport.month == AUGUST
        )
    ).one()
    report.completed_pct, report.cumulative_quantity = None, Decimal(20)
    city_session.flush()

    assert done.rows == 1
    with pytest.raises(Invalid, match="低于序时进度"):
        submit_reports(city_session, city["REPORTER"], [report.id or 0], today=TODAY)
