"""Instructions: a leader's words go out with a due date, the unit's answer comes back."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session

from dashboard.commands.instruction import answer_instruction, give_instruction
from dashboard.errors import Conflict, Invalid, NotAllowed
from dashboard.queries.desk import desk
from dashboard.queries.instruction import instructions
from models.instruction import Instruction
from tests.city import TODAY, City

DUE = date(2026, 9, 10)


def _given(session: Session, city: City, code: str = "H1") -> Instruction:
    return give_instruction(
        session, city["LEADER"], city.id(code), words="抓紧推进", due_on=DUE, today=TODAY
    )


@pytest.mark.feature("H12", "I9")
def test_the_words_lie_on_the_units_and_the_offices_desk(city_session: Session, city: City) -> None:
    _given(city_session, city)

    desks = {
        who: desk(city_session, city[who], TODAY).query("detail == '抓紧推进'")
        for who in ("REPORTER", "REVIEWER", "SUPERVISOR", "LEADER", "schools reporter")
    }

    groups = {who: list(found["group"]) for who, found in desks.items()}
    assert groups == {
        "REPORTER": ["mine"],
        "REVIEWER": ["mine"],
        "SUPERVISOR": ["waiting"],
        "LEADER": ["waiting"],
        "schools reporter": [],
    }
    assert list(desks["REPORTER"]["due_on"]) == [DUE]


@pytest.mark.feature("H12")
def test_the_answer_returns_to_the_leader(city_session: Session, city: City) -> None:
    given = _given(city_session, city)

    answer_instruction(
        city_session, city["REPORTER"], given.id or 0, answer=" 已增加班组 ", today=TODAY
    )

    (row,) = instructions(city_session, city["LEADER"], city.id("H1")).to_dict("records")
    assert (row["answer"], row["answered_on"]) == ("已增加班组", TODAY)
    back = desk(city_session, city["LEADER"], TODAY).query("group == 'returned'")
    assert list(back["detail"]) == ["已增加班组"]
    assert desk(city_session, city["REPORTER"], TODAY).query("detail == '抓紧推进'").empty


def test_an_instruction_is_answered_once(city_session: Session, city: City) -> None:
    given = _given(city_session, city)
    answer_instruction(city_session, city["REPORTER"], given.id or 0, answer="好", today=TODAY)

    with pytest.raises(Conflict, match="已经答复"):
        answer_instruction(city_session, city["REVIEWER"], given.id or 0, answer="好", today=TODAY)


@pytest.mark.safety("AC5")
@pytest.mark.parametrize("words", ["", " \n ", "长" * 2001, "长" * 100_000])
def test_words_are_there_and_end(city_session: Session, city: City, words: str) -> None:
    with pytest.raises(Invalid):
        give_instruction(
            city_session, city["LEADER"], city.id("H1"), words=words, due_on=DUE, today=TODAY
        )
    given = _given(city_session, city)
    with pytest.raises(Invalid):
        answer_instruction(city_session, city["REPORTER"], given.id or 0, answer=words, today=TODAY)


def test_a_due_day_lies_ahead(city_session: Session, city: City) -> None:
    with pytest.raises(Invalid, match="不能早于今天"):
        give_instruction(
            city_session, city["LEADER"], city.id("H1"), words="办", due_on=date(2026, 9, 2),
            today=TODAY,
        )  # fmt: skip


@pytest.mark.safety("AC1")
@pytest.mark.parametrize("who", ["SUPERVISOR", "REPORTER", "OBSERVER", "AUDITOR", "foreign leader"])
def test_only_a_leader_of_the_place_instructs(city_session: Session, city: City, who: str) -> None:
    with pytest.raises(NotAllowed):
        give_instruction(
            city_session, city[who], city.id("H1"), words="办", due_on=DUE, today=TODAY
        )


@pytest.mark.safety("AC1")
@pytest.mark.parametrize("who", ["SUPERVISOR", "LEADER", "schools reporter", "finance reporter"])
def test_only_the_lead_unit_answers(city_session: Session, city: City, who: str) -> None:
    given = _given(city_session, city, "S1" if who == "finance reporter" else "H1")

    with pytest.raises(NotAllowed):
        answer_instruction(city_session, city[who], given.id or 0, answer="好", today=TODAY)

    assert given.answered_at is None
