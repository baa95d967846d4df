"""Saved views: one's own, shared with a role, pinned; conditions travel, rows do not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import Session

from dashboard.admin.spec import View, view_of
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.view import MOST, delete_view, save_view
from dashboard.errors import Invalid, Missing, NotAllowed
from dashboard.queries.row import rows
from dashboard.queries.view import views
from models.account import Role
from tests.city import City

PROJECT, ACCOUNT = ADMIN_PAGES["livelihood_project"], ADMIN_PAGES["account"]
SEEN = View(sort="-code", columns=("code", "name"))


@pytest.mark.feature("O5")
def test_a_view_is_shared_with_a_role_and_shows_each_reader_their_own_rows(
    city_session: Session, city: City
) -> None:
    save_view(
        city_session, city["SUPERVISOR"], PROJECT, SEEN, name="全部项目", shared_with=Role.REPORTER
    )

    (shared,) = views(city_session, city["REPORTER"], PROJECT.table).to_dict("records")
    link = dict(part.split("=") for part in str(shared["link"]).split("&"))
    found = rows(city_session, city["REPORTER"], PROJECT, view_of(PROJECT, link))

    assert (shared["name"], shared["mine"]) == ("全部项目", False)
    assert list(found["code"]) == ["H2", "H1"]
    assert views(city_session, city["LEADER"], PROJECT.table).empty


@pytest.mark.feature("O5", "O7")
@pytest.mark.safety("AC1", "AC2")
def test_a_view_is_shared_in_the_region_of_its_owner_and_put_on_nobody_s_home_page(
    city_session: Session, city: City
) -> None:
    for who, name in (("SUPERVISOR", "本市"), ("stranger", "邻市")):
        save_view(
            city_session, city[who], PROJECT, View(search="密"), name=name,
            shared_with=Role.REPORTER, pinned=True,
        )  # fmt: skip
    save_view(
        city_session, city["ADMIN"], ADMIN_PAGES["agency"], View(), name="各地",
        shared_with=Role.REPORTER,
    )  # fmt: skip

    assert list(views(city_session, city["REPORTER"])["name"]) == ["各地", "本市"]
    assert list(views(city_session, city["foreign reporter"])["name"]) == ["各地", "邻市"]
    assert views(city_session, city["REPORTER"], pinned=True).empty
    assert list(views(city_session, city["SUPERVISOR"], pinned=True)["name"]) == ["本市"]


@pytest.mark.feature("O5", "O7")
def test_who_works_in_two_regions_shares_in_both(city_session: Session, city: City) -> None:
    office = replace(city["SUPERVISOR"], grants=city["SUPERVISOR"].grants + city["stranger"].grants)
    save_view(city_session, office, PROJECT, View(), name="两市", shared_with=Role.REPORTER)

    for who in ("REPORTER", "foreign reporter"):
        assert list(views(city_session, city[who])["name"]) == ["两市"]
    assert views(city_session, city["LEADER"]).empty


@pytest.mark.feature("O5")
def test_a_view_of_the_same_name_is_replaced_and_pinned_ones_are_listed(
    city_session: Session, city: City
) -> None:
    first = save_view(city_session, city["LEADER"], PROJECT, View(), name="我的")
    again = save_view(city_session, city["LEADER"], PROJECT, SEEN, name="我的", pinned=True)

    found = views(city_session, city["LEADER"], pinned=True)

    assert first.id == again.id
    assert list(found["link"]) == [again.link]
    delete_view(city_session, city["LEADER"], again.id or 0)
    assert views(city_session, city["LEADER"]).empty


@pytest.mark.safety("AC1", "AC2")
def test_a_view_is_of_a_table_one_may_read_and_only_ones_own_is_deleted(
    city_session: Session, city: City
) -> None:
    kept = save_view(
        city_session, city["ADMIN"], ACCOUNT, View(), name="账户", shared_with=Role.LEADER
    )

    with pytest.raises(NotAllowed):
        save_view(city_session, city["LEADER"], ACCOUNT, View(), name="x")
    with pytest.raises(Missing):
        delete_view(city_session, city["SUPERVISOR"], kept.id or 0)
    assert views(city_session, city["LEADER"]).empty


@pytest.mark.parametrize(("name", "said"), [("", "请填写视图名称"), ("长" * 41, "最多 40 字")])
def test_a_view_needs_a_name_that_fits(
    city_session: Session, city: City, name: str, said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        save_view(city_session, city["LEADER"], PROJECT, View(), name=name)


def test_views_have_an_end(city_session: Session, city: City) -> None:
    for number in range(MOST):
        save_view(city_session, city["LEADER"], PROJECT, View(), name=f"视图{number}")

    with pytest.raises(Invalid, match="最多保存 50 个视图"):
        save_view(city_session, city["LEADER"], PROJECT, View(), name="又一个")
