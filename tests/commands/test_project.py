"""Adoption, and what may still be kept up to date afterwards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import Session, select

from dashboard.commands.project import FREE_FIELDS, accept_project, adopt_programme, edit_project
from dashboard.errors import Conflict, Invalid, NotAllowed
from dashboard.queries.project import REQUIRED, missing_details
from models.programme import Programme
from models.project import LivelihoodProject, WorkItem
from tests.city import TODAY, City


def _open(session: Session, city: City) -> Programme:
    """The city's list as it was before its adoption."""
    programme = session.get_one(Programme, city.programmes["home"].id)
    programme.adopted_on = None
    session.flush()
    return programme


@pytest.mark.feature("F2")
def test_a_whole_list_is_adopted_once(city_session: Session, city: City) -> None:
    programme = _open(city_session, city)
    keys = city["SUPERVISOR"], programme.id or 0

    adopt_programme(city_session, *keys, today=TODAY)

    assert programme.adopted_on == TODAY
    with pytest.raises(Conflict, match="已于 2026-09-03 审定"):
        adopt_programme(city_session, *keys, today=TODAY)


@pytest.mark.feature("F2")
@pytest.mark.parametrize("column", REQUIRED)
def test_one_missing_detail_blocks_the_adoption(
    city_session: Session, city: City, column: str
) -> None:
    programme = _open(city_session, city)
    project = city_session.get_one(LivelihoodProject, city.id("S1"))
    setattr(project, column, None if column.endswith("_id") else "")
    city_session.flush()

    missing = missing_details(city_session, city["SUPERVISOR"], programme.id or 0)

    assert list(missing["missing"]) == [REQUIRED[column]]
    with pytest.raises(Invalid, match=f"S1 .*{REQUIRED[column]}"):
        adopt_programme(city_session, city["SUPERVISOR"], programme.id or 0, today=TODAY)
    assert programme.adopted_on is None


@pytest.mark.feature("F1")
@pytest.mark.parametrize(("weight", "blocks"), [("40", False), ("39.99", True), ("41", True)])
def test_weights_add_to_a_hundred_before_the_adoption(
    city_session: Session, city: City, weight: str, blocks: bool
) -> None:
    programme = _open(city_session, city)
    item = city_session.exec(select(WorkItem).where(WorkItem.code == "H2-2")).one()
    item.weight_pct = Decimal(weight)
    city_session.flush()

    missing = missing_details(city_session, city["SUPERVISOR"], programme.id or 0)

    assert list(missing["code"]) == (["H2"] if blocks else [])
    if blocks:
        total = 60 + Decimal(weight)
        assert missing["missing"].iloc[0] == f"子项权重合计应为 100，现为 {total}"


@pytest.mark.safety("AC1")
@pytest.mark.parametrize("who", ["LEADER", "REPORTER", "ADMIN", "stranger", "NOBODY"])
def test_only_the_own_office_adopts(city_session: Session, city: City, who: str) -> None:
    programme = _open(city_session, city)

    with pytest.raises(NotAllowed):
        adopt_programme(city_session, city[who], programme.id or 0, today=TODAY)

    assert programme.adopted_on is None


@pytest.mark.feature("X6")
@pytest.mark.parametrize(
    "name", ["target", "target_quantity", "due_on", "lead_agency_id", "name", "accepted_on"]
)
def test_what_was_promised_is_not_edited(city_session: Session, city: City, name: str) -> None:
    project = city_session.get_one(LivelihoodProject, city.id("H1"))
    before = getattr(project, name)

    with pytest.raises(Invalid, match="只能通过调整变更"):
        edit_project(
            city_session, city["SUPERVISOR"], city.id("H1"), version=project.version,
            values={name: "1"},
        )  # fmt: skip

    assert getattr(project, name) == before


def test_people_standard_and_note_stay_editable(city_session: Session, city: City) -> None:
    project = city_session.get_one(LivelihoodProject, city.id("H1"))
    values = {name: f" 新{name} " for name in FREE_FIELDS}

    edit_project(
        city_session, city["SUPERVISOR"], city.id("H1"), version=project.version, values=values
    )

    assert [getattr(project, name) for name in FREE_FIELDS] == [f"新{n}" for n in FREE_FIELDS]


@pytest.mark.safety("RE11")
def test_the_second_of_two_editors_is_told_who_changed_what(
    city_session: Session, city: City
) -> None:
    project = city_session.get_one(LivelihoodProject, city.id("H1"))
    seen, key = project.version, city.id("H1")
    edit_project(city_session, city["SUPERVISOR"], key, version=seen, values={"contact": "张三"})

    with pytest.raises(Conflict, match=r"supervisor .*联系人甲标记 → 张三"):
        edit_project(
            city_session, city["second supervisor"], key, version=seen, values={"contact": "李四"}
        )

    assert project.contact == "张三"


@pytest.mark.safety("AC2")
def test_a_stranger_with_an_old_version_learns_nothing(city_session: Session, city: City) -> None:
    with pytest.raises(NotAllowed) as told:
        edit_project(
            city_session, city["stranger"], city.id("H1"), version=99, values={"contact": "x"}
        )

    assert "标记" not in str(told.value)


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    ("name", "length"), [("contact", 41), ("phone", 100_000), ("note", 2001), ("standard", 100_000)]
)
def test_a_text_that_does_not_fit_is_one_sentence(
    city_session: Session, city: City, name: str, length: int
) -> None:
    project = city_session.get_one(LivelihoodProject, city.id("H1"))

    with pytest.raises(Invalid, match=f"现有 {length} 字"):
        edit_project(
            city_session, city["SUPERVISOR"], city.id("H1"), version=project.version,
            values={name: "长" * length},
        )  # fmt: skip


def _take_over(
    session: Session, city: City, day: date, *, who: str = "SUPERVISOR", today: date = TODAY
) -> LivelihoodProject:
    version = session.get_one(LivelihoodProject, city.id("H1")).version
    return accept_project(
        session, city[who], city.id("H1"), accepted_on=day, today=today, version=version
    )


def test_a_finished_project_is_taken_over_and_owes_no_later_month(
    city_session: Session, city: City
) -> None:
    project = _take_over(city_session, city, date(2026, 9, 1))

    assert project.accepted_on == date(2026, 9, 1)
    with pytest.raises(Invalid, match="不能晚于今天"):
        _take_over(city_session, city, date(2026, 9, 4))
    with pytest.raises(NotAllowed):
        _take_over(city_session, city, TODAY, who="LEADER")


@pytest.mark.safety("RE11")
def test_the_second_to_note_a_takeover_is_told(city_session: Session, city: City) -> None:
    seen = city_session.get_one(LivelihoodProject, city.id("H1")).version
    _take_over(city_session, city, TODAY)
    city_session.flush()

    with pytest.raises(Conflict, match="已被他人修改"):
        accept_project(
            city_session, city["SUPERVISOR"], city.id("H1"), accepted_on=date(2026, 9, 1),
            today=TODAY, version=seen,
        )  # fmt: skip


def test_a_takeover_is_mended_on_the_day_it_was_noted_and_not_later(
    city_session: Session, city: City
) -> None:
    _take_over(city_session, city, TODAY)
    mended = _take_over(city_session, city, date(2026, 9, 1))

    with pytest.raises(Conflict, match="2026-09-03 登记验收"):
        _take_over(city_session, city, date(2026, 8, 1), today=date(2026, 9, 4))

    assert (mended.accepted_on, mended.accepted_known_on) == (date(2026, 9, 1), TODAY)
