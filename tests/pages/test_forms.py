"""Forms as people use them: the month's work of four roles, each click a command of its own."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest
from openpyxl import load_workbook
from sqlmodel import col, select

from dashboard import audit, db
from dashboard.commands.plan import commit_plan, create_programme
from dashboard.commands.upload import mend_cells, store_upload
from dashboard.imports.sheet import examine
from dashboard.queries.upload import sheet_context
from models.audit import AuditEntry
from models.instruction import Instruction
from models.light import LightKind, LightOverride
from models.milestone import Adjustment, AdjustmentState
from models.report import ProgressReport, ReportState, ReportUnlock
from models.upload import Upload, UploadKind, UploadState
from tests.city import AUGUST, H1_ROW, HOUSING, TODAY, City, workbook
from tests.pages.conftest import Open, Shown

GUARD = import_module("dashboard.ui.guard")  # the package gives the function this name


def _report(city: City, code: str = "H1") -> ProgressReport:
    with db.reading() as session:
        statement = select(ProgressReport).where(
            ProgressReport.project_id == city.id(code), ProgressReport.month == AUGUST
        )
        return max(session.exec(statement), key=lambda report: report.revision)


def _offered(page: Shown, *rows: tuple[object, ...]) -> Shown:
    page.test.file_uploader[0].set_value(("八月.xlsx", workbook(rows), "application/octet-stream"))
    return page.run()


@pytest.mark.feature("G5", "G12")
def test_a_sheet_is_uploaded_checked_imported_submitted_confirmed_and_accepted(
    open_page: Open, city: City
) -> None:
    page = _offered(open_page("reports", "REPORTER"), H1_ROW)

    assert "核对 八月.xlsx" in page.text
    assert "没有错误" in page.text
    page.press("导入并报送 1 个项目")
    assert not page.test.exception
    assert _report(city).state is ReportState.SUBMITTED

    page = open_page("reports", "REVIEWER").tick("全选（1 条）").press("审核通过 1 条")
    assert not page.test.exception
    assert _report(city).state is ReportState.CONFIRMED

    page = open_page("reports", "SUPERVISOR").tick("全选（1 条）").press("审定 1 条")
    assert not page.test.exception
    assert _report(city).state is ReportState.ACCEPTED

    board = open_page("board", "LEADER", card="H1")
    assert "65" in board.text
    assert "Sheet D3" in board.text
    assert "八月.xlsx" in board.text


@pytest.mark.safety("RE11")
def test_a_click_imports_only_the_figures_that_were_shown(open_page: Open, city: City) -> None:
    page = _offered(open_page("reports", "REPORTER"), H1_ROW)
    key = int(page.test.query_params["upload"][0])
    with db.transaction() as session:
        mend_cells(session, city["REPORTER"], key, texts={("Sheet", "E3"): "回填"})

    page.press("导入并报送 1 个项目")

    with db.reading() as session:
        assert session.get_one(Upload, key).state is UploadState.DRAFT
    assert "回填" in page.text
    page.press("导入并报送 1 个项目")
    assert _report(city).physical_progress == "回填"


@pytest.mark.feature("G5")
def test_a_checked_sheet_says_its_own_month_whatever_the_link_says(
    open_page: Open, city: City
) -> None:
    page = _offered(open_page("reports", "REPORTER"), H1_ROW)
    key = page.test.query_params["upload"][0]

    page = open_page("reports", "REPORTER", upload=key, month="2026-07-01")

    assert "2026年8月" in page.text
    assert "2026年7月" not in page.text


@pytest.mark.safety("RE11")
def test_a_reviewer_passes_only_reports_as_they_were_shown(open_page: Open, city: City) -> None:
    _offered(open_page("reports", "REPORTER"), H1_ROW).press("导入并报送 1 个项目")
    page = open_page("reports", "REVIEWER").tick("全选（1 条）")
    with db.transaction() as session:
        session.get_one(ProgressReport, _report(city).id).completed_pct = Decimal(99)
        audit.append(session, None, "report:edit")

    page.press("审核通过 1 条")

    assert _report(city).state is ReportState.SUBMITTED
    assert "99" in page.text
    assert "您的点击没有生效" in page.text


@pytest.mark.safety("RE11")
def test_who_comes_second_is_told_that_somebody_else_was_quicker(
    open_page: Open, city: City
) -> None:
    _offered(open_page("reports", "REPORTER"), H1_ROW).press("导入并报送 1 个项目")
    first = open_page("reports", "REVIEWER").tick("全选（1 条）")
    second = open_page("reports", "REVIEWER").tick("全选（1 条）")

    first.press("审核通过 1 条")
    second.press("审核通过 1 条")

    assert "您的点击没有生效" not in first.text
    assert "您的点击没有生效" in second.text
    assert "您的点击没有生效" not in second.run().text


@pytest.mark.feature("G6")
def test_a_wrong_cell_is_named_mended_by_hand_and_imported(open_page: Open, city: City) -> None:
    page = _offered(open_page("reports", "REPORTER"), (*H1_ROW[:2], "约26", *H1_ROW[3:]))

    assert "C3" in page.text
    assert any("改正前不会保存" in text for text in page.refused)
    page.write("C3 改为", "26").press("保存修改")
    assert "没有错误" in page.text
    page.press("只存草稿")

    report = _report(city)
    assert not page.test.exception
    assert (report.state, report.cumulative_quantity) == (ReportState.DRAFT, Decimal(26))


def test_a_file_that_is_no_sheet_is_one_sentence_and_given_up(open_page: Open, city: City) -> None:
    page = open_page("reports", "REPORTER")
    page.test.file_uploader[0].set_value(("八月.xlsx", b"%PDF-1.4", "application/pdf"))
    page.run()

    assert len(page.refused) == 1
    assert "PDF" in page.refused[0]
    page.press("放弃这个文件")

    assert not page.test.exception
    with db.reading() as session:
        newest = session.exec(select(Upload).order_by(col(Upload.id).desc())).first()
    assert newest is not None
    assert newest.state is UploadState.DISCARDED


@pytest.mark.feature("G12")
def test_a_report_comes_back_with_the_reason_on_the_page(open_page: Open, city: City) -> None:
    page = open_page("reports", "REPORTER").tick("全选（2 条）").press("报送 2 条")
    assert not page.test.exception

    page = open_page("reports", "REVIEWER").tick("全选（2 条）")
    refused = page.press("退回 2 条").refused
    assert refused == ["请填写退回原因。"]
    page.write("退回原因", "照片不清").press("退回 2 条")

    assert _report(city).state is ReportState.RETURNED
    assert "照片不清" in open_page("reports", "REPORTER").text
    assert "照片不清" in open_page("desk", "REPORTER").text


@pytest.mark.feature("H12")
def test_a_leader_instructs_from_the_board_and_the_unit_answers(
    open_page: Open, city: City
) -> None:
    page = open_page("board", "LEADER", card="S1", act="instruct")
    page.write("批示内容", "请教育局抓紧").press("批示")
    assert not page.test.exception
    with db.reading() as session:
        given = session.exec(select(Instruction).order_by(col(Instruction.id).desc())).first()
    assert given is not None
    assert (given.words, given.project_id) == ("请教育局抓紧", city.id("S1"))
    assert "请教育局抓紧" in open_page("desk", "schools reporter").text

    answer = open_page("project", "schools reporter", id=str(city.id("S1")), section="instructions")
    answer.write("办理情况", "已安排").press("提交答复")

    assert not answer.test.exception
    with db.reading() as session:
        answered = session.get_one(Instruction, given.id)
        assert answered.answer == "已安排"
    assert "已安排" in open_page("desk", "LEADER").text


@pytest.mark.feature("H1")
def test_the_office_sets_a_light_by_hand_with_a_reason(open_page: Open, city: City) -> None:
    page = open_page("project", "SUPERVISOR", id=str(city.id("H2"))).unfold("人工改灯")
    page.write("改灯理由", "").press("改灯")
    assert page.refused == ["请填写改灯理由。"]

    page.write("改灯理由", "暴雨停工").press("改灯")

    assert not page.test.exception
    with db.reading() as session:
        row = session.exec(select(LightOverride).order_by(col(LightOverride.id).desc())).first()
    assert row is not None
    assert (row.reason, row.kind) == ("暴雨停工", LightKind.DONE)
    assert "暴雨停工" in open_page("project", "LEADER", id=str(city.id("H2"))).text


@pytest.mark.feature("G14")
def test_an_unlock_is_asked_on_the_page_and_approved_by_the_office(
    open_page: Open, city: City
) -> None:
    page = open_page("reports", "REPORTER", month="2026-07-01")
    page.write("解锁理由", "补报照片").press("提交申请")
    assert not page.test.exception

    office = open_page("reports", "SUPERVISOR")
    assert "补报照片" in office.text
    office.press("批准解锁")

    assert not office.test.exception
    with db.reading() as session:
        opened = session.exec(select(ReportUnlock).where(
            col(ReportUnlock.approved_on).is_not(None))).all()  # fmt: skip
    assert len(opened) == 1
    assert opened[0].approved_by_id == city["SUPERVISOR"].account_id


@pytest.mark.feature("G14")
def test_an_unlock_that_is_refused_shows_its_reason_to_who_asked(open_page: Open) -> None:
    asking = open_page("reports", "REPORTER", month="2026-07-01")
    asking.write("解锁理由", "补报照片").press("提交申请")
    office = open_page("reports", "SUPERVISOR")

    office.write("不批准理由", "照片已在佐证中").press("不批准")

    assert not office.test.exception
    assert "补报照片" not in office.text
    desk = open_page("desk", "REPORTER").text
    assert "2026-07 解锁申请未获批准" in desk
    assert "照片已在佐证中" in desk


@pytest.mark.feature("F7")
def test_an_adjustment_is_decided_on_the_plan_page(open_page: Open, city: City) -> None:
    page = open_page("plan", "SUPERVISOR")
    before = page.text.count("待审批")
    page.press("批准")

    assert not page.test.exception
    assert page.refused == [], page.labels
    with db.reading() as session:
        approved = session.exec(
            select(Adjustment).where(Adjustment.state == AdjustmentState.APPROVED)
        ).all()
    assert before
    assert len(approved) == 1
    assert approved[0].new.startswith("新")


@pytest.mark.feature("G12")
def test_no_change_is_one_click(open_page: Open, city: City) -> None:
    with db.transaction() as session:
        for report in session.exec(select(ProgressReport).where(ProgressReport.month == AUGUST)):
            report.month = AUGUST.replace(month=9)  # nobody has reported August yet
    page = open_page("reports", "REPORTER", month="2026-08-01")

    page.press(f"H1 供热管网改造{HOUSING}：本月无变化")

    report = _report(city)
    assert not page.test.exception
    assert (report.no_change, report.state) == (True, ReportState.DRAFT)
    assert report.completed_pct == Decimal("56.1011")


@pytest.mark.safety("AC4")
def test_a_click_after_signing_out_writes_nothing(
    open_page: Open, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("reports", "REPORTER").tick("全选（2 条）")
    with db.reading() as session:
        before = len(session.exec(select(AuditEntry)).all())

    monkeypatch.setattr(GUARD, "session_uid", lambda: "ended")
    page.press("报送 2 条")

    assert "重新登录" in page.text
    assert HOUSING not in page.text
    assert _report(city).state is ReportState.DRAFT
    with db.reading() as session:
        assert len(session.exec(select(AuditEntry)).all()) == before


@pytest.mark.safety("AU11")
def test_a_role_taken_away_works_at_the_next_click(
    open_page: Open, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("reports", "REPORTER").tick("全选（2 条）")

    monkeypatch.setattr(GUARD, "actor_of", lambda *_args: city["NOBODY"])
    page.press("报送 2 条")

    assert page.refused == ["您没有权限进行此操作。"]
    assert _report(city).state is ReportState.DRAFT


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    ("name", "who", "link"),
    [
        ("board", "LEADER", {"day": "0001-01-01"}),
        ("board", "LEADER", {"day": "9999-12-31"}),
        ("reports", "REPORTER", {"upload": "9" * 30}),
        ("project", "LEADER", {"id": "9" * 30}),
    ],
)
def test_a_link_from_nowhere_opens_the_page_without_an_exception(
    open_page: Open, name: str, who: str, link: dict[str, str]
) -> None:
    page = open_page(name, who, **link)

    assert not page.test.exception


@pytest.mark.feature("G6")
@pytest.mark.feature("G11")
def test_errors_are_grouped_by_rule_and_what_lacks_a_column_is_added(
    open_page: Open, city: City
) -> None:
    page = open_page("reports", "REPORTER")
    rows = [("H1", "约12"), ("H2", "约13"), ("H9", "65%")]
    data = workbook(rows, headings=("项目编号", "完成进度"))
    page.test.file_uploader[0].set_value(("八月.xlsx", data, "application/octet-stream"))
    page.run()

    titles = [each.label for each in page.test.expander]
    assert "看不出确定的内容：2 处　第 3–4 行" in titles
    assert "任务清单里没有这个项目：1 处　第 5 行" in titles
    assert "有错误 3" in page.text
    page.press("第 5 行不导入")
    page.write("B3 改为", "10%").write("B4 改为", "90%").press("保存修改")
    for title, text in (
        ("滞后原因3", "征地滞后"), ("整改措施3", "增加班组"), ("预计完成时间3", "11月底前"),
    ):  # fmt: skip
        page.write(f"补填 {title}", text).press("保存修改")

    assert not page.test.exception
    assert "没有错误" in page.text


@pytest.mark.feature("X8")
def test_hidden_rows_are_listed_and_read_on_a_tick(open_page: Open, city: City) -> None:
    book = load_workbook(io.BytesIO(workbook([H1_ROW, ("H2", None, 100, "83%")])))
    book["Sheet"].row_dimensions[4].hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    page = open_page("reports", "REPORTER")
    given = ("八月.xlsx", buffer.getvalue(), "application/octet-stream")
    page.test.file_uploader[0].set_value(given)
    page.run()

    assert "导入并报送 1 个项目" in page.labels
    page.tick("读取隐藏的行、列和工作表（1 处）")

    assert not page.test.exception
    assert "导入并报送 2 个项目" in page.labels


@pytest.mark.feature("G8")
def test_a_plan_sheet_is_taken_back_after_what_depends_on_it_is_told(
    open_page: Open, city: City
) -> None:
    office = city["SUPERVISOR"]
    with db.transaction() as session:
        place = city.regions["home"].id or 0
        made = create_programme(session, office, region_id=place, year=2027, name="明年清单")
        headings = ("项目编号", "项目名称", "牵头单位")
        data = workbook([("N1", "新建停车场", "市住建局")], headings=headings, title="2027年")
        kept = store_upload(
            session, office, kind=UploadKind.PLAN, programme_id=made.id or 0, agency_id=None,
            month=date(2027, 1, 1), name="分解表.xlsx", data=data,
        )  # fmt: skip
        found = examine(data, "分解表.xlsx", sheet_context(session, office, kept.id or 0))
        commit_plan(session, office, kept.id or 0, found, reasons={}, today=TODAY)
    page = open_page("plan", "SUPERVISOR", programme=str(made.id))

    assert "新建停车场" in page.text
    page.press("确认撤回")

    assert not page.test.exception
    assert page.refused == []
    assert "新建停车场" not in page.text
    with db.reading() as session:
        assert session.get_one(Upload, kept.id).state is UploadState.TAKEN_BACK
