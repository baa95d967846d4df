"""The list of a table: search, filters with counts, days, columns, sorting, pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.admin.link import NEW, follow, href, linked_view, moved
from dashboard.admin.spec import AdminPage, View, reached
from dashboard.admin.widgets import shown
from dashboard.db import records
from dashboard.i18n import _, joined
from dashboard.permissions import Actor
from dashboard.queries.audit import field_title
from dashboard.queries.row import fields, found_keys, listed, row_count, rows
from dashboard.queries.row_count import day_counts, filter_counts
from dashboard.queries.row_source import LABEL, unknown_filters
from dashboard.rules.entry import NUMBERS, Field, Kind
from dashboard.ui.parts import unfolded
from dashboard.ui.plain import plain
from dashboard.ui.read import read

LONGEST, SHORT = 60, 10


def show_list(actor: Actor, page: AdminPage) -> View:
    """Show one page of a table as the link asks for it; give the view that is shown."""
    view = _usable(actor, page, linked_view(page))
    head = st.container()
    view = _ask_search(actor, page, view)
    view = _ask_filters(actor, page, _narrowed(actor, page, view))
    follow(page, view)
    _show_days(actor, page, view)
    total = read(row_count, actor, page, view)
    with head:
        _show_head(actor, page, view, total)
    show_rows(actor, page, read(rows, actor, page, view), view)
    _show_pages(page, view, total)
    return view


def _usable(actor: Actor, page: AdminPage, view: View) -> View:
    """Leave out, and say so, the conditions by which the actor may not ask, or may no longer."""
    unknown = read(unknown_filters, actor, page, view)
    if unknown:
        words = _("有 {n} 项筛选条件已停用或您无权使用，没有按它筛选。")
        st.warning(words.format(n=len(unknown)))
    return replace(view, filters=tuple(each for each in view.filters if each[0] not in unknown))


def _narrowed(actor: Actor, page: AdminPage, view: View) -> View:
    """Look through the texts once: all else on the page asks by the keys that were found."""
    if not view.search:
        return view
    return replace(view, keys=read(found_keys, actor, page, view.search))


def _show_head(actor: Actor, page: AdminPage, view: View, total: int) -> None:
    may = page.action is not None and actor.may(page.action)
    links = []
    if may and page.adds:
        links.append(f'<a href="{href(page, row=NEW)}" target="_self">{_("新增")}</a>')
    target = escape(href(page, View(view.search, view.filters, view.days), draw="BAR"))
    links.append(f'<a href="{target}" target="_self">{_("作图")}</a>')
    text = _("共 {n} 条").format(n=f"{total:,}")
    if view.filters:
        text += _("（已选 {n} 项）").format(n=len(view.filters))
    st.html(f'<p class="ms-line"><b>{text}</b>{"".join(links)}</p>')
    if page.action is None:
        st.html(f'<p class="ms-because">{escape(_(page.because))}{_elsewhere(page)}</p>')


def _elsewhere(page: AdminPage) -> str:
    if not page.page:
        return ""
    return f' <a href="/{page.page}" target="_self">{_("前往办理")}</a>'


def _ask_search(actor: Actor, page: AdminPage, view: View) -> View:
    names = [title_of(page, name) for name in page.searched]
    search = st.text_input(
        _("查找"), value=view.search, key=f"search-{page.table}", max_chars=80,
        placeholder=_("在{titles}中查找").format(titles=joined(dict.fromkeys(names))),
    )  # fmt: skip
    return view if (search or "") == view.search else moved(view, search=search or "")


def title_of(page: AdminPage, name: str) -> str:
    """Give the title of a column, which may lie behind keys."""
    model, column = reached(page.model, name)
    return _(field_title(model, column))


def _ask_filters(actor: Actor, page: AdminPage, view: View) -> View:
    # The title stays as it is: with another one the fold would be a new one, and shut.
    panel = unfolded(_("筛选和显示的列"), f"unfold-filters-{page.table}")
    if panel is None:
        return view
    counts = read(filter_counts, actor, page, view)
    chosen = dict(view.filters)
    offered = list(counts["filter"]) if len(counts) else []
    names = list(dict.fromkeys([*page.filters, *chosen, *offered]))
    known = read(fields, actor, page)
    with panel:
        places = st.columns(3)
        for number, name in enumerate(names):
            found = counts[counts["filter"] == name] if len(counts) else counts
            with places[number % 3]:
                values = _ask_filter(page, name, known, found, chosen.get(name, ()))
            chosen = {**chosen, name: values}
        columns = _ask_columns(actor, page, view)
    filters = tuple((name, chosen[name]) for name in names if chosen.get(name))
    if (filters, columns) == (view.filters, view.columns):
        return view
    return moved(view, filters=filters, columns=columns)


def _ask_filter(
    page: AdminPage,
    name: str,
    known: Mapping[str, Field],
    found: pd.DataFrame,
    chosen: tuple[str, ...],
) -> tuple[str, ...]:
    names = {
        str(row["value"]): f"{shown(row['label']) or _('（空）')}　{row['rows']}"
        for row in records(found)
    }
    names = {**{value: value for value in chosen}, **names}
    picked = st.multiselect(
        plain(known[name].label) if name in known else title_of(page, name),
        list(names), default=list(chosen), key=f"is-{page.table}-{name}",
        format_func=lambda value: names.get(value, value), placeholder=_("全部"),
    )  # fmt: skip
    return tuple(picked)


def _ask_columns(actor: Actor, page: AdminPage, view: View) -> tuple[str, ...]:
    known = read(fields, actor, page)
    usual = [name for name in page.listed if name in known]
    start = [name for name in view.columns if name in known] or usual
    picked = st.multiselect(
        _("显示的列"), list(known), default=start, key=f"columns-{page.table}",
        format_func=lambda name: known[name].label,
    )  # fmt: skip
    return () if not picked or list(picked) == usual else tuple(picked)


def _show_days(actor: Actor, page: AdminPage, view: View) -> None:
    counts = read(day_counts, actor, page, view)
    if not page.days or (counts.empty and not view.days):
        return
    ways = [("", _("全部"))]
    if view.days:
        ways.append((view.days[:4], view.days[:4]))
    parts_of = [(str(row["part"]), f"{row['part']}　{row['rows']}") for row in records(counts)]
    links = "".join(
        f"<b>{escape(text)}</b>" if part == view.days else _day_link(page, view, part, text)
        for part, text in [*ways, *(each for each in parts_of[:13] if each[0] != view.days[:4])]
    )
    title = read(fields, actor, page)[page.days].label
    st.html(f'<p class="ms-line"><span class="ms-soft">{escape(title)}</span>{links}</p>')


def _day_link(page: AdminPage, view: View, part: str, text: str) -> str:
    target = escape(href(page, moved(view, days=part)))
    return f'<a href="{target}" target="_self">{escape(text)}</a>'


def show_rows(actor: Actor, page: AdminPage, found: pd.DataFrame, view: View) -> None:
    """Show rows as a table: headings sort, the first cell opens the row."""
    names, known = read(listed, actor, page, view), read(fields, actor, page)
    body = [_cells(page, record, names, known) for record in records(found)]
    if not body:
        st.info(_("没有符合条件的记录。"))
        return
    head = "".join(_heading(page, known[name], view) for name in names)
    st.html(
        f'<div class="ms-scroll"><table class="ms-table stack"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _heading(page: AdminPage, field: Field, view: View) -> str:
    down = view.sort == field.name
    mark = {field.name: " ▲", f"-{field.name}": " ▼"}.get(view.sort, "")
    target = href(page, moved(view, sort=f"-{field.name}" if down else field.name))
    css = ' class="ms-num"' if field.kind in NUMBERS else ""
    sorted_ = {" ▲": "ascending", " ▼": "descending"}.get(mark, "none")
    return (
        f'<th scope="col"{css} aria-sort="{sorted_}"><a href="{escape(target)}" target="_self">'
        f"{escape(field.label)}{mark}</a></th>"
    )


def _cells(
    page: AdminPage, record: Mapping[Any, Any], names: tuple[str, ...], known: Mapping[str, Field]
) -> str:
    cells = []
    for number, name in enumerate(names):
        text = cell_text(record, known[name])
        short = escape(text[:LONGEST] + ("…" if len(text) > LONGEST else ""))
        if number == 0:
            target = href(page, row=record["id"])
            short = f'<a href="{target}" target="_self">{short or escape(str(record["id"]))}</a>'
        css = "ms-num" if known[name].kind in NUMBERS else "ms-short" if len(text) <= SHORT else ""
        title = escape(known[name].label)
        cells.append(f'<td class="{css}" data-title="{title}">{short}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def cell_text(record: Mapping[Any, Any], field: Field) -> str:
    """Write what a row holds in a column; a key by the name of the row behind it."""
    value = record.get(field.name)
    if field.kind is Kind.ROW:
        label = record.get(f"{field.name}{LABEL}")
        return shown(label) if label is not None else ""
    return shown(field.word(value) if field.options else value)


def _show_pages(page: AdminPage, view: View, total: int) -> None:
    last = max(-(-total // page.page_size), 1)
    if last == 1:
        return
    links = []
    for number, text in (
        (1, _("首页")),
        (view.number - 1, _("上一页")),
        (view.number + 1, _("下一页")),
        (last, _("末页")),
    ):
        if 1 <= number <= last and number != view.number:
            target = escape(href(page, moved(view, number=number)))
            links.append(f'<a href="{target}" target="_self">{text}</a>')
    text = _("第 {n} 页，共 {last} 页").format(n=view.number, last=last)
    st.html(f'<p class="ms-line"><b>{text}</b>{"".join(links)}</p>')
