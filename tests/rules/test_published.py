from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlmodel import Session, select

from models.light import LightColour, LightRuleSet
from seed.light_rules import load
from seed.rows import records

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.feature("H1")
def test_every_published_row_is_loaded_or_listed_with_the_reason() -> None:
    published = {f"{row['rule_id']}-{row['order']}" for row in records("light_rules")}
    loaded = {row["rows"] for row in records("light_cases") if row["rows"]}
    text = (ROOT / "docs" / "lights.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (R\d\d-\d+) \| .+ \| .+ \| \S.+ \|$", text, re.MULTILINE)

    assert loaded | set(listed) == published
    assert not loaded & set(listed)
    assert len(listed) == len(set(listed))


def test_every_set_whose_text_is_complete_is_loaded() -> None:
    gaps = {row["rule_id"] for row in records("light_rules") if row["completeness"] != "full"}
    whole = {row["rule_id"] for row in records("light_rules")} - gaps

    assert whole <= {row["code"] for row in records("light_rule_sets")}


def test_loading_twice_adds_nothing(session: Session) -> None:
    first = load(session)
    second = load(session)

    assert first.keys() == second.keys()
    assert len(session.exec(select(LightRuleSet)).all()) == len(first)


def test_a_set_with_gaps_says_so_and_every_kind_in_use_has_a_word(session: Session) -> None:
    sets = load(session)

    incomplete = {code for code, row in sets.items() if not row.complete}
    words = {
        (code, colour.kind.value)
        for code, row in sets.items()
        for colour in session.exec(select(LightColour).where(LightColour.rule_set_id == row.id))
    }
    used = {(row["code"], row["kind"]) for row in records("light_cases") if row["kind"]}
    assert incomplete == {"R01", "R20"}
    assert all(sets[code].note for code in incomplete)
    assert used <= words


def test_no_rule_in_code_knows_a_colour() -> None:
    colours = re.compile(r"[红黄蓝绿橙][灯牌码单]|\b(red|green|yellow|orange|blue)\b")
    found = [
        f"{path.name}: {match.group()}"
        for path in (ROOT / "dashboard" / "rules").glob("*.py")
        for match in colours.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []
