"""填报期与应报: which reports are expected when, before anybody reports; dated exceptions.

28 §3(2): monthly by the 3rd; the first two months together by the middle of March.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import append, record
from dashboard.commands.project import allow_programme
from dashboard.db import load
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.rules.words import limited_words
from models.light import LightRecord
from models.programme import Programme
from models.project import LivelihoodProject
from models.report import ExpectedReport, ProgressReport, ReportingPeriod


def next_month(month: date) -> date:
    """Give the first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def months_of(year: int, upto: date) -> list[date]:
    """Give the first days of a year's months up to the one that holds `upto`."""
    months = [date(year, number, 1) for number in range(1, 13)]
    return [month for month in months if month <= upto]


def ensure_expected(
    session: Session, actor: Actor | None, programme: Programme, upto: date, today: date
) -> int:
    """Make the reporting periods and expected reports up to a month appear (应报); again: nothing.

    A project owes a report for every month up to the one in which it was accepted (验收). Its lead
    unit owes it: after a change of the lead, the new one owes what is still open and unreported.
    Nobody owes anything for a programme shown as of a fixed day: it comes from public documents.
    Returns how many expected reports were added or withdrawn. Without an actor it is the daily run.
    """
    if actor is not None:
        allow(actor, Action.PERIOD_EDIT)
    if programme.shown_on is not None:
        return 0
    periods = _periods(session, programme, months_of(programme.year, upto))
    projects = list(
        session.exec(
            rows_of(LivelihoodProject).where(LivelihoodProject.programme_id == programme.id)
        )
    )
    changed = sum(_expect(session, period, projects, today) for period in periods)
    if changed:
        append(
            session, actor, "report:expect", table_name="programme", row_key=str(programme.id),
            comment=_("应报任务增减 {count} 项").format(count=changed),
        )  # fmt: skip
    return changed


def _periods(
    session: Session, programme: Programme, months: Sequence[date]
) -> list[ReportingPeriod]:
    found = session.exec(
        rows_of(ReportingPeriod).where(ReportingPeriod.programme_id == programme.id)
    )
    periods = {period.month: period for period in found}
    for month in months:
        if month not in periods:
            after = next_month(month)
            periods[month] = ReportingPeriod(
                programme_id=programme.id or 0,
                month=month,
                due_on=after.replace(day=programme.due_day),
                timely_until=after.replace(day=programme.timely_day),
                locked_after=after.replace(day=programme.locked_day),
            )
            session.add(periods[month])
    session.flush()
    return [periods[month] for month in months]


def _expect(
    session: Session, period: ReportingPeriod, projects: Iterable[LivelihoodProject], today: date
) -> int:
    there = {
        expected.project_id: expected
        for expected in session.exec(
            rows_of(ExpectedReport).where(ExpectedReport.period_id == period.id)
        )
    }
    reported = set(
        session.connection().scalars(
            select(col(ProgressReport.project_id)).where(col(ProgressReport.period_id) == period.id)
        )
    )
    changed = 0
    for project in projects:
        expected, owed = there.get(project.id or 0), _owes(project, period.month)
        if owed and expected is None:
            session.add(
                ExpectedReport(
                    period_id=period.id or 0,
                    project_id=project.id or 0,
                    agency_id=project.lead_agency_id or 0,
                )
            )
            changed += 1
        elif expected is not None and project.id not in reported and period.locked_after >= today:
            changed += _amend(session, expected, project, owed)
    session.flush()
    return changed


def _owes(project: LivelihoodProject, month: date) -> bool:
    accepted = project.accepted_on
    return project.lead_agency_id is not None and (accepted is None or accepted >= month)


def _amend(
    session: Session, expected: ExpectedReport, project: LivelihoodProject, owed: bool
) -> int:
    if not owed:
        session.connection().execute(
            delete(ExpectedReport).where(col(ExpectedReport.id) == expected.id)
        )
        return 1
    expected.agency_id = project.lead_agency_id or expected.agency_id
    return 0


def change_period_days(
    session: Session,
    actor: Actor,
    period_id: int,
    *,
    due_on: date,
    timely_until: date,
    locked_after: date,
    exception: str,
    version: int | None = None,
) -> ReportingPeriod:
    """Give one period days of its own (例外), such as the first two months by mid-March."""
    period = load(session, ReportingPeriod, period_id, version=version)
    allow_programme(session, actor, Action.PERIOD_EDIT, period.programme_id)
    exception = limited_words(exception, _("例外说明"), 200)
    if _is_closed(session, period):
        raise Invalid(
            _("{month} 已结账，不能再改日期；补报请用解锁。").format(month=f"{period.month:%Y-%m}")
        )
    set_days(period, due_on, timely_until, locked_after, exception)
    record(session, actor, Action.PERIOD_EDIT, period, comment=exception)
    return period


def _is_closed(session: Session, period: ReportingPeriod) -> bool:
    """Say whether the month has a closing light: from then on only an unlock opens it (G14)."""
    statement = (
        select(col(LightRecord.id))
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(LightRecord.project_id))
        .where(col(LivelihoodProject.programme_id) == period.programme_id)
        .where(col(LightRecord.month) == period.month)
        .limit(1)
    )
    return session.connection().scalar(statement) is not None


def set_days(
    period: ReportingPeriod, due_on: date, timely_until: date, locked_after: date, exception: str
) -> None:
    """Put the three days of a period.

    Raises:
        Invalid: the days are not in order, lie before the month's end, or have no reason.
    """
    if not exception.strip():
        raise Invalid(_("请写明例外的原因。"))
    if not next_month(period.month) <= due_on <= timely_until <= locked_after:
        raise Invalid(_("应报日、按时截止日、锁定日应依次不早于前一个，且在当月结束之后。"))
    period.due_on = due_on
    period.timely_until = timely_until
    period.locked_after = locked_after
    period.exception = exception.strip()
