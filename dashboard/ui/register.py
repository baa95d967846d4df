"""整改台账 by Excel: a workbook is kept, compared row by row, and imported with one button."""

from __future__ import annotations

from datetime import date
from html import escape

import streamlit as st

from dashboard.commands.register import (
    FIELDS,
    RegisterReading,
    commit_register,
    compare_register,
    own_register,
    read_register,
    registers_of,
    store_register,
    take_back_register,
)
from dashboard.i18n import _
from dashboard.imports.examination import Status
from dashboard.imports.records import cell_text
from dashboard.permissions import Actor
from dashboard.ui import choose, drop, parts
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.upload import UploadState

MOST = 200


def receive(actor: Actor) -> None:
    """Offer to drop the register's workbook; it is kept as a draft and shown for checking."""
    inside = parts.unfolded(_("用 Excel 下发或更正"), "register-excel")
    if inside is None:
        return
    with inside:
        st.caption(
            _(
                "使用从台账导出的表：新的整改另起一行、整改编号留空；已有的行可更正文字。"
                "期限、单位和销号情况不能用表格修改。涉密内容不得上传。"
            )
        )
        batch = drop.receive(_("选择整改台账"), "register-file", store_register, actor)
        if batch is not None:
            st.query_params.from_dict({"import": str(batch.id)})
            st.rerun()
        _show_imports(actor)


def _show_imports(actor: Actor) -> None:
    """List one's own last imports, each leading to where it can be taken back."""
    rows = [
        {
            "number": f'<a href="/rectification?import={batch.id}" target="_self">'
            f"{escape(batch.number)}</a>",
            "committed_at": batch.committed_at,
            "rows_count": batch.rows_count,
            "state": batch.state,
        }
        for batch in read(registers_of, actor)
    ]
    columns = {
        "number": _("批次号"), "committed_at": _("导入时间"), "rows_count": _("导入行数"),
        "state": _("状态"),
    }  # fmt: skip
    if rows:
        parts.show_table(rows, columns, html=["number"], numbers=["rows_count"])


def linked() -> int | None:
    """Give the draft named in the link, so that a preview outlives its tab."""
    return choose.linked_id("import")


def check(actor: Actor, import_id: int, today: date) -> None:
    """Show what a workbook would do to the register; import it with one button."""
    st.html(f'<p><a href="/rectification" target="_self">← {_("返回整改台账")}</a></p>')
    batch = read(own_register, actor, import_id)
    if batch.state is not UploadState.DRAFT:
        words = _("批次 {number}：{state}，共 {rows} 行。")
        st.info(
            words.format(number=batch.number, state=_(batch.state.label), rows=batch.rows_count)
        )
        if batch.state is UploadState.COMMITTED:
            _take_back(actor, import_id, today)
        return
    found = read(read_register, actor, import_id)
    reading = read(compare_register, actor, found, today=today)
    counts = {status: sum(row.status is status for row in reading.rows) for status in Status}
    st.html(
        f"<p>{_('新下发')} <b>{counts[Status.NEW]}</b>　{_('更正')} "
        f"<b>{counts[Status.CHANGED]}</b>　{_('没有变化')} <b>{counts[Status.UNCHANGED]}</b>　"
        f"{_('有错误')} <b>{counts[Status.REFUSED]}</b></p>"
    )
    _show_problems(reading, import_id)
    _show_rows(reading)
    if not reading.problems and not reading.moved:
        st.info(_("表中内容与台账完全一致，没有需要导入的行。"))
    ready = bool(reading.moved) and not reading.problems
    label = _("导入 {n} 行").format(n=len(reading.moved))
    if st.button(label, type="primary", disabled=not ready, key="register-commit"):
        run(
            commit_register, actor, import_id, found, today=today,
            done=lambda made: _("已导入 {n} 行（批次 {number}）。").format(
                n=made.rows_count, number=made.number
            ),
        )  # fmt: skip


def _take_back(actor: Actor, import_id: int, today: date) -> None:
    st.caption(_("撤回后，更正过的整改恢复原文；新下发而未签收的作废，已签收的仍有效。"))
    sure = st.checkbox(_("撤回这次导入"), key=f"register-sure-{import_id}")
    if st.button(_("撤回导入"), disabled=not sure, key="register-take-back"):
        run(
            take_back_register, actor, import_id, today=today,
            done=lambda did: _(
                "已撤回：{restored} 项恢复原文，{cancelled} 项作废，{kept} 项已签收的仍有效。"
            ).format(restored=did.restored, cancelled=did.cancelled, kept=did.kept),
        )  # fmt: skip


def _show_problems(reading: RegisterReading, import_id: int) -> None:
    if not reading.problems:
        return
    st.error(_("有 {n} 处错误，改正后重新上传。").format(n=len(reading.problems)))
    rows = [
        {"cell": p.cell, "raw": p.raw[:40], "message": p.message, "remedy": p.remedy}
        for p in reading.problems[:MOST]
    ]
    columns = {
        "cell": _("单元格"), "raw": _("现在的内容"), "message": _("问题"),
        "remedy": _("怎样才能通过"),
    }  # fmt: skip
    parts.show_table(rows, columns)
    parts.show_link(f"/sheets/rectifications/marked/{import_id}", _("下载标注好的表格"))


def _show_rows(reading: RegisterReading) -> None:
    rows = [
        {
            "row": row.number,
            "status": _("新下发") if row.draft else _("更正"),
            "changes": "<br>".join(
                f'<span class="ms-soft">{escape(FIELDS[name].title)}</span> '
                f"{escape(cell_text(row.old.get(name))[:40])} → "
                f"<b>{escape(parts.shown(value)[:60])}</b>"
                for name, value in row.values.items()
                if parts.shown(value)
            ),
        }
        for row in reading.moved[:MOST]
    ]
    if rows:
        columns = {"row": _("行"), "status": _("情况"), "changes": _("变化")}
        parts.show_table(rows, columns, html=["changes"])
