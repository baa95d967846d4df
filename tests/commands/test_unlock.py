"""Unlocks: asked with a reason, approved by someone else, ending, counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from dashboard.commands.report import report_no_change
from dashboard.commands.unlock import approve_unlock, refuse_unlock, request_unlock
from dashboard.errors import Conflict, Invalid, NotAllowed
from dashboard.permissions import Actor
from dashboard.queries.desk import desk
from dashboard.queries.desk_line import BACK
from dashboard.queries.report import completeness, unlocks
from models.audit import AuditEntry
from models.programme import Programme
from models.report import ReportUnlock
from tests.city import AUGUST, City

LOCKED = date(2026, 9, 12)


def _asked(session: Session, city: City, code: str = "H1") -> ReportUnlock:
    return request_unlock(
        session, city["REPORTER"], city.id(code), month=AUGUST, reason="漏报", today=LOCKED
    )


@pytest.mark.feature("G14")
def test_an_unlock_keeps_who_asked_why_who_approved_and_until_when(
    city_session: Session, city: City
) -> None:
    asked = _asked(city_session, city)
    approve_unlock(
        city_session, city["SUPERVISOR"], asked.id or 0, ends_on=date(2026, 9, 15), today=LOCKED
    )

    assert asked.reason == "漏报"
    people = asked.requested_by_id, asked.approved_by_id
    assert people == (city["REPORTER"].account_id, city["SUPERVISOR"].account_id)
    days = asked.requested_on, asked.approved_on, asked.ends_on
    assert days == (LOCKED, LOCKED, date(2026, 9, 15))


@pytest.mark.feature("G14")
@pytest.mark.parametrize(("day", "opened"), [(15, True), (16, False)])
def test_the_door_closes_by_itself(
    city_session: Session, city: City, day: int, opened: bool
) -> None:
    asked = _asked(city_session, city)
    approve_unlock(
        city_session, city["SUPERVISOR"], asked.id or 0, ends_on=date(2026, 9, 15), today=LOCKED
    )

    try:
        report_no_change(
            city_session, city["REPORTER"], city.id("H1"), month=AUGUST, today=date(2026, 9, day)
        )
        through = True
    except Invalid:
        through = False

    assert through is opened


@pytest.mark.feature("G14")
def test_a_request_alone_opens_nothing(city_session: Session, city: City) -> None:
    _asked(city_session, city)

    with pytest.raises(Invalid, match="锁定"):
        report_no_change(city_session, city["REPORTER"], city.id("H1"), month=AUGUST, today=LOCKED)


@pytest.mark.feature("G14")
def test_unlocks_are_counted_by_unit(city_session: Session, city: City) -> None:
    for code in ("H1", "H2"):
        asked = _asked(city_session, city, code)
        approve_unlock(
            city_session, city["SUPERVISOR"], asked.id or 0, ends_on=LOCKED, today=LOCKED
        )

    programme = city.programmes["home"].id or 0
    found = completeness(city_session, city["SUPERVISOR"], programme, AUGUST, LOCKED)

    assert dict(zip(found["agency"], found["unlocks"], strict=True)) == {
        "市住建局": 2,
        "市教育局": 0,
    }


@pytest.mark.feature("G14")
@pytest.mark.safety("AC5")
@pytest.mark.parametrize("reason", ["", "   ", "长" * 100_000])
def test_a_request_wants_a_readable_reason(city_session: Session, city: City, reason: str) -> None:
    with pytest.raises(Invalid):
        request_unlock(
            city_session, city["REPORTER"], city.id("H1"), month=AUGUST, reason=reason, today=LOCKED
        )


@pytest.mark.safety("AC5")
def test_a_month_nobody_reports_cannot_be_unlocked(city_session: Session, city: City) -> None:
    with pytest.raises(Invalid, match="1999-01"):
        request_unlock(
            city_session, city["REPORTER"], city.id("H1"), month=date(1999, 1, 1), reason="试",
            today=LOCKED,
        )  # fmt: skip


@pytest.mark.feature("G14")
@pytest.mark.safety("AC6")
def test_nobody_approves_their_own_request(city_session: Session, city: City) -> None:
    asked = _asked(city_session, city)
    both = Actor(city["REPORTER"].account_id, "both", city["SUPERVISOR"].grants)

    with pytest.raises(NotAllowed, match="不能审核自己"):
        approve_unlock(city_session, both, asked.id or 0, ends_on=LOCKED, today=LOCKED)

    assert asked.approved_on is None


@pytest.mark.parametrize("who", ["REVIEWER", "LEADER", "stranger", "ADMIN"])
def test_only_the_own_office_approves(city_session: Session, city: City, who: str) -> None:
    asked = _asked(city_session, city)

    with pytest.raises(NotAllowed):
        approve_unlock(city_session, city[who], asked.id or 0, ends_on=LOCKED, today=LOCKED)

    assert asked.approved_on is None


@pytest.mark.parametrize("who", ["schools reporter", "LEADER", "finance reporter"])
def test_only_the_lead_unit_asks(city_session: Session, city: City, who: str) -> None:
    with pytest.raises(NotAllowed):
        request_unlock(
            city_session, city[who], city.id("H1"), month=AUGUST, reason="试", today=LOCKED
        )


def test_an_unlock_is_approved_once_and_not_for_a_day_that_is_over(
    city_session: Session, city: City
) -> None:
    asked = _asked(city_session, city)
    keys = city["SUPERVISOR"], asked.id or 0

    with pytest.raises(Invalid, match="不能早于今天"):
        approve_unlock(city_session, *keys, ends_on=date(2026, 9, 11), today=LOCKED)
    approve_unlock(city_session, *keys, ends_on=LOCKED, today=LOCKED)

    with pytest.raises(Conflict, match="已经批准"):
        approve_unlock(city_session, *keys, ends_on=LOCKED, today=LOCKED)


@pytest.mark.feature("G14")
@pytest.mark.safety("AC5")
def test_a_door_stays_open_no_longer_than_the_list_allows(
    city_session: Session, city: City
) -> None:
    asked = _asked(city_session, city)
    keys = city["SUPERVISOR"], asked.id or 0
    programme = city_session.get_one(Programme, city.programmes["home"].id)
    programme.unlock_days = 5
    last = LOCKED + timedelta(days=5)

    with pytest.raises(Invalid, match=r"最多开放 5 天.*2026-09-17"):
        approve_unlock(city_session, *keys, ends_on=last + timedelta(days=1), today=LOCKED)
    approve_unlock(city_session, *keys, ends_on=last, today=LOCKED)

    assert asked.ends_on == last


@pytest.mark.feature("G14")
@pytest.mark.safety("AD1")
def test_a_refused_request_keeps_the_month_locked_and_tells_who_asked(
    city_session: Session, city: City
) -> None:
    asked = _asked(city_session, city)
    refuse_unlock(
        city_session, city["SUPERVISOR"], asked.id or 0, reason="数据已核对无误", today=LOCKED
    )

    waiting = unlocks(city_session, city["SUPERVISOR"], waiting=True)
    found = desk(city_session, city["REPORTER"], LOCKED)
    told = found[found["what"].str.contains("未获批准")]
    lines = city_session.exec(select(AuditEntry).where(AuditEntry.event == "unlock:refuse")).all()
    assert waiting.empty
    assert list(told["group"]) == [BACK]
    assert list(told["detail"]) == ["数据已核对无误"]
    assert [line.account_id for line in lines] == [city["SUPERVISOR"].account_id]
    with pytest.raises(Invalid, match="锁定"):
        report_no_change(city_session, city["REPORTER"], city.id("H1"), month=AUGUST, today=LOCKED)


@pytest.mark.feature("G14")
@pytest.mark.parametrize(("later", "told"), [(0, 1), (14, 1), (15, 0)])
def test_a_refusal_leaves_the_desk_after_a_while(
    city_session: Session, city: City, later: int, told: int
) -> None:
    asked = _asked(city_session, city)
    refuse_unlock(city_session, city["SUPERVISOR"], asked.id or 0, reason="不必", today=LOCKED)

    found = desk(city_session, city["REPORTER"], LOCKED + timedelta(days=later))

    assert found["what"].str.contains("未获批准").sum() == told


@pytest.mark.feature("G14")
def test_who_asked_finds_an_open_door_on_the_desk_until_it_closes(
    city_session: Session, city: City
) -> None:
    asked = _asked(city_session, city)
    until = LOCKED + timedelta(days=3)
    approve_unlock(city_session, city["SUPERVISOR"], asked.id or 0, ends_on=until, today=LOCKED)

    on_the_last_day = desk(city_session, city["REPORTER"], until)
    afterwards = desk(city_session, city["REPORTER"], until + timedelta(days=1))

    told = on_the_last_day[on_the_last_day["what"].str.contains("已批准解锁")]
    assert list(told["due_on"]) == [until]
    assert not afterwards["what"].str.contains("已批准解锁").any()


@pytest.mark.feature("G14")
@pytest.mark.safety("AC6")
def test_a_refusal_needs_a_reason_another_person_and_an_open_request(
    city_session: Session, city: City
) -> None:
    asked = _asked(city_session, city)
    key = asked.id or 0
    own = Actor(city["REPORTER"].account_id, "both", city["SUPERVISOR"].grants)

    with pytest.raises(Invalid, match="不批准理由"):
        refuse_unlock(city_session, city["SUPERVISOR"], key, reason=" ", today=LOCKED)
    with pytest.raises(NotAllowed, match="不能审核自己"):
        refuse_unlock(city_session, own, key, reason="不必", today=LOCKED)
    refuse_unlock(city_session, city["SUPERVISOR"], key, reason="不必", today=LOCKED)

    with pytest.raises(Conflict, match="已经退回"):
        refuse_unlock(city_session, city["SUPERVISOR"], key, reason="不必", today=LOCKED)
    with pytest.raises(Conflict, match="已经退回"):
        approve_unlock(city_session, city["SUPERVISOR"], key, ends_on=LOCKED, today=LOCKED)
