"""An own chart on the screen: the drawing, one sentence of what it counts, the figures as a table.

Each figure leads to the rows behind it, where the list has a filter for the group.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard.admin.chart import Chart
from dashboard.admin.spec import AdminPage, View, link_of
from dashboard.charts import own
from dashboard.db import records
from dashboard.i18n import _, joined
from dashboard.permissions import Actor
from dashboard.queries.drawing import Drawing, drawing
from dashboard.queries.drawing_axis import conditions_in_words
from dashboard.ui import parts
from dashboard.ui.read import chart_spec, read
from models.chart import ChartFigure, ChartKind

BROAD, WIDE = 6, 12
"""From so many columns on a heat map is not squeezed into a telephone's width."""


def show_chart(
    actor: Actor,
    page: AdminPage,
    chart: Chart,
    view: View,
    name: str,
    *,
    figures: bool = True,
    place: str = "one",
) -> Drawing:
    """Draw a chart over the actor's own rows, or say in a sentence why there is nothing to see.

    `place` tells it from others on the same page.
    """
    found = read(drawing, actor, page, chart, view)
    if found.refusal:
        st.html(f'<p class="ms-none">{escape(found.refusal)}</p>')
        return found
    if not found.rows:
        st.html(f'<p class="ms-none">{_("没有符合条件的记录。")}</p>')
        return found
    if chart.kind is ChartKind.NUMBER:
        _show_number(found)
    elif chart.kind is ChartKind.MATRIX:
        st.html(_table(page, view, found))
    else:
        with st.container(key=f"{_width(chart, found)}-chart-{place}"):
            _show_drawing(chart, found, name)
    st.html(f'<p class="ms-soft">{escape(_caption(actor, page, chart, view, found))}</p>')
    if figures and chart.kind not in (ChartKind.MATRIX, ChartKind.NUMBER):
        st.html(parts.fold(_("图中的数字"), _table(page, view, found)))
    return found


def _show_number(found: Drawing) -> None:
    text = "—" if found.total is None else parts.shown(found.total)
    st.html(
        f'<p class="ms-figure"><b>{escape(text)}</b> {escape(found.unit)}'
        f'<span class="ms-soft">{escape(found.what)}</span></p>'
    )


def _show_drawing(chart: Chart, found: Drawing, name: str) -> None:
    spec = _spec(chart, found)
    if spec is None:
        st.html(f'<p class="ms-none">{_("没有可以画出的数字。")}</p>')
    else:
        st.vega_lite_chart(
            spec, theme=None, alt=_("{title}：{text}").format(title=name, text=found.what)
        )


def _width(chart: Chart, found: Drawing) -> str:
    """Say how wide a drawing must be for its figures to stand apart; a narrow screen scrolls it."""
    columns = len(found.across.labels) if chart.kind is ChartKind.HEAT else 0
    return "wide" if columns > WIDE else "broad" if columns > BROAD else "plain"


def _spec(chart: Chart, found: Drawing) -> dict[str, Any] | None:
    cells = found.cells[["by", "across", "value"]].copy()
    cells["text"] = [parts.shown(value) for value in cells["value"]]
    by, across = found.by.labels, found.across.labels
    colours = own.colours_of(found.across.codes, found.across.ends)
    whole = all(value is None or value == int(value) for value in cells["value"])
    if chart.kind is ChartKind.HEAT:
        return chart_spec(own.heat, cells, by, across)
    if chart.kind is ChartKind.LINE:
        counts = chart.figure is ChartFigure.COUNT
        months = by[: len(by) - found.by.ends]
        return chart_spec(own.lines, cells, months, across, colours, whole=whole, counts=counts)
    return chart_spec(
        own.bars, cells, by, across, colours, order=_order(found), adds=found.adds, whole=whole,
        upright=found.by.monthly,
    )  # fmt: skip


def _order(found: Drawing) -> tuple[str, ...]:
    """Give the groups, the largest first where their order has no meaning of its own."""
    labels, ends = found.by.labels, found.by.ends
    if found.by.ordered:
        return labels
    sizes: dict[int, Any] = dict.fromkeys(range(len(labels)), 0)
    for row in records(found.cells):
        sizes[row["by"]] += row["value"] or 0
    inner = range(len(labels) - ends)
    order = [*sorted(inner, key=lambda place: -sizes[place]), *range(len(labels))[len(inner) :]]
    return tuple(labels[place] for place in order)


def _caption(actor: Actor, page: AdminPage, chart: Chart, view: View, found: Drawing) -> str:
    """Say what is counted, over how many rows, under which conditions."""
    said = [_("共 {n} 条记录").format(n=f"{found.rows:,}")]
    if chart.figure is not ChartFigure.COUNT:
        if found.filled < found.rows:
            missing = f"{found.rows - found.filled:,}"
            said.append(_("其中 {n} 条没有填这一列，不计入").format(n=missing))
        if found.total is not None and chart.kind is not ChartKind.NUMBER:
            total = f"{parts.shown(found.total)} {found.unit}".strip()
            said.append(f"{_(chart.figure.label)} {total}")
    hidden = found.by.labels[len(found.by.labels) - found.by.ends :]
    if chart.kind is ChartKind.LINE and hidden:
        said.append(_("线上不含“{names}”").format(names=joined(hidden)))
    text = _("，").join(said)
    sentences = [_("{title}：{text}。").format(title=found.what, text=text)]
    asked = read(conditions_in_words, actor, page, view)
    if asked:
        words = _("；").join(_("{title}为{words}").format(title=t, words=w) for t, w in asked)
        sentences.append(_("条件：{words}。").format(words=words))
    return " ".join(sentences)


def _table(page: AdminPage, view: View, found: Drawing) -> str:
    """Write the figures as a table whose groups, and figures, lead to their rows."""
    places = range(len(found.across.labels))
    twice = found.across.labels != ("",)
    columns = {"by": found.by.title}
    columns |= {f"c{n}": found.across.labels[n] if twice else found.what for n in places}
    if twice and found.adds:
        columns["total"] = _("合计")
    cells = {(row["by"], row["across"]): row for row in records(found.cells)}
    rows = []
    for place, label in enumerate(found.by.labels):
        row: dict[str, Any] = {"by": _linked(page, view, label, found.by.links[place])}
        for n in places:
            cell = cells.get((place, n))
            links = (found.by.links[place], *([found.across.links[n]] if twice else []))
            row[f"c{n}"] = _linked(page, view, _written(cell), *links) if cell else ""
        row["total"] = parts.shown(_sum(found.cells[found.cells["by"] == place]))
        rows.append(row)
    if found.adds and len(rows) > 1:
        foot = {f"c{n}": parts.shown(_sum(found.cells[found.cells["across"] == n])) for n in places}
        total = parts.shown(found.total)
        rows.append({"by": f"<b>{_('合计')}</b>", **foot, "total": f"<b>{total}</b>"})
    numbers = [name for name in columns if name != "by"]
    return parts.table(rows, columns, numbers=numbers, html=list(columns), stack=False)


def _written(cell: dict[str, Any]) -> str:
    return "—" if cell["value"] is None else parts.shown(cell["value"])


def _sum(cells: pd.DataFrame) -> Any:
    known = [value for value in cells["value"] if value is not None]
    return sum(known) if known else None


def _linked(page: AdminPage, view: View, text: str, *links: tuple[str, str]) -> str:
    """Write a text that leads to the list of just these rows, where its filters can ask that."""
    if not all(name for name, _value in links):
        return escape(text)
    target = escape(list_address(page, narrowed(view, *links)))
    return f'<a href="{target}" target="_self">{escape(text)}</a>'


def narrowed(view: View, *links: tuple[str, str]) -> View:
    """Give a view with the filters of a group beside its own."""
    filters = dict(view.filters)
    for name, value in links:
        if name == "days":
            view = replace(view, days=value)
        else:
            filters[name] = (value,)
    return replace(view, filters=tuple(filters.items()), number=1)


def list_address(page: AdminPage, view: View, **more: object) -> str:
    """Write the address of a list, from whatever page."""
    return f"/admin?{urlencode({'table': page.table, **link_of(view), **more})}"
