"""Moving an item: by the table only, with what it asks for, checked by a second person."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from dashboard.commands.extension import ask_extension, decide_extension
from dashboard.commands.recheck import do_recheck
from dashboard.commands.rectification import issue_rectifications
from dashboard.commands.rectification_care import (
    daily_rectifications,
    restart_released,
    take_back_batch,
)
from dashboard.commands.rectification_move import (
    move_rectification,
    reassign_rectification,
)
from dashboard.commands.remark import RemarkDraft, write_remark
from dashboard.errors import Conflict, Invalid, NotAllowed
from dashboard.permissions import Actor, Grant
from models.account import Role
from models.audit import AuditEntry
from models.observer import SealedSet
from models.photo import PhotoPhase
from models.rectification import Extension, Recheck, Rectification, RectificationEvent
from models.remark import RemarkReply, RemarkState
from tests.city import TODAY, City, save
from tests.rectifying import (
    DUE,
    Desk,
    asked,
    cleared,
    documented,
    draft,
    issued,
    look,
    move,
    paired,
    photographed,
    proposed,
    received,
)

LATE = date(2026, 9, 21)
NEW = date(2026, 9, 30)


@pytest.fixture
def s(city_session: Session, city: City) -> Desk:
    return Desk(city_session, city)


def _events(s: Desk, row: Rectification) -> list[str]:
    statement = select(RectificationEvent).where(RectificationEvent.rectification_id == row.id)
    return [each.event for each in s.session.exec(statement)]


@pytest.mark.feature("K1", "K5", "X12")
def test_an_item_is_received_proposed_and_cleared_by_another(s: Desk) -> None:
    row = cleared(s)

    again = s.session.exec(select(Recheck)).one()
    assert (row.state, row.closed_on, row.met_deadline) == ("FIXED", TODAY, True)
    assert row.proposed_by_id != row.closed_by_id
    assert (again.rectification_id, again.due_on) == (row.id, date(2026, 10, 3))
    assert row.recheck_on == again.due_on
    assert _events(s, row) == ["issue", "receive", "met", "propose", "clear"]


@pytest.mark.feature("K1")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("code", "who"), [("clear", "SUPERVISOR"), ("propose", "REPORTER"), ("reopen", "SUPERVISOR")]
)
def test_a_move_that_is_no_row_of_the_table_is_refused(s: Desk, code: str, who: str) -> None:
    row = issued(s)

    with pytest.raises(Conflict, match="“待签收”的整改不能"):
        move(s, row, code, who)

    assert row.state == "ISSUED"


@pytest.mark.feature("K1")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_move_nobody_knows_is_refused(s: Desk) -> None:
    with pytest.raises(Invalid, match="没有“close”这项流转"):
        move(s, issued(s), "close", "SUPERVISOR")


@pytest.mark.feature("X12")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_who_proposed_or_is_of_the_unit_clears_nothing(s: Desk) -> None:
    row = proposed(s)
    office = s.city["SUPERVISOR"]
    twice = Actor(row.proposed_by_id or 0, "both", office.grants)
    inside = Actor(
        s.city["NOBODY"].account_id,
        "inside",
        (*office.grants, Grant(Role.REVIEWER, agency_path=s.city.agencies["housing"].path)),
    )

    for actor in (twice, inside):
        with pytest.raises(NotAllowed, match="请由另一人办理"):
            move_rectification(s.session, actor, row.id or 0, "clear", today=TODAY)

    assert row.state == "PROPOSED"


@pytest.mark.feature("K5")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_thing_one_can_see_needs_an_after_photo_paired_with_a_before_photo(s: Desk) -> None:
    row = received(s)
    documented(s, row)
    photographed(s, row, PhotoPhase.BEFORE)
    photographed(s, row, PhotoPhase.AFTER)

    with pytest.raises(Invalid, match="与整改前照片配对"):
        move(s, row, "propose", "REPORTER")
    paired(s, row)
    move(s, row, "propose", "REPORTER")

    assert row.state == "PROPOSED"


@pytest.mark.feature("K5")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_what_cannot_be_seen_needs_a_document(s: Desk) -> None:
    row = received(s, visible=False)

    with pytest.raises(Invalid, match="缺少本轮的佐证文件"):
        move(s, row, "propose", "REPORTER")
    documented(s, row)
    move(s, row, "propose", "REPORTER")
    move(s, row, "clear", "SUPERVISOR")

    assert row.state == "FIXED"


@pytest.mark.feature("K6")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_reopened_item_is_counted_and_needs_new_photos(s: Desk) -> None:
    row = cleared(s)

    with pytest.raises(Invalid, match="请填写新的整改期限"):
        move(s, row, "reopen", "SUPERVISOR")
    move(s, row, "reopen", "SUPERVISOR", due_on=NEW)
    with pytest.raises(Invalid, match="缺少本轮的整改后照片"):
        move(s, row, "propose", "REPORTER")

    assert (row.state, row.reopens, row.due_on) == ("REOPENED", 1, NEW)
    assert (row.met_deadline, row.closed_on, row.recheck_on) == (None, None, None)
    assert s.session.exec(select(Recheck)).one().words == "已重新整改，本次回头看取消。"


@pytest.mark.feature("J8", "K6")
def test_clearing_settles_the_remarks_of_a_problem_and_reopening_takes_them_up_again(
    s: Desk,
) -> None:
    now = datetime(2026, 9, 3, 1, tzinfo=UTC)
    written = RemarkDraft(client_id="client-0001", project_id=s.city.id("H1"), words="围挡缺失")
    remark = write_remark(s.session, s.city["OBSERVER"], written, now=now, today=TODAY)
    row = proposed(s, remark_ids=(remark.id or 0,))
    states = [remark.state]

    move(s, row, "clear", "SUPERVISOR", public_answer="围挡已补齐")
    states.append(remark.state)
    move(s, row, "reopen", "SUPERVISOR", due_on=NEW)
    states.append(remark.state)

    assert states == [RemarkState.RECTIFYING, RemarkState.SETTLED, RemarkState.RECTIFYING]
    assert remark.reopens == 1
    reply = s.session.exec(select(RemarkReply)).one()
    assert (reply.remark_id, reply.words) == (remark.id, "围挡已补齐")


@pytest.mark.feature("K2")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("code", "state", "more"),
    [
        ("no_action", "NO_ACTION", {}),
        ("pass_on", "PASSED_ON", {"passed_to": "市水务局"}),
    ],
)
def test_each_other_end_is_a_state_of_its_own(
    s: Desk, code: str, state: str, more: dict[str, Any]
) -> None:
    row = move(s, received(s), code, "SUPERVISOR", **more)

    assert (row.state, row.closed_on, row.recheck_on) == (state, TODAY, None)


@pytest.mark.feature("K2")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_duplicate_names_what_it_repeats(s: Desk) -> None:
    first, second = issued(s), received(s)
    other = issued(s, project_id=s.city.id("H2"))

    for wrong in (None, second.id, other.id):
        with pytest.raises(Invalid):
            move(s, second, "duplicate", "SUPERVISOR", duplicate_of_id=wrong)
    move(s, second, "duplicate", "SUPERVISOR", duplicate_of_id=first.id)
    with pytest.raises(Invalid, match="未被认定重复"):
        move(s, first, "duplicate", "SUPERVISOR", duplicate_of_id=second.id)

    assert (second.state, second.duplicate_of_id) == ("DUPLICATE", first.id)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_passing_on_names_to_whom(s: Desk) -> None:
    with pytest.raises(Invalid, match="转往单位"):
        move(s, received(s), "pass_on", "SUPERVISOR")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_dispute_stops_no_clock(s: Desk) -> None:
    row = move(s, issued(s), "dispute", "REPORTER")

    daily_rectifications(s.session, today=LATE)

    assert (row.state, row.due_on, row.met_deadline) == ("DISPUTED", DUE, False)
    assert row.received_on == TODAY


@pytest.mark.feature("X13")
def test_a_missed_deadline_is_written_once(s: Desk) -> None:
    row = received(s)

    first = daily_rectifications(s.session, today=LATE)
    again = daily_rectifications(s.session, today=LATE)
    paired(s, row)
    move(s, row, "propose", "REPORTER", today=LATE)

    assert (first[0], again) == (1, (0, 0))
    assert (row.met_deadline, row.judged_on) == (False, LATE)
    assert _events(s, row).count("missed") == 1


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_late_proposal_is_late_even_if_no_daily_run_said_so(s: Desk) -> None:
    row = received(s)
    paired(s, row)

    move(s, row, "propose", "REPORTER", today=LATE)

    assert row.met_deadline is False


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_returned_proposal_proves_nothing_and_a_past_deadline_needs_a_new_one(s: Desk) -> None:
    row = proposed(s)

    with pytest.raises(Invalid, match="请填写新的整改期限"):
        move(s, row, "return", "SUPERVISOR", today=LATE)
    move(s, row, "return", "SUPERVISOR", today=LATE, due_on=NEW)

    assert (row.state, row.met_deadline, row.due_on) == ("RETURNED", None, NEW)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_another_unit_takes_over_with_its_own_deadline(s: Desk) -> None:
    row = received(s)
    daily_rectifications(s.session, today=LATE)
    schools = s.city.agencies["schools"].id or 0
    given: dict[str, Any] = {
        "agency_id": schools,
        "responsible": "李工",
        "words": "职责调整",
        "today": LATE,
    }

    with pytest.raises(Invalid, match="请填写新的整改期限"):
        reassign_rectification(s.session, s.city["SUPERVISOR"], row.id or 0, **given)
    reassign_rectification(s.session, s.city["SUPERVISOR"], row.id or 0, **given, due_on=NEW)

    missed = s.session.exec(
        select(RectificationEvent).where(RectificationEvent.event == "missed")
    ).one()
    assert (row.state, row.agency_id, row.met_deadline) == ("ISSUED", schools, None)
    assert missed.agency_id == s.city.agencies["housing"].id
    with pytest.raises(NotAllowed):
        move(s, row, "receive", "REPORTER", today=LATE)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_the_second_of_two_people_is_told(s: Desk) -> None:
    row = received(s)
    seen = row.version
    move(s, row, "dispute", "REVIEWER", version=seen)

    with pytest.raises(Conflict, match="此记录已被他人修改"):
        move(s, row, "keep", "SUPERVISOR", version=seen)


@pytest.mark.feature("X15")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_sealed_item_is_refused_like_one_that_is_not_there(s: Desk) -> None:
    sealed = save(s.session, SealedSet(
        region_id=s.city.regions["home"].id or 0, name="暗访", opened_on=TODAY,
        opened_by_id=s.city["SUPERVISOR"].account_id,
    ))  # fmt: skip
    row = issued(s, sealed_set_id=sealed.id)

    said = set()
    for key in (row.id or 0, 10**6):
        with pytest.raises(NotAllowed) as told:
            move_rectification(s.session, s.city["REPORTER"], key, "receive", today=TODAY)
        said.add(str(told.value))

    assert len(said) == 1
    assert daily_rectifications(s.session, today=LATE) == (0, 0)


@pytest.mark.feature("X15")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_released_item_has_as_many_days_as_it_was_given(s: Desk) -> None:
    office = s.city["SUPERVISOR"]
    sealed = save(s.session, SealedSet(
        region_id=s.city.regions["home"].id or 0, name="暗访", opened_on=TODAY,
        opened_by_id=office.account_id,
    ))  # fmt: skip
    row = issued(s, sealed_set_id=sealed.id)

    restart_released(s.session, office, sealed.id or 0, today=LATE)

    assert row.due_on == date(2026, 10, 6)
    assert row.first_due_on == DUE
    assert _events(s, row) == ["issue", "release"]


@pytest.mark.feature("K8")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_batch_is_taken_back_until_received(s: Desk) -> None:
    office = s.city["SUPERVISOR"]
    rows = issue_rectifications(s.session, office, [draft(s.city)] * 3, today=TODAY)
    move(s, rows[0], "receive", "REPORTER")

    done = take_back_batch(s.session, office, rows[0].batch, reason="有误", today=TODAY)
    with pytest.raises(Conflict, match="均已签收或撤回"):
        take_back_batch(s.session, office, rows[0].batch, reason="有误", today=TODAY)

    assert done == (2, 1)
    assert [row.state for row in rows] == ["RECEIVED", "CANCELLED", "CANCELLED"]


def _ask(s: Desk, row: Rectification, **more: Any) -> Extension:
    given: dict[str, Any] = {"new_due_on": NEW, "reason": "连续降雨", "today": TODAY} | more
    return ask_extension(s.session, s.city["REPORTER"], row.id or 0, **given)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_an_extension_is_asked_in_time_once_and_for_a_later_day(s: Desk) -> None:
    row = received(s)

    with pytest.raises(Conflict, match="须在期限届满前申请"):
        _ask(s, row, today=LATE)
    with pytest.raises(Invalid, match="新的期限须晚于现有期限"):
        _ask(s, row, new_due_on=DUE)
    with pytest.raises(Invalid, match="请填写延期理由"):
        _ask(s, row, reason=" ")
    _ask(s, row)
    with pytest.raises(Conflict, match="已有一项延期申请"):
        _ask(s, row)


def test_an_approved_extension_moves_the_deadline_and_is_counted(s: Desk) -> None:
    extension = asked(s)
    row = s.session.exec(select(Rectification)).one()
    office = s.city["SUPERVISOR"]

    decide_extension(s.session, office, extension, approve=True, answer="", today=TODAY)
    with pytest.raises(Conflict, match="已经审批"):
        decide_extension(s.session, office, extension, approve=True, answer="", today=TODAY)

    assert (row.due_on, row.first_due_on, row.extensions) == (NEW, DUE, 1)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_while_an_extension_waits_nothing_is_judged_and_refusing_it_judges(s: Desk) -> None:
    extension = asked(s)
    row = s.session.exec(select(Rectification)).one()

    judged = daily_rectifications(s.session, today=LATE)[0]
    office = s.city["SUPERVISOR"]
    decide_extension(s.session, office, extension, approve=False, answer="理由不足", today=LATE)

    assert judged == 0
    assert (row.met_deadline, row.due_on, row.extensions) == (False, DUE, 0)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_who_asked_decides_no_extension(s: Desk) -> None:
    extension = asked(s)
    office = s.city["SUPERVISOR"]
    same = Actor(s.city["REPORTER"].account_id, "both", office.grants)

    with pytest.raises(NotAllowed):
        decide_extension(s.session, same, extension, approve=True, answer="", today=TODAY)


@pytest.mark.feature("K5", "K6")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_look_again_that_fails_reopens(s: Desk) -> None:
    key = look(s)
    office = s.city["second supervisor"]

    do_recheck(s.session, office, key, passed=False, words="又缺失", today=LATE, due_on=NEW)
    with pytest.raises(Conflict, match="已经办理"):
        do_recheck(s.session, office, key, passed=True, words="好", today=LATE)

    row = s.session.exec(select(Rectification)).one()
    assert (row.state, row.reopens) == ("REOPENED", 1)
    assert s.session.get_one(Recheck, key).passed is False


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_units_are_reminded_before_and_after_the_deadline_but_not_each_day(s: Desk) -> None:
    row = received(s)
    days = [date(2026, 9, day) for day in (14, 15, 16, 18, 19, 20, 25, 26)]

    reminded = [daily_rectifications(s.session, today=day)[1] for day in days]

    assert reminded == [0, 1, 0, 0, 1, 0, 0, 1]
    assert row.reminders == 3
    assert s.session.exec(
        select(AuditEntry).where(AuditEntry.event == "rectification:remind")
    ).all()
