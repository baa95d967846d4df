"""Rows that every deployment needs, a real office's as well as the demonstration's."""

from __future__ import annotations

from sqlmodel import Session, func, select

from dashboard import audit
from models.light import LightRuleSet
from seed import light_rules
from seed.office import add_office_rows


def add_reference(session: Session) -> int:
    """Add what is missing of the rows an office starts with: rules, calendar, limits, moves.

    Gives how many rule sets are there now. What is there already stays as the office has it, so
    that it may be called at each start of a newer program.
    """
    audit.lock(session)
    before = session.exec(select(func.count()).select_from(LightRuleSet)).one()
    there = len(light_rules.load(session))
    rows = add_office_rows(session)
    if rows or there > before:
        comment = f"亮灯规则 {there} 套；工作日历、期限和流转 {rows} 行"
        audit.append(session, None, "seed:reference", comment=comment)
    return there
