"""The audit log as a filtered list, with a link to its export."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.db import records
from dashboard.i18n import _
from dashboard.queries.audit import event_word
from dashboard.ui import parts


def ask_filters() -> dict[str, Any]:
    """Offer the filters of the log; give them as arguments of its query."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = st.text_input(_("账户"), key="who", max_chars=40)
        event = st.text_input(_("事件"), key="event", max_chars=60)
        refused = st.checkbox(_("只看被拒绝的"), key="refused")
    st.html(f'<a class="ms-button" href="/sheets/audit" target="_blank">{_("导出全部日志")}</a>')
    return {"who": who or "", "event": event or "", "refused": refused}


def show_log(found: pd.DataFrame) -> None:
    """Show the newest entries that match."""
    rows = [
        {
            **row,
            "event": event_word(row["event"]),
            "object": f"{row['table_name']} {row['row_key']}",
            "changes": _short(row["changes"]),
        }
        for row in records(found)
    ]
    parts.show_table(
        rows,
        {
            "id": _("序号"),
            "at": _("时间"),
            "who": _("账户"),
            "roles": _("角色"),
            "address": _("来源地址"),
            "event": _("事件"),
            "success": _("成功"),
            "object": _("对象"),
            "changes": _("变更"),
            "comment": _("说明"),
        },
        numbers=["id"],
        html=["changes"],
        empty=_("没有符合条件的日志。"),
    )


def _short(changes: str) -> str:
    pairs = json.loads(changes).items()
    shown = [f"{escape(str(name))}: {escape(str(pair))[:80]}" for name, pair in list(pairs)[:6]]
    return f'<span class="ms-soft">{"<br>".join(shown)}</span>'
