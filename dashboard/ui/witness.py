"""三方印证与无声项目 on the screen: where plan, unit and site part, and what nobody speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from dashboard.db import records
from dashboard.i18n import _, aside, joined, month_name
from dashboard.permissions import Actor
from dashboard.queries.witness import gaps, silences, witnesses
from dashboard.ui import parts
from dashboard.ui.read import read
from models.remark import SeenProgress

_Row = Mapping[str, Any]


def show_gap_list(actor: Actor, programme_id: int, today: date) -> None:
    """Show, folded, what the site contradicts and what nothing is heard of; nothing if neither."""
    apart = records(read(gaps, actor, programme_id, today))
    heard = records(read(silences, actor, programme_id, today))
    silent = [row for row in heard if row["quiet"] > 1]
    found = [
        _folded(_("现场与填报不一致"), apart, _gap_line),
        _folded(_("多方无声音的项目"), silent, _silence_line),
    ]
    if any(found):
        st.html("".join(found))


def _folded(title: str, rows: Sequence[_Row], line: Callable[[_Row], str]) -> str:
    if not rows:
        return ""
    items = "".join(f"<li>{line(row)}</li>" for row in rows)
    return (
        f'<details class="ms-fold"><summary>{escape(title)}'
        f" <b>{len(rows)}</b></summary><ul>{items}</ul></details>"
    )


def _link(row: _Row) -> str:
    name = escape(f"{row['code'].rpartition('-')[2]} {row['name']}")
    return f'<a href="/project?id={int(row["project_id"])}" target="_self">{name}</a>'


def seen_words(row: _Row) -> str:
    """Say what was seen at the site and when."""
    if row["seen"] is None:
        return _("近期没有观察意见")
    seen = SeenProgress.of(row["seen"])
    word = "" if seen is SeenProgress.UNSAID else _(seen.label)
    figure = _("目测 {n}").format(n=parts.pct(row["seen_pct"])) if row["seen_pct"] else ""
    day = _("{day} 观察").format(day=row["seen_on"])
    return joined(part for part in (word, figure, day) if part)


def _gap_line(row: _Row) -> str:
    apart = row["gap_pp"]
    figure = "" if apart is None else _("相差 {n} 个百分点").format(n=parts.shown(round(apart, 1)))
    said = _("单位报 {n}").format(n=parts.pct(row["claimed_pct"]))
    rest = escape(joined(part for part in (said, seen_words(row), figure) if part))
    return f"{_link(row)}<br><span>{rest}</span>"


def _silence_line(row: _Row) -> str:
    titles = {
        "report_on": _("月报"),
        "visit_on": _("走访"),
        "photo_on": _("照片"),
        "paid_on": _("资金支付"),
    }
    last = joined(
        f"{title} {row[name].isoformat() if row[name] else _('从未')}"
        for name, title in titles.items()
    )
    head = _("已 {n} 天没有任何消息").format(n=row["days"]) if row["quiet"] == len(titles) else ""
    return f"{_link(row)}<br><span>{escape(joined(filter(None, (head, last))))}</span>"


def show_witnesses(actor: Actor, programme_id: int, project_id: int, today: date) -> None:
    """Show what plan, unit and observer say of one project, beside one another."""
    found = records(read(witnesses, actor, programme_id, today, project_id))
    if not found:
        return
    row = found[0]
    month = aside(month_name(row["claimed_month"])) if row["claimed_month"] else ""
    lines = (
        (_("计划应完成"), row["planned_pct"], parts.pct(row["planned_pct"])),
        (_("单位填报") + month, row["claimed_pct"], parts.pct(row["claimed_pct"])),
        (_("观察员所见"), row["seen_pct"], seen_words(row)),
    )
    st.subheader(_("三方印证"))
    st.html(f'<dl class="ms-witness">{"".join(_lines(lines))}</dl>')
    if row["apart"]:
        st.warning(_("单位填报高于现场所见，请核实：“{words}”").format(words=row["words"]))


def _lines(lines: Iterable[tuple[str, Any, str]]) -> Iterable[str]:
    for title, value, words in lines:
        width = min(max(float(value or 0), 0), 100)
        bar = f'<span class="ms-bar"><i style="width:{width:.1f}%"></i></span>'
        yield f"<dt>{escape(title)}</dt><dd>{bar}<span>{escape(words)}</span></dd>"
