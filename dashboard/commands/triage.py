"""The office ends each remark: answered, turned into rectification, or no action (J6, J8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from dashboard.audit import record
from dashboard.commands.settle import add_reply, decide, mark_rectifying
from dashboard.db import load, require_version
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, allow_another, allow_sight, refusal
from dashboard.queries.remark import TABLE, sight_of
from dashboard.queries.scope import scope_of
from dashboard.rules.remark import ENDED
from dashboard.rules.words import required_words
from models.account import Account
from models.rectification import Rectification
from models.remark import ObserverRemark, RemarkReply, RemarkState, ReplyProposal


def answer_remark(
    session: Session,
    actor: Actor,
    remark_id: int,
    *,
    words: str,
    today: date,
    version: int | None = None,
) -> RemarkReply:
    """Answer a remark in public; one that waited is ended by it, one that was ended gets more."""
    remark = _to_triage(session, actor, remark_id, version)
    words = required_words(words, _("答复内容"))
    if remark.state is RemarkState.SENT:
        decide(remark, actor, RemarkState.ANSWERED, today)
        record(session, actor, Action.REMARK_TRIAGE, remark)
    elif remark.state is RemarkState.WITHDRAWN:
        raise Conflict(_("意见 {number} 已撤回，请刷新。").format(number=remark.number))
    else:
        remark.seen_answer_at = None
        remark.reopen_asked_on = None
        record(session, actor, Action.REMARK_TRIAGE, remark, comment=remark.number)
    return add_reply(session, actor, remark, words, today)


def take_no_action(
    session: Session,
    actor: Actor,
    remark_id: int,
    *,
    reason: str,
    today: date,
    version: int | None = None,
) -> ObserverRemark:
    """End a remark without action; whoever wrote it reads the reason."""
    remark = _to_triage(session, actor, remark_id, version)
    _require_waiting(remark)
    decide(remark, actor, RemarkState.NO_ACTION, today, required_words(reason, _("不予办理的理由")))
    record(session, actor, Action.REMARK_TRIAGE, remark)
    return remark


def join_rectification(
    session: Session,
    actor: Actor,
    remark_ids: Sequence[int],
    rectification_id: int,
    *,
    today: date,
) -> Rectification:
    """Let remarks point to a rectification that is under way; closing it answers them all.

    Raises:
        Conflict: a remark was decided, or the rectification closed meanwhile.
        Invalid: none is chosen, or one of them belongs elsewhere.
    """
    if not remark_ids:
        raise Invalid(_("请选择至少一条意见。"))
    rectification = load(session, Rectification, rectification_id, lock=True)
    allow(actor, Action.RECTIFICATION_ISSUE, scope_of(session, rectification.project_id))
    if rectification.closed_on is not None:
        raise Conflict(
            _("整改 {number} 已办结，请选择其他整改或另行下发。").format(
                number=rectification.number
            )
        )
    for remark_id in sorted(set(remark_ids)):
        remark = _to_triage(session, actor, remark_id)
        mark_rectifying(session, remark, rectification, actor, today=today)
    return rectification


def reopen_remark(
    session: Session, actor: Actor, remark_id: int, *, reason: str, today: date
) -> ObserverRemark:
    """Take a remark that was answered or refused up again; it waits for a decision once more.

    One whose problem was rectified is reopened by reopening its rectification.
    """
    remark = _to_triage(session, actor, remark_id)
    if remark.state not in (RemarkState.ANSWERED, RemarkState.NO_ACTION):
        raise Conflict(_("只有已答复或不予办理的意见可在这里重新办理。"))
    remark.state, remark.reopen_asked_on = RemarkState.SENT, None
    remark.reopens += 1
    reason = required_words(reason, _("重新办理的理由"))
    record(session, actor, "remark:reopen", remark, comment=reason)
    return remark


def move_remark(
    session: Session, actor: Actor, remark_id: int, project_id: int, *, version: int | None = None
) -> ObserverRemark:
    """Put a citizen's word, which named a place or the wrong project, to its project (L2)."""
    remark = _to_triage(session, actor, remark_id, version)
    _require_waiting(remark)
    allow(actor, Action.REMARK_TRIAGE, scope_of(session, project_id))
    if remark.account_id is not None:
        raise Invalid(_("观察员的意见由其本人选定项目，不能改到别的项目。"))
    remark.project_id, remark.site_id, remark.distance_m = project_id, None, None
    record(session, actor, "remark:move", remark)
    return remark


def propose_reply(
    session: Session, actor: Actor, remark_id: int, *, words: str, today: date
) -> ReplyProposal:
    """Let the unit write what it would answer; the office publishes it or not."""
    absent = refusal(actor, Action.REPLY_PROPOSE, TABLE, remark_id)
    remark = load(session, ObserverRemark, remark_id, refused=absent)
    allow_sight(actor, Action.REPLY_PROPOSE, sight_of(session, remark, actor), TABLE, remark_id)
    if remark.state in (RemarkState.WITHDRAWN, *ENDED):
        raise Conflict(_("意见 {number} 已处理，请刷新。").format(number=remark.number))
    proposal = ReplyProposal(
        remark_id=remark_id, words=required_words(words, _("建议的答复")),
        proposed_by_id=actor.account_id, proposed_on=today,
    )  # fmt: skip
    record(session, actor, Action.REPLY_PROPOSE, proposal, comment=remark.number)
    return proposal


def decide_proposal(
    session: Session,
    actor: Actor,
    proposal_id: int,
    *,
    publish: bool,
    words: str = "",
    today: date,
) -> ReplyProposal:
    """Publish a unit's answer, maybe in other words, or leave it unpublished."""
    proposal = load(session, ReplyProposal, proposal_id, lock=True)
    remark = _to_triage(session, actor, proposal.remark_id)
    allow_another(
        actor, proposal.proposed_by_id, Action.REMARK_TRIAGE, "reply_proposal", proposal_id
    )
    if proposal.decided_on is not None:
        raise Conflict(_("这条答复建议已处理，请刷新。"))
    proposal.decided_by_id, proposal.decided_on = actor.account_id, today
    proposal.published = publish
    record(session, actor, "reply:decide", proposal, comment=remark.number)
    if publish:
        answer_remark(
            session, actor, proposal.remark_id, words=words or proposal.words, today=today
        )
    return proposal


def look_at_phone(session: Session, actor: Actor, remark_id: int) -> str:
    """Give the telephone number of whoever wrote a remark; each look is a line of the log (PI2)."""
    absent = refusal(actor, Action.REMARK_TRIAGE, TABLE, remark_id)
    remark = load(session, ObserverRemark, remark_id, refused=absent)
    allow_sight(actor, Action.REMARK_TRIAGE, sight_of(session, remark, actor), TABLE, remark_id)
    record(session, actor, "remark:look-phone", remark, comment=remark.number)
    author = session.get(Account, remark.account_id) if remark.account_id else None
    return remark.phone or (author.phone if author else "")


def _to_triage(
    session: Session, actor: Actor, remark_id: int, version: int | None = None
) -> ObserverRemark:
    """Load a remark that the actor may decide on: in the office's scope, of somebody else."""
    absent = refusal(actor, Action.REMARK_TRIAGE, TABLE, remark_id)
    remark = load(session, ObserverRemark, remark_id, lock=True, refused=absent)
    allow_sight(actor, Action.REMARK_TRIAGE, sight_of(session, remark, actor), TABLE, remark_id)
    allow_another(actor, remark.account_id, Action.REMARK_TRIAGE, TABLE, remark_id)
    require_version(session, remark, version)
    return remark


def _require_waiting(remark: ObserverRemark) -> None:
    if remark.state is not RemarkState.SENT:
        raise Conflict(_("意见 {number} 已处理，请刷新。").format(number=remark.number))
