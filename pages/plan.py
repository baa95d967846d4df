"""计划: open a year's list, bring it in from one sheet, adopt it, decide on adjustments."""

import streamlit as st

from dashboard import clock, ui
from dashboard.permissions import Action
from dashboard.queries.project import own_programmes
from dashboard.ui import choose, plan, upload

actor = ui.guard(Action.PLAN_IMPORT)
today = clock.today()
st.title(ui.translate("计划"))
if (upload_id := upload.linked_upload()) is not None:
    plan.check(actor, upload_id, today)
    st.stop()
plan.show_adjustments(actor, today)
found = ui.read(own_programmes, actor)
key = choose.choose_from(ui.translate("年度清单"), found, "programme_id", "name", "programme")
if key is not None:
    plan.show_programme(actor, found[found["programme_id"] == key].iloc[0], today)
plan.open_programme(actor, today)
