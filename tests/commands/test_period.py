"""Expected reports appear by themselves; dated exceptions; nothing is owed twice or in vain."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session, col, select

from dashboard.commands.period import change_period_days, ensure_expected
from dashboard.errors import Invalid, NotAllowed
from dashboard.permissions import Actor, Grant
from models.account import Role
from models.agency import Agency
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from models.report import ExpectedReport, ProgressReport, ReportingPeriod

TODAY = date(2026, 3, 2)
OFFICE = Actor(1, "office", (Grant(Role.SUPERVISOR, region_path="/1/"),))
REPORTER = Actor(2, "reporter", (Grant(Role.REPORTER, agency_path="/1/"),))


@pytest.fixture
def programme(session: Session) -> Programme:
    region = Region(code="1", name="示范市", path="/1/")
    session.add(region)
    session.flush()
    agencies = [
        Agency(code=code, name=code, region_id=region.id or 0, path=f"/{code}/")
        for code in ("1", "2")
    ]
    programme = Programme(region_id=region.id or 0, year=2026, name="2026")
    session.add_all([*agencies, programme])
    session.flush()
    for code in ("A", "B"):
        session.add(
            LivelihoodProject(
                programme_id=programme.id or 0,
                region_id=region.id or 0,
                code=code,
                name=code,
                lead_agency_id=agencies[0].id,
            )
        )
    session.flush()
    return programme


def _owed(session: Session) -> list[tuple[str, int]]:
    statement = (
        select(col(LivelihoodProject.code), col(ReportingPeriod.month))
        .join(ExpectedReport, col(ExpectedReport.project_id) == col(LivelihoodProject.id))
        .join(ReportingPeriod, col(ReportingPeriod.id) == col(ExpectedReport.period_id))
    )
    return sorted((code, month.month) for code, month in session.exec(statement))


@pytest.mark.feature("G1")
def test_reports_are_expected_from_each_unit_for_each_month(
    session: Session, programme: Programme
) -> None:
    changed = ensure_expected(session, None, programme, date(2026, 2, 1), TODAY)

    assert changed == 4
    assert _owed(session) == [("A", 1), ("A", 2), ("B", 1), ("B", 2)]
    period = session.exec(select(ReportingPeriod).where(ReportingPeriod.month == TODAY.replace(
        month=2, day=1))).one()  # fmt: skip
    days = period.due_on, period.timely_until, period.locked_after
    assert days == (date(2026, 3, 3), date(2026, 3, 3), date(2026, 3, 10))


def test_asking_again_changes_nothing(session: Session, programme: Programme) -> None:
    ensure_expected(session, None, programme, date(2026, 2, 1), TODAY)

    assert ensure_expected(session, None, programme, date(2026, 2, 1), TODAY) == 0


def test_a_project_accepted_in_february_owes_nothing_for_march(
    session: Session, programme: Programme
) -> None:
    ensure_expected(session, None, programme, date(2026, 3, 1), TODAY)
    project = session.exec(select(LivelihoodProject).where(LivelihoodProject.code == "A")).one()
    project.accepted_on = date(2026, 2, 20)
    session.flush()

    changed = ensure_expected(session, None, programme, date(2026, 3, 1), TODAY)

    assert changed == 1
    assert _owed(session) == [("A", 1), ("A", 2), ("B", 1), ("B", 2), ("B", 3)]


def test_a_month_that_was_reported_stays_expected(session: Session, programme: Programme) -> None:
    ensure_expected(session, None, programme, date(2026, 3, 1), TODAY)
    project = session.exec(select(LivelihoodProject).where(LivelihoodProject.code == "A")).one()
    period = session.exec(
        select(ReportingPeriod).where(ReportingPeriod.month == date(2026, 3, 1))
    ).one()
    session.add(
        ProgressReport(period_id=period.id or 0, project_id=project.id or 0, month=date(2026, 3, 1))
    )
    project.accepted_on = date(2026, 2, 20)
    session.flush()

    ensure_expected(session, None, programme, date(2026, 3, 1), TODAY)

    assert ("A", 3) in _owed(session)


def test_a_new_lead_unit_owes_what_is_open_and_unreported(
    session: Session, programme: Programme
) -> None:
    ensure_expected(session, None, programme, date(2026, 2, 1), TODAY)
    second = session.exec(select(Agency).where(Agency.code == "2")).one()
    project = session.exec(select(LivelihoodProject).where(LivelihoodProject.code == "A")).one()
    project.lead_agency_id = second.id
    session.flush()

    ensure_expected(session, None, programme, date(2026, 2, 1), TODAY)

    statement = (
        select(col(ReportingPeriod.month), col(ExpectedReport.agency_id))
        .join(ExpectedReport, col(ExpectedReport.period_id) == col(ReportingPeriod.id))
        .where(ExpectedReport.project_id == project.id)
    )
    owing = {month.month: agency for month, agency in session.exec(statement)}
    assert owing[2] == second.id
    assert owing[1] != second.id


def test_nobody_owes_for_a_programme_from_public_documents(
    session: Session, programme: Programme
) -> None:
    programme.shown_on = date(2026, 2, 1)

    assert ensure_expected(session, None, programme, date(2026, 3, 1), TODAY) == 0
    assert _owed(session) == []


@pytest.mark.feature("G1")
def test_the_office_sets_a_dated_exception(session: Session, programme: Programme) -> None:
    ensure_expected(session, None, programme, date(2026, 1, 1), TODAY)
    period = session.exec(select(ReportingPeriod)).one()
    day = date(2026, 3, 15)

    change_period_days(
        session, OFFICE, period.id or 0,
        due_on=day, timely_until=day, locked_after=date(2026, 3, 20), exception="首次填报",
    )  # fmt: skip

    assert (period.due_on, period.exception) == (day, "首次填报")


def test_a_reporter_may_not_set_an_exception(session: Session, programme: Programme) -> None:
    ensure_expected(session, None, programme, date(2026, 1, 1), TODAY)
    period = session.exec(select(ReportingPeriod)).one()

    with pytest.raises(NotAllowed):
        change_period_days(
            session, REPORTER, period.id or 0, due_on=TODAY, timely_until=TODAY,
            locked_after=TODAY, exception="x",
        )  # fmt: skip

    assert period.exception == ""


@pytest.mark.feature("G2")
@pytest.mark.parametrize(
    ("due", "timely", "locked", "reason"),
    [
        (date(2026, 1, 31), date(2026, 2, 3), date(2026, 2, 10), "x"),
        (date(2026, 2, 4), date(2026, 2, 3), date(2026, 2, 10), "x"),
        (date(2026, 2, 3), date(2026, 2, 11), date(2026, 2, 10), "x"),
        (date(2026, 2, 3), date(2026, 2, 3), date(2026, 2, 10), " "),
    ],
)
def test_days_out_of_order_or_without_reason_are_refused(
    session: Session, programme: Programme, due: date, timely: date, locked: date, reason: str
) -> None:
    ensure_expected(session, None, programme, date(2026, 1, 1), TODAY)
    period = session.exec(select(ReportingPeriod)).one()

    with pytest.raises(Invalid):
        change_period_days(
            session, OFFICE, period.id or 0,
            due_on=due, timely_until=timely, locked_after=locked, exception=reason,
        )  # fmt: skip
