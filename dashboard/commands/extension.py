"""延期: asked by the unit before the deadline, with a reason and a day; decided by someone else."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from dashboard.audit import record
from dashboard.commands.light import refresh_facts
from dashboard.commands.rectification import add_event
from dashboard.commands.rectification_move import judge, open_rectification
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow_another, refusal
from dashboard.queries.rectification_rule import asked_extension, kind_of, of_handling_unit
from dashboard.rules.rectification import require_future
from dashboard.rules.words import limited_words, required_words
from models.rectification import Extension, ExtensionState, RectificationKind


def ask_extension(
    session: Session,
    actor: Actor,
    rectification_id: int,
    *,
    new_due_on: date,
    reason: str,
    today: date,
    version: int | None = None,
) -> Extension:
    """Ask for a later deadline; until it is decided the old one holds, but is not judged.

    Raises:
        Conflict: the deadline has passed, the item is not under way, or one was asked already.
        Invalid: no reason, or a day that is not later than the deadline.
    """
    row = open_rectification(session, actor, rectification_id, Action.EXTENSION_ASK, version)
    if kind_of(session, row.state) is not RectificationKind.OPEN:
        raise Conflict(_("整改不在办理中，不能申请延期。"))
    if today > row.due_on:
        raise Conflict(
            _("整改期限（{day}）已过，延期须在期限届满前申请。").format(day=row.due_on.isoformat())
        )
    if asked_extension(session, row) is not None:
        raise Conflict(_("已有一项延期申请待审批，请等待审批结果。"))
    if new_due_on <= row.due_on:
        raise Invalid(_("新的期限须晚于现有期限（{day}）。").format(day=row.due_on.isoformat()))
    extension = Extension(
        rectification_id=rectification_id,
        old_due_on=row.due_on,
        new_due_on=new_due_on,
        reason=required_words(reason, _("延期理由")),
        asked_by_id=actor.account_id,
        asked_on=today,
    )
    record(session, actor, Action.EXTENSION_ASK, extension)
    add_event(session, actor, row, "ask", _("申请延期"), today, words=extension.reason)
    return extension


def decide_extension(
    session: Session, actor: Actor, extension_id: int, *, approve: bool, answer: str, today: date
) -> Extension:
    """Approve or refuse an extension that somebody else asked for; approved ones are counted.

    Raises:
        NotAllowed: the actor asked for it, or is of the unit that must rectify.
        Conflict: it was decided already.
    """
    absent = refusal(actor, Action.EXTENSION_DECIDE, "extension", extension_id)
    extension = load(session, Extension, extension_id, lock=True, refused=absent)
    row = open_rectification(session, actor, extension.rectification_id, Action.EXTENSION_DECIDE)
    action = Action.EXTENSION_DECIDE
    allow_another(actor, extension.asked_by_id, action, "extension", extension_id)
    if of_handling_unit(session, row, actor):
        raise refusal(actor, action, "extension", extension_id)
    if extension.state is not ExtensionState.ASKED:
        raise Conflict(_("这项延期申请已经审批，请刷新后查看。"))
    title = _("审批意见")
    extension.answer = limited_words(answer, title) if approve else required_words(answer, title)
    extension.state = ExtensionState.APPROVED if approve else ExtensionState.REFUSED
    extension.decided_by_id, extension.decided_on = actor.account_id, today
    if approve:
        row.due_on = require_future(extension.new_due_on, today)
        row.extensions += 1
    record(session, actor, action, extension)
    name = _("批准延期") if approve else _("未批准延期")
    add_event(session, actor, row, "extend" if approve else "refuse", name, today, words=answer)
    judge(session, row, today)
    record(session, actor, action, row)
    refresh_facts(session, [row.project_id], today=today)
    return extension
