"""What a declaration of the generated admin says: names and plain values, and their problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import Any

from sqlmodel import SQLModel

from dashboard.admin.field import columns_of, fields_of, target_of
from dashboard.permissions import EVERYONE, Action, Actor, Grant
from dashboard.rules.entry import NUMBERS, Field, Kind
from models.account import Role

OWN = re.compile(r"own[1-9]\d{0,8}")
"""What the fields are called that an office added by itself: `own` and their key."""
OWN_FIGURES = "own"
"""What stands for the figures among them where a declaration names measures."""
SECRET = frozenset({"password_hash", "token_hash", "folded_name", "uid", "follow_hash", "secret"})
"""Columns no declaration may show."""
NOTHING = "-"
"""What stands in a link for an empty value."""
LOG = frozenset({"created_at", "changed_at", "version"})


@dataclass(frozen=True)
class AdminPage:
    """One table in the generated admin. Adding a table to the schema needs this and nothing else.

    `scope` is the way, over keys, to the project, unit or region whose scope opens a row: `id`,
    `project_id`, `report_id.project_id`; `*` opens every row to whoever may `read`. What is not
    `listed`, `edited`, `once` or `read_only` is shown to nobody. Names with a dot reach over keys:
    `project.name`. A name that begins with `-` orders downwards.

    `edited` may change, `once` is set with a new row and then stays. Without an `action` the table
    is read here only: `because` says why, `page` names the page where its rows change; with an
    `own_action` the fields an office added by itself are filled in all the same. `key` are
    the columns that name a row to people, by which a sheet finds it. `hidden` and `locked` keep a
    field from roles, or from changing by their hand. `days` is the day by which a list is drilled
    down; `children` are `table.key` of rows edited inside their parent; `row_actions` are commands
    by title and name; `options` are the values a text may have, each with its word; a row whose
    column holds one of the `final` values is changed no more. `told` names the query whose sentence
    stands above the button that saves, `wrong` the one that says what is wrong with a row before it
    is saved, a sentence a field.

    `grouped` are names over keys by which a chart groups rows, beside the columns and the filters;
    `measures` are the figures it works out. `alike` names what must be the same for figures that
    are added or averaged (the unit of measure); `once_each` names of what a figure may be added
    only once (a running total: of one project); `own` stands there for the office's own fields.
    """

    model: type[SQLModel]
    title: str
    group: str
    read: Action
    listed: tuple[str, ...]
    scope: str
    action: Action | None = None
    own_action: Action | None = None
    label: str = "name"
    searched: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    days: str = ""
    ordering: tuple[str, ...] = ("id",)
    edited: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    children: tuple[str, ...] = ()
    row_actions: tuple[tuple[str, str], ...] = ()
    key: tuple[str, ...] = ()
    adds: bool = True
    deletes: bool = True
    hidden: tuple[tuple[str, tuple[Role, ...]], ...] = ()
    locked: tuple[tuple[str, tuple[Role, ...]], ...] = ()
    options: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    final: tuple[tuple[str, tuple[str, ...]], ...] = ()
    told: str = ""
    wrong: str = ""
    grouped: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    alike: tuple[tuple[str, str], ...] = ()
    once_each: tuple[tuple[str, tuple[str, ...]], ...] = ()
    because: str = ""
    page: str = ""
    page_size: int = 50

    @property
    def table(self) -> str:
        """The table's name, which stands in links."""
        return str(self.model.__tablename__)

    @property
    def shown(self) -> tuple[str, ...]:
        """Every column somebody may see, in the order of the form."""
        names = (*self.once, *self.edited, *self.listed, *self.read_only)
        own = dict.fromkeys(name for name in names if "." not in name)
        in_groups = [name for _title, group in self.groups for name in group]
        return tuple(dict.fromkeys([*in_groups, *own]))


@dataclass(frozen=True)
class View:
    """What of a table is asked for: it stands in the link, and can be saved under a name.

    `keys` are the rows the search finds, where they are known; they stand in no link.
    """

    search: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    days: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    number: int = 1
    keys: tuple[int, ...] | None = None


def named_query(name: str) -> Callable[..., Any]:
    """Give the query a declaration names: its file and its name, `own_field.field_cost`."""
    module, _dot, function = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"dashboard.queries.{module}"), function)
    return found


def _named(parts: Iterable[tuple[str, tuple[Role, ...]]], name: str) -> frozenset[Role]:
    return frozenset(role for field, roles in parts for role in roles if field == name)


def showing(actor: Actor, page: AdminPage, name: str) -> tuple[Grant, ...]:
    """Give the reading grants whose roles are not kept from the field."""
    kept = _named(page.hidden, name)
    return tuple(grant for grant in actor.granting(page.read) if grant.role not in kept)


def shows(actor: Actor, page: AdminPage, name: str) -> bool:
    """Say whether the actor may see the field in some row: see `queries/row_field.py` for which."""
    return bool(showing(actor, page, name))


def action_for(page: AdminPage, names: Iterable[str]) -> Action | None:
    """Give the right that changing these fields takes, None where they are read only."""
    asked = list(names)
    if asked and page.own_action is not None and all(map(OWN.fullmatch, asked)):
        return page.own_action
    return page.action


def changes(actor: Actor, page: AdminPage, name: str, *, new: bool = False) -> bool:
    """Say whether the actor may change the field, of a new row or of one that is there."""
    own = bool(OWN.fullmatch(name))
    if not shows(actor, page, name):
        return False
    if not own and name not in page.edited and not (new and name in page.once):
        return False
    return bool(changing(actor, page, name))


def changing(actor: Actor, page: AdminPage, name: str) -> tuple[Grant, ...]:
    """Give the grants by which the actor changes the field: of roles for whom it is not locked."""
    action, kept = action_for(page, [name]), _named(page.locked, name)
    grants = actor.granting(action) if action else ()
    return tuple(grant for grant in grants if grant.role not in kept)


@cache
def fields_in(page: AdminPage) -> Mapping[str, Field]:
    """Give every field of a declared table by name, with the options the declaration adds."""
    found = dict(fields_of(page.model))
    for name, options in page.options:
        values, words = tuple(o for o, _word in options), tuple(w for _option, w in options)
        found[name] = replace(found[name], kind=Kind.CHOICE, options=values, words=words)
    return found


def visible(actor: Actor, page: AdminPage) -> tuple[str, ...]:
    """Give the fields the actor may see, in the order of the form."""
    return tuple(name for name in page.shown if shows(actor, page, name))


def reached(model: type[SQLModel], name: str) -> tuple[type[SQLModel], str]:
    """Give the table and the column that a dotted name ends at. Raises KeyError when there is none.

    `project.name` goes over the key `project_id`.
    """
    head, _dot, rest = name.partition(".")
    if not rest:
        if head not in columns_of(model) and f"{head}_id" in columns_of(model):
            head = f"{head}_id"
        return model, columns_of(model)[head].name
    target = target_of(model, f"{head}_id")
    if target is None:
        raise KeyError(name)
    return reached(target, rest)


def problems(page: AdminPage, pages: Mapping[str, AdminPage]) -> list[str]:
    """List what is wrong with a declaration; nothing is, by a test, for each."""
    return [f"{page.table}: {text}" for text in _problems(page, pages)]


def _problems(page: AdminPage, pages: Mapping[str, AdminPage]) -> Iterable[str]:
    yield from _naming_problems(page)
    for part in ("searched", "filters", "grouped"):
        for name in getattr(page, part):
            yield from _unreachable(page, part, name)
    yield from _figure_problems(page)
    columns = columns_of(page.model)
    for name in page.shown:
        if name in SECRET:
            yield f"{name} is secret"
        elif name in columns and page.model.model_fields[name].title is None:
            yield f"{name} has no title"
    yield from _editing_problems(page)
    yield from _other_problems(page, pages)


def _naming_problems(page: AdminPage) -> Iterable[str]:
    columns = columns_of(page.model)
    for part in ("listed", "edited", "once", "read_only", "key", "ordering"):
        for name in getattr(page, part):
            if name.removeprefix("-") not in columns:
                yield f"{part} names {name}, which is no column"


def _unreachable(page: AdminPage, part: str, name: str) -> Iterable[str]:
    try:
        model, column = reached(page.model, name)
    except KeyError:
        yield f"{part} names {name}, which cannot be reached"
        return
    if column in SECRET:
        yield f"{part} reaches {name}, which is secret"
    if part == "searched" and fields_of(model)[column].kind not in (Kind.TEXT, Kind.LONG):
        yield f"{name} is no text to search in"
    if "." not in name and column not in page.shown:
        yield f"{part} names {name}, which nobody sees"


def _figure_problems(page: AdminPage) -> Iterable[str]:
    known = fields_of(page.model)
    for name in page.measures:
        if name not in page.shown or known[name].kind not in NUMBERS:
            yield f"measures names {name}, which is no figure that is shown"
    for name, same in page.alike:
        if name not in page.measures:
            yield f"alike names {name}, which is no measure"
        yield from _unreachable(page, "alike", same)
    for name, names in page.once_each:
        if name not in (*page.measures, OWN_FIGURES):
            yield f"once_each names {name}, which is no measure"
        for each in names:
            yield from _unreachable(page, "once_each", each)


def _editing_problems(page: AdminPage) -> Iterable[str]:
    if page.action is None:
        if page.edited or page.once or not page.because:
            yield "a table without an action is read only, and says why"
        return
    if "version" not in columns_of(page.model):
        yield "a table that is edited needs the columns every table has"
    for name in (*page.edited, *page.once):
        if name in {*LOG, "id"} or _is_instant(page, name):
            yield f"{name} is kept by the system"
    if set(page.edited) & set(page.once):
        yield "a field is edited or set once, not both"
    yield from _adding_problems(page)


def _adding_problems(page: AdminPage) -> Iterable[str]:
    if not page.adds:
        if page.once:
            yield "once is for new rows"
        return
    needed = {field.name for field in fields_of(page.model).values() if field.required}
    needed -= {*LOG, "id", *_with_default(page.model), *page.edited, *page.once}
    for name in sorted(needed):
        yield f"a new row needs {name}, which nobody can enter"
    if not page.key:
        yield "rows that are added need a key by which a sheet finds them"


def _with_default(model: type[SQLModel]) -> set[str]:
    return {name for name, info in model.model_fields.items() if not info.is_required()}


def _is_instant(page: AdminPage, name: str) -> bool:
    return name in columns_of(page.model) and fields_of(page.model)[name].kind is Kind.INSTANT


def _other_problems(page: AdminPage, pages: Mapping[str, AdminPage]) -> Iterable[str]:
    columns = columns_of(page.model)
    if page.label not in columns:
        yield f"label names {page.label}, which is no column"
    day = fields_of(page.model).get(page.days)
    if page.days and (page.days not in page.shown or not day or day.kind is not Kind.DAY):
        yield f"days names {page.days}, which is no day that is shown"
    if page.scope != EVERYONE:
        yield from _scope_problems(page.model, page.scope)
    yield from _child_problems(page, pages)
    for part in ("hidden", "locked", "options", "final"):
        for name, _values in getattr(page, part):
            if name not in page.shown:
                yield f"{part} names {name}, which nobody sees"
    for name in page.shown:
        target = name in columns and target_of(page.model, name)
        if target and name in (*page.edited, *page.once) and target.__tablename__ not in pages:
            yield f"{name} cannot be picked: {target.__tablename__} has no declaration"


def _child_problems(page: AdminPage, pages: Mapping[str, AdminPage]) -> Iterable[str]:
    for child in page.children:
        table, _dot, key = child.partition(".")
        if table not in pages or target_of(pages[table].model, key) is not page.model:
            yield f"children names {child}, which does not point here"


def _scope_problems(model: type[SQLModel], path: str) -> Iterable[str]:
    head, _dot, rest = path.partition(".")
    if head == "id":
        if model.__tablename__ not in ("livelihood_project", "agency", "region"):
            yield "scope ends at no project, unit or region"
        return
    target = target_of(model, head) if head in columns_of(model) else None
    if target is None:
        yield f"scope goes over {head}, which is no key"
    else:
        yield from _scope_problems(target, rest or "id")


def link_of(view: View) -> dict[str, str]:
    """Write a view as the parameters of a link."""
    link: dict[str, Any] = {f"is-{name}": "~".join(values) for name, values in view.filters}
    link |= {"search": view.search, "days": view.days, "sort": view.sort}
    link["columns"] = ".".join(view.columns)
    link["n"] = str(view.number) if view.number > 1 else ""
    return {name: text for name, text in link.items() if text}


def link_text(value: Any) -> str:
    """Write a value as it stands in a link."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return str(int(value))
    return str(getattr(value, "value", value))


def view_of(page: AdminPage, link: Mapping[str, str]) -> View:
    """Read a view from a link; what the declaration does not know is left out."""
    asked = {name.removeprefix("is-"): text for name, text in link.items() if name[:3] == "is-"}
    filters = tuple(
        (name, tuple(text.split("~"))) for name, text in asked.items() if _is_known(page, name)
    )
    sort = link.get("sort", "")
    columns = tuple(name for name in link.get("columns", "").split(".") if _is_column(page, name))
    number = link.get("n", "1")
    return View(
        search=link.get("search", "")[:80],
        filters=filters,
        days=link.get("days", "") if page.days else "",
        sort=sort if _is_column(page, sort.removeprefix("-")) else "",
        columns=columns,
        number=int(number) if number.isdecimal() and 0 < int(number) < 10**6 else 1,
    )


def _is_known(page: AdminPage, name: str) -> bool:
    return name in page.filters or bool(OWN.fullmatch(name))


def _is_column(page: AdminPage, name: str) -> bool:
    return name in page.shown or bool(OWN.fullmatch(name))
