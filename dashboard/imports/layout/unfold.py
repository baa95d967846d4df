"""Take apart what a row holds in one cell, and put together what it holds in several."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from dashboard.i18n import _
from dashboard.imports import plan
from dashboard.imports.cells import narrative
from dashboard.imports.cells.figures import bare_share
from dashboard.imports.cells.measures import is_unit
from dashboard.imports.cells.narrative import Milestone
from dashboard.imports.cells.numerals import Unreadable, folded
from dashboard.imports.cells.parsers import text_of
from dashboard.imports.columns.mapping import Mapped
from dashboard.imports.context import SheetKind
from dashboard.imports.rows import Place, Reader, RowRead, Wrong

_OF_SHARES = re.compile("[%％]|进度|序时|比例|率|百分|占比")
_ALL = Decimal(100)
_LONG = (plan.step_field(3), plan.step_field(12))


def split_text(read: RowRead, letters: Mapping[str, str]) -> None:
    """Take apart a text that holds progress, problem and next step."""
    values = read.values
    text, source = values.pop("narrative", None), "narrative"
    progress = values.get("physical_progress")
    if text is None and isinstance(progress, str) and narrative.leads(progress) > 1:
        text, source = values.pop("physical_progress"), "physical_progress"
    if source == "physical_progress" and not isinstance(text, str):
        return
    if source not in letters:
        return
    read.raws.pop(source, None)
    cell = read.origins.pop(source, None) or f"{letters[source]}{read.row + 1}"
    for name, part in narrative.split(text if isinstance(text, str) else "").items():
        if values.get(name) is None:
            values[name] = part
            read.origins[name] = cell


def join_steps(
    read: RowRead, letters: Mapping[str, str], titles: Mapping[str, str], year: int
) -> None:
    """Make milestones of what a plan states by quarters, a column each."""
    found = []
    for name in (step for step in plan.STEPS if step in letters):
        text = read.values.pop(name, None)
        read.raws.pop(name, None)
        if isinstance(text, str):
            due = date(year, plan.STEPS[name], 30 + (name in _LONG))
            found.append(Milestone(text, due, titles[name][:4]))
            read.origins.setdefault("milestones", f"{letters[name]}{read.row + 1}")
    stated = read.values.get("milestones")
    if found:
        read.values["milestones"] = (*(stated if isinstance(stated, tuple) else ()), *found)


def refuse_counted_months(read: RowRead, reader: Reader, columns: Sequence[Mapped]) -> None:
    """Refuse a plan's months that may count pieces: nothing says %, and they do not end at 100."""
    months = [one for one in columns if one.column and one.column.field.startswith(plan.PLANNED)]
    if any(one.unit or _OF_SHARES.search(one.text) for one in months):
        return
    shown = reader.grid.shown_as
    bare = {
        one.index: (one.column.field, value)
        for one in months
        if one.column and one.column.field in reader.places
        and bare_share(value := reader.value(read.row, one.index),
                       shown.get((read.row, one.index), ""))
    }  # fmt: skip
    told = [value for name, _raw in bare.values() if (value := read.values.get(name)) is not None]
    points = all(reader.scales.get(name) == "points" for name, _raw in bare.values())
    if not told or not points or _ALL in told:
        return
    index, (name, raw) = next(iter(bare.items()))
    error = Unreadable(
        _("{number} 可能是 {number}%，也可能是数量：各月的数没有写明是百分比").format(
            number=text_of(raw)
        ),
        _("写明百分号，或在列名里写明（%）；计划数量请另列"),
        "ambiguous",
    )
    read.wrong.append(Wrong(name, read.row, index, text_of(raw), error))


def own_unit(read: RowRead, reader: Reader) -> str:
    """Give the unit of measure that a plan's row states; what it counts is in that."""
    name = "unit" if read.values.get("work_item_name") else "unit_of_measure"
    if reader.context.kind is not SheetKind.PLAN or name not in reader.places:
        return ""
    spot = (read.row, reader.places[name])
    said = folded(text_of(reader.value(*reader.origins.get(spot, spot))))
    return said if is_unit(said) else ""


def add_below(read: RowRead, below: int, reader: Reader, texts: list[Place], unit: str) -> None:
    """Add the texts of a row below over which the name is merged."""
    extra = RowRead(below)
    reader.read(texts, extra, unit)
    read.wrong.extend(extra.wrong)
    for name, value in extra.values.items():
        if isinstance(value, str) and name not in extra.origins:
            above = read.values.get(name)
            read.values[name] = f"{above}\n{value}" if isinstance(above, str) else value
