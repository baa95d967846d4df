"""What whoever wrote a remark may still do: take it back, rate the answer, ask to reopen (J6)."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.db import load
from dashboard.errors import Conflict, Missing
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, refusal
from dashboard.queries.account import token_hash
from dashboard.rules.remark import ENDED, plain_code
from dashboard.rules.words import limited_words, required_words
from models.observer import Visit
from models.remark import ObserverRemark, RemarkState, Satisfaction


def withdraw_remark(
    session: Session, actor: Actor, remark_id: int, *, today: date
) -> ObserverRemark:
    """Take one's own remark back, as long as the office has not decided on it."""
    remark = _own(session, actor, remark_id)
    if remark.state is not RemarkState.SENT:
        raise Conflict(_("这条意见已处理，不能撤回。"))
    remark.state, remark.withdrawn_on = RemarkState.WITHDRAWN, today
    record(session, actor, "remark:withdraw", remark)
    return remark


def rate_remark(
    session: Session,
    actor: Actor,
    remark_id: int,
    *,
    rating: Satisfaction,
    words: str = "",
    today: date,
) -> ObserverRemark:
    """Say how content one is with what became of one's remark (满意/基本满意/不满意)."""
    return _rate(session, actor, _own(session, actor, remark_id), rating, words, today)


def rate_feedback(
    session: Session, code: str, *, rating: Satisfaction, words: str = "", today: date
) -> ObserverRemark:
    """Let a citizen rate by the code they follow by."""
    return _rate(session, None, _followed(session, code), rating, words, today)


def ask_to_reopen(
    session: Session, actor: Actor, remark_id: int, *, words: str, today: date
) -> ObserverRemark:
    """Ask the office to take the matter up again; it decides."""
    return _ask(session, actor, _own(session, actor, remark_id), words, today)


def ask_to_reopen_feedback(
    session: Session, code: str, *, words: str, today: date
) -> ObserverRemark:
    """Let a citizen ask by the code they follow by."""
    return _ask(session, None, _followed(session, code), words, today)


def see_answers(session: Session, actor: Actor, *, now: datetime) -> int:
    """Note that the answers to one's own remarks were seen; gives how many were new."""
    allow(actor, Action.REMARK_WRITE)
    fresh = session.exec(
        rows_of(ObserverRemark)
        .where(ObserverRemark.account_id == actor.account_id)
        .where(col(ObserverRemark.decided_on).is_not(None))
        .where(col(ObserverRemark.seen_answer_at).is_(None))
    ).all()
    for remark in fresh:
        remark.seen_answer_at = now
        record(session, actor, "remark:see-answer", remark)
    return len(fresh)


def make_visit(session: Session, actor: Actor, visit_id: int, *, note: str, today: date) -> Visit:
    """Note that one's own planned visit was made, where there was nothing to remark."""
    allow(actor, Action.REMARK_WRITE)
    foreign = refusal(actor, Action.REMARK_WRITE, "visit", visit_id)
    visit = load(session, Visit, visit_id, refused=foreign)
    if visit.account_id != actor.account_id:
        raise foreign
    if visit.visited_on is not None:
        raise Conflict(_("这次走访已登记，请刷新。"))
    visit.visited_on, visit.note = today, limited_words(note, _("走访情况"))
    record(session, actor, "visit:make", visit)
    return visit


def _own(session: Session, actor: Actor, remark_id: int) -> ObserverRemark:
    """Load a remark of the actor's own; somebody else's is refused."""
    allow(actor, Action.REMARK_WRITE)
    foreign = refusal(actor, Action.REMARK_WRITE, "observer_remark", remark_id)
    remark = load(session, ObserverRemark, remark_id, lock=True, refused=foreign)
    if remark.account_id != actor.account_id:
        raise foreign
    return remark


def _followed(session: Session, code: str) -> ObserverRemark:
    key = token_hash(plain_code(code))
    found = session.exec(rows_of(ObserverRemark).where(ObserverRemark.follow_hash == key)).first()
    if found is None:
        raise Missing(_("查询码不正确，请核对后重新输入。"))
    return found


def _rate(
    session: Session,
    actor: Actor | None,
    remark: ObserverRemark,
    rating: Satisfaction,
    words: str,
    today: date,
) -> ObserverRemark:
    _require_ended(remark)
    remark.rating, remark.rated_on = rating, today
    remark.rating_words = limited_words(words, _("评价说明"), 500)
    record(session, actor, "remark:rate", remark)
    return remark


def _ask(
    session: Session, actor: Actor | None, remark: ObserverRemark, words: str, today: date
) -> ObserverRemark:
    _require_ended(remark)
    if remark.reopen_asked_on is not None:
        raise Conflict(_("已经要求过重新办理，请等待督查室答复。"))
    remark.reopen_words = required_words(words, _("要求重新办理的理由"))
    remark.reopen_asked_on = today
    record(session, actor, "remark:ask-reopen", remark)
    return remark


def _require_ended(remark: ObserverRemark) -> None:
    if remark.state not in ENDED:
        raise Conflict(_("这条意见还没有办结，办结后才能评价或要求重新办理。"))
