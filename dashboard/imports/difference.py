"""What saving a row would change."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.imports import monthly
from dashboard.imports.context import SheetKind, Value
from dashboard.imports.examination import Status

IGNORED = {
    SheetKind.MONTHLY: frozenset(monthly.IDENTITY),
    SheetKind.PLAN: frozenset({"project_code", "work_item_code"}),
}
"""What only says whose a row is."""


def difference(
    values: Mapping[str, Value], current: Mapping[str, Value], ignored: frozenset[str]
) -> tuple[Status, dict[str, Value]]:
    """Compare a row with the figures already there for the month; give the old ones that differ.

    Only the fields the sheet has count; a cell left blank empties the field, and is shown doing so.
    """
    if not current:
        return Status.NEW, {}
    old = {
        name: current.get(name)
        for name, value in values.items()
        if name not in ignored and _present(current.get(name)) != _present(value)
    }
    return (Status.CHANGED if old else Status.UNCHANGED), old


def _present(value: Value) -> Value:
    """Take an empty text for nothing: both are a blank cell."""
    return None if not value and isinstance(value, str | tuple) else value
