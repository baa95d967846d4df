"""Observers: appointed by the office, granted as asked by another, ended by the term or at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from dashboard.commands.observer import (
    Appointment,
    Scan,
    agree_to_be_named,
    appoint_observer,
    end_appointment,
    grant_as_appointed,
    keep_letter,
)
from dashboard.commands.site import add_site, edit_site
from dashboard.commands.visit import drop_visit, plan_visit
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.permissions import Actor, Grant
from dashboard.queries.file import file_for
from dashboard.queries.grant import grants_on
from dashboard.queries.observer import appointments_to_grant, my_visits, observers
from models.account import Role
from models.file import StoredFile
from models.observer import ObserverDevice, Visit
from tests.city import TODAY, City, person, save

NOW = datetime(2026, 9, 3, 1, tzinfo=UTC)
LAST = date(2027, 8, 31)


@pytest.fixture
def newcomer(city_session: Session, city: City) -> Actor:
    """A person without a role and without a unit."""
    return person(city_session, "newcomer", None)


def _letter(city: City, who: Actor, *codes: str) -> Appointment:
    return Appointment(
        who.account_id, city.regions["home"].id or 0, "聘〔2026〕9号", TODAY, LAST, "市政协委员",
        tuple(city.id(code) for code in codes),
    )  # fmt: skip


@pytest.mark.feature("J1")
@pytest.mark.safety("AC5")
def test_an_appointment_opens_nothing_until_it_is_granted_and_ends_with_its_term(
    city_session: Session, city: City, newcomer: Actor
) -> None:
    letter = _letter(city, newcomer, "H1", "S1")
    made = appoint_observer(city_session, city["SUPERVISOR"], letter, today=TODAY)
    assert grants_on(city_session, newcomer.account_id, TODAY) == ()

    grant_as_appointed(city_session, city["SECURITY"], made.id or 0)

    scope = (Grant(Role.OBSERVER, project_ids=tuple(sorted((city.id("H1"), city.id("S1"))))),)
    assert grants_on(city_session, newcomer.account_id, TODAY) == scope
    assert grants_on(city_session, newcomer.account_id, LAST) == scope
    assert grants_on(city_session, newcomer.account_id, LAST + timedelta(days=1)) == ()
    assert appointments_to_grant(city_session, city["SECURITY"], TODAY).empty
    with pytest.raises(Conflict, match="已授权"):
        grant_as_appointed(city_session, city["SECURITY"], made.id or 0)


@pytest.mark.feature("J1")
def test_ending_an_appointment_ends_access_and_devices_at_once(
    city_session: Session, city: City, newcomer: Actor
) -> None:
    letter = _letter(city, newcomer)
    made = appoint_observer(city_session, city["SUPERVISOR"], letter, today=TODAY)
    grant_as_appointed(city_session, city["SECURITY"], made.id or 0)
    device = ObserverDevice(
        token_hash="d" * 64, account_id=newcomer.account_id, ends_at=NOW + timedelta(days=30)
    )
    save(city_session, device)

    end_appointment(city_session, city["SUPERVISOR"], made.id or 0, now=NOW, today=TODAY)

    assert grants_on(city_session, newcomer.account_id, TODAY) == ()
    assert device.ended_at == NOW
    [row] = observers(city_session, city["SUPERVISOR"]).to_dict("records")
    assert row["ended_on"] == TODAY
    with pytest.raises(Conflict, match="已经结束"):
        end_appointment(city_session, city["SUPERVISOR"], made.id or 0, now=NOW, today=TODAY)


@pytest.mark.feature("J1")
@pytest.mark.safety("AC5")
def test_only_whoever_works_for_nobody_is_appointed_once_for_a_term_that_can_be(
    city_session: Session, city: City, newcomer: Actor
) -> None:
    office, letter = city["SUPERVISOR"], _letter(city, newcomer)

    for wrong, told in (
        (replace(letter, account_id=city["REPORTER"].account_id), "不属于任何单位"),
        (replace(letter, account_id=city["LEADER"].account_id), "没有其他职务"),
        (replace(letter, last_on=TODAY - timedelta(days=1)), "聘期止"),
        (replace(letter, last_on=date(2036, 1, 1)), "五年"),
        (replace(letter, letter_number=" "), "聘书编号"),
        (replace(letter, project_ids=(city.id("F1"),)), "不在聘任地区"),
    ):
        with pytest.raises(Invalid, match=told):
            appoint_observer(city_session, office, wrong, today=TODAY)
    appoint_observer(city_session, office, letter, today=TODAY)
    with pytest.raises(Conflict, match="已被聘任"):
        appoint_observer(city_session, office, letter, today=TODAY)
    with pytest.raises(NotAllowed):
        appoint_observer(city_session, city["stranger"], letter, today=TODAY)


@pytest.mark.feature("J1")
@pytest.mark.safety("AC2")
def test_the_scan_of_a_letter_is_had_by_who_reads_the_appointment_and_who_grants_by_it(
    city_session: Session, city: City
) -> None:
    who = city["other observer"]
    letter = replace(_letter(city, who), letter=Scan("聘书.pdf", b"%PDF-1.7 seal"))
    made = appoint_observer(city_session, city["SUPERVISOR"], letter, today=TODAY)

    def had_by(key: int) -> set[str]:
        found = set()
        for name, actor in city.people.items():
            with suppress(Missing):
                found.add(name) if file_for(city_session, actor, key) else None
        return found

    may = {"SUPERVISOR", "second supervisor", "AUDITOR", "SECURITY", "other observer"}
    assert had_by(made.letter_file_id or 0) == may
    [row] = observers(city_session, city["AUDITOR"]).to_dict("records")
    assert row["letter_file_id"] == made.letter_file_id
    kept = city_session.get_one(StoredFile, made.letter_file_id)
    assert (kept.name, kept.media_type) == ("聘书.pdf", "application/pdf")


@pytest.mark.feature("J1")
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("聘书.docx", b"PK\x03\x04"),
        ("聘书.pdf", b"<html>"),
        ("聘书.svg", b"<svg/>"),
        ("聘书.pdf", b"PK\x03\x04"),
        ("聘书.exe", b"%PDF-1"),
    ],
)
def test_what_is_no_scan_is_refused_and_the_letter_before_it_stays(
    city_session: Session, city: City, name: str, data: bytes
) -> None:
    letter = _letter(city, city["other observer"])
    made = appoint_observer(city_session, city["SUPERVISOR"], letter, today=TODAY)
    keep_letter(
        city_session, city["SUPERVISOR"], made.id or 0, Scan("旧.png", b"\x89PNG\r\n\x1a\n")
    )
    first = made.letter_file_id

    with pytest.raises(Invalid, match=f"“{name}”不是扫描件，请上传 PDF、JPG 或 PNG"):
        keep_letter(city_session, city["SUPERVISOR"], made.id or 0, Scan(name, data))
    with pytest.raises(NotAllowed):
        keep_letter(city_session, city["stranger"], made.id or 0, Scan("新.pdf", b"%PDF-1"))

    assert made.letter_file_id == first


@pytest.mark.feature("J1")
@pytest.mark.safety("PI2")
def test_only_the_observer_agrees_to_be_named(
    city_session: Session, city: City, newcomer: Actor
) -> None:
    letter = _letter(city, city["other observer"])
    made = appoint_observer(city_session, city["SUPERVISOR"], letter, today=TODAY)

    agree_to_be_named(city_session, city["other observer"], made.id or 0, agreed=True, now=NOW)
    assert (made.disclosed, made.agreed_at) == (True, NOW)
    for who in ("SUPERVISOR", "OBSERVER", "SECURITY"):
        with pytest.raises((NotAllowed, Invalid)):
            agree_to_be_named(city_session, city[who], made.id or 0, agreed=True, now=NOW)


@pytest.mark.feature("X14")
def test_a_visit_is_planned_for_who_may_look_and_taken_back_until_it_is_made(
    city_session: Session, city: City
) -> None:
    office, observer = city["SUPERVISOR"], city["OBSERVER"]

    def plan(code: str, day: date = TODAY) -> Visit:
        return plan_visit(
            city_session, office, project_id=city.id(code), account_id=observer.account_id,
            due_on=day, today=TODAY,
        )  # fmt: skip

    made = plan("H1")
    for code, day, error, told in (
        ("H1", TODAY, Conflict, "待走访的计划"),
        ("H2", TODAY, Invalid, "没有此项目的观察权限"),
        ("H1", TODAY - timedelta(days=1), Invalid, "不能早于今天"),
    ):
        with pytest.raises(error, match=told):
            plan(code, day)
    assert list(my_visits(city_session, observer)["code"]) == ["H1"]
    drop_visit(city_session, office, made.id or 0)

    assert city_session.exec(select(Visit)).all() == []


@pytest.mark.feature("J3")
def test_a_site_keeps_its_code_and_has_a_place_or_none(city_session: Session, city: City) -> None:
    office, key = city["SUPERVISOR"], city.id("H1")
    site = add_site(city_session, office, key, name="东段")
    code = site.code

    edit_site(city_session, office, site.id or 0, version=site.version, name="西段", address="二路")

    assert (site.code, site.name, site.latitude) == (code, "西段", None)
    with pytest.raises(Invalid, match="已有名为"):
        add_site(city_session, office, key, name="西段")
    with pytest.raises(Conflict):
        edit_site(city_session, office, site.id or 0, version=site.version - 1, name="x")
