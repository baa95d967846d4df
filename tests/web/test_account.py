"""One-time links, changing a password, one's own sessions, the policy of the office."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from dashboard import clock, db
from dashboard.commands.account import invite_account, reset_account
from dashboard.permissions import Actor, Grant
from models.account import Account, Role, RoleGrant, SignInSession
from models.audit import AuditEntry
from tests.web.conftest import PASSWORD, TestClient, enter, form_token, point_to, post

NEW = "another long 密码 sentence"
Plant = Callable[..., int]


@pytest.fixture
def admin(plant: Plant) -> Actor:
    return Actor(plant("admin", Role.ADMIN), "admin", (Grant(Role.ADMIN),))


@pytest.fixture
def invitation(admin: Actor) -> str:
    """The token of a link that invites li-ming."""
    name, person = "li-ming", "李明"
    with db.transaction() as session:
        link = invite_account(session, admin, name=name, display_name=person, now=clock.now())
    return link.token


def use(client: TestClient, token: str, password: str = NEW, again: str = "") -> int:
    fields = {"password": password, "again": again or password}
    return post(client, f"/link/{token}", **fields).status_code


def live_sessions(account_id: int) -> int:
    with db.reading() as session:
        rows = session.exec(select(SignInSession).where(SignInSession.account_id == account_id))
        return sum(row.ended_at is None for row in rows)


@pytest.mark.safety("AU14")
def test_an_invited_person_sets_a_password_once_and_signs_in(
    client: TestClient, invitation: str
) -> None:
    shown = client.get(f"/link/{invitation}")

    assert "李明，您的账户名是 li-ming。" in shown.text
    assert use(client, invitation) == 303
    assert use(client, invitation) == 422
    assert post(client, "/sign-in", name="li-ming", password=NEW).status_code == 303
    with db.reading() as session:
        events = [entry.event for entry in session.exec(select(AuditEntry))]
    assert events == [
        "account:invite", "link:make", "link:use", "password:set", "session:sign_in",
    ]  # fmt: skip


@pytest.mark.feature("J1")
def test_an_observers_invitation_leads_on_to_the_form(client: TestClient, invitation: str) -> None:
    with db.transaction() as session:
        account = session.exec(select(Account).where(Account.name == "li-ming")).one()
        session.add(RoleGrant(account_id=account.id or 0, role=Role.OBSERVER, region_id=1))

    answer = post(client, f"/link/{invitation}", password=NEW, again=NEW)

    assert answer.headers["location"] == "/sign-in?next=/observe/new"


@pytest.mark.safety("AU14")
def test_a_link_is_worth_nothing_after_a_day(
    client: TestClient, invitation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = clock.now() + timedelta(hours=24, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: late)

    assert use(client, invitation) == 422
    assert "已使用或已过期" in client.get(f"/link/{invitation}").text


@pytest.mark.safety("AU14")
def test_a_reset_ends_the_old_password_and_sessions_and_says_who_did_it(
    client: TestClient, plant: Plant, admin: Actor
) -> None:
    account_id = plant("zhang")
    enter(account_id)

    with db.transaction() as session:
        link = reset_account(session, admin, account_id, now=clock.now())

    assert live_sessions(account_id) == 0
    assert post(client, "/sign-in", name="zhang", password=PASSWORD).status_code == 401
    assert use(client, link.token) == 303
    assert post(client, "/sign-in", name="zhang", password=NEW).status_code == 303
    with db.reading() as session:
        reset = session.exec(select(AuditEntry).where(AuditEntry.event == "account:reset")).one()
        assert (reset.account_name, reset.row_key) == ("admin", str(account_id))
        assert "argon2" not in reset.changes


@pytest.mark.safety("AU2")
@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short 密码", "", "密码至少 12 个字"),
        ("password12345", "", "这个密码太常见"),
        ("I am li-ming of the office", "", "密码不能包含账户名"),
        (NEW, f"{NEW}.", "两次输入的密码不一致"),
    ],
)
def test_a_link_takes_only_a_good_password_and_stays_usable(
    client: TestClient, invitation: str, password: str, again: str, sentence: str
) -> None:
    answer = post(client, f"/link/{invitation}", password=password, again=again or password)

    assert sentence in answer.text
    assert use(client, invitation) == 303


@pytest.mark.safety("AU2")
def test_a_long_password_counts_to_its_last_sign(client: TestClient, invitation: str) -> None:
    long = "六十四个字的密码" * 7 + "abcdefgh"
    assert len(long) == 64
    use(client, invitation, long)

    assert post(client, "/sign-in", name="li-ming", password=long[:63]).status_code == 401
    assert post(client, "/sign-in", name="li-ming", password=long).status_code == 303


@pytest.mark.safety("AU12")
def test_changing_the_password_needs_the_current_one(client: TestClient, plant: Plant) -> None:
    plant("zhang")
    post(client, "/sign-in", name="zhang", password=PASSWORD)

    answer = post(client, "/me/password", current="wrong wrong wrong", password=NEW, again=NEW)

    assert answer.status_code == 422
    assert "当前密码不正确" in answer.text
    client.cookies.delete("session")
    assert post(client, "/sign-in", name="zhang", password=NEW).status_code == 401


@pytest.mark.safety("AU12")
@pytest.mark.parametrize(("others", "left"), [("1", 1), ("", 3)])
def test_changing_the_password_offers_to_end_the_other_sessions(
    client: TestClient, plant: Plant, others: str, left: int
) -> None:
    account_id = plant("zhang")
    enter(account_id), enter(account_id)
    post(client, "/sign-in", name="zhang", password=PASSWORD)

    answer = post(client, "/me/password", current=PASSWORD, password=NEW, again=NEW, others=others)

    assert answer.headers["location"] == "/me?done=password"
    assert live_sessions(account_id) == left
    assert client.get("/me").status_code == 200


@pytest.mark.safety("AU12")
def test_own_sessions_are_listed_and_can_be_ended(client: TestClient, plant: Plant) -> None:
    account_id, other_id = plant("zhang"), plant("wang")
    enter(other_id)
    for _n in range(3):
        enter(account_id)
    post(client, "/sign-in", name="zhang", password=PASSWORD)

    shown = client.get("/me").text
    uids = [part.split('"')[0] for part in shown.split('name="uid" value="')[1:]]
    with db.reading() as session:
        foreign = session.exec(
            select(SignInSession.uid).where(SignInSession.account_id == other_id)
        ).one()
    post(client, "/me/sessions", uid=uids[0])
    post(client, "/me/sessions", uid=foreign)

    assert len(uids) == 3
    assert (live_sessions(account_id), live_sessions(other_id)) == (3, 1)
    post(client, "/me/sessions")
    assert (live_sessions(account_id), live_sessions(other_id)) == (1, 1)


@pytest.mark.safety("AU9")
@pytest.mark.parametrize(
    ("idle", "age", "works"),
    [(29, 60, True), (31, 60, False), (1, 719, True), (1, 721, False)],
)
def test_a_session_ends_when_idle_and_at_the_latest_after_twelve_hours(
    client: TestClient, plant: Plant, idle: int, age: int, works: bool
) -> None:
    cookie = enter(plant("zhang"))
    now = clock.now()
    with db.transaction() as session:
        row = session.exec(select(SignInSession)).one()
        row.used_at = now - timedelta(minutes=idle)
        row.ends_at = now - timedelta(minutes=age) + timedelta(hours=12)

    answer = client.get("/me", headers={"cookie": cookie})

    assert (answer.status_code == 200) is works


@pytest.mark.safety("AU3")
@pytest.mark.parametrize(("policy", "location"), [("gb", "/me"), ("asvs", "/board")])
def test_an_aged_password_must_be_changed_under_gb_and_never_under_asvs(
    place: Path, plant: Plant, monkeypatch: pytest.MonkeyPatch, policy: str, location: str
) -> None:
    from dashboard.server import doors

    point_to(place, monkeypatch, DASHBOARD_PASSWORD_POLICY=policy)
    account_id = plant("zhang")
    with db.transaction() as session:
        account = session.get_one(Account, account_id)
        account.password_set_at = datetime.now(UTC) - timedelta(days=91)
    client = TestClient(doors(), base_url="http://localhost", follow_redirects=False)
    post(client, "/sign-in", name="zhang", password=PASSWORD)

    answer = client.get("/sign-in?next=/board")

    assert answer.headers["location"] == location
    assert client.get("/files/1").status_code == (303 if policy == "gb" else 404)
    if policy == "gb":
        assert "密码已到更换期限" in client.get("/me").text
        weak = post(client, "/me/password", current=PASSWORD, password=NEW, again=NEW)
        assert "至少三类" in weak.text
        strong = f"{NEW} A1"
        post(client, "/me/password", current=PASSWORD, password=strong, again=strong)
        assert client.get("/sign-in?next=/board").headers["location"] == "/board"


def test_the_language_is_kept_for_the_account(client: TestClient, plant: Plant) -> None:
    account_id = plant("zhang")
    post(client, "/sign-in", name="zhang", password=PASSWORD)

    client.post("/me/language", data={"form_token": form_token(client), "language": "en"})

    with db.reading() as session:
        assert session.get_one(Account, account_id).language == "en"
