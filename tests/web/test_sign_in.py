"""The sign-in form: who gets in, who is told what, and what is counted."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from dashboard import clock, db
from models.account import Account, SignInAttempt, SignInSession
from models.audit import AuditEntry
from tests.web.conftest import PASSWORD, TestClient, form_token, mark_as_demonstration, post

WRONG = "账户名或密码不正确。"
Plant = Callable[..., int]


def signs_in(client: TestClient, name: str, password: str = PASSWORD, **more: str) -> bool:
    answer = post(client, "/sign-in", name=name, password=password, **more)
    client.cookies.delete("session")
    return answer.status_code == 303


def audit_lines(event: str) -> list[AuditEntry]:
    with db.reading() as session:
        found = list(session.exec(select(AuditEntry).where(AuditEntry.event == event)))
        session.expunge_all()
    return found


@pytest.mark.safety("AU8")
def test_signing_in_gives_a_cookie_scripts_cannot_read_and_the_database_cannot_use(
    client: TestClient, plant: Plant, place: Path
) -> None:
    plant("zhang")
    client.cookies.set("session", "planted-before-signing-in")

    answer = post(client, "/sign-in", name="zhang", password=PASSWORD, next="/board?light=RED")

    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("session="))
    token = re.match(r"session=([\w-]+)", cookie).group(1)  # type: ignore[union-attr]
    assert answer.headers["location"] == "/board?light=RED"
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert len(token) >= 43
    assert token != "planted-before-signing-in"
    with db.reading() as session:
        assert session.exec(select(SignInSession)).one().token_hash not in answer.text
    kept = b"".join(path.read_bytes() for path in place.glob("dashboard.db*"))
    assert token.encode() not in kept


@pytest.mark.safety("AU8")
def test_under_https_the_cookie_is_tied_to_the_host(
    place: Path, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.server import doors
    from tests.web.conftest import point_to

    point_to(place, monkeypatch, DASHBOARD_HTTPS="1")
    plant("zhang")
    client = TestClient(doors(), base_url="https://localhost", follow_redirects=False)

    answer = post(client, "/sign-in", name="zhang", password=PASSWORD)

    cookie = next(c for c in answer.headers.get_list("set-cookie") if "session=" in c)
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.safety("AU5")
def test_a_wrong_password_and_an_unknown_name_answer_alike(
    client: TestClient, plant: Plant
) -> None:
    plant("zhang")

    def once(name: str, number: int) -> tuple[int, str, float]:
        client.headers["x-unused"] = str(number)
        token = form_token(client)
        fields = {"form_token": token, "name": name, "password": "wrong wrong wrong"}
        began = time.process_time()  # both doors are in this process: others at work do not count
        answer = client.post("/sign-in", data=fields)
        with db.transaction() as session:
            for row in session.exec(select(SignInAttempt)):
                session.delete(row)
        return answer.status_code, answer.text.replace(token, ""), time.process_time() - began

    pairs = [(once("zhang", n), once("wang2", n)) for n in range(30)]
    known, unknown = zip(*pairs, strict=True)

    assert {answer[:2] for answer in known} == {answer[:2] for answer in unknown}
    assert WRONG in known[0][1]
    medians = [statistics.median(answer[2] for answer in group) for group in (known, unknown)]
    assert max(medians) / min(medians) < 1.2


@pytest.mark.safety("AU4")
def test_five_failures_lock_the_account_here_for_ten_minutes(
    client: TestClient, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant("zhang")
    for _n in range(5):
        assert not signs_in(client, "ＺＨＡＮＧ ", "wrong wrong wrong")

    refused = post(client, "/sign-in", name="zhang", password=PASSWORD)

    assert refused.status_code == 429
    assert "10 分钟后再试" in refused.text
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert signs_in(client, "zhang")
    with db.reading() as session:
        assert not session.exec(select(SignInAttempt)).all()


@pytest.mark.safety("AU4")
def test_refused_tries_do_not_prolong_the_lock(
    client: TestClient, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant("zhang")
    began = clock.now()
    for minute in (0, 0, 0, 0, 0, 3, 6, 9):
        now = began + timedelta(minutes=minute)
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        assert not signs_in(client, "zhang", "wrong wrong wrong")

    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=11))

    assert signs_in(client, "zhang")


@pytest.mark.safety("AU4")
def test_another_address_may_still_sign_in_while_one_is_locked(place: Path, plant: Plant) -> None:
    from dashboard.server import doors

    plant("zhang")
    here = TestClient(doors(), base_url="http://localhost", client=("10.0.0.1", 1))
    there = TestClient(doors(), base_url="http://localhost", client=("10.0.0.2", 1))
    for client in (here, there):
        client.follow_redirects = False
    for _n in range(5):
        signs_in(here, "zhang", "wrong wrong wrong")

    assert not signs_in(here, "zhang")
    assert signs_in(there, "zhang")


@pytest.mark.safety("AU4")
def test_many_accounts_guessed_from_one_address_lock_the_address(
    client: TestClient, plant: Plant
) -> None:
    plant("zhang")
    now = clock.now()
    with db.transaction() as session:
        for n in range(50):
            session.add(SignInAttempt(folded_name=f"a{n % 15}", address="testclient", at=now))

    refused = post(client, "/sign-in", name="zhang", password=PASSWORD)

    assert refused.status_code == 429
    assert "此处登录失败次数过多" in refused.text


@pytest.mark.safety("AU4")
def test_failures_are_audited_without_what_was_typed(client: TestClient, plant: Plant) -> None:
    account_id = plant("zhang")

    signs_in(client, "zhang", "wrong wrong wrong")
    signs_in(client, "my-secret-in-the-wrong-field")

    known, unknown = audit_lines("session:sign_in")
    assert (known.account_id, known.success, known.address) == (account_id, False, "testclient")
    assert (unknown.account_name, unknown.success) == ("", False)
    assert "my-secret" not in unknown.model_dump_json()


@pytest.mark.safety("AU7")
def test_an_account_without_a_password_lets_nobody_in(client: TestClient, plant: Plant) -> None:
    account_id = plant("zhang")
    with db.transaction() as session:
        session.get_one(Account, account_id).password_hash = None

    for password in ("", "None", PASSWORD):
        assert not signs_in(client, "zhang", password)


@pytest.mark.safety("AU11")
def test_a_disabled_account_is_refused_like_a_wrong_password(
    client: TestClient, plant: Plant
) -> None:
    account_id = plant("zhang")
    with db.transaction() as session:
        session.get_one(Account, account_id).active = False

    answer = post(client, "/sign-in", name="zhang", password=PASSWORD)

    assert answer.status_code == 401
    assert WRONG in answer.text


@pytest.mark.parametrize(
    ("next_path", "place_after"),
    [
        ("/project?id=3", "/project?id=3"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("/sign-in", "/"),
    ],
)
def test_signing_in_returns_to_a_place_of_this_site_only(
    client: TestClient, plant: Plant, next_path: str, place_after: str
) -> None:
    plant("zhang")

    answer = post(client, "/sign-in", name="zhang", password=PASSWORD, next=next_path)

    assert answer.headers["location"] == place_after


@pytest.mark.safety("AU10")
def test_signing_out_is_asked_first_and_ends_the_session(client: TestClient, plant: Plant) -> None:
    plant("zhang")
    post(client, "/sign-in", name="zhang", password=PASSWORD)
    token = client.cookies["session"]

    assert client.get("/sign-out").status_code == 200
    assert client.get("/me").status_code == 200
    out = client.post("/sign-out", data={"form_token": form_token(client, "/me")})

    assert out.headers["location"] == "/sign-in"
    client.cookies.set("session", token)
    assert client.get("/me").headers["location"] == "/sign-in?next=/me"
    assert [line.success for line in audit_lines("session:sign_out")] == [True]


@pytest.mark.safety("OU8")
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_form_sent_by_another_site_is_refused(
    client: TestClient, plant: Plant, headers: dict[str, str]
) -> None:
    plant("zhang")
    fields = {"form_token": form_token(client), "name": "zhang", "password": PASSWORD}

    answer = client.post("/sign-in", data=fields, headers=headers)

    assert answer.status_code == 403
    assert "此表单已失效" in answer.text


@pytest.mark.safety("OU8")
@pytest.mark.parametrize("token", ["", "another-browsers-token"])
@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-in/demo", "/sign-out", "/me/password", "/me/sessions",
             "/me/language", "/link/some-token-or-other"],
)  # fmt: skip
def test_a_form_without_its_token_is_refused(
    client: TestClient, plant: Plant, path: str, token: str
) -> None:
    plant("zhang")
    post(client, "/sign-in", name="zhang", password=PASSWORD)

    answer = client.post(path, data={"form_token": token, "name": "zhang", "language": "en"})

    assert answer.status_code == 403


def test_a_demonstration_offers_one_click_for_each_role(client: TestClient, plant: Plant) -> None:
    plant("demo-leader")
    plant("zhang")
    mark_as_demonstration()

    form = client.get("/sign-in").text
    answer = post(client, "/sign-in/demo", name="demo-leader", next="/board")

    assert "领导" in form
    assert "zhang" not in form
    assert "2026-09-03" in form
    assert answer.headers["location"] == "/board"
    assert post(client, "/sign-in/demo", name="zhang").status_code == 404


@pytest.mark.safety("AU7")
def test_outside_a_demonstration_there_is_no_such_door(client: TestClient, plant: Plant) -> None:
    plant("demo-leader")

    assert "demo-leader" not in client.get("/sign-in").text
    assert post(client, "/sign-in/demo", name="demo-leader").status_code == 404
