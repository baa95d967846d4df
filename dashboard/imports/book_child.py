"""Read or mark any workbook in a process of its own, whose death is one sentence here.

The process is `python -m dashboard.imports.book_child`: one line of JSON and the file's bytes in,
lines of JSON (or the marked workbook) out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, time
from threading import BoundedSemaphore
from typing import Any

from dashboard import i18n
from dashboard.child import Ended, limit, running
from dashboard.i18n import _
from dashboard.imports.context import Limits, SheetKind
from dashboard.imports.examination import Examination, Level, Problem
from dashboard.imports.files.grid import Book, Grid, Refused
from dashboard.imports.files.read import read, too_many_bytes

_AT_ONCE = BoundedSemaphore(2)
_MODULE = "dashboard.imports.book_child"
_TYPES: dict[str, Any] = {"day": date, "moment": datetime, "time": time}


def book_in_child(data: bytes, limits: Limits | None = None) -> Book:
    """Read a file into sheets within its limits. Raises Refused, whose text is one sentence."""
    limits = limits or Limits()
    too_many_bytes(len(data), limits)
    head, *grids = [json.loads(line) for line in _run({"work": "read"}, data, limits).splitlines()]
    if head["refusal"]:
        raise Refused(head["refusal"])
    return Book(head["kind"], [_grid(row) for row in grids], head["told"])


def marked_in_child(data: bytes, problems: Iterable[Problem]) -> bytes:
    """Mark the wrong cells of a file. Raises Refused, whose text is one sentence."""
    told = [asdict(problem) for problem in problems]
    marked = _run({"work": "mark", "problems": told}, data, Limits())
    if not marked:
        raise _died()
    return marked


def _run(request: dict[str, Any], data: bytes, limits: Limits) -> bytes:
    request |= {"language": i18n.language(), "limits": asdict(limits)}
    given = json.dumps(request, ensure_ascii=False).encode() + b"\n" + data
    try:
        with running(_MODULE, given, seconds=limits.seconds, at_once=_AT_ONCE) as answer:
            return answer.read()
    except Ended:
        raise _died() from None


def _died() -> Refused:
    return Refused(
        _("读取这个文件时出了问题，已经停止，其他人不受影响；请另存为新的 .xlsx 文件后再上传。")
    )


def _packed(value: Any) -> Any:
    for name in ("moment", "day", "time"):
        if isinstance(value, _TYPES[name]):
            return {name: value.isoformat()}
    return value


def _unpacked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((name, text),) = value.items()
    return _TYPES[name].fromisoformat(text)


def _grid(row: dict[str, Any]) -> Grid:
    rows = [[_unpacked(value) for value in cells] for cells in row["rows"]]
    faults = {(line, column): text for line, column, text in row["faults"]}
    return Grid(row["name"], rows, faults=faults, visible=row["visible"])


def _line(row: object) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _answer_read(data: bytes, limits: Limits) -> bytes:
    try:
        book = read(data, limits)
    except Refused as refused:
        return _line({"refusal": str(refused)})
    lines = [_line({"refusal": "", "kind": book.file_kind, "told": book.told})]
    for grid in book.grids:
        rows = [[_packed(value) for value in cells] for cells in grid.rows]
        faults = [[row, column, text] for (row, column), text in grid.faults.items()]
        lines.append(
            _line({"name": grid.name, "visible": grid.visible, "rows": rows, "faults": faults})
        )
    return b"".join(lines)


def main() -> None:
    """Read a request, do it within its limits, answer."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    request = json.loads(source.readline())
    data = source.read()
    limits = Limits(**request["limits"])
    i18n.use(request["language"])
    marking = request["work"] == "mark"
    limit(
        memory_bytes=limits.memory_bytes,
        cpu_seconds=limits.cpu_seconds,
        written_bytes=limits.unpacked_bytes if marking else 0,
    )
    if not marking:
        target.write(_answer_read(data, limits))
        return
    from dashboard.imports.report import annotate

    problems = tuple(
        Problem(**(row | {"level": Level(row["level"])})) for row in request["problems"]
    )
    target.write(annotate(data, "", Examination(SheetKind.MONTHLY, "", "", problems=problems)))


if __name__ == "__main__":
    main()
