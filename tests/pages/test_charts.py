"""Own charts as people make them: drawn from a list, kept, shared, pinned, seen on home pages."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl

import pytest
from sqlmodel import select

from dashboard import db
from dashboard.admin.chart import Chart
from dashboard.admin.spec import View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.chart import pin_chart, save_chart, share_chart
from models.account import Role
from models.chart import ChartKind, OwnChart
from tests.city import FOREIGN, SCHOOLS, City
from tests.pages.conftest import ENGLISH, Open, Shown

PROJECT = ADMIN_PAGES["livelihood_project"]


def whole(page: Shown) -> None:
    assert not page.test.exception, page.test.exception
    assert not ENGLISH.findall(page.words), ENGLISH.findall(page.words)


def kept(city: City, who: str, chart: Chart, name: str, role: Role | None = None) -> str:
    """The key of a chart that somebody saved, and perhaps placed on a role's home page."""
    with db.transaction() as session:
        row = save_chart(session, city[who], PROJECT, chart, View(), name=name)
        if role:
            share_chart(session, city[who], row.id or 0, role=role, at_home=True)
    return str(row.id)


@pytest.mark.feature("O11")
def test_a_leader_draws_a_list_and_keeps_the_chart(open_page: Open, city: City) -> None:
    listed = open_page("admin", "LEADER", table="livelihood_project", search="项目")
    assert "search=%E9%A1%B9%E7%9B%AE&amp;draw=BAR" in listed.text

    page = open_page("admin", "LEADER", table="livelihood_project", draw="BAR", search="项目")
    whole(page)
    page.choose("按哪一列分组", "lead_agency_id")
    assert "记录数：共 2 条记录。 条件：查找为项目。" in page.text
    page.write("图表名称", "各单位项目").press("保存图表")

    with db.reading() as session:
        (row,) = session.exec(select(OwnChart)).all()
    assert (row.name, row.by_name, row.link) == (
        "各单位项目", "lead_agency_id", "search=%E9%A1%B9%E7%9B%AE",
    )  # fmt: skip
    shown = open_page("admin", "LEADER", table="livelihood_project", chart=str(row.id))
    whole(shown)
    shown.press("放在我的首页")
    assert "移出我的首页" in "".join(shown.labels)
    home, board = open_page("desk", "LEADER"), open_page("board", "LEADER").unfold("图表（1）")
    for each in (home, board):
        whole(each)
        assert "各单位项目" in each.text
    assert "各单位项目" not in open_page("desk", "SUPERVISOR").text


@pytest.mark.feature("O11", "O7")
@pytest.mark.safety("AC2")
def test_a_chart_on_a_role_s_home_page_shows_each_reader_their_own_rows(
    open_page: Open, city: City
) -> None:
    matrix = Chart(ChartKind.MATRIX, "category", "lead_agency_id")
    kept(city, "SUPERVISOR", matrix, "类别与单位", Role.REPORTER)

    page = open_page("desk", "REPORTER")

    whole(page)
    assert "类别与单位" in page.text
    assert "共 2 条记录" in page.text
    assert SCHOOLS not in page.text
    assert FOREIGN not in page.text


@pytest.mark.feature("O11")
def test_who_has_no_back_office_reads_a_shared_chart_without_a_way_into_it(
    open_page: Open, city: City
) -> None:
    kept(city, "SUPERVISOR", Chart(ChartKind.NUMBER), "项目总数", Role.OBSERVER)

    page = open_page("desk", "OBSERVER")

    whole(page)
    assert "<b>项目总数</b>" in page.text
    assert "共 1 条记录" in page.text
    assert "/admin" not in page.text


@pytest.mark.feature("O11", "O8")
@pytest.mark.safety("PI2")
def test_a_chart_on_a_hidden_column_is_one_sentence_on_the_page(
    open_page: Open, city: City
) -> None:
    remark = ADMIN_PAGES["observer_remark"]
    with db.transaction() as session:
        who = city["SUPERVISOR"]
        chart = Chart(ChartKind.BAR, "account_id")
        row = save_chart(session, who, remark, chart, View(), name="谁提的意见")
        share_chart(session, who, row.id or 0, role=Role.LEADER, at_home=True)

    page = open_page("desk", "LEADER")

    whole(page)
    assert "您无权查看这一列，因此不显示。" in page.text
    assert "某</a>" not in page.text


@pytest.mark.feature("O11")
@pytest.mark.parametrize("kind", ["BAR", "LINE", "MATRIX", "HEAT", "NUMBER", "PIE"])
def test_every_kind_is_drawn_and_a_forged_one_is_the_plainest(
    open_page: Open, city: City, kind: str
) -> None:
    page = open_page(
        "admin", "LEADER", table="progress_report", draw=kind, by="month", across="state",
        figure="AVERAGE", of="completed_pct",
    )  # fmt: skip

    whole(page)
    assert "累计完成进度（%）的平均" in page.text
    assert page.refused == []


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    "link",
    [
        {"draw": "BAR", "by": "password_hash"},
        {"draw": "BAR", "by": "region_id", "figure": "SUM", "of": "id"},
        {"draw": "HEAT", "by": "own9", "across": "' --"},
        {"chart": "999999"},
        {"chart": "1' OR 1=1"},
    ],
)
def test_a_forged_chart_is_a_sentence_or_the_default(
    open_page: Open, city: City, link: dict[str, str]
) -> None:
    whole(open_page("admin", "SUPERVISOR", table="livelihood_project", **link))


@pytest.mark.feature("O11")
def test_the_owner_shares_and_deletes_and_a_reader_can_do_neither(
    open_page: Open, city: City
) -> None:
    key = kept(city, "SUPERVISOR", Chart(ChartKind.NUMBER), "项目总数")
    page = open_page("admin", "SUPERVISOR", table="livelihood_project", chart=key)

    page.test.selectbox[0].set_value(Role.LEADER)
    page.test.checkbox[0].check()
    page.press("保存共享")

    reader = open_page("admin", "LEADER", table="livelihood_project", chart=key)
    whole(reader)
    assert "项目总数" in reader.text
    assert reader.labels == ["放在我的首页"]
    assert "项目总数" in open_page("desk", "LEADER").text
    again = open_page("admin", "SUPERVISOR", table="livelihood_project", chart=key)
    again.tick("确认删除此图表").press("删除图表")
    with db.reading() as session:
        assert session.exec(select(OwnChart)).all() == []


@pytest.mark.feature("O11")
def test_an_administrator_finds_the_pinned_charts_in_the_back_office(
    open_page: Open, city: City
) -> None:
    agency = ADMIN_PAGES["agency"]
    with db.transaction() as session:
        chart = Chart(ChartKind.BAR, "region_id")
        row = save_chart(session, city["ADMIN"], agency, chart, View(), name="各地单位")
        pin_chart(session, city["ADMIN"], row.id or 0, pinned=True)

    page = open_page("admin", "ADMIN")

    whole(page)
    assert "各地单位" in page.text


@pytest.mark.feature("O11")
@pytest.mark.parametrize(("page", "title"), [("project", "此项目的月报"), ("reports", "本月月报")])
def test_what_a_page_shows_is_drawn_by_who_may_draw(
    open_page: Open, city: City, page: str, title: str
) -> None:
    asked = {"id": str(city.id("H1"))} if page == "project" else {}

    shown = open_page(page, "REPORTER", **asked)
    (address,) = re.findall(rf'href=\\?"/admin\?([^"\\]+)\\?"[^>]*>把{title}作图', shown.text)
    drawn = open_page("admin", "REPORTER", **dict(parse_qsl(unescape(address))))

    assert not drawn.test.exception
    assert "作图：月报" in drawn.text
    assert "共 1 条记录" in drawn.text or "共 2 条记录" in drawn.text
    assert SCHOOLS not in drawn.text
