"""One planted town for the tests of lights: a city, two bureaus, three projects, monthly plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
from sqlmodel import Session

from dashboard.commands.light import close_months, refresh_facts
from dashboard.permissions import Actor, Grant
from dashboard.rules.progress import month_end, next_month
from models.account import Account, Role
from models.agency import Agency
from models.milestone import Milestone, MilestoneKind
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from models.report import ExpectedReport, ProgressReport, ReportingPeriod, ReportState
from seed.light_rules import load

TODAY = date(2026, 9, 3)
LEADER = Actor(1, "leader", (Grant(Role.LEADER, region_path="/1/"),))
SUPERVISOR = Actor(2, "supervisor", (Grant(Role.SUPERVISOR, region_path="/1/"),))
REPORTER = Actor(3, "reporter", (Grant(Role.REPORTER, agency_path="/1/"),), agency_id=1)
ADMIN = Actor(4, "admin", (Grant(Role.ADMIN, region_path="/1/"),))
STRANGER = Actor(5, "stranger", (Grant(Role.LEADER, region_path="/2/"),))


@dataclass(frozen=True)
class Town:
    """The keys of what stands in the town."""

    programme: Programme
    periods: dict[date, ReportingPeriod]
    projects: dict[str, LivelihoodProject]


def plant(session: Session, *, codes: tuple[str, ...] = ("P1", "P2", "P3")) -> Town:
    """Plant the town: every project plans 8 percent a month, until 96 percent in December."""
    load(session, {"DEFAULT"})
    for number in (1, 2):
        region = Region(id=number, code=f"R{number}", name=f"第{number}市", path=f"/{number}/")
        agency = Agency(
            id=number, code=f"A{number}", name=f"局{number}", region_id=number, path=f"/{number}/"
        )
        session.add(region)
        session.flush()
        session.add(agency)
    for number in range(1, 6):
        session.add(
            Account(id=number, name=f"u{number}", folded_name=f"u{number}", display_name="某")
        )
    programme = Programme(region_id=1, year=2026, name="2026年清单")
    session.add(programme)
    session.flush()
    periods = {month: _period(session, programme, month) for month in _months()}
    projects = {code: _project(session, programme, code) for code in codes}
    session.flush()
    for project in projects.values():
        for month, period in periods.items():
            _plan(session, project, month, period)
    session.flush()
    return Town(programme, periods, projects)


def _months() -> list[date]:
    return [date(2026, number, 1) for number in range(1, 13)]


def _period(session: Session, programme: Programme, month: date) -> ReportingPeriod:
    after = next_month(month)
    period = ReportingPeriod(
        programme_id=programme.id or 0,
        month=month,
        due_on=after.replace(day=3),
        timely_until=after.replace(day=3),
        locked_after=after.replace(day=10),
    )
    session.add(period)
    return period


def _project(session: Session, programme: Programme, code: str) -> LivelihoodProject:
    agency = 2 if code == "P3" else 1
    project = LivelihoodProject(
        programme_id=programme.id or 0,
        region_id=1,
        code=code,
        name=f"项目{code}",
        lead_agency_id=agency,
        leader="某副市长",
        due_on=date(2026, 12, 31),
    )
    session.add(project)
    return project


def _plan(
    session: Session, project: LivelihoodProject, month: date, period: ReportingPeriod
) -> None:
    session.add(
        Milestone(
            project_id=project.id or 0,
            kind=MilestoneKind.MONTHLY,
            name=f"{month.month}月",
            due_on=month_end(month),
            planned_pct=Decimal(8 * month.month),
        )
    )
    session.add(
        ExpectedReport(
            period_id=period.id or 0,
            project_id=project.id or 0,
            agency_id=project.lead_agency_id or 0,
        )
    )


def report(
    session: Session,
    town: Town,
    code: str,
    number: int,
    completed: str | None,
    *,
    accepted_on: date | None = None,
    revision: int = 1,
) -> ProgressReport:
    """Add an accepted report of a month, by default accepted on the fifth of the next month."""
    month = date(2026, number, 1)
    row = ProgressReport(
        period_id=town.periods[month].id or 0,
        project_id=town.projects[code].id or 0,
        agency_id=town.projects[code].lead_agency_id,
        month=month,
        revision=revision,
        state=ReportState.ACCEPTED,
        receipt=f"HZ-{code}-{number}",
        completed_pct=Decimal(completed) if completed is not None else None,
        accepted_on=accepted_on or month_end(month) + timedelta(days=5),
    )
    session.add(row)
    session.flush()
    return row


def node(
    session: Session, town: Town, code: str, due_on: date, completed_on: date | None = None
) -> Milestone:
    """Add a dated step to a project."""
    row = Milestone(
        project_id=town.projects[code].id or 0,
        kind=MilestoneKind.NODE,
        name="主体完工",
        due_on=due_on,
        completed_on=completed_on,
    )
    session.add(row)
    session.flush()
    return row


def live(session: Session) -> Town:
    """A town with a history: P1 on plan, P2 falling behind and catching up, P3 silent."""
    town = plant(session)
    for number in range(1, 8):
        report(session, town, "P1", number, str(8 * number))
    report(session, town, "P1", 8, "64", accepted_on=date(2026, 9, 2))
    for number, completed in ((1, "8"), (2, "8"), (3, "12"), (4, "0"), (5, "5"), (6, "47")):
        report(session, town, "P2", number, completed)
    node(session, town, "P1", date(2026, 6, 20), date(2026, 6, 25))
    return town


def lit(session: Session, town: Town, today: date = TODAY) -> int:
    """Run the days up to today: close what is locked, then keep the facts."""
    close_months(session, today=today)
    refresh_facts(session, None, today=today)
    return town.programme.id or 0


def kinds(found: pd.DataFrame) -> dict[str, str]:
    return dict(zip(found["code"], found["kind"], strict=True))
