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
from models.base import utc_now
from models.instruction import Instruction

LONGEST = 2000


def _words(text: str, title: str) -> str:
    words = text.strip()
    if not words:
        raise Invalid(_("请填写{title}。").format(title=title))
    if len(words) > LONGEST:
        raise Invalid(
            _("{title}最多 {most} 字，现有 {now} 字。").format(
                title=title, most=LONGEST, now=len(words)
            )
        )
    return words


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
        words=_words(words, _("批示内容")),
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
    instruction.answer = _words(answer, _("办理情况"))
    instruction.answered_by_id = actor.account_id
    instruction.answered_at = utc_now()
    instruction.answered_on = today
    record(session, actor, Action.INSTRUCTION_ANSWER, instruction)
    return instruction
