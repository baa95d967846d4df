"""The light of a project and its rectifications: overdue drags it down, clearing lifts it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from dashboard.commands.light import close_month, facts_differences, refresh_facts
from models.base import utc_now
from models.fact import ProjectMonth
from models.light import LightDimension, LightKind, LightRecord
from models.observer import SealedSet
from models.rectification import (
    Rectification,
    RectificationEvent,
    RectificationKind,
    RectificationSource,
    RectificationState,
)
from tests.town import TODAY, Town, plant, report

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
"""Late by one day to fifteen is a warning, more is bad; see seed/data/light_cases.csv."""


def _state(session: Session, code: str, kind: RectificationKind) -> None:
    if not session.exec(select(RectificationState).where(RectificationState.code == code)).first():
        session.add(RectificationState(code=code, name=code, kind=kind, position=1))
        session.flush()


def issued(
    session: Session, town: Town, code: str, due_on: date, sealed_set_id: int | None = None
) -> Rectification:
    project = town.projects[code]
    _state(session, "OPEN", RectificationKind.OPEN)
    row = Rectification(
        number=f"T-{code}", project_id=project.id or 0, source=RectificationSource.INSPECTION,
        finding="围挡缺失", thing="南门", agency_id=project.lead_agency_id or 0, responsible="张三",
        standard="围挡连续", state="OPEN", issued_by_id=1, found_on=due_on - timedelta(days=20),
        issued_on=due_on - timedelta(days=20), first_due_on=due_on, due_on=due_on,
        sealed_set_id=sealed_set_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _event(session, row, "OPEN", row.issued_on)
    return row


def _event(session: Session, row: Rectification, code: str, day: date) -> None:
    event = RectificationEvent(
        rectification_id=row.id or 0, event="MOVE", to_state=code, happened_on=day,
        happened_at=utc_now(),
    )  # fmt: skip
    session.add(event)
    session.flush()


def cleared(session: Session, row: Rectification, day: date) -> None:
    _state(session, "FIXED", RectificationKind.FIXED)
    row.state, row.closed_on = "FIXED", day
    session.add(row)
    _event(session, row, "FIXED", day)


def lit(session: Session, town: Town, code: str) -> tuple[LightKind | None, LightDimension | None]:
    key = town.projects[code].id
    statement = select(ProjectMonth).where(
        ProjectMonth.project_id == key, ProjectMonth.month == AUGUST
    )
    row = session.exec(statement).one()
    return row.lit_kind, row.lit_dimension


def reported(session: Session) -> Town:
    """A town whose project P1 is on its plan."""
    town = plant(session)
    for number in (7, 8):
        report(session, town, "P1", number, str(8 * number), accepted_on=date(2026, number + 1, 2))
    return town


@pytest.mark.feature("K7")
@pytest.mark.feature("X13")
@pytest.mark.parametrize(
    ("late_days", "kind"),
    [(0, LightKind.GOOD), (1, LightKind.WARN), (15, LightKind.WARN), (16, LightKind.BAD)],
)
def test_an_overdue_rectification_turns_its_project_amber_then_red(
    session: Session, late_days: int, kind: LightKind
) -> None:
    town = reported(session)
    issued(session, town, "P1", TODAY - timedelta(days=late_days))

    refresh_facts(session, None, today=TODAY)

    found, dimension = lit(session, town, "P1")
    assert found is kind
    assert (dimension is LightDimension.RECTIFICATION) == (late_days > 0)
    assert facts_differences(session, today=TODAY) == []


@pytest.mark.feature("X13")
def test_clearing_lifts_the_light_and_the_month_it_burdened_reads_recovered(
    session: Session,
) -> None:
    town = reported(session)
    row = issued(session, town, "P1", date(2026, 7, 10))
    close_month(session, town.programme, JULY, today=date(2026, 8, 11))

    cleared(session, row, date(2026, 8, 20))
    refresh_facts(session, None, today=TODAY)

    july = session.exec(
        select(LightRecord).where(
            LightRecord.month == JULY, LightRecord.project_id == town.projects["P1"].id
        )
    ).one()
    assert lit(session, town, "P1")[0] is LightKind.GOOD
    assert (july.kind, july.dimension) == (LightKind.BAD, LightDimension.RECTIFICATION)
    assert july.recovered_on == date(2026, 8, 20)


@pytest.mark.feature("X15")
def test_a_sealed_rectification_moves_no_light_until_its_set_is_released(session: Session) -> None:
    town = reported(session)
    sealed = SealedSet(region_id=1, name="暗访", opened_by_id=2, opened_on=date(2026, 8, 1))
    session.add(sealed)
    session.flush()
    issued(session, town, "P1", date(2026, 8, 15), sealed_set_id=sealed.id)

    refresh_facts(session, None, today=TODAY)
    before = lit(session, town, "P1")
    sealed.released_on = TODAY
    session.add(sealed)
    refresh_facts(session, None, today=TODAY)

    assert before[1] is not LightDimension.RECTIFICATION
    assert lit(session, town, "P1") == (LightKind.BAD, LightDimension.RECTIFICATION)
