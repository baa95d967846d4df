"""Time writing a template and an export beside XlsxWriter writing the same cells.

`python -m benchmarks.export [--rows 10000] [--times 3]` makes a unit's template of so many
projects, with its drop-downs, and an export of so many rows; what each wrote cell by cell is noted
once and then written again by XlsxWriter alone. It prints seconds of the processor, each the least
of some runs, and their ratio.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from unittest.mock import patch

import typer
import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from benchmarks.import_speed import context
from dashboard.documents.export import export_xlsx
from dashboard.documents.template import template
from dashboard.imports.context import Value

_WRITTEN = ("_write_string", "_write_number", "_write_datetime", "_write_blank")
_Call = tuple[str, str, tuple[Any, ...]]


def _noted(work: Callable[[], bytes]) -> list[_Call]:
    """Give what a piece of work wrote: the sheet, the call and its arguments."""
    calls: list[_Call] = []

    def noting(name: str) -> Callable[..., Any]:
        real = getattr(Worksheet, name)

        def call(sheet: Any, *given: Any) -> Any:
            calls.append((sheet.get_name(), name.removeprefix("_"), given))
            return real(sheet, *given)

        return call

    with ExitStack() as patches:
        for name in (*_WRITTEN, "data_validation"):
            patches.enter_context(patch.object(Worksheet, name, noting(name)))
        work()
    return calls


def _floor(calls: list[_Call]) -> bytes:
    """Write the same cells and drop-downs with one format."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    form = book.add_format({"border": 1})
    sheets: dict[str, Any] = {}
    for title, name, given in calls:
        if title not in sheets:
            sheets[title] = book.add_worksheet(title)
        plain = given if name == "data_validation" else (*given[:-1], given[-1] and form)
        getattr(sheets[title], name)(*plain)
    book.close()
    return buffer.getvalue()


def _least(work: Callable[[], object], times: int) -> float:
    taken = []
    for _time in range(times):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


def main(rows: int = 10_000, times: int = 3) -> None:
    """Print a line for the template and one for the export."""
    print("what        rows  cells   here s  XlsxWriter s  ratio")
    against = context(rows)
    filled: dict[str, Value] = {
        "completed_pct": Decimal("41.5"),
        "problem": "征地拆迁",
        "forecast_on": date(2026, 9, 1),
    }
    projects = tuple(replace(project, current=filled) for project in against.projects)
    columns = [f"列{n}" for n in range(15)]
    lines = [[f"P{n}", *filled.values(), True, *range(10)] for n in range(rows)]
    for name, work in (
        ("template", partial(template, replace(against, projects=projects))),
        ("export", partial(export_xlsx, "月报", columns, lines)),
    ):
        calls = _noted(work)
        here, least = _least(work, times), _least(partial(_floor, calls), times)
        told = f"{name:10} {rows:6d} {len(calls):6d} {here:8.2f} {least:13.2f}"
        print(f"{told} {here / least:6.2f}", flush=True)


if __name__ == "__main__":
    typer.run(main)
