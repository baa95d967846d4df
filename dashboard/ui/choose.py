"""Pickers the pages share: programme, month, unit. What is chosen stands in the link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard.db import records
from dashboard.i18n import _, month_name
from dashboard.permissions import Actor
from dashboard.queries.project import programmes
from dashboard.ui import state
from dashboard.ui.plain import plain
from dashboard.ui.read import read

MOST_LINKS = 60
"""More lists than these are offered in a box one can type into."""


EARLIEST = date(2000, 1, 1)
"""No board reaches further back."""


def _linked(key: str, options: Sequence[Any], default: Any) -> Any:
    """Give the option named in the link, or the default when it names none of them."""
    named = st.query_params.get(key, "")
    return next((option for option in options if str(option) == named), default)


def _follow(key: str, value: Any, default: Any) -> None:
    if value == default:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != str(value):
        st.query_params[key] = str(value)


def here(**changes: str) -> str:
    """Write the link of this page with some parameters changed; an empty one is left out."""
    kept = {**st.query_params.to_dict(), **changes}
    return escape("?" + urlencode({key: value for key, value in kept.items() if value}))


def _moved(key: str, start: Any) -> bool:
    """Let the link win over a box when the way back changed it; say whether it did."""
    box = f"choose-{key}"
    moved = state.kept(box) is not None and state.kept(f"linked-{key}", start) != start
    if moved:
        state.keep(box, start)
    return moved


def linked_choice(
    label: str, key: str, options: Sequence[Any], names: dict[Any, str], default: Any, **kwargs: Any
) -> Any:
    """Offer a list; the choice is kept in the link under `key`."""
    start = _linked(key, options, default)
    moved = _moved(key, start)
    chosen = st.selectbox(
        label,
        options,
        index=options.index(start) if start in options and not moved else 0,
        format_func=lambda option: names.get(option, str(option)),
        key=f"choose-{key}",
        filter_mode=None,
        **kwargs,
    )
    state.keep(f"linked-{key}", chosen)
    _follow(key, chosen, default)
    return chosen


def choose_programme(
    actor: Actor, *, as_title: bool = False, within: str = ""
) -> dict[str, Any] | None:
    """Offer the programmes the actor sees; give the chosen one as a record, None without any.

    `within` is the path of the region they must lie in, where one of them does.
    With `as_title` the chosen name heads the page, and the others are links behind it: nothing but
    text has to be drawn before the page is there.
    """
    found = read(programmes, actor)
    if found.empty:
        st.info(_("您名下还没有可看的年度清单。请联系督查室或安全管理员开通范围。"))
        return None
    inside = found[found["region_path"].str.startswith(within)]
    rows = {int(row["programme_id"]): row for row in records(found if inside.empty else inside)}
    names = {
        key: row["name"]
        if "演示" in row["name"] or not row["constructed"]
        else _("{name}（演示数据）").format(name=row["name"])
        for key, row in rows.items()
    }
    keys = list(rows)
    if not as_title:
        return rows[_choose_list(keys, names)] if len(keys) > 1 else rows[keys[0]]
    if len(keys) > MOST_LINKS:
        chosen = _choose_list(keys, names)
        st.title(plain(names[chosen]))
        return rows[chosen]
    chosen = int(_linked("programme", keys, keys[0]))
    kept = f"&region={linked_id('region')}" if within else ""
    others = "".join(
        f'<li><a href="?programme={key}{kept}" target="_self">{escape(names[key])}</a></li>'
        for key in keys
        if key != chosen
    )
    more = f"<details><summary>{_('其他清单')}</summary><ul>{others}</ul></details>"
    st.html(f'<div class="ms-title"><h1>{escape(names[chosen])}</h1>{more if others else ""}</div>')
    return rows[chosen]


def _choose_list(keys: list[int], names: dict[int, str]) -> int:
    return int(
        linked_choice(
            _("年度清单"), "programme", keys, names, keys[0], label_visibility="collapsed"
        )
    )


def choose_month(months: Sequence[date], default: date) -> date:
    """Offer months, newest first; kept in the link."""
    names = {month: month_name(month) for month in months}
    chosen: date = linked_choice(
        _("月份"), "month", list(months), names, default, label_visibility="collapsed"
    )
    return chosen


def choose_from(label: str, rows: pd.DataFrame, key: str, text: str, link: str) -> int | None:
    """Offer the rows of a frame by the column `text`; give the value of the column `key`."""
    if rows.empty:
        return None
    options = [int(value) for value in rows[key]]
    names = dict(zip(options, (str(value) for value in rows[text]), strict=True))
    if len(options) == 1:
        return options[0]
    return int(linked_choice(label, link, options, names, options[0]))


def linked_id(key: str) -> int | None:
    """Give the row named in the link, None when there is none."""
    named = st.query_params.get(key, "")
    return int(named) if named.isdecimal() and len(named) < 12 else None


def section(sections: dict[str, str], key: str = "section") -> str:
    """Offer the sections of a page as links; the chosen one stands in the link."""
    options = list(sections)
    chosen = str(_linked(key, options, options[0]))
    told = []
    for name, title in sections.items():
        href = here(**{key: "" if name == options[0] else name})
        current = ' aria-current="true"' if name == chosen else ""
        told.append(
            f'<a class="ms-stay" id="{key}-{name}" href="{href}" target="_self"{current}>'
            f"{escape(title)}</a>"
        )
    st.html(f'<nav class="ms-tabs" aria-label="{_("栏目")}">{"".join(told)}</nav>')
    return chosen


def place(label: str, places: Mapping[int, str]) -> int | None:
    """Offer regions by name; none is chosen beforehand where there are several."""
    return st.selectbox(
        label, list(places), index=0 if len(places) == 1 else None, placeholder=_("请选择"),
        format_func=places.__getitem__, filter_mode=None,
    )  # fmt: skip


def day_in_link(key: str, today: date) -> date:
    """Give the past day named in the link; today where none is named, or one before records."""
    try:
        named = date.fromisoformat(st.query_params.get(key, ""))
    except ValueError:
        return today
    return min(named, today) if named >= EARLIEST else today


def linked_day(label: str, key: str, today: date) -> None:
    """Offer a day up to today; a past one stands in the link."""
    start = day_in_link(key, today)
    begin = None if _moved(key, start) else start
    picked = st.date_input(
        label, value=begin, max_value=today, format="YYYY-MM-DD", key=f"choose-{key}"
    )
    state.keep(f"linked-{key}", picked)
    if isinstance(picked, date):
        before = st.query_params.get(key, "")
        _follow(key, picked, today)
        if st.query_params.get(key, "") != before:
            st.rerun()
