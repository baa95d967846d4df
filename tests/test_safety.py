"""docs/safety.md and the tests that name its rows agree."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARK = re.compile(r"mark\.safety\(([^)]*)\)")
FILE = re.compile(r"tests/[\w/]+\.py")


def rows() -> dict[str, list[str]]:
    """Give the test files that the page names for each row."""
    lines = (ROOT / "docs/safety.md").read_text(encoding="utf-8").splitlines()
    found = {}
    for line in lines:
        if match := re.match(r"\| ([A-Z]{1,2}\d+) \|", line):
            found[match[1]] = FILE.findall(line)
    return found


def marked() -> dict[str, set[str]]:
    """Give the test files that name each row."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for names in MARK.findall(path.read_text(encoding="utf-8")):
            for name in re.findall(r'"([A-Z]{1,2}\d+)"', names):
                found.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    return found


def test_the_tests_that_a_row_names_name_the_row() -> None:
    tests = marked()

    for row, files in rows().items():
        for name in files:
            assert name in tests.get(row, set()), f"{name} has no test for {row}"


def test_every_row_that_a_test_names_is_on_the_page() -> None:
    assert sorted(set(marked()) - set(rows())) == []
