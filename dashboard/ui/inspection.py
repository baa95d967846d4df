"""下发整改: an inspection is entered, its problems issued at once, a batch taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.commands.inspection import enter_inspection
from dashboard.commands.rectification import issue_rectifications
from dashboard.commands.rectification_care import take_back_batch
from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.queries.agency import agencies, own_regions
from dashboard.queries.project import projects
from dashboard.queries.rectification import inspections, open_sealed_sets, rectifications
from dashboard.rules.rectification import RectificationDraft
from dashboard.ui import choose, parts, state
from dashboard.ui.read import read
from dashboard.ui.run import run
from models.calendar import DayKind
from models.rectification import RectificationSource
from models.remark import Severity

MOST_ROWS = 50
FIRST_ROWS = 3
FIRST_DAYS = 15
MOST_DAYS = 365
_TEXTS = ("thing", "finding", "responsible", "phone", "standard", "requirement")


def show_issuing(actor: Actor, today: date) -> None:
    """Let the office enter an inspection, issue its problems and take a batch back."""
    programme = choose.choose_programme(actor)
    if programme is None:
        return
    found = records(read(inspections, actor))
    _enter(actor, today)
    names: dict[Any, str] = {None: _("不属于某次督查")}
    for row in found:
        sealed = _("（暗访）") if row["sealed"] else ""
        names[int(row["inspection_id"])] = f"{row['inspected_on']} {row['name']}{sealed}"
    with st.container(horizontal=True):
        inspection = st.selectbox(
            _("督查"), list(names), format_func=names.__getitem__, filter_mode=None, width=320,
            index=1 if found else 0,
        )  # fmt: skip
        source = st.selectbox(
            _("问题来源"), list(RectificationSource), width=160, filter_mode=None,
            format_func=lambda each: _(each.label), index=list(RectificationSource).index(
                RectificationSource.INSPECTION),
        )  # fmt: skip
        count = st.number_input(
            _("行数"), min_value=1, max_value=MOST_ROWS, value=FIRST_ROWS, step=1, width=140
        )
    known = next((row for row in found if row["inspection_id"] == inspection), None)
    _grid(
        actor,
        int(programme["programme_id"]),
        known,
        source or RectificationSource.INSPECTION,
        int(count),
        today,
    )
    _batches(actor, today)


def _enter(actor: Actor, today: date) -> None:
    inside = parts.unfolded(_("登记督查"), "inspection-new")
    if inside is None:
        return
    places = {int(row["region_id"]): row["name"] for row in records(read(own_regions, actor))}
    sets: dict[Any, str] = {None: _("否")} | {
        int(row["set_id"]): row["name"] for row in records(read(open_sealed_sets, actor))
    }
    with inside, st.form("inspection-form", clear_on_submit=True):
        region = choose.place(_("地区"), places)
        name = st.text_input(_("督查名称"), max_chars=120)
        day = st.date_input(_("督查日"), value=today, max_value=today, format="YYYY-MM-DD")
        led_by = st.text_input(_("带队人"), max_chars=40)
        announced = st.checkbox(_("事先通知（明查）"), value=True)
        sealed = st.selectbox(
            _("列入暗访批次（解封前责任单位看不到）"), list(sets), format_func=sets.__getitem__,
            filter_mode=None,
        )  # fmt: skip
        pressed = st.form_submit_button(_("登记"), type="primary")
        if pressed and region is None:
            st.error(_("请选择地区。"))
        elif pressed and isinstance(day, date):
            run(
                enter_inspection, actor, region or 0, name=name or "", inspected_on=day,
                today=today, announced=announced and sealed is None, led_by=led_by or "",
                sealed_set_id=sealed, done=_("已登记，可以下发整改。"),
            )  # fmt: skip


def _columns(
    places: Sequence[str],
    units: Sequence[str],
    severities: Sequence[str],
    kinds: Sequence[str],
    today: date,
) -> dict[str, Any]:
    kind = st.column_config
    return {
        "project": kind.SelectboxColumn(_("项目"), options=["", *places], width="medium"),
        "thing": kind.TextColumn(_("事项（哪处、哪件事）"), max_chars=200, width="medium"),
        "finding": kind.TextColumn(_("问题"), max_chars=2000, width="medium"),
        "agency": kind.SelectboxColumn(_("责任单位"), options=["", *units], width=160),
        "responsible": kind.TextColumn(_("责任人"), max_chars=40, width=110),
        "standard": kind.TextColumn(_("整改标准"), max_chars=2000, width="medium"),
        "days": kind.NumberColumn(
            _("整改天数"), min_value=1, max_value=MOST_DAYS, step=1, width=110
        ),
        "day_kind": kind.SelectboxColumn(_("计日方式"), options=list(kinds), width=110),
        "due_on": kind.DateColumn(
            _("或整改期限"),
            min_value=today,
            format="YYYY-MM-DD",
            width="small",
            help=_("填了日期的行以日期为准，不看天数。"),
        ),
        "phone": kind.TextColumn(_("联系电话"), max_chars=40, width=130),
        "requirement": kind.TextColumn(_("整改要求"), max_chars=2000, width="medium"),
        "severity": kind.SelectboxColumn(_("严重程度"), options=list(severities), width=110),
        "visible": kind.CheckboxColumn(_("可以拍照核验"), width=140),
    }


def _grid(
    actor: Actor,
    programme_id: int,
    inspection: Mapping[str, Any] | None,
    source: RectificationSource,
    count: int,
    today: date,
) -> None:
    places = {
        f"{row['code']} {row['name']}": int(row["project_id"])
        for row in records(read(projects, actor, programme_id))
    }
    units = {
        str(row["name"]): int(row["agency_id"])
        for row in records(read(agencies, actor))
        if row["active"]
    }
    severities = {_(each.label): each for each in Severity}
    kinds = {_(each.label): each for each in DayKind}
    columns = _columns(list(places), list(units), list(severities), list(kinds), today)
    st.caption(
        _(
            "每行一项整改，空行不下发。缺少责任单位、责任人、事项、期限或标准的不能下发。表格可以左右滑动。"
        )
    )
    generation = int(state.kept("issued", 0))
    edited = st.data_editor(
        _blank(list(columns), count), column_config=columns, num_rows="fixed", hide_index=True,
        width="stretch", key=f"issue-{programme_id}-{count}-{generation}", placeholder="",
    )  # fmt: skip
    filled = [row for row in records(edited) if _filled(row)]
    drafts = [
        replace(
            _draft(row, inspection, source),
            project_id=places.get(row["project"] or "", 0),
            agency_id=units.get(row["agency"] or ""),
            severity=severities.get(row["severity"] or "", Severity.ORDINARY),
            day_kind=kinds.get(row["day_kind"] or "", DayKind.CALENDAR),
        )
        for row in filled
    ]
    _confirm(actor, drafts, today)


def _blank(columns: list[str], count: int) -> pd.DataFrame:
    values = {
        **dict.fromkeys(("project", "agency", "due_on")),
        **dict.fromkeys(_TEXTS, ""),
        "days": FIRST_DAYS,
        "day_kind": _(DayKind.CALENDAR.label),
        "severity": _(Severity.ORDINARY.label),
        "visible": True,
    }
    rows = pd.DataFrame([{name: values[name] for name in columns}] * count, columns=columns)
    return rows.astype({"due_on": "datetime64[ns]", "days": "Int64"})


def _filled(row: Mapping[str, Any]) -> bool:
    return any(row[name] for name in ("project", "thing", "finding", "agency", "responsible"))


def _draft(
    row: Mapping[str, Any],
    inspection: Mapping[str, Any] | None,
    source: RectificationSource,
) -> RectificationDraft:
    """Read what a row says in its own words; what it chose from lists the caller knows."""
    due, days = (None if pd.isna(row[name]) else row[name] for name in ("due_on", "days"))
    return RectificationDraft(
        project_id=0,
        agency_id=None,
        source=source,
        finding=row["finding"] or "",
        thing=row["thing"] or "",
        responsible=row["responsible"] or "",
        phone=row["phone"] or "",
        standard=row["standard"] or "",
        requirement=row["requirement"] or "",
        due_on=due.date() if isinstance(due, pd.Timestamp) else due,
        days=int(days) if due is None and days is not None else None,
        visible=bool(row["visible"]),
        found_on=inspection["inspected_on"] if inspection else None,
        inspector=inspection["led_by"] if inspection else "",
        inspection_id=int(inspection["inspection_id"]) if inspection else None,
    )


def _confirm(actor: Actor, drafts: Sequence[RectificationDraft], today: date) -> None:
    """Say how many go to how many units; issue them after a tick."""
    if not drafts:
        return
    if placeless := [n for n, draft in enumerate(drafts, 1) if not draft.project_id]:
        st.warning(_("第 {row} 行没有选择项目。").format(row=placeless[0]))
        return
    units = len({draft.agency_id for draft in drafts if draft.agency_id})
    agreed = st.checkbox(
        _("已核对：将 {n} 项整改下发给 {units} 个单位").format(n=len(drafts), units=units),
        key=f"agree-{len(drafts)}-{state.kept('issued', 0)}",
    )
    if st.button(_("下发 {n} 项").format(n=len(drafts)), type="primary", disabled=not agreed):
        run(issue_rectifications, actor, drafts, today=today, done=_issued)


def _issued(rows: Sequence[Any]) -> str:
    state.keep("issued", int(state.kept("issued", 0)) + 1)
    return _("已下发 {n} 项整改（批次 {batch}），签收前可以撤回。").format(
        n=len(rows), batch=rows[0].batch
    )


def _batches(actor: Actor, today: date) -> None:
    """Offer to take back the batches of which an item is still to be received."""
    found = read(rectifications, actor, today)
    waiting = found[(found["batch"] != "") & (found["state"] == "ISSUED")]
    if waiting.empty:
        return
    counts = waiting.groupby("batch").size().to_dict()
    inside = parts.unfolded(_("撤回尚未签收的整改"), "take-back")
    if inside is None:
        return
    with inside, st.form("take-back-form"):
        batch = st.selectbox(
            _("下发批次"), list(counts), filter_mode=None,
            format_func=lambda one: _("{batch}：{n} 项未签收").format(batch=one, n=counts[one]),
        )  # fmt: skip
        reason = st.text_area(_("撤回理由"), max_chars=2000)
        if st.form_submit_button(_("撤回")) and batch is not None:
            run(
                take_back_batch, actor, str(batch), reason=reason or "", today=today,
                done=lambda done: _("已撤回 {n} 项，{kept} 项已签收的仍有效。").format(
                    n=done[0], kept=done[1]
                ),
            )  # fmt: skip
