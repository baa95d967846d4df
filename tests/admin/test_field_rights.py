"""What is kept from a role, in a row, or from who may not know of it, is on no path of the office.

Some hold several grants: a field that one of them opens stays shut where another is all they have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, select

from dashboard.admin.chart import Chart
from dashboard.admin.spec import AdminPage, View, fields_in
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.audit import record
from dashboard.commands.row import bulk_change, delete_row, restore_version, save_row
from dashboard.commands.row_export import export_rows
from dashboard.db import records
from dashboard.errors import Invalid, Missing, NotAllowed
from dashboard.permissions import Action, Actor, Grant
from dashboard.queries.drawing import drawing
from dashboard.queries.row import found_keys, one_row, row_count, rows
from dashboard.queries.row_count import filter_counts
from dashboard.queries.row_past import dependents, row_history
from dashboard.queries.row_right import row_rights
from models.account import Role, RoleGrant
from models.chart import ChartKind
from models.project import LivelihoodProject
from models.rectification import Rectification
from models.remark import ObserverRemark
from models.site import Site
from tests.city import (
    FOREIGN,
    HOUSING,
    SCHOOLS,
    TODAY,
    City,
    furnish,
    person,
    photographed,
    save,
)

REMARK, RECTIFICATION = ADMIN_PAGES["observer_remark"], ADMIN_PAGES["rectification"]
KEPT, SHOWN = "13911112222", "13733334444"
"""The telephone of H1, which an observer may not see, and that of F1, which the office sees."""
PROJECT = replace(
    ADMIN_PAGES["livelihood_project"],
    searched=("phone", "code"),
    filters=("phone", "code"),
    action=Action.PROJECT_READ,
)
"""The projects, declared so that a telephone could be searched, filtered and changed by anyone."""


def both(one: Actor, other: Actor) -> Actor:
    """One account with the grants of two."""
    return replace(one, grants=(*one.grants, *other.grants))


def office_and_observer(session: Session, city: City) -> Actor:
    """The neighbouring city's office, who observes H1 here; with the two telephones planted."""
    for code, phone in (("H1", KEPT), ("F1", SHOWN)):
        project = session.get_one(LivelihoodProject, city.id(code))
        project.phone = phone
        record(session, city["SUPERVISOR"], "row:edit", project)
    return both(city["stranger"], city["OBSERVER"])


def drawn(session: Session, actor: Actor, page: AdminPage, name: str) -> str:
    """What the groups of a chart are called."""
    return str(drawing(session, actor, page, Chart(ChartKind.BAR, name)).by.labels)


Path = Callable[[Session, Actor, City], str]
PATHS: dict[str, Path] = {
    "list": lambda s, a, c: rows(s, a, PROJECT, View(columns=("code", "phone"))).to_csv(),
    "filters": lambda s, a, c: filter_counts(s, a, PROJECT).to_csv(),
    "form": lambda s, a, c: "".join(
        one_row(s, a, PROJECT, c.id(code)).to_csv() for code in ("H1", "F1")
    ),
    "history": lambda s, a, c: "".join(
        row_history(s, a, PROJECT, c.id(code)).to_csv() for code in ("H1", "F1")
    ),
    "export": lambda s, a, c: str(export_rows(s, a, PROJECT, View()).rows),
    "chart": lambda s, a, c: drawn(s, a, PROJECT, "phone"),
}


@pytest.mark.feature("O7", "O8")
@pytest.mark.safety("PI2")
@pytest.mark.parametrize("path", PATHS)
def test_a_field_shows_in_the_rows_of_the_grant_that_may_see_it_only(
    city_session: Session, city: City, path: str
) -> None:
    actor = office_and_observer(city_session, city)

    told = PATHS[path](city_session, actor, city)

    assert SHOWN in told
    assert KEPT not in told


@pytest.mark.feature("O7", "O8")
@pytest.mark.safety("PI2")
def test_a_field_kept_in_a_row_neither_finds_nor_orders_nor_filters_it(
    city_session: Session, city: City
) -> None:
    actor = office_and_observer(city_session, city)
    observed = city_session.get_one(LivelihoodProject, city.id("H1"))

    def order(phone: str) -> list[str]:
        observed.phone = phone
        save(city_session, observed)
        return list(rows(city_session, actor, PROJECT, View(sort="phone"))["code"])

    for phone, found in ((KEPT, 0), (SHOWN, 1)):
        assert row_count(city_session, actor, PROJECT, View(search=phone)) == found
        assert len(found_keys(city_session, actor, PROJECT, phone) or ()) == found
        asked = View(filters=(("phone", (phone,)),))
        assert row_count(city_session, actor, PROJECT, asked) == found
    assert order("1") == order("9")


@pytest.mark.feature("O7", "O8")
@pytest.mark.safety("PI2", "AC2")
def test_a_field_kept_in_a_row_is_not_changed_nor_restored_in_it(
    city_session: Session, city: City
) -> None:
    actor = office_and_observer(city_session, city)
    key = city.id("H1")
    project = city_session.get_one(LivelihoodProject, key)
    first = int(row_history(city_session, city["SUPERVISOR"], PROJECT, key)["entry"].iloc[0])
    project.phone = SHOWN
    record(city_session, city["SUPERVISOR"], "row:edit", project)
    version = project.version
    write = {"phone": "13000000000"}

    with pytest.raises(NotAllowed, match="联系电话不能在此修改"):
        save_row(city_session, actor, PROJECT, key, write, today=TODAY)
    with pytest.raises(NotAllowed, match="联系电话不能在此修改"):
        bulk_change(city_session, actor, PROJECT, {key: version}, write, today=TODAY)
    with pytest.raises(Invalid, match="没有可恢复的修改"):
        restore_version(city_session, actor, PROJECT, key, first, version=version, today=TODAY)
    save_row(city_session, actor, PROJECT, city.id("F1"), write, today=TODAY)


@pytest.mark.feature("O7", "O8")
def test_the_explanation_names_what_is_kept_in_this_row(city_session: Session, city: City) -> None:
    who = person(city_session, "two grants", Role.SUPERVISOR, city.regions["away"]).account_id
    home = city.regions["home"].id
    save(city_session, RoleGrant(account_id=who, role=Role.OBSERVER, region_id=home))
    page = ADMIN_PAGES["livelihood_project"]

    def kept(code: str) -> tuple[bool, str]:
        found = row_rights(city_session, city["SECURITY"], who, page, city.id(code), TODAY)
        told = records(found)[-1]
        assert told["what"] == "查看全部字段"
        return told["may"], told["why"]

    assert kept("F1") == (True, "没有对其隐藏的字段。")
    assert kept("H1") == (False, "对其隐藏：联系人、联系电话。")


@pytest.mark.feature("O7", "O8")
@pytest.mark.safety("PI2")
def test_the_author_of_a_remark_stands_in_no_history_of_who_may_not_know(
    city_session: Session, city: City
) -> None:
    photo = photographed(city_session, city, "H1")
    remark = city_session.get_one(ObserverRemark, photo.row_id)
    told = {"words": [None, remark.words]}
    record(city_session, city["OBSERVER"], "remark:write", remark, extra=told)
    record(city_session, city["SUPERVISOR"], "remark:triage", remark, extra={"state": ["A", "B"]})
    foreign_office = both(city["stranger"], city["LEADER"])

    def who(actor: Actor) -> list[str]:
        return list(row_history(city_session, actor, REMARK, remark.id or 0)["who"])

    assert who(city["SUPERVISOR"]) == ["supervisor", "observer"]
    for actor in (city["REPORTER"], city["REVIEWER"], city["LEADER"], foreign_office):
        assert who(actor) == ["supervisor", "（不显示）"]


@pytest.mark.feature("O7", "O8")
@pytest.mark.safety("PI2")
def test_who_knows_the_authors_of_one_city_does_not_know_those_of_another(
    city_session: Session, city: City
) -> None:
    furnish(city_session, city)
    actor = both(city["stranger"], city["LEADER"])

    found = rows(city_session, actor, REMARK, View(columns=("number", "account_id")))
    named = {row["number"] for row in records(found) if row["account_id.label"]}

    assert named == {"GCF10", "GCF11", "YJ-F1-NOBODY-None"}
    assert {"GCH10", "GCS10"} < set(found["number"]) - named


@pytest.mark.safety("AC2")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_key_that_is_given_out_again_brings_no_foreign_history(
    city_session: Session, city: City
) -> None:
    page = ADMIN_PAGES["fund_source"]

    def added(who: str, code: str, name: str) -> int:
        values = {"project_id": city.id(code), "name": name, "budgeted_wan": "5"}
        return int(save_row(city_session, city[who], page, None, values, today=TODAY).id)

    foreign = added("stranger", "F1", "邻市资金")
    delete_row(city_session, city["stranger"], page, foreign, today=TODAY)
    city_session.expunge_all()
    ours = added("SUPERVISOR", "H1", "本市资金")

    assert ours == foreign
    told = row_history(city_session, city["SUPERVISOR"], page, ours)
    assert set(told["who"]) == {"supervisor"}
    assert "邻市资金" not in told.to_csv()
    version = one_row(city_session, city["SUPERVISOR"], page, ours)["version"].iloc[0]
    with pytest.raises(Missing, match="没有这个版本"):
        restore_version(
            city_session, city["SUPERVISOR"], page, ours, 1, version=int(version), today=TODAY
        )


@pytest.mark.feature("O7")
@pytest.mark.safety("AC1", "AC2")
def test_what_is_sealed_is_not_told_by_what_hangs_on_a_row(
    city_session: Session, city: City
) -> None:
    furnish(city_session, city)
    page = replace(ADMIN_PAGES["site"], action=Action.PROJECT_READ)
    site = save(city_session, Site(project_id=city.id("H1"), code="D1", name="点位"))
    for remark in city_session.exec(
        select(ObserverRemark).where(ObserverRemark.project_id == city.id("H1"))
    ):
        remark.site_id = site.id
        save(city_session, remark)

    def told(who: str) -> list[tuple[str, Any]]:
        found = records(dependents(city_session, city[who], page, site.id or 0))
        return [(row["title"], row["rows"]) for row in found]

    assert told("SUPERVISOR") == [("观察意见", 3)]
    assert told("LEADER") == [("观察意见", 2), ("您无权查看的记录", None)]
    with pytest.raises(Invalid, match="观察意见 2 条、您无权查看的记录"):
        delete_row(city_session, city["LEADER"], page, site.id or 0, today=TODAY)


@pytest.mark.feature("O7")
@pytest.mark.safety("AC1", "AC2")
def test_a_row_behind_a_key_that_one_may_not_know_is_not_searched_counted_or_named(
    city_session: Session, city: City
) -> None:
    furnish(city_session, city)
    row = city_session.exec(
        select(Rectification).where(
            Rectification.project_id == city.id("S1"),
            Rectification.sealed_set_id == None,  # noqa: E711
        )
    ).one()
    row.agency_id = city.agencies["housing"].id or 0
    save(city_session, row)
    handler, project = city["REPORTER"], str(city.id("S1"))
    steps = ADMIN_PAGES["rectification_event"]
    by_project = View(filters=(("rectification.project", (project,)),))

    assert row.number in set(rows(city_session, handler, RECTIFICATION)["number"])
    assert rows(city_session, handler, RECTIFICATION, View(search="项目S1")).empty
    counts = filter_counts(city_session, handler, steps)
    assert project not in set(counts[counts["filter"] == "rectification.project"]["value"])
    assert rows(city_session, handler, steps, by_project).empty
    assert "编号" not in drawn(city_session, handler, RECTIFICATION, "project_id")
    assert row_count(city_session, city["SUPERVISOR"], steps, by_project) > 0


@pytest.mark.feature("O7")
@pytest.mark.safety("AC1")
def test_the_explanation_does_not_tell_a_sealed_row_from_one_that_is_not_there(
    city_session: Session, city: City
) -> None:
    furnish(city_session, city)
    sealed = city_session.exec(
        select(ObserverRemark).where(
            ObserverRemark.project_id == city.id("H1"),
            ObserverRemark.sealed_set_id != None,  # noqa: E711
        )
    ).one()

    def why(key: int) -> str:
        leader = city["LEADER"].account_id
        found = row_rights(city_session, city["SECURITY"], leader, REMARK, key, TODAY)
        return str(found["why"].iloc[0])

    assert why(sealed.id or 0) == why(10**6) == "其范围“示范市”内没有此记录，或此记录未对其开放。"


def test_no_list_is_ordered_named_or_found_by_a_field_that_is_kept_from_some() -> None:
    for page in ADMIN_PAGES.values():
        kept = {name for name, _roles in page.hidden}
        ordering = {name.removeprefix("-") for name in page.ordering}
        assert not kept & {page.label, *ordering, *page.key, page.scope.partition(".")[0]}
        for child in page.children:
            table, _dot, key = child.partition(".")
            assert key not in {name for name, _roles in ADMIN_PAGES[table].hidden}
        assert kept <= set(fields_in(page))


PAIRS = (
    ("stranger", "LEADER"),
    ("SUPERVISOR", "foreign leader"),
    ("REPORTER", "OBSERVER"),
    ("finance reporter", "foreign reviewer"),
    ("schools reporter", "other observer"),
)


@pytest.mark.feature("O7", "O8")
@pytest.mark.safety("AC1", "AC2", "PI2")
@pytest.mark.parametrize("pair", PAIRS, ids="+".join)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_who_holds_two_grants_sees_what_the_one_or_the_other_shows_and_no_more(
    city_session: Session, city: City, pair: tuple[str, str]
) -> None:
    furnish(city_session, city)
    one, second = (city[name] for name in pair)
    other = replace(one, grants=second.grants)

    def cells(actor: Actor, page: AdminPage) -> set[tuple[int, str, str]]:
        if not actor.may(page.read):
            return set()
        found = records(rows(city_session, actor, page, View(columns=page.shown), most=10**4))
        return {
            (row["id"], name, str(row[name]))
            for row in found
            for name in row.keys() & fields_in(page).keys()
            if row[name] not in (None, "")
        }

    for table, page in ADMIN_PAGES.items():
        together = cells(both(one, other), page)
        assert together == cells(one, page) | cells(other, page), table


@pytest.mark.feature("O7")
@pytest.mark.safety("AC1", "AC2")
@pytest.mark.parametrize("who", ["REPORTER", "stranger", "one project"])
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_foreign_word_finds_nothing_in_any_table_by_search_or_by_filter(
    city_session: Session, city: City, who: str
) -> None:
    furnish(city_session, city)
    everyone = Actor(0, "all", (*city["SUPERVISOR"].grants, *city["stranger"].grants))
    alone = Actor(
        city["LEADER"].account_id, "a", (Grant(Role.LEADER, project_ids=(city.id("H1"),)),)
    )
    actor = alone if who == "one project" else city[who]
    shown = {FOREIGN} if who == "stranger" else {HOUSING}
    asked = 0

    for table, page in ADMIN_PAGES.items():
        if not actor.may(page.read) or table == "audit_entry":
            continue
        seen = set(rows(city_session, actor, page, most=10**4)["id"])
        for mark in {HOUSING, SCHOOLS, FOREIGN} - shown:
            assert row_count(city_session, actor, page, View(search=mark)) == 0 or not page.searched
        for row in records(filter_counts(city_session, everyone, page)):
            view = View(filters=((row["filter"], (row["value"],)),))
            found = set(rows(city_session, actor, page, view, most=10**4)["id"])
            asked += 1
            assert found <= seen, (table, row["filter"])
    assert asked > 20
