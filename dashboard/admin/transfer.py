"""A table by workbook: template, export, import with a preview, undoing."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

import streamlit as st

from dashboard import clock
from dashboard.admin.spec import AdminPage, View, action_for, link_of
from dashboard.commands.table_compare import RowChange, TableReading, compare
from dashboard.commands.table_import import (
    commit_table,
    discard_table,
    imports_of,
    own_import,
    read_table,
    store_table,
    take_back_table,
)
from dashboard.i18n import _
from dashboard.imports.examination import Status
from dashboard.imports.records import Records, cell_text
from dashboard.permissions import Action, Actor
from dashboard.queries.row import fields
from dashboard.ui import choose, drop, parts
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.upload import UploadState

SHOWN = 200
WORDS = {
    Status.NEW: "新增",
    Status.CHANGED: "修改",
    Status.UNCHANGED: "没有变化",
    Status.REFUSED: "有错误",
}


def ask_transfer(actor: Actor, page: AdminPage, view: View) -> None:
    """Offer the template, the export of what is listed, and the import."""
    action = action_for(page, page.edited) or _own_action(actor, page)
    may_write = action is not None and actor.may(action)
    links = []
    if actor.may(Action.TABLE_EXPORT):
        target = escape(f"/tables/{page.table}/export?{urlencode(link_of(view))}")
        links.append(f'<a class="ms-button" href="{target}">{_("导出所列记录")}</a>')
    if may_write:
        links.append(
            f'<a class="ms-button" href="/tables/{page.table}/template">{_("下载模板")}</a>'
        )
    if not links:
        return
    with st.expander(_("Excel 导出和导入")):
        st.html(f'<p class="ms-line">{" ".join(links)}</p>')
        if may_write:
            _receive(actor, page)
            _show_imports(actor, page)


def _own_action(actor: Actor, page: AdminPage) -> Action | None:
    has_own = any(field.own for field in read(fields, actor, page).values())
    return page.own_action if has_own else None


def _receive(actor: Actor, page: AdminPage) -> None:
    st.caption(_("涉密内容不得上传。文件原样留存，导入前逐行核对，有一处错误就全部不导入。"))
    batch = drop.receive(_("选择填好的表格"), f"table-{page.table}", store_table, actor, page)
    if batch is not None:
        st.query_params.from_dict({"table": page.table, "import": str(batch.id)})
        st.rerun()


def linked_import() -> int | None:
    """Give the import named in the link, so that a preview outlives its tab."""
    return choose.linked_id("import")


def show_import(actor: Actor, page: AdminPage, import_id: int) -> None:
    """Show what a workbook would do to the table; import it with one button."""
    batch = read(own_import, actor, page, import_id)
    if batch.state is not UploadState.DRAFT:
        words = _("批次 {number}：{state}，共 {rows} 行。")
        st.info(
            words.format(number=batch.number, state=_(batch.state.label), rows=batch.rows_count)
        )
        return
    found = read(read_table, actor, page, import_id)
    reading = read(compare, actor, page, found)
    counts = "　".join(
        f"{_(word)} <b>{sum(change.status is status for change in reading.changes)}</b>"
        for status, word in WORDS.items()
    )
    st.html(f"<p>{counts}</p>")
    _show_problems(page, import_id, reading)
    _show_changes(actor, page, reading)
    if reading.told:
        with st.expander(_("没有导入的内容（{n} 处）").format(n=len(reading.told))):
            parts.show_table([{"text": text} for text in reading.told], {"text": _("说明")})
    _buttons(actor, page, import_id, found, reading)


def _show_problems(page: AdminPage, import_id: int, reading: TableReading) -> None:
    if not reading.problems:
        return
    st.error(_("有 {n} 处错误，改正后重新上传。").format(n=len(reading.problems)))
    rows = [
        {"cell": p.cell, "raw": p.raw[:40], "message": p.message, "remedy": p.remedy}
        for p in reading.problems[:SHOWN]
    ]
    columns = {
        "cell": _("单元格"), "raw": _("现在的内容"), "message": _("问题"),
        "remedy": _("怎样才能通过"),
    }  # fmt: skip
    parts.show_table(rows, columns)
    parts.show_link(f"/tables/{page.table}/marked/{import_id}", _("下载标注好的表格"))


def _show_changes(actor: Actor, page: AdminPage, reading: TableReading) -> None:
    known = read(fields, actor, page)
    rows = [
        {
            "row": change.number,
            "name": change.name,
            "status": _(WORDS[change.status]),
            "changes": "<br>".join(
                f'<span class="ms-soft">{escape(known[name].label)}</span> {_moved(change, name)}'
                for name in change.values
            ),
        }
        for change in reading.moved[:SHOWN]
    ]
    if rows:
        with st.expander(_("将要写入的 {n} 行（原值 → 新值）").format(n=len(reading.moved)), True):
            columns = {
                "row": _("行"), "name": _("记录"), "status": _("情况"), "changes": _("变化"),
            }  # fmt: skip
            parts.show_table(rows, columns, html=["changes"])


def _moved(change: RowChange, name: str) -> str:
    new = f"<b>{escape(parts.shown(change.values[name])[:60]) or _('（空）')}</b>"
    if change.status is Status.NEW:
        return new
    return f"{escape(cell_text(change.old.get(name))[:40]) or _('（空）')} → {new}"


def _buttons(
    actor: Actor, page: AdminPage, import_id: int, found: Records, reading: TableReading
) -> None:
    if not reading.problems and not reading.moved:
        st.info(_("表中内容与已有数据完全一致，没有需要导入的行。"))
    with st.container(horizontal=True):
        label = _("导入 {n} 行").format(n=len(reading.moved))
        if st.button(label, type="primary", disabled=not reading.passes, key="table-commit"):
            run(
                commit_table, actor, page, import_id, found, today=clock.today(),
                done=lambda batch: _("已导入 {n} 行（批次 {number}）。").format(
                    n=batch.rows_count, number=batch.number
                ),
            )  # fmt: skip
        if st.button(_("放弃这个文件"), key="table-discard"):
            run(discard_table, actor, page, import_id, done=_("已放弃，没有保存任何数据。"))


def _show_imports(actor: Actor, page: AdminPage) -> None:
    found = [b for b in read(imports_of, actor, page) if b.state is UploadState.COMMITTED]
    if not found:
        return
    names = {
        int(batch.id or 0): _("{number}　{n} 行").format(number=batch.number, n=batch.rows_count)
        for batch in found
    }
    chosen = st.selectbox(
        _("撤回一次导入"), list(names), index=None, placeholder=_("请选择"),
        format_func=names.__getitem__, key=f"take-back-{page.table}",
    )  # fmt: skip
    if chosen and st.button(_("撤回所选导入"), key=f"take-back-go-{page.table}"):
        run(
            take_back_table, actor, page, chosen, today=clock.today(),
            done=_("已撤回，记录与导入前相同。"),
        )  # fmt: skip
