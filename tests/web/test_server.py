"""The server: it refuses to serve under wrong options, and a demonstration lives on its day."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete
from streamlit import config

from dashboard import clock, db, passwords, server
from dashboard.errors import DashboardError
from dashboard.installation import freeze_day
from dashboard.web import shell
from models.account import Role, SignInAttempt
from tests.ready import PATIENCE
from tests.web.conftest import (
    PASSWORD,
    ROOT,
    Servers,
    free_port,
    mark_as_demonstration,
    places,
    plant_account,
    point_to,
    start_server,
    wait_for,
)


@pytest.fixture
def options() -> Iterator[None]:
    """Streamlit's options as the file has them, whatever a test does to them."""
    config.get_config_options(force_reparse=True)
    yield
    config.get_config_options(force_reparse=True)


@pytest.mark.safety("B20")
def test_the_options_of_the_file_are_in_force(options: None) -> None:
    server.check_options()


@pytest.mark.safety("B20")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("runner.postScriptGC", True),
        ("server.trustedUserHeaders", {}),
        ("client.showErrorDetails", "full"),
        ("client.allowedOrigins", ["https://*.streamlit.app"]),
        ("server.maxUploadSize", 200),
        ("logger.enableRich", True),
        ("browser.gatherUsageStats", True),
        ("theme.base", "dark"),
    ],
)
def test_the_server_refuses_to_serve_under_any_other_option(
    options: None, name: str, value: object
) -> None:
    config.set_option(name, value)

    with pytest.raises(DashboardError, match=name):
        server.check_options()


@pytest.mark.safety("UP1")
def test_the_upload_limit_of_streamlit_and_of_the_settings_are_one(
    options: None, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_to(place, monkeypatch, DASHBOARD_MAX_UPLOAD_MB="30")

    with pytest.raises(DashboardError, match="maxUploadSize"):
        server.check_options()


def test_a_demonstration_lives_on_its_day(place: Path) -> None:
    mark_as_demonstration("2026-09-03")

    freeze_day()

    assert clock.today() == clock.frozen_day() == date(2026, 9, 3)


def test_any_other_database_lives_on_the_real_day_and_refuses_a_frozen_one(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze_day()
    assert clock.frozen_day() is None

    point_to(place, monkeypatch, DASHBOARD_TODAY="2026-09-03")

    with pytest.raises(DashboardError, match="DASHBOARD_TODAY"):
        freeze_day()


def test_the_command_line_says_so_in_one_sentence(place: Path) -> None:
    environment = {"PATH": "/usr/bin", **places(place), "DASHBOARD_TODAY": "2026-09-03"}

    ended = subprocess.run(
        [sys.executable, "-m", "dashboard", "run"], cwd=ROOT, env=environment,
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip

    assert ended.returncode == 1
    assert "DASHBOARD_TODAY 只能用于演示数据库" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.safety("OU3")
def test_the_policy_allows_the_one_inline_script_of_streamlit_and_no_other() -> None:
    policy = shell.policy(server.page_html())

    assert policy.count("'sha256-") == 1
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe-eval" not in policy


def test_the_page_speaks_our_language_and_tells_nothing_of_closed_interfaces() -> None:
    html = server.page_html()

    assert '<html lang="zh-CN">' in html
    assert "<title>民生实事督查看板</title>" in html
    assert "请启用浏览器的 JavaScript" in html
    assert "agent" not in html
    assert 'src="./static/js/' in html


@pytest.mark.safety("AU6")
def test_at_most_two_passwords_are_hashed_at_once(
    monkeypatch: pytest.MonkeyPatch, password_hash: str
) -> None:
    running, most = [0], [0]
    guard = threading.Lock()

    class Slow:
        def verify(self, _hash: str, _password: str) -> bool:
            with guard:
                running[0] += 1
                most[0] = max(most[0], running[0])
            threading.Event().wait(0.02)
            with guard:
                running[0] -= 1
            return True

    monkeypatch.setattr(passwords, "_HASHER", Slow())
    threads = [
        threading.Thread(target=passwords.matches, args=(password_hash, "x")) for _n in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [2]


def try_to_sign_in(url: str, name: str, password: str) -> int:
    with httpx.Client(base_url=url, timeout=PATIENCE) as browser:
        token = browser.get("/sign-in").text.split('name="form_token" value="')[1].split('"')[0]
        fields = {"form_token": token, "name": name, "password": password}
        return browser.post("/sign-in", data=fields).status_code


@pytest.fixture
def unthrottled(live: Servers) -> Iterator[None]:
    """No failures counted, before and after."""
    forget_failures()
    yield
    forget_failures()


def forget_failures() -> None:
    with db.transaction() as session:
        session.connection().execute(delete(SignInAttempt))


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


@pytest.mark.safety("AU6")
def test_fifty_sign_ins_at_once_leave_the_server_small_and_answering(
    live: Servers, unthrottled: None
) -> None:
    before = resident_bytes(live.pids[0])
    tries = [(live.first, f"somebody{n}", "wrong wrong wrong") for n in range(50)]
    threads = [threading.Thread(target=try_to_sign_in, args=each) for each in tries]
    for thread in threads:
        thread.start()
    most, slowest = 0, 0.0
    while any(thread.is_alive() for thread in threads):
        answer = httpx.get(f"{live.first}/healthz/ready", timeout=PATIENCE)
        slowest = max(slowest, answer.elapsed.total_seconds())
        most = max(most, resident_bytes(live.pids[0]) - before)

    assert most < 300 * 2**20
    assert slowest < 5


@pytest.mark.safety("AU4")
def test_failures_hold_over_processes_and_a_restart(
    live: Servers, unthrottled: None, password_hash: str
) -> None:
    plant_account("locked", Role.LEADER, password_hash)
    for url in (live.first, live.second, live.first, live.second, live.first):
        assert try_to_sign_in(url, "locked", "wrong wrong wrong") == 401

    assert try_to_sign_in(live.second, "locked", PASSWORD) == 429
    port = free_port()
    third = start_server(live.folder, port)
    try:
        wait_for(f"http://127.0.0.1:{port}", third)
        assert try_to_sign_in(f"http://127.0.0.1:{port}", "locked", PASSWORD) == 429
    finally:
        third.stop()
