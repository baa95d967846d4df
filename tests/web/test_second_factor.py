"""The second factor: asked for by role, set up at `/me`, shown at the door, used once, reset."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pyotp
import pytest
from sqlmodel import select

from dashboard import clock, db, settings
from dashboard.commands.account import reset_on_server
from dashboard.commands.second_factor import begin_second_factor, reset_second_factor
from dashboard.errors import DashboardError, Invalid, NotAllowed
from dashboard.permissions import Actor, Grant
from dashboard.queries.account import accounts, actor_of
from dashboard.web.page import SignInFirst, actor
from models.account import Account, Role, SecondFactor, SignInSession
from models.audit import AuditEntry
from tests.web.conftest import PASSWORD, TestClient, enter, point_to, post

Plant = Callable[..., int]
NOW = datetime(2026, 11, 2, 1, 0, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real clock stands still, so that a code stays the code."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def required(place: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The doors of an office that asks its supervisors and administrators for a second factor."""
    from dashboard.server import doors

    point_to(place, monkeypatch, DASHBOARD_SECOND_FACTOR="SUPERVISOR, ADMIN")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return TestClient(doors(), base_url="http://localhost", follow_redirects=False)


def factor_of(account_id: int) -> SecondFactor:
    with db.reading() as session:
        statement = select(SecondFactor).where(SecondFactor.account_id == account_id)
        return session.exec(statement).one()


def code_of(account_id: int, later: int = 0) -> str:
    return pyotp.TOTP(factor_of(account_id).secret).at(NOW, counter_offset=later)


def set_up(client: TestClient, account_id: int, name: str) -> None:
    """Sign in and set the second factor up, with the code of the step before."""
    post(client, "/sign-in", name=name, password=PASSWORD)
    post(client, "/me/factor", current=PASSWORD)
    answer = post(client, "/me/factor/confirm", code=code_of(account_id, -1))
    assert answer.headers["location"] == "/me?done=factor", answer.text
    client.cookies.clear()


def sign_in(client: TestClient, name: str, code: str = "") -> int:
    return post(client, "/sign-in", name=name, password=PASSWORD, code=code).status_code


@pytest.mark.safety("AU13")
def test_a_role_that_needs_it_opens_nothing_before_it_is_set_up(
    required: TestClient, plant: Plant
) -> None:
    account_id = plant("zhao", Role.SUPERVISOR)
    assert sign_in(required, "zhao") == 303

    assert required.get("/files/1").headers["location"] == "/me"
    assert required.get("/sign-in?next=/board").headers["location"] == "/me"
    assert "须启用双重验证" in required.get("/me").text
    post(required, "/me/factor", current=PASSWORD)
    assert post(required, "/me/factor/confirm", code=code_of(account_id)).status_code == 303

    assert required.get("/files/1").status_code == 404
    assert required.get("/sign-in?next=/board").headers["location"] == "/board"


@pytest.mark.safety("AU13")
def test_any_role_may_be_named_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(get_args(settings.RoleCode)) == {role.value for role in Role}

    monkeypatch.setenv("DASHBOARD_SECOND_FACTOR", "ADMIN,BOSS")
    with pytest.raises(ValueError, match="BOSS"):
        settings.Settings()


@pytest.mark.safety("AU13")
def test_other_roles_go_on_without_one(required: TestClient, plant: Plant) -> None:
    plant("qian", Role.REPORTER)

    assert sign_in(required, "qian") == 303

    assert required.get("/sign-in?next=/board").headers["location"] == "/board"


@pytest.mark.safety("AU13")
def test_the_door_asks_for_a_code_and_takes_each_once(client: TestClient, plant: Plant) -> None:
    account_id = plant("zhao")
    assert "动态口令" not in client.get("/sign-in").text
    set_up(client, account_id, "zhao")
    code = code_of(account_id)

    tried = [sign_in(client, "zhao", given) for given in ("", code_of(account_id, -2), code)]
    client.cookies.clear()
    again = post(client, "/sign-in", name="zhao", password=PASSWORD, code=code)

    assert "动态口令" in client.get("/sign-in").text
    assert tried == [401, 401, 303]
    assert again.status_code == 401
    assert "已用过" in again.text


@pytest.mark.safety("AU13")
def test_a_code_a_minute_old_is_refused_at_the_door(
    client: TestClient, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = plant("zhao")
    set_up(client, account_id, "zhao")
    code = code_of(account_id, 1)

    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=30 + 60))

    assert sign_in(client, "zhao", code) == 401


@pytest.mark.safety("AU13", "AU4")
def test_wrong_codes_lock_as_wrong_passwords_do(
    client: TestClient, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = plant("zhao")
    set_up(client, account_id, "zhao")
    later = NOW + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)

    tried = [sign_in(client, "zhao", "000000") for _each in range(6)]

    assert tried == [401] * 5 + [429]
    assert sign_in(client, "zhao", code_of(account_id, 32)) == 429
    with db.reading() as session:
        failed = select(AuditEntry).where(AuditEntry.event == "session:sign_in")
        assert [line.success for line in session.exec(failed)].count(False) == 5


@pytest.mark.safety("AU13")
def test_setting_it_up_needs_the_password_and_a_fitting_code(
    client: TestClient, plant: Plant
) -> None:
    account_id = plant("zhao")
    sign_in(client, "zhao")

    assert "当前密码不正确" in post(client, "/me/factor", current="x" * 12).text
    post(client, "/me/factor", current=PASSWORD)
    wrong = post(client, "/me/factor/confirm", code="000000")

    assert wrong.status_code == 422
    assert factor_of(account_id).confirmed_at is None
    client.cookies.clear()
    assert sign_in(client, "zhao") == 303, "what was only begun is not asked for"


@pytest.mark.safety("AU13", "OU7")
def test_the_picture_is_drawn_here_and_the_secret_shown_only_until_it_is_used(
    client: TestClient, plant: Plant
) -> None:
    account_id = plant("zhao")
    sign_in(client, "zhao")
    post(client, "/me/factor", current=PASSWORD)
    secret = factor_of(account_id).secret

    shown = client.get("/me").text
    post(client, "/me/factor/confirm", code=code_of(account_id))
    later = client.get("/me").text

    drawn = re.search(r"<svg[^>]*>", shown)
    assert drawn is not None
    assert "viewBox" in drawn[0], "or the page's style cuts the picture off"
    assert " ".join(re.findall("....", secret)) in shown
    assert not re.search(r"https?://(?!www\.w3\.org)", shown)
    assert "<svg" not in later
    assert secret[:4] not in later
    with db.reading() as session:
        changes = "".join(line.changes for line in session.exec(select(AuditEntry)))
    assert secret not in changes


@pytest.mark.safety("AU13")
def test_the_security_administrator_resets_a_lost_device_and_nobody_else(
    client: TestClient, plant: Plant
) -> None:
    account_id, guard_id = plant("zhao"), plant("security", Role.SECURITY)
    without = plant("sun")
    set_up(client, account_id, "zhao")
    security = Actor(guard_id, "security", (Grant(Role.SECURITY),))
    admin = Actor(account_id + 50, "admin", (Grant(Role.ADMIN),))
    enter(account_id)

    with pytest.raises(NotAllowed), db.transaction() as session:
        reset_second_factor(session, admin, account_id, now=NOW)
    with pytest.raises(NotAllowed, match="自己"), db.transaction() as session:
        reset_second_factor(session, security, guard_id, now=NOW)
    with pytest.raises(Invalid, match="没有启用"), db.transaction() as session:
        reset_second_factor(session, security, without, now=NOW)
    with db.reading() as session:
        listed = accounts(session, security, NOW).set_index("name")["second_factor"]
        assert bool(listed["zhao"])
        assert not listed["sun"]
    with db.transaction() as session:
        reset_second_factor(session, security, account_id, now=NOW)

    with db.reading() as session:
        mine = select(SignInSession).where(SignInSession.account_id == account_id)
        assert all(row.ended_at is not None for row in session.exec(mine))
        line = session.exec(select(AuditEntry).where(AuditEntry.event == "factor:reset")).one()
        assert (line.account_name, line.row_key) == ("security", str(account_id))
    assert sign_in(client, "zhao") == 303


@pytest.mark.safety("AU13")
def test_on_the_server_a_reset_takes_the_second_factor_off_too(
    client: TestClient, plant: Plant
) -> None:
    account_id = plant("security", Role.SECURITY)
    set_up(client, account_id, "security")

    with db.transaction() as session:
        reset_on_server(session, "security", now=NOW)

    with db.reading() as session:
        assert session.exec(select(SecondFactor)).all() == []


@pytest.mark.safety("AU13")
def test_one_in_use_is_not_replaced_by_beginning_anew(client: TestClient, plant: Plant) -> None:
    account_id = plant("zhao")
    set_up(client, account_id, "zhao")
    with db.reading() as session:
        kept = session.get_one(Account, account_id).password_hash or ""

    with pytest.raises(DashboardError, match="已启用"), db.transaction() as session:
        begin_second_factor(session, Actor(account_id, "zhao"), proved_hash=kept)


@pytest.mark.safety("AU3", "AU13")
@pytest.mark.parametrize("owed", ["password", "factor"])
def test_pages_and_doors_hold_back_without_the_shield_who_owes_something(
    place: Path, plant: Plant, monkeypatch: pytest.MonkeyPatch, owed: str
) -> None:
    more = {"password": {"DASHBOARD_PASSWORD_POLICY": "gb"},
            "factor": {"DASHBOARD_SECOND_FACTOR": "LEADER"}}[owed]  # fmt: skip
    guard = import_module("dashboard.ui.guard")
    account_id = plant("zhao")
    enter(account_id)
    with db.transaction() as session:
        account = session.get_one(Account, account_id)
        account.password_set_at = NOW - timedelta(days=91)
    with db.reading() as session:
        row = session.exec(select(SignInSession)).one()
        known = actor_of(session, row.uid, clock.today(), NOW)
    monkeypatch.setattr(guard, "session_uid", lambda: row.uid)
    assert known is not None
    assert guard.current_actor() == known

    point_to(place, monkeypatch, **more)
    monkeypatch.setattr(clock, "now", lambda: NOW)

    assert guard.current_actor() is None
    request = SimpleNamespace(scope={"signed_in": SimpleNamespace(uid=row.uid)})
    with pytest.raises(SignInFirst):
        actor(request)  # type: ignore[arg-type]
