"""月报: submitted by the reporter, confirmed by the reviewer, accepted or returned by the office.

28 §3(2): a unit reports monthly and answers for it; nobody confirms their own; accepted figures are
locked and change only through an unlock.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.commands.lag import require_explained
from dashboard.commands.light import refresh_facts
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, allow_another
from dashboard.queries.scope import scope_of, scopes_of
from dashboard.rules.progress import month_end
from dashboard.rules.words import required_words
from models.agency import Agency
from models.audit import AuditEntry
from models.base import utc_now
from models.milestone import Milestone, MilestoneKind
from models.project import LivelihoodProject
from models.report import (
    FIGURES,
    CellSource,
    ExpectedReport,
    ProgressReport,
    ReportingPeriod,
    ReportLine,
    ReportState,
    ReportUnlock,
)

OPEN_STATES = (ReportState.DRAFT, ReportState.RETURNED)
TAKE_BACK = "report:take-back"
"""The event of a report whose batch was taken back; its comment keeps the receipt."""
_CODE_LENGTH = 20


def _loaded(session: Session, report_ids: Collection[int]) -> list[ProgressReport]:
    reports = [load(session, ProgressReport, key) for key in dict.fromkeys(report_ids)]
    if not reports:
        raise Invalid(_("请先勾选至少一条月报。"))
    return reports


def _allow_all(
    session: Session, actor: Actor, action: Action, reports: Sequence[ProgressReport]
) -> None:
    scopes = scopes_of(session, {report.project_id for report in reports})
    for report in reports:
        allow(actor, action, scopes[report.project_id])


def _require(report: ProgressReport, states: Collection[ReportState]) -> None:
    if report.state not in states:
        raise Conflict(
            _("第 {id} 号月报现在是“{now}”，不能进行此操作，可能已有人办理，请刷新。").format(
                id=report.id, now=_(report.state.label)
            )
        )


def unlock_for(session: Session, project_id: int, month: date, today: date) -> ReportUnlock | None:
    """Give the approved unlock that is open today for this project and month, if any."""
    statement = (
        rows_of(ReportUnlock)
        .where(ReportUnlock.project_id == project_id, ReportUnlock.month == month)
        .where(col(ReportUnlock.approved_on) <= today, col(ReportUnlock.ends_on) >= today)
        .limit(1)
    )
    return session.exec(statement).first()


def require_open(session: Session, project_id: int, period: ReportingPeriod, today: date) -> None:
    """Raise `Invalid` when the month is locked and no unlock is open."""
    locked = today > period.locked_after
    if locked and unlock_for(session, project_id, period.month, today) is None:
        raise Invalid(
            _("{month} 的月报已于 {day} 锁定；如需补报，请先申请解锁。").format(
                month=period.month.strftime("%Y-%m"), day=period.locked_after.isoformat()
            )
        )


def editable_report(
    session: Session, project_id: int, period: ReportingPeriod, agency_id: int | None, today: date
) -> ProgressReport:
    """Give the report of this month that may be written now: a draft, a returned or a new one.

    Raises:
        Invalid: the month is locked, or the report has been sent on and was not returned.
    """
    # Two who write for a project at once must not both begin the month's report.
    load(session, LivelihoodProject, project_id, lock=True)
    require_open(session, project_id, period, today)
    statement = (
        rows_of(ProgressReport)
        .where(ProgressReport.project_id == project_id, ProgressReport.month == period.month)
        .order_by(col(ProgressReport.revision).desc())
        .limit(1)
    )
    newest = session.exec(statement).first()
    if newest is not None and newest.state in OPEN_STATES:
        return newest
    if newest is not None and newest.state is not ReportState.ACCEPTED:
        raise Invalid(
            _("该项目本月的月报已报送（{state}），退回后才能修改。").format(
                state=_(newest.state.label)
            )
        )
    if newest is not None and unlock_for(session, project_id, period.month, today) is None:
        raise Invalid(_("该项目本月的月报已审定并锁定；如需更正，请先申请解锁。"))
    # A revision begins as what it replaces: what its sheet leaves out stays as it was.
    figures = {name: getattr(newest, name) for name in FIGURES} if newest else {}
    return ProgressReport(
        period_id=period.id or 0,
        project_id=project_id,
        agency_id=agency_id,
        month=period.month,
        revision=newest.revision + 1 if newest else 1,
        **figures,
    )


def _receipt(session: Session, agency_id: int | None, month: date) -> str:
    """Give the next number of a unit's receipts of a month; one that was taken back counts too."""
    # Two submissions of a unit at once must not each find the same number free.
    agency = session.get(Agency, agency_id, with_for_update=True) if agency_id else None
    code = agency.code if agency else "0"
    if len(code) > _CODE_LENGTH:
        code = f"D{agency_id}"
    prefix = f"{month:%Y%m}-{code}-"
    given = select(col(ProgressReport.receipt)).where(
        col(ProgressReport.agency_id).is_not_distinct_from(agency_id),
        col(ProgressReport.month) == month,
    )
    withdrawn = select(col(AuditEntry.comment)).where(col(AuditEntry.event) == TAKE_BACK)
    known = [*session.connection().scalars(given), *session.connection().scalars(withdrawn)]
    numbers = [receipt.removeprefix(prefix)[:3] for receipt in known if receipt.startswith(prefix)]
    return f"{prefix}{max((int(n) for n in numbers if n.isdecimal()), default=0) + 1:03d}"


def submit_reports(
    session: Session, actor: Actor, report_ids: Collection[int], *, today: date
) -> str:
    """Send drafts to the unit's reviewer (报送) under one receipt number, which is returned."""
    reports = _loaded(session, report_ids)
    _allow_all(session, actor, Action.REPORT_SUBMIT, reports)
    receipt = _receipt(session, reports[0].agency_id, reports[0].month)
    for report in reports:
        _require(report, OPEN_STATES)
        period = load(session, ReportingPeriod, report.period_id)
        require_open(session, report.project_id, period, today)
        require_explained(session, report)
        report.state = ReportState.SUBMITTED
        report.receipt = receipt
        report.submitted_by_id = actor.account_id
        report.submitted_at = utc_now()
        report.submitted_on = today
        report.return_reason = ""
        record(session, actor, Action.REPORT_SUBMIT, report, batch=receipt)
        _receive(session, report, today)
    return receipt


def expectation(session: Session, report: ProgressReport) -> ExpectedReport | None:
    """Give the row by which this report is owed, if it is."""
    statement = rows_of(ExpectedReport).where(
        ExpectedReport.period_id == report.period_id,
        ExpectedReport.project_id == report.project_id,
    )
    return session.exec(statement).first()


def _receive(session: Session, report: ProgressReport, today: date) -> None:
    """Keep the day a report first came in: later revisions do not make it late."""
    expected = expectation(session, report)
    if expected is not None and expected.received_on is None:
        expected.received_on = today
        session.add(expected)


def confirm_reports(session: Session, actor: Actor, report_ids: Collection[int]) -> int:
    """Confirm the unit's reports (单位审核); the reviewer is not the one who submitted them."""
    reports = _loaded(session, report_ids)
    _allow_all(session, actor, Action.REPORT_CONFIRM, reports)
    for report in reports:
        allow_another(
            actor, report.submitted_by_id, Action.REPORT_CONFIRM, "progress_report", report.id
        )
        _require(report, [ReportState.SUBMITTED])
        report.state = ReportState.CONFIRMED
        report.confirmed_by_id = actor.account_id
        report.confirmed_at = utc_now()
        record(session, actor, Action.REPORT_CONFIRM, report)
    return len(reports)


def return_reports(
    session: Session, actor: Actor, report_ids: Collection[int], *, reason: str
) -> int:
    """Send reports back to the reporter with a reason (退回), by the reviewer or the office."""
    reports = _loaded(session, report_ids)
    reason = required_words(reason, _("退回原因"))
    for report in reports:
        confirmed = report.state is ReportState.CONFIRMED
        action = Action.REPORT_ACCEPT if confirmed else Action.REPORT_CONFIRM
        allow(actor, action, scope_of(session, report.project_id))
        _require(report, [ReportState.SUBMITTED, ReportState.CONFIRMED])
        report.state = ReportState.RETURNED
        report.return_reason = reason
        record(session, actor, "report:return", report, comment=reason)
    return len(reports)


def accept_reports(
    session: Session, actor: Actor, report_ids: Collection[int], *, today: date
) -> int:
    """Accept reports (审定): from now on their figures light the board, and are locked."""
    reports = _loaded(session, report_ids)
    _allow_all(session, actor, Action.REPORT_ACCEPT, reports)
    for report in reports:
        for author in (report.submitted_by_id, report.confirmed_by_id):
            allow_another(actor, author, Action.REPORT_ACCEPT, "progress_report", report.id)
        _require(report, [ReportState.CONFIRMED])
        _supersede(session, actor, report, today)
        report.state = ReportState.ACCEPTED
        report.accepted_by_id = actor.account_id
        report.accepted_at = utc_now()
        report.accepted_on = today
        record(session, actor, Action.REPORT_ACCEPT, report)
        _complete_milestones(session, actor, report, today)
    refresh_facts(session, {report.project_id for report in reports}, today=today)
    return len(reports)


def _supersede(session: Session, actor: Actor, report: ProgressReport, today: date) -> None:
    statement = rows_of(ProgressReport).where(
        ProgressReport.project_id == report.project_id,
        ProgressReport.month == report.month,
        ProgressReport.state == ReportState.ACCEPTED,
        col(ProgressReport.superseded_on).is_(None),
    )
    for earlier in session.exec(statement):
        earlier.superseded_on = today
        record(session, actor, "report:supersede", earlier)
        _reopen_milestones(session, actor, report, earlier, today)


def _reopen_milestones(
    session: Session, actor: Actor, report: ProgressReport, earlier: ProgressReport, today: date
) -> None:
    """Let nodes that a revision no longer calls done be open again; the past keeps its version."""
    gone = set(named_milestones(earlier.milestone_done)) - set(
        named_milestones(report.milestone_done)
    )
    statement = rows_of(Milestone).where(
        Milestone.project_id == report.project_id,
        Milestone.kind == MilestoneKind.NODE,
        col(Milestone.name).in_(gone),
        col(Milestone.completed_on).between(report.month, month_end(report.month)),
        col(Milestone.known_until).is_(None),
    )
    for done in session.exec(statement).all() if gone else ():
        kept = done.model_dump(exclude={"id", "created_at", "changed_at", "version"})
        anew = {"completed_on": None, "completed_known_on": None, "known_from": today}
        done.known_until = today
        record(session, actor, "milestone:end", done)
        record(session, actor, "milestone:adjust", Milestone(**{**kept, **anew}))


def named_milestones(words: str) -> list[str]:
    """Split what a unit wrote under 已完成节点 into names."""
    return [part.strip() for part in re.split(r"[、；;，,\n]+", words) if part.strip()]


def _complete_milestones(
    session: Session, actor: Actor, report: ProgressReport, today: date
) -> None:
    names = named_milestones(report.milestone_done)
    if not names:
        return
    statement = rows_of(Milestone).where(
        Milestone.project_id == report.project_id,
        Milestone.kind == MilestoneKind.NODE,
        col(Milestone.name).in_(names),
        col(Milestone.completed_on).is_(None),
        col(Milestone.known_until).is_(None),
    )
    for milestone in session.exec(statement):
        # The sheet says in which month, not on which day: a step due that month was in time.
        latest = min(month_end(report.month), today)
        in_month = report.month <= milestone.due_on <= latest
        milestone.completed_on = milestone.due_on if in_month else latest
        milestone.completed_known_on = today
        record(session, actor, "milestone:complete", milestone)


def report_no_change(
    session: Session, actor: Actor, project_id: int, *, month: date, today: date
) -> ProgressReport:
    """Report that nothing changed this month (本月无变化): the last accepted figures, marked so."""
    allow(actor, Action.REPORT_SUBMIT, scope_of(session, project_id))
    last = _last_accepted(session, project_id, month)
    if last is None:
        raise Invalid(_("此前没有已审定的月报，不能填“本月无变化”，请填写数据。"))
    period = _same_programme_period(session, last, month)
    report = editable_report(session, project_id, period, last.agency_id, today)
    for name in FIGURES:
        setattr(report, name, getattr(last, name))
    report.no_change = True
    report.monthly_quantity = None
    record(session, actor, "report:no-change", report)
    copy_details(session, last, report)
    return report


def _last_accepted(session: Session, project_id: int, before: date) -> ProgressReport | None:
    statement = (
        rows_of(ProgressReport)
        .where(ProgressReport.project_id == project_id, col(ProgressReport.month) < before)
        .where(ProgressReport.state == ReportState.ACCEPTED)
        .where(col(ProgressReport.superseded_on).is_(None))
        .order_by(col(ProgressReport.month).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def _same_programme_period(session: Session, last: ProgressReport, month: date) -> ReportingPeriod:
    programme_id = load(session, ReportingPeriod, last.period_id).programme_id
    statement = rows_of(ReportingPeriod).where(
        ReportingPeriod.programme_id == programme_id, ReportingPeriod.month == month
    )
    period = session.exec(statement).first()
    if period is None:
        raise Invalid(_("{month} 还没有开始填报。").format(month=month.strftime("%Y-%m")))
    return period


def copy_details(session: Session, last: ProgressReport, report: ProgressReport) -> None:
    """Give a report the lines and the cells of another one, in place of its own."""
    for model in (ReportLine, CellSource):
        for old in session.exec(rows_of(model).where(model.report_id == report.id)):
            session.delete(old)
    session.flush()
    for line in session.exec(rows_of(ReportLine).where(ReportLine.report_id == last.id)):
        values = line.model_dump(include={"work_item_id", "cumulative_quantity", "completed_pct"})
        session.add(ReportLine(report_id=report.id or 0, **values))
    for source in session.exec(rows_of(CellSource).where(CellSource.report_id == last.id)):
        values = source.model_dump(
            exclude={"id", "created_at", "changed_at", "version", "report_id"}
        )
        session.add(CellSource(report_id=report.id or 0, **values))
    session.flush()
