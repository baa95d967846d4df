"""项目: the light and why; target and done; plan, reports with their cells, money, history."""

import streamlit as st

from dashboard import clock, ui
from dashboard.admin.way import show_way_of_project
from dashboard.permissions import Action
from dashboard.queries.project import project_details, projects, shown_day
from dashboard.ui import choose, project

actor = ui.guard(Action.PROJECT_READ)
chosen = choose.linked_id("id")
if chosen is None:
    programme = choose.choose_programme(actor)
    if programme is None:
        st.stop()
    listed = ui.read(projects, actor, programme["programme_id"])
    listed["label"] = listed["code"] + " " + listed["name"]
    chosen = choose.choose_from(ui.translate("项目"), listed, "project_id", "label", "project")
    if chosen is None:
        st.info(ui.translate("这份清单里没有您可见的项目。"))
        st.stop()
found = ui.read(project_details, actor, chosen)
if found.empty:
    st.error(ui.translate("找不到该项目，或您无权查看。"))
    st.stop()
row = found.iloc[0]
today = shown_day(clock.today(), row["shown_on"])
project.show_head(row, today)
project.show_sections(actor, row, today)
show_way_of_project(actor, row)
