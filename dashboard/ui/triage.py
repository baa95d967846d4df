"""What the office does with one remark, what a unit proposes, and how long answers took."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from dashboard.commands.note import write_note
from dashboard.commands.rectification import issue_rectification
from dashboard.commands.sealed import add_to_sealed_set
from dashboard.commands.triage import (
    answer_remark,
    decide_proposal,
    join_rectification,
    look_at_phone,
    move_remark,
    propose_reply,
    reopen_remark,
    take_no_action,
)
from dashboard.db import records
from dashboard.i18n import _, aside
from dashboard.permissions import Action, Actor
from dashboard.queries.agency import agencies
from dashboard.queries.feedback import answer_times, proposed_projects
from dashboard.queries.note import notes
from dashboard.queries.observer import sealed_sets
from dashboard.queries.project import project_details
from dashboard.queries.remark import TABLE, remarks
from dashboard.queries.triage import open_problems, proposals, reply_templates
from dashboard.rules.rectification import RectificationDraft
from dashboard.ui import choose, parts
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.calendar import DayKind
from models.rectification import RectificationSource
from models.remark import RemarkChannel, RemarkState, Severity

_Row = Mapping[str, Any]
DAYS = {Severity.SERIOUS: 7}
"""How many days a rectification form starts from where the problem is worse than usual."""


def show_office(actor: Actor, row: _Row, today: date) -> None:
    """Show what only the office and the auditor read, and let the office decide."""
    triages = actor.may(Action.REMARK_TRIAGE) and not row["mine"]
    state = RemarkState.of(row["state"])
    if triages and row["phone"] and st.button(_("查看联系电话（会留下记录）")):
        run(look_at_phone, actor, int(row["remark_id"]), done=_told_phone)
    if triages:
        _decide_proposals(actor, row, today)
        if state is RemarkState.SENT:
            _decide(actor, row, today)
        elif state is not RemarkState.WITHDRAWN:
            _after(actor, row, today)
    _notes(actor, row, today)


def _told_phone(phone: str) -> str:
    return _("联系电话：{phone}").format(phone=phone or _("未留电话"))


def _decide(actor: Actor, row: _Row, today: date) -> None:
    st.subheader(_("处理"))
    ways = {
        "answer": (_("答复"), _answer),
        "rectify": (_("转整改"), _rectify),
        "join": (_("并入已有整改"), _join),
        "none": (_("不予办理"), _refuse),
        "seal": (_("列入暗访批次"), _seal),
    }
    if row["channel"] == RemarkChannel.CITIZEN:
        _propose_unit(actor, row)
    if row["project_id"] is None:
        ways = {name: ways[name] for name in ("answer", "none")}
    elif row["sealed_set_id"] is not None:
        ways.pop("seal")
    way = choose.section({name: title for name, (title, _draw) in ways.items()}, "way")
    ways[way][1](actor, row, today)


def _answer(actor: Actor, row: _Row, today: date) -> None:
    key = int(row["remark_id"])
    words = {0: "", **{r["template_id"]: r["words"] for r in records(read(reply_templates, actor))}}
    names = {r["template_id"]: r["name"] for r in records(read(reply_templates, actor))}
    chosen = st.selectbox(
        _("答复模板"), list(words), format_func=lambda each: names.get(each, _("不用模板")),
        filter_mode=None,
    )  # fmt: skip
    with st.form(f"answer-{key}-{chosen}"):
        text = st.text_area(_("答复内容（提出人可见）"), value=words[chosen or 0], max_chars=2000)
        if st.form_submit_button(_("公开答复"), type="primary"):
            run(answer_remark, actor, key, words=text or "", today=today, done=_("已答复。"))


def _refuse(actor: Actor, row: _Row, today: date) -> None:
    key = int(row["remark_id"])
    with st.form(f"refuse-{key}"):
        reason = st.text_area(_("不予办理的理由（提出人可见）"), max_chars=2000)
        if st.form_submit_button(_("不予办理"), type="primary"):
            run(take_no_action, actor, key, reason=reason or "", today=today, done=_("已办结。"))


def _others(actor: Actor, row: _Row) -> list[int]:
    """Offer the other remarks on the project that wait, to be dealt with together."""
    waiting = read(
        remarks, actor, project_id=int(row["project_id"]), states=(RemarkState.SENT,)
    )  # fmt: skip
    names = {
        int(r["remark_id"]): f"{r['number']} {r['words'][:24]}"
        for r in records(waiting)
        if r["remark_id"] != row["remark_id"] and r["sealed_set_id"] == row["sealed_set_id"]
    }
    if not names:
        return []
    return st.multiselect(
        _("同一问题的其他意见（一并处理）"), list(names),
        format_func=names.__getitem__, placeholder=_("请选择"), select_all=False,
    )  # fmt: skip


def _rectify(actor: Actor, row: _Row, today: date) -> None:
    key, project_id = int(row["remark_id"]), int(row["project_id"])
    project = records(read(project_details, actor, project_id))[0]
    units = {int(r["agency_id"]): r["name"] for r in records(read(agencies, actor)) if r["active"]}
    lead = project["lead_agency_id"]
    with st.form(f"rectify-{key}"):
        others = _others(actor, row)
        finding = st.text_area(_("问题"), value=row["words"], max_chars=2000)
        thing = st.text_input(_("事项（哪处、哪件事）"), value=row["place"] or "", max_chars=200)
        agency_id = st.selectbox(
            _("责任单位"), list(units), format_func=units.__getitem__,
            index=list(units).index(lead) if lead in units else None, placeholder=_("请选择"),
        )  # fmt: skip
        left, right = st.columns(2)
        responsible = left.text_input(_("责任人"), value=project["responsible"], max_chars=40)
        phone = right.text_input(_("联系电话"), value=project["phone"], max_chars=40)
        standard = st.text_area(_("整改标准"), max_chars=2000)
        severity = Severity.of(row["severity"])
        days = left.number_input(_("整改天数"), 1, 365, DAYS.get(severity, 15), step=1)
        kinds = {kind.value: kind for kind in DayKind}
        kind = right.selectbox(
            _("计日方式"), list(kinds), format_func=lambda each: _(kinds[each].label),
            filter_mode=None,
        )  # fmt: skip
        visible = st.checkbox(_("可以拍照核验（销号须有整改前后照片）"), value=True)
        if st.form_submit_button(_("下发整改"), type="primary"):
            citizen = row["channel"] == RemarkChannel.CITIZEN
            draft = RectificationDraft(
                project_id=project_id,
                source=RectificationSource.CITIZEN if citizen else RectificationSource.REMARK,
                finding=finding or "", thing=thing or "", agency_id=agency_id,
                responsible=responsible or "", phone=phone or "", standard=standard or "",
                days=int(days), day_kind=kinds[kind or "CALENDAR"], severity=severity,
                visible=visible, found_on=row["observed_on"], remark_ids=(key, *others),
            )  # fmt: skip
            run(issue_rectification, actor, draft, today=today, done=_issued)


def _issued(made: Any) -> str:
    return _("已下发整改 {number}，期限 {day}。").format(number=made.number, day=made.due_on)


def _join(actor: Actor, row: _Row, today: date) -> None:
    key = int(row["remark_id"])
    found = {
        int(r["rectification_id"]): f"{r['number']} {r['thing']}" + aside(r["due_on"])
        for r in records(read(open_problems, actor, int(row["project_id"])))
    }
    if not found:
        st.info(_("这个项目没有正在整改的问题，请用“转整改”。"))
        return
    with st.form(f"join-{key}"):
        others = _others(actor, row)
        chosen = st.selectbox(_("已有整改"), list(found), format_func=found.__getitem__)
        if st.form_submit_button(_("并入"), type="primary") and chosen is not None:
            run(
                join_rectification, actor, [key, *others], chosen, today=today,
                done=_("已并入，销号时一并答复。"),
            )  # fmt: skip


def _seal(actor: Actor, row: _Row, today: date) -> None:
    sets = {
        int(r["sealed_set_id"]): r["name"]
        for r in records(read(sealed_sets, actor))
        if r["released_on"] is None
    }
    if not sets:
        st.info(_("没有未解封的暗访批次，请先在“暗访批次”中建立。"))
        return
    with st.form(f"seal-{row['remark_id']}"):
        chosen = st.selectbox(_("暗访批次"), list(sets), format_func=sets.__getitem__)
        if st.form_submit_button(_("列入（单位不再可见）")) and chosen is not None:
            run(
                add_to_sealed_set, actor, chosen, [int(row["remark_id"])],
                done=_("已列入暗访批次，解封前单位看不到。"),
            )  # fmt: skip


def _propose_unit(actor: Actor, row: _Row) -> None:
    """Propose the project and unit a citizen's words are for; one tap sends them there (L2)."""
    key = int(row["remark_id"])
    for each in records(read(proposed_projects, actor, key)):
        if each["named"]:
            continue
        label = _("改到：{project}（{agency}）").format(
            project=plain(f"{each['code']} {each['project']}"), agency=plain(each["agency"] or "—")
        )
        if st.button(label, key=f"move-{key}-{each['project_id']}"):
            run(
                move_remark, actor, key, int(each["project_id"]),
                done=_("已归到该项目，可继续处理。"),
            )  # fmt: skip


def _after(actor: Actor, row: _Row, today: date) -> None:
    """Let the office add to an answer, and take up again what was answered or refused."""
    key = int(row["remark_id"])
    with st.form(f"more-{key}"):
        text = st.text_area(_("补充答复（提出人可见）"), max_chars=2000)
        if st.form_submit_button(_("公开答复")):
            run(answer_remark, actor, key, words=text or "", today=today, done=_("已答复。"))
    if row["state"] in (RemarkState.ANSWERED, RemarkState.NO_ACTION):
        with st.form(f"again-{key}"):
            asked = row["reopen_words"] if row["reopen_asked_on"] else ""
            reason = st.text_area(_("重新办理的理由"), value=asked, max_chars=2000)
            if st.form_submit_button(_("重新办理")):
                run(
                    reopen_remark, actor, key, reason=reason or "", today=today,
                    done=_("已重新列入待处理。"),
                )  # fmt: skip
    elif row["rectification_id"] is not None:
        href = f"/rectification?id={int(row['rectification_id'])}"
        words = _("打开整改 {number}").format(number=escape(row["rectification"]))
        st.html(f'<p><a class="ms-button" href="{href}" target="_self">{words}</a></p>')


def _decide_proposals(actor: Actor, row: _Row, today: date) -> None:
    for each in records(read(proposals, actor, int(row["remark_id"]))):
        if each["decided_on"] is not None:
            continue
        who = escape(f"{each['agency'] or ''} {each['proposed_by']} {each['proposed_on']}")
        st.html(f'<p class="ms-soft">{_("单位建议的答复")}　{who}</p>')
        with st.form(f"proposal-{each['proposal_id']}"):
            words = st.text_area(_("可修改后发布"), value=each["words"], max_chars=2000)
            publish = st.form_submit_button(_("发布为公开答复"), type="primary")
            leave = st.form_submit_button(_("不采用"))
            if publish or leave:
                run(
                    decide_proposal, actor, int(each["proposal_id"]), publish=bool(publish),
                    words=words or "", today=today,
                    done=_("已发布。") if publish else _("已标记为不采用。"),
                )  # fmt: skip


def propose(actor: Actor, row: _Row, today: date) -> None:
    """Let a unit write what it would answer; the office decides on it."""
    for each in records(read(proposals, actor, int(row["remark_id"]))):
        state = _("待督查室审定") if each["decided_on"] is None else (
            _("已发布") if each["published"] else _("未采用"))  # fmt: skip
        st.html(
            f'<div class="ms-card"><p class="ms-soft">{_("我单位建议的答复")}　'
            f"{each['proposed_on']}　{state}</p><p>{escape(each['words'])}</p></div>"
        )
    if row["state"] not in (RemarkState.SENT, RemarkState.RECTIFYING):
        return
    with st.form(f"propose-{row['remark_id']}"):
        words = st.text_area(_("建议的答复（由督查室审定后公开）"), max_chars=2000)
        if st.form_submit_button(_("提交督查室")):
            run(
                propose_reply, actor, int(row["remark_id"]), words=words or "", today=today,
                done=_("已提交督查室。"),
            )  # fmt: skip


def _notes(actor: Actor, row: _Row, today: date) -> None:
    key = int(row["remark_id"])
    st.subheader(_("内部备注"))
    found = records(read(notes, actor, TABLE, key))
    shown = "".join(
        f'<p class="ms-soft">{escape(each["noted_by"])} {each["noted_on"]}</p>'
        f"<p>{escape(each['words'])}</p>"
        for each in found
    )
    st.html(shown or f'<p class="ms-soft">{_("没有备注。备注只供督查室和审计员在此阅读。")}</p>')
    if actor.may(Action.NOTE_WRITE):
        with st.form(f"note-{key}", clear_on_submit=True):
            words = st.text_area(_("内部备注（单位和观察员看不到）"), max_chars=2000)
            if st.form_submit_button(_("记下备注")):
                run(
                    write_note, actor, TABLE, key, words=words or "", today=today,
                    done=_("已记下。"),
                )  # fmt: skip


def show_times(actor: Actor, today: date) -> None:
    """Show how many days the first word and the settlement took, by unit (L3)."""
    found = read(answer_times, actor, today)
    st.subheader(_("答复和办结用时"))
    parts.show_table(
        [
            {
                **row,
                "agency": row["agency"] or _("未定单位"),
                "first": _days(row["first_median"], row["first_slow"]),
                "ended": _days(row["settled_median"], row["settled_slow"]),
            }
            for row in records(found)
        ],
        {
            "agency": _("牵头单位"),
            "remarks": _("意见"),
            "waiting": _("未答复"),
            "first": _("首次答复用时"),
            "settled": _("已办结"),
            "ended": _("办结用时"),
            "ranked": _("达到排名样本数"),
        },
        numbers=["remarks", "waiting", "first", "settled", "ended"],
        empty=_("还没有意见。"),
    )
    st.caption(_("用时按“中位数 / 最慢一成”列出，单位为天。"))


def _days(median: float | None, slow: float | None) -> str:
    return "" if median is None or slow is None else f"{median:g} / {slow:g}"
