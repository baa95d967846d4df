from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session

from dashboard.commands.light import refresh_facts
from dashboard.queries.witness import gaps, silences
from models.base import utc_now
from models.observer import SealedSet
from models.remark import ObserverRemark, RemarkChannel, RemarkState, SeenProgress
from seed.office import add_office_rows
from tests.town import LEADER, REPORTER, SUPERVISOR, TODAY, Town, plant, report


@pytest.fixture
def town(session: Session) -> Town:
    add_office_rows(session)
    planted = plant(session)
    report(session, planted, "P1", 8, "80", accepted_on=date(2026, 9, 2))
    refresh_facts(session, None, today=TODAY)
    return planted


def remark(session: Session, town: Town, code: str, **more: Any) -> ObserverRemark:
    given: dict[str, Any] = {
        "client_id": f"client-{code}-{len(more)}", "number": f"GC-{code}-{len(more)}",
        "channel": RemarkChannel.OBSERVER, "region_id": 1,
        "project_id": town.projects[code].id, "account_id": 5, "words": "现场没有动静",
        "received_at": utc_now(), "observed_on": TODAY, "seen": SeenProgress.NOT_STARTED,
    }  # fmt: skip
    row = ObserverRemark(**{**given, **more})
    session.add(row)
    session.flush()
    return row


@pytest.mark.feature("X2")
def test_a_project_reported_at_eighty_where_nothing_was_begun_is_listed_the_same_day(
    session: Session, town: Town
) -> None:
    before = gaps(session, LEADER, town.programme.id or 0, TODAY)

    remark(session, town, "P1")

    (row,) = gaps(session, LEADER, town.programme.id or 0, TODAY).to_dict("records")
    assert before.empty
    assert (row["code"], row["gap_pp"], row["words"]) == ("P1", Decimal(80), "现场没有动静")


@pytest.mark.parametrize("state", [RemarkState.WITHDRAWN])
def test_a_word_that_was_taken_back_contradicts_nobody(
    session: Session, town: Town, state: RemarkState
) -> None:
    remark(session, town, "P1", state=state)

    assert gaps(session, LEADER, town.programme.id or 0, TODAY).empty


@pytest.mark.feature("X15")
def test_a_sealed_sight_opens_a_gap_for_the_office_alone(session: Session, town: Town) -> None:
    sealed = SealedSet(region_id=1, name="暗访", opened_by_id=2, opened_on=TODAY)
    session.add(sealed)
    session.flush()
    remark(session, town, "P1", sealed_set_id=sealed.id)
    key = town.programme.id or 0

    assert len(gaps(session, SUPERVISOR, key, TODAY)) == 1
    assert gaps(session, LEADER, key, TODAY).empty
    assert gaps(session, REPORTER, key, TODAY).empty


@pytest.mark.feature("X5")
def test_what_is_quiet_by_report_visit_photo_and_money_tops_the_list(
    session: Session, town: Town
) -> None:
    remark(session, town, "P2", seen=SeenProgress.UNSAID, observed_on=TODAY - timedelta(days=31))
    key = town.programme.id or 0

    rows = silences(session, LEADER, key, TODAY).to_dict("records")

    assert [(row["code"], row["quiet"]) for row in rows] == [("P3", 4), ("P2", 3), ("P1", 3)]
    assert rows[0]["days"] == (TODAY - date(2026, 1, 1)).days
    assert rows[1]["visit_on"] == TODAY - timedelta(days=31)


@pytest.mark.feature("X5")
def test_a_visit_counts_as_silence_from_the_day_after_the_set_number_of_days(
    session: Session, town: Town
) -> None:
    remark(session, town, "P2", seen=SeenProgress.UNSAID, observed_on=TODAY - timedelta(days=32))

    rows = silences(session, LEADER, town.programme.id or 0, TODAY).to_dict("records")

    assert {row["code"]: row["quiet"] for row in rows}["P2"] == 4
