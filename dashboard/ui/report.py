"""The month's reports as each role works on them: drafts, confirming, accepting, rates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.commands.evidence import ENDINGS, attach_evidence
from dashboard.commands.lag import explain_lag
from dashboard.commands.report import (
    accept_reports,
    confirm_reports,
    report_no_change,
    return_reports,
    submit_reports,
)
from dashboard.commands.take_back import take_back_upload
from dashboard.commands.unlock import approve_unlock, refuse_unlock, request_unlock
from dashboard.db import records
from dashboard.i18n import _, aside, month_name
from dashboard.permissions import Action, Actor
from dashboard.queries.own_column import report_answers
from dashboard.queries.report import completeness, reports_due, unlocks
from dashboard.queries.upload import upload_dependents, uploads
from dashboard.ui import parts, state
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run
from dashboard.ui.upload import chosen_rows
from models.report import ReportState
from models.upload import UploadState

_PRESSED = "reports-pressed"
WHO_HAS_IT = {
    None: "等待填报",
    ReportState.DRAFT: "在填报员处（草稿）",
    ReportState.RETURNED: "退回填报员修改",
    ReportState.SUBMITTED: "在单位审核人处",
    ReportState.CONFIRMED: "在督查室处",
    ReportState.ACCEPTED: "已审定",
}


def show_days(period: pd.Series, today: date) -> None:
    """Say which of the three days applies now: due, timely, locked."""
    if today <= period["due_on"]:
        left = (period["due_on"] - today).days
        now = _("应报日还有 {n} 天").format(n=left) if left else _("今天是应报日")
    elif today <= period["timely_until"]:
        now = _("已过应报日，仍算按时")
    elif today <= period["locked_after"]:
        now = _("现在报送算迟报")
    else:
        now = _("已锁定，补报需申请解锁")
    text = _("{month}：应报 {due}，按时截止 {timely}，{locked} 后锁定。").format(
        month=month_name(period["month"]),
        due=period["due_on"],
        timely=period["timely_until"],
        locked=period["locked_after"],
    )
    extra = aside(escape(period["exception"])) if period["exception"] else ""
    st.html(f'<p class="ms-soft">{escape(text)}{extra}<b>{escape(now)}</b></p>')


def show_work(actor: Actor, programme_id: int, month: date, today: date) -> None:
    """Show the month's reports, with what this actor may do about them."""
    due = read(reports_due, actor, programme_id, month)
    rows = records(due)
    if actor.may(Action.REPORT_SUBMIT):
        _drafts(actor, rows, month, today)
    if actor.may(Action.REPORT_CONFIRM):
        _waiting(actor, rows, ReportState.SUBMITTED, Action.REPORT_CONFIRM, today)
    if actor.may(Action.REPORT_ACCEPT):
        _waiting(actor, rows, ReportState.CONFIRMED, Action.REPORT_ACCEPT, today)
    if state.kept(_PRESSED):
        state.forget(_PRESSED)
        st.warning(_("这些月报刚刚由他人办理或改动过，您的点击没有生效，请核对现在的情况。"))
    _list(rows)
    if actor.may(Action.UNLOCK_REQUEST):
        _ask_unlock(actor, rows, month, today)
    if actor.may(Action.UNLOCK_APPROVE):
        _unlocks(actor, today)
    _completeness(actor, programme_id, month, today)
    _batches(actor, programme_id, month)


def _drafts(actor: Actor, rows: Sequence[dict[str, Any]], month: date, today: date) -> None:
    missing = [row for row in rows if row["report_id"] is None]
    drafts = [r for r in rows if r["state"] in (ReportState.DRAFT, ReportState.RETURNED)]
    if drafts:
        st.subheader(_("待报送（{n}）").format(n=len(drafts)))
        for row in drafts:
            if row["return_reason"]:
                st.warning(
                    _("{title}：{text}").format(
                        title=plain(f"{row['code']} {row['project']}"),
                        text=plain(row["return_reason"]),
                    )
                )
        _evidence(actor, drafts)
        _lag(actor, drafts, today)
        ids = chosen_rows(drafts, "report_id", "draft")
        if st.button(_("报送 {n} 条").format(n=len(ids)), type="primary", disabled=not ids):
            run(
                submit_reports, actor, ids, today=today,
                done=lambda receipt: _("已报送，回执号 {receipt}，现在由单位审核人办理。").format(
                    receipt=receipt
                ),
            )  # fmt: skip
    if missing:
        with st.expander(_("本月无变化的项目（{n} 个未报）").format(n=len(missing))):
            for row in missing:
                label = _("{code} {name}：本月无变化").format(
                    code=row["code"], name=plain(row["project"])
                )
                if st.button(label, key=f"same-{row['project_id']}"):
                    run(
                        report_no_change, actor, int(row["project_id"]), month=month, today=today,
                        done=_("已按上月数据生成草稿，请核对后报送。"),
                    )  # fmt: skip


def _evidence(actor: Actor, drafts: Sequence[dict[str, Any]]) -> None:
    with st.expander(_("补充佐证材料（PDF、照片、DOCX、XLSX）")), st.form("evidence", border=False):
        names = {int(r["report_id"]): f"{r['code']} {r['project']}" for r in drafts}
        report_id = st.selectbox(_("项目"), list(names), format_func=names.__getitem__)
        given = st.file_uploader(
            _("文件"), type=list(ENDINGS), label_visibility="collapsed", key="document-file-report"
        )
        caption = st.text_input(_("说明"), max_chars=200)
        if st.form_submit_button(_("添加")) and given is not None and report_id:
            run(
                attach_evidence, actor, int(report_id), name=given.name, data=given.getvalue(),
                caption=caption or "", done=_("已添加佐证材料。"),
            )  # fmt: skip


def _lag(actor: Actor, drafts: Sequence[dict[str, Any]], today: date) -> None:
    with st.expander(_("补填滞后说明（低于序时的项目报送前必填）")), st.form("lag", border=False):
        names = {int(r["report_id"]): f"{r['code']} {r['project']}" for r in drafts}
        report_id = st.selectbox(_("项目"), list(names), format_func=names.__getitem__)
        cause = st.text_area(_("滞后原因"), max_chars=2000)
        measure = st.text_area(_("整改措施"), max_chars=2000)
        forecast = st.date_input(_("预计完成时间"), value=None, format="YYYY-MM-DD")
        if st.form_submit_button(_("保存说明")) and report_id:
            if not isinstance(forecast, date):
                st.error(_("请填写{title}。").format(title=_("预计完成时间")))
                return
            run(
                explain_lag, actor, int(report_id), cause=cause or "", measure=measure or "",
                forecast_on=forecast, done=_("已保存，可以报送了。"),
            )  # fmt: skip


def _waiting(
    actor: Actor, rows: Sequence[dict[str, Any]], waits: ReportState, action: Action, today: date
) -> None:
    waiting = [row for row in rows if row["state"] == waits]
    if not waiting:
        return
    confirming = action is Action.REPORT_CONFIRM
    title = _("待您审核（{n}）") if confirming else _("待您审定（{n}）")
    st.subheader(title.format(n=len(waiting)))
    ids = chosen_rows(waiting, "report_id", waits)
    with st.expander(_("查看所报内容"), expanded=False):
        titles, answered = _answered(actor, waiting)
        parts.show_table(
            answered,
            {
                "code": _("编号"),
                "project": _("项目"),
                "completed_pct": _("累计进度（%）"),
                "physical_progress": _("形象进度"),
                **titles,
                "warning_reason": _("存疑说明"),
                "submitter": _("报送人"),
            },
            numbers=["completed_pct"],
        )
    reason = st.text_input(_("退回原因"), key=f"return-{waits}", max_chars=500)
    with st.container(horizontal=True):
        word = _("审核通过 {n} 条") if confirming else _("审定 {n} 条")
        # A click counts only for the reports as they were shown: changed ones are shown anew.
        seen = hash(tuple((row["report_id"], row["version"]) for row in waiting))
        passes = word.format(n=len(ids))
        pressed: dict[str, Any] = {
            "disabled": not ids, "on_click": state.keep, "args": (_PRESSED, True),
        }  # fmt: skip
        if st.button(passes, type="primary", key=f"ok-{waits}-{seen}", **pressed):
            state.forget(_PRESSED)
            _pass_on(actor, ids, confirming=confirming, today=today)
        if st.button(_("退回 {n} 条").format(n=len(ids)), key=f"no-{waits}-{seen}", **pressed):
            state.forget(_PRESSED)
            done = _("已退回，原因已显示在填报员的待办中。")
            run(return_reports, actor, ids, reason=reason or "", done=done)


def _answered(
    actor: Actor, waiting: Sequence[dict[str, Any]]
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Add to reports what they say in the fields an office added; give the titles as well."""
    found = records(read(report_answers, actor, tuple(int(row["report_id"]) for row in waiting)))
    given = [
        {one["name"]: one["value"] for one in found if one["report_id"] == row["report_id"]}
        for row in waiting
    ]
    rows = [{**row, **answers} for row, answers in zip(waiting, given, strict=True)]
    return {one["name"]: one["title"] for one in found}, rows


def _pass_on(actor: Actor, ids: list[int], *, confirming: bool, today: date) -> None:
    if confirming:
        done = _("已审核 {n} 条，现在由督查室审定。").format(n=len(ids))
        run(confirm_reports, actor, ids, done=done)
    else:
        done = _("已审定 {n} 条，看板已更新。").format(n=len(ids))
        run(accept_reports, actor, ids, today=today, done=done)


def _list(rows: Sequence[dict[str, Any]]) -> None:
    received = sum(1 for row in rows if row["received_on"] is not None)
    st.subheader(_("本月应报 {n} 项，已报 {m} 项").format(n=len(rows), m=received))
    shown = [
        {
            **row,
            "link": f'<a href="/project?id={row["project_id"]}" target="_self">'
            f"{escape(row['project'])}</a>",
            "where": _(WHO_HAS_IT[ReportState.of(row["state"]) if row["state"] else None])
            + (_("（第 {n} 版）").format(n=row["revision"]) if (row["revision"] or 1) > 1 else ""),
            "figure": _("无变化") if row["no_change"] is True else parts.pct(row["completed_pct"])
            if row["report_id"] else "—",
        }
        for row in rows
    ]  # fmt: skip
    parts.show_table(
        shown,
        {
            "code": _("编号"),
            "link": _("项目"),
            "agency": _("牵头单位"),
            "figure": _("所报进度"),
            "where": _("现在在谁手里"),
            "received_on": _("首次报送"),
            "receipt": _("回执号"),
        },
        numbers=["figure"],
        html=["link"],
        empty=_("本月没有您可见的应报项目。"),
    )


def _ask_unlock(actor: Actor, rows: Sequence[dict[str, Any]], month: date, today: date) -> None:
    locked = [row for row in rows if row["state"] in (None, ReportState.ACCEPTED)]
    if not locked:
        return
    with st.expander(_("申请解锁（已审定或已锁定的月份需要更正时）")), st.form("unlock"):
        names = {int(r["project_id"]): f"{r['code']} {r['project']}" for r in locked}
        project_id = st.selectbox(_("项目"), list(names), format_func=names.__getitem__)
        reason = st.text_area(_("解锁理由"), max_chars=500)
        if st.form_submit_button(_("提交申请")) and project_id:
            run(
                request_unlock, actor, int(project_id), month=month, reason=reason or "",
                today=today, done=_("已提交，由督查室批准。"),
            )  # fmt: skip


def _unlocks(actor: Actor, today: date) -> None:
    waiting = read(unlocks, actor, waiting=True)
    if waiting.empty:
        return
    st.subheader(_("待批的解锁申请（{n}）").format(n=len(waiting)))
    for row in records(waiting):
        with st.form(f"unlock-{row['unlock_id']}"):
            st.text(
                f"{row['code']} {row['project']}　{month_name(row['month'])}　"
                f"{row['requester']}{aside(row['requested_on'])}"
            )
            st.text(row["reason"])
            ends_on = st.date_input(
                _("开放到"), value=today + timedelta(days=3), format="YYYY-MM-DD"
            )
            if st.form_submit_button(_("批准解锁")) and isinstance(ends_on, date):
                run(
                    approve_unlock, actor, int(row["unlock_id"]), ends_on=ends_on, today=today,
                    done=_("已批准，到期自动关闭。"),
                )  # fmt: skip
        with st.form(f"refuse-{row['unlock_id']}"):
            reason = st.text_input(_("不批准理由"), max_chars=500)
            if st.form_submit_button(_("不批准")):
                run(
                    refuse_unlock, actor, int(row["unlock_id"]), reason=reason or "", today=today,
                    done=_("已退回申请人，月份保持锁定。"),
                )  # fmt: skip


def _completeness(actor: Actor, programme_id: int, month: date, today: date) -> None:
    rates = read(completeness, actor, programme_id, month, today)
    with st.expander(_("各单位报送率和按时率"), expanded=actor.may(Action.REPORT_ACCEPT)):
        parts.show_table(
            rates,
            {
                "agency": _("单位"),
                "expected": _("应报"),
                "received": _("已报"),
                "complete_pct": _("报送率（%）"),
                "timely": _("按时"),
                "timely_pct": _("按时率（%）"),
                "accepted": _("已审定"),
                "unlocks": _("解锁次数"),
            },
            numbers=[
                "expected", "received", "complete_pct", "timely", "timely_pct", "accepted",
                "unlocks",
            ],
        )  # fmt: skip


def _batches(actor: Actor, programme_id: int, month: date) -> None:
    received = read(uploads, actor, programme_id, month)
    if received.empty:
        return
    with st.expander(_("上传批次（{n}）").format(n=len(received))):
        rows = [
            {**row, "file": parts.file_link(row["file_id"], row["file_name"])}
            for row in records(received)
        ]
        parts.show_table(
            rows,
            {
                "number": _("批次"),
                "file": _("文件"),
                "agency": _("单位"),
                "state": _("状态"),
                "rows": _("行数"),
                "uploader": _("上传人"),
                "created_at": _("时间"),
            },
            numbers=["rows"],
            html=["file"],
        )
        if actor.may(Action.REPORT_UPLOAD):
            _take_back(actor, [row for row in rows if row["state"] == UploadState.COMMITTED])


def _take_back(actor: Actor, rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        label = _("撤回批次 {number}").format(number=row["number"])
        with st.popover(label):
            depends = read(upload_dependents, actor, int(row["upload_id"]))
            st.write(_("撤回后，以下月报恢复到导入前的内容："))
            parts.show_table(
                depends,
                {
                    "project_code": _("编号"),
                    "project": _("项目"),
                    "state": _("状态"),
                    "attachments": _("佐证件数"),
                },
                numbers=["attachments"],
            )
            if st.button(_("确认撤回"), key=f"back-{row['upload_id']}"):
                run(take_back_upload, actor, int(row["upload_id"]), done=_("批次已撤回。"))
