"""亮灯规则: the office's first rule set and the published ones, as rows."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from sqlmodel import Session, SQLModel, select

from models.light import (
    LightBound,
    LightCase,
    LightColour,
    LightDimension,
    LightKind,
    LightRuleSet,
)
from seed.rows import key, records, save

_BOUND = re.compile(r"(\w+):([\[(])([^,]*),([^\])]*)([\])])")
_FIRST_DAY = date(2000, 1, 1)


def load(session: Session, codes: Collection[str] | None = None) -> dict[str, LightRuleSet]:
    """Add the rule sets (of these codes) that are not there yet; give all there are, by code."""
    present = {row.code: row for row in session.exec(select(LightRuleSet))}
    published = {row["rule_id"]: row for row in reversed(records("light_rules"))}
    gaps = {row["rule_id"] for row in records("light_rules") if row["completeness"] != "full"}
    wanted = [row for row in records("light_rule_sets") if codes is None or row["code"] in codes]
    missing = [row for row in wanted if row["code"] not in present]
    made = {
        row["code"]: LightRuleSet(
            code=row["code"],
            name=row["name"],
            since=_since(published.get(row["code"])),
            silence_days=int(row["silence_days"]) if row["silence_days"] else None,
            complete=row["code"] not in gaps,
            note=row["note"],
            source=published.get(row["code"], {}).get("source", ""),
            source_url=published.get(row["code"], {}).get("source_url", ""),
        )
        for row in missing
    }
    save(session, made.values())
    _add_colours(session, made)
    _add_cases(session, made)
    return present | made


def _since(published: dict[str, str] | None) -> date:
    year = published["year"] if published else ""
    return date(int(year), 1, 1) if year else _FIRST_DAY


def _add_colours(session: Session, sets: dict[str, LightRuleSet]) -> None:
    rows = [row for row in records("light_colours") if row["code"] in sets]
    save(
        session,
        [
            LightColour(
                rule_set_id=key(sets[row["code"]]),
                kind=LightKind[row["kind"]],
                word=row["word"],
                hex=row["hex"],
            )
            for row in rows
        ],
    )


def _add_cases(session: Session, sets: dict[str, LightRuleSet]) -> None:
    rows = [row for row in records("light_cases") if row["code"] in sets]
    cases = save(
        session,
        [
            LightCase(
                rule_set_id=key(sets[row["code"]]),
                dimension=LightDimension[row["dimension"]],
                position=int(row["position"]),
                kind=LightKind[row["kind"]] if row["kind"] else None,
                words=row["words"],
                measure=row["measure"],
            )
            for row in rows
        ],
    )
    found: list[SQLModel] = []
    for row, case in zip(rows, cases, strict=True):
        found += bounds(row["bounds"], key(case))
    save(session, found)


def bounds(text: str, case_id: int) -> list[LightBound]:
    """Read bounds written as intervals: `shortfall_pp:[10,30];justified_delay:[0,0]`."""
    return [
        LightBound(
            case_id=case_id,
            fact=found[1],
            low=Decimal(found[3]) if found[3] else None,
            low_included=found[2] == "[",
            high=Decimal(found[4]) if found[4] else None,
            high_included=found[5] == "]",
        )
        for found in _BOUND.finditer(text)
    ]
