"""Contexts and examinations as JSON, so that nothing a child process says is ever executed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from dashboard.imports.cells.narrative import Milestone
from dashboard.imports.columns.column import Column, Kind
from dashboard.imports.context import (
    Agency,
    Choice,
    Context,
    Limits,
    Project,
    SheetKind,
    Synonym,
    Value,
    WorkItem,
)
from dashboard.imports.examination import (
    ColumnMatch,
    Draft,
    Examination,
    Level,
    Problem,
    Status,
    Table,
    Told,
)
from dashboard.imports.sink import Sink

_TAG = "\u0001"
_AT_ONCE = 100
_NUMBERS = frozenset({type(None), Decimal})
_PLAIN = frozenset({type(None), str, bool})
_STATUS = {status.value: status for status in Status}


def packed(value: Value) -> Any:
    """Write a value so that `unpacked` gives it back; texts, flags and nothing stay as they are."""
    kind = type(value)
    if kind is str or value is None:
        return value
    if kind is Decimal:
        return f"{_TAG}n{value}"
    if isinstance(value, date):
        return f"{_TAG}d{value.isoformat()}"
    if isinstance(value, tuple):
        return [_packed_part(part) for part in value]
    return value


def _packed_part(part: object) -> Any:
    if isinstance(part, Milestone):
        return {
            "name": part.name,
            "on": part.due_on and part.due_on.isoformat(),
            "text": part.due_text,
        }
    return part


def unpacked(value: Any) -> Value:
    """Read what `packed` wrote."""
    if value is None:
        return None
    if type(value) is str:
        if value[:1] != _TAG:
            return value
        return Decimal(value[2:]) if value[1] == "n" else date.fromisoformat(value[2:])
    if isinstance(value, list):
        return tuple(_unpacked_part(part) for part in value)
    return value if isinstance(value, bool) else None


def _unpacked_part(part: Any) -> object:
    if isinstance(part, dict):
        on = date.fromisoformat(part["on"]) if part["on"] else None
        return Milestone(part["name"], on, part["text"])
    return part


def _values(values: Mapping[str, Value]) -> dict[str, Any]:
    return {name: packed(value) for name, value in values.items()}


def _numbers(values: Mapping[str, str]) -> dict[str, Value]:
    return {name: Decimal(value) for name, value in values.items()}


def _unpacked_values(values: Mapping[str, Any] | None) -> dict[str, Value]:
    return {name: unpacked(value) for name, value in values.items()} if values else {}


def _target(target: Project | WorkItem) -> list[Any]:
    """Write what a row is about; a work item ends with its weight, a project with three more.

    Of the last report only the numbers are ever looked at.
    """
    row = [
        target.code,
        target.name,
        packed(target.target_quantity),
        target.unit_of_measure,
        packed(target.planned_pct),
        {name: str(value) for name, value in target.last.items() if type(value) is Decimal},
        _values(target.current) if target.current else None,
    ]
    if isinstance(target, Project):
        items = [_target(item) for item in target.work_items]
        return [*row, target.agency_code, packed(target.due_on), items]
    return [*row, packed(target.weight_pct)]


def _read_item(row: Sequence[Any]) -> WorkItem:
    code, name, target, unit, planned, last, current, weight = row
    return WorkItem(
        code,
        name,
        _number(target),
        unit,
        _number(planned),
        last=_numbers(last),
        current=_unpacked_values(current),
        weight_pct=_number(weight),
    )


def _read_project(row: Sequence[Any]) -> Project:
    code, name, target, unit, planned, last, current, agency, due_on, items = row
    day = unpacked(due_on)
    return Project(
        code,
        name,
        agency,
        _number(target),
        unit,
        _number(planned),
        day if isinstance(day, date) else None,
        tuple(map(_read_item, items)) if items else (),
        _numbers(last),
        _unpacked_values(current),
    )


def _number(value: Any) -> Decimal | None:
    """Read what `packed` wrote of a number."""
    return Decimal(value[2:]) if value is not None else None


def context_to_json(context: Context) -> str:
    """Write a context."""
    row = {
        "kind": context.kind,
        "month": context.month.isoformat(),
        "agency": context.agency and asdict(context.agency),
        "agencies": [asdict(agency) for agency in context.agencies],
        "projects": [_target(project) for project in context.projects],
        "mappings": {
            layout: {key: asdict(choice) for key, choice in chosen.items()}
            for layout, chosen in context.mappings.items()
        },
        "synonyms": [asdict(synonym) for synonym in context.synonyms],
        "include_hidden": context.include_hidden,
        "jump_pp": str(context.jump_pp),
        "limits": asdict(context.limits),
        "language": context.language,
        "own": [asdict(column) for column in context.own],
    }
    return json.dumps(row, ensure_ascii=False)


def context_from_json(text: str) -> Context:
    """Read what `context_to_json` wrote."""
    row = json.loads(text)
    return Context(
        SheetKind(row["kind"]),
        date.fromisoformat(row["month"]),
        _agency(row["agency"]) if row["agency"] else None,
        tuple(_agency(agency) for agency in row["agencies"]),
        tuple(map(_read_project, row["projects"])),
        {
            layout: {key: Choice(**choice) for key, choice in chosen.items()}
            for layout, chosen in row["mappings"].items()
        },
        tuple(Synonym(**synonym) for synonym in row["synonyms"]),
        row["include_hidden"],
        Decimal(row["jump_pp"]),
        Limits(**row["limits"]),
        row["language"],
        tuple(map(_column, row["own"])),
    )


def _column(row: dict[str, Any]) -> Column:
    lists = {name: tuple(row[name]) for name in ("choices", "aliases")}
    return Column(**(row | lists | {"kind": Kind(row["kind"])}))


def _agency(row: dict[str, Any]) -> Agency:
    return Agency(row["code"], row["name"], tuple(row["aliases"]))


def _together(values: Sequence[Value]) -> tuple[str, list[Any]]:
    """Write the values of a column: most hold one kind only, which is then said once."""
    kinds = set(map(type, values))
    if kinds <= _NUMBERS:
        return "n", [None if value is None else str(value) for value in values]
    return ("", list(values)) if kinds <= _PLAIN else ("*", list(map(packed, values)))


def _apart(kind: str, values: list[Any]) -> list[Value]:
    """Read what `_together` wrote."""
    if kind == "n":
        return [None if value is None else Decimal(value) for value in values]
    if kind:
        return list(map(unpacked, values))
    if not set(map(type, values)) <= _PLAIN:
        raise ValueError(kind)
    return values


@dataclass(slots=True)
class Sender(Sink):
    """A sink that sends drafts on as they are made, so that they are not held here.

    What the drafts of a table share, their shape, is sent once, and many drafts of one shape go
    together, column by column.
    """

    send: Callable[[list[Any]], object] = print
    shapes: dict[tuple[Any, ...], int] = field(default_factory=dict)
    shape: int = 0
    waiting: list[Draft] = field(default_factory=list)

    def expect(self, rows: int) -> None:
        """Send how many lines are to be read."""
        self.send(["rows", rows])

    def keep(self, draft: Draft) -> None:
        """Send a draft, with the next ones of its shape."""
        shape = (draft.sheet, id(draft.letters), *draft.values)
        number = self.shapes.get(shape)
        if number is None:
            number = self.shapes[shape] = len(self.shapes)
            self.send(["shape", draft.sheet, draft.letters, list(draft.values)])
        if number != self.shape or len(self.waiting) == _AT_ONCE:
            self.flush()
            self.shape = number
        self.waiting.append(draft)

    def flush(self) -> None:
        """Send the drafts that wait."""
        drafts, self.waiting = self.waiting, []
        if not drafts:
            return
        own = [
            (d.row, d.project_code, d.work_item_code, d.status, d.is_first, d.raws) for d in drafts
        ]
        more = {
            at: [draft.origins, draft.marks, _values(draft.old)]
            for at, draft in enumerate(drafts)
            if draft.origins or draft.marks or draft.old
        }
        columns = zip(*[draft.values.values() for draft in drafts], strict=True)
        self.send(["drafts", self.shape, own, list(map(_together, columns)), more])

    def finish(self, examination: Examination) -> None:
        """Send what waits and everything but the drafts."""
        self.flush()
        row = {
            "kind": examination.kind,
            "file_kind": examination.file_kind,
            "sha256": examination.sha256,
            "tables": [asdict(table) for table in examination.tables],
            "problems": [asdict(problem) for problem in examination.problems],
            "told": [asdict(told) for told in examination.told],
            "refusal": examination.refusal,
        }
        self.send(["end", row])


class Receiver:
    """Puts together what a `Sender` sent, line by line; `share` says how much has come."""

    def __init__(self) -> None:
        self._shapes: list[tuple[str, dict[str, str], list[str]]] = []
        self._drafts: list[Draft] = []
        self._rows = 0
        self.examination: Examination | None = None

    @property
    def share(self) -> float:
        """Give the part of the lines that were read, 0 to 1."""
        return min(len(self._drafts) / self._rows, 1.0) if self._rows else 0.0

    def take(self, line: bytes) -> None:
        """Take a line. Raises ValueError for one that no sender wrote."""
        word, *rest = json.loads(line)
        if word == "drafts":
            self._drafts.extend(self._read(*rest))
        elif word == "shape":
            self._shapes.append((rest[0], rest[1], rest[2]))
        elif word == "rows":
            self._rows += rest[0]
        else:
            self.examination = self._end(rest[0])

    def _read(
        self, shape: int, own: list[Any], columns: list[Any], more: dict[str, Any]
    ) -> Iterator[Draft]:
        sheet, letters, names = self._shapes[shape]
        given = zip(*(_apart(*column) for column in columns), strict=True)
        for at, (row, values) in enumerate(zip(own, given, strict=True)):
            number, project, item, status, first, raws = row
            origins, marks, old = (more and more.get(str(at))) or ({}, {}, {})
            yield Draft(
                sheet, number, project, item, dict(zip(names, values, strict=True)), letters,
                raws, origins, marks, _STATUS[status], _unpacked_values(old), first,
            )  # fmt: skip

    def _end(self, row: dict[str, Any]) -> Examination:
        return Examination(
            SheetKind(row["kind"]),
            row["file_kind"],
            row["sha256"],
            tuple(_table(table) for table in row["tables"]),
            tuple(self._drafts),
            tuple(_problem(problem) for problem in row["problems"]),
            tuple(Told(**told) for told in row["told"]),
            row["refusal"],
        )


def _table(row: dict[str, Any]) -> Table:
    columns = [
        ColumnMatch(**(column | {"examples": tuple(column["examples"])}))
        for column in row["columns"]
    ]
    return Table(**(row | {"columns": tuple(columns)}))


def _problem(row: dict[str, Any]) -> Problem:
    return Problem(**(row | {"level": Level(row["level"])}))
