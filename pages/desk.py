"""我的待办: due today, overdue, returned to me, waiting for others."""

import streamlit as st

from dashboard import clock, ui
from dashboard.admin.charts import show_home
from dashboard.admin.views import show_pinned
from dashboard.permissions import Action
from dashboard.queries.desk import desk
from dashboard.ui.desk import show_desk

actor = ui.guard(Action.REPORT_READ, Action.REMARK_WRITE, Action.GRANT_EDIT)
today = clock.today()
st.title(ui.translate("我的待办"))
show_pinned(actor)
show_desk(ui.read(desk, actor, today), today)
show_home(actor)
