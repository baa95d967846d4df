"""Workbooks made on request: a unit's template, its own sheet with the wrong cells marked, the log.

Each is private, so it comes from here and never through Streamlit's media store.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from dashboard import audit, clock, i18n
from dashboard.commands.upload import annotated
from dashboard.db import load, reading, transaction
from dashboard.documents.export import export_csv
from dashboard.documents.template import template
from dashboard.errors import Missing
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.audit import audit_entries
from dashboard.queries.upload import plan_context, template_context
from dashboard.web.files import SANDBOX, disposition
from dashboard.web.page import actor
from models.agency import Agency

router = APIRouter()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Who = Annotated[Actor, Depends(actor)]


def given(content: bytes, name: str, media_type: str = XLSX) -> Response:
    """Answer with a file to be kept, under its Chinese name."""
    headers = {
        "content-disposition": disposition(name, inline=False),
        "content-security-policy": SANDBOX,
    }
    return Response(content, media_type=media_type, headers=headers)


@router.get("/sheets/template/{programme_id}/{agency_id}/{month}")
def give_template(programme_id: int, agency_id: int, month: str, who: Who) -> Response:
    """Give a unit its own workbook for the month: ids locked, last month's figures in it (G4)."""
    allow(who, Action.REPORT_UPLOAD)
    i18n.use(who.language)
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise Missing(_("没有这个月份。")) from error
    with reading() as session:
        context = template_context(session, who, programme_id, agency_id, first)
        agency = load(session, Agency, agency_id).name
    if not context.projects:
        raise Missing(_("这个单位没有您可以填报的项目。"))
    return given(
        template(context), _("{unit}{month}月报模板.xlsx").format(unit=agency, month=month)
    )


@router.get("/sheets/plan/{programme_id}")
def give_plan_template(programme_id: int, who: Who) -> Response:
    """Give an empty plan sheet (任务分解表) for a year's list."""
    i18n.use(who.language)
    with reading() as session:
        context, name = plan_context(session, who, programme_id)
    return given(template(context), _("{name}任务分解表模板.xlsx").format(name=name))


@router.get("/sheets/annotated/{upload_id}")
def give_annotated(upload_id: int, who: Who) -> Response:
    """Give a unit its own workbook back, wrong cells coloured and commented (G6)."""
    i18n.use(who.language)
    with reading() as session:
        name, marked = annotated(session, who, upload_id)
    stem = name.rpartition(".")[0] or name
    return given(marked, _("{name}（标注）.xlsx").format(name=stem))


@router.get("/sheets/audit")
def give_log(who: Who) -> Response:
    """Export the whole audit log as CSV, to the auditor alone; the export is itself logged."""
    with transaction() as session:
        allow(who, Action.AUDIT_READ)
        found = audit_entries(session, who, most=10_000_000)
        audit.append(
            session, who, "audit:export",
            changes=json.dumps({"rows": [None, len(found)]}), comment=str(clock.today()),
        )  # fmt: skip
    content = export_csv(list(found.columns), found.itertuples(index=False))
    name = _("审计日志{day}.csv").format(day=clock.today())
    return given(content, name, "text/csv; charset=utf-8")
