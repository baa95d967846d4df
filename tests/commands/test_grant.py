"""Grants: one scope, by the security administrator alone, and three duties that stand apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from sqlmodel import Session, select

from dashboard.commands.grant import end_grant, grant_role
from dashboard.commands.session import sign_in
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.permissions import SEPARATE, Action, Actor, Grant
from dashboard.queries.account import actor_of
from models.account import Account, Role, RoleGrant, RoleGrantProject
from models.agency import Agency
from models.audit import AuditEntry
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region

NOW = datetime(2026, 9, 3, 1, tzinfo=UTC)
TODAY = date(2026, 9, 3)


@pytest.fixture
def security(session: Session) -> Actor:
    """A small town: region 1 with agency 1 and project 1, accounts 1 (security) and 2."""
    session.add(Region(id=1, code="1", name="示范市", path="/1/"))
    session.flush()
    session.add(Agency(id=1, code="a", name="住建局", region_id=1, path="/1/"))
    session.add(Programme(id=1, region_id=1, year=2026, name="清单"))
    session.flush()
    session.add(
        LivelihoodProject(
            id=1, programme_id=1, region_id=1, code="P1", name="项目", lead_agency_id=1
        )
    )
    for key, name in ((1, "security"), (2, "zhang")):
        session.add(Account(id=key, name=name, folded_name=name, display_name=name))
    session.flush()
    return Actor(1, "security", (Grant(Role.SECURITY),))


def acting(session: Session, today: date = TODAY) -> Actor:
    uid = sign_in(session, 2, address="", agent="", now=NOW).uid
    session.flush()
    actor = actor_of(session, uid, today, NOW)
    assert actor is not None
    return actor


def test_a_grant_works_at_the_next_look_up(session: Session, security: Actor) -> None:
    grant_role(session, security, 2, Role.LEADER, region_id=1)
    grant_role(session, security, 2, Role.REPORTER, agency_id=1)
    grant_role(session, security, 2, Role.OBSERVER, project_ids=[1])

    assert acting(session).grants == (
        Grant(Role.LEADER, region_path="/1/"),
        Grant(Role.REPORTER, agency_path="/1/"),
        Grant(Role.OBSERVER, project_ids=(1,)),
    )
    assert session.exec(select(RoleGrantProject.project_id)).all() == [1]


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2026-08-31", False), ("2026-09-01", True), ("2026-09-30", True), ("2026-10-01", False)],
)
def test_a_grant_holds_from_its_first_to_its_last_day(
    session: Session, security: Actor, day: str, holds: bool
) -> None:
    days = {"first_on": date(2026, 9, 1), "last_on": date(2026, 9, 30)}
    grant_role(session, security, 2, Role.LEADER, region_id=1, **days)  # type: ignore[arg-type]

    assert acting(session, date.fromisoformat(day)).may(Action.BOARD_READ) is holds


@pytest.mark.safety("AU11")
def test_an_ended_grant_is_gone_the_same_day(session: Session, security: Actor) -> None:
    grant = grant_role(session, security, 2, Role.LEADER, region_id=1)

    end_grant(session, security, grant.id or 0, today=TODAY)

    assert acting(session).grants == ()
    with pytest.raises(Invalid, match="已经结束"):
        end_grant(session, security, grant.id or 0, today=TODAY)


@pytest.mark.safety("AC6")
@pytest.mark.parametrize(("first", "second"), list(permutations(sorted(SEPARATE), 2)))
def test_three_duties_stand_apart(
    session: Session, security: Actor, first: Role, second: Role
) -> None:
    grant_role(session, security, 2, first, region_id=1)

    with pytest.raises(Invalid, match="三员分立"):
        grant_role(session, security, 2, second, region_id=1)


@pytest.mark.safety("AC6")
@pytest.mark.parametrize("other", [role for role in Role if role not in SEPARATE])
def test_a_duty_that_stands_apart_allows_no_other_role(
    session: Session, security: Actor, other: Role
) -> None:
    grant_role(session, security, 2, other, region_id=1)

    with pytest.raises(Invalid, match="三员分立"):
        grant_role(session, security, 2, Role.AUDITOR, region_id=1)


@pytest.mark.safety("AC6")
def test_a_duty_may_follow_another_that_has_ended(session: Session, security: Actor) -> None:
    grant = grant_role(session, security, 2, Role.ADMIN)
    end_grant(session, security, grant.id or 0, today=TODAY)

    grant_role(session, security, 2, Role.AUDITOR, region_id=1, first_on=TODAY)

    assert acting(session).roles == {Role.AUDITOR}


@pytest.mark.safety("AC6")
def test_rows_written_past_the_commands_give_no_two_duties(
    session: Session, security: Actor
) -> None:
    for role in (Role.ADMIN, Role.AUDITOR):
        session.add(RoleGrant(account_id=2, role=role, region_id=1))
    session.flush()

    assert acting(session).grants == ()


@pytest.mark.safety("AC6")
def test_nobody_grants_to_themselves(session: Session, security: Actor) -> None:
    with pytest.raises(NotAllowed, match="不能给自己授权"):
        grant_role(session, security, 1, Role.LEADER, region_id=1)

    assert not session.exec(select(RoleGrant)).all()


@pytest.mark.safety("AC1")
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECURITY])
def test_nobody_else_grants_or_ends(session: Session, security: Actor, role: Role) -> None:
    grant = grant_role(session, security, 2, Role.LEADER, region_id=1)
    actor = Actor(1, "x", (Grant(role, region_path="/1/"),))

    with pytest.raises(NotAllowed):
        grant_role(session, actor, 2, Role.LEADER, region_id=1)
    with pytest.raises(NotAllowed):
        end_grant(session, actor, grant.id or 0, today=TODAY)


@pytest.mark.parametrize(
    "scope",
    [{}, {"region_id": 1, "agency_id": 1}, {"agency_id": 1, "project_ids": [1]}],
)
def test_a_grant_has_exactly_one_scope(
    session: Session, security: Actor, scope: dict[str, object]
) -> None:
    with pytest.raises(Invalid, match="一种范围"):
        grant_role(session, security, 2, Role.LEADER, **scope)  # type: ignore[arg-type]


@pytest.mark.parametrize("scope", [{"region_id": 9}, {"agency_id": 9}, {"project_ids": [9]}])
def test_a_scope_must_exist(session: Session, security: Actor, scope: dict[str, object]) -> None:
    with pytest.raises(Missing):
        grant_role(session, security, 2, Role.LEADER, **scope)  # type: ignore[arg-type]


def test_days_in_the_wrong_order_are_refused(session: Session, security: Actor) -> None:
    with pytest.raises(Invalid, match="截止日"):
        grant_role(
            session, security, 2, Role.LEADER, region_id=1,
            first_on=TODAY, last_on=TODAY - timedelta(days=1),
        )  # fmt: skip


@pytest.mark.safety("RE11")
def test_the_second_to_end_a_grant_is_told(session: Session, security: Actor) -> None:
    grant = grant_role(session, security, 2, Role.LEADER, region_id=1)
    seen = grant.version
    grant.last_on = date(2026, 12, 31)
    session.flush()

    with pytest.raises(Conflict):
        end_grant(session, security, grant.id or 0, today=TODAY, version=seen)


@pytest.mark.safety("AC7")
def test_a_grant_is_written_down_with_its_scope(session: Session, security: Actor) -> None:
    grant_role(session, security, 2, Role.OBSERVER, project_ids=[1])

    entry = session.exec(select(AuditEntry)).one()
    assert (entry.event, entry.account_name, entry.comment) == ("grant:edit", "security", "zhang")
    assert '"projects": [null, [1]]' in entry.changes
