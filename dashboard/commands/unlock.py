"""解锁: a late door into a locked month, asked with a reason, approved by someone else, ending."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, allow_another
from dashboard.queries.scope import scope_of
from dashboard.rules.words import required_words
from models.project import LivelihoodProject
from models.report import ReportingPeriod, ReportUnlock


def request_unlock(
    session: Session, actor: Actor, project_id: int, *, month: date, reason: str, today: date
) -> ReportUnlock:
    """Ask for a locked month of a project to be opened again (G14)."""
    allow(actor, Action.UNLOCK_REQUEST, scope_of(session, project_id))
    period = _period(session, project_id, month.replace(day=1))
    unlock = ReportUnlock(
        project_id=project_id,
        month=period.month,
        reason=required_words(reason, _("解锁理由")),
        requested_by_id=actor.account_id,
        requested_on=today,
    )
    record(session, actor, Action.UNLOCK_REQUEST, unlock)
    return unlock


def _period(session: Session, project_id: int, month: date) -> ReportingPeriod:
    project = load(session, LivelihoodProject, project_id)
    statement = rows_of(ReportingPeriod).where(
        ReportingPeriod.programme_id == project.programme_id, ReportingPeriod.month == month
    )
    found = session.exec(statement).first()
    if found is None:
        raise Invalid(_("{month} 还没有开始填报。").format(month=month.strftime("%Y-%m")))
    return found


def approve_unlock(
    session: Session, actor: Actor, unlock_id: int, *, ends_on: date, today: date
) -> ReportUnlock:
    """Open the month until `ends_on`; the approver is not the one who asked."""
    unlock = load(session, ReportUnlock, unlock_id)
    allow(actor, Action.UNLOCK_APPROVE, scope_of(session, unlock.project_id))
    allow_another(actor, unlock.requested_by_id, Action.UNLOCK_APPROVE, "report_unlock", unlock.id)
    if unlock.approved_on is not None:
        raise Conflict(_("该解锁申请已经批准，请刷新。"))
    if ends_on < today:
        raise Invalid(_("解锁截止日不能早于今天（{day}）。").format(day=today.isoformat()))
    unlock.approved_by_id = actor.account_id
    unlock.approved_on = today
    unlock.ends_on = ends_on
    record(session, actor, Action.UNLOCK_APPROVE, unlock)
    return unlock
