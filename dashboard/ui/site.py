"""点位 on a project's page: the list, the form for the office, and the code to put up at a site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Any

import pandas as pd
import segno
import streamlit as st

from dashboard.commands.site import add_site, edit_site
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.queries.triage import sites
from dashboard.ui import parts
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import run


def show_sites(actor: Actor, row: pd.Series, today: date) -> None:
    """Show a project's sites; the office adds and edits them and prints their codes."""
    project_id = int(row["id"])
    found = records(read(sites, actor, project_id))
    parts.show_table(
        found,
        {
            "name": _("点位名称"),
            "address": _("地址"),
            "latitude": _("纬度"),
            "longitude": _("经度"),
        },
        numbers=["latitude", "longitude"],
        empty=_("还没有录入点位。"),
    )
    if not actor.may(Action.SITE_EDIT):
        return
    for each in found:
        with st.expander(_("二维码和修改：{name}").format(name=plain(each["name"]))):
            _show_code(each)
            _form(actor, each, project_id)
    with st.expander(_("新增点位")):
        _form(actor, None, project_id)


def address_of(code: str) -> str:
    """Give the address that the code at a site leads to."""
    host = st.context.headers.get("host", "")
    scheme = "https" if str(st.context.url).startswith("https") else "http"
    return f"{scheme}://{host}/observe/new?site={code}"


def _show_code(site: Mapping[str, Any]) -> None:
    """Draw the code as an SVG picture in the page; it opens nothing without signing in."""
    address = address_of(site["code"])
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=4)
    st.html(
        f'<figure class="ms-qr"><img src="{picture}" alt="{escape(_("点位二维码"))}">'
        f"<figcaption>{escape(site['name'])}<br>{escape(address)}</figcaption></figure>"
    )


def _degrees(text: str, title: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        st.error(_("{title}应为十进制度数，如 37.870512。").format(title=title))
        st.stop()


def _form(actor: Actor, site: Mapping[str, Any] | None, project_id: int) -> None:
    key = f"site-{site['site_id'] if site else 'new'}-{site['version'] if site else 0}"
    known: Mapping[str, Any] = site or {
        "name": "", "address": "", "latitude": None, "longitude": None,
    }  # fmt: skip
    with st.form(key, clear_on_submit=site is None):
        name = st.text_input(_("点位名称"), value=known["name"], max_chars=120)
        address = st.text_input(_("地址"), value=known["address"], max_chars=200)
        left, right = st.columns(2)
        north = left.text_input(_("纬度（WGS-84）"), value=parts.shown(known["latitude"]))
        east = right.text_input(_("经度（WGS-84）"), value=parts.shown(known["longitude"]))
        if not st.form_submit_button(_("保存点位"), type="primary"):
            return
        values: dict[str, Any] = {
            "name": name or "",
            "address": address or "",
            "latitude": _degrees(north or "", _("纬度")),
            "longitude": _degrees(east or "", _("经度")),
        }
        if site is None:
            run(add_site, actor, project_id, **values, done=_("已新增点位。"))
        else:
            run(
                edit_site, actor, int(site["site_id"]), version=int(site["version"]), **values,
                done=_("已保存。"),
            )  # fmt: skip
