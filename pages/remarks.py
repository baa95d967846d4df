"""观察: an observer's own remarks; triage, coverage, sealed sets for the office; a unit's own."""

import streamlit as st

from dashboard import clock, ui
from dashboard.permissions import Action
from dashboard.ui import choose, remark

actor = ui.guard(Action.REMARK_READ, Action.REMARK_WRITE)
today = clock.today()
if (chosen := choose.linked_id("id")) is not None:
    remark.show_one(actor, chosen, today)
    st.stop()
own = not actor.may(Action.REMARK_READ)
st.title(ui.translate("我的意见") if own else ui.translate("观察"))
views = remark.views(actor)
view = next(iter(views))
if len(views) > 1:
    view = choose.section({name: title for name, (title, _draw) in views.items()}, "view")
views[view][1](actor, today)
