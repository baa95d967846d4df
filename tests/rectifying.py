"""The commands of rectification and the roles that may: rows of the matrix of every command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from dashboard.commands import rectification
from dashboard.rules.rectification import RectificationDraft
from models.rectification import Rectification, RectificationSource
from tests.city import TODAY, City

OFFICE = {"SUPERVISOR"}
UNIT = {"REPORTER"}
DUE = date(2026, 9, 18)


def draft(city: City, **changes: Any) -> RectificationDraft:
    """A whole draft on the housing unit's first project."""
    whole = RectificationDraft(
        project_id=city.id("H1"),
        source=RectificationSource.INSPECTION,
        finding="围挡缺失",
        thing="3标段东侧围挡",
        agency_id=city.agencies["housing"].id,
        responsible="张工",
        standard="围挡连续、高度不低于2.5米",
        due_on=DUE,
    )
    return replace(whole, **changes)


def issued(s: Any, **changes: Any) -> Rectification:
    """Issue one item to the housing unit."""
    made = draft(s.city, **changes)
    return rectification.issue_rectification(s.session, s.city["SUPERVISOR"], made, today=TODAY)


RECTIFYING: dict[str, tuple[set[str], Callable[[Any], Any], Callable[[Any, Any, Any], Any]]] = {
    "rectification.issue_rectification": (OFFICE, lambda s: draft(s.city), lambda s, a, k:
        rectification.issue_rectification(s.session, a, k, today=TODAY)),
    "rectification.issue_rectifications": (OFFICE, lambda s: draft(s.city), lambda s, a, k:
        rectification.issue_rectifications(s.session, a, [k, k], today=TODAY)),
}  # fmt: skip
"""Command → the roles that may, what must stand before, the call."""
OTHERS = {
    "rectification.add_event": "a beat of each command on an item, after it was allowed",
}
"""Functions that take session and actor and are no commands themselves."""
