"""自设字段: the fields an office added to a table by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.admin.spec import AdminPage
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.own_column import TEXT_LENGTH, lines_of
from dashboard.rules.entry import Field, Kind
from dashboard.rules.words import LONGEST
from models.base import utc_now
from models.custom import CustomField, CustomKind, CustomTable
from models.project import LivelihoodProject
from models.rectification import Rectification
from models.remark import ObserverRemark

OWN_TABLES = {
    "livelihood_project": CustomTable.PROJECT,
    "progress_report": CustomTable.REPORT,
    "observer_remark": CustomTable.REMARK,
    "rectification": CustomTable.RECTIFICATION,
}
"""The tables to which an office may add fields of its own."""


def own_fields(session: Session, page: AdminPage) -> dict[str, Field]:
    """Give the fields an office added to a table, by name, in their order."""
    return own_fields_of(session, OWN_TABLES[page.table]) if page.table in OWN_TABLES else {}


def own_fields_of(session: Session, table: CustomTable) -> dict[str, Field]:
    """Give the fields an office added, by name, in their order."""
    statement = (
        rows_of(CustomField)
        .where(CustomField.belongs_to == table, col(CustomField.active))
        .order_by(col(CustomField.position), col(CustomField.id))
    )
    return {f"own{row.id}": _own_field(row) for row in session.exec(statement)}


def _own_field(row: CustomField) -> Field:
    longest = LONGEST if row.kind is CustomKind.LONG else TEXT_LENGTH
    return Field(
        f"own{row.id}", row.name, Kind[row.kind.name], row.required, row.help, longest=longest,
        options=lines_of(row.choices), own=row.id or 0, places=6,
    )  # fmt: skip


def field_cost(session: Session, actor: Actor, values: Mapping[str, Any]) -> str:
    """Say what a field of one's own will cost: cells a year, and how many units fill them in.

    A report is filled in twelve times a year for every project not yet taken over, a project once;
    remarks and rectifications as often as in the last twelve months.
    """
    allow(actor, Action.DICTIONARY_EDIT)
    table = values.get("belongs_to")
    if table is None:
        return _("选定所在的表后，这里说明每年要多填多少格。")
    project = LivelihoodProject
    open_ = col(project.accepted_on).is_(None)
    units = select(func.count(func.distinct(col(project.lead_agency_id)))).where(open_)
    count = session.connection().scalar
    if table in (CustomTable.PROJECT, CustomTable.REPORT):
        once = int(count(select(func.count()).select_from(project).where(open_)) or 0)
        cells = once * (12 if table is CustomTable.REPORT else 1)
        words = _("每年多填 {cells} 格，涉及 {units} 个单位。填写前请确认确有必要。")
        return words.format(cells=f"{cells:,}", units=int(count(units) or 0))
    model = ObserverRemark if table is CustomTable.REMARK else Rectification
    since = utc_now() - timedelta(days=365)
    made = select(func.count()).select_from(model).where(col(model.created_at) > since)
    return _("按最近一年的 {n} 件计，每年多填 {n} 格。填写前请确认确有必要。").format(
        n=f"{int(count(made) or 0):,}"
    )
