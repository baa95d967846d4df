"""自设字段 in a monthly report: what its sheet answers, what must be answered before it is sent.

28 §3(2): what a unit files is whole; a field that an office requires is part of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.bulk import rows_where
from dashboard.commands.opening import Opened
from dashboard.commands.own_field import stored_answer
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _, joined
from dashboard.imports.examination import Draft, Examination
from dashboard.queries.own_column import ASKED_IN, own_columns
from dashboard.queries.own_field import own_fields_of
from dashboard.rules.entry import Field, entered
from models.custom import CustomField, CustomTable, CustomValue
from models.project import LivelihoodProject


def require_asked(session: Session, found: Examination) -> dict[str, Field]:
    """Give the fields an office added to a sheet. Raises `Conflict` when they are others by now."""
    if found.own != own_columns(session, found.kind):
        raise Conflict(_("自设字段在预览后有改动，请刷新后重新核对。"))
    return own_fields_of(session, ASKED_IN[found.kind][0]) if found.own else {}


def answered(drafts: Sequence[Draft], asked: Mapping[str, Field]) -> dict[str, Any]:
    """Give what the rows about a project answer, as it is kept.

    Raises:
        Invalid: an answer does not fit its field, or rows differ; the text names the row.
    """
    answers: dict[str, Any] = {}
    for name, field in asked.items():
        said = [draft for draft in drafts if name in draft.values]
        given = [draft for draft in said if draft.values[name] is not None]
        for draft in (given or said)[:1]:
            answers[name] = _fitting(draft, field)
        for draft in given[1:]:
            if draft.values[name] != given[0].values[name]:
                words = _("{title}与同一项目的其他行不一致。")
                raise _invalid(draft, words.format(title=field.label))
    return answers


def _fitting(draft: Draft, field: Field) -> Any:
    try:
        return stored_answer(entered(field, draft.values[field.name]))
    except Invalid as error:
        raise _invalid(draft, str(error)) from error


def _invalid(draft: Draft, text: str) -> Invalid:
    place = _("{sheet} 第 {row} 行").format(sheet=draft.sheet, row=draft.row)
    return Invalid(_("{title}：{text}").format(title=place, text=text))


def answers_in(session: Session, report_id: int | None) -> dict[str, Any]:
    """Give a copy of what a report holds in the fields an office added."""
    found = rows_where(
        session,
        CustomValue,
        col(CustomValue.table_name) == "progress_report",
        col(CustomValue.row_id) == report_id,
    )
    return {**found[0]["answers"]} if found else {}


def require_answered(session: Session, reports: Sequence[Opened]) -> None:
    """Raise `Invalid` when a report leaves out what an office requires."""
    statement = rows_of(CustomField).where(
        CustomField.belongs_to == CustomTable.REPORT,
        col(CustomField.active),
        col(CustomField.required),
    )
    required = {f"own{row.id}": row.name for row in session.exec(statement)}
    for report in reports if required else ():
        missing = [t for name, t in required.items() if report.answers.get(name) in (None, "")]
        if missing:
            project = load(session, LivelihoodProject, report.now["project_id"])
            words = _("{code} {name} 还没有填写{missing}，请补填后再报送。")
            raise Invalid(
                words.format(code=project.code, name=project.name, missing=joined(missing))
            )
