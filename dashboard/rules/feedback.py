"""群众意见: which project a citizen's words are about, and how long an office takes (L2, L3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

_SIGN = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class Times:
    """How long something took, in days: how often, the middle one, and the slowest tenth."""

    count: int
    median: float | None = None
    slowest_tenth: float | None = None


def pairs(text: str) -> set[str]:
    """Give the pairs of neighbouring signs of a text: what two texts share, they share in these."""
    plain = _SIGN.sub("", text)
    return {plain[at : at + 2] for at in range(len(plain) - 1)}


def likeness(words: str, about: str) -> float:
    """Say how much of what a project says of itself occurs in a citizen's words, 0 to 1."""
    known = pairs(about)
    return len(pairs(words) & known) / len(known) if known else 0.0


def times(days: Sequence[int]) -> Times:
    """Give the median of day counts, and the days within which nine of ten were done."""
    if not days:
        return Times(0)
    ordered = sorted(days)
    slow = ordered[min(len(ordered) - 1, -(-9 * len(ordered) // 10) - 1)]
    return Times(len(ordered), float(median(ordered)), float(slow))
