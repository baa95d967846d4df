"""Take apart what a row holds in one cell, and put together what it holds in several."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dashboard.imports import narrative, plan
from dashboard.imports.narrative import Milestone
from dashboard.imports.rows import Place, Reader, RowRead

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


def add_below(read: RowRead, below: int, reader: Reader, texts: list[Place], unit: str) -> None:
    """Add the texts of a row below over which the name is merged."""
    extra = RowRead(below)
    reader.read(texts, extra, unit)
    read.wrong.extend(extra.wrong)
    for name, value in extra.values.items():
        if isinstance(value, str) and name not in extra.origins:
            above = read.values.get(name)
            read.values[name] = f"{above}\n{value}" if isinstance(above, str) else value
