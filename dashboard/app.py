"""The Streamlit script: the menu follows the actor's actions, then runs the chosen page."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from dashboard import clock
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.ui import style
from dashboard.ui.guard import signed_in
from dashboard.ui.run import show_note

PAGES = Path(__file__).resolve().parents[1] / "pages"


def _menu(actor: Actor) -> list[st.Page]:
    """Give the pages the actor may open; the first is where they start."""
    entries = [
        ("remarks", _("我的意见"), Action.REMARK_WRITE),
        ("board", _("看板"), Action.BOARD_READ),
        ("desk", _("我的待办"), Action.REPORT_READ),
        ("desk", _("我的待办"), Action.REMARK_WRITE),
        ("desk", _("我的待办"), Action.GRANT_EDIT),
        ("project", _("项目"), Action.PROJECT_READ),
        ("reports", _("月报"), Action.REPORT_READ),
        ("remarks", _("观察"), Action.REMARK_READ),
        ("rectification", _("整改"), Action.RECTIFICATION_READ),
        ("plan", _("计划"), Action.PLAN_IMPORT),
        ("rules", _("规则"), Action.RULE_READ),
        ("people", _("人员与授权"), Action.ACCOUNT_READ),
        ("agencies", _("单位与地区"), Action.AGENCY_EDIT),
        ("log", _("审计日志"), Action.AUDIT_READ),
        ("admin", _("后台"), Action.TABLE_READ),
    ]
    offered = [(name, title) for name, title, action in entries if actor.may(action)]
    first_titles = dict(reversed(offered))
    allowed = [(name, first_titles[name]) for name in dict(offered)] + [("account", _("账户"))]
    pages = [
        st.Page(PAGES / f"{name}.py", title=title, url_path=name) for name, title in allowed[1:]
    ]
    name, title = allowed[0]
    first = PAGES / f"{name}.py"
    # The default page answers at "/" alone; its hidden twin keeps the address that links use.
    return [
        st.Page(first, title=title, url_path="start", default=True, visibility="hidden"),
        st.Page(first, title=title, url_path=name),
        *pages,
    ]


def _show_frame(pages: list[st.Page], page: st.Page) -> None:
    """Draw the menu as links that stay within the session, and say what is demonstration.

    Streamlit's own menu takes the browser as long as half an empty page does, and would lie over a
    narrow one.
    """
    here = ' aria-current="page"'
    drawn = "".join(
        f'<a class="ms-stay" id="menu-{each.url_path}" href="/{each.url_path}" target="_self"'
        f"{here if each.title == page.title else ''}>{escape(each.title)}</a>"
        for each in pages
    )
    drawn = f'<nav class="ms-menu">{drawn}</nav>'
    if demonstration := clock.frozen_day():
        text = _("演示环境：数据系构造或摘自公开资料；系统日期固定为 {day}。").format(
            day=demonstration.isoformat()
        )
        drawn += f'<div class="ms-demo" role="note">{text}</div>'
    st.html(drawn)


def main() -> None:
    """Look up who acts, draw the menu, run the page."""
    actor = signed_in()
    st.set_page_config(page_title=_("民生实事督查看板"), page_icon="🚦", layout="wide")
    style.apply()
    pages = _menu(actor)
    page = st.navigation(pages, position="hidden")
    _show_frame(pages[1:], page)
    show_note(wait="card" in st.query_params)
    page.run()


main()
