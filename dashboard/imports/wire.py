"""Contexts and examinations as JSON, so that nothing a child process says is ever executed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

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
from dashboard.imports.narrative import Milestone
from dashboard.imports.sink import Sink

_TAG = "\u0001"
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
    if isinstance(value, str):
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


def _unpacked_values(values: Mapping[str, Any]) -> dict[str, Value]:
    return {name: unpacked(value) for name, value in values.items()}


def _target(target: Project | WorkItem) -> dict[str, Any]:
    row = {
        "code": target.code,
        "name": target.name,
        "target_quantity": packed(target.target_quantity),
        "unit_of_measure": target.unit_of_measure,
        "planned_pct": packed(target.planned_pct),
        "last": _values(target.last),
        "current": _values(target.current),
    }
    if isinstance(target, Project):
        row["agency_code"] = target.agency_code
        row["due_on"] = packed(target.due_on)
        row["work_items"] = [_target(item) for item in target.work_items]
    else:
        row["weight_pct"] = packed(target.weight_pct)
    return row


def _read_target(row: dict[str, Any]) -> dict[str, Any]:
    row = dict(row)
    for name in ("target_quantity", "planned_pct", "due_on", "weight_pct"):
        if name in row:
            row[name] = unpacked(row[name])
    row["last"], row["current"] = _unpacked_values(row["last"]), _unpacked_values(row["current"])
    if "work_items" in row:
        row["work_items"] = tuple(WorkItem(**_read_target(item)) for item in row["work_items"])
    return row


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
        tuple(Project(**_read_target(project)) for project in row["projects"]),
        {
            layout: {key: Choice(**choice) for key, choice in chosen.items()}
            for layout, chosen in row["mappings"].items()
        },
        tuple(Synonym(**synonym) for synonym in row["synonyms"]),
        row["include_hidden"],
        Decimal(row["jump_pp"]),
        Limits(**row["limits"]),
        row["language"],
    )


def _agency(row: dict[str, Any]) -> Agency:
    return Agency(row["code"], row["name"], tuple(row["aliases"]))


@dataclass(slots=True)
class Sender(Sink):
    """A sink that sends drafts on as they are made, so that they are not held here.

    What the drafts of a table share, their shape, is sent once.
    """

    send: Callable[[list[Any]], object] = print
    shapes: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def expect(self, rows: int) -> None:
        """Send how many lines are to be read."""
        self.send(["rows", rows])

    def keep(self, draft: Draft) -> None:
        """Send a draft as its shape's number and its values in the shape's order."""
        shape = (draft.sheet, id(draft.letters), *draft.values)
        number = self.shapes.get(shape)
        if number is None:
            number = self.shapes[shape] = len(self.shapes)
            self.send(["shape", draft.sheet, draft.letters, list(draft.values)])
        values = [packed(value) for value in draft.values.values()]
        more = (draft.raws, draft.origins, draft.marks, draft.status, _values(draft.old))
        names = (draft.project_code, draft.work_item_code)
        self.send(["draft", number, draft.row, *names, values, *more, draft.is_first])

    def finish(self, examination: Examination) -> None:
        """Send everything but the drafts."""
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
        if word == "draft":
            self._drafts.append(self._draft(*rest))
        elif word == "shape":
            self._shapes.append((rest[0], rest[1], rest[2]))
        elif word == "rows":
            self._rows += rest[0]
        else:
            self.examination = self._end(rest[0])

    def _draft(self, at: int, number: int, project: str, item: str, *rest: Any) -> Draft:
        packed_values, raws, origins, marks, status, old, first = rest
        sheet, letters, names = self._shapes[at]
        values = dict(zip(names, map(unpacked, packed_values), strict=True))
        replaced = _unpacked_values(old) if old else {}
        where = (sheet, number, project, item, values, letters, raws, origins, marks)
        return Draft(*where, _STATUS[status], replaced, first)

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
