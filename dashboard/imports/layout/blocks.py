"""Tables that stand side by side under one header row, taken apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

from dashboard.imports.columns.headings import Headings, squeezed
from dashboard.imports.files.grid import Grid
from dashboard.imports.layout.tables import Cover, Found

_NAMES = ("project_name", "project_code")


def apart(grid: Grid, cover: Cover, found: Found, headings: Headings) -> list[tuple[Grid, Found]]:
    """Give the tables a header row stands over, each with a sheet that shows it alone.

    There are several where the column of names, or of codes, comes again under the same words.
    """
    starts = _starts(found, cover, headings)
    if len(starts) < 2:
        return [(grid, found)]
    ends = [*starts[1:], max(found.paths) + 1]
    return [
        (_cut(grid, found, start, end), _part(found, start, end))
        for start, end in zip(starts, ends, strict=True)
    ]


def _starts(found: Found, cover: Cover, headings: Headings) -> list[int]:
    """Give the first column of every table."""
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, path in found.paths.items():
        field = headings.of_path(path)
        merged = cover.origins.get((found.bottom, index), (found.bottom, index))[1] != index
        if field in _NAMES and not merged:
            places[field, squeezed("/".join(path))].append(index)
    named = next(
        (
            indexes
            for wanted in _NAMES
            for (field, _text), indexes in places.items()
            if field == wanted and len(indexes) > 1
        ),
        [],
    )
    if not named:
        return []
    first = min(found.paths)
    lead = named[0] - first
    step = min(after - before for before, after in pairwise(named))
    return [index - lead for index in named] if step > lead else []


def _part(found: Found, start: int, end: int) -> Found:
    paths = {index: path for index, path in found.paths.items() if start <= index < end}
    return replace(found, paths=paths)


def _cut(grid: Grid, found: Found, start: int, end: int) -> Grid:
    """Blank everything beside a table, so that each cell keeps its name."""
    rows = [
        [value if start <= index < end else "" for index, value in enumerate(cells)]
        if found.top <= number < found.last
        else cells
        for number, cells in enumerate(grid.rows)
    ]
    return replace(grid, rows=rows)
