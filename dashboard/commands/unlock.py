"""解锁: a late door into a locked month, asked with a reason, decided by someone else, ending."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, allow_another
from dashboard.queries.scope import scope_of
from dashboard.rules.words import required_words
from models.programme import Programme
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


def _undecided(session: Session, actor: Actor, unlock_id: int) -> ReportUnlock:
    """Give a request that this actor may decide: of the own office, asked by somebody else."""
    unlock = load(session, ReportUnlock, unlock_id)
    allow(actor, Action.UNLOCK_APPROVE, scope_of(session, unlock.project_id))
    allow_another(actor, unlock.requested_by_id, Action.UNLOCK_APPROVE, "report_unlock", unlock.id)
    if unlock.approved_on is not None:
        raise Conflict(_("该解锁申请已经批准，请刷新。"))
    if unlock.refused_on is not None:
        raise Conflict(_("该解锁申请已经退回，请刷新。"))
    return unlock


def approve_unlock(
    session: Session, actor: Actor, unlock_id: int, *, ends_on: date, today: date
) -> ReportUnlock:
    """Open the month until `ends_on`, for as many days at most as the list allows."""
    unlock = _undecided(session, actor, unlock_id)
    if ends_on < today:
        raise Invalid(_("解锁截止日不能早于今天（{day}）。").format(day=today.isoformat()))
    project = load(session, LivelihoodProject, unlock.project_id)
    most = load(session, Programme, project.programme_id).unlock_days
    last = today + timedelta(days=most)
    if ends_on > last:
        raise Invalid(
            _("解锁最多开放 {n} 天，截止日不能晚于 {day}。").format(n=most, day=last.isoformat())
        )
    unlock.approved_by_id = actor.account_id
    unlock.approved_on = today
    unlock.ends_on = ends_on
    record(session, actor, Action.UNLOCK_APPROVE, unlock)
    return unlock


def refuse_unlock(
    session: Session, actor: Actor, unlock_id: int, *, reason: str, today: date
) -> ReportUnlock:
    """Leave the month locked and say why; who asked finds it on their desk."""
    unlock = _undecided(session, actor, unlock_id)
    unlock.answer = required_words(reason, _("不批准理由"))
    unlock.refused_by_id = actor.account_id
    unlock.refused_on = today
    record(session, actor, "unlock:refuse", unlock)
    return unlock
