"""Accounts: unique names, links that are worth a day and one use, locks, who may do which."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from dashboard.commands.account import (
    change_password,
    choose_language,
    first_accounts,
    invite_account,
    reset_account,
    reset_on_server,
    set_active,
    set_password,
    usable_link,
)
from dashboard.commands.session import sign_in
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.permissions import Actor, Grant
from models.account import Account, OneTimeLink, Role, RoleGrant, SignInSession
from models.audit import AuditEntry

NOW = datetime(2026, 9, 3, 1, tzinfo=UTC)


@pytest.fixture
def admin(session: Session) -> Actor:
    return planted(session, "admin", Role.ADMIN)


@pytest.fixture
def security(session: Session) -> Actor:
    return planted(session, "security", Role.SECURITY)


def planted(session: Session, name: str, role: Role) -> Actor:
    account = Account(name=name, folded_name=name, display_name=name, password_hash="kept")
    session.add(account)
    session.flush()
    session.add(RoleGrant(account_id=account.id or 0, role=role))
    session.flush()
    return Actor(account.id or 0, name, (Grant(role),))


def invited(session: Session, admin: Actor, name: str = "zhang") -> tuple[int, str]:
    link = invite_account(session, admin, name=name, display_name="张三", now=NOW)
    return link.account_id, link.token


@pytest.mark.safety("AU1")
@pytest.mark.parametrize("name", ["ZHANG", "ｚｈａｎｇ", "zhang ", " Zh ang"])
def test_a_name_is_taken_whatever_its_case_width_and_blanks(
    session: Session, admin: Actor, name: str
) -> None:
    invited(session, admin)

    with pytest.raises(Invalid, match="已被使用"):
        invited(session, admin, name)


@pytest.mark.safety("AU1")
@pytest.mark.parametrize("name", ["", "z", "a" * 41, "zhang\u202esan", "a/b", "<b>x</b>"])
def test_a_name_is_short_plain_text(session: Session, admin: Actor, name: str) -> None:
    with pytest.raises(Invalid, match="账户名"):
        invited(session, admin, name)


@pytest.mark.safety("AU7")
def test_an_empty_database_gets_two_first_accounts_without_passwords(session: Session) -> None:
    links = first_accounts(session, admin="admin", security="security", now=NOW)

    accounts = session.exec(select(Account)).all()
    roles = {grant.account_id: grant.role for grant in session.exec(select(RoleGrant))}
    assert [link.name for link in links] == ["admin", "security"]
    assert [account.password_hash for account in accounts] == [None, None]
    assert [roles[account.id or 0] for account in accounts] == [Role.ADMIN, Role.SECURITY]
    assert first_accounts(session, admin="admin2", security="security2", now=NOW) == []


@pytest.mark.safety("AU14")
def test_a_link_is_stored_hashed_and_works_once(session: Session, admin: Actor) -> None:
    account_id, token = invited(session, admin)

    set_password(session, token, "hash", address="::1", now=NOW)

    assert session.get_one(Account, account_id).password_hash == "hash"
    assert token not in session.exec(select(OneTimeLink.token_hash)).one()
    with pytest.raises(Invalid, match="已使用或已过期"):
        set_password(session, token, "other", address="::1", now=NOW)


@pytest.mark.safety("AU14")
@pytest.mark.parametrize(("hours", "usable"), [(23.99, True), (24, False)])
def test_a_link_lives_for_a_day(session: Session, admin: Actor, hours: float, usable: bool) -> None:
    _id, token = invited(session, admin)
    later = NOW + timedelta(hours=hours)

    if usable:
        assert usable_link(session, token, now=later)
    else:
        with pytest.raises(Invalid):
            usable_link(session, token, now=later)


@pytest.mark.safety("AU14")
def test_a_new_link_withdraws_the_one_before(session: Session, admin: Actor) -> None:
    account_id, first = invited(session, admin)

    second = reset_account(session, admin, account_id, now=NOW).token

    with pytest.raises(Invalid):
        usable_link(session, first, now=NOW)
    assert usable_link(session, second, now=NOW)


@pytest.mark.safety("AC6")
@pytest.mark.parametrize("role", [Role.SECURITY, Role.AUDITOR])
def test_an_administrator_may_not_reset_those_who_watch_him(
    session: Session, admin: Actor, role: Role
) -> None:
    watcher = planted(session, "watcher", role)

    with pytest.raises(NotAllowed, match="只能在服务器上重置"):
        reset_account(session, admin, watcher.account_id, now=NOW)

    assert session.get_one(Account, watcher.account_id).password_hash == "kept"


def test_who_stands_at_the_server_may_reset_anybody(session: Session, security: Actor) -> None:
    sign_in(session, security.account_id, address="", agent="", now=NOW)

    link = reset_on_server(session, "Security", now=NOW)

    assert link.account_id == security.account_id
    assert session.exec(select(SignInSession)).one().ended_at == NOW
    with pytest.raises(Missing):
        reset_on_server(session, "nobody", now=NOW)


@pytest.mark.safety("AU11")
def test_disabling_ends_all_sessions(session: Session, admin: Actor, security: Actor) -> None:
    account_id, _token = invited(session, admin)
    sign_in(session, account_id, address="", agent="", now=NOW)

    set_active(session, security, account_id, active=False, now=NOW)

    assert session.exec(select(SignInSession)).one().ended_at == NOW
    with pytest.raises(Invalid):
        sign_in(session, account_id, address="", agent="", now=NOW)


def test_nobody_disables_themselves(session: Session, security: Actor) -> None:
    with pytest.raises(Invalid, match="自己"):
        set_active(session, security, security.account_id, active=False, now=NOW)


@pytest.mark.safety("AU12")
def test_a_password_changed_in_the_meantime_is_not_overwritten(
    session: Session, admin: Actor
) -> None:
    with pytest.raises(Conflict):
        change_password(session, admin, proved_hash="old", password_hash="new", now=NOW)

    assert session.get_one(Account, admin.account_id).password_hash == "kept"


@pytest.mark.safety("AC1")
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_an_administrator_invites_and_resets(
    session: Session, admin: Actor, role: Role
) -> None:
    actor = Actor(admin.account_id, "x", (Grant(role, region_path="/1/"),))

    with pytest.raises(NotAllowed):
        invited(session, actor)
    with pytest.raises(NotAllowed):
        reset_account(session, actor, admin.account_id, now=NOW)


@pytest.mark.safety("AC1")
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECURITY])
def test_only_a_security_administrator_locks(
    session: Session, admin: Actor, security: Actor, role: Role
) -> None:
    actor = Actor(admin.account_id, "x", (Grant(role, region_path="/1/"),))

    with pytest.raises(NotAllowed):
        set_active(session, actor, security.account_id, active=False, now=NOW)


@pytest.mark.safety("AD1")
def test_what_is_written_down_holds_no_secret(session: Session, admin: Actor) -> None:
    _id, token = invited(session, admin)
    set_password(session, token, "$argon2id$planted", address="10.0.0.9", now=NOW)

    entries = session.exec(select(AuditEntry)).all()
    text = json.dumps([entry.model_dump(mode="json") for entry in entries], ensure_ascii=False)

    assert token not in text
    assert "planted" not in text
    assert [e.event for e in entries] == [
        "account:invite", "link:make", "link:use", "password:set",
    ]  # fmt: skip
    assert entries[-1].address == "10.0.0.9"


def test_a_language_is_one_of_those_there_are(session: Session, admin: Actor) -> None:
    choose_language(session, admin, "en")

    assert session.get_one(Account, admin.account_id).language == "en"
    with pytest.raises(Invalid):
        choose_language(session, admin, "xx")
