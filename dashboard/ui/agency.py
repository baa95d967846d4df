"""Lists and forms of units and regions."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.commands.agency import add_agency, add_region, edit_agency
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.ui import parts, state
from dashboard.ui.run import run


def show_agencies(actor: Actor, found: pd.DataFrame, places: pd.DataFrame) -> None:
    """List the units; edit one; add one."""
    st.subheader(_("单位（{n}）").format(n=len(found)))
    columns = {
        "code": _("代码"),
        "name": _("名称"),
        "aliases": _("别名（表格中的简称）"),
        "region": _("地区"),
        "projects": _("牵头项目"),
        "active": _("在用"),
    }
    parts.show_table(found, columns, numbers=["projects"], empty=_("还没有单位。"))
    rows = {int(row["agency_id"]): row for row in records(found)}
    with st.expander(_("修改单位")):
        chosen = st.selectbox(
            _("单位"), list(rows), format_func=lambda key: str(rows[key]["name"]), index=None,
            placeholder=_("请选择"),
        )  # fmt: skip
        if chosen is not None:
            _edit(actor, rows[chosen])
    with st.expander(_("新增单位")):
        _add(actor, places)


def _edit(actor: Actor, row: dict[str, Any]) -> None:
    form = f"edit-agency-{row['agency_id']}"
    shown = {name: row[name] for name in ("name", "aliases", "active")}
    version = state.opened(form, int(row["version"]), shown)
    keys = {name: state.field(form, version, name) for name in shown}
    with st.form(f"{form}-{version}"):
        name = st.text_input(_("单位名称"), value=shown["name"], max_chars=80, key=keys["name"])
        aliases = st.text_input(
            _("别名（用顿号隔开）"), value=shown["aliases"], max_chars=400, key=keys["aliases"]
        )
        active = st.checkbox(_("在用"), value=bool(shown["active"]), key=keys["active"])
        if st.form_submit_button(_("保存")):
            state.forget(form)
            run(
                edit_agency, actor, int(row["agency_id"]), version=version, name=name or "",
                aliases=aliases or "", active=active, done=_("已保存。"),
            )  # fmt: skip


def _pick_region(label: str, places: pd.DataFrame, *, optional: bool = False) -> int | None:
    names = {int(row["region_id"]): str(row["name"]) for row in records(places)}
    options = list(names)
    picked = st.selectbox(
        label, options, format_func=names.__getitem__, index=None if optional else 0,
        placeholder=_("没有上级"),
    )  # fmt: skip
    return int(picked) if picked is not None else None


def _add(actor: Actor, places: pd.DataFrame) -> None:
    if places.empty:
        st.info(_("请先新增地区。"))
        return
    with st.form("agency-new", clear_on_submit=True):
        code = st.text_input(_("单位代码"), max_chars=24)
        name = st.text_input(_("单位名称"), max_chars=80)
        aliases = st.text_input(_("别名（用顿号隔开）"), max_chars=400)
        region_id = _pick_region(_("所属地区"), places)
        if st.form_submit_button(_("添加")) and region_id is not None:
            run(
                add_agency, actor, code=code or "", name=name or "", region_id=region_id,
                aliases=aliases or "", done=_("已新增单位。"),
            )  # fmt: skip


def show_regions(actor: Actor, places: pd.DataFrame) -> None:
    """List the regions; add one."""
    st.subheader(_("地区（{n}）").format(n=len(places)))
    with st.expander(_("地区列表")):
        parts.show_table(
            places,
            {"code": _("代码"), "name": _("名称"), "parent": _("上级")},
            empty=_("还没有地区。"),
        )
    with st.expander(_("新增地区"), expanded=places.empty), st.form("region-new"):
        code = st.text_input(_("地区代码"), max_chars=24)
        name = st.text_input(_("地区名称"), max_chars=40)
        parent_id = _pick_region(_("上级地区"), places, optional=True)
        if st.form_submit_button(_("添加")):
            run(
                add_region, actor, code=code or "", name=name or "", parent_id=parent_id,
                done=_("已新增地区。"),
            )  # fmt: skip
