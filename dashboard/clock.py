"""Today, in Asia/Shanghai, or the day the settings froze: for pages, web and jobs only."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dashboard.settings import settings

SHANGHAI = ZoneInfo("Asia/Shanghai")
_frozen: date | None = None


def freeze(day: date | None) -> None:
    """Let this process live on one day, that of a demonstration; None: on the real one."""
    global _frozen
    _frozen = day


def frozen_day() -> date | None:
    """Give the day this process was frozen to, or None when it lives on the real one."""
    return settings().today or _frozen


def now() -> datetime:
    """Give the real instant, in UTC: sessions, tokens, lockouts and the audit use it."""
    return datetime.now(UTC)


def today() -> date:
    """Give the day the office lives in: the frozen one of a demonstration, or Shanghai's."""
    return frozen_day() or now().astimezone(SHANGHAI).date()


def local(instant: datetime) -> datetime:
    """Turn a stored instant (UTC) into the office's wall clock."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return aware.astimezone(SHANGHAI)
