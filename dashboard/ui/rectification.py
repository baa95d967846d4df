"""整改台账 on a page: filters kept in the link, clocks, counts by unit and by who cleared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard.db import records
from dashboard.i18n import _, aside
from dashboard.permissions import Action, Actor
from dashboard.queries.desk_line import OTHERS
from dashboard.queries.desk_rectification import rectification_lines
from dashboard.queries.rectification import (
    clearer_counts,
    rectification_counts,
    rectifications,
)
from dashboard.rules.deadline import Clock
from dashboard.ui import parts
from dashboard.ui.choose import linked_choice
from dashboard.ui.read import read
from models.rectification import RectificationKind, RectificationSource

MOST = 200
"""How many rows are drawn at once; filters narrow more."""
SHAPES = {Clock.LATE: "BAD", Clock.SOON: "WARN", Clock.RUNNING: "GOOD", Clock.ENDED: "DONE"}


def clock(row: Mapping[str, Any]) -> str:
    """Draw an item's clock: colour, shape and word, never colour alone."""
    kind = Clock.of(row["clock"])
    if kind is Clock.ENDED:
        return _ended(row)
    days = int(row["days_left"])
    if kind is Clock.LATE:
        word = _("逾期 {n} 天").format(n=-days)
    else:
        word = _("还有 {n} 天").format(n=days) if days else _("今天到期")
    return parts.light(SHAPES[kind], word)


def _ended(row: Mapping[str, Any]) -> str:
    met, waits = row["met_deadline"], row["kind"] == RectificationKind.PROPOSED
    if waits:
        return parts.light("NOTICE", _("按期申请") if met else _("逾期申请"))
    word = _("已办结") if met is None else _("按期") if met else _("逾期办结")
    return parts.light("DONE" if met is not False else "NOTICE", word)


def show_mine(actor: Actor, today: date) -> None:
    """Show what waits for this actor, the most pressing first."""
    found = read(rectification_lines, actor, today)
    waiting = [line for line in found if line["group"] != OTHERS]
    if not waiting:
        return
    waiting.sort(key=lambda line: line["due_on"] or date.max)
    rows = "".join(
        f'<li><a href="{escape(line["link"])}" target="_self">{escape(line["what"])}</a> '
        f"{escape(line['project'])}　{escape(line['detail'])}<br>"
        f"<span>{_due(line['due_on'], today)}</span></li>"
        for line in waiting[:20]
    )
    title = _("要我办的（{n}）").format(n=len(waiting))
    st.html(
        f'<details class="ms-fold" open><summary>{escape(title)}</summary><ul>{rows}</ul></details>'
    )


def _due(due_on: date | None, today: date) -> str:
    if due_on is None:
        return ""
    late = aside(_("逾期 {n} 天").format(n=(today - due_on).days)) if due_on < today else ""
    return escape(_("期限 {day}").format(day=due_on.isoformat()) + late)


def filtered(actor: Actor, today: date) -> pd.DataFrame:
    """Offer the filters, which stand in the link, and give the items that pass them."""
    found = read(rectifications, actor, today)
    with st.container(horizontal=True, key="rectification-filters"):
        for column, label, names in (
            ("kind", _("状态"), {each.value: _(each.label) for each in RectificationKind}),
            ("clock", _("期限"), {each.value: _(each.label) for each in Clock}),
            ("agency", _("责任单位"), {}),
            ("source", _("问题来源"), {each.value: _(each.label) for each in RectificationSource}),
            ("project", _("项目"), {}),
        ):
            found = _narrowed(found, column, label, names)
    return found


def _narrowed(
    found: pd.DataFrame, column: str, label: str, names: Mapping[str, str]
) -> pd.DataFrame:
    present = {str(value) for value in found[column]}
    wanted = str(st.query_params.get(column, ""))
    options = [each for each in names if each in present] if names else sorted(present)
    if wanted and wanted not in options and wanted in {*names, wanted}:
        options.append(wanted)
    shown: dict[Any, str] = {"": _("全部"), **names}
    chosen = linked_choice(label, column, ["", *options], shown, "")
    return found[found[column].map(str) == chosen] if chosen else found


def show_register(actor: Actor, found: pd.DataFrame) -> None:
    """Show the items as a register, a card each on a phone."""
    late = int((found["clock"] == Clock.LATE).sum())
    opened = int((found["clock"] != Clock.ENDED).sum())
    st.html(
        f'<p class="ms-soft">{_("共")} <b>{len(found)}</b> {_("项")}　{_("未办结")} '
        f"<b>{opened}</b>　{_('已逾期')} <b>{late}</b></p>"
    )
    rows = [_row(row) for row in records(found.head(MOST))]
    columns = {
        "number": _("编号"),
        "project": _("项目"),
        "thing": _("事项和问题"),
        "agency": _("责任单位和责任人"),
        "state": _("状态"),
        "due_on": _("整改期限"),
        "clock": _("期限状态"),
        "again": _("次数"),
    }
    parts.show_table(
        rows, columns, html=["number", "thing", "agency", "clock"],
        empty=_("没有符合条件的整改。"),
    )  # fmt: skip
    if len(found) > MOST:
        st.caption(_("只列出前 {n} 项，请用筛选缩小范围，或导出全部。").format(n=MOST))


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    link = (
        f'<a href="?id={int(row["rectification_id"])}" target="_self">{escape(row["number"])}</a>'
    )
    sealed = f' <span class="ms-soft">{_("暗访未解封")}</span>' if row["sealed"] else ""
    again = [
        text.format(n=row[name])
        for name, text in (("reopens", _("重新整改 {n} 次")), ("extensions", _("延期 {n} 次")))
        if row[name]
    ]
    return {
        "number": f'<div><span class="ms-short">{link}</span>{sealed}</div>',
        "project": f"{row['code']} {row['project']}",
        "thing": f"<div><b>{escape(row['thing'])}</b><br>{escape(_short(row['finding']))}</div>",
        "agency": f"<div>{escape(row['agency'])}<br>{escape(row['responsible'])}</div>",
        "state": _(row["state_name"]),
        "due_on": row["due_on"],
        "clock": clock(row),
        "again": " ".join(again),
    }


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def show_export(actor: Actor, count: int) -> None:
    """Offer what the filters leave as a workbook with the register's own headings."""
    if count and actor.may(Action.RECTIFICATION_READ):
        names = ("kind", "clock", "agency", "source", "project")
        given = [(name, str(st.query_params.get(name, ""))) for name in names]
        query = urlencode([pair for pair in given if pair[1]])
        parts.show_link(f"/sheets/rectifications?{query}", _("导出 {n} 项").format(n=count))


def show_counts(actor: Actor, today: date) -> None:
    """Show how units and clearers do: open, late, in time, reopened."""
    st.subheader(_("各单位"))
    columns = {
        "agency": _("责任单位"),
        "items": _("整改"),
        "open": _("未办结"),
        "overdue": _("已逾期"),
        "met": _("按期"),
        "missed": _("逾期"),
        "reopens": _("重新整改"),
    }
    found = read(rectification_counts, actor, today)
    parts.show_table(found, columns, numbers=list(columns)[1:], empty=_("还没有整改。"))
    st.caption(_("“按期”“逾期”按轮次计，重新整改记在当时的责任单位名下。"))
    st.subheader(_("各核验人"))
    columns = {"clearer": _("核验人"), "cleared": _("销号"), "reopened": _("销号后重新整改")}
    parts.show_table(
        read(clearer_counts, actor), columns, numbers=["cleared", "reopened"],
        empty=_("还没有销号的整改。"),
    )  # fmt: skip
