"""Accounts and their grants: lists, invitations, one-time links, locks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import clock
from dashboard.commands.account import Link, invite_account, reset_account, set_active
from dashboard.commands.grant import end_grant, grant_role
from dashboard.commands.second_factor import reset_second_factor
from dashboard.commands.session import end_sessions
from dashboard.db import records
from dashboard.i18n import _, aside
from dashboard.permissions import Action, Actor
from dashboard.queries.account import grants
from dashboard.queries.agency import agencies, regions
from dashboard.queries.project import grantable_projects
from dashboard.ui import parts, state
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.account import Role

_LINK = "one-time-link"


def show_link() -> None:
    """Show a one-time link once, to be handed to its person."""
    link: Link | None = state.kept(_LINK)
    if link is None:
        return
    state.forget(_LINK)
    host = st.context.headers.get("host", "")
    scheme = "https" if str(st.context.url).startswith("https") else "http"
    st.warning(
        _("给 {name} 的一次性链接，24 小时内有效，只显示这一次，请当面或通过可靠渠道转交：").format(
            name=plain(link.name)
        )
    )
    st.code(f"{scheme}://{host}/link/{link.token}", language=None)


def _keep_link(link: Link) -> str:
    state.keep(_LINK, link)
    return _("已生成一次性链接。")


def show_accounts(actor: Actor, found: pd.DataFrame) -> None:
    """List the accounts; open one to see and change its grants, sessions and lock."""
    rows = records(found)
    shown = [
        {**row, "state": _state(row), "last_seen_at": row["last_seen_at"] or ""} for row in rows
    ]
    names = {int(row["id"]): row["display_name"] + aside(row["name"]) for row in rows}
    chosen = st.selectbox(
        _("选择账户"), list(names), format_func=names.__getitem__, index=None,
        placeholder=_("请选择"),
    )  # fmt: skip
    if chosen is not None:
        _one(actor, next(row for row in rows if row["id"] == chosen))
    parts.show_table(
        shown,
        {
            "name": _("账户名"),
            "display_name": _("姓名"),
            "agency": _("单位"),
            "state": _("状态"),
            "second_factor": _("双重验证"),
            "sessions": _("在线会话"),
            "last_seen_at": _("最近使用"),
        },
        numbers=["sessions"],
    )


def _state(row: dict[str, Any]) -> str:
    if not row["active"]:
        return _("已停用")
    if not row["has_password"]:
        return _("尚未设置密码")
    return _("90 天未使用") if row["unused"] else _("在用")


def _one(actor: Actor, row: dict[str, Any]) -> None:
    account_id = int(row["id"])
    st.subheader(plain(row["display_name"] + aside(row["name"])))
    held = read(grants, actor, account_id)
    parts.show_table(
        held,
        {
            "role": _("角色"),
            "region": _("地区范围"),
            "agency": _("单位范围"),
            "projects": _("项目数"),
            "first_on": _("起始日"),
            "last_on": _("截止日"),
        },
        numbers=["projects"],
        empty=_("还没有授权：登录后看不到任何内容。"),
    )
    with st.container(horizontal=True):
        now = clock.now()
        if actor.may(Action.ACCOUNT_INVITE) and st.button(_("生成重置密码的链接")):
            run(reset_account, actor, account_id, now=now, done=_keep_link)
        if actor.may(Action.ACCOUNT_LOCK):
            label = _("停用账户") if row["active"] else _("启用账户")
            if st.button(label):
                run(
                    set_active, actor, account_id, active=not row["active"], now=now,
                    done=_("已更新。"),
                )  # fmt: skip
            if st.button(_("结束其全部会话")):
                run(end_sessions, actor, account_id, now=now, done=_("已结束。"))
            if row["second_factor"] and st.button(_("重置双重验证")):
                run(
                    reset_second_factor, actor, account_id, now=now,
                    done=_("已重置，其下次登录后重新设置。"),
                )  # fmt: skip
    if actor.may(Action.GRANT_EDIT):
        _end(actor, records(held))
        _grant(actor, account_id)


def _end(actor: Actor, held: Sequence[dict[str, Any]]) -> None:
    today = clock.today()
    for row in held:
        if row["last_on"] is not None and row["last_on"] < today:
            continue
        scope = row["region"] or row["agency"] or _("{n} 个项目").format(n=row["projects"])
        label = _("结束授权：{role} {scope}").format(
            role=_(Role.of(row["role"]).label), scope=plain(scope)
        )
        if st.button(label, key=f"end-grant-{row['id']}"):
            run(
                end_grant, actor, int(row["id"]), today=today, version=int(row["version"]),
                done=_("授权已结束，下一次点击即生效。"),
            )  # fmt: skip


def _grant(actor: Actor, account_id: int) -> None:
    with st.expander(_("新增授权"), expanded=True):
        role = st.selectbox(
            _("角色"), list(Role), format_func=lambda code: _(code.label), filter_mode=None
        )
        kinds = {"region": _("地区及下级"), "agency": _("单位及下级"), "projects": _("指定项目")}
        if role in (Role.ADMIN, Role.SECURITY):
            kinds = {"none": _("不限"), **kinds}
        kind = st.segmented_control(
            _("范围"), list(kinds), format_func=kinds.__getitem__, default=next(iter(kinds)),
            required=True,
        )  # fmt: skip
        with st.form(f"grant-{account_id}-{role}-{kind}"):
            scope = _scope(actor, str(kind))
            first, last = st.columns(2)
            first_on = first.date_input(_("起始日（可空）"), value=None, format="YYYY-MM-DD")
            last_on = last.date_input(_("截止日（可空）"), value=None, format="YYYY-MM-DD")
            if st.form_submit_button(_("授权"), type="primary") and role:
                run(
                    grant_role, actor, account_id, role, **scope,
                    first_on=first_on if isinstance(first_on, date) else None,
                    last_on=last_on if isinstance(last_on, date) else None,
                    done=_("已授权，下一次点击即生效。"),
                )  # fmt: skip


def _scope(actor: Actor, kind: str) -> dict[str, Any]:
    if kind == "region":
        return {"region_id": _pick(read(regions, actor), "region_id", "name", _("地区"))}
    if kind == "agency":
        return {"agency_id": _pick(read(agencies, actor), "agency_id", "name", _("单位"))}
    if kind == "projects":
        found = read(grantable_projects, actor)
        names = {int(r["project_id"]): str(r["label"]) for r in records(found)}
        chosen = st.multiselect(
            _("项目"), list(names), format_func=names.__getitem__, placeholder=_("请选择"),
            select_all=False,
        )  # fmt: skip
        return {"project_ids": chosen}
    return {}


def _pick(rows: pd.DataFrame, key: str, text: str, label: str) -> int | None:
    names = {int(row[key]): str(row[text]) for row in records(rows)}
    chosen = st.selectbox(
        label, list(names), format_func=names.__getitem__, index=None, placeholder=_("请选择")
    )
    return int(chosen) if chosen is not None else None


def invite(actor: Actor) -> None:
    """Invite a person: an account without grants, and the link to set its password."""
    st.subheader(_("邀请新人"))
    units = read(agencies, actor)
    with st.form("invite", clear_on_submit=True):
        name = st.text_input(_("账户名"), max_chars=40)
        display_name = st.text_input(_("姓名"), max_chars=40)
        agency_id = None
        if len(units):
            agency_id = _pick(units, "agency_id", "name", _("所在单位"))
        phone = st.text_input(_("联系电话"), max_chars=40)
        if st.form_submit_button(_("邀请"), type="primary"):
            run(
                invite_account, actor, name=name or "", display_name=display_name or "",
                agency_id=agency_id, phone=phone or "", now=clock.now(), done=_keep_link,
            )  # fmt: skip
    st.html(
        f'<p class="ms-soft">{escape(_("新账户没有任何权限，由安全管理员授权后才能使用。"))}</p>'
    )
