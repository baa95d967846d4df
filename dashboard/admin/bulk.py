"""Several rows of a list changed or deleted at once: counted, confirmed, all or none."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import clock
from dashboard.admin.listing import cell_text
from dashboard.admin.spec import AdminPage, View, action_for, changes
from dashboard.admin.widgets import ask, start
from dashboard.commands.row import MOST_AT_ONCE, bulk_change, bulk_delete
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.queries.row import fields, listed, rows
from dashboard.rules.entry import Field, Kind
from dashboard.ui.parts import unfolded
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run


def ask_bulk(actor: Actor, page: AdminPage, view: View) -> None:
    """Offer to change a field of the rows that are ticked, or to delete them."""
    action = action_for(page, page.edited)
    if action is None or not actor.may(action):
        return
    panel = unfolded(_("批量修改"), f"unfold-bulk-{page.table}")
    if panel is None:
        return
    with panel:
        found = read(rows, actor, page, view, action=action)
        chosen = _tick(actor, page, view, found)
        if not chosen:
            return
        known = read(fields, actor, page)
        names = [name for name in known if changes(actor, page, name)]
        name = st.selectbox(
            _("要修改的字段"), names, index=None, placeholder=_("请选择"), key=f"bulk-{page.table}",
            format_func=lambda each: known[each].label, filter_mode=None,
        )  # fmt: skip
        if name:
            _change(actor, page, known[name], chosen)
        if page.deletes:
            _delete(actor, page, chosen)


def _tick(actor: Actor, page: AdminPage, view: View, found: pd.DataFrame) -> dict[int, int]:
    """Offer the rows of this page to be ticked; give the versions of those that are."""
    known, names = read(fields, actor, page), read(listed, actor, page, view)[:3]
    shown = records(found)
    every = st.checkbox(
        _("选择本页全部 {n} 条").format(n=len(shown)), key=f"all-{page.table}-{view.number}"
    )
    chosen = {}
    for row in shown:
        text = "　".join(filter(None, (cell_text(row, known[name]) for name in names)))
        key = f"tick-{page.table}-{row['id']}-{every}"
        if st.checkbox(plain(text or str(row["id"])), value=every, key=key):
            chosen[int(row["id"])] = int(row["version"])
    return dict(list(chosen.items())[:MOST_AT_ONCE])


def _change(actor: Actor, page: AdminPage, field: Field, chosen: dict[int, int]) -> None:
    value: Any = ask(
        actor, page, field, start(field, None), None, f"bulk-{page.table}-{field.name}"
    )
    empty = value in (None, "")
    words = _("清空 {n} 条记录的{title}") if empty else _("把 {n} 条记录的{title}改为此内容")
    label = words.format(n=len(chosen), title=field.label)
    sure = st.checkbox(_("确认修改 {n} 条记录").format(n=len(chosen)), key=f"sure-{page.table}")
    ready = sure and (not empty or field.kind is Kind.FLAG or not field.required)
    if st.button(plain(label), disabled=not ready, key=f"bulk-go-{page.table}"):
        run(
            bulk_change, actor, page, chosen, {field.name: value}, today=clock.today(),
            done=lambda n: _("已修改 {n} 条记录。").format(n=n),
        )  # fmt: skip


def _delete(actor: Actor, page: AdminPage, chosen: dict[int, int]) -> None:
    words = _("确认删除 {n} 条记录，历史仍会保留").format(n=len(chosen))
    sure = st.checkbox(words, key=f"gone-{page.table}")
    label = _("删除 {n} 条记录").format(n=len(chosen))
    if st.button(label, disabled=not sure, key=f"bulk-delete-{page.table}"):
        run(
            bulk_delete, actor, page, chosen, today=clock.today(),
            done=lambda n: _("已删除 {n} 条记录。").format(n=n),
        )  # fmt: skip
