"""One row as a form: the right inputs, errors beside them, children, history, deleting."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib import import_module
from inspect import signature
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import clock
from dashboard.admin.children import show_children
from dashboard.admin.link import COPY, NEW, href, linked_number
from dashboard.admin.listing import cell_text
from dashboard.admin.spec import LOG, AdminPage, action_for, changes, named_query
from dashboard.admin.widgets import ask, begin, shown
from dashboard.commands.row import delete_row, restore_version, save_row
from dashboard.db import records
from dashboard.errors import DashboardError
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.queries.audit import event_word
from dashboard.queries.row import fields, one_row
from dashboard.queries.row_past import dependents, row_history
from dashboard.queries.row_source import LABEL
from dashboard.rules.entry import Field, Unfit
from dashboard.ui import parts, state
from dashboard.ui.log import shown_change
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run


def show_row(actor: Actor, page: AdminPage, key: int | str) -> None:
    """Show a row, or an empty one to be added, and save what is entered."""
    if key == NEW:
        _edit(actor, page, None, _given(actor, page))
        return
    found = read(one_row, actor, page, int(key))
    if found.empty:
        st.error(_("找不到该记录，或您无权查看。"))
        return
    record = records(found)[0]
    if page.action is None:
        elsewhere = f' <a href="/{page.page}" target="_self">{_("前往办理")}</a>'
        more = elsewhere if page.page else ""
        st.html(f'<p class="ms-because">{escape(_(page.because))}{more}</p>')
    mine = _may_change(actor, page, int(key))
    if mine and page.adds and page.action is not None:
        target = href(page, None, row=NEW, **{COPY: int(key)})
        words = _("复制为新记录")
        st.html(f'<p class="ms-line"><a href="{target}" target="_self">{words}</a></p>')
    _edit(actor, page, record, {}, editable=mine)
    show_children(actor, page, int(key))
    _show_history(actor, page, record, restore=mine)
    if mine and page.action is not None:
        _show_actions(actor, page, int(key))
        _ask_delete(actor, page, record)


def _may_change(actor: Actor, page: AdminPage, key: int) -> bool:
    """Say whether the actor may change anything in the row."""
    actions = {action_for(page, page.edited), action_for(page, ["own1"])} - {None}
    return any(
        actor.may(action) and not read(one_row, actor, page, key, action=action).empty
        for action in actions
        if action is not None
    )


def _given(actor: Actor, page: AdminPage) -> dict[str, Any]:
    """Give what the link says of a new row: the row it is a copy of, the parent it is added to."""
    found: dict[str, Any] = {}
    like = linked_number(COPY)
    for row in records(read(one_row, actor, page, like)) if like else ():
        found |= {name: value for name, value in row.items() if name not in (*LOG, "id")}
    given = {name: linked_number(name) for name in page.once}
    return found | {name: key for name, key in given.items() if key is not None}


def _groups(page: AdminPage, names: list[str]) -> list[tuple[str, list[str]]]:
    placed = [(title, [n for n in group if n in names]) for title, group in page.groups]
    rest = [name for name in names if not any(name in group for _title, group in placed)]
    return [(title, group) for title, group in [*placed, ("", rest)] if group]


def _edit(
    actor: Actor,
    page: AdminPage,
    record: Mapping[Any, Any] | None,
    given: Mapping[str, Any],
    *,
    editable: bool = True,
) -> None:
    known = read(fields, actor, page)
    known = {n: f for n, f in known.items() if record is None or n in record}
    new = record is None
    open_names = {n for n in known if editable and changes(actor, page, n, new=new)}
    names = [n for n in known if not new or n in open_names]
    which = f"new{linked_number(COPY) or ''}" if record is None else record["id"]
    form = f"row-{page.table}-{which}"
    values = dict(given) if record is None else dict(record)
    kept = {n: begin(page, known[n], values.get(n), new=new) for n in open_names}
    version = state.opened(form, int(values.get("version") or 0), kept)
    wrong: Mapping[str, str] = state.kept(f"{form}-wrong", {})
    if wrong:
        st.error(_("有 {n} 处需要改正，没有保存。").format(n=len(wrong)))
    entered: dict[str, Any] = {}
    for title, group in _groups(page, names):
        if title:
            st.subheader(_(title))
        _show_facts({known[n]: cell_text(values, known[n]) for n in group if n not in open_names})
        for name in (n for n in group if n in open_names):
            key, label = state.field(form, version, name), values.get(f"{name}{LABEL}")
            entered[name] = ask(
                actor, page, known[name], kept[name], label, key, wrong.get(name, "")
            )  # fmt: skip
    if open_names and page.told:
        asked = {n: v for n, v in {**values, **entered}.items() if n in known}
        st.info(plain(read(named_query(page.told), actor, asked)))
    if open_names and st.button(_("保存"), type="primary", key=f"{form}-save"):
        moved = entered if new else {n: v for n, v in entered.items() if v != kept[n]}
        _save(actor, page, record, moved, form, version)


def _show_facts(facts: Mapping[Field, str]) -> None:
    if facts:
        parts.show_facts({field.label: text or "—" for field, text in facts.items()})


def _save(
    actor: Actor,
    page: AdminPage,
    record: Mapping[Any, Any] | None,
    entered: Mapping[str, Any],
    form: str,
    version: int,
) -> None:
    def refused(error: DashboardError) -> None:
        if isinstance(error, Unfit):
            state.keep(f"{form}-wrong", error.sentences)
            st.rerun()
        st.error(plain(error))

    def done(row: Any) -> str:
        state.forget(form, f"{form}-wrong")
        st.query_params.from_dict({"table": page.table, "row": str(row.id)})
        return _("已保存。")

    key = None if record is None else int(record["id"])
    if key is not None and not entered:
        state.forget(f"{form}-wrong")
        st.info(_("没有修改。"))
        return
    run(
        save_row, actor, page, key, entered, version=None if key is None else version,
        today=clock.today(), done=done, refused=refused,
    )  # fmt: skip


def _show_history(
    actor: Actor, page: AdminPage, record: Mapping[Any, Any], *, restore: bool
) -> None:
    key = int(record["id"])
    with st.expander(_("修改历史")):
        found = read(row_history, actor, page, key)
        told = [
            {
                **row,
                "event": event_word(row["event"]),
                "title": _(row["title"]),
                "old": shown_change(row["old"]),
                "new": shown_change(row["new"]),
            }
            for row in records(found)
        ]
        columns = {
            "at": _("时间"), "who": _("账户"), "event": _("事件"), "via": _("渠道"),
            "title": _("字段"), "old": _("原值"), "new": _("新值"), "comment": _("说明"),
        }  # fmt: skip
        parts.show_table(told, columns, empty=_("还没有修改记录。"))
        if restore:
            _ask_restore(actor, page, record, found)


def _ask_restore(
    actor: Actor, page: AdminPage, record: Mapping[Any, Any], found: pd.DataFrame
) -> None:
    entries: dict[int, str] = {}
    for row in records(found):
        head = f"{shown(row['at'])}　{row['who']}"
        moved = f"{_(row['title'])} {shown_change(row['new']) or '—'}"
        entries[int(row["entry"])] = f"{entries.get(int(row['entry']), head)}　{moved}"
    older = list(entries)[1:]
    if not older:
        return
    key = int(record["id"])
    chosen = st.selectbox(
        _("恢复到这次修改之后的内容"), older, index=None, placeholder=_("请选择"),
        format_func=entries.__getitem__, key=f"restore-{page.table}-{key}",
    )  # fmt: skip
    if chosen and st.button(_("恢复此版本"), key=f"restore-go-{page.table}-{key}"):
        run(
            restore_version, actor, page, key, chosen, version=int(record["version"]),
            today=clock.today(), done=_("已恢复，并记入历史。"),
        )  # fmt: skip


def _show_actions(actor: Actor, page: AdminPage, key: int) -> None:
    for title, name in page.row_actions:
        module, _dot, function = name.partition(".")
        command = getattr(import_module(f"dashboard.commands.{module}"), function)
        with st.expander(_(title)), st.form(f"{name}-{key}"):
            given = _ask_arguments(page, command, f"{name}-{key}")
            if st.form_submit_button(_(title)):
                given = {n: v for n, v in given.items() if v is not None}
                run(command, actor, key, today=clock.today(), done=_("已办理。"), **given)


def _ask_arguments(page: AdminPage, command: Any, key: str) -> dict[str, Any]:
    """Ask for what a command wants beside the row and the day, by the titles of its columns."""
    given: dict[str, Any] = {}
    for name, wanted in signature(command).parameters.items():
        if wanted.kind is not wanted.KEYWORD_ONLY or name == "today":
            continue
        title = _(page.model.model_fields[name].title or name)
        if wanted.annotation == "date":
            given[name] = st.date_input(
                title, value=clock.today(), format="YYYY-MM-DD", key=f"{key}-{name}"
            )
        else:
            given[name] = st.text_input(title, max_chars=200, key=f"{key}-{name}")
    return given


def _ask_delete(actor: Actor, page: AdminPage, record: Mapping[Any, Any]) -> None:
    if not page.deletes:
        return
    key = int(record["id"])
    with st.expander(_("删除")):
        hanging = records(read(dependents, actor, page, key))
        if hanging:
            st.html(f"<p>{_('还有记录引用它，不能删除：')}</p>")
            told = [{"title": _(row["title"]), "rows": row["rows"]} for row in hanging]
            parts.show_table(told, {"title": _("对象"), "rows": _("条数")}, numbers=["rows"])
            return
        sure = st.checkbox(_("确认删除这条记录，历史仍会保留"), key=f"sure-{page.table}-{key}")
        if st.button(_("删除"), disabled=not sure, key=f"delete-{page.table}-{key}"):
            run(
                delete_row, actor, page, key, version=int(record["version"]), today=clock.today(),
                done=lambda _none: _gone(page),
            )  # fmt: skip


def _gone(page: AdminPage) -> str:
    st.query_params.from_dict({"table": page.table})
    return _("已删除。")
