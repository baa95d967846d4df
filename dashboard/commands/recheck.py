"""回头看: after clearing somebody looks again; what did not last is reopened."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from dashboard.audit import record
from dashboard.commands.rectification import add_event
from dashboard.commands.rectification_move import move_rectification, open_rectification
from dashboard.db import load
from dashboard.errors import Conflict
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, refusal
from dashboard.queries.rectification_rule import of_handling_unit
from dashboard.rules.words import required_words
from models.rectification import Recheck


def do_recheck(
    session: Session,
    actor: Actor,
    recheck_id: int,
    *,
    passed: bool,
    words: str,
    today: date,
    due_on: date | None = None,
) -> Recheck:
    """Write what was found on looking again; a failed look reopens the item with a new deadline.

    Raises:
        NotAllowed: the actor is of the unit that had to rectify.
        Conflict: it was done already.
        Invalid: no words, or a failed look without a new deadline.
    """
    absent = refusal(actor, Action.RECHECK_DO, "recheck", recheck_id)
    look = load(session, Recheck, recheck_id, lock=True, refused=absent)
    row = open_rectification(session, actor, look.rectification_id, Action.RECHECK_DO)
    if of_handling_unit(session, row, actor):
        raise refusal(actor, Action.RECHECK_DO, "recheck", recheck_id)
    if look.done_on is not None:
        raise Conflict(_("这次回头看已经办理，请刷新后查看。"))
    look.words = required_words(words, _("回头看情况"))
    look.passed, look.done_on, look.done_by_id = passed, today, actor.account_id
    record(session, actor, Action.RECHECK_DO, look)
    name = _("回头看：效果保持") if passed else _("回头看：问题反弹")
    add_event(session, actor, row, "recheck", name, today, words=look.words)
    if not passed:
        move_rectification(
            session, actor, row.id or 0, "reopen", today=today, words=look.words, due_on=due_on
        )
        return look
    row.recheck_on = None
    record(session, actor, Action.RECHECK_DO, row)
    return look
