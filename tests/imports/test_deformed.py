"""Workbooks as people make them, scored cell by cell against what they truly say."""

from __future__ import annotations

from collections import Counter

import pytest

from dashboard.imports.examination import Examination
from dashboard.imports.sheet import examine
from tests.imports.deformed import UNREADABLE, Deformed, deformed

SEEDS = range(120)
CONTENT = ("lagging_", "missing_required", "forecast_passed")
"""Rules about what is reported, not about how a cell is read."""


def outcomes(made: Deformed, found: Examination) -> Counter[str]:
    """Count the cells read right, refused by name, refused wrongly, missed and silently wrong."""
    drafts = {draft.project_code: draft for draft in found.drafts}
    refused = {p.cell for p in found.errors if not p.rule.startswith(CONTENT)}
    counted: Counter[str] = Counter()
    for (code, name), truth in made.truth.items():
        draft = drafts.get(code)
        if draft is None or name not in draft.values:
            counted["missed"] += 1
            continue
        is_refused = draft.cell(name).cell in refused
        if truth is UNREADABLE:
            counted["refused" if is_refused else "silently wrong"] += 1
        elif is_refused:
            counted["refused wrongly"] += 1
        else:
            counted["right" if draft.values[name] == truth else "silently wrong"] += 1
    return counted


@pytest.mark.feature("X8")
def test_deformed_workbooks_are_read_right_or_refused_by_name() -> None:
    counted: Counter[str] = Counter()
    for seed in SEEDS:
        made = deformed(seed)
        counted += outcomes(made, examine(made.data, made.name, made.context))

    readable = counted["right"] + counted["refused wrongly"] + counted["missed"]
    assert counted["silently wrong"] == 0
    assert counted["right"] >= 0.99 * readable
    assert counted["refused wrongly"] <= 0.005 * readable
    assert counted["refused"] > 100


def test_a_seed_always_makes_the_same_workbook() -> None:
    assert deformed(7).truth == deformed(7).truth
