"""月报: what is due, the month's sheet, confirming and accepting, completeness by unit."""

import streamlit as st

from dashboard import clock, ui
from dashboard.admin.way import show_way_of_month
from dashboard.permissions import Action
from dashboard.queries.report import agencies_reporting, periods
from dashboard.ui import choose, report, upload
from models.upload import UploadKind

actor = ui.guard(Action.REPORT_READ)
today = clock.today()
st.title(ui.translate("月报"))
if (upload_id := upload.linked_upload()) is not None:
    upload.check(actor, upload_id)
    st.stop()

programme = choose.choose_programme(actor)
if programme is None:
    st.stop()
known = ui.read(periods, actor, programme["programme_id"])
known = known[known["due_on"].map(lambda due: due.replace(day=1)) <= today.replace(day=1)]
if known.empty:
    st.info(ui.translate("这份清单没有需要填报的月份。"))
    st.stop()
month = choose.choose_month(list(known["month"]), known["month"].iloc[0])
period = known[known["month"] == month].iloc[0]
report.show_days(period, today)

if actor.may(Action.REPORT_UPLOAD):
    units = ui.read(agencies_reporting, actor, programme["programme_id"])
    unit = choose.choose_from(ui.translate("单位"), units, "agency_id", "agency", "unit")
    if unit is not None:
        upload.template_link(programme["programme_id"], unit, month)
        upload.receive(actor, UploadKind.MONTHLY, programme["programme_id"], unit, month)
report.show_work(actor, programme["programme_id"], month, today)
show_way_of_month(actor, programme["programme_id"], month)
