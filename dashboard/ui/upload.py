"""Upload → check → import on one screen: the panel that the monthly and the plan sheet share."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from dashboard import clock, i18n
from dashboard.commands.batch import commit_upload
from dashboard.commands.upload import discard_upload, examined, store_upload
from dashboard.i18n import _, month_name
from dashboard.imports.examination import Examination, Status
from dashboard.permissions import Actor
from dashboard.queries.report import agencies_reporting
from dashboard.ui import choose, drop, mapping, mend, parts, preview
from dashboard.ui.plain import plain
from dashboard.ui.preview import Reasons
from dashboard.ui.read import read, read_slowly
from dashboard.ui.run import run
from models.upload import Upload, UploadKind, UploadState

Commit = Callable[[Examination, Reasons], None]


def receive(
    actor: Actor, kind: UploadKind, programme_id: int, agency_id: int | None, month: date
) -> None:
    """Offer to drop a sheet; what comes is kept as a draft at once and shown for checking."""
    st.caption(_("涉密内容不得上传。文件原样留存，导入前可逐格核对。"))
    upload = drop.receive(
        _("选择本月进度表"),
        f"sheet-{kind}-{programme_id}-{agency_id}-{month}",
        store_upload,
        actor,
        kind=kind,
        programme_id=programme_id,
        agency_id=agency_id,
        month=month,
    )
    if upload is not None:
        st.query_params["upload"] = str(upload.id)
        st.rerun()


def linked_upload() -> int | None:
    """Give the upload named in the link, so that a preview outlives its tab."""
    return choose.linked_id("upload")


def leave() -> None:
    """Go back to the list: the link no longer names an upload."""
    st.query_params.pop("upload", None)


def check(
    actor: Actor, upload_id: int, *, commit: Commit | None = None
) -> tuple[int, Examination] | None:
    """Show what is in the sheet, what is wrong, what would change; import it with one button.

    `commit` imports another kind of sheet than the month's. Gives the list's key and what was
    found, where there was something to check.
    """
    upload, name, found = _examined(actor, upload_id)
    if upload.state is not UploadState.DRAFT:
        st.info(
            _("批次 {number}（{name}）：{state}，共 {rows} 行。").format(
                number=upload.number,
                name=plain(name),
                state=_(upload.state.label),
                rows=upload.rows_count,
            )
        )
        st.button(_("返回"), on_click=leave)
        return None
    st.subheader(_("核对 {name}").format(name=plain(name)))
    if found.refusal:
        st.error(plain(found.refusal))
        st.button(_("放弃这个文件"), on_click=_discard, args=(actor, upload_id))
        return None
    _whose(actor, upload)
    preview.show_headline(found)
    mend.show_errors(actor, upload_id, found)
    if found.errors and upload.month is not None:
        with st.expander(_("上传改好的表"), expanded=True):
            receive(actor, upload.kind, upload.programme_id, upload.agency_id, upload.month)
    reasons = preview.ask_reasons(found)
    preview.show_rows(found)
    mend.show_any_cell(actor, upload_id, found)
    mapping.show_left_out(actor, upload_id, found, included=upload.include_hidden)
    mapping.show_columns(actor, upload_id, found)
    _buttons(actor, upload_id, found, reasons, commit)
    return upload.programme_id, found


def _examined(actor: Actor, upload_id: int) -> tuple[Upload, str, Examination]:
    """Read the sheet, telling how far it is where that takes longer than a second."""
    began, place = time.monotonic(), st.empty()

    def tell(share: float) -> None:
        if time.monotonic() - began > 1:
            text = _("正在核对，已完成 {share}%").format(share=round(share * 100))
            place.progress(share, text)

    with st.spinner(_("正在读取表格…")):
        found = read_slowly(examined, actor, upload_id, progress=tell)
    place.empty()
    return found


def _whose(actor: Actor, upload: Upload) -> None:
    """Say for which unit and month the figures will be written, whatever the link says."""
    if upload.kind is not UploadKind.MONTHLY or upload.month is None:
        return
    units = read(agencies_reporting, actor, upload.programme_id)
    names = dict(zip(units["agency_id"], units["agency"], strict=True))
    text = f"{month_name(upload.month)}　{names.get(upload.agency_id, '')}"
    st.html(f"<p><b>{escape(text)}</b></p>")


def _buttons(
    actor: Actor,
    upload_id: int,
    found: Examination,
    reasons: Reasons,
    commit: Commit | None,
) -> None:
    rows = [d for d in found.drafts if d.status in (Status.NEW, Status.CHANGED)]
    moved = {draft.project_code for draft in rows}
    ready = found.passes and bool(moved) and all(text.strip() for text in reasons.values())
    n = len(moved)
    # A click counts only for what was shown: if somebody mends a cell meanwhile, these are others.
    seen = preview.sign_of([(d.project_code, d.work_item_code, d.changes) for d in rows])
    with st.container(horizontal=True):
        if commit is not None:
            label = _("导入 {n} 个项目").format(n=n)
            if st.button(label, type="primary", disabled=not ready, key=f"plan-{seen}"):
                with st.spinner(_("正在导入…")):
                    commit(found, reasons)
        else:
            label = _("导入并报送 {n} 个项目").format(n=n)
            if st.button(label, type="primary", disabled=not ready, key=f"send-{seen}"):
                _commit(actor, upload_id, found, reasons, submit=True)
            if st.button(_("只存草稿，暂不报送"), disabled=not ready, key=f"keep-{seen}"):
                _commit(actor, upload_id, found, reasons, submit=False)
        st.button(_("放弃这个文件"), on_click=_discard, args=(actor, upload_id))
    if found.passes and not moved:
        st.info(_("表中内容与已有数据完全一致，没有需要导入的行。"))


def _commit(
    actor: Actor,
    upload_id: int,
    found: Examination,
    reasons: Reasons,
    *,
    submit: bool,
) -> None:
    def done(result: Any) -> str:
        leave()
        if result.receipt:
            return _("已导入 {n} 个项目并报送，回执号 {receipt}，现在由单位审核人办理。").format(
                n=result.rows, receipt=result.receipt
            )
        return _("已导入 {n} 个项目，存为草稿（批次 {number}），尚未报送。").format(
            n=result.rows, number=result.number
        )

    with st.spinner(_("正在导入…")):
        run(
            commit_upload,
            actor,
            upload_id,
            found,
            reasons=reasons,
            today=clock.today(),
            submit=submit,
            done=done,
        )


def _discard(actor: Actor, upload_id: int) -> None:
    # What a button calls runs before the page has looked up who acts.
    i18n.use(actor.language)
    run(discard_upload, actor, upload_id, done=_("已放弃，没有保存任何数据。"), stay=True)
    leave()


def template_link(programme_id: int, agency_id: int, month: date) -> None:
    """Link to the unit's own workbook for the month."""
    parts.show_link(
        f"/sheets/template/{programme_id}/{agency_id}/{month:%Y-%m}", _("下载本月填报模板")
    )


def plan_template_link(programme_id: int) -> None:
    """Link to an empty plan sheet."""
    parts.show_link(f"/sheets/plan/{programme_id}", _("下载任务分解表模板"))


def chosen_rows(rows: Sequence[dict[str, Any]], key: str, label: str) -> list[int]:
    """Offer rows as touchable check boxes with a select-all; give the ids ticked."""
    everything = st.checkbox(_("全选（{n} 条）").format(n=len(rows)), key=f"all-{label}")
    ticked = []
    for row in rows:
        text = (
            f"**{plain(row['code'])} {plain(row['project'])}**　{parts.pct(row['completed_pct'])}"
        )
        if st.checkbox(text, value=everything, key=f"{label}-{row[key]}-{everything}"):
            ticked.append(int(row[key]))
    return ticked
