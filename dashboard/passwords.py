"""Passwords as argon2id hashes, at most two computed at once.

The parameters are those of OWASP ASVS 5.0 11.4.2: 19 MiB, two passes, one lane.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboard.errors import Invalid
from dashboard.rules.account import password_problem
from dashboard.settings import settings

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = BoundedSemaphore(2)


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")


def hashed(password: str, words: Iterable[str]) -> str:
    """Give the hash of a new password that follows the rules.

    Raises:
        Invalid: the password is too short, too common, or built from the names in `words`.
    """
    if problem := password_problem(password, policy=settings().password_policy, words=words):
        raise Invalid(problem)
    with _AT_ONCE:
        return _HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Say whether the password fits; without a hash the same time is spent and nothing fits."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(password_hash or _nobody(), password) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False
