"""文书模板: an office puts its own Word file in the place of the one before."""

from __future__ import annotations

from sqlmodel import Session

from dashboard.audit import record
from dashboard.commands.file import store_file
from dashboard.documents.notice import FIELDS, MEDIA_TYPE, notice
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.rules.words import required_words
from models.template import TemplateKind, WordTemplate


def replace_template(
    session: Session, actor: Actor, *, kind: TemplateKind, name: str, data: bytes
) -> WordTemplate:
    """Take a template into use, after it was filled once on trial; earlier ones are kept.

    Raises:
        Invalid: it is no Word file, or holds more than fields; the sentence says what.
    """
    allow(actor, Action.TEMPLATE_EDIT)
    notice(data, {field: field for field in FIELDS})
    stored = store_file(session, actor, name=name, data=data, media_type=MEDIA_TYPE)
    title = required_words(name, _("模板名称"), 80)
    template = WordTemplate(kind=kind, name=title, file_id=stored.id or 0)
    record(session, actor, Action.TEMPLATE_EDIT, template)
    return template
