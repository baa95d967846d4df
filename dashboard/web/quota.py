"""How much a tab and an account may send up (UP2): Streamlit keeps it while the tab lives."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

_MB = 2**20


class Bound(NamedTuple):
    """At most so many files and bytes within so many seconds."""

    files: int
    size: int
    seconds: float


TAB = Bound(100, 200 * _MB, 12 * 3600)
ACCOUNT = Bound(300, 600 * _MB, 3600)


class Quota:
    """What was sent up lately, by tab and by account, in this process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._sent: dict[tuple[Bound, str], deque[tuple[float, int]]] = {}

    def admits(self, tab: str, account_id: int, size: int) -> bool:
        """Say whether a file of this size may still come."""
        return all(
            len(sent) < bound.files and sum(each for _at, each in sent) + size <= bound.size
            for bound, sent in self._kept(tab, account_id)
        )

    def add(self, tab: str, account_id: int, size: int) -> None:
        """Count a file that came."""
        for _bound, sent in self._kept(tab, account_id):
            sent.append((self._now(), size))

    def _kept(self, tab: str, account_id: int) -> list[tuple[Bound, deque[tuple[float, int]]]]:
        """Give what still counts; whatever is over is dropped, for everybody."""
        now = self._now()
        for key in list(self._sent):
            sent = self._sent[key]
            while sent and sent[0][0] < now - key[0].seconds:
                sent.popleft()
            if not sent:
                del self._sent[key]
        keys = ((TAB, tab), (ACCOUNT, str(account_id)))
        return [(key[0], self._sent.setdefault(key, deque())) for key in keys]
