"""Ways from other pages to a chart of what they show, for who may draw one."""

from __future__ import annotations

from datetime import date
from html import escape

import pandas as pd
import streamlit as st

from dashboard.admin.chart import Chart, chart_link
from dashboard.admin.drawn import list_address
from dashboard.admin.spec import View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from models.chart import ChartFigure, ChartKind

REPORTS = "progress_report"
BY_MONTH = Chart(ChartKind.LINE, "month", "", ChartFigure.AVERAGE, "completed_pct")
BY_STATE = Chart(ChartKind.BAR, "state")


def show_way_of_project(actor: Actor, project: pd.Series) -> None:
    """Link to the project's reports, drawn by their months."""
    view = View(search=str(project["code"]), filters=_of_programme(project["programme_id"]))
    _show(actor, view, BY_MONTH, _("把此项目的月报作图"))


def show_way_of_month(actor: Actor, programme_id: int, month: date) -> None:
    """Link to the month's reports, drawn by their states."""
    view = View(filters=_of_programme(programme_id), days=f"{month:%Y-%m}")
    _show(actor, view, BY_STATE, _("把本月月报作图"))


def _of_programme(programme_id: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("project.programme", (str(int(programme_id)),)),)


def _show(actor: Actor, view: View, chart: Chart, text: str) -> None:
    page = ADMIN_PAGES[REPORTS]
    if not actor.may(Action.TABLE_READ) or not actor.may(page.read):
        return
    address = escape(list_address(page, view, **chart_link(chart)))
    st.html(f'<p><a class="ms-button" href="{address}" target="_self">{escape(text)}</a></p>')
