"""Programs started out of a process that has loaded everything: loading takes seconds each time."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from dashboard import db

PATIENCE = 180
"""How many seconds a program may take to start or to end: the machine may be slow and busy."""
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["dashboard.server", "seed.__main__", "seed.demo", "tests.ready"])


class Program:
    """A program that runs with settings of its own; what it says goes to its log."""

    def __init__(
        self, work: Callable[..., None], *arguments: str, log: Path, where: Mapping[str, str]
    ) -> None:
        self.log = log
        environment = {**os.environ, **where}
        told = (str(log), environment, work, arguments)
        self._process = _CONTEXT.Process(target=_run, args=told)
        with _nameless_main():
            self._process.start()
        self.pid = self._process.pid or 0

    def runs(self) -> bool:
        """Say whether it has not ended yet."""
        return self._process.exitcode is None

    def end(self) -> int:
        """Wait until it has ended, and say how."""
        self._process.join(PATIENCE)
        assert self._process.exitcode is not None, f"{self.log} did not end"
        return self._process.exitcode

    def stop(self) -> None:
        """Tell it to end, and wait until it did."""
        self._process.terminate()
        self.end()


@contextmanager
def _nameless_main() -> Iterator[None]:
    """Let a new process not run this one's main script anew: after a page's test that is a page."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    yield
    sys.modules["__main__"] = main


def module(folder: str, *command: str) -> None:
    """Do what `python -m` with this command does in a folder."""
    os.chdir(folder)
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


def _run(
    log: str, environment: dict[str, str], work: Callable[..., None], arguments: tuple[str, ...]
) -> None:
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.environ.clear()
    os.environ.update(environment)
    try:
        work(*arguments)
    finally:
        db.engine().dispose()  # such a process ends at once, and would leave its last rows beside
