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
from dashboard.bulk import add_rows, among, change_rows, delete_rows, rows_where
from dashboard.commands.lag import require_explained
from dashboard.commands.light import refresh_facts
from dashboard.commands.opening import (
    OPEN_STATES,
    Opened,
    add_answers,
    add_lines,
    line_like,
    log,
    open_reports,
    opened,
    require_open,
    require_state,
    write_reports,
)
from dashboard.commands.own_answer import answers_in, require_answered
from dashboard.db import load
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, allow_another, allow_each
from dashboard.queries.scope import scope_of, scopes_of
from dashboard.rules.progress import month_end
from dashboard.rules.words import required_words
from models.agency import Agency
from models.audit import AuditEntry
from models.base import utc_now
from models.milestone import Milestone, MilestoneKind
from models.report import (
    FIGURES,
    ExpectedReport,
    ProgressReport,
    ReportingPeriod,
    ReportLine,
    ReportState,
)

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
    allow_each(actor, action, [scopes[report.project_id] for report in reports])


def _receipt(session: Session, agency_id: int | None, month: date) -> str:
    """Give the next number of a unit's receipts of a month; one that was taken back counts too."""
    # Two submissions of a unit at once must not each find the same number free.
    agency = session.get(Agency, agency_id, with_for_update=True) if agency_id else None
    code = agency.code if agency else "0"
    if len(code) > _CODE_LENGTH:
        code = f"D{agency_id}"
    prefix = f"{month:%Y%m}-{code}-"
    given = (
        select(col(ProgressReport.receipt))
        .where(col(ProgressReport.agency_id).is_not_distinct_from(agency_id))
        .where(col(ProgressReport.month) == month)
        .distinct()
    )
    withdrawn = select(col(AuditEntry.comment)).where(col(AuditEntry.event) == TAKE_BACK)
    known = [*session.connection().scalars(given), *session.connection().scalars(withdrawn)]
    numbers = [receipt.removeprefix(prefix)[:3] for receipt in known if receipt.startswith(prefix)]
    return f"{prefix}{max((int(n) for n in numbers if n.isdecimal()), default=0) + 1:03d}"


def submit_reports(
    session: Session, actor: Actor, report_ids: Collection[int], *, today: date
) -> str:
    """Send drafts to the unit's reviewer (报送) under one receipt number, which is returned."""
    keys = list(dict.fromkeys(report_ids))
    found = {
        row["id"]: opened(row)
        for row in rows_where(session, ProgressReport, among(session, col(ProgressReport.id), keys))
    }
    for key in keys:
        if key not in found:
            load(session, ProgressReport, key)
    reports = [found[key] for key in keys]
    add_lines(session, reports)
    add_answers(session, reports)
    receipt = send(session, actor, reports, today)
    write_reports(session, reports)
    return receipt


def send(session: Session, actor: Actor, reports: Sequence[Opened], today: date) -> str:
    """Let reports be sent on under one receipt number, which is returned; others write them.

    Raises:
        Invalid: there are none, their month is locked, or one lags and does not say why, or leaves
            out what an office requires.
        Conflict: one of them was sent already.
    """
    if not reports:
        raise Invalid(_("请先勾选至少一条月报。"))
    rows = [report.now for report in reports]
    scopes = scopes_of(session, [row["project_id"] for row in rows])
    allow_each(actor, Action.REPORT_SUBMIT, [scopes[row["project_id"]] for row in rows])
    receipt = _receipt(session, rows[0]["agency_id"], rows[0]["month"])
    for row in rows:
        require_state(row["id"], row["state"], OPEN_STATES)
    for key in dict.fromkeys(row["period_id"] for row in rows):
        period = load(session, ReportingPeriod, key)
        these = [report for report in reports if report.now["period_id"] == key]
        projects = [report.now["project_id"] for report in these]
        require_open(session, projects, period, today)
        require_explained(session, these)
        require_answered(session, these)
        _receive(session, key, projects, today)
    sent = {
        "state": ReportState.SUBMITTED,
        "receipt": receipt,
        "submitted_by_id": actor.account_id,
        "submitted_at": utc_now(),
        "submitted_on": today,
        "return_reason": "",
    }
    for row in rows:
        row.update(sent)
    log(session, actor, Action.REPORT_SUBMIT, reports, batch=receipt)
    return receipt


def _receive(session: Session, period_id: int, projects: Collection[int], today: date) -> None:
    """Keep the day reports first came in: later revisions do not make them late."""
    waiting = rows_where(
        session,
        ExpectedReport,
        col(ExpectedReport.period_id) == period_id,
        col(ExpectedReport.received_on).is_(None),
        among(session, col(ExpectedReport.project_id), projects),
    )
    for row in waiting:
        row["received_on"] = today
    change_rows(session, ExpectedReport, waiting, ["received_on"])


def confirm_reports(session: Session, actor: Actor, report_ids: Collection[int]) -> int:
    """Confirm the unit's reports (单位审核); the reviewer is not the one who submitted them."""
    reports = _loaded(session, report_ids)
    _allow_all(session, actor, Action.REPORT_CONFIRM, reports)
    for report in reports:
        allow_another(
            actor, report.submitted_by_id, Action.REPORT_CONFIRM, "progress_report", report.id
        )
        require_state(report.id, report.state, [ReportState.SUBMITTED])
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
        require_state(report.id, report.state, [ReportState.SUBMITTED, ReportState.CONFIRMED])
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
        require_state(report.id, report.state, [ReportState.CONFIRMED])
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
    report = open_reports(session, [project_id], period, last.agency_id, today)[project_id]
    report.now |= {name: getattr(last, name) for name in (*FIGURES, "cells")}
    report.now |= {"no_change": True, "monthly_quantity": None}
    report.answers = answers_in(session, last.id)
    log(session, actor, "report:no-change", [report])
    write_reports(session, [report])
    copy_lines(session, last, report)
    return session.get_one(ProgressReport, report.now["id"])


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


def copy_lines(session: Session, last: ProgressReport, report: Opened) -> None:
    """Give a report the lines of another one, in place of its own."""
    delete_rows(session, ReportLine, col(ReportLine.report_id) == report.now["id"])
    lines = rows_where(session, ReportLine, col(ReportLine.report_id) == last.id)
    add_rows(session, ReportLine, [line_like(line, report) for line in lines])
