"""What an actor may do with a rectification now: the few moves, evidence, extension, reminder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboard.commands.extension import ask_extension, decide_extension
from dashboard.commands.recheck import do_recheck
from dashboard.commands.rectification_care import (
    attach_rectification_document,
    attach_rectification_photo,
    remind_rectification,
)
from dashboard.commands.rectification_move import move_rectification, reassign_rectification
from dashboard.db import records
from dashboard.errors import DashboardError
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.photos import Prepared, prepare
from dashboard.queries.agency import agencies
from dashboard.queries.rectification import (
    extensions,
    rechecks,
    rectification_buttons,
    rectifications,
)
from dashboard.rules.rectification import ENDS
from dashboard.ui import parts, state
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.photo import PhotoPhase
from models.rectification import RectificationKind

NEW_DAYS = 7
"""How many days a new deadline is offered from today."""


def show_actions(
    actor: Actor,
    row: Mapping[str, Any],
    pictures: Sequence[Mapping[str, Any]],
    today: date,
    asked: str = "",
) -> None:
    """Offer what this actor may do with this item now, and nothing else.

    `asked` is why the authors of its remarks ask to reopen it: whoever does may send that on.
    """
    buttons = records(read(rectification_buttons, actor, int(row["rectification_id"])))
    kind = RectificationKind.of(row["kind"])
    if kind not in ENDS and _gives_evidence(actor):
        _evidence(actor, row, pictures)
    if buttons:
        _moves(actor, row, buttons, today, asked)
    if kind is RectificationKind.OPEN:
        if actor.may(Action.EXTENSION_ASK) and today <= row["due_on"]:
            _ask(actor, row, today)
        if actor.may(Action.RECTIFICATION_REMIND):
            _remind(actor, row, today)
    if actor.may(Action.EXTENSION_DECIDE):
        _decide(actor, row, today)
    if actor.may(Action.RECHECK_DO):
        _look(actor, row, today)


def _gives_evidence(actor: Actor) -> bool:
    return actor.may(Action.RECTIFICATION_PROPOSE) or actor.may(Action.RECTIFICATION_ISSUE)


def _moves(
    actor: Actor,
    row: Mapping[str, Any],
    buttons: Sequence[Mapping[str, Any]],
    today: date,
    asked: str,
) -> None:
    key = int(row["rectification_id"])
    names = {str(each["code"]): _(each["name"]) for each in buttons}
    st.subheader(_("现在可以办理"))
    code = st.segmented_control(
        _("办理"), list(names), default=next(iter(names)), format_func=names.__getitem__,
        key=f"move-{key}-{row['version']}", required=True, label_visibility="collapsed",
    )  # fmt: skip
    move = next(each for each in buttons if each["code"] == code)
    if code == "reassign":
        _reassign(actor, row, today)
    else:
        _move(actor, row, move, names[str(code)], today, asked if code == "reopen" else "")


def _move(
    actor: Actor,
    row: Mapping[str, Any],
    move: Mapping[str, Any],
    name: str,
    today: date,
    start: str = "",
) -> None:
    key, code = int(row["rectification_id"]), str(move["code"])
    form = f"move-{key}-{code}"
    version = state.opened(form, int(row["version"]), {"words": start})
    with st.form(f"{form}-form"):
        given: dict[str, Any] = {}
        if move["to_kind"] == RectificationKind.PASSED_ON:
            given["passed_to"] = st.text_input(_("转往单位"), max_chars=120) or ""
        if move["to_kind"] == RectificationKind.DUPLICATE:
            given["duplicate_of_id"] = _first(actor, row, today)
        if code in ("return", "reopen"):
            given["due_on"] = _new_day(today, needed=code == "reopen" or row["due_on"] < today)
        label = _("整改情况") if code == "propose" else _("{move}的说明").format(move=name)
        words = ""
        if code != "receive":
            field = state.field(form, version, "words")
            words = st.text_area(label, start, max_chars=2000, key=field)
        if move["to_kind"] in {each.value for each in ENDS}:
            given["public_answer"] = st.text_area(_("公开答复（可不填）"), max_chars=2000) or ""
        if st.form_submit_button(name, type="primary"):
            run(
                move_rectification, actor, key, code, today=today, version=version,
                words=words or "", done=lambda _row: _sent(form, name), **given,
            )  # fmt: skip


def _sent(form: str, name: str) -> str:
    state.forget(form)
    return _("已{move}。").format(move=name)


def _new_day(today: date, *, needed: bool) -> date | None:
    label = _("新的整改期限") if needed else _("新的整改期限（可不填）")
    start = today + timedelta(days=NEW_DAYS) if needed else None
    day = st.date_input(label, value=start, min_value=today, format="YYYY-MM-DD")
    return day if isinstance(day, date) else None


def _first(actor: Actor, row: Mapping[str, Any], today: date) -> int | None:
    others = {
        int(each["rectification_id"]): f"{each['number']} {each['thing']}"
        for each in records(read(rectifications, actor, today, project_id=int(row["project_id"])))
        if each["rectification_id"] != row["rectification_id"]
        and each["kind"] != RectificationKind.DUPLICATE
    }
    chosen = st.selectbox(
        _("重复的是哪一项"), list(others), index=None, format_func=others.__getitem__,
        placeholder=_("请选择"), filter_mode=None,
    )  # fmt: skip
    return int(chosen) if chosen is not None else None


def _reassign(actor: Actor, row: Mapping[str, Any], today: date) -> None:
    key = int(row["rectification_id"])
    form = f"reassign-{key}"
    version = state.opened(form, int(row["version"]), {"words": ""})
    units = {
        int(each["agency_id"]): str(each["name"])
        for each in records(read(agencies, actor))
        if each["active"]
    }
    with st.form(f"{form}-form"):
        unit = st.selectbox(
            _("新的责任单位"), list(units), format_func=units.__getitem__, filter_mode=None,
            index=list(units).index(int(row["agency_id"])) if row["agency_id"] in units else 0,
        )  # fmt: skip
        responsible = st.text_input(_("责任人"), max_chars=40)
        phone = st.text_input(_("联系电话"), max_chars=40)
        due_on = _new_day(today, needed=row["due_on"] < today)
        words = st.text_area(_("改派理由"), max_chars=2000, key=state.field(form, version, "words"))
        if st.form_submit_button(_("改派"), type="primary") and unit is not None:
            run(
                reassign_rectification, actor, key, agency_id=int(unit),
                responsible=responsible or "", phone=phone or "", due_on=due_on,
                words=words or "", today=today, version=version,
                done=lambda _row: _sent(form, _("改派")),
            )  # fmt: skip


def _evidence(actor: Actor, row: Mapping[str, Any], pictures: Sequence[Mapping[str, Any]]) -> None:
    key = int(row["rectification_id"])
    inside = parts.unfolded(_("添加照片或文件"), f"evidence-{key}")
    if inside is None:
        return
    with inside:
        _photo(actor, key, pictures)
        _document(actor, key)


def _photo(actor: Actor, key: int, pictures: Sequence[Mapping[str, Any]]) -> None:
    before = {
        int(each["photo_id"]): _("照片 {n} {words}").format(n=place, words=each["caption"]).strip()
        for place, each in enumerate(
            [each for each in pictures if each["phase"] != PhotoPhase.AFTER], 1
        )
    }
    with st.form(f"photo-{key}", clear_on_submit=True):
        options = [None, *before]
        paired = st.selectbox(
            _("这张照片是"), options, filter_mode=None,
            format_func=lambda one: _("整改前照片") if one is None else _(
                "整改后照片，对应{before}").format(before=before[one]),
            index=1 if before else 0,
        )  # fmt: skip
        given = st.file_uploader(_("照片"), key=f"photo-file-{key}")
        caption = st.text_input(_("照片说明"), max_chars=200)
        st.caption(_("涉密内容不得上传。支持 JPG、PNG、HEIC、WebP；位置等拍摄信息不对外显示。"))
        sent = st.form_submit_button(_("上传照片"))
        if sent and given is None:
            st.error(_("请先选择照片。"))
        elif sent and given is not None:
            photo = _prepared(given.name, given.getvalue())
            if photo is not None:
                run(
                    attach_rectification_photo, actor, key, photo=photo, before_id=paired,
                    phase=PhotoPhase.BEFORE if paired is None else PhotoPhase.AFTER,
                    client_id=str(given.file_id)[:40], caption=caption or "",
                    done=_("照片已上传。"),
                )  # fmt: skip


def _prepared(name: str, data: bytes) -> Prepared | None:
    """Read a photo before the transaction, which others would wait for; say what is wrong."""
    try:
        return prepare(name, data)
    except DashboardError as error:
        st.error(plain(error))
        return None


def _document(actor: Actor, key: int) -> None:
    with st.form(f"document-{key}", clear_on_submit=True):
        given = st.file_uploader(_("佐证文件"), key=f"document-file-{key}")
        caption = st.text_input(_("文件说明"), max_chars=200)
        st.caption(_("涉密内容不得上传。支持 PDF、JPG、PNG、DOCX、XLSX。"))
        sent = st.form_submit_button(_("上传文件"))
        if sent and given is None:
            st.error(_("请先选择文件。"))
        elif sent and given is not None:
            run(
                attach_rectification_document, actor, key, name=given.name,
                data=given.getvalue(), caption=caption or "", done=_("文件已上传。"),
            )  # fmt: skip


def _ask(actor: Actor, row: Mapping[str, Any], today: date) -> None:
    key = int(row["rectification_id"])
    inside = parts.unfolded(_("申请延期"), f"ask-{key}")
    if inside is None:
        return
    with inside, st.form(f"ask-form-{key}"):
        first = row["due_on"] + timedelta(days=1)
        day = st.date_input(
            _("申请期限"), value=row["due_on"] + timedelta(days=NEW_DAYS), min_value=first,
            format="YYYY-MM-DD",
        )  # fmt: skip
        reason = st.text_area(_("延期理由"), max_chars=2000)
        if st.form_submit_button(_("提交申请")) and isinstance(day, date):
            run(
                ask_extension, actor, key, new_due_on=day, reason=reason or "", today=today,
                version=int(row["version"]), done=_("已申请，批准前仍按原期限办理。"),
            )  # fmt: skip


def _decide(actor: Actor, row: Mapping[str, Any], today: date) -> None:
    for each in records(read(extensions, actor, int(row["rectification_id"]), waiting=True)):
        if each["asked_by_id"] == actor.account_id:
            continue
        with st.form(f"extension-{each['extension_id']}"):
            text = _("{who}申请延期至 {day}：{reason}")
            st.markdown(
                plain(text.format(who=each["asker"], day=each["new_due_on"], reason=each["reason"]))
            )
            answer = st.text_input(_("审批意见"), max_chars=500)
            yes, no = st.columns(2)
            approve = yes.form_submit_button(_("批准延期"), type="primary", width="stretch")
            refuse = no.form_submit_button(_("不批准"), width="stretch")
            if approve or refuse:
                run(
                    decide_extension, actor, int(each["extension_id"]), approve=approve,
                    answer=answer or "", today=today, done=_("已审批，责任单位的待办中已更新。"),
                )  # fmt: skip


def _remind(actor: Actor, row: Mapping[str, Any], today: date) -> None:
    key = int(row["rectification_id"])
    inside = parts.unfolded(_("催办"), f"remind-{key}")
    if inside is None:
        return
    with inside, st.form(f"remind-form-{key}", clear_on_submit=True):
        words = st.text_area(_("催办内容"), max_chars=400)
        if st.form_submit_button(_("催办")):
            run(
                remind_rectification, actor, key, words=words or "", today=today,
                done=_("已催办，责任单位可在办理经过中看到。"),
            )  # fmt: skip


def _look(actor: Actor, row: Mapping[str, Any], today: date) -> None:
    for each in records(read(rechecks, actor, int(row["rectification_id"]))):
        if each["done_on"] is not None:
            continue
        inside = parts.unfolded(_("办理回头看"), f"look-{each['recheck_id']}")
        if inside is None:
            continue
        with inside, st.form(f"look-form-{each['recheck_id']}"):
            words = st.text_area(_("回头看情况"), max_chars=2000)
            due_on = _new_day(today, needed=False)
            good, bad = st.columns(2)
            kept = good.form_submit_button(_("效果保持"), type="primary", width="stretch")
            back = bad.form_submit_button(_("问题反弹，重新整改"), width="stretch")
            if kept or back:
                run(
                    do_recheck, actor, int(each["recheck_id"]), passed=kept, words=words or "",
                    today=today, due_on=due_on, done=_("回头看已办理。"),
                )  # fmt: skip
