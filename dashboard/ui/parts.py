"""Small pieces of HTML the pages share: lights, tables, lists of facts. Every text is escaped."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import clock
from dashboard.db import records
from dashboard.i18n import _, joined
from dashboard.imports.cells.narrative import Milestone
from models.base import Code

SHORT = 8
"""A cell, or a Latin word, as wide as so few Chinese characters is never broken into lines."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WORD = re.compile(r"[!-~]+")


def shown(value: Any) -> str:
    """Write a value as people read it; nothing known is an empty string."""
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Code):
        return _(value.label)
    if isinstance(value, Milestone):
        if not value.due_text:
            return value.name
        return _("{title}：{text}").format(title=value.due_text, text=value.name)
    if isinstance(value, tuple):
        return joined(shown(part) for part in value)
    if isinstance(value, datetime):
        return clock.local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        text = f"{value:,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def pct(value: Any) -> str:
    """Write a percentage with at most one decimal, or a dash."""
    return "—" if value is None or value != value else f"{shown(round(Decimal(value), 1))}%"


def shape(kind: str | None, title: str = "", *, open_month: bool = False) -> str:
    """Draw a light's shape with its word for screen readers."""
    css = "ms-shape " + (str(kind) if kind else "NONE")
    box = f'<span class="{css}"></span><span class="ms-sr">{escape(title)}</span>'
    return f'<span class="ms-open">{box}</span>' if open_month else box


def light(kind: str, word: str) -> str:
    """Draw a light: shape and word."""
    return f'<span class="ms-light"><span class="ms-shape {kind}"></span>{escape(word)}</span>'


def table(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
    *,
    numbers: Sequence[str] = (),
    html: Sequence[str] = (),
    stack: bool = True,
    empty: str = "",
) -> str:
    """Write rows as a table whose cells are text (those named in `html` are our own markup).

    On a phone each row becomes a card, unless `stack` is off. Without rows, `empty` is said.
    """
    found = records(rows) if isinstance(rows, pd.DataFrame) else list(rows)
    if not found:
        return f'<p class="ms-none">{escape(empty or _("没有记录。"))}</p>'
    head = "".join(
        f'<th scope="col"{" class=ms-num" if name in numbers else ""}>{escape(title)}</th>'
        for name, title in columns.items()
    )
    body = "".join(f"<tr>{_cells(record, columns, numbers, html)}</tr>" for record in found)
    css = "ms-table stack" if stack else "ms-table"
    return (
        f'<div class="ms-scroll"><table class="{css}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def listed(lines: Iterable[str]) -> str:
    """Put lines of HTML under one another in one box: on a phone a cell lays its parts in a row."""
    return f'<div class="ms-lines">{"".join(f"<div>{line}</div>" for line in lines)}</div>'


def show_table(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]], columns: Mapping[str, str], **options: Any
) -> None:
    """Show rows as a table; the options are those of `table`."""
    st.html(table(rows, columns, **options))


def _width(text: str) -> float:
    """Give a text's width in Chinese characters; a Latin one is little more than half as wide."""
    return sum(1 if sign > "\u2e7f" else 0.55 for sign in text)


def _breaks(text: str) -> str:
    """Say how a cell's text may be broken: not at all, between words, or anywhere."""
    if _width(text) <= SHORT:
        return "ms-short"
    return "ms-words" if all(_width(word) <= SHORT for word in _WORD.findall(text)) else ""


def _cells(
    record: Mapping[Any, Any],
    columns: Mapping[str, str],
    numbers: Sequence[str],
    html: Sequence[str],
) -> str:
    cells = []
    for name, title in columns.items():
        value = record.get(name)
        text = str(value) if name in html else shown(value)
        css = "ms-num" if name in numbers else "" if name in html else _breaks(text)
        if name not in html:
            inner = escape(text).replace("\n", "<br>")
            text = _DAY.sub(r'<span class="ms-short">\g<0></span>', inner)
            if "<" in text:  # on a phone a cell lays its parts in a row
                text = f"<div>{text}</div>"
        cells.append(f'<td class="{css}" data-title="{escape(title)}">{text}</td>')
    return "".join(cells)


def facts(values: Mapping[str, Any], *, big: Sequence[str] = ()) -> str:
    """Write a list of title and value; those without a value are left out."""
    items = "".join(
        f'<div><dt>{escape(title)}</dt><dd class="{"big" if title in big else ""}">'
        f"{escape(shown(value))}</dd></div>"
        for title, value in values.items()
        if shown(value)
    )
    return f'<dl class="ms-facts">{items}</dl>' if items else ""


def show_facts(values: Mapping[str, Any], *, big: Sequence[str] = ()) -> None:
    """Show a list of title and value; those without a value are left out."""
    if written := facts(values, big=big):
        st.html(written)


def fold(title: str, body: str, *, is_open: bool = False) -> str:
    """Write markup that folds away under a title: it opens at once, without asking the server."""
    return (
        f'<details class="ms-fold"{" open" if is_open else ""}><summary>{escape(title)}</summary>'
        f"<div>{body}</div></details>"
    )


def unfolded(title: str, key: str) -> DeltaGenerator | None:
    """Give the inside of a fold once it was opened; what is drawn only then costs nothing before.

    For forms; what is only read goes into a `fold`.
    """
    panel = st.expander(title, key=key, on_change="rerun")
    return panel if panel.open else None


def file_link(file_id: int, name: str, readable: Collection[int] | None = None) -> str:
    """Link to a stored file, or only name it when it is not among those the actor may have.

    The route checks the permission again. A sheet holds all of a unit's projects, so who sees one
    of them only may not have it.
    """
    if readable is not None and file_id not in readable:
        return escape(name)
    return f'<a href="/files/{int(file_id)}" target="_blank" rel="noopener">{escape(name)}</a>'


def source_link(source: str, url: str) -> str:
    """Name a document, linked when it has an address of the web."""
    if url.startswith(("http://", "https://")):
        return (
            f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">'
            f"{escape(source or url)}</a>"
        )
    return escape(source)


def source_line(source: str, url: str) -> str:
    """Write the line that says where something is published."""
    return f'<p class="ms-soft">{_("来源：{link}").format(link=source_link(source, url))}</p>'


def show_link(href: str, text: str) -> None:
    """Show a link of ours as a button: it opens, or downloads, in another tab."""
    st.html(f'<a class="ms-button" href="{href}" target="_blank" rel="noopener">{escape(text)}</a>')
