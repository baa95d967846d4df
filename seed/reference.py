"""Rows that every deployment needs, a real office's as well as the demonstration's."""

from __future__ import annotations

from sqlmodel import Session

from dashboard import audit
from seed import light_rules


def add_reference(session: Session) -> int:
    """Add the light rules an office starts with and those published elsewhere, to compare.

    Gives how many rule sets are there now. What is there already stays as the office has it.
    """
    there = len(light_rules.load(session))
    audit.append(session, None, "seed:reference", comment=f"亮灯规则 {there} 套")
    return there
