"""Upload → check → import on one screen: the panel that the monthly and the plan sheet share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from html import escape
from typing import Any

import streamlit as st

from dashboard import clock, i18n
from dashboard.commands.batch import commit_upload
from dashboard.commands.upload import (
    discard_upload,
    examined,
    map_columns,
    store_upload,
    warning_rows,
)
from dashboard.i18n import _, joined, month_name
from dashboard.imports.examination import Draft, Examination, Status, Table
from dashboard.imports.headings import COLUMNS
from dashboard.permissions import Actor
from dashboard.queries.audit import field_title
from dashboard.queries.report import agencies_reporting
from dashboard.ui import choose, mend, parts, state
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.project import LivelihoodProject
from models.upload import Upload, UploadKind, UploadState

Commit = Callable[[Examination, dict[tuple[str, int], str]], None]
STATUS_WORDS = {
    Status.NEW: "新增",
    Status.CHANGED: "有变化",
    Status.UNCHANGED: "无变化",
    Status.REFUSED: "有错误",
}


def receive(
    actor: Actor, kind: UploadKind, programme_id: int, agency_id: int | None, month: date
) -> None:
    """Offer to drop a sheet; what comes is kept as a draft at once and shown for checking."""
    st.caption(_("涉密内容不得上传。文件原样留存，导入前可逐格核对。"))
    given = st.file_uploader(
        _("选择本月进度表"),
        type=["xlsx", "xlsm", "xls", "csv"],
        key=f"sheet-{kind}-{programme_id}-{agency_id}-{month}",
        label_visibility="collapsed",
    )
    if given is None or state.kept("received") == given.file_id:
        return
    upload = run(
        store_upload,
        actor,
        kind=kind,
        programme_id=programme_id,
        agency_id=agency_id,
        month=month,
        name=given.name,
        data=given.getvalue(),
        done="",
        stay=True,
    )
    if upload is not None:
        state.keep("received", given.file_id)
        st.query_params["upload"] = str(upload.id)
        st.rerun()


def linked_upload() -> int | None:
    """Give the upload named in the link, so that a preview outlives its tab."""
    return choose.linked_id("upload")


def leave() -> None:
    """Go back to the list: the link no longer names an upload."""
    st.query_params.pop("upload", None)


def check(actor: Actor, upload_id: int, *, commit: Commit | None = None) -> None:
    """Show what is in the sheet, what is wrong, what would change; import it with one button.

    `commit` imports another kind of sheet than the month's.
    """
    upload, name, found = read(examined, actor, upload_id)
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
        return
    st.subheader(_("核对 {name}").format(name=plain(name)))
    if found.refusal:
        st.error(plain(found.refusal))
        st.button(_("放弃这个文件"), on_click=_discard, args=(actor, upload_id))
        return
    _whose(actor, upload)
    _headline(found)
    mend.show_errors(actor, upload_id, found)
    if found.errors and upload.month is not None:
        with st.expander(_("上传改好的表"), expanded=True):
            receive(actor, upload.kind, upload.programme_id, upload.agency_id, upload.month)
    reasons = _warnings(found)
    _difference(found)
    _told(found)
    _mapping(actor, upload_id, found)
    _buttons(actor, upload_id, found, reasons, commit)


def _whose(actor: Actor, upload: Upload) -> None:
    """Say for which unit and month the figures will be written, whatever the link says."""
    if upload.kind is not UploadKind.MONTHLY or upload.month is None:
        return
    units = read(agencies_reporting, actor, upload.programme_id)
    names = dict(zip(units["agency_id"], units["agency"], strict=True))
    text = f"{month_name(upload.month)}　{names.get(upload.agency_id, '')}"
    st.html(f"<p><b>{escape(text)}</b></p>")


def _print(shown: object) -> str:
    """Make a short sign that differs when what is shown differs, as part of a widget's key."""
    return sha256(repr(shown).encode()).hexdigest()[:12]


def _headline(found: Examination) -> None:
    counts = "　".join(
        f"{_(word)} <b>{found.counts[status]}</b>" for status, word in STATUS_WORDS.items()
    )
    tables = _("；").join(
        _("工作表“{sheet}”第 {first}–{last} 行").format(
            sheet=escape(t.sheet), first=t.first_row, last=t.last_row
        )
        for t in found.tables
    )
    st.html(f"<p>{_('读到 {tables}。').format(tables=tables)}{counts}</p>")


def _warnings(found: Examination) -> dict[tuple[str, int], str]:
    rows = warning_rows(found)
    if not rows:
        return {}
    st.warning(_("有 {n} 行数据存疑，请逐行写明情况后才能导入。").format(n=len(rows)))
    reasons = {}
    for (sheet, row), messages in rows.items():
        where = _("第 {row} 行").format(row=row) if row else sheet
        said = st.text_input(
            plain(_("{title}：{text}").format(title=where, text=_("；").join(messages))),
            key=f"reason-{found.sha256[:12]}-{sheet}-{row}-{_print(messages)}",
            placeholder=_("情况说明（必填，随数据留存）"),
            max_chars=500,
        )
        reasons[sheet, row] = said or ""
    return reasons


def _difference(found: Examination) -> None:
    moved = [d for d in found.drafts if d.status in (Status.NEW, Status.CHANGED)]
    if not moved:
        return
    titles = {column.field: column.title for column in COLUMNS[found.kind]}
    rows = [
        {
            "row": draft.row,
            "code": f"{draft.project_code} {draft.work_item_code or ''}".strip(),
            "name": draft.values.get("work_item_name") or draft.values.get("project_name") or "",
            "status": _(STATUS_WORDS[draft.status]),
            "changes": _changes(draft, titles),
        }
        for draft in moved
    ]
    with st.expander(_("将要写入的 {n} 行（原值 → 新值）").format(n=len(rows)), expanded=True):
        parts.show_table(
            rows,
            {
                "row": _("行"),
                "code": _("编号"),
                "name": _("项目"),
                "status": _("情况"),
                "changes": _("变化"),
            },
            html=["changes"],
        )


def _changes(draft: Draft, titles: dict[str, str]) -> str:
    lines = []
    for change in draft.changes:
        title = titles.get(change.field) or field_title(LivelihoodProject, change.field)
        old, new = parts.shown(change.old), parts.shown(change.new)
        if len(new) > 60:
            new = new[:60] + "…"
        lines.append(
            f'<span class="ms-soft">{escape(_(title))}</span> '
            f"{escape(old[:40]) or '—'} → <b>{escape(new) or '—'}</b>"
        )
    return "<br>".join(lines)


def _told(found: Examination) -> None:
    if found.told:
        with st.expander(_("没有导入的内容（{n} 处）").format(n=len(found.told))):
            parts.show_table(
                [told._asdict() if hasattr(told, "_asdict") else vars(told) for told in found.told],
                {"sheet": _("工作表"), "place": _("位置"), "text": _("说明")},
            )


def _mapping(actor: Actor, upload_id: int, found: Examination) -> None:
    titles = {column.field: column.title for column in COLUMNS[found.kind]}
    for table in found.tables:
        unknown = [c for c in table.columns if c.how == "unknown"]
        label = _("列的对应（{sheet}）").format(sheet=plain(table.sheet))
        if unknown:
            label += _("：{n} 列没有认出").format(n=len(unknown))
        with st.expander(label, expanded=bool(unknown) and bool(found.errors)):
            parts.show_table(
                [
                    {
                        "letter": c.letter,
                        "heading": c.heading,
                        "field": _(titles.get(c.field, "不导入")),
                        "examples": joined(c.examples[:3]),
                    }
                    for c in table.columns
                ],
                {
                    "letter": _("列"),
                    "heading": _("表头"),
                    "field": _("对应"),
                    "examples": _("前几个值"),
                },
            )
            _remap(actor, upload_id, table, titles)


def _remap(actor: Actor, upload_id: int, table: Table, titles: dict[str, str]) -> None:
    with st.form(f"map-{upload_id}-{table.sheet}-{table.header_row}", border=False):
        left, right, button = st.columns([2, 2, 1], vertical_alignment="bottom")
        headings = [c.heading for c in table.columns]
        heading = left.selectbox(_("改这一列"), headings, filter_mode=None)
        options = ["", *titles]
        field = right.selectbox(
            _("对应到"),
            options,
            format_func=lambda name: _(titles.get(name, "不导入")),
            filter_mode=None,
        )
        if button.form_submit_button(_("确认对应")) and heading:
            run(
                map_columns,
                actor,
                upload_id,
                layout=table.layout,
                choices={heading: (field or "", "")},
                done=_("已记住这一列的对应，下次同样的表头会照此读取。"),
            )


def _buttons(
    actor: Actor,
    upload_id: int,
    found: Examination,
    reasons: dict[tuple[str, int], str],
    commit: Commit | None,
) -> None:
    rows = [d for d in found.drafts if d.status in (Status.NEW, Status.CHANGED)]
    moved = {draft.project_code for draft in rows}
    ready = found.passes and bool(moved) and all(text.strip() for text in reasons.values())
    n = len(moved)
    # A click counts only for what was shown: if somebody mends a cell meanwhile, these are others.
    seen = _print([(d.project_code, d.work_item_code, d.changes) for d in rows])
    with st.container(horizontal=True):
        if commit is not None:
            label = _("导入 {n} 个项目").format(n=n)
            if st.button(label, type="primary", disabled=not ready, key=f"plan-{seen}"):
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
    reasons: dict[tuple[str, int], str],
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
