"""暗访批次 on the screen: open one, see what it holds, release the whole of it."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboard import clock
from dashboard.commands.sealed import open_sealed_set, release_sealed_set
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.queries.agency import own_regions
from dashboard.queries.observer import sealed_sets
from dashboard.ui import choose, parts
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run


def show_sets(actor: Actor, today: date) -> None:
    """List the sealed sets; let the office open one and release one."""
    told = _("解封前，单位在列表、选择、统计、图表、导出、搜索和文件中都看不到。")
    st.html(f'<p class="ms-soft">{told}</p>')
    found = records(read(sealed_sets, actor))
    parts.show_table(
        [{**row, "state": row["released_on"] or _("未解封")} for row in found],
        {
            "name": _("批次名称"),
            "region": _("地区"),
            "opened_on": _("建立日"),
            "remarks": _("意见"),
            "rectifications": _("整改"),
            "visits": _("走访"),
            "state": _("解封日"),
            "reason": _("解封说明"),
        },
        numbers=["remarks", "rectifications", "visits"],
        empty=_("还没有暗访批次。"),
    )
    if not actor.may(Action.SEALED_RELEASE):
        return
    for row in found:
        if row["released_on"] is None:
            _release(actor, int(row["sealed_set_id"]), row["name"], today)
    _open(actor, today)


def _release(actor: Actor, key: int, name: str, today: date) -> None:
    with st.form(f"release-{key}"):
        st.markdown(plain(name))
        reason = st.text_input(_("解封说明"), max_chars=500)
        sure = st.checkbox(_("整批解封，单位立即可见，不能收回"))
        pressed = st.form_submit_button(_("解封整个批次"))
        if pressed and not sure:
            st.error(_("请先勾选“整批解封，单位立即可见，不能收回”。"))
        elif pressed:
            run(
                release_sealed_set, actor, key, reason=reason or "", now=clock.now(), today=today,
                done=_("已解封，单位现在可以看到。"),
            )  # fmt: skip


def _open(actor: Actor, today: date) -> None:
    places = {int(row["region_id"]): row["name"] for row in records(read(own_regions, actor))}
    st.subheader(_("建立暗访批次"))
    with st.form("open-sealed", clear_on_submit=True):
        name = st.text_input(_("批次名称"), max_chars=80)
        region_id = choose.place(_("地区"), places)
        opened = st.form_submit_button(_("建立暗访批次"), type="primary")
        if opened and region_id is None:
            st.error(_("请选择地区。"))
        elif opened:
            run(
                open_sealed_set, actor, region_id=region_id or 0, name=name or "", today=today,
                done=_("已建立暗访批次。"),
            )  # fmt: skip
