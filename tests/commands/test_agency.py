"""Units and regions: two trees, unique codes, names a sheet may know them by."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session

from dashboard.commands.agency import add_agency, add_region, edit_agency
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.queries.agency import agencies, own_regions, regions
from models.agency import Agency
from tests.city import City


@pytest.mark.feature("P8")
def test_a_region_and_a_unit_take_their_place_in_the_tree(
    city_session: Session, city: City
) -> None:
    home = city.regions["home"]
    county = add_region(city_session, city["ADMIN"], code="C1", name="示范县", parent_id=home.id)
    office = add_agency(
        city_session, city["ADMIN"], code="O1", name="县住建局", region_id=county.id or 0,
        parent_id=city.agencies["housing"].id, aliases="住建、建设局",
    )  # fmt: skip

    assert county.path == f"{home.path}{county.id}/"
    assert office.path == f"{city.agencies['housing'].path}{office.id}/"
    listed = agencies(city_session, city["ADMIN"]).set_index("code")
    assert listed.loc["O1", "aliases"] == "住建、建设局"
    found = regions(city_session, city["ADMIN"]).set_index("code")
    assert found.loc["C1", "parent"] == "示范市"


@pytest.mark.feature("P8")
def test_codes_and_names_are_unique(city_session: Session, city: City) -> None:
    home, admin = city.regions["home"].id or 0, city["ADMIN"]

    with pytest.raises(Invalid, match="已被"):
        add_region(city_session, admin, code="home", name="x", parent_id=None)
    with pytest.raises(Invalid, match="市住建局"):
        add_agency(city_session, admin, code="HOUSING", name="别的局", region_id=home)
    with pytest.raises(Invalid, match="市住建局"):
        add_agency(city_session, admin, code="NEW", name=" 市住建局 ", region_id=home)


def test_a_unit_is_renamed_and_taken_out_of_use_and_keeps_its_code(
    city_session: Session, city: City
) -> None:
    agency = city_session.get_one(Agency, city.agencies["schools"].id)

    edit_agency(
        city_session, city["ADMIN"], agency.id or 0, version=agency.version, name="市教体局",
        aliases="教体局", active=False,
    )  # fmt: skip

    assert (agency.code, agency.name, agency.active) == ("SCHOOLS", "市教体局", False)


@pytest.mark.safety("RE11")
def test_the_second_of_two_editors_is_told_what_the_first_changed(
    city_session: Session, city: City
) -> None:
    agency = city_session.get_one(Agency, city.agencies["schools"].id)
    seen = agency.version
    fields: dict[str, Any] = {"version": seen, "aliases": "", "active": True}
    edit_agency(city_session, city["ADMIN"], agency.id or 0, name="市教体局", **fields)

    with pytest.raises(Conflict, match=r"admin.*市教育局 → 市教体局"):
        edit_agency(city_session, city["ADMIN"], agency.id or 0, name="教育委", **fields)

    assert agency.name == "市教体局"


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    "values",
    [
        {"code": ""},
        {"code": "长" * 25},
        {"name": " "},
        {"name": "长" * 100_000},
        {"aliases": "长" * 401},
    ],
)
def test_hostile_values_are_one_sentence(
    city_session: Session, city: City, values: dict[str, str]
) -> None:
    given: Any = {"code": "N1", "name": "新局", "aliases": "", **values}

    with pytest.raises(Invalid):
        add_agency(city_session, city["ADMIN"], region_id=city.regions["home"].id or 0, **given)


def test_a_place_that_is_not_there_is_one_sentence(city_session: Session, city: City) -> None:
    with pytest.raises(Missing):
        add_region(city_session, city["ADMIN"], code="X", name="x", parent_id=10**9)
    with pytest.raises(Missing):
        add_agency(city_session, city["ADMIN"], code="X", name="x", region_id=10**9)


@pytest.mark.safety("AC1")
@pytest.mark.parametrize("who", ["SECURITY", "SUPERVISOR", "REPORTER", "AUDITOR", "NOBODY"])
def test_only_an_administrator_keeps_the_trees(city_session: Session, city: City, who: str) -> None:
    home, housing = city.regions["home"], city.agencies["housing"]

    with pytest.raises(NotAllowed):
        add_region(city_session, city[who], code="X", name="x", parent_id=home.id)
    with pytest.raises(NotAllowed):
        add_agency(city_session, city[who], code="X", name="x", region_id=home.id or 0)
    with pytest.raises(NotAllowed):
        edit_agency(
            city_session, city[who], housing.id or 0, version=1, name="x", aliases="", active=True
        )


def test_an_office_runs_the_plans_of_its_own_region(city_session: Session, city: City) -> None:
    assert list(own_regions(city_session, city["SUPERVISOR"])["name"]) == ["示范市"]
    assert own_regions(city_session, city["LEADER"]).empty
