"""The switch to English: nothing untranslated, nothing stale, nothing Chinese left on a screen."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message as Entry
from sqlmodel import SQLModel

from dashboard import i18n
from dashboard.documents.template import template
from dashboard.imports.columns.headings import COLUMNS
from dashboard.imports.context import Context, SheetKind
from dashboard.imports.examination import Status
from dashboard.imports.sheet import examine
from dashboard.queries.audit import event_word
from dashboard.rules.fact import FACTS
from dashboard.ui.preview import STATUS_WORDS
from dashboard.ui.report import WHO_HAS_IT
from models.base import Code
from tests.imports.conftest import HOUSING, PIPES
from tests.messages import (
    CHINESE,
    FOLDERS,
    ROOT,
    catalogue,
    collected,
    is_translated,
    kinds,
    words,
)

SHEETS = ("dashboard/documents", "dashboard/imports")
"""They read and write the words of sheets, which are Chinese for everybody."""
EVERY = "*"
PLAIN: dict[tuple[str, str], str] = {
    ("dashboard/commands/plan.py", "、"): "splits the aliases of a unit, which are data",
    ("dashboard/commands/plan.py", "，"): "splits the aliases of a unit, which are data",
    ("dashboard/__main__.py", EVERY): "the help of the command line is Chinese",
    ("dashboard/commands/batch.py", "；"): "joins what a unit wrote, which is data",
    ("dashboard/commands/plan_pen.py", "月序时进度"): "names a stored milestone, which is data",
    ("dashboard/commands/register.py", "、"): "splits the aliases of a unit, which are data",
    ("dashboard/commands/report.py", "[、；;，,\\n]+"): "splits what a unit wrote in one cell",
    ("dashboard/commands/upload.py", "元"): "a unit of money as sheets write it",
    ("dashboard/commands/upload.py", "万元"): "a unit of money as sheets write it",
    ("dashboard/commands/upload.py", "亿元"): "a unit of money as sheets write it",
    ("dashboard/commands/settle.py", "您反映的问题已整改销号。"): "an answer kept, which is data",
    ("dashboard/commands/settle.py", "您反映的问题已办理终结（{state}）。"): "likewise",
    ("dashboard/i18n.py", "中文"): "a language is named in that language",
    ("dashboard/incident.py", EVERY): "finds passwords in what would be logged",
    ("dashboard/queries/drawing.py", "[%％率]|百分|占比|比例"): "knows a share by its title",
    ("dashboard/queries/drawing.py", "[（(]([^（()）]{1,20})[)）]$"): "finds the unit in a title",
    ("dashboard/queries/plan.py", "、"): "joins what a sheet holds in one cell, which is data",
    ("dashboard/queries/upload.py", "、"): "splits the aliases of a unit, which are data",
    ("dashboard/queries/upload.py", "，"): "splits the aliases of a unit, which are data",
    ("dashboard/rules/account.py", EVERY): "names a password must not hold",
    ("dashboard/rules/entry.py", EVERY): "reads the words for yes and no, and written days",
    ("dashboard/ui/choose.py", "演示"): "looked for in a list's name, which is data",
}
"""Chinese in those places that stays as it is, and why."""
TYPED = {
    "填写一个金额，如 1200万元",
    "写成如 1.2亿元 或 12000万元",
    "写成如 1200万元",
    "在列名或单元格里写明“元”“万元”或“亿元”，或在下方“列的对应”中选定",
    "别名（用顿号隔开）",
    "简称或曾用名，用顿号隔开",
}
"""Entries that quote, in English too, what has to be typed in Chinese."""
EVENT = re.compile(r"[a-z]+:[a-z_-]+")
QUOTED = re.compile(r"“[^”]*”")


MONTH = Context(SheetKind.MONTHLY, date(2026, 8, 1), HOUSING, (HOUSING,), (PIPES,))


@pytest.fixture
def english() -> Iterator[None]:
    """The test speaks English."""
    i18n.use("en")
    yield
    i18n.use(i18n.SOURCE)


def entries() -> list[Entry]:
    """Give what the catalogue holds in English."""
    return [each for each in catalogue() if each.id and each.string]


def placeholders(text: object) -> set[str]:
    return {name for _text, name, _form, _how in Formatter().parse(str(text)) if name is not None}


@pytest.mark.feature("P3")
def test_everything_people_read_has_english() -> None:
    known = {each.id for each in entries()}

    missing = [f"{path}:{line}: {text}" for text, path, line in collected() if text not in known]

    assert not missing, "run `make messages` and translate:\n" + "\n".join(missing)


def test_the_catalogue_holds_nothing_that_nobody_reads_any_more() -> None:
    read = {text for text, _path, _line in collected()}

    stale = [each.id for each in catalogue() if each.id and each.id not in read]

    assert not stale, "`make messages` takes these out:\n" + "\n".join(map(str, stale))


def test_both_languages_name_the_same_values() -> None:
    assert not [each for each in entries() if placeholders(each.id) != placeholders(each.string)]


def test_english_holds_no_chinese() -> None:
    texts = {
        each.id: QUOTED.sub("", str(each.string)) if each.id in TYPED else str(each.string)
        for each in entries()
    }

    assert not {key: text for key, text in texts.items() if CHINESE.search(text)}


def test_english_ends_as_the_chinese_does() -> None:
    sentences = {each.id: str(each.string).rstrip() for each in entries() if each.id[-1] == "。"}

    assert not {key: text for key, text in sentences.items() if text[-1] not in ".:?"}


def _python_files(*names: str) -> Iterator[Path]:
    for name in names:
        path = ROOT / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _bare(path: Path) -> Iterator[tuple[str, str, int]]:
    """Find the Chinese texts of a file outside `_()` and docstrings: file, text, line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    held = {
        id(inner)
        for node in ast.walk(tree)
        if is_translated(node) or _is_docstring(node)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if CHINESE.search(node.value) and id(node) not in held:
            yield path.relative_to(ROOT).as_posix(), node.value, node.lineno


def test_no_screen_says_chinese_words_past_the_catalogue() -> None:
    through_variables = {(path, text) for text, path, _line in words()}
    screens = [
        path
        for path in _python_files("dashboard", "pages")
        if not path.relative_to(ROOT).as_posix().startswith(SHEETS)
    ]
    bare = [found for path in screens for found in _bare(path)]
    plain = {key for found in bare for key in (found[:2], (found[0], EVERY))}

    past = [
        f"{path}:{line}: {text}"
        for path, text, line in bare
        if (path, text) not in through_variables
        and not {(path, text), (path, EVERY)} & PLAIN.keys()
    ]

    assert not past, "wrap these in _(), or say in PLAIN why not:\n" + "\n".join(past)
    assert set(PLAIN) <= plain


def _at_import(node: ast.AST) -> Iterator[int]:
    """Find the calls of `_()` that run once, when the module is loaded, in whatever language."""
    for child in ast.iter_child_nodes(node):
        if is_translated(child):
            yield child.lineno  # type: ignore[attr-defined]
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for early in (*child.decorator_list, *child.args.defaults, *child.args.kw_defaults):
                yield from _at_import(ast.Expression(early)) if early else ()
        elif not isinstance(child, ast.Lambda):
            yield from _at_import(child)


def test_nothing_is_translated_before_it_is_known_for_whom() -> None:
    scripts = set(_python_files("pages"))

    early = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in _python_files(*FOLDERS)
        if path not in scripts
        for line in _at_import(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert not early


def _named_together() -> Iterator[list[str]]:
    """Give the names that stand side by side: fields of a table, labels of a list, and so on."""
    for table in kinds(SQLModel):
        fields = table.model_fields.values()
        yield [each.title for each in fields if each.title]
    for code in kinds(Code):
        yield [each.label for each in code]
    for columns in COLUMNS.values():
        yield [column.title for column in columns]
    yield [fact.title for fact in FACTS.values()]
    yield list(STATUS_WORDS.values())
    yield list(WHO_HAS_IT.values())


@pytest.mark.usefixtures("english")
def test_what_has_two_names_side_by_side_has_two_in_english() -> None:
    for names in _named_together():
        chinese = set(names)

        assert len({i18n._(name) for name in chinese}) == len(chinese), chinese


@pytest.mark.usefixtures("english")
def test_a_template_handed_out_in_english_is_read_back() -> None:
    current = {"cumulative_quantity": Decimal(26), "completed_pct": Decimal("65.25")}
    filled = replace(MONTH, projects=(replace(PIPES, current=current),))

    found = examine(template(filled), "template.xlsx", filled)

    assert found.problems == ()
    assert [draft.status for draft in found.drafts] == [Status.UNCHANGED]


@pytest.mark.usefixtures("english")
def test_lists_asides_and_months_are_written_as_the_language_does() -> None:
    assert i18n.joined(["A", "B"]) == "A, B"
    assert "Units" + i18n.aside(3) == "Units (3)"
    assert i18n.month_name(date(2026, 8, 1)) == "Aug 2026"
    assert i18n.short_month(date(2026, 8, 1)) == "Aug"


def test_without_a_choice_everything_is_chinese() -> None:
    assert i18n.joined(["甲", "乙"]) == "甲、乙"
    assert "单位" + i18n.aside(3) == "单位（3）"
    assert i18n.month_name(date(2026, 8, 1)) == "2026年8月"
    assert i18n.short_month(date(2026, 8, 1)) == "8月"


def test_a_language_we_do_not_speak_is_ours() -> None:
    i18n.use("fr")

    assert i18n.language() == i18n.SOURCE


def test_every_event_in_the_log_has_a_name() -> None:
    files = _python_files("dashboard/commands", "dashboard/permissions.py", "dashboard/web", "seed")
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    texts = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    events = set(filter(EVENT.fullmatch, texts))

    nameless = {event for event in events if re.search("[a-z]", event_word(event))}

    assert events
    assert not nameless


@pytest.mark.usefixtures("english")
def test_events_have_english_names() -> None:
    assert event_word("report:accept") == "Report: Accept"
