"""Triage: each remark ends once, in its limit; joined ones follow their problem; notes stay in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from dashboard.commands.note import write_note
from dashboard.commands.own_remark import (
    ask_to_reopen,
    rate_feedback,
    rate_remark,
    see_answers,
    withdraw_remark,
)
from dashboard.commands.remark import RemarkDraft, write_feedback, write_remark
from dashboard.commands.settle import reopen_remarks, settle_remarks
from dashboard.commands.triage import (
    answer_remark,
    decide_proposal,
    join_rectification,
    look_at_phone,
    move_remark,
    propose_reply,
    reopen_remark,
    take_no_action,
)
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.permissions import Actor
from dashboard.queries.note import notes
from dashboard.queries.remark import my_remarks, remark, remarks, replies
from models.audit import AuditEntry
from models.observer import SealedSet
from models.rectification import Rectification, RectificationSource
from models.remark import ObserverRemark, RemarkState, Satisfaction
from tests.city import TODAY, City, save

NOW = datetime(2026, 9, 3, 1, tzinfo=UTC)
SECRET = "5f0a7c52-64a0-4a55-9f3e-0c0a4a0f4b11"


def _written(
    session: Session, city: City, number: int = 1, who: str = "OBSERVER"
) -> ObserverRemark:
    draft = RemarkDraft(f"client-{number:04}", city.id("H1"), words=f"围挡缺失{number}")
    return write_remark(session, city[who], draft, now=NOW, today=TODAY)


def _rectification(
    session: Session, city: City, code: str = "H1", number: str = "ZG1", **values: Any
) -> Rectification:
    row = Rectification(
        number=number, project_id=city.id(code), source=RectificationSource.REMARK, state="ISSUED",
        finding="围挡缺失", thing="东段围挡", agency_id=city.agencies["housing"].id or 0,
        responsible="张三", standard="连续封闭", issued_by_id=city["SUPERVISOR"].account_id,
        found_on=TODAY, issued_on=TODAY, first_due_on=TODAY, due_on=TODAY, **values,
    )  # fmt: skip
    return save(session, row)


@pytest.mark.feature("J6")
@pytest.mark.parametrize(("later", "in_time"), [(0, True), (7, True), (8, False)])
def test_whether_a_remark_was_ended_in_time_is_written_once(
    city_session: Session, city: City, later: int, in_time: bool
) -> None:
    kept = _written(city_session, city)
    day = TODAY + timedelta(days=later)

    answer_remark(city_session, city["SUPERVISOR"], kept.id or 0, words="已补设", today=day)

    assert (kept.due_on, kept.state) == (date(2026, 9, 10), RemarkState.ANSWERED)
    assert (kept.in_time, kept.decided_on) == (in_time, day)
    reopen_remark(city_session, city["SUPERVISOR"], kept.id or 0, reason="再查", today=day)
    long_after = TODAY + timedelta(days=90)
    answer_remark(city_session, city["SUPERVISOR"], kept.id or 0, words="再答", today=long_after)
    assert (kept.in_time, kept.decided_on, kept.reopens) == (in_time, long_after, 1)


@pytest.mark.feature("J6")
def test_the_observer_reads_what_became_of_it_rates_it_and_asks_for_more(
    city_session: Session, city: City
) -> None:
    key = _written(city_session, city).id or 0
    observer, office = city["OBSERVER"], city["SUPERVISOR"]

    take_no_action(city_session, office, key, reason="不属本项目范围", today=TODAY)
    fresh = see_answers(city_session, observer, now=NOW)
    rate_remark(city_session, observer, key, rating=Satisfaction.DISSATISFIED, today=TODAY)
    ask_to_reopen(city_session, observer, key, words="就在项目里", today=TODAY)

    [row] = my_remarks(city_session, observer).to_dict("records")
    assert (fresh, see_answers(city_session, observer, now=NOW)) == (1, 0)
    assert (row["state"], row["reason"]) == (RemarkState.NO_ACTION, "不属本项目范围")
    assert (row["rating"], row["reopen_words"]) == (Satisfaction.DISSATISFIED, "就在项目里")
    with pytest.raises(Conflict, match="已经要求过"):
        ask_to_reopen(city_session, observer, key, words="再催", today=TODAY)


@pytest.mark.feature("J6")
@pytest.mark.parametrize("act", [rate_remark, ask_to_reopen])
def test_nobody_rates_what_is_not_ended(
    city_session: Session, city: City, act: Callable[..., Any]
) -> None:
    key = _written(city_session, city).id or 0
    options: dict[str, Any] = {"rating": Satisfaction.FAIR} if act is rate_remark else {}

    with pytest.raises(Conflict, match="还没有办结"):
        act(city_session, city["OBSERVER"], key, words="好", today=TODAY, **options)


@pytest.mark.feature("J6")
@pytest.mark.safety("AC5")
def test_only_its_author_takes_a_remark_back_and_only_until_it_was_decided(
    city_session: Session, city: City
) -> None:
    first, second = (_written(city_session, city, n).id or 0 for n in (1, 2))
    for who in ("other observer", "REPORTER", "SUPERVISOR"):
        with pytest.raises(NotAllowed):
            withdraw_remark(city_session, city[who], first, today=TODAY)

    withdraw_remark(city_session, city["OBSERVER"], first, today=TODAY)
    answer_remark(city_session, city["SUPERVISOR"], second, words="好", today=TODAY)

    with pytest.raises(Conflict, match="已处理"):
        withdraw_remark(city_session, city["OBSERVER"], second, today=TODAY)
    with pytest.raises(Conflict, match="已撤回"):
        answer_remark(city_session, city["SUPERVISOR"], first, words="好", today=TODAY)
    assert remark(city_session, city["REPORTER"], first).empty
    assert len(remark(city_session, city["SUPERVISOR"], first)) == 1


@pytest.mark.feature("J6")
def test_a_remark_is_decided_once(city_session: Session, city: City) -> None:
    key = _written(city_session, city).id or 0
    take_no_action(city_session, city["SUPERVISOR"], key, reason="重复", today=TODAY)

    with pytest.raises(Conflict, match="已处理"):
        take_no_action(city_session, city["SUPERVISOR"], key, reason="重复", today=TODAY)
    with pytest.raises(Invalid, match="不予办理的理由"):
        take_no_action(
            city_session,
            city["SUPERVISOR"],
            _written(city_session, city, 2).id or 0,
            reason=" ",
            today=TODAY,
        )


@pytest.mark.safety("AC6")
def test_nobody_triages_their_own_remark(city_session: Session, city: City) -> None:
    key = _written(city_session, city).id or 0
    both = Actor(city["OBSERVER"].account_id, "both", city["SUPERVISOR"].grants)

    with pytest.raises(NotAllowed, match="不能审核自己"):
        answer_remark(city_session, both, key, words="好", today=TODAY)


@pytest.mark.feature("J8")
def test_closing_the_problem_answers_every_remark_joined_to_it(
    city_session: Session, city: City
) -> None:
    office, first = city["SUPERVISOR"], _written(city_session, city, 1)
    second = _written(city_session, city, 2, "other observer")
    problem = _rectification(city_session, city)
    join_rectification(
        city_session, office, [first.id or 0, second.id or 0], problem.id or 0, today=TODAY
    )
    assert {first.state, second.state} == {RemarkState.RECTIFYING}

    problem.state, problem.closed_on, problem.public_answer = "FIXED", TODAY, "围挡已补齐"
    settle_remarks(city_session, office, problem, today=TODAY)

    assert {first.state, second.state} == {RemarkState.SETTLED}
    for who in ("OBSERVER", "other observer"):
        [row] = my_remarks(city_session, city[who]).to_dict("records")
        assert (row["answer"], row["rectification"]) == ("围挡已补齐", "ZG1")
    reopen_remarks(city_session, office, problem)
    assert [(each.state, each.reopens) for each in (first, second)] == [
        (RemarkState.RECTIFYING, 1)
    ] * 2


@pytest.mark.feature("J8")
def test_a_duplicate_hands_its_remarks_to_the_problem_it_repeats(
    city_session: Session, city: City
) -> None:
    office, kept = city["SUPERVISOR"], _written(city_session, city)
    problem = _rectification(city_session, city)
    again = _rectification(city_session, city, number="ZG2")
    join_rectification(city_session, office, [kept.id or 0], again.id or 0, today=TODAY)

    again.state, again.closed_on, again.duplicate_of_id = "DUPLICATE", TODAY, problem.id
    settle_remarks(city_session, office, again, today=TODAY)

    assert (kept.rectification_id, kept.state) == (problem.id, RemarkState.RECTIFYING)


@pytest.mark.feature("J8", "X15")
def test_a_remark_joins_no_problem_that_is_closed_elsewhere_or_hidden_otherwise(
    city_session: Session, city: City
) -> None:
    office, key = city["SUPERVISOR"], _written(city_session, city).id or 0
    hidden = SealedSet(
        region_id=city.regions["home"].id or 0, name="夜查", opened_by_id=office.account_id,
        opened_on=TODAY,
    )  # fmt: skip
    sealed_id = save(city_session, hidden).id
    closed = _rectification(city_session, city, number="ZG2", closed_on=TODAY)
    elsewhere = _rectification(city_session, city, "H2", "ZG3")
    sealed = _rectification(city_session, city, number="AF1", sealed_set_id=sealed_id)

    for problem, error, told in (
        (closed, Conflict, "已办结"),
        (elsewhere, Invalid, "不属于该项目"),
        (sealed, Invalid, "泄露暗访"),
    ):
        with pytest.raises(error, match=told):
            join_rectification(city_session, office, [key], problem.id or 0, today=TODAY)


@pytest.mark.feature("J7")
@pytest.mark.safety("AC6")
def test_a_unit_proposes_an_answer_and_the_office_publishes_it(
    city_session: Session, city: City
) -> None:
    key = _written(city_session, city).id or 0
    proposal = propose_reply(city_session, city["REPORTER"], key, words="今日补设", today=TODAY)
    assert replies(city_session, city["OBSERVER"], key).empty

    decide_proposal(city_session, city["SUPERVISOR"], proposal.id or 0, publish=True, today=TODAY)

    assert list(replies(city_session, city["OBSERVER"], key)["words"]) == ["今日补设"]
    with pytest.raises(Conflict, match="已处理"):
        decide_proposal(
            city_session, city["SUPERVISOR"], proposal.id or 0, publish=True, today=TODAY
        )


@pytest.mark.feature("K9")
@pytest.mark.parametrize(
    ("who", "count"),
    [
        ("SUPERVISOR", 1),
        ("AUDITOR", 1),
        ("REPORTER", 0),
        ("LEADER", 0),
        ("OBSERVER", 0),
        ("stranger", 0),
    ],
)
def test_a_note_is_read_by_the_office_and_the_auditor(
    city_session: Session, city: City, who: str, count: int
) -> None:
    key = _written(city_session, city).id or 0
    write_note(
        city_session, city["SUPERVISOR"], "observer_remark", key, words="施工方屡犯", today=TODAY
    )

    assert len(notes(city_session, city[who], "observer_remark", key)) == count
    assert "施工方屡犯" not in remarks(city_session, city[who]).to_string()


@pytest.mark.safety("PI2")
def test_a_look_at_a_masked_phone_is_a_line_of_the_log(city_session: Session, city: City) -> None:
    draft = RemarkDraft(SECRET, city.id("H1"), words="路灯不亮", phone="13912345678")
    region_id = city.regions["home"].id or 0
    kept, _code = write_feedback(city_session, draft, region_id=region_id, now=NOW, today=TODAY)

    assert look_at_phone(city_session, city["SUPERVISOR"], kept.id or 0) == "13912345678"

    lines = city_session.exec(
        select(AuditEntry).where(col(AuditEntry.event) == "remark:look-phone")
    ).all()
    assert [line.account_id for line in lines] == [city["SUPERVISOR"].account_id]
    for who in ("REPORTER", "LEADER", "AUDITOR", "stranger"):
        with pytest.raises(NotAllowed):
            look_at_phone(city_session, city[who], kept.id or 0)


@pytest.mark.feature("L2")
def test_a_citizens_word_on_a_place_is_put_to_its_project(
    city_session: Session, city: City
) -> None:
    draft = RemarkDraft(SECRET, None, words="路灯不亮", place="解放路")
    region_id = city.regions["home"].id or 0
    kept, code = write_feedback(city_session, draft, region_id=region_id, now=NOW, today=TODAY)
    assert remarks(city_session, city["REPORTER"]).empty

    move_remark(city_session, city["SUPERVISOR"], kept.id or 0, city.id("H1"))
    answer_remark(city_session, city["SUPERVISOR"], kept.id or 0, words="已修", today=TODAY)
    rate_feedback(city_session, code, rating=Satisfaction.SATISFIED, today=TODAY)

    [row] = remarks(city_session, city["REPORTER"]).to_dict("records")
    assert (row["author"], row["rating"]) == ("群众", Satisfaction.SATISFIED)
    with pytest.raises(Missing, match="查询码"):
        rate_feedback(city_session, "AAAA", rating=Satisfaction.FAIR, today=TODAY)
