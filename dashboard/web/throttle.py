"""How often the API may be asked within a minute, by token and by address, in this process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

MINUTE = 60.0
PER_TOKEN = 120
PER_ADDRESS = 30
"""How many tokens that do not hold an address may show."""


class Throttle:
    """Counts what came in the last minute by key."""

    def __init__(self, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self._most, self._now = most, now
        self._came: dict[str, deque[float]] = {}

    def wait_seconds(self, key: str) -> int:
        """Give how long this key has to wait; 0 when it may ask."""
        came = self._came.get(key, deque())
        began = self._now() - MINUTE
        lately = [at for at in came if at > began]
        return 0 if len(lately) < self._most else int(lately[0] - began) + 1

    def add(self, key: str) -> None:
        """Count one; keys that were silent for a minute are forgotten."""
        now = self._now()
        for known in [k for k, came in list(self._came.items()) if came[-1] <= now - MINUTE]:
            self._came.pop(known, None)
        self._came.setdefault(key, deque(maxlen=self._most)).append(now)
