"""What the office itself says of a project: taken over, and facts that nobody can compute."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

import pandas as pd
import streamlit as st

from dashboard.commands.project import accept_project
from dashboard.commands.rule import give_fact
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.rules.month import GIVEN
from dashboard.ui import parts, state
from dashboard.ui.run import run


def show_verdicts(actor: Actor, project: pd.Series, month: date, today: date) -> None:
    """Let the office note that a project was taken over (验收), or enter a fact by hand."""
    project_id = int(project["id"])
    if actor.may(Action.REPORT_ACCEPT) and project["accepted_known_on"] in (None, today):
        _take_over(actor, project, today)
    if actor.may(Action.LIGHT_OVERRIDE):
        panel = parts.unfolded(_("人工认定的事实"), f"unfold-fact-{project_id}")
        if panel:
            with panel, st.form(f"fact-{project_id}"):
                _fact(actor, project_id, month, today)


def _take_over(actor: Actor, project: pd.Series, today: date) -> None:
    form, project_id = f"take-over-{project['id']}", int(project["id"])
    if not (panel := parts.unfolded(_("登记验收"), f"unfold-{form}")):
        return
    version = state.opened(form, int(project["version"]), {"day": today})
    with panel, st.form(f"{form}-{version}"):
        day = st.date_input(
            _("验收日期"), value=today, max_value=today, format="YYYY-MM-DD",
            key=state.field(form, version, "day"),
        )  # fmt: skip
        st.caption(_("今天起的看板才知道验收；登记当天可以更正，以后不能更改。"))
        if st.form_submit_button(_("登记")) and isinstance(day, date):
            state.forget(form)
            run(
                accept_project, actor, project_id, accepted_on=day, today=today,
                version=version, done=_("已登记验收，此后不再要求月报。"),
            )  # fmt: skip


def _fact(actor: Actor, project_id: int, month: date, today: date) -> None:
    fact = st.selectbox(
        _("事实"), list(GIVEN), format_func=lambda name: _(GIVEN[name]), filter_mode=None
    )
    text = st.text_input(_("认定值"), max_chars=20)
    source = st.text_input(_("认定依据"), max_chars=400)
    if not st.form_submit_button(_("认定")) or not fact:
        return
    try:
        value = Decimal((text or "").strip())
    except InvalidOperation:
        st.error(_("认定值应是数字。"))
        return
    run(
        give_fact, actor, project_id, month, fact, value, source=source or "", today=today,
        done=_("已认定，灯已按此重算。"),
    )  # fmt: skip
