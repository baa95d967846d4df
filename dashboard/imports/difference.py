"""What saving a row would change."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.imports.context import Value
from dashboard.imports.examination import Change, Status


def difference(
    values: Mapping[str, Value], current: Mapping[str, Value], ignored: frozenset[str]
) -> tuple[Status, tuple[Change, ...]]:
    """Compare a row with the figures already there for the same month.

    Only the fields the sheet has count; a cell left blank empties the field, and is shown doing so.
    """
    compared = {name: value for name, value in values.items() if name not in ignored}
    if not current:
        changes = [Change(n, None, v) for n, v in compared.items() if v is not None]
        return Status.NEW, tuple(changes)
    changes = [
        Change(name, current.get(name), value)
        for name, value in compared.items()
        if _present(current.get(name)) != _present(value)
    ]
    return (Status.CHANGED if changes else Status.UNCHANGED), tuple(changes)


def _present(value: Value) -> Value:
    """Take an empty text for nothing: both are a blank cell."""
    return None if value in ("", ()) else value
