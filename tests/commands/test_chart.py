"""Own charts: kept, shared with a role in one's region, on home pages; figures are the reader's."""

from __future__ import annotations

import pytest
from sqlmodel import Session, col, select

from dashboard.admin.chart import Chart, chart_link, chart_of
from dashboard.admin.spec import View, view_of
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.chart import MOST, delete_chart, pin_chart, save_chart, share_chart
from dashboard.commands.row import save_row
from dashboard.errors import Invalid, Missing, NotAllowed
from dashboard.queries import chart as chart_queries
from dashboard.queries.chart import charts
from dashboard.queries.drawing import drawing
from models.account import Role
from models.audit import AuditEntry
from models.chart import ChartFigure, ChartKind, ChartPin
from models.custom import CustomKind
from tests.city import TODAY, City
from tests.commands.test_own_field import added

PROJECT, ACCOUNT = ADMIN_PAGES["livelihood_project"], ADMIN_PAGES["account"]
BY_UNIT = Chart(ChartKind.BAR, "lead_agency_id")


def kept(session: Session, city: City, who: str = "SUPERVISOR", chart: Chart = BY_UNIT) -> int:
    """The key of a chart that somebody saved."""
    return save_chart(session, city[who], PROJECT, chart, View(), name="按单位").id or 0


def opened(session: Session, city: City, who: str, **options: object) -> list[str]:
    """The names of the charts somebody may open."""
    return list(charts(session, city[who], **options)["name"])  # type: ignore[arg-type]


@pytest.mark.feature("O11", "O7")
@pytest.mark.safety("AC2")
def test_a_shared_chart_is_worked_out_again_for_whoever_reads_it(
    city_session: Session, city: City
) -> None:
    key = kept(city_session, city)
    share_chart(city_session, city["SUPERVISOR"], key, role=Role.REPORTER)

    (found,) = charts(city_session, city["REPORTER"], chart_id=key).to_dict("records")
    chart = Chart(found["kind"], found["by_name"], found["across_name"], found["figure"])
    shown = drawing(city_session, city["REPORTER"], PROJECT, chart)

    assert (found["name"], found["mine"], found["owner"]) == ("按单位", False, "SUPERVISOR某")
    assert (shown.by.labels, shown.total) == (("市住建局",), 2)
    assert drawing(city_session, city["SUPERVISOR"], PROJECT, chart).total == 3


@pytest.mark.feature("O11")
@pytest.mark.safety("AC2")
def test_a_chart_is_opened_by_its_owner_and_by_the_role_in_that_region_only(
    city_session: Session, city: City
) -> None:
    key = kept(city_session, city)
    before = opened(city_session, city, "LEADER")
    share_chart(city_session, city["SUPERVISOR"], key, role=Role.LEADER, at_home=True)

    assert before == []
    assert opened(city_session, city, "SUPERVISOR") == ["按单位"]
    assert opened(city_session, city, "LEADER", at_home=True) == ["按单位"]
    for who in ("foreign leader", "second supervisor", "REPORTER", "ADMIN", "NOBODY"):
        assert opened(city_session, city, who) == [], who


@pytest.mark.feature("O11")
def test_an_administrator_shares_with_a_role_everywhere(city_session: Session, city: City) -> None:
    agency = ADMIN_PAGES["agency"]
    chart = Chart(ChartKind.BAR, "region_id")
    saved = save_chart(city_session, city["ADMIN"], agency, chart, View(), name="各地单位")
    share_chart(city_session, city["ADMIN"], saved.id or 0, role=Role.LEADER)

    for who in ("LEADER", "foreign leader"):
        assert opened(city_session, city, who) == ["各地单位"]


@pytest.mark.feature("O11")
def test_a_chart_is_pinned_to_one_s_own_home_page_and_taken_off_again(
    city_session: Session, city: City
) -> None:
    key, leader = kept(city_session, city), city["LEADER"]
    share_chart(city_session, city["SUPERVISOR"], key, role=Role.LEADER)

    pin_chart(city_session, leader, key, pinned=True)
    pin_chart(city_session, leader, key, pinned=True)
    with_pin = opened(city_session, city, "LEADER", at_home=True)
    others = opened(city_session, city, "SUPERVISOR", at_home=True)
    pin_chart(city_session, leader, key, pinned=False)

    assert (with_pin, others) == (["按单位"], [])
    assert opened(city_session, city, "LEADER", at_home=True) == []


@pytest.mark.feature("O11")
@pytest.mark.safety("AC1")
def test_who_may_not_open_a_chart_pins_shares_and_deletes_it_neither(
    city_session: Session, city: City
) -> None:
    key = kept(city_session, city)
    leader = city["LEADER"]

    with pytest.raises(Missing):
        pin_chart(city_session, leader, key, pinned=True)
    share_chart(city_session, city["SUPERVISOR"], key, role=Role.LEADER)
    with pytest.raises(Missing):
        share_chart(city_session, leader, key, role=None)
    with pytest.raises(Missing):
        delete_chart(city_session, leader, key)
    with pytest.raises(NotAllowed):
        save_chart(city_session, leader, ACCOUNT, Chart(by="active"), View(), name="x")
    own = kept(city_session, city, "REPORTER")
    with pytest.raises(NotAllowed):
        share_chart(city_session, city["REPORTER"], own, role=Role.LEADER, at_home=True)


@pytest.mark.feature("O11")
def test_deleting_a_chart_takes_it_off_every_home_page_and_is_logged(
    city_session: Session, city: City
) -> None:
    key = kept(city_session, city)
    share_chart(city_session, city["SUPERVISOR"], key, role=Role.LEADER)
    pin_chart(city_session, city["LEADER"], key, pinned=True)

    delete_chart(city_session, city["SUPERVISOR"], key)

    assert opened(city_session, city, "LEADER", at_home=True) == []
    assert city_session.exec(select(ChartPin)).all() == []
    logged = city_session.exec(select(AuditEntry.event).order_by(col(AuditEntry.id))).all()
    assert [event for event in logged if event.startswith("chart:")] == [
        "chart:edit", "chart:share", "chart:pin", "chart:delete",
    ]  # fmt: skip


@pytest.mark.feature("O11")
@pytest.mark.safety("PI2")
def test_a_chart_whose_own_field_was_put_out_of_use_says_so(
    city_session: Session, city: City
) -> None:
    name = added(city_session, city, CustomKind.CHOICE, choices="新建\n改建")
    chart = Chart(ChartKind.BAR, name)
    kept(city_session, city, "LEADER", chart)
    field = ADMIN_PAGES["custom_field"]
    key = int(name.removeprefix("own"))
    save_row(city_session, city["ADMIN"], field, key, {"active": False}, today=TODAY)

    found = drawing(city_session, city["LEADER"], PROJECT, chart)

    assert found.refusal == "此图用到的列已停用或不存在，因此不显示。"
    assert found.cells.empty


@pytest.mark.feature("O11")
def test_a_chart_of_the_same_name_is_replaced_and_keeps_who_it_is_shared_with(
    city_session: Session, city: City
) -> None:
    key = kept(city_session, city)
    share_chart(city_session, city["SUPERVISOR"], key, role=Role.LEADER)
    figure = Chart(ChartKind.BAR, "region_id", "", ChartFigure.SUM, "planned_investment_wan")
    view = View(search="供热", filters=(("category", ("甲", "乙")),), sort="-code", number=3)

    again = save_chart(city_session, city["SUPERVISOR"], PROJECT, figure, view, name="按单位")

    link = dict(part.split("=") for part in again.link.split("&"))
    assert (again.id, again.shared_with, again.by_name) == (key, Role.LEADER, "region_id")
    assert link.keys() == {"search", "is-category"}
    assert view_of(PROJECT, chart_link(figure)) == View()
    assert chart_of(chart_link(figure)) == figure


@pytest.mark.feature("O11")
@pytest.mark.parametrize(
    ("name", "chart", "said"),
    [
        ("", BY_UNIT, "请填写图表名称"),
        ("长" * 41, BY_UNIT, "最多 40 字"),
        ("图", Chart(), "请选择按哪一列分组"),
        ("图", Chart(by="phone' --"), "已停用或不存在"),
    ],
)
def test_what_cannot_be_drawn_or_named_is_not_kept(
    city_session: Session, city: City, name: str, chart: Chart, said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        save_chart(city_session, city["LEADER"], PROJECT, chart, View(), name=name)


@pytest.mark.feature("O11")
def test_charts_and_home_pages_have_an_end(
    city_session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.commands.chart.MOST", 2)
    monkeypatch.setattr("dashboard.commands.chart.MOST_AT_HOME", 1)
    assert (MOST, chart_queries.MOST_AT_HOME) == (50, 12)
    leader = city["LEADER"]
    first, second = (
        save_chart(city_session, leader, PROJECT, BY_UNIT, View(), name=name).id or 0
        for name in ("甲", "乙")
    )
    pin_chart(city_session, leader, first, pinned=True)

    with pytest.raises(Invalid, match="一张表最多保存 2 个图表"):
        save_chart(city_session, leader, PROJECT, BY_UNIT, View(), name="丙")
    with pytest.raises(Invalid, match="首页最多放 1 个图表"):
        pin_chart(city_session, leader, second, pinned=True)
    with pytest.raises(Invalid, match="请选择共享给哪个角色"):
        share_chart(city_session, leader, first, role=None, at_home=True)
