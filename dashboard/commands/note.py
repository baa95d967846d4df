"""内部备注: words for the office alone, apart from every answer (K9)."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from dashboard.audit import record
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, allow_sight
from dashboard.queries.note import sight_at
from dashboard.rules.words import required_words
from models.note import InternalNote


def write_note(
    session: Session, actor: Actor, table_name: str, row_id: int, *, words: str, today: date
) -> InternalNote:
    """Write a note at a remark or a rectification; it never leaves by export, file or interface."""
    allow(actor, Action.NOTE_WRITE)
    scope = sight_at(session, table_name, row_id, actor)
    allow_sight(actor, Action.NOTE_WRITE, scope, table_name, row_id)
    note = InternalNote(
        table_name=table_name, row_id=row_id, words=required_words(words, _("内部备注")),
        noted_by_id=actor.account_id, noted_on=today,
    )  # fmt: skip
    record(session, actor, Action.NOTE_WRITE, note)
    return note
