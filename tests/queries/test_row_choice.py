"""What a key may point to: found by its name or code, among what one sees and may use."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from dashboard.admin.field import fields_of
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.row import save_row
from dashboard.db import records
from dashboard.errors import DashboardError, NotAllowed
from dashboard.queries.row_choice import choices
from models.project import FundSource
from tests.city import FOREIGN, HOUSING, SCHOOLS, TODAY, City

FUND, SITE = ADMIN_PAGES["fund_source"], ADMIN_PAGES["site"]


@pytest.mark.feature("O3")
@pytest.mark.safety("AC2")
@pytest.mark.parametrize(
    ("who", "marks"), [("SUPERVISOR", {HOUSING, SCHOOLS}), ("stranger", {FOREIGN})]
)
def test_a_key_is_picked_among_the_rows_one_may_use(
    city_session: Session, city: City, who: str, marks: set[str]
) -> None:
    offered = choices(city_session, city[who], FUND, "project_id")

    said = " ".join(str(row["label"]) for row in records(offered))
    assert {mark for mark in (HOUSING, SCHOOLS, FOREIGN) if mark in said} == marks


@pytest.mark.feature("O3")
def test_a_key_is_found_by_name_and_by_code_and_several_words_narrow_it(
    city_session: Session, city: City
) -> None:
    def found(search: str) -> set[int]:
        offered = choices(city_session, city["SUPERVISOR"], FUND, "project_id", search)
        return set(offered["key"])

    assert found("h1") == {city.id("H1")}
    assert found(HOUSING) == {city.id("H1"), city.id("H2")}
    assert found(f"{HOUSING} H2") == {city.id("H2")}
    assert found("%") == found(FOREIGN) == set()
    assert len(choices(city_session, city["SUPERVISOR"], FUND, "project_id", most=1)) == 1


@pytest.mark.feature("O3")
@pytest.mark.safety("AC1", "AC2")
@pytest.mark.parametrize("who", ["LEADER", "REPORTER", "OBSERVER", "SECURITY", "NOBODY"])
def test_who_may_not_change_a_table_is_offered_no_key_for_it(
    city_session: Session, city: City, who: str
) -> None:
    with pytest.raises(NotAllowed):
        choices(city_session, city[who], SITE, "project_id")


@pytest.mark.feature("O3")
@pytest.mark.safety("AC2", "AC5")
def test_a_guessed_key_that_is_not_offered_is_not_taken(city_session: Session, city: City) -> None:
    before = len(city_session.exec(select(FundSource)).all())
    values = {"project_id": city.id("F1"), "name": "专项债"}

    with pytest.raises(DashboardError) as refused:
        save_row(city_session, city["SUPERVISOR"], FUND, None, values, today=TODAY)

    assert FOREIGN not in str(refused.value)
    assert len(city_session.exec(select(FundSource)).all()) == before


@pytest.mark.feature("O3")
@pytest.mark.safety("AC2")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_every_key_that_can_be_entered_is_picked_from_what_one_sees(
    city_session: Session, city: City
) -> None:
    asked = 0
    for page in ADMIN_PAGES.values():
        for name in (*page.edited, *page.once):
            if not fields_of(page.model)[name].target or page.action is None:
                continue
            for who in ("SUPERVISOR", "ADMIN"):
                if city[who].may(page.action):
                    asked += 1
                    assert FOREIGN not in str(records(choices(city_session, city[who], page, name)))

    assert asked > 5
