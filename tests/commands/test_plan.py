"""The plan sheet: units, projects, months and money come in at once; adopted, it moves nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.adjustment import propose_adjustment
from dashboard.commands.batch import Imported, commit_upload
from dashboard.commands.plan import commit_plan, create_programme
from dashboard.commands.plan_undo import take_back_plan
from dashboard.commands.project import adopt_programme
from dashboard.commands.row import save_row
from dashboard.commands.upload import store_upload
from dashboard.errors import Conflict, DashboardError, Invalid, NotAllowed
from dashboard.imports.examination import Examination, Status
from dashboard.imports.sheet import examine
from dashboard.queries.plan_undo import plan_dependents
from dashboard.queries.upload import sheet_context
from models.agency import Agency
from models.custom import CustomValue
from models.fact import ProjectMonth, RegionMonth
from models.milestone import AdjustmentField, Milestone, MilestoneKind
from models.programme import Programme
from models.project import FundSource, LivelihoodProject, SupportingAgency, WorkItem
from models.report import ExpectedReport
from models.upload import Upload, UploadKind
from tests.city import TODAY, City, events, workbook

NEXT_YEAR = date(2027, 2, 1)
HEADINGS = (
    "项目编号", "项目名称", "类别", "目标任务", "年度目标数量", "计量单位", "子项编号", "子项名称",
    "权重(%)", "子项数量", "子项计量单位", "牵头单位", "配合单位", "分管领导", "责任人", "联系人",
    "联系电话", "完成标准", "管养主体", "计划开工时间", "计划完成时间", "计划投资(万元)",
    "资金来源", *(f"{month}月序时进度(%)" for month in range(1, 13)), "节点安排", "备注",
)  # fmt: skip
PIPES: Mapping[str, Any] = {
    "项目编号": "N1", "项目名称": "供热管网改造", "类别": "住房", "目标任务": "改造供热管网40公里",
    "年度目标数量": 40, "计量单位": "公里", "牵头单位": "市住建局",
    "配合单位": "市财政局、市水务局",
    "分管领导": "某副市长", "责任人": "张某", "联系人": "李某", "联系电话": "13800000000",
    "完成标准": "通热", "管养主体": "市热力公司", "计划开工时间": "2027-03-01",
    "计划完成时间": "2027年11月底前", "计划投资(万元)": "1,200", "资金来源": "市级财政",
    "节点安排": "3月底前：招标；10月底前：主体完工", "备注": "",
    **{f"{month}月序时进度(%)": 8 * month for month in range(1, 13)},
}  # fmt: skip
ESTATES: Mapping[str, Any] = {
    **PIPES, "项目编号": "N2", "项目名称": "老旧小区改造", "年度目标数量": 120, "计量单位": "个",
    "配合单位": None, "节点安排": None,
}  # fmt: skip
ROOFS: Mapping[str, Any] = {
    "项目编号": "N2", "项目名称": "老旧小区改造", "子项编号": "N2-1", "子项名称": "屋面防水",
    "权重(%)": 60, "子项数量": 50, "子项计量单位": "栋",
}  # fmt: skip
WALLS: Mapping[str, Any] = {**ROOFS, "子项编号": "N2-2", "子项名称": "外墙保温", "权重(%)": 40}
WHOLE = (PIPES, ESTATES, ROOFS, WALLS)


def _sheet(
    rows: Sequence[Mapping[str, Any]],
    title: str = "2027年任务分解表",
    headings: Sequence[str] = HEADINGS,
) -> bytes:
    return workbook([[row.get(name) for name in headings] for row in rows], headings, title)


def _opened(session: Session, city: City, year: int = 2027) -> Programme:
    return create_programme(
        session, city["SUPERVISOR"], region_id=city.regions["home"].id or 0, year=year,
        name=f"{year}年民生实事",
    )  # fmt: skip


def _read(
    session: Session, city: City, programme: Programme, data: bytes, who: str = "SUPERVISOR"
) -> tuple[Upload, Examination]:
    upload = store_upload(
        session, city[who], kind=UploadKind.PLAN, programme_id=programme.id or 0, agency_id=None,
        month=date(programme.year, 1, 1), name="任务分解表.xlsx", data=data,
    )  # fmt: skip
    context = sheet_context(session, city[who], upload.id or 0)
    return upload, examine(data, "任务分解表.xlsx", context)


def _asked(session: Session, city: City, name: str, kind: str, **more: Any) -> str:
    """Let the administrator ask something more of every project; gives what it is called."""
    page = ADMIN_PAGES["custom_field"]
    values = {"belongs_to": "PROJECT", "name": name, "kind": kind, **more}
    return f"own{save_row(session, city['ADMIN'], page, None, values, today=TODAY).id}"


def _brought_in(
    session: Session,
    city: City,
    programme: Programme,
    rows: Sequence[Mapping[str, Any]] = WHOLE,
    today: date = TODAY,
) -> Imported:
    upload, found = _read(session, city, programme, _sheet(rows))
    assert not found.errors, found.errors
    return commit_plan(
        session, city["SUPERVISOR"], upload.id or 0, found, reasons=_reasons(found), today=today
    )


def _reasons(found: Examination) -> dict[tuple[str, int], str]:
    rows = {(p.sheet, int("".join(filter(str.isdigit, p.cell)) or 0)) for p in found.warnings}
    return dict.fromkeys(rows, "已核实")


def _project(session: Session, code: str) -> LivelihoodProject:
    return session.exec(select(LivelihoodProject).where(LivelihoodProject.code == code)).one()


@pytest.mark.feature("F1", "F2", "F3", "F4")
def test_a_sheet_brings_in_projects_units_months_steps_and_money(
    city_session: Session, city: City
) -> None:
    programme = _opened(city_session, city)

    made = _brought_in(city_session, city, programme)

    pipes, estates = _project(city_session, "N1"), _project(city_session, "N2")
    assert made.rows == 2
    assert (pipes.name, pipes.target_quantity, pipes.unit_of_measure) == (
        "供热管网改造", Decimal(40), "公里",
    )  # fmt: skip
    assert pipes.lead_agency_id == city.agencies["housing"].id
    assert (pipes.starts_on, pipes.due_on) == (date(2027, 3, 1), date(2027, 11, 30))
    assert (pipes.due_text, pipes.planned_investment_wan) == ("2027年11月底前", Decimal(1200))
    funds = city_session.exec(select(FundSource).where(FundSource.project_id == pipes.id)).one()
    assert (funds.name, funds.budgeted_wan) == ("市级财政", Decimal(1200))
    plan = city_session.exec(
        select(Milestone).where(Milestone.project_id == pipes.id).order_by(col(Milestone.id))
    ).all()
    monthly = [m.planned_pct for m in plan if m.kind is MilestoneKind.MONTHLY]
    steps = [(m.name, m.due_on) for m in plan if m.kind is MilestoneKind.NODE]
    assert monthly == [Decimal(8 * month) for month in range(1, 13)]
    assert steps == [("招标", date(2027, 3, 31)), ("主体完工", date(2027, 10, 31))]
    items = city_session.exec(select(WorkItem).where(WorkItem.project_id == estates.id)).all()
    assert sorted((i.code, i.weight_pct, i.target_quantity, i.unit_of_measure) for i in items) == [
        ("N2-1", Decimal(60), Decimal(50), "栋"),
        ("N2-2", Decimal(40), Decimal(50), "栋"),
    ]


def test_a_plan_is_written_with_few_statements_a_row(city_session: Session, city: City) -> None:
    programme = _opened(city_session, city)
    rows = [row for number in range(30) for row in _numbered(f"M{number:03d}")]
    upload, found = _read(city_session, city, programme, _sheet(rows))
    met: list[str] = []
    engine = city_session.connection().engine

    def count(*given: Any) -> None:
        met.append(given[2])

    event.listen(engine, "before_cursor_execute", count)
    commit_plan(
        city_session, city["SUPERVISOR"], upload.id or 0, found, reasons=_reasons(found),
        today=TODAY,
    )  # fmt: skip
    event.remove(engine, "before_cursor_execute", count)

    assert len(met) <= 2 * len(rows) + 30


def _numbered(code: str) -> list[Mapping[str, Any]]:
    whole = {**ESTATES, "项目编号": code, "项目名称": f"小区改造{code}", "计划开工时间": None,
             "计划完成时间": "11月底前"}  # fmt: skip
    name = {"项目编号": code, "项目名称": f"小区改造{code}"}
    items = [{**row, **name, "子项编号": f"{code}-{n}"} for n, row in enumerate((ROOFS, WALLS), 1)]
    return [whole, *items]


@pytest.mark.feature("P8")
def test_units_nobody_knew_are_added_once_with_a_code_of_their_own(
    city_session: Session, city: City
) -> None:
    taken = Agency(code="home-004", name="别的局", region_id=city.regions["away"].id or 0)
    city_session.add(taken)
    city_session.flush()
    programme = _opened(city_session, city)

    _brought_in(city_session, city, programme)

    statement = select(Agency).where(col(Agency.name).in_(["市水务局", "市热力公司"]))
    added = city_session.exec(statement.order_by(col(Agency.id))).all()
    assert len(added) == 2
    assert len({agency.code for agency in (*added, taken)}) == 3
    assert all(agency.path == f"/{agency.id}/" for agency in added)
    supporting = city_session.exec(
        select(SupportingAgency.agency_id).where(
            SupportingAgency.project_id == _project(city_session, "N1").id
        )
    ).all()
    assert city.agencies["finance"].id in supporting
    assert events(city_session).count("agency:edit") == 2


@pytest.mark.feature("G1")
def test_reports_are_expected_once_the_list_is_in(city_session: Session, city: City) -> None:
    programme = _opened(city_session, city)

    _brought_in(city_session, city, programme, today=NEXT_YEAR)

    keys = [_project(city_session, code).id for code in ("N1", "N2")]
    owed = city_session.exec(
        select(ExpectedReport).where(col(ExpectedReport.project_id).in_(keys))
    ).all()
    assert len(owed) == 2 * 2


@pytest.mark.feature("G5", "G9")
def test_the_same_plan_in_another_file_is_unchanged_row_by_row(
    city_session: Session, city: City
) -> None:
    programme = _opened(city_session, city)
    _brought_in(city_session, city, programme)

    _upload, found = _read(city_session, city, programme, _sheet(WHOLE, "再来一份"))

    assert [draft.changes for draft in found.drafts] == [()] * 4
    assert {draft.status for draft in found.drafts} == {Status.UNCHANGED}


@pytest.mark.feature("G5")
def test_a_changed_row_shows_old_and_new(city_session: Session, city: City) -> None:
    programme = _opened(city_session, city)
    _brought_in(city_session, city, programme)
    moved = {**PIPES, "年度目标数量": 42, "牵头单位": "市教育局"}

    _upload, found = _read(city_session, city, programme, _sheet([moved, *WHOLE[1:]]))
    _brought_in(city_session, city, programme, [moved, *WHOLE[1:]])

    changes = {c.field: (c.old, c.new) for c in found.drafts[0].changes}
    assert changes == {
        "target_quantity": (Decimal(40), Decimal(42)),
        "lead_agency": ("市住建局", "市教育局"),
    }
    assert [draft.status for draft in found.drafts[1:]] == [Status.UNCHANGED] * 3
    project = _project(city_session, "N1")
    assert project.lead_agency_id == city.agencies["schools"].id
    plan = city_session.exec(select(Milestone).where(Milestone.project_id == project.id)).all()
    assert len(plan) == 12 + 2


@pytest.mark.feature("X6", "F7")
@pytest.mark.parametrize(
    "moved",
    [
        {"年度目标数量": 38},
        {"目标任务": "少改造些"},
        {"计划完成时间": "2027-12-31"},
        {"8月序时进度(%)": 10},
        {"牵头单位": "市教育局"},
        {"项目名称": "改个名字", "项目编号": "N1"},
        {"节点安排": "12月底前：招标"},
    ],
)
def test_an_adopted_list_is_not_moved_by_a_sheet(
    city_session: Session, city: City, moved: dict[str, Any]
) -> None:
    programme = _opened(city_session, city)
    _brought_in(city_session, city, programme)
    adopt_programme(city_session, city["SUPERVISOR"], programme.id or 0, today=TODAY)
    before = _project(city_session, "N1").model_dump()

    with pytest.raises(Invalid, match="申请调整"), city_session.begin_nested():
        _brought_in(city_session, city, programme, [{**PIPES, **moved}])

    city_session.expire_all()
    assert _project(city_session, "N1").model_dump() == before


@pytest.mark.feature("X6")
def test_an_adopted_list_takes_no_new_project_and_still_new_people(
    city_session: Session, city: City
) -> None:
    programme = _opened(city_session, city)
    _brought_in(city_session, city, programme)
    adopt_programme(city_session, city["SUPERVISOR"], programme.id or 0, today=TODAY)
    plan = select(Milestone.id).where(Milestone.project_id == _project(city_session, "N1").id)
    before = city_session.exec(plan).all()

    with pytest.raises(Invalid, match="不能再增加项目"), city_session.begin_nested():
        _brought_in(city_session, city, programme, [*WHOLE, {**PIPES, "项目编号": "N9"}])
    _brought_in(city_session, city, programme, [{**PIPES, "联系人": "王某"}])

    assert _project(city_session, "N1").contact == "王某"
    assert city_session.exec(plan).all() == before


def test_a_list_that_is_not_adopted_is_changed_by_its_sheet_not_by_adjustment(
    city_session: Session, city: City
) -> None:
    programme = _opened(city_session, city)
    _brought_in(city_session, city, programme)

    with pytest.raises(Invalid, match="尚未审定"):
        propose_adjustment(
            city_session, city["SUPERVISOR"], _project(city_session, "N1").id or 0,
            field=AdjustmentField.TARGET, new="x", reason="x", today=TODAY,
        )  # fmt: skip


@pytest.mark.feature("G8")
def test_one_bad_row_brings_in_nothing(city_session: Session, city: City) -> None:
    programme = _opened(city_session, city)
    upload, found = _read(
        city_session, city, programme, _sheet([PIPES, {**ESTATES, "年度目标数量": "约一百"}])
    )

    with pytest.raises(Invalid, match="处错误"):
        commit_plan(
            city_session, city["SUPERVISOR"], upload.id or 0, found, reasons={}, today=TODAY
        )

    projects = select(LivelihoodProject).where(LivelihoodProject.programme_id == programme.id)
    assert city_session.exec(projects).all() == []


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    "hostile",
    [
        {"项目名称": "长" * 200},
        {"项目编号": "N" * 40},
        {"联系人": "长" * 5000},
        {"目标任务": "长" * 30_000},
        {"类别": "长" * 100},
    ],
)
def test_a_text_without_room_is_one_sentence(
    city_session: Session, city: City, hostile: dict[str, Any]
) -> None:
    programme = _opened(city_session, city)

    with pytest.raises((DashboardError, AssertionError), match=r"最多|错误|字"):
        _brought_in(city_session, city, programme, [{**PIPES, **hostile}])


def test_the_same_plan_file_counts_once(city_session: Session, city: City) -> None:
    programme, data = _opened(city_session, city), _sheet(WHOLE)
    upload, found = _read(city_session, city, programme, data)
    arguments: dict[str, Any] = {"reasons": _reasons(found), "today": TODAY}
    commit_plan(city_session, city["SUPERVISOR"], upload.id or 0, found, **arguments)

    again, _found = _read(city_session, city, programme, data)
    with pytest.raises(Conflict, match="已导入"):
        commit_plan(city_session, city["SUPERVISOR"], again.id or 0, found, **arguments)


@pytest.mark.safety("AC1")
@pytest.mark.parametrize("who", ["LEADER", "REPORTER", "ADMIN", "stranger", "NOBODY"])
def test_only_the_own_office_plans(city_session: Session, city: City, who: str) -> None:
    with pytest.raises(NotAllowed):
        create_programme(
            city_session, city[who], region_id=city.regions["home"].id or 0, year=2028, name="x"
        )
    programme = _opened(city_session, city)
    with pytest.raises(NotAllowed):
        _read(city_session, city, programme, _sheet(WHOLE), who)


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    ("year", "name"), [(1900, "x"), (10**9, "x"), (2028, ""), (2028, "长" * 81)]
)
def test_a_list_has_a_year_and_a_name(
    city_session: Session, city: City, year: int, name: str
) -> None:
    with pytest.raises(Invalid):
        create_programme(
            city_session, city["SUPERVISOR"], region_id=city.regions["home"].id or 0, year=year,
            name=name,
        )  # fmt: skip


def test_a_region_has_one_list_a_year(city_session: Session, city: City) -> None:
    with pytest.raises(Conflict, match="已经有了"):
        _opened(city_session, city, 2026)


WRITTEN = (
    LivelihoodProject, WorkItem, Milestone, FundSource, SupportingAgency, Agency, ExpectedReport,
    ProjectMonth, RegionMonth,
)  # fmt: skip


def _export(session: Session) -> list[str]:
    """Everything a plan sheet may touch, without keys and instants of the rows."""
    out = {"created_at", "changed_at", "version", "id"}
    rows = [row for model in WRITTEN for row in session.exec(select(model))]
    return sorted(f"{type(row).__name__} {row.model_dump_json(exclude=out)}" for row in rows)


def _batch(session: Session, made: Imported) -> int:
    return session.exec(select(Upload).where(Upload.number == made.number)).one().id or 0


@pytest.mark.feature("G8", "X10")
def test_taking_a_plan_back_leaves_not_a_byte(city_session: Session, city: City) -> None:
    programme = _opened(city_session, city)
    before = _export(city_session)
    made = _brought_in(city_session, city, programme)
    brought = _export(city_session)

    told = plan_dependents(city_session, city["SUPERVISOR"], _batch(city_session, made))
    take_back_plan(city_session, city["SUPERVISOR"], _batch(city_session, made), today=TODAY)

    assert told == {"N1": "删除", "N2": "删除"}
    assert before != brought
    assert _export(city_session) == before


@pytest.mark.feature("G8", "X10")
def test_taking_a_changed_plan_back_restores_the_first(city_session: Session, city: City) -> None:
    programme = _opened(city_session, city)
    _brought_in(city_session, city, programme)
    before = _export(city_session)
    moved = {
        **PIPES,
        "责任人": "赵某",
        "配合单位": "市新设局",
        "1月序时进度(%)": 9,
        "资金来源": "省级",
    }
    third = {**WALLS, "子项编号": "N2-3", "子项名称": "管线"}
    made = _brought_in(city_session, city, programme, (moved, {**ESTATES, "备注": "x"}, third))

    take_back_plan(city_session, city["SUPERVISOR"], _batch(city_session, made), today=TODAY)

    assert _export(city_session) == before


@pytest.mark.feature("G8")
def test_a_plan_is_not_taken_back_over_later_work(city_session: Session, city: City) -> None:
    programme = _opened(city_session, city)
    first = _brought_in(city_session, city, programme)
    _brought_in(city_session, city, programme, ({**PIPES, "责任人": "赵某"},))

    with pytest.raises(Conflict, match="N1 在导入后又有改动"):
        take_back_plan(city_session, city["SUPERVISOR"], _batch(city_session, first), today=TODAY)


@pytest.mark.feature("G8")
def test_an_adopted_plan_is_not_taken_back(city_session: Session, city: City) -> None:
    programme = _opened(city_session, city)
    made = _brought_in(city_session, city, programme)
    adopt_programme(city_session, city["SUPERVISOR"], programme.id or 0, today=TODAY)

    with pytest.raises(Conflict, match="已审定"):
        take_back_plan(city_session, city["SUPERVISOR"], _batch(city_session, made), today=TODAY)


@pytest.mark.safety("AC1")
def test_a_reporter_takes_no_plan_back(city_session: Session, city: City) -> None:
    made = _brought_in(city_session, city, _opened(city_session, city))

    with pytest.raises(DashboardError):
        take_back_plan(city_session, city["REPORTER"], _batch(city_session, made), today=TODAY)


@pytest.mark.safety("AC5")
def test_a_plan_is_not_imported_as_a_month(city_session: Session, city: City) -> None:
    upload, found = _read(city_session, city, _opened(city_session, city), _sheet(WHOLE))

    with pytest.raises(DashboardError):
        commit_upload(
            city_session, city["SUPERVISOR"], upload.id or 0, found, reasons=_reasons(found),
            today=TODAY, submit=False,
        )  # fmt: skip


OWN_HEADINGS = (*HEADINGS, "受益人数(人)", "是否重点")


@pytest.mark.feature("O10", "G4")
def test_a_field_an_office_asks_of_projects_comes_in_with_the_plan_and_goes_with_it(
    city_session: Session, city: City
) -> None:
    people = _asked(city_session, city, "受益人数", "EXACT", required=True)
    first = _asked(city_session, city, "是否重点", "FLAG")
    programme = _opened(city_session, city)
    pipes = {**PIPES, "受益人数(人)": "1.2万", "是否重点": "是"}
    estates = {**ESTATES, "受益人数(人)": 300}
    data = _sheet((pipes, estates, ROOFS), headings=OWN_HEADINGS)
    upload, found = _read(city_session, city, programme, data)

    commit_plan(
        city_session, city["SUPERVISOR"], upload.id or 0, found, reasons=_reasons(found),
        today=TODAY,
    )  # fmt: skip

    asked = [_project(city_session, code).id or 0 for code in ("N1", "N2")]
    kept = {row.row_id: row.answers for row in city_session.exec(select(CustomValue))}
    assert [kept[key] for key in asked] == [
        {people: "12000", first: True}, {people: "300", first: None},
    ]  # fmt: skip
    again = _read(city_session, city, programme, _sheet((PIPES, ESTATES), headings=HEADINGS[:35]))
    assert not again[1].errors
    take_back_plan(city_session, city["SUPERVISOR"], upload.id or 0, today=TODAY)
    assert list(city_session.exec(select(CustomValue))) == []


@pytest.mark.feature("O10", "G6", "G8")
def test_an_adopted_plan_still_takes_answers_and_gives_the_old_ones_back(
    city_session: Session, city: City
) -> None:
    people = _asked(city_session, city, "受益人数", "EXACT", required=True)
    programme = city_session.get_one(Programme, city.programmes["home"].id)
    head = ("项目编号", "项目名称", "受益人数")
    row = {"项目编号": "H1", "项目名称": city.projects["H1"].name}
    save_row(
        city_session, city["SUPERVISOR"], ADMIN_PAGES["livelihood_project"], city.id("H1"),
        {people: 900}, today=TODAY,
    )  # fmt: skip
    blank = _read(city_session, city, programme, _sheet((row,), headings=head))[1]
    data = _sheet(({**row, "受益人数": 1200},), headings=head)
    upload, found = _read(city_session, city, programme, data)

    commit_plan(
        city_session, city["SUPERVISOR"], upload.id or 0, found, reasons=_reasons(found),
        today=TODAY,
    )  # fmt: skip

    (kept,) = city_session.exec(select(CustomValue))
    assert [(p.cell, p.message) for p in blank.errors] == [("C3", "没有填写“受益人数”")]
    assert found.drafts[0].changes == ((people, Decimal(900), Decimal(1200)),)
    assert kept.answers == {people: "1200"}
    take_back_plan(city_session, city["SUPERVISOR"], upload.id or 0, today=TODAY)
    assert kept.answers == {people: "900"}
