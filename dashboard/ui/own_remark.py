"""An observer's own remarks: what became of each; rating, asking to reopen, taking back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from dashboard import clock
from dashboard.commands.observer import agree_to_be_named
from dashboard.commands.own_remark import (
    ask_to_reopen,
    make_visit,
    rate_remark,
    see_answers,
    withdraw_remark,
)
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.queries.observer import my_appointments, my_visits
from dashboard.queries.remark import my_remarks
from dashboard.rules.remark import ENDED
from dashboard.ui import parts
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.remark import RemarkState, Satisfaction

WORDS = {
    RemarkState.SENT: "督查室正在处理",
    RemarkState.RECTIFYING: "已转责任单位整改",
    RemarkState.ANSWERED: "已答复",
    RemarkState.SETTLED: "整改已办结",
    RemarkState.NO_ACTION: "不予办理",
    RemarkState.WITHDRAWN: "您已撤回",
}
"""What became of a remark, as its author reads it."""


def show_mine(actor: Actor, today: date) -> None:
    """Show the way to write, the visits to make, and every own remark as a card."""
    st.html(
        f'<p><a class="ms-button ms-main" href="/observe/new" target="_self">{_("写观察意见")}</a>'
        "</p>"
    )
    found = records(read(my_remarks, actor))
    fresh = [row for row in found if row["decided_on"] and row["seen_answer_at"] is None]
    if fresh:
        st.success(_("有 {n} 条意见有了新的答复。").format(n=len(fresh)))
        if st.button(_("知道了")):
            run(see_answers, actor, now=clock.now(), done=_("已记下。"))
    _visits(actor, today)
    for row in found:
        st.html(_card(row))
    if not found:
        st.info(_("您还没有写过意见。到现场后点“写观察意见”，选项目、写几句话、拍张照片即可。"))
    _appointment(actor)


def _card(row: Mapping[str, Any]) -> str:
    state = RemarkState.of(row["state"])
    project = escape(f"{row['code'] or ''} {row['project'] or row['place']}".strip())
    told = row["answer"] or row["reason"]
    answer = f"<p><b>{_('答复')}</b>　{escape(told)}</p>" if told else ""
    until = ""
    if state is RemarkState.RECTIFYING and row["rectify_by"]:
        until = f"　{_('整改期限')} {row['rectify_by']}"
    elif state is RemarkState.SENT and row["due_on"]:
        until = f"　{_('处理期限')} {row['due_on']}"
    new = row["decided_on"] and row["seen_answer_at"] is None
    return (
        f'<div class="ms-card{" ms-new" if new else ""}"><p class="ms-soft">{row["observed_on"]}　'
        f"{project}</p><p>{escape(row['words'])}</p><p><b>{_(WORDS[state])}</b>{until}</p>{answer}"
        f'<p><a href="/remarks?id={int(row["remark_id"])}" target="_self">{_("查看和评价")}</a></p>'
        "</div>"
    )


def _visits(actor: Actor, today: date) -> None:
    for row in records(read(my_visits, actor)):
        name = escape(f"{row['code']} {row['project']}")
        late = aside_late(row["due_on"], today)
        note = f"<p>{escape(row['note'])}</p>" if row["note"] else ""
        st.html(
            f'<div class="ms-card"><p class="ms-soft">{_("待走访")}　{row["due_on"]}{late}</p>'
            f'<p><a href="/observe/new?project={int(row["project_id"])}" target="_self">{name}</a>'
            f"</p>{note}</div>"
        )
        if st.button(_("已走访，没有意见"), key=f"visited-{row['visit_id']}"):
            run(
                make_visit, actor, int(row["visit_id"]), note=row["note"], today=today,
                done=_("已登记走访。"),
            )  # fmt: skip


def aside_late(due_on: date | None, today: date) -> str:
    """Say by how many days something is late, or nothing."""
    if due_on is None or due_on >= today:
        return ""
    return _("（已逾期 {n} 天）").format(n=(today - due_on).days)


def _appointment(actor: Actor) -> None:
    for row in records(read(my_appointments, actor)):
        st.subheader(_("聘任"))
        parts.show_facts(
            {
                _("聘书编号"): row["letter_number"],
                _("聘任地区"): row["region"],
                _("聘期"): _("{first} 至 {last}").format(
                    first=row["first_on"], last=row["last_on"]
                ),
                _("向单位公开姓名"): bool(row["disclosed"]),
            }
        )
        if row["letter_file_id"] is not None:
            link = parts.file_link(int(row["letter_file_id"]), _("查看聘书"))
            st.html(f"<p>{link}</p>")
        words = _("不再公开姓名") if row["disclosed"] else _("同意向单位公开我的姓名")
        if st.button(words, key=f"named-{row['observer_id']}"):
            run(
                agree_to_be_named, actor, int(row["observer_id"]), agreed=not row["disclosed"],
                now=clock.now(), done=_("已更新。"),
            )  # fmt: skip


def act(actor: Actor, row: Mapping[str, Any], today: date) -> None:
    """Let the author take a remark back, or rate what became of it and ask for more."""
    key, state = int(row["remark_id"]), RemarkState.of(row["state"])
    if state is RemarkState.SENT and st.button(_("撤回这条意见")):
        run(withdraw_remark, actor, key, today=today, done=_("已撤回。"))
    if state not in ENDED:
        return
    with st.form(f"rate-{key}"):
        rating = st.radio(
            _("对办理结果是否满意"), list(Satisfaction), horizontal=True, index=None,
            format_func=lambda each: _(each.label),
        )  # fmt: skip
        words = st.text_input(_("评价说明（可空）"), max_chars=500)
        if st.form_submit_button(_("提交评价"), type="primary") and rating:
            run(
                rate_remark, actor, key, rating=rating, words=words or "", today=today,
                done=_("感谢您的评价。"),
            )  # fmt: skip
    if row["reopen_asked_on"] is None:
        with st.form(f"reopen-{key}"):
            words = st.text_area(_("要求重新办理的理由"), max_chars=2000)
            if st.form_submit_button(_("要求重新办理")):
                run(
                    ask_to_reopen, actor, key, words=words or "", today=today,
                    done=_("已提交，督查室会答复您。"),
                )  # fmt: skip
