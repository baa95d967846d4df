"""The three sheets a newcomer uploads: two go in as they are, one has exactly three mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import Session

from dashboard.imports.examination import Examination
from dashboard.imports.sheet import examine
from seed import sheets


@pytest.fixture(scope="module")
def examined(
    demonstration: Session, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Examination]:
    paths: list[Path] = sheets.write_sheets(demonstration, tmp_path_factory.mktemp("sheets"))
    contexts = {path: sheets.context_of(demonstration, sheets.UNITS[path.name]) for path in paths}
    return {path.name: examine(path.read_bytes(), path.name, contexts[path]) for path in paths}


@pytest.mark.feature("G4")
def test_the_filled_template_goes_in_as_it_is(examined: dict[str, Examination]) -> None:
    found = examined[sheets.TEMPLATE]

    assert found.problems == ()
    assert {draft.project_code for draft in found.drafts} == {
        "SF2026-01",
        "SF2026-02",
        "SF2026-03",
    }


def test_the_units_own_layout_goes_in_as_it_is(examined: dict[str, Examination]) -> None:
    found = examined[sheets.OWN_LAYOUT]
    fields = {column.field for table in found.tables for column in table.columns if column.field}

    assert found.problems == ()
    assert [draft.project_code for draft in found.drafts] == ["SF2026-04", "SF2026-05", "SF2026-06"]
    assert fields >= {"physical_progress", "cumulative_quantity", "completed_pct", "on_schedule"}


@pytest.mark.feature("G6")
def test_the_third_sheet_has_exactly_three_mistakes(examined: dict[str, Examination]) -> None:
    found = examined[sheets.MISTAKEN]

    assert [(problem.cell, problem.rule) for problem in found.problems] == [
        ("D4", "unreadable"),
        ("J5", "lagging_without_measure"),
        ("B6", "unknown_project"),
    ]
    assert all(problem.remedy for problem in found.problems)
