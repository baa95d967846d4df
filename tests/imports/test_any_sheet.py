"""Any grid at all: nothing is raised, and every problem names a cell that can be."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.imports.columns.headings import own_synonyms
from dashboard.imports.context import Context, SheetKind
from dashboard.imports.files.grid import Book, Grid, position
from dashboard.imports.sheet import examined
from dashboard.imports.sink import Sink
from tests.imports.conftest import EDUCATION, ESTATES, HOUSING, PIPES

HEADINGS = [synonym.heading for synonym in own_synonyms()]
PIECES = ["供热管网改造", "老旧小区改造", "SF2026-01", "屋面防水", "合计", "小计", "同上"]
PIECES += ["注：", "一、", "1-8月", "8月", "(万元)", "单位：万元", "约20", "65%", "0.65", "/"]
PIECES += ["10月底前", "2026年7月情况"]
CELL = st.one_of(
    st.just(""),
    st.sampled_from(HEADINGS),
    st.sampled_from(PIECES),
    st.text(max_size=12),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.times(),
)
SPOT = st.tuples(st.integers(0, 9), st.integers(0, 7))


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    rows: list[list[Any]] = draw(
        st.lists(st.lists(CELL, min_size=0, max_size=8), min_size=0, max_size=10)
    )
    rows[:0] = [draw(st.lists(st.sampled_from(HEADINGS), min_size=2, max_size=8))]
    merges = [
        (min(a, c), min(b, d), max(a, c), max(b, d))
        for (a, b), (c, d) in draw(st.lists(st.tuples(SPOT, SPOT), max_size=3))
    ]
    shown = draw(
        st.dictionaries(SPOT, st.sampled_from(["%", "=公里", "scaled", "000"]), max_size=4)
    )
    faults = draw(st.dictionaries(SPOT, st.sampled_from(["#REF!", "?"]), max_size=2))
    hidden = draw(st.sets(st.integers(0, 9), max_size=2))
    return Grid(
        "表", rows, shown, faults, merges, hidden, draw(st.sets(st.integers(0, 7), max_size=1))
    )


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(grids(), st.sampled_from(SheetKind), st.booleans())
def test_any_grid_is_examined_without_an_exception(
    grid: Grid, kind: SheetKind, hidden: bool
) -> None:
    agencies, projects = (HOUSING, EDUCATION), (PIPES, ESTATES)
    context = Context(kind, date(2026, 8, 1), HOUSING, agencies, projects, include_hidden=hidden)

    found = examined(Book("xlsx", [grid]), "", context, {("表", "C3"): "65%"}, Sink(500))

    for problem in found.problems:
        assert problem.message
        assert not problem.cell or position(problem.cell) >= (0, 0)
    for draft in found.drafts:
        assert draft.cells.keys() == draft.values.keys()
        assert len(draft.changes) <= len(draft.values)
