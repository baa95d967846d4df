"""Uploads of one tab and one account are bounded in number and bytes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import select

from dashboard import db
from dashboard.errors import Invalid
from dashboard.queries.account import SignedIn
from dashboard.settings import settings
from dashboard.web import quota
from dashboard.web.shield import UPLOADS, Shield
from models.file import StoredFile
from tests.web.conftest import TestClient
from tests.web.test_files import keep

Plant = Callable[..., int]


@pytest.mark.safety("UP2")
def test_a_tab_may_send_so_many_files_and_bytes() -> None:
    sent = quota.Quota(now=lambda: 0)

    for number in range(quota.TAB.files):
        assert sent.admits("a", number, 1)
        sent.add("a", number, 1)

    assert not sent.admits("a", 0, 1)
    assert sent.admits("b", 0, 1)
    assert not sent.admits("b", 0, quota.TAB.size + 1)


@pytest.mark.safety("UP2")
def test_an_account_may_send_more_after_a_while() -> None:
    clock = [0.0]
    sent = quota.Quota(now=lambda: clock[0])
    for number in range(3):
        sent.add(f"tab {number}", 1, quota.TAB.size)

    full = sent.admits("another", 1, 1)
    clock[0] = quota.ACCOUNT.seconds + 1

    assert not full
    assert sent.admits("another", 1, 1)


@pytest.mark.safety("UP2")
def test_a_thousand_files_into_ones_own_tab_are_refused_after_the_hundredth() -> None:
    shield = Shield(None, "")  # type: ignore[arg-type]
    who = SignedIn("uid", 1, "zhang", "张", "zh", must_change=False)
    scope = {"method": "PUT", "headers": [(b"content-length", b"1024")], "signed_in": who}

    taken = 0
    for number in range(1000):
        path = f"{UPLOADS}tab/{number}"
        if shield._may_send(scope, path):
            shield._count(scope, path, 1024)
            taken += 1

    assert taken == quota.TAB.files
    assert shield._may_send({**scope, "method": "GET"}, f"{UPLOADS}tab/1")


@pytest.mark.safety("UP2")
def test_an_account_keeps_so_many_files_a_day(
    client: TestClient, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id, other = plant("zhang"), plant("li")
    monkeypatch.setenv("DASHBOARD_FILES_PER_DAY", "2")
    settings.cache_clear()
    for number in range(2):
        keep(account_id, data=f"{number}".encode())

    with pytest.raises(Invalid, match="一天最多上传 2 个文件"):
        keep(account_id, data=b"3")

    keep(other)
    with db.reading() as session:
        assert len(session.exec(select(StoredFile)).all()) == 3
    settings.cache_clear()
