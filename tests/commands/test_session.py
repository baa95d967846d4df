"""Sessions: what ends them, who may end whose, and the throttle on both engines."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from dashboard.commands.session import (
    PAIR_LIMIT,
    end_session,
    end_sessions,
    end_what_was_open,
    open_attempt,
    sign_in,
    sign_out,
    sweep,
    touch,
)
from dashboard.errors import DashboardError, Invalid, NotAllowed
from dashboard.permissions import Actor, Grant
from dashboard.queries.account import actor_of, own_sessions, signed_in
from models.account import Account, LinkPurpose, OneTimeLink, Role, SignInAttempt, SignInSession
from models.audit import AuditEntry

NOW = datetime(2026, 9, 3, 1, tzinfo=UTC)
TODAY = date(2026, 9, 3)
ONE = Actor(1, "one")


@pytest.fixture
def people(session: Session) -> Session:
    """Two accounts, 1 and 2."""
    for key, name in ((1, "one"), (2, "two")):
        session.add(
            Account(id=key, name=name, folded_name=name, display_name=name, password_hash="kept")
        )
    session.flush()
    return session


def enter(session: Session, account_id: int = 1, now: datetime = NOW) -> tuple[str, str]:
    found = sign_in(session, account_id, address="10.0.0.1", agent="tablet", now=now)
    session.flush()
    return found.token, found.uid


@pytest.mark.safety("AU8")
def test_tokens_are_long_new_and_stored_hashed(people: Session) -> None:
    tokens = {enter(people)[0] for _n in range(20)}

    assert len(tokens) == 20
    assert min(len(token) for token in tokens) >= 43
    kept = {row.token_hash for row in people.exec(select(SignInSession))}
    assert not tokens & kept


@pytest.mark.safety("AU9")
@pytest.mark.parametrize(
    ("minutes", "touched_at", "holds"),
    [(30, 0, False), (29, 0, True), (58, 29, True), (60, 29, False)],
)
def test_a_session_holds_for_half_an_hour_from_its_last_use(
    people: Session, minutes: int, touched_at: int, holds: bool
) -> None:
    token, uid = enter(people)
    if touched_at:
        touch(people, uid, now=NOW + timedelta(minutes=touched_at))
    later = NOW + timedelta(minutes=minutes)

    assert (actor_of(people, uid, TODAY, later) is not None) is holds
    assert (signed_in(people, token, later) is not None) is holds


@pytest.mark.safety("AU9")
def test_a_session_in_use_still_ends_after_twelve_hours(people: Session) -> None:
    _token, uid = enter(people)
    for minute in range(20, 12 * 60 + 1, 20):
        touch(people, uid, now=NOW + timedelta(minutes=minute))

    assert actor_of(people, uid, TODAY, NOW + timedelta(hours=12, seconds=-1))
    assert actor_of(people, uid, TODAY, NOW + timedelta(hours=12)) is None


def test_use_is_noted_once_a_minute_and_changes_no_version(people: Session) -> None:
    _token, uid = enter(people)
    for second in (10, 59, 61, 90):
        touch(people, uid, now=NOW + timedelta(seconds=second))
    people.expire_all()

    row = people.exec(select(SignInSession)).one()
    assert (row.used_at, row.version) == (NOW + timedelta(seconds=61), 1)
    assert people.get_one(Account, 1).last_seen_at == NOW + timedelta(seconds=61)


@pytest.mark.safety("AU10")
def test_signing_out_ends_this_session_alone(people: Session) -> None:
    _token, uid = enter(people)
    _other_token, other = enter(people)

    sign_out(people, ONE, uid, now=NOW)

    assert actor_of(people, uid, TODAY, NOW) is None
    assert actor_of(people, other, TODAY, NOW)


@pytest.mark.safety("AU12")
def test_everywhere_means_everywhere_but_where_one_is(people: Session) -> None:
    uids = [enter(people)[1] for _n in range(3)]

    assert end_sessions(people, ONE, 1, now=NOW, keep_uid=uids[0]) == 2

    assert [row.uid for row in own_sessions(people, 1, NOW)] == [uids[0]]


@pytest.mark.safety("AU12")
def test_ones_own_sessions_only_unless_one_may_lock(people: Session) -> None:
    _token, uid = enter(people, 2)
    end_session(people, ONE, uid, now=NOW)
    sign_out(people, ONE, uid, now=NOW)
    with pytest.raises(NotAllowed):
        end_sessions(people, ONE, 2, now=NOW)
    assert actor_of(people, uid, TODAY, NOW)

    assert end_sessions(people, Actor(1, "one", (Grant(Role.SECURITY),)), 2, now=NOW) == 1

    assert actor_of(people, uid, TODAY, NOW) is None


@pytest.mark.safety("AD1")
def test_coming_and_going_are_written_down_with_the_address(people: Session) -> None:
    _token, uid = enter(people)
    sign_out(people, Actor(1, "one", address="10.0.0.1"), uid, now=NOW)

    lines = [(e.event, e.address, e.success) for e in people.exec(select(AuditEntry))]

    assert lines == [
        ("session:sign_in", "10.0.0.1", True),
        ("session:sign_out", "10.0.0.1", True),
    ]


@pytest.mark.safety("AU4")
def test_parallel_guesses_are_all_counted(engine: Engine) -> None:
    let_through: list[bool] = []

    def guess() -> None:
        with Session(engine, autoflush=False) as session:
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            try:
                open_attempt(session, "one", address="10.0.0.1", now=NOW)
            except DashboardError:
                return
            session.commit()
            let_through.append(True)

    threads = [threading.Thread(target=guess) for _n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(let_through) == PAIR_LIMIT


@pytest.mark.safety("AU4")
def test_failures_from_many_places_slow_the_account_but_lock_nobody_out(people: Session) -> None:
    for n in range(12):
        people.add(SignInAttempt(folded_name="one", address=f"10.0.1.{n}", at=NOW))
    people.flush()

    attempt = open_attempt(people, "one", address="10.0.0.9", now=NOW)

    assert attempt.account_id == 1
    assert 3 <= attempt.wait_seconds <= 5


@pytest.mark.safety("AU4")
def test_old_failures_are_forgotten(people: Session) -> None:
    for _n in range(PAIR_LIMIT):
        people.add(SignInAttempt(folded_name="one", address="a", at=NOW - timedelta(minutes=9)))
    people.flush()
    with pytest.raises(Invalid):
        open_attempt(people, "one", address="a", now=NOW)

    assert open_attempt(people, "one", address="a", now=NOW + timedelta(minutes=2)).account_id == 1


@pytest.mark.safety("RE8")
def test_after_a_restore_nothing_of_that_time_is_open(people: Session) -> None:
    _token, uid = enter(people)
    ends = NOW + timedelta(hours=1)
    link = OneTimeLink(token_hash="x", account_id=1, purpose=LinkPurpose.RESET, ends_at=ends)
    people.add(link)
    people.flush()

    end_what_was_open(people, now=NOW)
    people.expire_all()

    assert actor_of(people, uid, TODAY, NOW) is None
    assert link.used_at == NOW


def test_sessions_long_over_are_swept(people: Session) -> None:
    enter(people, now=NOW - timedelta(days=3))
    _token, uid = enter(people)

    assert sweep(people, now=NOW) == 1
    assert actor_of(people, uid, TODAY, NOW)
