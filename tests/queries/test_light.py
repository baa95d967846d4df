from __future__ import annotations

from datetime import date

from sqlmodel import Session

from dashboard.commands.light import refresh_facts
from dashboard.queries.light import board
from tests.town import LEADER, TODAY, plant, report

AUGUST = date(2026, 8, 1)


def test_the_board_lights_what_the_actor_sees_worst_first(session: Session) -> None:
    town = plant(session)
    report(session, town, "P1", 8, "64", accepted_on=date(2026, 9, 2))
    report(session, town, "P2", 8, "54", accepted_on=date(2026, 9, 2))
    refresh_facts(session, None, today=TODAY)

    found = board(session, LEADER, town.programme.id or 0, AUGUST, TODAY)

    assert list(found["code"]) == ["P3", "P2", "P1"]
    assert list(found["kind"]) == ["BAD", "WARN", "GOOD"]
    assert list(found["dimension"]) == ["PROGRESS"] * 3
