"""A module of ours run in a process of its own, so that a file it reads can end only that process.

The child gets bytes on standard input and answers on standard output. It sets its own limits, by
`limit`, before it looks at what it was given.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from threading import BoundedSemaphore, Thread, Timer
from typing import IO, cast

_ROOT = Path(__file__).resolve().parents[1]
_ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(_ROOT),
    "PYTHONUTF8": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class Ended(Exception):
    """The child ended badly; `late`: it used up its time."""

    def __init__(self, *, late: bool) -> None:
        super().__init__()
        self.late = late


@contextmanager
def running(
    module: str,
    given: bytes,
    *,
    seconds: float,
    at_once: BoundedSemaphore,
    later: Callable[[], bytes] | None = None,
) -> Iterator[IO[bytes]]:
    """Run the module on these bytes and give what it writes.

    What `later` gives follows them; it is worked out while the child begins.

    Raises:
        Ended: it died or ran out of time; told when the block is left.
    """
    command = [sys.executable, "-P", "-m", module]
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    with (
        at_once,
        subprocess.Popen(command, env=_ENVIRONMENT, stdin=pipe, stdout=pipe, stderr=none) as child,
    ):
        clock = Timer(seconds, child.kill)
        clock.start()
        parts: SimpleQueue[bytes | None] = SimpleQueue()
        Thread(target=_give, args=(child, parts), daemon=True).start()
        parts.put(given)
        try:
            parts.put(later() if later else None)
            parts.put(None)
            yield cast(IO[bytes], child.stdout)
            child.wait()
        finally:
            late = clock.finished.is_set()
            clock.cancel()
            parts.put(None)
            child.kill()
    if late or child.returncode:
        raise Ended(late=late)


def _give(child: subprocess.Popen[bytes], parts: SimpleQueue[bytes | None]) -> None:
    with suppress(OSError, ValueError):
        if child.stdin:
            while (part := parts.get()) is not None:
                child.stdin.write(part)
                child.stdin.flush()
            child.stdin.close()


def limit(*, memory_bytes: int, cpu_seconds: int, written_bytes: int = 0) -> None:
    """Bound this process's memory, time and files, and let others go first."""
    try:
        import resource
    except ImportError:
        return
    os.nice(5)
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, written_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def end() -> None:
    """End this process now that it has answered, and leave its memory to the system.

    To take apart what a large file was read into takes a good part of the time of reading it.
    """
    sys.stdout.flush()
    os._exit(0)
