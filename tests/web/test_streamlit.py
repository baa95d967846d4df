"""Streamlit's websocket, by its own protocol: whose session it is, and when it is over."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
from sqlmodel import select
from streamlit.util import calc_hash

from dashboard import clock, db
from dashboard.commands.session import end_sessions
from dashboard.permissions import Actor
from models.account import Account, Role, RoleGrant, SignInSession
from models.audit import AuditEntry
from tests.web.conftest import Servers, enter, form_token, plant_account
from tests.web.st_client import StClient

SIGN_IN_AGAIN = "您已退出登录"
_numbers = itertools.count(1)


@pytest.fixture
def person(live: Servers, password_hash: str) -> Callable[..., tuple[str, int, str]]:
    """Plant somebody new and sign them in; gives name, account id and cookie."""

    def made(role: Role = Role.LEADER) -> tuple[str, int, str]:
        name = f"person{next(_numbers)}"
        account_id = plant_account(name, role, password_hash)
        return name, account_id, enter(account_id)

    return made


def shown(texts: list[str], part: str) -> bool:
    return any(part in text for text in texts)


def events(account_id: int) -> list[str]:
    with db.reading() as session:
        rows = session.exec(select(AuditEntry).where(AuditEntry.account_id == account_id))
        return [row.event for row in rows]


async def _resume(live: Servers, cookies: str, session_id: str) -> tuple[str, list[str]]:
    async with StClient(live.first, cookies=cookies, session_id=session_id) as tab:
        await tab.rerun()
        return tab.session_id, tab.texts


@pytest.mark.safety("ST1")
def test_anothers_session_id_is_worth_nothing(
    live: Servers, person: Callable[..., tuple[str, int, str]]
) -> None:
    name, _id, cookie = person()
    _other, _other_id, other_cookie = person()

    async def tabs() -> None:
        async with StClient(live.first, cookies=cookie) as owner:
            assert shown(await owner.rerun(), f"{name} in process")
            for stranger in ("", other_cookie):
                session_id, texts = await _resume(live, stranger, owner.session_id)
                assert session_id != owner.session_id
                assert not shown(texts, name)
            assert shown(await owner.rerun(), "run 2")
            kept = owner.session_id
        session_id, texts = await _resume(live, cookie, kept)
        assert session_id == kept
        assert shown(texts, "run 3")

    asyncio.run(tabs())


@pytest.mark.safety("ST1")
def test_a_users_own_uid_header_is_not_believed(
    live: Servers, person: Callable[..., tuple[str, int, str]]
) -> None:
    name, account_id, _cookie = person()
    with db.reading() as session:
        uid = session.exec(
            select(SignInSession.uid).where(SignInSession.account_id == account_id)
        ).one()

    async def stranger() -> list[str]:
        async with StClient(live.first, headers={"X-Auth-Uid": uid}) as tab:
            return await tab.rerun()

    texts = asyncio.run(stranger())

    assert shown(texts, SIGN_IN_AGAIN)
    assert not shown(texts, name)


async def _before_and_after(
    url: str, cookie: str, change: Callable[[], Awaitable[None]]
) -> tuple[list[str], list[str]]:
    async with StClient(url, cookies=cookie) as tab:
        before = await tab.rerun()
        await change()
        return before, await tab.rerun()


@pytest.mark.safety("AU10")
def test_after_sign_out_the_open_tab_and_the_old_cookie_are_out(
    live: Servers, person: Callable[..., tuple[str, int, str]]
) -> None:
    name, account_id, cookie = person()

    async def sign_out() -> None:
        with httpx.Client(base_url=live.first) as browser:
            browser.cookies.set("session", cookie.removeprefix("session="))
            token = form_token(browser, "/me")
            browser.post("/sign-out", data={"form_token": token})

    before, after = asyncio.run(_before_and_after(live.first, cookie, sign_out))
    replayed = asyncio.run(_resume(live, cookie, ""))[1]

    assert shown(before, name)
    assert shown(after, SIGN_IN_AGAIN)
    assert shown(replayed, SIGN_IN_AGAIN)
    assert httpx.get(f"{live.first}/start", headers={"cookie": cookie}).status_code == 303
    assert "session:sign_out" in events(account_id)


@pytest.mark.safety("AU11")
@pytest.mark.parametrize("what", ["disable", "grant", "end"])
def test_what_is_revoked_in_one_process_is_gone_in_the_other_at_the_next_click(
    live: Servers, person: Callable[..., tuple[str, int, str]], what: str
) -> None:
    name, account_id, cookie = person(Role.AUDITOR)

    async def revoke() -> None:
        with db.transaction() as session:
            if what == "disable":
                session.get_one(Account, account_id).active = False
            elif what == "grant":
                grants = select(RoleGrant).where(RoleGrant.account_id == account_id)
                session.delete(session.exec(grants).one())
            else:
                owner = Actor(account_id, name)
                end_sessions(session, owner, account_id, now=clock.now())

    async def hidden() -> tuple[list[str], list[str]]:
        async with StClient(live.second, cookies=cookie, page="hidden") as tab:
            before = list(await tab.rerun(page_hash=calc_hash("hidden")))
            await revoke()
            return before, await tab.rerun()

    before, after = asyncio.run(hidden())

    assert shown(before, "the audit log")
    assert not shown(after, "the audit log")
    assert shown(after, name if what == "grant" else SIGN_IN_AGAIN)


@pytest.mark.safety("AU9")
def test_an_open_socket_is_asked_to_sign_in_when_the_session_was_idle_too_long(
    live: Servers, person: Callable[..., tuple[str, int, str]]
) -> None:
    name, account_id, cookie = person()

    async def wait() -> None:
        with db.transaction() as session:
            row = session.exec(
                select(SignInSession).where(SignInSession.account_id == account_id)
            ).one()
            row.used_at = clock.now() - timedelta(minutes=31)

    before, after = asyncio.run(_before_and_after(live.first, cookie, wait))

    assert shown(before, name)
    assert shown(after, SIGN_IN_AGAIN)


@pytest.mark.safety("AC3")
def test_a_page_outside_ones_menu_does_not_run_by_hash_or_name(
    live: Servers, person: Callable[..., tuple[str, int, str]]
) -> None:
    _name, _id, cookie = person(Role.LEADER)

    async def visit(cookies: str) -> list[str]:
        async with StClient(live.first, cookies=cookies, page="hidden") as tab:
            texts = await tab.rerun(page_hash=calc_hash("hidden"))
            texts += await tab.rerun(page_hash="")
            return texts + await tab.rerun(page_hash=calc_hash("tests/web/script.py"))

    for who in (cookie, ""):
        assert not shown(asyncio.run(visit(who)), "the audit log")


@pytest.mark.safety("AC4")
def test_kept_widgets_and_fragments_do_nothing_after_sign_out(
    live: Servers, person: Callable[..., tuple[str, int, str]]
) -> None:
    name, account_id, cookie = person()

    async def keep_and_send() -> list[str]:
        async with StClient(live.first, cookies=cookie) as tab:
            await tab.rerun()
            with db.transaction() as session:
                end_sessions(session, Actor(account_id, name), account_id, now=clock.now())
            tab.set("write", True)
            texts = list(await tab.rerun())
            tab.texts = []
            for fragment_id in list(tab.fragments):
                texts += await tab.rerun(fragment_id=fragment_id)
            return texts

    texts = asyncio.run(keep_and_send())

    assert not shown(texts, name)
    assert "account:language" not in events(account_id)


@pytest.mark.safety("ST2")
def test_a_stranger_who_clears_every_cache_signs_nobody_out(
    live: Servers, person: Callable[..., tuple[str, int, str]]
) -> None:
    name, _id, cookie = person()

    async def clear() -> tuple[list[str], list[str]]:
        async with StClient(live.first) as stranger:
            await stranger.rerun()
            for _n in range(20):
                await stranger.clear_cache()

            async def more() -> None:
                await stranger.clear_cache()

            return await _before_and_after(live.first, cookie, more)

    before, after = asyncio.run(clear())

    assert shown(before, name)
    assert shown(after, name)


@pytest.mark.safety("ST6")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://evil.example", "Host": "evil.example"}, 403),
        ({}, 403),
        ({"Origin": "{url}"}, 101),
    ],
)
def test_a_foreign_origin_or_unknown_host_gets_no_socket(
    live: Servers, headers: dict[str, str], status: int
) -> None:
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        **{name: value.format(url=live.first) for name, value in headers.items()},
    }

    with httpx.stream("GET", f"{live.first}/_stcore/stream", headers=handshake) as answer:
        assert answer.status_code == status


@pytest.mark.safety("OU4")
@pytest.mark.parametrize("label", ["fail", "fail in callback", "fail in fragment"])
def test_an_unexpected_error_is_a_number_whose_detail_is_masked_in_the_log(
    live: Servers, person: Callable[..., tuple[str, int, str]], label: str
) -> None:
    _name, _id, cookie = person()

    async def press() -> list[str]:
        async with StClient(live.first, cookies=cookie) as tab:
            await tab.rerun()
            tab.set(label, True)
            texts = await tab.rerun()
            assert b"hunter2" not in tab.received
            return texts

    texts = asyncio.run(press())

    sentence = next(text for text in texts if "出了意外的错误" in text)
    number = sentence.split("编号 ")[1][:8]
    log = live.log()
    assert f"incident {number}" in log
    assert "cannot connect to postgresql://app:***@db" in log
    assert "hunter2" not in log
