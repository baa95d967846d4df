"""自设字段: what is entered in the fields an office added by itself, kept beside the row."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlmodel import Session
from sqlmodel import select as rows_of
from sqlmodel.sql.expression import SelectOfScalar

from dashboard.admin.spec import AdminPage
from dashboard.i18n import _
from dashboard.queries.own_field import own_fields
from dashboard.rules.entry import Unfit
from models.base import utc_now
from models.custom import CustomValue


def answers_of(page: AdminPage, key: int) -> SelectOfScalar[CustomValue]:
    """Select what a row holds in the office's own fields."""
    return rows_of(CustomValue).where(
        CustomValue.table_name == page.table, CustomValue.row_id == key
    )


def keep_answers(
    session: Session, page: AdminPage, row: Any, answers: Mapping[str, Any]
) -> dict[str, Any]:
    """Keep what was entered in the office's own fields; gives old and new by field.

    The row itself counts as changed, so that the second of two people is told.
    """
    kept = session.exec(answers_of(page, row.id)).first()
    kept = kept or CustomValue(table_name=page.table, row_id=row.id)
    before = dict(kept.answers)
    kept.answers = {**before, **{name: stored_answer(value) for name, value in answers.items()}}
    fields = own_fields(session, page)
    missing = {
        name: _("请填写{title}。").format(title=field.label)
        for name, field in fields.items()
        if field.required and kept.answers.get(name) in (None, "")
    }
    if missing:
        raise Unfit(missing)
    session.add(kept)
    row.changed_at = utc_now()
    return {name: [before.get(name), kept.answers[name]] for name in answers}


def stored_answer(value: Any) -> Any:
    """Write an answer as JSON holds it: figures and days as text, so that they stay exact."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if value is None or isinstance(value, bool | str) else str(value)
