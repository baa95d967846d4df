"""Collect what people read, for the catalogues under dashboard/locale: `make messages`.

Three kinds of text are messages: what stands in `_()`, in Python and in templates; words that reach
`_()` through a variable (labels, titles, the tables in `WORDS`); and the words of the first rule
set, which are rows that an office may change.
"""

from __future__ import annotations

import ast
import csv
import importlib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import IO, Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract
from sqlmodel import SQLModel

import models
from dashboard.admin.tables import ABSENT, ADMIN_PAGES
from dashboard.imports.columns.headings import COLUMNS
from dashboard.queries.audit import table_title
from dashboard.rules import deadline
from dashboard.rules.fact import FACTS
from models.base import Code

assert deadline.__name__  # its labels are messages
ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "dashboard" / "locale" / "en" / "LC_MESSAGES" / "messages.po"
FOLDERS = ("dashboard", "models", "pages")
CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]")
"""A Chinese character, or punctuation only Chinese has; the wide space is a space."""
NAMES = {"_", "translate"}
"""What the function is called: pages say `ui.translate`."""
WORDS: Mapping[str, tuple[str, ...]] = {
    "dashboard.admin.transfer": ("WORDS",),
    "dashboard.imports.records": ("TITLES",),
    "dashboard.imports.report": ("_WORDS",),
    "dashboard.imports.rules": ("RULES",),
    "dashboard.imports.cells.figures": ("_PURPOSE_WORDS",),
    "dashboard.imports.layout.outline": ("LEFT_OUT",),
    "dashboard.queries.audit": ("_NOUNS", "_VERBS"),
    "dashboard.queries.project": ("REQUIRED",),
    "dashboard.rules.month": ("GIVEN",),
    "dashboard.rules.remark": ("DOUBT_WORDS",),
    "dashboard.rules.remedy": ("_DOINGS",),
    "dashboard.ui.own_remark": ("WORDS",),
    "dashboard.ui.report": ("WHO_HAS_IT",),
    "dashboard.ui.mapping": ("HOW", "UNITS"),
    "dashboard.ui.preview": ("STATUS_WORDS",),
}
"""Tables whose values reach `_()` through a variable, by module."""
RULE_WORDS = (
    ("seed/data/light_cases.csv", ("words", "measure")),
    ("seed/data/light_colours.csv", ("word",)),
    ("seed/data/light_rule_sets.csv", ("name",)),
)
FIRST_RULES = "DEFAULT"
OFFICE_WORDS = ("rectification_states", "rectification_moves")
"""Rows an office starts with whose names are shown."""


class Message(NamedTuple):
    """A text people read, and where it stands."""

    text: str
    path: str
    line: int


def is_translated(call: ast.AST) -> bool:
    """Say whether this is a call of `_()`."""
    if not isinstance(call, ast.Call):
        return False
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    return name in NAMES


def python_messages(
    fileobj: IO[bytes], keywords: object, comment_tags: object, options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Extract the texts in `_()`, also those in f-strings, as babel asks its extractors to."""
    for call in filter(is_translated, ast.walk(ast.parse(fileobj.read()))):
        assert isinstance(call, ast.Call)
        for node in (each for argument in call.args for each in ast.walk(argument)):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if node in call.args or CHINESE.search(node.value):
                yield node.lineno, "_", node.value, []


def _extracted(method: Callable[..., Any], path: Path) -> Iterator[Message]:
    name = path.relative_to(ROOT).as_posix()
    source = BytesIO(path.read_bytes())
    for line, text, _comments, _context in extract(method, source, keywords={"_": None}):
        yield Message(text if isinstance(text, str) else text[0], name, line)


def _within(module: ModuleType, texts: Iterable[str]) -> Iterator[Message]:
    """Say where in a module's source these texts stand."""
    path = Path(inspect.getsourcefile(module) or "")
    lines = path.read_text(encoding="utf-8").splitlines()
    for text in filter(CHINESE.search, texts):
        found = (number for number, line in enumerate(lines, 1) if f'"{text}"' in line)
        yield Message(text, path.relative_to(ROOT).as_posix(), next(found, 1))


def kinds(parent: type[Any]) -> Iterator[type[Any]]:
    """Give the classes below a class."""
    for kind in parent.__subclasses__():
        yield kind
        yield from kinds(kind)


def _of_models() -> Iterator[Message]:
    for code in kinds(Code):
        yield from _within(importlib.import_module(code.__module__), [each.label for each in code])
    for table in kinds(SQLModel):
        if table.__module__.startswith(f"{models.__name__}."):
            fields = table.model_fields.values()
            texts = [text for each in fields for text in (each.title, each.description) if text]
            texts.append(table_title(str(getattr(table, "__tablename__", ""))))
            yield from _within(importlib.import_module(table.__module__), texts)


def _of_tables() -> Iterator[Message]:
    for kind, columns in COLUMNS.items():
        module = importlib.import_module(f"dashboard.imports.{kind.lower()}")
        yield from _within(module, [column.title for column in columns])
    facts = importlib.import_module("dashboard.rules.fact")
    yield from _within(facts, [text for fact in FACTS.values() for text in (fact.title, fact.unit)])
    for name, tables in WORDS.items():
        module = importlib.import_module(name)
        for table in tables:
            yield from _within(module, getattr(module, table).values())


def _of_declarations() -> Iterator[Message]:
    tables = importlib.import_module("dashboard.admin.tables")
    yield from _within(tables, ABSENT.values())
    for page in ADMIN_PAGES.values():
        module = next(
            each for each in vars(tables).values() if page in getattr(each, "PAGES", ())
        )  # fmt: skip
        words = [
            page.title,
            page.group,
            page.because,
            *(title for title, _names in (*page.groups, *page.row_actions)),
        ]
        words += [word for _name, options in page.options for _value, word in options]
        yield from _within(module, words)


def _of_rules() -> Iterator[Message]:
    for name, columns in RULE_WORDS:
        with (ROOT / name).open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["code"] == FIRST_RULES]
        for line, row in enumerate(rows, 2):
            yield from (Message(row[column], name, line) for column in columns if row[column])
    for office in OFFICE_WORDS:
        name = f"seed/data/{office}.csv"
        with (ROOT / name).open(encoding="utf-8", newline="") as file:
            yield from (
                Message(row["name"], name, line) for line, row in enumerate(csv.DictReader(file), 2)
            )


@cache
def words() -> frozenset[Message]:
    """Give the messages that reach `_()` through a variable."""
    return frozenset({*_of_models(), *_of_tables(), *_of_declarations(), *_of_rules()})


@cache
def collected() -> tuple[Message, ...]:
    """Give every message, by file and line. A text occurs once for each place it stands in."""
    found = set(words())
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            found.update(_extracted(python_messages, path))
    for path in (ROOT / "dashboard" / "web" / "templates").rglob("*.html"):
        found.update(_extracted(babel_extract, path))
    return tuple(sorted(found, key=lambda each: (each.path, each.line, each.text)))


def catalogue() -> Catalog:
    """Read the English catalogue."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def updated() -> Catalog:
    """Give the catalogue with what was added since, still without English, and without the rest."""
    known = {each.id: each.string for each in catalogue() if each.id} if CATALOGUE.exists() else {}
    fresh = Catalog(locale="en", project="minsheng-dashboard", fuzzy=False)
    for text, path, _line in collected():
        fresh.add(text, known.get(text, ""), locations=[(path, 0)])
    return fresh


def main() -> None:
    """Bring the catalogue up to date, and list what has no English yet."""
    fresh = updated()
    with CATALOGUE.open("wb") as file:
        write_po(file, fresh, width=100, include_lineno=False, omit_header=True)
    for message in fresh:
        if message.id and not message.string:
            print(f"{message.locations[0][0]}: {message.id}")  # noqa: T201


if __name__ == "__main__":
    main()
