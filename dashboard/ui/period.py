"""The three days of each reporting period, and the dated exceptions an office makes to them."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from dashboard.commands.period import change_period_days
from dashboard.db import records
from dashboard.i18n import _, month_name
from dashboard.permissions import Action, Actor
from dashboard.queries.report import periods
from dashboard.ui import parts, state
from dashboard.ui.read import read
from dashboard.ui.run import run


def show_periods(actor: Actor, programme_id: int) -> None:
    """List a programme's reporting periods; let the office give one days of its own (G1)."""
    found = read(periods, actor, programme_id)
    panel = st.expander(_("填报期与例外"), key="periods", on_change="rerun")
    if not panel.open:
        return
    with panel:
        parts.show_table(
            found,
            {
                "month": _("月份"),
                "due_on": _("应报日"),
                "timely_until": _("按时截止"),
                "locked_after": _("锁定日"),
                "exception": _("例外说明"),
            },
            empty=_("还没有填报期：审定清单后由每日任务生成。"),
        )
        if len(found) and actor.may(Action.PERIOD_EDIT):
            _change(actor, records(found))


def _change(actor: Actor, rows: list[dict[str, Any]]) -> None:
    names = {int(row["period_id"]): month_name(row["month"]) for row in rows}
    chosen = st.selectbox(_("改哪个月"), list(names), format_func=names.__getitem__)
    row = next(row for row in rows if row["period_id"] == chosen)
    form = f"edit-period-{chosen}"
    shown = {name: row[name] for name in ("due_on", "timely_until", "locked_after", "exception")}
    version = state.opened(form, int(row["version"]), shown)
    with st.form(f"{form}-{version}"):
        days = []
        for box, (name, title) in zip(
            st.columns(3),
            (
                ("due_on", _("应报日")),
                ("timely_until", _("按时截止")),
                ("locked_after", _("锁定日")),
            ),
            strict=True,
        ):
            key = state.field(form, version, name)
            days.append(box.date_input(title, value=row[name], format="YYYY-MM-DD", key=key))
        key = state.field(form, version, "exception")
        exception = st.text_input(_("例外说明"), value=row["exception"], max_chars=200, key=key)
        if st.form_submit_button(_("保存例外")) and all(isinstance(day, date) for day in days):
            state.forget(form)
            run(
                change_period_days, actor, int(row["period_id"]), due_on=days[0],
                timely_until=days[1], locked_after=days[2], exception=exception or "",
                version=version, done=_("已保存，填报页即按新的日期提示。"),
            )  # fmt: skip
