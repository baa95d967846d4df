"""聘任 on the screen: the office appoints and ends; the security administrator grants as asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

import streamlit as st

from dashboard import clock
from dashboard.commands.evidence import SCANS
from dashboard.commands.observer import (
    Appointment,
    Scan,
    appoint_observer,
    end_appointment,
    grant_as_appointed,
    keep_letter,
)
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.queries.agency import own_regions
from dashboard.queries.observer import appointable, appointments_to_grant, observers
from dashboard.queries.project import programmes, projects
from dashboard.ui import choose, parts
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run


def _state(row: dict[str, Any], today: date) -> str:
    if row["ended_on"] is not None:
        return _("已于 {day} 解聘").format(day=row["ended_on"])
    if row["last_on"] < today:
        return _("聘期已满")
    return _("在聘") if row["granted"] else _("等待安全管理员授权")


def show_observers(actor: Actor, today: date) -> None:
    """List the appointments; let the office appoint somebody and end an appointment."""
    found = records(read(observers, actor))
    parts.show_table(
        [
            {
                **row,
                "letter": letter(row),
                "state": _state(row, today),
                "scope": _("{n} 个项目").format(n=row["projects"])
                if row["projects"]
                else row["region"],
                "term": _("{first} 至 {last}").format(first=row["first_on"], last=row["last_on"]),
            }
            for row in found
        ],
        {
            "name": _("姓名"),
            "identity": _("身份"),
            "letter": _("聘书编号"),
            "scope": _("范围"),
            "term": _("聘期"),
            "state": _("状态"),
            "remarks": _("意见"),
            "disclosed": _("向单位公开姓名"),
        },
        numbers=["remarks"],
        html=["letter"],
        empty=_("还没有聘任观察员。"),
    )
    if not actor.may(Action.OBSERVER_APPOINT):
        return
    for row in found:
        if row["ended_on"] is None and row["last_on"] >= today:
            label = _("解聘：{name}（{letter}）").format(
                name=plain(row["name"]), letter=plain(row["letter_number"])
            )
            if st.button(label, key=f"end-observer-{row['observer_id']}"):
                run(
                    end_appointment, actor, int(row["observer_id"]), now=clock.now(), today=today,
                    done=_("已解聘，其权限立即终止。"),
                )  # fmt: skip
    _keep(actor, found)
    _appoint(actor, today)


def letter(row: Mapping[str, Any]) -> str:
    """Name an appointment's letter, with its scan where there is one."""
    number = escape(row["letter_number"])
    if row["letter_file_id"] is None:
        return number
    return f"{number}<br>{parts.file_link(int(row['letter_file_id']), _('查看聘书'))}"


def _keep(actor: Actor, found: Sequence[Mapping[str, Any]]) -> None:
    """Let the office keep the scan of a letter, whenever it comes."""
    names = {int(row["observer_id"]): f"{row['name']} {row['letter_number']}" for row in found}
    inside = parts.unfolded(_("上传聘书扫描件"), "letter-scan") if names else None
    if inside is None:
        return
    with inside, st.form("letter-scan-form", clear_on_submit=True):
        chosen = st.selectbox(
            _("聘任"), list(names), format_func=names.__getitem__, filter_mode=None
        )
        given = st.file_uploader(
            _("扫描件（PDF、JPG 或 PNG）"), type=list(SCANS), key="scan-file-later"
        )
        if st.form_submit_button(_("保存扫描件"), type="primary") and chosen is not None:
            if given is None:
                st.error(_("请选择扫描件。"))
                return
            scan = Scan(given.name, given.getvalue())
            run(
                keep_letter, actor, chosen, scan,
                done=_("已保存，仅督查室、安全管理员、审计员和本人可以查看。"),
            )  # fmt: skip


def _appoint(actor: Actor, today: date) -> None:
    st.subheader(_("聘任观察员"))
    people = {int(row["account_id"]): row["name"] for row in records(read(appointable, actor))}
    places = {int(row["region_id"]): row["name"] for row in records(read(own_regions, actor))}
    names = {
        int(row["project_id"]): f"{row['code']} {row['name']}"
        for each in records(read(programmes, actor))
        if each["region_id"] in places and each["shown_on"] is None
        for row in records(read(projects, actor, int(each["programme_id"])))
    }
    with st.form("appoint"):
        account_id = st.selectbox(
            _("人员（先由系统管理员邀请）"), list(people), index=None, placeholder=_("请选择"),
            format_func=people.__getitem__,
        )  # fmt: skip
        letter = st.text_input(_("聘书编号"), max_chars=60)
        identity = st.text_input(_("身份（如：市人大代表）"), max_chars=80)
        region_id = choose.place(_("聘任地区"), places)
        chosen = st.multiselect(
            _("观察项目（不选则为全地区）"), list(names), placeholder=_("请选择"),
            format_func=names.__getitem__, select_all=False,
        )  # fmt: skip
        left, right = st.columns(2)
        first_on = left.date_input(_("聘期起"), value=today, format="YYYY-MM-DD")
        last_on = right.date_input(
            _("聘期止"), value=today + timedelta(days=364), format="YYYY-MM-DD"
        )
        given = st.file_uploader(_("聘书扫描件（可以后补）"), type=list(SCANS), key="scan-file")
        sent = st.form_submit_button(_("聘任"), type="primary")
        if sent and account_id is None:
            st.error(_("请选择人员。"))
        elif sent and region_id is None:
            st.error(_("请选择地区。"))
        elif sent and isinstance(first_on, date) and isinstance(last_on, date):
            draft = Appointment(
                account_id or 0, region_id or 0, letter or "", first_on, last_on, identity or "",
                tuple(chosen), Scan(given.name, given.getvalue()) if given else None,
            )  # fmt: skip
            run(
                appoint_observer, actor, draft, today=today,
                done=_("已聘任，安全管理员授权后即可使用。"),
            )  # fmt: skip


def show_to_grant(actor: Actor, today: date) -> None:
    """Offer the security administrator each appointment that waits, to grant it in one tap."""
    waiting = records(read(appointments_to_grant, actor, today))
    if not waiting:
        return
    st.subheader(_("待授权的聘任"))
    for row in waiting:
        scope = _("{n} 个项目").format(n=row["projects"]) if row["projects"] else row["region"]
        label = _("按聘任授权：{name}，{scope}，{first} 至 {last}（聘书 {letter}）").format(
            name=plain(row["name"]), scope=plain(scope), first=row["first_on"],
            last=row["last_on"], letter=plain(row["letter_number"]),
        )  # fmt: skip
        if row["letter_file_id"] is not None:
            st.html(f"<p>{letter(row)}</p>")
        if st.button(label, key=f"grant-observer-{row['observer_id']}", type="primary"):
            run(
                grant_as_appointed, actor, int(row["observer_id"]),
                done=_("已授权，聘期届满自动终止。"),
            )  # fmt: skip
