"""The audit log as a filtered list, with a link to its export."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import clock
from dashboard.db import records
from dashboard.i18n import _, joined
from dashboard.permissions import Actor
from dashboard.queries.audit import column_title, event_word, table_title
from dashboard.queries.own_column import own_titles
from dashboard.ui import parts
from dashboard.ui.read import read
from models.account import Role

MOST_CHANGES, LONGEST = 4, 60
"""How many changes a row of the list shows, and how much of each; the export has all of it."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")


def ask_filters() -> dict[str, Any]:
    """Offer the filters of the log; give them as arguments of its query."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = st.text_input(_("账户"), key="who", max_chars=40)
        event = st.text_input(_("事件"), key="event", max_chars=60)
        refused = st.checkbox(_("只看被拒绝的"), key="refused")
    st.html(f'<a class="ms-button" href="/sheets/audit" target="_blank">{_("导出全部日志")}</a>')
    return {"who": who or "", "event": event or "", "refused": refused}


def show_log(actor: Actor, found: pd.DataFrame) -> None:
    """Show the newest entries that match."""
    own = read(own_titles, actor)
    rows = [
        {
            **row,
            "event": event_word(row["event"]),
            "who": _who(row),
            "object": f"{_(table_title(row['table_name']))} {row['row_key']}".strip(),
            "changes": _changes(row["table_name"], row["changes"], row["comment"] or "", own),
        }
        for row in records(found)
    ]
    parts.show_table(
        rows,
        {
            "id": _("序号"),
            "at": _("时间"),
            "who": _("账户、角色、来源"),
            "event": _("事件"),
            "success": _("成功"),
            "object": _("对象"),
            "changes": _("变更和说明"),
        },
        numbers=["id"],
        html=["who", "changes"],
        empty=_("没有符合条件的日志。"),
    )


def _who(row: dict[str, Any]) -> str:
    codes = str(row["roles"] or "").split(",")
    roles = joined(_(Role.of(code).label) for code in codes if code)
    under = "<br>".join(escape(text) for text in (roles, row["address"] or "") if text)
    return f'{escape(row["who"] or "")}<br><span class="ms-soft">{under}</span>'


def _changes(table_name: str, changes: str, comment: str, own: Mapping[str, str]) -> str:
    moved = [
        (
            own.get(name) or _(column_title(table_name, name)),
            shown_change(old),
            shown_change(new),
        )
        for name, (old, new) in json.loads(changes).items()
    ]
    lines = [
        f'<span class="ms-soft">{escape(title)}</span> '
        + (f"{escape(old)} → {escape(new)}" if old else escape(new))
        for title, old, new in moved
        if old or new
    ]
    more = len(lines) - MOST_CHANGES
    if more > 0:
        lines[MOST_CHANGES:] = [f'<span class="ms-soft">{_("还有 {n} 项").format(n=more)}</span>']
    if comment:
        lines.append(escape(comment))
    return f'<div class="ms-wide">{"<br>".join(lines)}</div>' if lines else ""


def shown_change(value: object) -> str:
    """Write one side of a change briefly; an instant to the second."""
    text = "" if value is None else str(value)
    if _INSTANT.fullmatch(text):
        text = f"{clock.local(datetime.fromisoformat(text)):%Y-%m-%d %H:%M:%S}"
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
