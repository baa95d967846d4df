"""The register of rectifications as a workbook, and an item's notice (整改通知书) as Word."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlmodel import Session

from dashboard import audit, clock, files, i18n
from dashboard.commands.register import marked_register
from dashboard.db import reading, records, transaction
from dashboard.documents.notice import MEDIA_TYPE, notice, notice_values
from dashboard.documents.notice_template import default_template
from dashboard.documents.rectification import register
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.rectification import rectification_by_id, rectifications
from dashboard.queries.template import template_in_use
from dashboard.web.page import actor
from dashboard.web.sheets import given
from models.template import TemplateKind

router = APIRouter()
Who = Annotated[Actor, Depends(actor)]
Wanted = Annotated[str, Query(max_length=120)]


@router.get("/sheets/rectifications")
def give_register(
    who: Who,
    kind: Wanted = "",
    clock_: Annotated[str, Query(alias="clock", max_length=24)] = "",
    agency: Wanted = "",
    source: Wanted = "",
    project: Wanted = "",
) -> Response:
    """Give the items that pass the page's filters; the export is logged with filter and count."""
    i18n.use(who.language)
    filters = {
        "kind": kind, "clock": clock_, "agency": agency, "source": source, "project": project,
    }  # fmt: skip
    filters = {name: value for name, value in filters.items() if value}
    today = clock.today()
    with transaction() as session:
        allow(who, Action.RECTIFICATION_READ)
        found = rectifications(session, who, today)
        for name, value in filters.items():
            found = found[found[name].map(str) == value]
        changes = json.dumps({"rows": [None, len(found)], "filters": [None, filters]})
        audit.append(
            session, who, "rectification:export", table_name="rectification", changes=changes,
            comment=_("导出 {n} 项").format(n=len(found)),
        )  # fmt: skip
    name = _("整改台账{day}.xlsx").format(day=today.isoformat())
    return given(register(records(found)), name)


@router.get("/sheets/rectifications/marked/{import_id}")
def give_marked(import_id: int, who: Who) -> Response:
    """Give one's own workbook back, wrong cells coloured and commented."""
    i18n.use(who.language)
    with reading() as session:
        marked = marked_register(session, who, import_id, today=clock.today())
    return given(marked, _("整改台账（标注）.xlsx"))


@router.get("/documents/rectification/{rectification_id}")
def give_notice(rectification_id: int, who: Who) -> Response:
    """Give an item's notice as Word, filled from the template in use; the export is logged."""
    i18n.use(who.language)
    today = clock.today()
    with transaction() as session:
        row = rectification_by_id(session, who, rectification_id, today)
        template = _template(session)
        audit.append(
            session, who, "rectification:export", table_name="rectification",
            row_key=str(rectification_id), comment=_("整改通知书"),
        )  # fmt: skip
    made = notice(template, notice_values(row, today))
    return given(made, _("整改通知书{number}.docx").format(number=row["number"]), MEDIA_TYPE)


@router.get("/documents/template/rectification")
def give_template(who: Who) -> Response:
    """Give the template in use to who may replace it."""
    allow(who, Action.TEMPLATE_EDIT)
    i18n.use(who.language)
    with reading() as session:
        template = _template(session)
    return given(template, _("整改通知书模板.docx"), MEDIA_TYPE)


def _template(session: Session) -> bytes:
    found = template_in_use(session, TemplateKind.RECTIFICATION_NOTICE)
    return files.read(found[1].sha256) if found else default_template()
