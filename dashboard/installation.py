"""The day on which this installation lives."""

from __future__ import annotations

from dashboard import clock
from dashboard.db import reading
from dashboard.errors import DashboardError
from dashboard.i18n import _
from dashboard.queries.installation import demonstration_day
from dashboard.settings import settings


def freeze_day() -> None:
    """Let a demonstration live on its day, and everything else on the real one.

    Raises:
        DashboardError: the settings name a day and the database is no demonstration.
    """
    with reading() as session:
        day = demonstration_day(session)
    if day is None and settings().today is not None:
        raise DashboardError(_("DASHBOARD_TODAY 只能用于演示数据库，此数据库不是。"))
    clock.freeze(day)
