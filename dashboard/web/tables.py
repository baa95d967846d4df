"""Any declared table as a workbook: exported, to be filled in, or back with wrong cells marked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from dashboard import clock, i18n
from dashboard.admin.spec import AdminPage, view_of
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.row_export import Sheet, export_rows, template_rows
from dashboard.commands.table_import import marked_table
from dashboard.db import reading, transaction
from dashboard.documents.export import export_xlsx
from dashboard.errors import Missing
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.web.files import SANDBOX, disposition
from dashboard.web.page import actor
from dashboard.web.sheets import XLSX

router = APIRouter()
Who = Annotated[Actor, Depends(actor)]


def _page(table: str) -> AdminPage:
    if table not in ADMIN_PAGES:
        raise Missing(_("没有这张表。"))
    return ADMIN_PAGES[table]


def _given(content: bytes, name: str) -> Response:
    headers = {
        "content-disposition": disposition(name, inline=False),
        "content-security-policy": SANDBOX,
    }
    return Response(content, media_type=XLSX, headers=headers)


def _workbook(sheet: Sheet) -> bytes:
    return export_xlsx(sheet.title, sheet.columns, sheet.rows)


@router.get("/tables/{table}/export")
def give_export(table: str, request: Request, who: Who) -> Response:
    """Give every row a view finds, as a workbook that can be imported again."""
    i18n.use(who.language)
    page = _page(table)
    with transaction() as session:
        sheet = export_rows(session, who, page, view_of(page, dict(request.query_params)))
    name = _("{title}{day}.xlsx").format(title=sheet.title, day=clock.today())
    return _given(_workbook(sheet), name)


@router.get("/tables/{table}/template")
def give_template(table: str, who: Who) -> Response:
    """Give a workbook to fill in for the table."""
    i18n.use(who.language)
    with transaction() as session:
        sheet = template_rows(session, who, _page(table))
    return _given(_workbook(sheet), _("{title}填写模板.xlsx").format(title=sheet.title))


@router.get("/tables/{table}/marked/{import_id}")
def give_marked(table: str, import_id: int, who: Who) -> Response:
    """Give one's own workbook back, wrong cells coloured and commented."""
    i18n.use(who.language)
    with reading() as session:
        marked = marked_table(session, who, _page(table), import_id)
    return _given(marked, _("{title}（标注）.xlsx").format(title=_(_page(table).title)))
