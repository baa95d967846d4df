"""自设字段: the fields an office added to a table by itself."""

from __future__ import annotations

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.admin.spec import AdminPage
from dashboard.rules.entry import Field, Kind
from dashboard.rules.words import LONGEST
from models.custom import CustomField, CustomKind, CustomTable

OWN_TABLES = {
    "livelihood_project": CustomTable.PROJECT,
    "progress_report": CustomTable.REPORT,
    "observer_remark": CustomTable.REMARK,
    "rectification": CustomTable.RECTIFICATION,
}
"""The tables to which an office may add fields of its own."""


def own_fields(session: Session, page: AdminPage) -> dict[str, Field]:
    """Give the fields an office added to a table, by name, in their order."""
    if page.table not in OWN_TABLES:
        return {}
    statement = (
        rows_of(CustomField)
        .where(CustomField.belongs_to == OWN_TABLES[page.table], col(CustomField.active))
        .order_by(col(CustomField.position), col(CustomField.id))
    )
    return {f"own{row.id}": _own_field(row) for row in session.exec(statement)}


def _own_field(row: CustomField) -> Field:
    options = tuple(filter(None, map(str.strip, row.choices.splitlines())))
    longest = LONGEST if row.kind is CustomKind.LONG else 200
    return Field(
        f"own{row.id}", row.name, Kind[row.kind.name], row.required, row.help, longest=longest,
        options=options, own=row.id or 0,
    )  # fmt: skip
