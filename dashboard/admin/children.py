"""Rows that belong to a row: listed below it, and changed in its own form, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import clock
from dashboard.admin.link import NEW, href
from dashboard.admin.listing import cell_text, show_rows
from dashboard.admin.spec import AdminPage, View, changes
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.admin.widgets import ask, begin
from dashboard.commands.row_children import ChildEntry, UnfitRows, save_children
from dashboard.db import records
from dashboard.errors import DashboardError
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.queries.row import fields, listed, rows
from dashboard.queries.row_source import LABEL
from dashboard.ui import state
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run

LISTED, EDITED = 200, 50
"""How many rows are listed under their parent, and how many may be changed there."""
_ACROSS = 3


def show_children(actor: Actor, page: AdminPage, key: int) -> None:
    """Show what belongs to a row, table by table, with inputs for who may change it."""
    for child_key in page.children:
        table, _dot, name = child_key.partition(".")
        child = ADMIN_PAGES[table]
        if not actor.may(child.read):
            continue
        view = View(filters=((name, (str(key),)),))
        found = read(rows, actor, child, view, most=LISTED)
        label = _("{title}（{n}）").format(title=_(child.title), n=len(found))
        with st.expander(label, expanded=0 < len(found) <= 12):
            open_ = child.action is not None and actor.may(child.action)
            if open_ and len(found) <= EDITED and _asks(child, key):
                _Grid(actor, child, name, key, view).show()
                continue
            if open_ and child.adds and len(found) > EDITED:
                target = href(child, None, row=NEW, **{name: key})
                st.html(f'<p class="ms-line"><a href="{target}" target="_self">{_("新增")}</a></p>')
            if len(found) == 0:
                st.html(f'<p class="ms-soft">{_("没有记录。")}</p>')
                continue
            columns = tuple(n for n in read(listed, actor, child) if n != name)
            show_rows(actor, child, found, View(columns=columns))


def _asks(child: AdminPage, key: int) -> bool:
    return st.toggle(_("修改、新增或删除"), key=f"children-{child.table}-{key}-open")


class _Grid:
    """The inputs of the rows of one parent, and what is entered in them."""

    def __init__(self, actor: Actor, page: AdminPage, name: str, parent: int, view: View) -> None:
        self.actor, self.page, self.name, self.parent = actor, page, name, parent
        self.form = f"children-{page.table}-{parent}"
        self.known = read(fields, actor, page)
        self.rows = records(read(rows, actor, page, view, action=page.action, most=EDITED))
        self.more: int = state.kept(f"{self.form}-more", int(not self.rows))
        self.turn: int = state.kept(f"{self.form}-turn", 0)
        self.wrong: Mapping[int, Mapping[str, str]] = state.kept(f"{self.form}-wrong", {})
        self.entries: list[ChildEntry] = []

    def show(self) -> None:
        """Draw the rows, the new ones below, and the buttons."""
        if self.wrong:
            words = _("有 {n} 行需要改正，没有保存。")
            st.error(words.format(n=len(self.wrong)))
        for number, row in enumerate(self.rows, 1):
            self._row(number, row)
        for number in range(len(self.rows) + 1, len(self.rows) + 1 + self.more):
            self._new(number)
        with st.container(horizontal=True):
            if self.page.adds and st.button(_("增加一行"), key=f"{self.form}-add"):
                state.keep(f"{self.form}-more", self.more + 1)
                st.rerun()
            label = _("保存全部{title}").format(title=_(self.page.title))
            if st.button(label, type="primary", key=f"{self.form}-save"):
                self._save()

    def _row(self, number: int, row: Mapping[Any, Any]) -> None:
        names = [n for n in self.known if n != self.name and changes(self.actor, self.page, n)]
        form = f"{self.form}-{row['id']}"
        kept = {n: begin(self.page, self.known[n], row.get(n), new=False) for n in names}
        version = state.opened(form, int(row["version"]), kept)
        with st.container(border=True):
            self._head(number, row, names)
            entered = self._ask(number, names, kept, row, lambda n: state.field(form, version, n))
            gone = self.page.deletes and st.checkbox(
                _("删除这一行"), key=state.field(form, version, "gone")
            )
        moved = {} if gone else {n: v for n, v in entered.items() if v != kept[n]}
        if gone or moved:
            entry = ChildEntry(number, int(row["id"]), version, moved, bool(gone))
            self.entries.append(entry)

    def _head(self, number: int, row: Mapping[Any, Any], names: list[str]) -> None:
        """Say which row it is, by what stands in it and does not change."""
        fixed = [n for n in self.known if n not in (*names, self.name) and row.get(n) is not None]
        facts = (f"{self.known[n].label} {cell_text(row, self.known[n])}" for n in fixed)
        st.caption(plain("　".join([_("第 {row} 行").format(row=number), *facts])))
        self._tell(number)

    def _new(self, number: int) -> None:
        names = [
            n for n in self.known
            if n != self.name and changes(self.actor, self.page, n, new=True)
        ]  # fmt: skip
        kept = {n: begin(self.page, self.known[n], None, new=True) for n in names}
        key = f"{self.form}-new-{self.turn}-{number}"
        with st.container(border=True):
            st.caption(_("第 {row} 行（新增）").format(row=number))
            self._tell(number)
            entered = self._ask(number, names, kept, {}, lambda n: f"{key}-{n}")
        if entered != kept:
            self.entries.append(ChildEntry(number, values=entered))

    def _tell(self, number: int) -> None:
        if text := self.wrong.get(number, {}).get("", ""):
            st.error(plain(text))

    def _ask(
        self,
        number: int,
        names: list[str],
        kept: Mapping[str, Any],
        row: Mapping[Any, Any],
        key: Any,
    ) -> dict[str, Any]:
        entered = {}
        places = st.columns(min(len(names), _ACROSS) or 1)
        for index, name in enumerate(names):
            with places[index % _ACROSS]:
                entered[name] = ask(
                    self.actor, self.page, self.known[name], kept[name],
                    row.get(f"{name}{LABEL}"), key(name),
                    self.wrong.get(number, {}).get(name, ""),
                )  # fmt: skip
        return entered

    def _save(self) -> None:
        def refused(error: DashboardError) -> None:
            if isinstance(error, UnfitRows):
                state.keep(f"{self.form}-wrong", error.sentences)
                st.rerun()
            st.error(plain(error))

        def done(count: int) -> str:
            state.forget(f"{self.form}-wrong", f"{self.form}-more")
            state.forget(*(f"{self.form}-{row['id']}" for row in self.rows))
            state.keep(f"{self.form}-turn", self.turn + 1)
            return _("已保存 {n} 行。").format(n=count)

        if not self.entries:
            state.forget(f"{self.form}-wrong")
            st.info(_("没有修改。"))
            return
        run(
            save_children, self.actor, self.page, self.name, self.parent, self.entries,
            today=clock.today(), done=done, refused=refused,
        )  # fmt: skip
