"""One line of 我的待办: in which group it stands, and where it is done."""

from __future__ import annotations

from datetime import date
from typing import Any

COLUMNS = ["group", "what", "project", "detail", "due_on", "overdue", "link"]
MINE, BACK, OTHERS = "mine", "returned", "waiting"
NEWS_DAYS = 14
"""How long an answer stays on the desk of who asked."""


def line(group: str, what: str, project: str, detail: str, due: date | None, link: str) -> Any:
    """Give a line by the columns of the desk; whether it is overdue is told for all at once."""
    return dict(zip(COLUMNS, (group, what, project, detail, due, False, link), strict=True))
