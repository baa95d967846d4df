"""批示: a leader's words go to the unit and the office; the unit's answer returns to the card."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from dashboard.audit import record
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.scope import scope_of
from dashboard.rules.words import required_words
from models.base import utc_now
from models.instruction import Instruction


def give_instruction(
    session: Session, actor: Actor, project_id: int, *, words: str, due_on: date, today: date
) -> Instruction:
    """Write an instruction on a project (批示), due on a day."""
    allow(actor, Action.INSTRUCTION_GIVE, scope_of(session, project_id))
    if due_on < today:
        raise Invalid(_("办理期限不能早于今天（{day}）。").format(day=today.isoformat()))
    instruction = Instruction(
        project_id=project_id,
        given_by_id=actor.account_id,
        given_on=today,
        words=required_words(words, _("批示内容")),
        due_on=due_on,
    )
    record(session, actor, Action.INSTRUCTION_GIVE, instruction)
    return instruction


def answer_instruction(
    session: Session, actor: Actor, instruction_id: int, *, answer: str, today: date
) -> Instruction:
    """Answer an instruction for the lead unit; the words stand on the project's card."""
    instruction = load(session, Instruction, instruction_id)
    allow(actor, Action.INSTRUCTION_ANSWER, scope_of(session, instruction.project_id))
    if instruction.answered_at is not None:
        raise Conflict(_("这条批示已经答复，请刷新后查看。"))
    instruction.answer = required_words(answer, _("办理情况"))
    instruction.answered_by_id = actor.account_id
    instruction.answered_at = utc_now()
    instruction.answered_on = today
    record(session, actor, Action.INSTRUCTION_ANSWER, instruction)
    return instruction
