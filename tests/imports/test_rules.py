"""Every rule a sheet can break has words of its own."""

from __future__ import annotations

import ast
from pathlib import Path

from dashboard.imports.rules import RULES

FOLDER = Path(__file__).resolve().parents[2] / "dashboard" / "imports"
WORDED = {"Problem": 1, "Finding": 1, "Unreadable": 2, "_problem": 2, "Matched": None}


def _rules(call: ast.Call) -> set[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    place = WORDED.get(name)
    given = [word.value for word in call.keywords if word.arg == "rule"]
    if place is not None and len(call.args) > place:
        given.append(call.args[place])
    return {
        node.value
        for each in given
        for node in ast.walk(each)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_rule_has_words() -> None:
    found: set[str] = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found |= _rules(node)

    assert found - set(RULES) - {"lagging_without_"} == set()
    assert len(found) > 20
