"""Remarks that point to one problem follow it: issued, closed, reopened (J8)."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.queries.scope import is_sealed
from models.rectification import Rectification, RectificationKind, RectificationState
from models.remark import ObserverRemark, RemarkReply, RemarkState

FIXED = "您反映的问题已整改销号。"
ENDED = "您反映的问题已办理终结（{state}）。"
"""What an answer says where the office wrote no words of its own: data, so in Chinese."""


def decide(
    remark: ObserverRemark, actor: Actor, state: RemarkState, today: date, reason: str = ""
) -> None:
    """End a remark's waiting. Whether it was in time is written the first time and stays."""
    remark.state, remark.reason = state, reason
    remark.decided_by_id, remark.decided_on = actor.account_id, today
    remark.seen_answer_at, remark.reopen_asked_on = None, None
    if remark.in_time is None and remark.due_on is not None:
        remark.in_time = today <= remark.due_on


def mark_rectifying(
    session: Session,
    remark: ObserverRemark,
    rectification: Rectification,
    actor: Actor,
    *,
    today: date,
) -> None:
    """Join a remark to a rectification of its project, for a command that has allowed it.

    Raises:
        Conflict: the remark was decided meanwhile.
        Invalid: another project's, or one of the two is sealed and the other is not.
    """
    if remark.state not in (RemarkState.SENT, RemarkState.RECTIFYING):
        raise Conflict(_("意见 {number} 已处理，请刷新。").format(number=remark.number))
    if remark.project_id not in (None, rectification.project_id):
        raise Invalid(_("意见 {number} 不属于该项目，不能并入。").format(number=remark.number))
    hidden = _hidden(session, remark.sealed_set_id)
    if hidden != _hidden(session, rectification.sealed_set_id):
        raise Invalid(
            _("意见 {number} 与该整改不在同一暗访批次，不能并入，否则会泄露暗访。").format(
                number=remark.number
            )
        )
    remark.project_id = rectification.project_id
    remark.rectification_id = rectification.id
    decide(remark, actor, RemarkState.RECTIFYING, today)
    record(session, actor, "remark:rectify", remark, comment=rectification.number)


def _hidden(session: Session, sealed_set_id: int | None) -> int | None:
    return sealed_set_id if is_sealed(session, sealed_set_id) else None


def settle_remarks(
    session: Session, actor: Actor, rectification: Rectification, *, today: date
) -> list[ObserverRemark]:
    """Answer every remark joined to a rectification that was closed just now.

    One closed as a duplicate hands its remarks to the one it repeats.
    """
    state = session.exec(
        rows_of(RectificationState).where(RectificationState.code == rectification.state)
    ).one()
    if state.kind is RectificationKind.DUPLICATE and rectification.duplicate_of_id is not None:
        return _hand_over(session, actor, rectification, today)
    fixed = state.kind is RectificationKind.FIXED
    words = rectification.public_answer or (FIXED if fixed else ENDED.format(state=state.name))
    settled = _joined(session, rectification, RemarkState.RECTIFYING)
    for remark in settled:
        remark.state = RemarkState.SETTLED if fixed else RemarkState.ANSWERED
        remark.seen_answer_at, remark.reopen_asked_on = None, None
        record(session, actor, "remark:settle", remark, comment=rectification.number)
        add_reply(session, actor, remark, words, today)
    return settled


def _hand_over(
    session: Session, actor: Actor, rectification: Rectification, today: date
) -> list[ObserverRemark]:
    first = load(session, Rectification, rectification.duplicate_of_id)
    moved = _joined(session, rectification, RemarkState.RECTIFYING)
    for remark in moved:
        remark.rectification_id = first.id
        record(session, actor, "remark:join", remark, comment=first.number)
    if first.closed_on is not None:
        settle_remarks(session, actor, first, today=today)
    return moved


def reopen_remarks(
    session: Session, actor: Actor, rectification: Rectification
) -> list[ObserverRemark]:
    """Set the remarks joined to a rectification that was reopened under way again, and count it."""
    ended = _joined(session, rectification, RemarkState.SETTLED, RemarkState.ANSWERED)
    for remark in ended:
        remark.state = RemarkState.RECTIFYING
        remark.reopens += 1
        remark.reopen_asked_on = None
        record(session, actor, "remark:reopen", remark, comment=rectification.number)
    return ended


def _joined(
    session: Session, rectification: Rectification, *states: RemarkState
) -> list[ObserverRemark]:
    statement = rows_of(ObserverRemark).where(ObserverRemark.rectification_id == rectification.id)
    return [row for row in session.exec(statement) if row.state in states]


def add_reply(
    session: Session, actor: Actor, remark: ObserverRemark, words: str, today: date
) -> RemarkReply:
    """Add a public answer, for a command that has allowed it."""
    reply = RemarkReply(
        remark_id=remark.id or 0, words=words, replied_by_id=actor.account_id, replied_on=today
    )
    record(session, actor, "remark:answer", reply, comment=remark.number)
    return reply
