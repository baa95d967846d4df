"""自设字段 in a sheet: what an office asks by itself, of a project and not of its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.i18n import _, joined
from dashboard.imports.cells.figures import MONEY, amount_wan, quantity
from dashboard.imports.cells.measures import is_unit
from dashboard.imports.cells.numerals import Unreadable, folded, rounded
from dashboard.imports.cells.parsers import words
from dashboard.imports.columns.column import Column, Kind
from dashboard.imports.columns.headings import parsed
from dashboard.imports.context import Project, Value, WorkItem

MEASURED = {"%": Kind.PERCENT, "万元": Kind.MONEY}
"""Numbers that are read as ours are, by the unit in their title."""


def figure(value: Any, shown: str, column: Column) -> Any:
    """Read a number in the unit its title states, if any; it may lie below zero."""
    below = False
    if isinstance(value, str):
        text = folded(value)
        below = text[:1] == "-" and text[1:2].isdigit()
        value = text[1:] if below else value
    elif isinstance(value, float | int) and not isinstance(value, bool) and value < 0:
        below, value = True, -value
    number = _figure(value, shown, parsed(column.title).unit)
    return -number if below and number is not None else number


def _figure(value: Any, shown: str, unit: str) -> Any:
    if unit in MONEY:
        wan = amount_wan(value, shown, unit)
        return None if wan is None else rounded(wan / MONEY[unit])
    counted = unit if is_unit(unit) else ""
    return quantity(value, shown, counted, counted)


def choice(value: Any, column: Column) -> str | None:
    """Read one of the words an office offers."""
    text = words(value)
    if text is None:
        return None
    for option in column.choices:
        if folded(option) == folded(text):
            return option
    message = _("“{text}”不是可选的内容").format(text=text[:20])
    raise Unreadable(message, _("填写其中之一：{words}").format(words=joined(column.choices)))


def leave_out_blank(values: dict[str, Value], columns: Sequence[Column]) -> None:
    """Let a work item's row say nothing of what is asked of its project, where it is blank."""
    for column in columns:
        if values.get(column.field) is None:
            values.pop(column.field, None)


def there(item: WorkItem, project: Project, columns: Sequence[Column]) -> Mapping[str, Value]:
    """Give what a work item's row is compared with: its own figures, its project's answers."""
    if not item.current:
        return {}
    names = [column.field for column in columns if column.field in project.current]
    return {**item.current, **{name: project.current[name] for name in names}}
