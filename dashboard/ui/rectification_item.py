"""One rectification: what it is, its photos side by side, its history, and what may be pressed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from dashboard.commands.note import write_note
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.queries.note import notes
from dashboard.queries.photo import photos_of_rectification
from dashboard.queries.rectification import (
    extensions,
    rechecks,
    rectification_by_id,
    rectification_documents,
    rectification_events,
)
from dashboard.queries.rectification_rule import TABLE
from dashboard.queries.remark import remarks
from dashboard.rules.words import LONGEST
from dashboard.ui import parts
from dashboard.ui.read import read
from dashboard.ui.rectification import clock
from dashboard.ui.rectification_act import show_actions
from dashboard.ui.run import run
from models.calendar import DayKind
from models.photo import PhotoPhase
from models.rectification import ExtensionState, RectificationSource
from models.remark import Severity


def show_item(actor: Actor, rectification_id: int, today: date) -> None:
    """Show one item whole, and let the actor do what is theirs to do now."""
    st.html(f'<p><a href="/rectification" target="_self">← {_("返回整改台账")}</a></p>')
    row = read(rectification_by_id, actor, rectification_id, today)
    sealed = f"　{_('暗访未解封')}" if row["sealed"] else ""
    st.html(
        f"<h2>{escape(row['number'])} {escape(row['thing'])}</h2>"
        f'<p class="ms-why"><b>{escape(_(row["state_name"]))}</b>　{clock(row)}{escape(sealed)}</p>'
        f"<p>{escape(row['finding'])}</p>"
    )
    _facts(row)
    pictures = records(read(photos_of_rectification, actor, rectification_id))
    _show_photos(pictures)
    _show_documents(actor, rectification_id)
    if row["remedy"] or row["public_answer"]:
        parts.show_facts({_("整改情况"): row["remedy"], _("公开答复"): row["public_answer"]})
    _show_asked(actor, rectification_id)
    asked = _show_reopening(actor, rectification_id)
    show_actions(actor, row, pictures, today, asked)
    _show_history(actor, rectification_id)
    _show_notes(actor, rectification_id, today)


def _facts(row: Mapping[str, Any]) -> None:
    received = row["received_on"]
    source = _(RectificationSource.of(row["source"]).label)
    parts.show_facts(
        {
            _("责任单位"): row["agency"],
            _("责任人"): row["responsible"],
            _("整改期限"): row["due_on"],
            _("原整改期限"): row["first_due_on"] if row["first_due_on"] != row["due_on"] else None,
            _("计日方式"): DayKind.of(row["day_kind"]),
            _("整改标准"): row["standard"],
            _("整改要求"): row["requirement"],
            _("严重程度"): Severity.of(row["severity"]),
            _("问题来源"): source,
            _("发现日"): row["found_on"],
            _("检查单位"): row["inspected_by"],
            _("检查人"): row["inspector"],
            _("下发人"): row["issuer"],
            _("下发日"): row["issued_on"],
            _("签收日"): received,
            _("申请销号人"): row["proposer"],
            _("销号人"): row["closer"],
            _("办结日"): row["closed_on"],
            _("回头看日期"): row["recheck_on"],
            _("重复的整改"): row["duplicate_of"],
            _("转往"): row["passed_to"],
            _("重新整改次数"): row["reopens"] or None,
            _("延期次数"): row["extensions"] or None,
            _("催办次数"): row["reminders"] or None,
        }
    )
    number = escape(str(row["phone"]))
    call = (
        f'　<a href="tel:{number}">{_("致电 {phone}").format(phone=number)}</a>' if number else ""
    )
    link = f'<a href="/project?id={int(row["project_id"])}" target="_self">'
    st.html(f"<p>{_('项目')}　{link}{escape(row['code'])} {escape(row['project'])}</a>{call}</p>")
    parts.show_link(
        f"/documents/rectification/{int(row['rectification_id'])}", _("整改通知书（Word）")
    )


def _show_photos(pictures: list[dict[str, Any]]) -> None:
    """Show each photo of before beside those of after that were taken for it, then the others."""
    before = [each for each in pictures if each["phase"] != PhotoPhase.AFTER]
    pairs, alone = "", ""
    for first in before:
        after = [each for each in pictures if each["before_id"] == first["photo_id"]]
        if not after:
            alone += _figure(first, _("整改前"))
            continue
        beside = "".join(_figure(each, _("整改后")) for each in after)
        link = f'<a href="/photos/pair/{int(first["photo_id"])}" target="_self">'
        pairs += f'<div class="ms-pair">{_figure(first, _("整改前"))}{beside}</div>'
        pairs += f"<p>{link}{_('并排查看')}</a></p>"
    if pairs:
        st.html(f"<h3>{_('整改前后')}</h3>{pairs}")
    if alone:
        told = _("还没有对应的整改后照片")
        st.html(f'<h3>{_("整改前照片")}</h3><p class="ms-soft">{told}</p>'
                f'<div class="ms-photos">{alone}</div>')  # fmt: skip


def _figure(photo: Mapping[str, Any], title: str) -> str:
    words = escape(f"{title} {photo['caption'] or ''}".strip())
    return (
        f'<figure><a href="/files/{int(photo["shown_file_id"])}" target="_blank" rel="noopener">'
        f'<img src="/files/{int(photo["thumb_file_id"])}" alt="{words}" loading="lazy"></a>'
        f"<figcaption>{words}</figcaption></figure>"
    )


def _show_documents(actor: Actor, rectification_id: int) -> None:
    found = records(read(rectification_documents, actor, rectification_id))
    if found:
        links = "".join(
            f"<li>{parts.file_link(int(each['file_id']), each['name'])} "
            f"{escape(each['caption'])}</li>"
            for each in found
        )
        st.html(f"<h3>{_('佐证文件')}</h3><ul>{links}</ul>")


def _show_asked(actor: Actor, rectification_id: int) -> None:
    """Show the extensions that were asked for and the looks again."""
    asked = [
        {**row, "state": _(ExtensionState.of(row["state"]).label)}
        for row in records(read(extensions, actor, rectification_id))
    ]
    if asked:
        st.html(f"<h3>{_('延期')}</h3>")
        parts.show_table(
            asked,
            {
                "asked_on": _("申请日"), "asker": _("申请人"), "old_due_on": _("原期限"),
                "new_due_on": _("申请期限"), "reason": _("延期理由"), "state": _("延期状态"),
                "answer": _("审批意见"),
            },
        )  # fmt: skip
    looks = read(rechecks, actor, rectification_id)
    if len(looks):
        st.html(f"<h3>{_('回头看')}</h3>")
        parts.show_table(
            looks,
            {
                "due_on": _("计划回头看日"), "done_on": _("回头看日"), "who": _("回头看人"),
                "passed": _("保持整改效果"), "words": _("回头看情况"),
            },
        )  # fmt: skip


def _show_reopening(actor: Actor, rectification_id: int) -> str:
    """Show why the authors of its remarks ask to reopen the item, and give their words."""
    found = records(read(remarks, actor, rectification_id=rectification_id, asked=True))
    cards = "".join(
        f'<div class="ms-card"><p class="ms-soft">{_("要求重新办理")}　{escape(each["number"])} '
        f"{escape(each['author'])} {each['reopen_asked_on']}</p>"
        f"<p>{escape(each['reopen_words'])}</p></div>"
        for each in found
    )
    if cards:
        st.html(cards)
    return "\n".join(each["reopen_words"] for each in found)[:LONGEST]


def _show_history(actor: Actor, rectification_id: int) -> None:
    rows = [
        {**row, "name": _(row["name"]) if row["name"] else ""}
        for row in records(read(rectification_events, actor, rectification_id))
    ]
    columns = {
        "happened_on": _("日期"), "name": _("经过"), "who": _("经办人"), "agency": _("责任单位"),
        "due_on": _("整改期限"), "words": _("说明"),
    }  # fmt: skip
    body = parts.table(rows, columns)
    st.html(parts.fold(_("办理经过（{n}）").format(n=len(rows)), body, is_open=True))


def _show_notes(actor: Actor, rectification_id: int, today: date) -> None:
    """Show the office's own notes, which never leave this page."""
    if not actor.may(Action.NOTE_READ):
        return
    found = records(read(notes, actor, TABLE, rectification_id))
    columns = {"noted_on": _("备注日"), "noted_by": _("备注人"), "words": _("备注")}
    if found:
        title = _("内部备注（{n}，不导出、不公开）").format(n=len(found))
        st.html(parts.fold(title, parts.table(found, columns)))
    if actor.may(Action.NOTE_WRITE):
        inside = parts.unfolded(_("写内部备注"), f"note-{rectification_id}")
        if inside is None:
            return
        with inside, st.form(f"note-form-{rectification_id}", clear_on_submit=True):
            words = st.text_area(_("内部备注"), max_chars=2000)
            if st.form_submit_button(_("保存备注")):
                run(
                    write_note, actor, TABLE, rectification_id, words=words or "", today=today,
                    done=_("已保存，仅督查室和审计可见。"),
                )  # fmt: skip
