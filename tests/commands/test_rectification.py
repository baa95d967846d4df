"""Issuing: nothing is issued that lacks a unit, person, thing, deadline or standard."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from dashboard.commands.rectification import issue_rectification, issue_rectifications
from dashboard.errors import Invalid, Missing, NotAllowed
from models.audit import AuditEntry
from models.calendar import DayKind
from models.observer import SealedSet
from models.rectification import (
    Inspection,
    Rectification,
    RectificationEvent,
)
from tests.city import TODAY, City, save
from tests.rectifying import DUE, draft


@pytest.mark.feature("K3")
def test_an_item_is_issued_with_all_it_must_name(city_session: Session, city: City) -> None:
    row = issue_rectification(city_session, city["SUPERVISOR"], draft(city), today=TODAY)

    [event] = city_session.exec(select(RectificationEvent)).all()
    entry = city_session.exec(
        select(AuditEntry).where(AuditEntry.event == "rectification:issue")
    ).one()
    assert (row.state, row.due_on, row.first_due_on) == ("ISSUED", DUE, DUE)
    assert row.number == "ZG2026-000001"
    assert (event.to_state, event.agency_id, event.due_on) == ("ISSUED", row.agency_id, DUE)
    assert entry.row_key == str(row.id)


@pytest.mark.feature("K3")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"agency_id": None}, "责任单位"),
        ({"responsible": "  "}, "责任人"),
        ({"thing": ""}, "事项"),
        ({"due_on": None}, "整改期限"),
        ({"standard": ""}, "整改标准"),
        ({"finding": ""}, "问题"),
        ({"responsible": "", "standard": ""}, "责任人、整改标准"),
    ],
)
def test_one_missing_part_blocks_issuing_and_is_named(
    city_session: Session, city: City, changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(Invalid, match=f"缺少{named}，补齐后才能下发整改"):
        issue_rectification(city_session, city["SUPERVISOR"], draft(city, **changes), today=TODAY)

    assert city_session.exec(select(Rectification)).first() is None


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"due_on": date(2026, 9, 2)}, "整改期限不能早于今天"),
        ({"found_on": date(2026, 9, 4)}, "发现日不能晚于今天"),
        ({"due_on": None, "days": 0}, "至少为 1 天"),
        ({"due_on": None, "days": 200, "day_kind": DayKind.WORKING}, "没有 2027 年的节假日"),
        ({"thing": "长" * 201}, "事项最多 200 字"),
    ],
)
def test_what_cannot_be_saved_is_refused_in_one_sentence(
    city_session: Session, city: City, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        issue_rectification(city_session, city["SUPERVISOR"], draft(city, **changes), today=TODAY)


@pytest.mark.feature("F9")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_deadline_in_working_days_follows_the_calendar(city_session: Session, city: City) -> None:
    wanted = draft(city, due_on=None, days=15, day_kind=DayKind.WORKING)

    row = issue_rectification(city_session, city["SUPERVISOR"], wanted, today=TODAY)

    assert row.due_on == date(2026, 9, 23)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_unit_of_another_city_cannot_be_made_to_answer(city_session: Session, city: City) -> None:
    foreign = draft(city, agency_id=city.agencies["foreign"].id)

    with pytest.raises(Invalid, match="不在项目所在地区"):
        issue_rectification(city_session, city["SUPERVISOR"], foreign, today=TODAY)


@pytest.mark.parametrize("who", ["REPORTER", "LEADER", "stranger"])
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_only_the_office_of_the_place_issues(city_session: Session, city: City, who: str) -> None:
    with pytest.raises(NotAllowed):
        issue_rectification(city_session, city[who], draft(city), today=TODAY)


@pytest.mark.feature("K8")
def test_many_items_are_issued_at_once_or_none(city_session: Session, city: City) -> None:
    drafts = [draft(city), draft(city, project_id=city.id("S1"), responsible="李工")]

    rows = issue_rectifications(city_session, city["SUPERVISOR"], drafts, today=TODAY)
    with pytest.raises(Invalid, match="第 2 行：缺少责任人"):
        issue_rectifications(
            city_session,
            city["SUPERVISOR"],
            [draft(city), draft(city, responsible="")],
            today=TODAY,
        )

    assert {row.batch for row in rows} == {rows[0].number}
    assert [row.number[-2:] for row in rows] == ["01", "02"]


@pytest.mark.feature("X15")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_what_comes_of_a_sealed_inspection_is_sealed_and_counted_apart(
    city_session: Session, city: City
) -> None:
    office = city["SUPERVISOR"]
    place = city.regions["home"].id or 0
    sealed = save(city_session, SealedSet(
        region_id=place, name="九月暗访", opened_by_id=office.account_id, opened_on=TODAY,
    ))  # fmt: skip
    visit = save(city_session, Inspection(
        region_id=place, name="暗访", announced=False, inspected_on=TODAY,
        made_by_id=office.account_id, sealed_set_id=sealed.id,
    ))  # fmt: skip

    row = issue_rectification(
        city_session, office, draft(city, inspection_id=visit.id), today=TODAY
    )
    known = issue_rectification(city_session, office, draft(city), today=TODAY)

    assert row.sealed_set_id == sealed.id
    assert (row.number, known.number) == ("AF2026-000001", "ZG2026-000001")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_foreign_set_or_inspection_is_not_found(city_session: Session, city: City) -> None:
    stranger = city["stranger"]
    place = city.regions["away"].id or 0
    sealed = save(city_session, SealedSet(
        region_id=place, name="邻市", opened_by_id=stranger.account_id, opened_on=TODAY,
    ))  # fmt: skip
    visit = save(city_session, Inspection(
        region_id=place, name="邻市", inspected_on=TODAY, made_by_id=stranger.account_id,
    ))  # fmt: skip

    for changes in ({"sealed_set_id": sealed.id}, {"inspection_id": visit.id}):
        with pytest.raises(Missing):
            issue_rectification(
                city_session, city["SUPERVISOR"], draft(city, **changes), today=TODAY
            )
