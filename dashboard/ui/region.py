"""The places of a region above their boards: how many of each light, and the way into one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard.db import records
from dashboard.i18n import _, aside
from dashboard.permissions import Actor
from dashboard.queries.summary import KINDS, lights_by_region, region_in_view
from dashboard.ui import choose, parts
from dashboard.ui.read import read


def path_in_link(actor: Actor) -> str:
    """Give the path of the region the link narrows the board to; empty: everything one sees."""
    asked = choose.linked_id("region")
    if asked is None:
        return ""
    found = records(read(region_in_view, actor, asked))
    return str(found[0]["path"]) if found and found[0]["region_id"] == asked else ""


def show_regions(
    actor: Actor,
    programme: Mapping[str, Any],
    month: date,
    today: date,
    words: Mapping[str, str],
) -> None:
    """Show how many of each light each place has, where one sees several; a tap narrows to one."""
    asked, key = choose.linked_id("region"), int(programme["programme_id"])
    near = programme["region_path"]
    for region in records(read(region_in_view, actor, asked, near)):
        rows = records(read(lights_by_region, actor, int(region["region_id"]), month, today))
        narrowed = region["region_id"] == asked
        if len(rows) > 1 or narrowed:
            title = _("各地区亮灯") + aside(f"{region['region']}")
            told = parts.fold(
                title, _table(rows, words, key) + _back(region, key), is_open=narrowed
            )
            st.html(told)


def _table(rows: list[dict[str, Any]], words: Mapping[str, str], programme: int) -> str:
    kinds = [kind for kind in KINDS if any(row[kind] for row in rows)]
    shown = [
        {**row, "region": escape(row["region"]) if row["own"] else _link(row, programme)}
        for row in rows
    ]
    columns = {"region": _("地区")}
    columns |= {kind: words.get(kind.upper(), kind) for kind in kinds}
    columns["projects"] = _("合计")
    return parts.table(shown, columns, numbers=[*kinds, "projects"], html=["region"], stack=False)


def _link(row: Mapping[str, Any], programme: int) -> str:
    """Link to the place: its own lists where it has some, else its rows in the list shown."""
    link = {"programme": programme, "region": int(row["region_id"]), "place": row["region"]}
    href = escape(urlencode(link))
    return f'<a href="?{href}" target="_self">{escape(row["region"])}</a>'


def _back(region: Mapping[str, Any], programme: int) -> str:
    if region["parent_id"] is None:
        return ""
    href = f"?programme={programme}&amp;region={int(region['parent_id'])}"
    return f'<a class="ms-button" href="{href}" target="_self">{_("返回上级地区")}</a>'
