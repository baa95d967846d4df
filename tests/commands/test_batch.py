"""Batches: all or nothing, the same bytes once, every figure with its cell, undone to the byte."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, func, text
from sqlmodel import Session, SQLModel, col, select

from dashboard import db
from dashboard.commands.batch import commit_upload
from dashboard.commands.evidence import attach_evidence
from dashboard.commands.report import (
    accept_reports,
    confirm_reports,
    return_reports,
    submit_reports,
)
from dashboard.commands.take_back import take_back_upload
from dashboard.commands.unlock import approve_unlock, request_unlock
from dashboard.commands.upload import discard_upload, examined, map_columns, mend_cells
from dashboard.errors import Conflict, DashboardError, Invalid, Missing, NotAllowed
from dashboard.queries.card import sources_of
from dashboard.queries.project_report import attachments, report_cells
from dashboard.queries.upload import upload_dependents
from dashboard.rules.source import sources_in
from models.file import Attachment
from models.project import WorkItem
from models.report import (
    ExpectedReport,
    ProgressReport,
    ReportLine,
    ReportState,
)
from models.upload import HeadingMapping, Upload, UploadState
from tests.city import (
    AUGUST,
    H1_ROW,
    HEADINGS,
    HOUSING,
    TODAY,
    City,
    checked,
    imported,
    newest,
    plant,
    stored,
    workbook,
)

H2_ROWS = [
    ("H2", f"项目H2{HOUSING}", 39, "65%", "一标段封顶", None, None, None, "H2-1", None),
    ("H2", f"项目H2{HOUSING}", 40, "66%", "二标段封顶", None, None, None, "H2-2", None),
]
BEHIND = ("H1", f"供热管网改造{HOUSING}", 23, "57.5%", "主管敷设", *[None] * 5)
"""A row behind plan that gives neither cause nor measure nor new date."""
UNDONE: tuple[type[SQLModel], ...] = (ProgressReport, ReportLine, ExpectedReport)
BOOKKEEPING = {"id", "created_at", "changed_at", "version", "report_id"}


def _upload(session: Session, number: str) -> Upload:
    return session.exec(select(Upload).where(Upload.number == number)).one()


def _export(session: Session) -> bytes:
    """Everything a batch may touch, as one export without keys and instants of the rows."""
    lines = []
    for model in UNDONE:
        for row in session.exec(select(model)):
            values = row.model_dump(exclude=BOOKKEEPING, mode="json")
            lines.append(f"{model.__name__} {json.dumps(values, ensure_ascii=False)}")
    return "\n".join(sorted(lines)).encode()


@pytest.mark.feature("X7", "G5")
def test_every_figure_knows_its_file_its_sheet_and_its_cell(
    city_session: Session, city: City
) -> None:
    made = imported(city_session, city, H1_ROW, *H2_ROWS)
    report = newest(city_session, city, "H1")

    found = report_cells(city_session, city["LEADER"], report.id or 0).set_index("field")

    completed, quantity = found.loc["completed_pct"], found.loc["cumulative_quantity"]
    assert (completed["sheet"], completed["cell"], completed["raw"]) == ("Sheet", "D3", "65%")
    assert (quantity["cell"], quantity["raw"]) == ("C3", "26")
    assert (quantity["file_name"], quantity["batch"]) == ("八月月报.xlsx", made.number)
    assert not quantity["by_hand"]
    assert report.completed_pct == Decimal(65)


@pytest.mark.feature("X7")
def test_the_figures_of_work_items_know_their_cells_too(city_session: Session, city: City) -> None:
    imported(city_session, city, *H2_ROWS)
    report = newest(city_session, city, "H2")

    lines = city_session.exec(
        select(ReportLine).where(ReportLine.report_id == report.id).order_by(col(ReportLine.id))
    ).all()
    cells = report_cells(city_session, city["LEADER"], report.id or 0)
    percents = cells[cells["field"] == "completed_pct"]

    assert [line.completed_pct for line in lines] == [Decimal(65), Decimal(66)]
    assert list(zip(percents["work_item"], percents["cell"], strict=True)) == [
        (f"子项1{HOUSING}", "D3"),
        (f"子项2{HOUSING}", "D4"),
    ]
    assert report.physical_progress == "一标段封顶；二标段封顶"


@pytest.mark.feature("F1")
def test_a_work_item_reported_alone_does_not_speak_for_its_project(
    city_session: Session, city: City
) -> None:
    imported(city_session, city, H2_ROWS[0])

    report = newest(city_session, city, "H2")
    (line,) = city_session.exec(select(ReportLine).where(ReportLine.report_id == report.id))
    assert (report.completed_pct, report.cumulative_quantity) == (None, None)
    assert line.completed_pct == Decimal(65)


@pytest.mark.feature("F1", "F10")
def test_the_money_of_all_work_items_adds_up_to_the_projects(
    city_session: Session, city: City
) -> None:
    headings = ("项目编号", "子项编号", "完成进度", "累计支付资金（万元）", "预计完成时间")
    rows = [("H2", "H2-1", "65%", 120, "2026-10-31"), ("H2", "H2-2", "66%", 80.5, "2026-11-30")]
    data = workbook(rows, headings=headings)
    upload = stored(city_session, city, data)
    found = checked(city_session, city, data, upload)

    commit_upload(
        city_session, city["REPORTER"], upload.id or 0, found, reasons={}, today=TODAY, submit=False
    )

    report = newest(city_session, city, "H2")
    assert (report.paid_wan, report.forecast_on) == (Decimal("200.5"), date(2026, 11, 30))
    assert report.completed_pct is None


@pytest.mark.feature("G6", "X7")
def test_a_cell_mended_by_hand_keeps_who_and_the_file_stays(
    city_session: Session, city: City
) -> None:
    data = workbook([(*H1_ROW[:2], "约26", *H1_ROW[3:])])
    upload = stored(city_session, city, data)
    key = upload.id or 0
    assert checked(city_session, city, data, upload).errors[0].cell == "C3"

    mend_cells(city_session, city["REPORTER"], key, texts={("Sheet", "C3"): " 26 "})
    again, name, found = examined(city_session, city["REPORTER"], key)
    commit_upload(city_session, city["REPORTER"], key, found, reasons={}, today=TODAY, submit=False)

    report = newest(city_session, city, "H1")
    (cell,) = (one for one in sources_in(report.cells) if one.field == "cumulative_quantity")
    assert (cell.by_hand, cell.entered_by_id) == (True, city["REPORTER"].account_id)
    assert report.cumulative_quantity == Decimal(26)
    assert (again.id, name, again.sha256) == (key, "八月月报.xlsx", upload.sha256)
    shown = sources_of(city_session, city.id("H1"), AUGUST, report.id).set_index("field")
    assert shown.loc["cumulative_quantity", "entered_by"] == "REPORTER某"


@pytest.mark.feature("G8", "G7")
def test_one_bad_row_stops_the_whole_sheet(city_session: Session, city: City) -> None:
    before = _export(city_session)

    with pytest.raises(Invalid, match="3 处错误"), city_session.begin_nested():
        imported(city_session, city, *H2_ROWS, BEHIND)

    assert _export(city_session) == before


@pytest.mark.feature("G8")
def test_one_report_that_is_already_submitted_stops_the_whole_sheet(
    city_session: Session, city: City
) -> None:
    imported(city_session, city, *H2_ROWS)
    before = _export(city_session)

    with pytest.raises(Invalid, match="退回后才能修改"), city_session.begin_nested():
        imported(city_session, city, H1_ROW, (*H2_ROWS[0][:2], 40, "66%", *H2_ROWS[0][4:]))

    assert _export(city_session) == before


@pytest.mark.feature("G11")
def test_a_lagging_row_needs_cause_measure_and_new_date(city_session: Session, city: City) -> None:
    whole = (*BEHIND[:5], "征地滞后", "增加班组", "2026-10-31", None, None)

    imported(city_session, city, whole)

    report = newest(city_session, city, "H1")
    assert (report.cause, report.measure) == ("征地滞后", "增加班组")
    assert report.forecast_on == date(2026, 10, 31)


@pytest.mark.feature("G7", "G10")
def test_a_doubtful_row_passes_only_with_a_reason_that_is_kept(
    city_session: Session, city: City
) -> None:
    fell = (*H1_ROW[:2], 2, "65%", *H1_ROW[4:])

    with pytest.raises(Invalid, match="请为存疑数据填写说明：Sheet 第 3 行"):
        imported(city_session, city, fell, reasons={("Sheet", 3): "  "})
    imported(
        city_session, city, (*fell[:4], "重新核定", *fell[5:]),
        reasons={("Sheet", 3): "七月误报"},
    )  # fmt: skip

    assert newest(city_session, city, "H1").warning_reason == "七月误报"


@pytest.mark.feature("G9")
@pytest.mark.safety("UP12")
def test_the_same_bytes_change_nothing_the_second_time(city_session: Session, city: City) -> None:
    data = workbook([H1_ROW])
    first = stored(city_session, city, data)
    found = checked(city_session, city, data, first)
    arguments: dict[str, Any] = {"reasons": {}, "today": TODAY, "submit": True}
    commit_upload(city_session, city["REPORTER"], first.id or 0, found, **arguments)
    before = _export(city_session)

    second = stored(city_session, city, data)
    with pytest.raises(Conflict, match=first.number):
        commit_upload(city_session, city["REPORTER"], second.id or 0, found, **arguments)

    assert second.id == first.id
    assert _export(city_session) == before


@pytest.mark.feature("G9")
def test_the_same_bytes_from_another_draft_name_the_batch_that_counted(
    city_session: Session, city: City
) -> None:
    data = workbook([H1_ROW])
    other = stored(city_session, city, data)
    other.state = UploadState.DISCARDED
    city_session.flush()
    first = stored(city_session, city, data)
    other.state = UploadState.DRAFT
    city_session.flush()
    found = checked(city_session, city, data, first)
    arguments: dict[str, Any] = {"reasons": {}, "today": TODAY, "submit": True}
    commit_upload(city_session, city["REPORTER"], first.id or 0, found, **arguments)

    with pytest.raises(Conflict, match=f"已作为批次 {first.number} 导入"):
        commit_upload(city_session, city["REPORTER"], other.id or 0, found, **arguments)


@pytest.mark.feature("G9")
def test_rows_match_by_code_whatever_their_order(city_session: Session, city: City) -> None:
    imported(city_session, city, *reversed(H2_ROWS), H1_ROW)

    assert newest(city_session, city, "H1").completed_pct == Decimal(65)
    report = newest(city_session, city, "H2")
    lines = city_session.exec(select(ReportLine).where(ReportLine.report_id == report.id))
    assert sorted(line.completed_pct or 0 for line in lines) == [Decimal(65), Decimal(66)]


@pytest.mark.feature("G8", "X10")
def test_taking_a_new_batch_back_leaves_not_a_byte(city_session: Session, city: City) -> None:
    before = _export(city_session)
    made = imported(city_session, city, H1_ROW, *H2_ROWS)
    assert _export(city_session) != before

    upload = _upload(city_session, made.number)
    take_back_upload(city_session, city["REPORTER"], upload.id or 0)

    assert _export(city_session) == before
    assert upload.state is UploadState.TAKEN_BACK


@pytest.mark.feature("G8", "X10")
def test_taking_a_second_batch_back_restores_the_first_to_the_byte(
    city_session: Session, city: City
) -> None:
    imported(city_session, city, H1_ROW, *H2_ROWS)
    for code in ("H1", "H2"):
        report = newest(city_session, city, code)
        return_reports(city_session, city["REVIEWER"], [report.id or 0], reason="核对")
    before = _export(city_session)

    second = imported(city_session, city, (*H1_ROW[:2], 27, "67%", *H1_ROW[4:]), H2_ROWS[0])
    changed = newest(city_session, city, "H1").completed_pct
    take_back_upload(city_session, city["REPORTER"], _upload(city_session, second.number).id or 0)

    assert changed == Decimal(67)
    assert _export(city_session) == before


@pytest.mark.feature("G8")
def test_what_is_accepted_cannot_be_taken_back(city_session: Session, city: City) -> None:
    made = imported(city_session, city, H1_ROW, *H2_ROWS)
    report = newest(city_session, city, "H1")
    confirm_reports(city_session, city["REVIEWER"], [report.id or 0])
    accept_reports(city_session, city["SUPERVISOR"], [report.id or 0], today=TODAY)
    before = _export(city_session)

    with pytest.raises(Conflict, match="已审定"), city_session.begin_nested():
        take_back_upload(city_session, city["REPORTER"], _upload(city_session, made.number).id or 0)

    assert _export(city_session) == before


@pytest.mark.feature("G8")
def test_a_batch_under_a_later_one_is_not_taken_back(city_session: Session, city: City) -> None:
    first = imported(city_session, city, submit=False)
    imported(city_session, city, (*H1_ROW[:2], 27, "67%", *H1_ROW[4:]), submit=False)

    with pytest.raises(Conflict, match="后来的批次"):
        take_back_upload(
            city_session, city["REPORTER"], _upload(city_session, first.number).id or 0
        )


@pytest.mark.feature("X10")
def test_what_depends_on_a_batch_is_listed_before_it_goes(
    city_session: Session, city: City
) -> None:
    made = imported(city_session, city, H1_ROW, *H2_ROWS, submit=False)
    _attach(city_session, city)
    upload = _upload(city_session, made.number)

    found = upload_dependents(city_session, city["REPORTER"], upload.id or 0)

    rows = list(zip(found["project_code"], found["state"], found["attachments"], strict=True))
    assert rows == [("H1", "DRAFT", 1), ("H2", "DRAFT", 0)]


def _attach(session: Session, city: City) -> None:
    attach_evidence(
        session, city["REPORTER"], newest(session, city, "H1").id or 0, name="现场.pdf",
        data=b"%PDF-1.4 " + HOUSING.encode(), caption="现场",
    )  # fmt: skip


def test_evidence_of_a_report_that_was_taken_back_never_turns_up_at_another_one(
    city_session: Session, city: City
) -> None:
    made = imported(city_session, city, submit=False)
    _attach(city_session, city)
    take_back_upload(city_session, city["REPORTER"], _upload(city_session, made.number).id or 0)

    imported(city_session, city, *H2_ROWS, submit=False)

    assert attachments(city_session, city["REPORTER"], city.id("H2")).empty
    assert city_session.exec(select(Attachment)).all() == []


def test_a_batch_is_taken_back_once_and_counts_again_afterwards(
    city_session: Session, city: City
) -> None:
    made = imported(city_session, city)
    key = _upload(city_session, made.number).id or 0
    take_back_upload(city_session, city["REPORTER"], key)

    with pytest.raises(Conflict, match="没有可撤回"):
        take_back_upload(city_session, city["REPORTER"], key)
    imported(city_session, city)

    assert newest(city_session, city, "H1").state is ReportState.SUBMITTED


@pytest.mark.feature("G5")
def test_a_second_sheet_with_fewer_columns_keeps_the_other_figures_and_their_cells(
    city_session: Session, city: City
) -> None:
    imported(city_session, city, H1_ROW, *H2_ROWS, submit=False)
    data = workbook(
        [("H1", None, "67%"), ("H2", "H2-1", "68%")], headings=("项目编号", "子项编号", "完成进度")
    )
    upload = stored(city_session, city, data)
    found = checked(city_session, city, data, upload)
    reasons = {(p.sheet, int(p.cell[1:])): "已核实" for p in found.warnings}
    commit_upload(
        city_session, city["REPORTER"], upload.id or 0, found, reasons=reasons, today=TODAY,
        submit=False,
    )  # fmt: skip

    report = newest(city_session, city, "H1")
    cells = report_cells(city_session, city["REPORTER"], report.id or 0).set_index("field")
    lines = city_session.exec(
        select(ReportLine).where(ReportLine.report_id == newest(city_session, city, "H2").id)
    )
    assert (report.completed_pct, report.cumulative_quantity) == (Decimal(67), Decimal(26))
    assert report.physical_progress == "主管敷设完成"
    assert cells.loc["completed_pct", "batch"] == upload.number
    assert cells.loc["cumulative_quantity", "cell"] == "C3"
    assert cells.loc["cumulative_quantity", "batch"] != upload.number
    assert sorted(line.completed_pct or 0 for line in lines) == [Decimal(66), Decimal(68)]


@pytest.mark.feature("G14")
def test_a_revision_begins_as_what_it_replaces(city_session: Session, city: City) -> None:
    imported(city_session, city, *H2_ROWS)
    first = newest(city_session, city, "H2")
    confirm_reports(city_session, city["REVIEWER"], [first.id or 0])
    accept_reports(city_session, city["SUPERVISOR"], [first.id or 0], today=TODAY)
    asked = request_unlock(
        city_session, city["REPORTER"], city.id("H2"), month=AUGUST, reason="更正", today=TODAY
    )
    approve_unlock(city_session, city["SUPERVISOR"], asked.id or 0, ends_on=TODAY, today=TODAY)

    imported(city_session, city, (*H2_ROWS[0][:2], 41, "68%", *H2_ROWS[0][4:]))

    second = newest(city_session, city, "H2")
    lines = city_session.exec(select(ReportLine).where(ReportLine.report_id == second.id))
    assert second.revision == 2
    assert sorted(line.completed_pct or 0 for line in lines) == [Decimal(66), Decimal(68)]


@pytest.mark.safety("RE11")
def test_a_figure_that_changed_since_the_preview_is_told_and_not_overwritten(
    city_session: Session, city: City
) -> None:
    imported(city_session, city, submit=False)
    data = workbook([(*H1_ROW[:2], 27, "67%", *H1_ROW[4:])])
    upload = stored(city_session, city, data)
    seen = checked(city_session, city, data, upload)
    imported(city_session, city, (*H1_ROW[:2], 28, "70%", *H1_ROW[4:]), submit=False)

    with pytest.raises(Conflict, match="预览后被他人修改"):
        commit_upload(
            city_session, city["REPORTER"], upload.id or 0, seen, reasons={}, today=TODAY,
            submit=False,
        )  # fmt: skip

    assert newest(city_session, city, "H1").completed_pct == Decimal(70)


@pytest.mark.safety("RE11")
def test_a_work_item_s_figure_that_changed_since_the_preview_is_told(
    city_session: Session, city: City
) -> None:
    imported(city_session, city, *H2_ROWS, submit=False)
    first = H2_ROWS[0]
    changed = [(*first[:2], 41, "68%", *first[4:]), (*first[:2], 42, "70%", *first[4:])]
    data = workbook([changed[0]])
    upload = stored(city_session, city, data)
    seen = checked(city_session, city, data, upload)
    imported(city_session, city, changed[1], submit=False)

    with pytest.raises(Conflict, match="预览后被他人修改"):
        commit_upload(
            city_session, city["REPORTER"], upload.id or 0, seen, reasons={}, today=TODAY,
            submit=False,
        )  # fmt: skip

    report = newest(city_session, city, "H2")
    lines = city_session.exec(select(ReportLine).where(ReportLine.report_id == report.id))
    assert sorted(line.completed_pct or 0 for line in lines) == [Decimal(66), Decimal(70)]


@pytest.mark.safety("AC2", "AC5")
def test_a_row_that_names_another_project_s_work_item_is_refused(
    city_session: Session, city: City
) -> None:
    city_session.add(WorkItem(project_id=city.id("S1"), code="S1-1", name="他单位子项"))
    city_session.flush()
    foreign = workbook([(*H2_ROWS[0][:8], "S1-1", None)])
    by_sheet = checked(city_session, city, foreign, stored(city_session, city, foreign))
    data = workbook([H2_ROWS[0]])
    upload = stored(city_session, city, data)
    found = checked(city_session, city, data, upload)
    forged = replace(found, drafts=(replace(found.drafts[0], work_item_code="S1-1"),))

    with pytest.raises(Invalid, match="第 3 行：项目 H2 没有子项 S1-1"):
        commit_upload(
            city_session, city["REPORTER"], upload.id or 0, forged, reasons={}, today=TODAY,
            submit=False,
        )  # fmt: skip

    assert [problem.rule for problem in by_sheet.errors] == ["unknown_work_item"]
    assert city_session.exec(select(ReportLine).where(
        col(ReportLine.completed_pct) == Decimal(65))).all() == []  # fmt: skip


def test_a_preview_of_another_file_is_refused(city_session: Session, city: City) -> None:
    data = workbook([H1_ROW])
    upload, other = stored(city_session, city, data), workbook([H1_ROW], title="另一张表")

    with pytest.raises(Conflict, match="预览与文件不一致"):
        commit_upload(
            city_session, city["REPORTER"], upload.id or 0,
            checked(city_session, city, other, upload), reasons={}, today=TODAY, submit=False,
        )  # fmt: skip


def test_a_sheet_without_anything_new_is_said_so(city_session: Session, city: City) -> None:
    imported(city_session, city, submit=False)
    data = workbook([H1_ROW], title="同样的数据")
    upload = stored(city_session, city, data)
    found = checked(city_session, city, data, upload)

    with pytest.raises(Invalid, match="没有新的或有变化的行"):
        commit_upload(
            city_session, city["REPORTER"], upload.id or 0, found, reasons={}, today=TODAY,
            submit=False,
        )  # fmt: skip


@pytest.mark.safety("AC1")
@pytest.mark.parametrize("who", ["REVIEWER", "SUPERVISOR", "LEADER", "NOBODY"])
def test_who_may_not_upload_neither_commits_nor_takes_back(
    city_session: Session, city: City, who: str
) -> None:
    data = workbook([H1_ROW])
    upload = stored(city_session, city, data)
    found = checked(city_session, city, data, upload)

    with pytest.raises(NotAllowed):
        commit_upload(
            city_session, city[who], upload.id or 0, found, reasons={}, today=TODAY, submit=False
        )
    with pytest.raises(NotAllowed):
        take_back_upload(city_session, city[who], upload.id or 0)


@pytest.mark.safety("AC2")
@pytest.mark.parametrize("who", ["schools reporter", "foreign reporter"])
def test_another_units_upload_is_not_there(city_session: Session, city: City, who: str) -> None:
    upload = stored(city_session, city, workbook([H1_ROW]))
    key = upload.id or 0

    for work in (
        lambda: discard_upload(city_session, city[who], key),
        lambda: mend_cells(city_session, city[who], key, texts={("S", "A1"): ""}),
        lambda: map_columns(city_session, city[who], key, layout="x", choices={}),
        lambda: take_back_upload(city_session, city[who], key),
        lambda: upload_dependents(city_session, city[who], key),
    ):
        with pytest.raises(Missing):
            work()


@pytest.mark.feature("X8")
def test_a_confirmed_heading_is_remembered_for_the_unit(city_session: Session, city: City) -> None:
    headings = ("项目编号", "项目名称", "干了多少", "完成进度")
    data = workbook([("H1", None, 26, "65%")], headings=headings)
    upload = stored(city_session, city, data)
    (table,) = checked(city_session, city, data, upload).tables
    choices = {"干了多少": ("cumulative_quantity", "")}

    map_columns(
        city_session, city["REPORTER"], upload.id or 0, layout=table.layout, choices=choices
    )
    found = checked(city_session, city, data, upload)
    commit_upload(
        city_session, city["REPORTER"], upload.id or 0, found, reasons={}, today=TODAY, submit=False
    )
    later = workbook([("H1", None, 27, "67%")], headings=headings)
    again = checked(city_session, city, later, stored(city_session, city, later))

    assert newest(city_session, city, "H1").cumulative_quantity == Decimal(26)
    assert again.drafts[0].values["cumulative_quantity"] == Decimal(27)
    assert len(city_session.exec(select(HeadingMapping)).all()) == 1


@pytest.fixture
def committed(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> City:
    """The city as committed rows, which every thread sees."""
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        city = plant(session)
        session.commit()
        session.expunge_all()
    monkeypatch.setattr(db, "engine", lambda: engine)
    return city


@pytest.mark.feature("G9")
@pytest.mark.safety("UP12")
def test_the_same_sheet_eight_times_at_once_is_one_import(engine: Engine, committed: City) -> None:
    city, data, start = committed, workbook([H1_ROW, *H2_ROWS]), threading.Barrier(8)
    numbers: list[str] = []
    told: list[str] = []

    def import_it() -> None:
        start.wait()
        try:
            with db.transaction() as session:
                upload = stored(session, city, data)
            with db.reading() as session:
                found = checked(session, city, data, upload)
            with db.transaction() as session:
                made = commit_upload(
                    session, city["REPORTER"], upload.id or 0, found, reasons={}, today=TODAY,
                    submit=True,
                )  # fmt: skip
            numbers.append(made.number)
        except DashboardError as error:
            told.append(str(error))

    threads = [threading.Thread(target=import_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(numbers) == 1
    assert len(told) == 7
    assert all("批次" in text or "没有重复导入" in text or "没有新的" in text for text in told), (
        told
    )
    with Session(engine) as session:
        august = select(func.count()).where(col(ProgressReport.month) == AUGUST)
        assert session.connection().scalar(august) == 2
        assert session.connection().scalar(text("SELECT count(*) FROM report_line")) == 2 + 2
        assert session.connection().scalar(
            select(func.count()).where(col(Upload.state) == UploadState.COMMITTED)
        ) == 1  # fmt: skip


def test_a_draft_given_up_is_gone_for_good(city_session: Session, city: City) -> None:
    data = workbook([H1_ROW])
    upload = stored(city_session, city, data)
    found = checked(city_session, city, data, upload)
    discard_upload(city_session, city["REPORTER"], upload.id or 0)

    with pytest.raises(Conflict, match="已放弃"):
        commit_upload(
            city_session, city["REPORTER"], upload.id or 0, found, reasons={}, today=TODAY,
            submit=False,
        )  # fmt: skip
    assert stored(city_session, city, data).id != upload.id


def test_headings_of_the_helper_are_those_of_the_city() -> None:
    assert len(HEADINGS) == len(H1_ROW)


def test_a_draft_is_submitted_later(city_session: Session, city: City) -> None:
    imported(city_session, city, submit=False)
    report = newest(city_session, city, "H1")

    receipt = submit_reports(city_session, city["REPORTER"], [report.id or 0], today=TODAY)

    assert (report.receipt, report.submitted_on) == (receipt, TODAY)
