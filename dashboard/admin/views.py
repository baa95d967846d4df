"""Saved views of a list: opened, kept, shared with a role, pinned, deleted."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.admin.spec import AdminPage, View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.view import delete_view, save_view
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.queries.view import views
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.account import Role


def show_views(actor: Actor, page: AdminPage) -> None:
    """Link to the views of this table."""
    found = records(read(views, actor, page.table))
    if found:
        _links(found)


def show_pinned(actor: Actor) -> None:
    """Link to the pinned views of all tables the actor may read, where there are any."""
    found = records(read(views, actor, pinned=True))
    if found:
        st.subheader(_("常用视图"))
        _links(found)


def _links(found: list[dict[str, object]]) -> None:
    items = []
    for row in found:
        page = ADMIN_PAGES[str(row["table_name"])]
        target = escape(f"/admin?table={page.table}&{row['link']}")
        title = escape(f"{_(page.title)} · {row['name']}")
        who = "" if row["mine"] else f' <span class="ms-soft">{escape(str(row["owner"]))}</span>'
        items.append(f'<a class="ms-button" href="{target}" target="_self">{title}{who}</a>')
    st.html(f'<p class="ms-line">{" ".join(items)}</p>')


def ask_view(actor: Actor, page: AdminPage, view: View) -> None:
    """Offer to keep the present view, and to delete one's own."""
    own = [row for row in records(read(views, actor, page.table)) if row["mine"]]
    with st.expander(_("保存为视图")):
        with st.form(f"view-{page.table}", border=False):
            name = st.text_input(_("视图名称"), max_chars=40)
            role = st.selectbox(
                _("共享给"), list(Role), index=None, placeholder=_("不共享，只供自己"),
                format_func=lambda each: _(each.label), filter_mode=None,
            )  # fmt: skip
            st.caption(_("共享的只是条件，每个人看到的仍是自己有权看的记录。"))
            pinned = st.checkbox(_("放在我的待办"))
            if st.form_submit_button(_("保存视图")):
                run(
                    save_view, actor, page, view, name=name or "", shared_with=role, pinned=pinned,
                    done=_("视图已保存。"),
                )  # fmt: skip
        names = {int(row["id"]): str(row["name"]) for row in own}
        if names:
            gone = st.selectbox(
                _("删除视图"), list(names), index=None, placeholder=_("请选择"),
                format_func=names.__getitem__, key=f"view-gone-{page.table}",
            )  # fmt: skip
            if gone and st.button(_("删除所选视图"), key=f"view-go-{page.table}"):
                run(delete_view, actor, gone, done=_("视图已删除。"))
