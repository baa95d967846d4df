"""The layout holds: imports point one way, and each kind of code keeps its habits."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOP = {"dashboard", "models", "pages", "seed", "tests", "docs", "benchmarks", "deploy"}
NEVER = {
    "models": ("dashboard", "streamlit", "pandas", "seed", "pages"),
    "dashboard/rules": ("streamlit", "pandas", "dashboard.db", "dashboard.queries", "sqlmodel"),
    "dashboard/admin/tables": ("streamlit", "sqlalchemy", "dashboard.db", "dashboard.queries"),
    "dashboard/queries": ("streamlit", "dashboard.commands", "dashboard.ui", "dashboard.web"),
    "dashboard/commands": ("streamlit", "dashboard.ui", "dashboard.web", "pages"),
    "dashboard/imports": ("streamlit", "dashboard.db", "dashboard.ui", "sqlmodel", "sqlalchemy"),
    "dashboard/documents": ("streamlit", "dashboard.db", "dashboard.ui"),
    "dashboard/charts": ("streamlit", "dashboard.db", "dashboard.ui", "sqlmodel"),
    "dashboard/ui": ("dashboard.web", "pages", "fastapi"),
    "dashboard/web": ("streamlit", "pages", "dashboard.ui"),
    "pages": ("sqlmodel", "sqlalchemy", "dashboard.db", "fastapi"),
    "seed": ("streamlit", "dashboard.ui", "pages"),
}
"""Per folder, what its files never import (style: imports point one way)."""


def sources(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "versions" not in path.parts)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("folder", NEVER)
def test_imports_point_one_way(folder: str) -> None:
    broken = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(folder)
        for name in imported(path)
        for never in NEVER[folder]
        if name == never or name.startswith(f"{never}.")
    ]

    assert broken == []


def test_only_one_file_opens_sessions() -> None:
    openers = [
        str(path.relative_to(ROOT))
        for path in sources("dashboard")
        if "Session(engine" in path.read_text(encoding="utf-8")
    ]

    assert openers == ["dashboard/db.py"]


def test_session_state_and_caches_have_one_home() -> None:
    homes = {
        "st.session_state": "dashboard/ui/state.py",
        "st.cache_data": "dashboard/ui/read.py",
        "os.environ": "dashboard/settings.py",
    }
    strays = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in [*sources("dashboard"), *sources("pages"), *sources("models")]
        for word, home in homes.items()
        if word in path.read_text(encoding="utf-8") and str(path.relative_to(ROOT)) != home
    ]

    assert [stray for stray in strays if "state.py" not in stray and "read.py" not in stray] == []


def test_every_page_is_guarded() -> None:
    bare = [
        path.name
        for path in sources("pages")
        if "ui.guard(" not in path.read_text(encoding="utf-8")
        and "signed_in()" not in path.read_text(encoding="utf-8")
    ]

    assert bare == []


def test_pages_and_frames_never_try() -> None:
    trying = [
        path.name
        for path in sources("pages")
        if any(isinstance(n, ast.Try) for n in ast.walk(ast.parse(path.read_text("utf-8"))))
    ]

    assert trying == []


def test_no_file_in_dashboard_takes_the_name_of_a_library() -> None:
    taken = [
        path.name
        for path in (ROOT / "dashboard").iterdir()
        if path.stem in sys.stdlib_module_names
        and path.stem != "__main__"
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    ]

    assert taken == []


def test_files_and_functions_stay_small() -> None:
    large = []
    for folder in ("dashboard", "models", "pages", "seed"):
        for path in sources(folder):
            text = path.read_text(encoding="utf-8")
            if text.count("\n") > 400:
                large.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    size = (node.end_lineno or node.lineno) - node.lineno + 1
                    if size > 50:
                        large.append(f"{path.relative_to(ROOT)}: {node.name} is {size} lines")

    assert large == []


def test_every_command_is_given_a_session_and_records_what_it_does() -> None:
    silent = []
    for path in sources("dashboard/commands"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            names = [argument.arg for argument in node.args.args]
            if names[:2] == ["session", "actor"] and "commit(" in ast.unparse(node):
                silent.append(f"{path.name}: {node.name} commits")

    assert silent == []


def test_the_top_level_holds_only_what_a_stranger_expects() -> None:
    made = {"var", "demo-sheets"}
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and path.name not in made and not path.name.endswith(".egg-info")
        and not path.name.startswith(".")
    }  # fmt: skip

    assert folders <= TOP
