"""Time pages beside a floor page: click to settled in Chromium, server CPU and latency by protocol.

`python -m benchmarks.pages` builds the demonstration into a temporary folder, serves it and, with
the same shield and settings, `benchmarks/floor.py`; then prints ratios from one run. It drives
Debian's Chromium. `python -m benchmarks.pages --long [board | reports | project]` has 200 sessions
with 10 s pauses at that page instead, or at one after the other: below three minutes a page.
"""

from __future__ import annotations

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SETTLED = '[data-test-script-state="notRunning"]'
TRIES = 9
VISITORS = {
    "board": "demo-leader",
    "reports": "demo-reporter-zj",
    "project": "demo-supervisor",
}
"""The pages measured by protocol, and who asks for each."""
SERVE = """
import sys
from pathlib import Path
from dashboard import server
server.serve(*(Path(script) for script in sys.argv[1:]))
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path, script: Path | None = None) -> Iterator[tuple[str, int]]:
    """Serve the demonstration in `folder`; give its address and process."""
    port = _free_port()
    env = {**os.environ, **_settings(folder), "DASHBOARD_PORT": str(port)}
    command = [sys.executable, "-c", SERVE, *([str(script)] if script else [])]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _try in range(200):
            try:
                httpx.get(f"{url}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()


def _settings(folder: Path) -> dict[str, str]:
    return {
        "DASHBOARD_DATABASE_URL": f"sqlite:///{folder}/dashboard.db",
        "DASHBOARD_FILES": str(folder / "files"),
        "DASHBOARD_AUDIT_HEAD": str(folder / "audit-head"),
    }


def cookie(url: str, account: str) -> str:
    """Sign in as a demonstration account; give the session cookie."""
    with httpx.Client(base_url=url, follow_redirects=False) as client:
        page = client.get("/sign-in").text
        found = re.search(r'name="form_token" value="([^"]+)"', page)
        token = found.group(1) if found else ""
        client.post("/sign-in/demo", data={"form_token": token, "name": account, "next": "/"})
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def settle_seconds(browser: Browser, url: str, cookies: str, path: str) -> float:
    """Give the median time from asking for a page to its script being done and drawn."""
    taken = []
    context = browser.new_context(viewport={"width": 1024, "height": 768})
    pairs = [part.split("=", 1) for part in cookies.split("; ")]
    context.add_cookies([{"name": n, "value": v, "url": url} for n, v in pairs])
    page = context.new_page()
    for _try in range(TRIES):
        started = time.perf_counter()
        page.goto(url + path)
        page.wait_for_selector(SETTLED)
        page.evaluate("() => new Promise(r => requestAnimationFrame(() => setTimeout(r)))")
        taken.append(time.perf_counter() - started)
    context.close()
    return statistics.median(taken[2:])


def load(url: str, pid: int, cookies: str, page: str, *extra: str) -> dict[str, Any]:
    """Run the load generator against a page; give what it measured."""
    with tempfile.NamedTemporaryFile(suffix=".json") as result:
        command = [
            sys.executable, str(ROOT / "benchmarks" / "st_load.py"), url, "--page", page,
            "--cookie", cookies, "--pid", str(pid), "--json", result.name, *extra,
        ]  # fmt: skip
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        found: dict[str, Any] = json.loads(Path(result.name).read_text(encoding="utf-8"))
        return found


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = {**os.environ, **_settings(folder)}
        seed = [sys.executable, "-m", "seed", "demo"]
        subprocess.run(seed, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        floor_script = ROOT / "benchmarks" / "floor.py"
        with served(folder) as real, served(folder, floor_script) as floor:
            if "--long" in sys.argv:
                _long_part(real, floor, sys.argv[1:])
            else:
                _browser_part(real[0], floor[0])
                _protocol_part(real, floor)


def _browser_part(real: str, floor: str) -> None:
    leader = cookie(real, "demo-leader")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        empty = settle_seconds(browser, floor, cookie(floor, "demo-leader"), "/?empty")
        print(f"empty page: {empty:.3f} s from click to settled (the floor)")
        for path in ("/board", "/project", "/reports", "/desk"):
            taken = settle_seconds(browser, real, leader, path)
            print(f"{path:10} {taken:.3f} s   ratio {taken / empty:.2f}")
        browser.close()


def _protocol_part(real: tuple[str, int], floor: tuple[str, int]) -> None:
    cases = [("floor", *floor, cookie(floor[0], "demo-leader"), "")]
    cases += [(page, *real, cookie(real[0], who), page) for page, who in VISITORS.items()]
    base: dict[str, float] = {}
    for name, url, pid, cookies, page in cases:
        one = load(url, pid, cookies, page, "--sessions", "1", "--reruns", "60")
        ten = load(url, pid, cookies, page, "--sessions", "10", "--reruns", "20")
        cpu, p95 = one["server_cpu_ms_per_rerun"], ten["rerun"]["p95_ms"]
        base = base or {"cpu": cpu, "p95": p95}
        print(
            f"{name:8} CPU a rerun {cpu:6.1f} ms ratio {cpu / base['cpu']:.2f}   "
            f"p95 at 10 sessions {p95:7.1f} ms ratio {p95 / base['p95']:.2f}   "
            f"errors {one['error_count'] + ten['error_count']}"
        )


def _long_part(real: tuple[str, int], floor: tuple[str, int], asked: list[str]) -> None:
    alone = load(*floor, cookie(floor[0], "demo-leader"), "", "--sessions", "1", "--reruns", "60")
    for page in [page for page in VISITORS if page in asked] or VISITORS:
        many = load(
            *real, cookie(real[0], VISITORS[page]), page, "--sessions", "200", "--reruns", "4",
            "--think", "10", "--ramp", "20", "--max-seconds", "150", "--no-gate",
        )  # fmt: skip
        p95 = many["rerun"]["p95_ms"]
        print(
            f"{page:8} 200 sessions, 10 s pauses: {many['rerun']['n']} reruns, p95 {p95:.1f} ms, "
            f"ratio to the floor at one session {p95 / alone['rerun']['p95_ms']:.2f}, "
            f"errors {many['error_count']}"
        )


if __name__ == "__main__":
    main()
