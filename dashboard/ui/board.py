"""The board: counts that filter, the matrix of lights, what needs a word, what changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.db import records
from dashboard.i18n import _, aside, month_name, short_month
from dashboard.permissions import Action, Actor
from dashboard.queries.changes import changes_since
from dashboard.queries.light import board, counts_by_kind, lights_by_month
from dashboard.queries.past import board_as_of, lights_as_of
from dashboard.rules.light import RANKS, WORST_FIRST
from dashboard.ui import choose, light_card, parts
from dashboard.ui.guard import signed_in
from dashboard.ui.plain import plain
from dashboard.ui.read import read
from dashboard.ui.run import show_note
from models.light import LightDimension, LightKind

MOST_ROWS = 60
NEEDS = 5
SHORT = 6
"""A list of so few rows is shown unfolded."""
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def words(legend: pd.DataFrame) -> dict[str, str]:
    """Give the office's word for each kind, and colour the page's shapes as its rows say."""
    rows = records(legend)
    colours = "".join(
        f"--{row['kind'].lower()}:{row['hex']};" for row in rows if _HEX.fullmatch(row["hex"])
    )
    st.html(f"<style>:root{{{colours}}}</style>")
    return {row["kind"]: row["word"] for row in rows}


def choose_day(today: date) -> date:
    """Give the day the board is shown as of: today, or the day named in the link (H10)."""
    return choose.day_in_link("day", today)


def lights(
    actor: Actor, programme_id: int, month: date, today: date, now: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the lights of the month, and of every month: as they are, or stood on a past day."""
    if today >= now:
        return (
            read(board, actor, programme_id, month, today),
            read(lights_by_month, actor, programme_id, month, today),
        )
    lit = read(board_as_of, actor, programme_id, today)
    matrix = read(lights_as_of, actor, programme_id, today)
    return lit.assign(region=None), matrix.assign(recovered_on=None)


def show_head(due: pd.DataFrame, month: date, today: date, now: date) -> None:
    """Show as of which day this is, and how many reports were in."""
    if today < now:
        st.warning(
            _("这是 {day} 当天的看板：只含当天已知的计划和已审定的月报。").format(
                day=today.isoformat()
            )
        )
    counts = due.iloc[0]
    parts_ = [_("截至 {day}").format(day=today.isoformat())]
    if counts["expected"]:
        parts_.append(
            _("{month}月报应报 {n}，已收 {m}").format(
                month=month_name(month), n=counts["expected"], m=counts["received"]
            )
        )
    if counts["next_due_on"]:
        parts_.append(_("下次应报日 {day}").format(day=counts["next_due_on"]))
    st.html(f'<p class="ms-soft">{escape(" · ".join(parts_))}</p>')


def show_counts(place: DeltaGenerator, lit: pd.DataFrame, words: Mapping[str, str]) -> None:
    """Show how many there are of each light; a tap filters, a second tap shows all again.

    Their place is above the filters, but they are drawn after these, whose choice their links keep.
    """
    counts = counts_by_kind(lit) if len(lit) else dict.fromkeys(WORST_FIRST, 0)
    always = {LightKind.BAD, LightKind.WARN, LightKind.GOOD, LightKind.UNKNOWN}
    chosen = st.query_params.get("light", "")
    told = []
    for kind in (kind for kind in WORST_FIRST if counts[kind] or kind in always):
        current, href = chosen == kind, choose.here(light="" if chosen == kind else kind.value)
        told.append(
            f'<a class="ms-stay" id="count-{kind.value}" href="{href}" target="_self"'
            f"{' aria-current=true' if current else ''}>{parts.shape(kind.value)}"
            f"<strong>{counts[kind]}</strong>{escape(words.get(kind, _(kind.label)))}</a>"
        )
    place.html(f'<nav class="ms-counts" aria-label="{_("按亮灯筛选")}">{"".join(told)}</nav>')


def show_filters(lit: pd.DataFrame, now: date) -> pd.DataFrame:
    """Offer filters by unit, leader, field, place and a past day; they stand in the link (H7)."""
    kind = st.query_params.get("light", "")
    found = lit[lit["kind"] == kind] if kind in {each.value for each in LightKind} else lit
    columns = {
        "lead_agency": (_("牵头单位"), "unit"),
        "leader": (_("分管领导"), "leader"),
        "category": (_("类别"), "field"),
        "region": (_("地区"), "place"),
    }
    options = {
        key: ["", *sorted({str(value) for value in lit[name] if value})]
        for name, (_label, key) in columns.items()
    }
    active = [key for key, known in options.items() if st.query_params.get(key) in known[1:]]
    label = _("筛选") + (aside(len(active)) if active else "")
    panel = st.expander(label, expanded=bool(active), key="filters", on_change="rerun")
    if panel.open:
        for box, (label, key) in zip(panel.columns(4), columns.values(), strict=True):
            with box:
                choose.linked_choice(label, key, options[key], {"": _("全部")}, "")
        with panel:
            choose.linked_day(_("看某一天的看板"), "day", now)
    for name, (_label, key) in columns.items():
        picked = st.query_params.get(key, "")
        if picked in options[key][1:]:
            found = found[found[name] == picked]
    return found


def show_matrix(shown: pd.DataFrame, matrix: pd.DataFrame, words: Mapping[str, str]) -> None:
    """Show the lights of every month; a row's name is the touch target and opens its card."""
    if shown.empty:
        st.info(_("没有符合条件的项目。"))
        return
    rows = sorted(records(shown), key=lambda row: row["code"])[:MOST_ROWS]
    months = sorted(set(matrix["month"]))
    lights: dict[tuple[int, date], dict[str, Any]] = {
        (cell["project_id"], cell["month"]): cell for cell in records(matrix)
    }
    note = _("虚线框：该月尚未结账。↻ 后为经批准的调整次数；✎ 为人工改灯，理由见卡片。")
    if len(shown) > MOST_ROWS:
        note += _("只显示前 {n} 项，共 {m} 项，请用筛选缩小范围。").format(
            n=MOST_ROWS, m=len(shown)
        )
    st.html(_grid(rows, months, lights, words) + f'<p class="ms-note">{note}</p>')


def _row_name(row: Mapping[str, Any]) -> str:
    """Name a row, with how often its plan was moved and whether its light was set by hand."""
    name = f"{row['code'].rpartition('-')[2]} {row['name']}"
    moved = f" ↻{int(row['adjustments'])}" if row.get("adjustments") else ""
    return f"{name}{moved}" + (" ✎" if row.get("override_kind") else "")


def _grid(
    rows: list[dict[str, Any]],
    months: list[date],
    lights: Mapping[tuple[int, date], dict[str, Any]],
    words: Mapping[str, str],
) -> str:
    """Write the matrix as one table; Tab comes to it once, and the arrows go from row to row."""
    head = "".join(f'<th scope="col">{short_month(month)}</th>' for month in months)
    body: list[str] = []
    for row in rows:
        name = escape(_row_name(row))
        link = f'href="{choose.here(card=row["code"], act="")}" tabindex="{-1 if body else 0}"'
        cells = [f'<th scope="row"><a class="ms-stay" {link} title="{name}">{name}</a></th>']
        for month in months:
            cell = lights.get((row["project_id"], month))
            cells.append(_cell(cell, month, words) if cell else "<td></td>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f'<table class="ms-matrix"><thead><tr><th scope="col"><span class="ms-sr">{_("项目")}'
        f"</span></th>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    )


def _cell(cell: Mapping[str, Any], month: date, words: Mapping[str, str]) -> str:
    """Write one light in as few elements as can be: there are hundreds of them."""
    word = f"{short_month(month)} {words.get(cell['kind'], '')}"
    css = "ms-open" if cell["open"] else ""
    if cell["recovered_on"] is not None:
        word += _("（迟报后已补齐）")
        css += " ms-again"
    said = escape(word)
    shape = f'<i class="ms-shape {cell["kind"]}" role="img" aria-label="{said}"></i>'
    return f'<td class="{css}" title="{said}">{shape}</td>'


def _close() -> None:
    st.query_params.pop("card", None)
    st.query_params.pop("act", None)


def worry(row: Mapping[str, Any]) -> str:
    """Say in one line what is the matter with a project: how far behind, since when, whose."""
    said = []
    shortfall = row["shortfall_pp"]
    if shortfall is not None and shortfall > 0:
        said.append(_("低于序时 {n} 个百分点").format(n=parts.shown(round(Decimal(shortfall), 1))))
    if not row["reported"] and row["expected"]:
        said.append(_("本月尚无审定的月报"))
    if row["overdue_days"] is not None and row["overdue_days"] > 0:
        said.append(_("节点逾期 {n} 天").format(n=int(row["overdue_days"])))
    if row["dimension"] == LightDimension.RECTIFICATION:
        said.append(_("整改逾期"))
    if row["red_run"] > 1:
        said.append(_("连续 {n} 月").format(n=int(row["red_run"])))
    if row["adjustments"]:
        said.append(_("调整过 {n} 次").format(n=int(row["adjustments"])))
    if row["override_kind"]:
        kind = LightKind.of(row["override_kind"])
        said.append(_("人工改为“{kind}”").format(kind=_(kind.label)))
    if row["lead_agency"]:
        said.append(row["lead_agency"])
    return " · ".join(said)


def show_needs(actor: Actor, shown: pd.DataFrame, words: Mapping[str, str]) -> None:
    """Show the few projects that need a word now, the worst first."""
    needing = [
        row for row in records(shown) if RANKS[LightKind.of(row["kind"])] >= RANKS[LightKind.WARN]
    ]
    needing.sort(key=lambda r: (-RANKS[LightKind.of(r["kind"])], -r["red_run"], -_gap(r)))
    told = "".join(_need(actor, row, words) for row in needing[:NEEDS])
    if len(needing) > NEEDS:
        more = _("还有 {n} 项，见左侧矩阵。").format(n=len(needing) - NEEDS)
        told += f'<p class="ms-note">{more}</p>'
    none = f'<p class="ms-fine">{_("目前没有需要过问的项目。")}</p>'
    st.html(f"<h3>{_('需要您过问')}</h3>{told or none}")


def _need(actor: Actor, row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    light = parts.light(row["kind"], words.get(row["kind"], ""))
    why, say = (choose.here(card=row["code"], act=act) for act in ("", "instruct"))
    ways = f'<a class="ms-button ms-stay" href="{why}" target="_self">{_("为什么")}</a>'
    if actor.may(Action.INSTRUCTION_GIVE):
        ways += f'<a class="ms-button ms-do ms-stay" href="{say}" target="_self">{_("批示")}</a>'
    name = escape(f"{row['code']} {row['name']}")
    told = f"<b>{name}</b> {light}<br>{escape(worry(row))}"
    return f'<div class="ms-need">{told}<p>{ways}</p></div>'


def _gap(row: Mapping[str, Any]) -> Decimal:
    return Decimal(row["shortfall_pp"]) if row["shortfall_pp"] is not None else Decimal(0)


def show_changes(
    actor: Actor, programme_id: int, month: date, today: date, words: Mapping[str, str]
) -> None:
    """Show what changed since last month: newly bad, recovered, re-dated, newly silent (H8)."""
    found = read(changes_since, actor, programme_id, month, today)
    titles = {
        "newly_bad": _("新变差"),
        "recovered": _("已好转"),
        "re_dated": _("调整了时间或目标"),
        "newly_silent": _("新近未报"),
    }
    folds = []
    for change, title in titles.items():
        if rows := records(found[found["change"] == change]):
            told = f'<ul class="ms-changes">{"".join(_change(row, words) for row in rows)}</ul>'
            folds.append(parts.fold(title + aside(len(rows)), told, is_open=len(rows) <= SHORT))
    none = f'<p class="ms-soft">{_("与上月相比没有变化。")}</p>'
    st.html(f"<h3>{_('较上月变化')}</h3>{''.join(folds) or none}")


def _change(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    before, after = (
        parts.shape(row[name], words.get(row[name], "")) if row[name] else "—"
        for name in ("before", "after")
    )
    name = escape(f"{row['code'].rpartition('-')[2]} {row['name']}")
    return f"<li>{before} → {after} {name}</li>"


def show_card(
    actor: Actor, lit: pd.DataFrame, month: date, today: date, words: Mapping[str, str]
) -> None:
    """Open the card of the project named in the link, with its light explained."""
    code = st.query_params.get("card", "")
    row = next((row for row in records(lit) if row["code"] == code), None)
    if row is None:
        show_note("card-note")
        return

    @st.dialog(plain(f"{row['code']} {row['name']}"), width="large", on_dismiss=_close)
    def card() -> None:
        signed_in()
        show_note("card-note")  # behind the card nobody would see it, and no reader would say it
        light_card.show(
            actor,
            int(row["project_id"]),
            today,
            month=month,
            instruct=st.query_params.get("act") == "instruct",
        )

    card()
