"""A sheet's rows held against a declared table: new, changed, unchanged, refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlmodel import Session

from dashboard.admin.spec import AdminPage, View, action_for, changes
from dashboard.db import records
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.imports.examination import Level, Problem, Status
from dashboard.imports.records import KEY, VERSION, Record, Records, cell_of, cell_text, same
from dashboard.permissions import Actor
from dashboard.queries.own_field import own_fields
from dashboard.queries.row import fields, rows
from dashboard.queries.row_choice import choices
from dashboard.queries.row_source import LABEL
from dashboard.rules.entry import Field, Kind, entered

MOST = 120_000
Found = Mapping[str, Any]


@dataclass(frozen=True)
class RowChange:
    """What saving one row of the sheet would do.

    `old` is what stands there as a cell shows it, `was` as it is stored; `name` is what people know
    the row by.
    """

    number: int
    name: str
    status: Status
    key: int | None
    version: int | None
    values: Mapping[str, Any]
    old: Mapping[str, Any]
    was: Mapping[str, Any]


@dataclass(frozen=True)
class TableReading:
    """What a sheet would do to a table."""

    changes: tuple[RowChange, ...] = ()
    problems: tuple[Problem, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def moved(self) -> tuple[RowChange, ...]:
        """The rows that would be written."""
        return tuple(c for c in self.changes if c.status in (Status.NEW, Status.CHANGED))

    @property
    def passes(self) -> bool:
        """Whether there is something to write and nothing wrong."""
        return not self.problems and bool(self.moved)


def compare(session: Session, actor: Actor, page: AdminPage, found: Records) -> TableReading:
    """Hold the rows of a sheet against the table: new, changed, unchanged, refused."""
    if any(p.rule == "too_many_rows" for p in found.problems):
        return TableReading(problems=tuple(found.problems), told=tuple(found.told))
    comparison = _Comparison(session, actor, page)
    moved = tuple(comparison.change(row) for row in found.rows)
    return TableReading(moved, (*found.problems, *comparison.problems), tuple(found.told))


class _Comparison:
    """One sheet's rows against one table, for one actor."""

    def __init__(self, session: Session, actor: Actor, page: AdminPage) -> None:
        self.session, self.actor, self.page = session, actor, page
        self.fields = fields(session, actor, page)
        self.problems: list[Problem] = []
        action = action_for(page, page.edited or page.once or list(own_fields(session, page)))
        view = View(columns=tuple(self.fields))
        action = action if action and actor.may(action) else None
        known = records(rows(session, actor, page, view, action=action, most=MOST))
        self.by_key = {int(row["id"]): row for row in known}
        self.targets: dict[str, dict[str, list[Any]]] = {}
        self.by_name = {self._name(partial(self._stored, row)): row for row in known}
        self.seen: set[int] = set()

    def _shown(self, row: Found, name: str) -> Any:
        return cell_of(self.fields[name], row.get(name), row.get(f"{name}{LABEL}"))

    def _stored(self, row: Found, name: str) -> Any:
        is_key = self.fields[name].kind is Kind.ROW
        return row.get(name) if is_key else self._shown(row, name)

    def _meant(self, row: Record, name: str) -> Any:
        """Give the key that a cell names, or what stands in it where it names none for certain."""
        try:
            return self._key(name, row.value(name))
        except Invalid:
            return row.value(name)

    def _name(self, cell: Callable[[str], Any]) -> tuple[str, ...]:
        names = [name for name in self.page.key if name in self.fields]
        return tuple(cell_text(cell(name)).strip() for name in names)

    def _wrong(self, row: Record, name: str, message: str, remedy: str) -> None:
        cell = row.cells[name][0] if name in row.cells else f"A{row.number}"
        raw = cell_text(row.value(name))
        found = Problem(Level.ERROR, "unreadable", message, remedy, row.sheet, cell, name, raw)
        self.problems.append(found)

    def change(self, row: Record) -> RowChange:
        """Say what saving a row would do; what is wrong in it is noted."""
        before = len(self.problems)
        known = self._known(row)
        new = known is None
        values = dict(self._values(row, known)) if len(self.problems) == before else {}
        old = {} if known is None else {name: self._shown(known, name) for name in values}
        was = {} if known is None else {name: known[name] for name in values}
        self._require_version(row, known, values)
        status = Status.NEW if new else Status.CHANGED if values else Status.UNCHANGED
        if len(self.problems) > before:
            status = Status.REFUSED
        key = None if known is None else int(known["id"])
        version = None if known is None else known.get("version")
        name = self._called(row, known)
        return RowChange(row.number, name, status, key, version, values, old, was)

    def _called(self, row: Record, known: Found | None) -> str:
        names = dict.fromkeys((*self.page.key, self.page.label))
        cells = (
            row.value(name) if known is None else self._shown(known, name)
            for name in names
            if name in self.fields
        )
        return "　".join(filter(None, (cell_text(cell).strip() for cell in cells)))

    def _known(self, row: Record) -> Found | None:
        """Find the row a line is about: by its key, else by the columns people name it by."""
        key = row.value(KEY)
        found: Found | None
        if key not in (None, ""):
            number = int(key) if isinstance(key, int | float) and key == int(key) else None
            if number is None and str(key).isdecimal():
                number = int(str(key))
            found = self.by_key.get(number or 0)
            if found is None:
                words = _("没有编号为 {key} 的记录，或您无权修改").format(key=cell_text(key))
                adds = self.page.adds and self.page.action
                remedy = _("新记录请把编号留空") if adds else _("保留导出时的编号")
                self._wrong(row, KEY, words, remedy)
        else:
            named = all(name in row.cells for name in self.page.key) and self.page.key
            found = self.by_name.get(self._name(partial(self._meant, row))) if named else None
            if found is None and not (self.page.adds and self.page.action):
                self._wrong(row, KEY, _("这张表不能新增记录"), _("保留导出时的编号"))
        if found is not None and int(found["id"]) in self.seen:
            self._wrong(row, KEY, _("同一条记录在表中出现了两次"), _("只留一行"))
        if found is not None:
            self.seen.add(int(found["id"]))
        return found

    def _values(self, row: Record, known: Found | None) -> Iterator[tuple[str, Any]]:
        for name, (_cell, raw) in row.cells.items():
            if name in (KEY, VERSION):
                continue
            shown = None if known is None else self._shown(known, name)
            if same(raw, shown) or (known and self._names(row, name, known)):
                continue
            if not changes(self.actor, self.page, name, new=known is None):
                self._wrong(row, name, _("此列不能修改"), self._was(shown))
                continue
            try:
                yield name, entered(self.fields[name], self._key(name, raw))
            except Invalid as error:
                self._wrong(row, name, str(error)[:-1], _("按要求改正"))
        if known is None:
            self._require_all(row)

    def _names(self, row: Record, name: str, known: Found) -> bool:
        """Say whether a cell names, by its code, the row that the key points to already."""
        is_key = self.fields[name].kind is Kind.ROW
        return is_key and row.value(name) != "" and self._meant(row, name) == known.get(name)

    def _was(self, shown: Any) -> str:
        text = cell_text(shown)
        return _("恢复为“{text}”").format(text=text) if text else _("留空")

    def _require_all(self, row: Record) -> None:
        for name in (*self.page.once, *self.page.edited):
            needed = self.page.model.model_fields[name].is_required()
            if needed and row.value(name) in (None, "") and name in self.fields:
                title = self.fields[name].label
                self._wrong(row, name, _("缺少{title}").format(title=title), _("填写此列"))

    def _key(self, name: str, raw: Any) -> Any:
        """Give the key of the row that a cell names; other cells as they are."""
        field = self.fields[name]
        if field.kind is not Kind.ROW or raw in (None, ""):
            return raw
        if name not in self.targets:
            self.targets[name] = self._targets(field)
        found = self.targets[name].get(cell_text(raw).strip(), [])
        if len(found) > 1:
            words = _("有 {n} 条记录都叫“{text}”").format(n=len(found), text=raw)
            raise Invalid(_("{words}，请改填代码。").format(words=words))
        if not found:
            raise Invalid(_("名单中没有“{text}”。").format(text=raw))
        return found[0]

    def _targets(self, field: Field) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        own = Field(field.name, field.title, Kind.TEXT)
        offered = choices(self.session, self.actor, self.page, field.name, most=MOST)
        for row in records(offered):
            for text in {cell_text(cell_of(own, row["label"])), str(row["hint"])}:
                found.setdefault(text, []).append(row["key"])
        return found

    def _require_version(self, row: Record, known: Found | None, values: Mapping[str, Any]) -> None:
        stated = row.value(VERSION)
        if known is None or not values or stated in (None, "") or "version" not in known:
            return
        if str(stated).removesuffix(".0") != str(known["version"]):
            words = _("导出之后，这条记录已被他人修改")
            self._wrong(row, VERSION, words, _("重新导出后再改"))
