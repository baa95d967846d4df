"""May X do Y on this row, and why (not): asked by who keeps accounts or reads the log."""

from __future__ import annotations

import streamlit as st

from dashboard import clock
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.queries.account import accounts
from dashboard.queries.row_right import row_rights
from dashboard.ui import parts
from dashboard.ui.read import read


def ask_rights(actor: Actor) -> None:
    """Offer an account, a table and a row; say what the one may do to the other, and why."""
    if not actor.may(Action.ACCOUNT_READ):
        return
    with st.expander(_("某人能对某条记录做什么")):
        found = read(accounts, actor, clock.now().replace(second=0, microsecond=0))
        names = {int(row["id"]): f"{row['display_name']} {row['name']}" for row in records(found)}
        who = st.selectbox(
            _("账户"), list(names), index=None, placeholder=_("请选择"),
            format_func=names.__getitem__, key="rights-who",
        )  # fmt: skip
        table = st.selectbox(
            _("数据表"), list(ADMIN_PAGES), index=None, placeholder=_("请选择"),
            format_func=lambda name: _(ADMIN_PAGES[name].title), key="rights-table",
        )  # fmt: skip
        key = st.number_input(_("记录编号"), min_value=1, value=None, step=1, key="rights-row")
        if who is None or table is None or key is None:
            return
        told = read(row_rights, actor, who, ADMIN_PAGES[table], int(key), clock.today())
        columns = {"what": _("操作"), "may": _("可以"), "why": _("依据")}
        parts.show_table(told, columns)
