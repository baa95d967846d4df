"""The desk as three short lists; each line leads to where it is done."""

from __future__ import annotations

from datetime import date
from html import escape

import pandas as pd
import streamlit as st

from dashboard.db import records
from dashboard.i18n import _, aside
from dashboard.queries.desk_line import BACK, MINE, OTHERS
from dashboard.ui import parts


def show_desk(found: pd.DataFrame, today: date) -> None:
    """Show what is due, what came back and what waits for others, most pressing first."""
    overdue = int(found["overdue"].sum()) if len(found) else 0
    due_now = int((found["due_on"] == today).sum()) if len(found) else 0
    st.html(
        f'<p class="ms-soft">{_("今天到期")} <b>{due_now}</b>　{_("已逾期")} <b>{overdue}</b></p>'
    )
    groups = {MINE: _("要我办的"), BACK: _("退回或答复我的"), OTHERS: _("等别人办的")}
    empty = {
        MINE: _("没有要您办的事。"),
        BACK: _("没有退回或答复您的事。"),
        OTHERS: _("没有在等别人办的事。"),
    }
    for group, title in groups.items():
        rows = records(found[found["group"] == group])
        st.subheader(title + aside(len(rows)))
        shown = [
            {
                "what": f'<a href="{escape(row["link"])}" target="_self">{escape(row["what"])}</a>',
                "project": row["project"],
                "detail": row["detail"],
                "due": _due(row["due_on"], today),
            }
            for row in rows
        ]
        parts.show_table(
            shown,
            {"what": _("事项"), "project": _("项目"), "detail": _("情况"), "due": _("期限")},
            html=["what", "due"],
            empty=empty[group],
        )


def _due(due: date | None, today: date) -> str:
    if due is None:
        return ""
    days = (due - today).days
    if days < 0:
        word = _("逾期 {n} 天").format(n=-days)
        return f'<span class="ms-light"><span class="ms-shape BAD"></span>{due} {word}</span>'
    word = _("今天到期") if days == 0 else _("还有 {n} 天").format(n=days)
    return f"{due} {word}"
