"""Fields an office adds by itself: asked, checked, listed, filtered and kept, with no migration."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from dashboard.admin.spec import View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.row import restore_version, save_row
from dashboard.db import records
from dashboard.errors import Conflict, Invalid, NotAllowed
from dashboard.permissions import Actor, Grant
from dashboard.queries.own_field import field_cost
from dashboard.queries.row import fields, one_row, rows
from dashboard.queries.row_count import filter_counts
from dashboard.queries.row_past import row_history
from dashboard.rules.entry import Unfit
from models.account import Role
from models.agency import Agency
from models.custom import CustomField, CustomKind, CustomTable
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from models.report import ProgressReport
from tests.city import TODAY, City, imported, newest, save

PROJECT, REPORT = ADMIN_PAGES["livelihood_project"], ADMIN_PAGES["progress_report"]


def added(session: Session, city: City, kind: CustomKind, **more: Any) -> str:
    """Let the administrator add a field; gives what it is called."""
    values = {"belongs_to": "PROJECT", "name": "受益人数", "kind": kind, **more}
    row: CustomField = save_row(
        session, city["ADMIN"], ADMIN_PAGES["custom_field"], None, values, today=TODAY
    )
    return f"own{row.id}"


@pytest.mark.feature("O10")
def test_a_field_is_added_filled_listed_sorted_and_in_the_history(
    city_session: Session, city: City
) -> None:
    name, office = added(city_session, city, CustomKind.EXACT), city["SUPERVISOR"]
    for code, number in (("H1", "900.5"), ("H2", "1200"), ("S1", None)):
        save_row(city_session, office, PROJECT, city.id(code), {name: number}, today=TODAY)

    found = rows(city_session, office, PROJECT, View(columns=("code", name), sort=f"-{name}"))

    filled = [record for record in records(found) if record[name] is not None]
    assert [(r["code"], str(r[name]).rstrip("0").rstrip(".")) for r in filled] == [
        ("H2", "1200"), ("H1", "900.5"),
    ]  # fmt: skip
    (told,) = records(row_history(city_session, office, PROJECT, city.id("H1")))
    assert (told["title"], told["old"], told["new"]) == ("受益人数", None, "900.5")


@pytest.mark.feature("O10")
@pytest.mark.parametrize(
    ("kind", "wrong", "said"),
    [
        (CustomKind.EXACT, "很多", "受益人数应为数字，不带单位和文字。"),
        (CustomKind.DAY, "明年", "受益人数应为日期，如 2026-10-31。"),
        (CustomKind.CHOICE, "丙", "受益人数应为其中之一：甲、乙。"),
        (CustomKind.TEXT, "长" * 201, "受益人数最多 200 字，现有 201 字。"),
        (CustomKind.FLAG, "也许", "受益人数应为“是”或“否”。"),
    ],
)
def test_what_does_not_fit_the_field_is_one_sentence(
    city_session: Session, city: City, kind: CustomKind, wrong: str, said: str
) -> None:
    name = added(city_session, city, kind, choices="甲\n乙")

    with pytest.raises(Unfit) as told:
        save_row(
            city_session, city["SUPERVISOR"], PROJECT, city.id("H1"), {name: wrong}, today=TODAY
        )

    assert told.value.sentences == {name: said}


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (CustomKind.DAY, date(2026, 10, 1), "2026-10-01"),
        (CustomKind.FLAG, True, True),
        (CustomKind.CHOICE, "乙", "乙"),
        (CustomKind.LONG, "一\n二", "一\n二"),
    ],
)
def test_every_kind_is_kept_and_read_back(
    city_session: Session, city: City, kind: CustomKind, given: Any, kept: Any
) -> None:
    name = added(city_session, city, kind, choices="甲\n乙")
    save_row(city_session, city["SUPERVISOR"], PROJECT, city.id("H1"), {name: given}, today=TODAY)

    found = one_row(city_session, city["SUPERVISOR"], PROJECT, city.id("H1"))

    assert found[name].iloc[0] == kept


@pytest.mark.feature("O5", "O10")
def test_a_choice_is_a_filter_with_counts(city_session: Session, city: City) -> None:
    name = added(city_session, city, CustomKind.CHOICE, choices="甲\n乙")
    for code, word in (("H1", "甲"), ("H2", "甲"), ("S1", "乙")):
        save_row(
            city_session, city["SUPERVISOR"], PROJECT, city.id(code), {name: word}, today=TODAY
        )

    counts = filter_counts(city_session, city["REPORTER"], PROJECT)
    found = rows(city_session, city["SUPERVISOR"], PROJECT, View(filters=((name, ("乙",)),)))

    own = counts[counts["filter"] == name]
    assert dict(zip(own["value"], own["rows"], strict=True)) == {"甲": 2}
    assert list(found["code"]) == ["S1"]


def test_a_required_field_must_be_filled_once_any_is(city_session: Session, city: City) -> None:
    first = added(city_session, city, CustomKind.TEXT)
    added(city_session, city, CustomKind.TEXT, name="受益范围", required=True)

    with pytest.raises(Unfit, match="请填写受益范围。"):
        save_row(
            city_session, city["SUPERVISOR"], PROJECT, city.id("H1"), {first: "x"}, today=TODAY
        )


def test_a_field_out_of_use_is_gone_but_its_answers_are_kept(
    city_session: Session, city: City
) -> None:
    name = added(city_session, city, CustomKind.TEXT)
    save_row(city_session, city["SUPERVISOR"], PROJECT, city.id("H1"), {name: "x"}, today=TODAY)
    page, key = ADMIN_PAGES["custom_field"], int(name.removeprefix("own"))

    save_row(city_session, city["ADMIN"], page, key, {"active": False}, today=TODAY)
    assert name not in fields(city_session, city["SUPERVISOR"], PROJECT)

    save_row(city_session, city["ADMIN"], page, key, {"active": True}, today=TODAY)
    found = one_row(city_session, city["SUPERVISOR"], PROJECT, city.id("H1"))
    assert found[name].iloc[0] == "x"


def test_the_second_of_two_people_is_told_and_a_version_is_restored(
    city_session: Session, city: City
) -> None:
    name, office, key = (
        added(city_session, city, CustomKind.TEXT),
        city["SUPERVISOR"],
        city.id("H1"),
    )
    version = city_session.get_one(LivelihoodProject, key).version
    save_row(city_session, office, PROJECT, key, {name: "一"}, version=version, today=TODAY)
    entry = records(row_history(city_session, office, PROJECT, key))[0]["entry"]

    with pytest.raises(Conflict):
        save_row(city_session, office, PROJECT, key, {name: "二"}, version=version, today=TODAY)
    save_row(city_session, office, PROJECT, key, {name: "三"}, version=version + 1, today=TODAY)
    restore_version(
        city_session, office, PROJECT, key, entry, version=version + 2, today=TODAY
    )  # fmt: skip

    assert one_row(city_session, office, PROJECT, key)[name].iloc[0] == "一"


@pytest.mark.safety("AC1", "AC2")
def test_a_unit_fills_its_own_report_until_it_is_accepted(
    city_session: Session, city: City
) -> None:
    name = added(city_session, city, CustomKind.TEXT, belongs_to="REPORT")
    imported(city_session, city, submit=False)
    draft = newest(city_session, city, "H1")

    row: ProgressReport = save_row(
        city_session, city["REPORTER"], REPORT, draft.id, {name: "惠及三村"}, today=TODAY
    )

    assert one_row(city_session, city["LEADER"], REPORT, row.id or 0)[name].iloc[0] == "惠及三村"
    with pytest.raises(Invalid, match="已是“已审定”"):
        save_row(
            city_session, city["REPORTER"], REPORT, city.reports["H1"].id, {name: "x"}, today=TODAY
        )
    with pytest.raises(NotAllowed):
        save_row(city_session, city["LEADER"], REPORT, draft.id, {name: "x"}, today=TODAY)
    with pytest.raises(NotAllowed):
        save_row(city_session, city["REPORTER"], REPORT, draft.id, {"problem": "x"}, today=TODAY)


@pytest.mark.feature("P9", "X25")
def test_a_field_says_what_it_costs_before_it_is_saved(session: Session) -> None:
    admin = Actor(1, "admin", (Grant(Role.ADMIN),))
    region = save(session, Region(code="R", name="市", path="/1/"))
    programme = save(session, Programme(region_id=region.id or 0, year=2026, name="清单"))
    for number in range(60):
        unit = save(
            session, Agency(code=f"A{number}", name=f"局{number}", region_id=region.id or 0)
        )
        save(
            session,
            LivelihoodProject(
                programme_id=programme.id or 0, region_id=region.id or 0, code=f"P{number}",
                name="项目", lead_agency_id=unit.id,
            ),
        )  # fmt: skip

    told = {table: field_cost(session, admin, {"belongs_to": table}) for table in CustomTable}

    assert told[CustomTable.REPORT].startswith("每年多填 720 格，涉及 60 个单位。")
    assert told[CustomTable.PROJECT].startswith("每年多填 60 格")
    assert "每年多填 0 格" in told[CustomTable.REMARK]
    with pytest.raises(NotAllowed):
        field_cost(session, Actor(1, "x", (Grant(Role.SUPERVISOR),)), {})
