"""A warm helper process that forks writers, and kills them: what a test may not do to itself.

Run as `python -m tests.drill`, it reads one JSON line a task on standard input and answers with one
line. Its children open their own engine after the fork, so no connection is shared.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine

ROOT = Path(__file__).resolve().parents[1]


class Drill:
    """The helper process, as a test uses it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        environment = {
            **os.environ,
            "DASHBOARD_DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "DASHBOARD_AUDIT_HEAD": str(folder / "head"),
            "DASHBOARD_FILES": str(folder / "files"),
            "DASHBOARD_BUSY_SECONDS": "60",
            "PYTHONPATH": str(ROOT),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.drill"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=environment, cwd=ROOT, text=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _ask(self, **task: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the drill died"
        return json.loads(answer)

    def write(self, *, processes: int, commands: int) -> None:
        """Let so many processes run so many commands each; fails when one of them fails."""
        assert self._ask(task="write", processes=processes, commands=commands) == [0] * processes

    def import_once(self, preview: Path) -> float:
        """Import a preview in a child process, in peace; gives the seconds it took."""
        status, seconds = self._ask(task="import", preview=str(preview), seconds=None)
        assert status == 0, status
        return float(seconds)

    def import_and_kill(self, preview: Path, seconds: float) -> bool:
        """Import a preview and kill -9 after so many seconds; says whether it died of that."""
        status, _seconds = self._ask(task="import", preview=str(preview), seconds=seconds)
        return bool(status == -signal.SIGKILL)


def _fork(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work()
        status = 0
    except BaseException as error:
        sys.stderr.write(f"drill: {error!r}\n")
    finally:
        os._exit(status)


def _write(account_id: int, commands: int) -> None:
    from dashboard import db
    from dashboard.commands.account import choose_language
    from dashboard.permissions import Actor

    actor = Actor(account_id, f"u{account_id}")
    for number in range(commands):
        with db.transaction() as session:
            choose_language(session, actor, "en" if number % 2 == 0 else "zh")


def _import(preview: str) -> None:
    import pickle

    from dashboard import db
    from dashboard.commands.batch import commit_upload

    actor, upload_id, examination, today = pickle.loads(Path(preview).read_bytes())
    with db.transaction() as session:
        commit_upload(session, actor, upload_id, examination, reasons={}, today=today, submit=False)


def _ended(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _run(task: dict[str, Any]) -> Any:
    if task["task"] == "write":
        work = [partial(_write, key, task["commands"]) for key in range(1, task["processes"] + 1)]
        return [_ended(pid) for pid in [_fork(each) for each in work]]
    begun = time.perf_counter()
    pid = _fork(lambda: _import(task["preview"]))
    if task["seconds"] is not None:
        time.sleep(task["seconds"])
        os.kill(pid, signal.SIGKILL)
    return _ended(pid), time.perf_counter() - begun


def moments(longest: float, count: int, seed: int) -> list[float]:
    """Give random instants within a duration, the same at every run."""
    chosen = random.Random(seed)
    return [chosen.uniform(0, longest) for _ in range(count)]


def main() -> None:
    """Answer tasks until standard input ends; everything slow is imported before the first."""
    import dashboard.commands.batch  # noqa: F401  (warm: children are forked with it)

    for line in sys.stdin:
        sys.stdout.write(json.dumps(_run(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
