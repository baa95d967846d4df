"""Which project to look at next: those long not visited, in a short way from where one stands."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from dashboard.rules.place import Place, metres

K = TypeVar("K", bound=Hashable)


def covered_pct(visited: int, due: int) -> Decimal | None:
    """Give visited ÷ due in percent; nothing due, no figure."""
    if due == 0:
        return None
    return (Decimal(100 * visited) / due).quantize(Decimal("0.1"), ROUND_HALF_UP)


def way(start: Place, stops: Mapping[K, Place]) -> list[tuple[K, int]]:
    """Order stops by going to the nearest next each time; with the metres of each leg."""
    left, here = dict(stops), start
    found: list[tuple[K, int]] = []
    while left:
        spot = here
        key = min(left, key=lambda each: metres(spot, left[each]))
        found.append((key, metres(here, left[key])))
        here = left.pop(key)
    return found
