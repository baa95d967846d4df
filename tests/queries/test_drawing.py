"""Own charts worked out: the groups add up to the list, by whoever reads, in both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session

from dashboard.admin.chart import Chart
from dashboard.admin.spec import NOTHING, View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.row import save_row
from dashboard.db import records
from dashboard.errors import NotAllowed
from dashboard.permissions import Actor
from dashboard.queries import drawing as drawings
from dashboard.queries.drawing import Drawing, drawing, groups, measures
from dashboard.queries.row import row_count, rows
from models.account import Role
from models.chart import ChartFigure, ChartKind
from models.custom import CustomKind
from models.project import LivelihoodProject
from models.report import ProgressReport, ReportState
from tests.city import AUGUST, FOREIGN, HOUSING, JULY, SCHOOLS, TODAY, City, furnish, save
from tests.commands.test_own_field import added

PROJECT, REPORT = ADMIN_PAGES["livelihood_project"], ADMIN_PAGES["progress_report"]
SUM, AVERAGE = ChartFigure.SUM, ChartFigure.AVERAGE
BAR, LINE, MATRIX = ChartKind.BAR, ChartKind.LINE, ChartKind.MATRIX
HEAT, NUMBER = ChartKind.HEAT, ChartKind.NUMBER
ROLES = [role.value for role in Role] + ["NOBODY", "stranger"]
MARKS = {
    "SUPERVISOR": {HOUSING, SCHOOLS},
    "LEADER": {HOUSING, SCHOOLS},
    "AUDITOR": {HOUSING, SCHOOLS},
    "REPORTER": {HOUSING},
    "REVIEWER": {HOUSING},
    "OBSERVER": {HOUSING},
    "stranger": {FOREIGN},
}


def said(found: Drawing) -> dict[tuple[str, ...], Any]:
    """The values of a drawing by what its groups are called."""
    assert not found.refusal, found.refusal
    return {
        tuple(filter(None, (found.by.labels[row["by"]], found.across.labels[row["across"]]))): row[
            "value"
        ]
        for row in records(found.cells)
    }


@pytest.mark.feature("O7", "O11")
@pytest.mark.safety("AC1", "AC2")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_for_every_table_and_role_a_chart_adds_up_to_the_list_and_shows_no_foreign_word(
    city_session: Session, city: City, role: str
) -> None:
    furnish(city_session, city)
    actor, turn = city[role], ROLES.index(role)
    foreign = {HOUSING, SCHOOLS, FOREIGN} - MARKS.get(role, set())

    for table, page in ADMIN_PAGES.items():
        if not actor.may(page.read):
            with pytest.raises(NotAllowed):
                drawing(city_session, actor, page, Chart(NUMBER))
            continue
        names = list(groups(city_session, actor, page))
        by, across = names[turn % len(names)], names[(turn + 1) % len(names)]
        found = drawing(city_session, actor, page, Chart(BAR, by, "" if by == across else across))

        count = row_count(city_session, actor, page)
        assert sum(found.cells["rows"]) == found.rows == found.total == count, (table, by)
        words = "|".join((*found.by.labels, *found.across.labels))
        assert table == "audit_entry" or not [m for m in foreign if m in words], (table, by)


@pytest.mark.feature("O7", "O11")
def test_every_column_groups_the_list_and_a_group_s_link_lists_just_what_was_counted(
    city_session: Session, city: City, dialect: str
) -> None:
    furnish(city_session, city)
    actor, linked = city["SUPERVISOR"], 0

    for page in (each for each in ADMIN_PAGES.values() if actor.may(each.read)):
        count = row_count(city_session, actor, page)
        offered = groups(city_session, actor, page)
        kinds = {each.kind: name for name, each in offered.items()}
        for name in offered if dialect == "sqlite" else kinds.values():
            found = drawing(city_session, actor, page, Chart(BAR, name))
            assert sum(found.cells["rows"]) == found.rows == count, (page.table, name)
            for row in records(found.cells)[-2:]:
                where, value = found.by.links[row["by"]]
                view = View(days=value) if where == "days" else View(filters=((where, (value,)),))
                if where:
                    linked += 1
                    told = row_count(city_session, actor, page, view)
                    assert told == row["rows"], (page.table, name, value)

    assert linked > 50


@pytest.mark.feature("O11")
def test_every_figure_is_worked_out_from_what_the_list_shows(
    city_session: Session, city: City
) -> None:
    furnish(city_session, city)
    actor = city["SUPERVISOR"]

    for page in (each for each in ADMIN_PAGES.values() if each.measures):
        for name in measures(city_session, actor, page):
            told = rows(city_session, actor, page, View(columns=(name,)), most=10**6)[name]
            kept = [value for value in told if value is not None]
            found = drawing(city_session, actor, page, Chart(NUMBER, "", "", AVERAGE, name))
            assert (found.rows, found.filled) == (len(told), len(kept)) or found.refusal
            if kept and not found.refusal:
                expected = sum(kept, Decimal(0)) / len(kept)
                assert abs(found.total - expected) <= Decimal("0.005"), (page.table, name)


@pytest.mark.feature("O11")
def test_a_leader_charts_what_a_unit_filled_into_a_field_the_administrator_added(
    city_session: Session, city: City
) -> None:
    kind = added(city_session, city, CustomKind.CHOICE, name="建设性质", choices="新建\n改建")
    people = added(city_session, city, CustomKind.EXACT)
    for code, what, number in (("H1", "改建", "0.1"), ("H2", "新建", "0.2"), ("S1", None, None)):
        values = {kind: what, people: number}
        save_row(city_session, city["SUPERVISOR"], PROJECT, city.id(code), values, today=TODAY)
    leader = city["LEADER"]

    counted = drawing(city_session, leader, PROJECT, Chart(BAR, kind))
    added_up = drawing(city_session, leader, PROJECT, Chart(BAR, kind, "", SUM, people))
    whole = drawing(city_session, leader, PROJECT, Chart(NUMBER, "", "", SUM, people))

    assert said(counted) == {("新建",): 1, ("改建",): 1, ("未填",): 1}
    assert said(added_up) == {
        ("新建",): Decimal("0.2"), ("改建",): Decimal("0.1"), ("未填",): None,
    }  # fmt: skip
    assert (whole.total, whole.filled, whole.rows) == (Decimal("0.3"), 2, 3)


@pytest.mark.feature("O11")
def test_a_unit_s_own_field_of_its_report_is_charted_by_month(
    city_session: Session, city: City
) -> None:
    name = added(city_session, city, CustomKind.EXACT, belongs_to="REPORT", name="出动人次")
    for code, number in (("H1", "12"), ("H2", "30")):
        key = city.reports[code].id or 0
        city_session.get_one(ProgressReport, key).state = ReportState.RETURNED
        city_session.flush()
        save_row(city_session, city["REPORTER"], REPORT, key, {name: number}, today=TODAY)

    found = drawing(city_session, city["LEADER"], REPORT, Chart(LINE, "month", "", SUM, name))

    assert said(found) == {("2026-07",): 42}
    assert (found.by.monthly, found.by.title) == (True, "月份（按月）")


@pytest.mark.feature("O11", "O8")
@pytest.mark.safety("PI2")
def test_a_chart_on_a_column_kept_from_the_reader_says_so_and_shows_nothing(
    city_session: Session, city: City
) -> None:
    chart, filtered = Chart(BAR, "phone"), View(filters=(("phone", ("13800000000",)),))
    remark = ADMIN_PAGES["observer_remark"]

    seen = drawing(city_session, city["LEADER"], PROJECT, chart)
    kept = drawing(city_session, city["OBSERVER"], PROJECT, chart)
    author = drawing(city_session, city["LEADER"], remark, Chart(BAR, "account_id"))
    by_filter = drawing(city_session, city["OBSERVER"], PROJECT, Chart(NUMBER), filtered)

    assert said(seen) == {("13800000000",): 3}
    assert kept.refusal == "此图用到“联系电话”，您无权查看这一列，因此不显示。"
    assert "您无权查看" in author.refusal
    assert "您无权查看" in by_filter.refusal
    assert all(one.cells.empty and not one.rows for one in (kept, author, by_filter))


@pytest.mark.feature("O11")
@pytest.mark.parametrize(
    ("chart", "told"),
    [
        (Chart(BAR), "请选择按哪一列分组。"),
        (Chart(LINE, "category"), "折线图按月份画，请选择一个日期列来分组。"),
        (Chart(HEAT, "category"), "热力图要有两列，请选择再按哪一列分组。"),
        (Chart(MATRIX, "category", "category"), "两次分组要用不同的列。"),
        (Chart(NUMBER, "", "", SUM), "请选择要计算的列。"),
        (Chart(BAR, "target"), "“目标任务”不能用来作图，请换一列。"),
        (Chart(BAR, "password_hash"), "此图用到的列已停用或不存在，因此不显示。"),
        (Chart(BAR, "own999"), "此图用到的列已停用或不存在，因此不显示。"),
        (Chart(NUMBER, "", "", SUM, "id"), "此图用到的列已停用或不存在，因此不显示。"),
        (Chart(BAR, "1' OR 1=1 --"), "此图用到的列已停用或不存在，因此不显示。"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(
    city_session: Session, city: City, chart: Chart, told: str
) -> None:
    assert drawing(city_session, city["LEADER"], PROJECT, chart).refusal == told


@pytest.mark.feature("O11")
def test_percentages_are_averaged_and_never_added(city_session: Session, city: City) -> None:
    leader = city["LEADER"]

    refused = drawing(city_session, leader, REPORT, Chart(BAR, "month", "", SUM, "completed_pct"))
    found = drawing(city_session, leader, REPORT, Chart(BAR, "month", "", AVERAGE, "completed_pct"))

    assert refused.refusal == "“累计完成进度（%）”是百分比，不能相加，请改用平均。"
    assert said(found) == {("2026-07",): Decimal("56.13")}
    assert (found.unit, found.adds, found.what) == ("%", False, "累计完成进度（%）的平均")


@pytest.mark.feature("O11")
def test_quantities_of_different_units_are_not_put_together(
    city_session: Session, city: City
) -> None:
    chart = Chart(NUMBER, "", "", SUM, "target_quantity")
    same = drawing(city_session, city["LEADER"], PROJECT, chart)
    city_session.get_one(LivelihoodProject, city.id("S1")).unit_of_measure = "所"
    city_session.flush()

    mixed = drawing(city_session, city["LEADER"], PROJECT, chart)
    apart = Chart(BAR, "unit_of_measure", "", SUM, "target_quantity")
    found = drawing(city_session, city["LEADER"], PROJECT, apart)

    assert (same.total, same.unit) == (166, "公里")
    assert "不止一种，不能放在一起算；请按计量单位分组" in mixed.refusal
    assert said(found) == {("公里",): 160, ("所",): 6}
    assert (found.total, found.adds) == (None, False)


@pytest.mark.feature("O11")
def test_a_running_total_is_added_once_a_project(city_session: Session, city: City) -> None:
    for code in ("H1", "H2", "S1"):
        old = city_session.get_one(ProgressReport, city.reports[code].id)
        old.paid_wan = Decimal(10)
        values = old.model_dump(exclude={"id", "month", "paid_wan", "receipt", "version"})
        values["period_id"] = city.periods["home", AUGUST].id
        save(city_session, ProgressReport(**values, month=AUGUST, paid_wan=Decimal("12.5")))
    leader = city["LEADER"]

    by_unit = drawing(city_session, leader, REPORT, Chart(BAR, "agency_id", "", SUM, "paid_wan"))
    by_month = drawing(city_session, leader, REPORT, Chart(LINE, "month", "", SUM, "paid_wan"))
    august = View(days="2026-08")
    one_month = drawing(
        city_session, leader, REPORT, Chart(BAR, "agency_id", "", SUM, "paid_wan"), august
    )

    assert "“累计支付（万元）”相加会重复计算" in by_unit.refusal
    assert said(by_month) == {("2026-07",): 30, ("2026-08",): Decimal("37.5")}
    assert (by_month.total, by_month.adds, by_month.unit) == (None, False, "万元")
    assert said(one_month) == {("市住建局",): 25, ("市教育局",): Decimal("12.5")}
    assert (one_month.total, one_month.adds) == (Decimal("37.5"), True)


@pytest.mark.feature("O11")
def test_further_groups_are_one_and_nothing_is_lost(
    city_session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, "MOST_GROUPS", 1)
    for code, words in (("H1", "甲类"), ("H2", "甲类"), ("S1", "")):
        city_session.get_one(LivelihoodProject, city.id(code)).category = words
    city_session.flush()
    leader = city["LEADER"]

    plain = drawing(city_session, leader, PROJECT, Chart(BAR, "category"))
    by_code = drawing(city_session, leader, PROJECT, Chart(BAR, "code"))
    months = drawing(city_session, leader, ADMIN_PAGES["milestone"], Chart(BAR, "due_on"))

    assert said(plain) == {("甲类",): 2, ("未填",): 1}
    assert plain.by.links == (("category", "甲类"), ("category", NOTHING))
    assert said(by_code) == {("H1",): 1, ("其他",): 2}
    assert months.by.labels == ("2026-12", "更早")
    assert sum(months.cells["rows"]) == row_count(city_session, leader, ADMIN_PAGES["milestone"])


@pytest.mark.feature("O11")
def test_groups_stand_in_the_order_of_their_code_list_and_months_in_time(
    city_session: Session, city: City
) -> None:
    report = city_session.get_one(ProgressReport, city.reports["H1"].id)
    report.state = ReportState.DRAFT
    city_session.flush()
    leader: Actor = city["LEADER"]

    states = drawing(city_session, leader, REPORT, Chart(BAR, "state", "project.region"))
    months = drawing(city_session, leader, ADMIN_PAGES["milestone"], Chart(LINE, "due_on"))

    assert states.by.labels == ("草稿", "已审定")
    assert states.by.codes == ("DRAFT", "ACCEPTED")
    assert states.across.labels == ("示范市",)
    assert list(months.by.labels) == sorted(months.by.labels)
    assert JULY.isoformat()[:7] in months.by.labels
