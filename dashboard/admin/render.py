"""One renderer for every declared table: the picker, the list, the form."""

from __future__ import annotations

from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path

import streamlit as st

from dashboard.admin.bulk import ask_bulk
from dashboard.admin.charts import (
    ask_chart,
    draws,
    linked_chart,
    names_chart,
    show_charts,
    show_home,
    show_kept,
)
from dashboard.admin.form import show_row
from dashboard.admin.link import NEW, href, linked_page, linked_row, open_pages
from dashboard.admin.listing import show_list
from dashboard.admin.rights import ask_rights
from dashboard.admin.spec import AdminPage
from dashboard.admin.transfer import ask_transfer, linked_import, show_import
from dashboard.admin.views import ask_view, show_pinned, show_views
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.queries.row import row_count
from dashboard.ui.plain import plain
from dashboard.ui.read import read


@cache
def _sheet() -> str:
    return Path(__file__).with_name("admin.css").read_text(encoding="utf-8")


def show(actor: Actor) -> None:
    """Show what the link names: a row, a table, or the tables there are."""
    st.html(f"<style>{_sheet()}</style>")
    page, row = linked_page(actor), linked_row()
    if page is None:
        _show_tables(actor)
        return
    if draws() or names_chart():
        _show_chart(actor, page)
        return
    _show_way(page, row)
    if (import_id := linked_import()) is not None:
        show_import(actor, page, import_id)
    elif row is None:
        show_views(actor, page)
        show_charts(actor, page)
        view = show_list(actor, page)
        ask_bulk(actor, page, view)
        ask_transfer(actor, page, view)
        ask_view(actor, page, view)
    else:
        show_row(actor, page, row)


def _show_chart(actor: Actor, page: AdminPage) -> None:
    """Show the chart that the link makes, or names."""
    _show_crumbs(page, inside=True)
    if draws():
        st.title(_("作图：{table}").format(table=_(page.title)))
        ask_chart(actor, page)
    elif (row := linked_chart(actor, page)) is None:
        st.error(_("找不到该图表，或您无权查看。"))
    else:
        st.title(plain(row["name"]))
        show_kept(actor, page, row)


def _show_crumbs(page: AdminPage, *, inside: bool) -> None:
    way = [f'<a href="?" target="_self">{_("全部数据表")}</a>']
    if inside:
        title = escape(_(page.title))
        way.append(f'› <a href="{href(page)}" target="_self">{title}</a>')
    st.html(f'<p class="ms-line ms-crumbs">{"".join(way)}</p>')


def _show_way(page: AdminPage, row: int | str | None) -> None:
    """Show the way back, and where one is."""
    _show_crumbs(page, inside=row is not None or linked_import() is not None)
    name = "" if row is None else _("新增") if row == NEW else str(row)
    st.title(f"{_(page.title)} {name}".strip())


def _show_tables(actor: Actor) -> None:
    """Show the tables the actor may read, by group, with how many rows they see of each."""
    st.title(_("后台"))
    show_pinned(actor)
    if not actor.may(Action.REPORT_READ):
        show_home(actor)
    for group, pages in groupby(open_pages(actor), key=lambda page: page.group):
        items = "".join(
            f'<li><a href="{href(page)}" target="_self">{escape(_(page.title))}'
            f'<span class="ms-soft">{read(row_count, actor, page):,}</span></a></li>'
            for page in pages
        )
        st.html(f'<h3>{escape(_(group))}</h3><ul class="ms-tables">{items}</ul>')
    ask_rights(actor)
