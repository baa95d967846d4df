"""The few errors whose text is for the person at the screen."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dashboard.permissions import Actor


class DashboardError(Exception):
    """Something a person can act on. Its text is one clear sentence in their language."""


class NotAllowed(DashboardError):
    """The actor may not do this. `transaction()` records the refusal."""

    def __init__(
        self,
        message: str,
        *,
        actor: Actor | None = None,
        event: str = "",
        table: str = "",
        key: str = "",
    ) -> None:
        super().__init__(message)
        self.actor = actor
        self.event = event
        self.table = table
        self.key = key
        self.recorded = False


class Invalid(DashboardError):
    """What was entered cannot be saved; the text names the field and what would pass."""


class Conflict(DashboardError):
    """Somebody else changed the row in the meantime; the text says who and what."""


class Missing(DashboardError):
    """The row does not exist or lies outside the actor's scope; the two are not told apart."""


class Unavailable(DashboardError):
    """The database or a file store did not answer in time; nothing was saved."""


def told(command: Callable[..., None]) -> Callable[..., None]:
    """On the command line, show what a person can act on as one sentence and a failing status."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except DashboardError as error:
            sys.stderr.write(f"{error}\n")
            sys.exit(1)

    return wrapped
