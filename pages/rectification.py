"""整改: the register with its clocks, one item, issuing many at once, counts."""

import streamlit as st

from dashboard import clock, ui
from dashboard.permissions import Action
from dashboard.ui import choose, inspection, rectification, rectification_item, register, template

actor = ui.guard(Action.RECTIFICATION_READ)
today = clock.today()
st.title(ui.translate("整改"))
if (key := choose.linked_id("id")) is not None:
    rectification_item.show_item(actor, key, today)
    st.stop()
if actor.may(Action.RECTIFICATION_ISSUE) and (import_id := register.linked()) is not None:
    register.check(actor, import_id, today)
    st.stop()
sections = {"register": ui.translate("台账"), "counts": ui.translate("统计")}
if actor.may(Action.RECTIFICATION_ISSUE):
    sections["issue"] = ui.translate("下发")
if actor.may(Action.TEMPLATE_EDIT):
    sections["template"] = ui.translate("通知书模板")
chosen = choose.section(sections)
if chosen == "issue":
    inspection.show_issuing(actor, today)
    register.receive(actor)
elif chosen == "template":
    template.show_template(actor)
elif chosen == "counts":
    rectification.show_counts(actor, today)
else:
    rectification.show_mine(actor, today)
    found = rectification.filtered(actor, today)
    rectification.show_register(actor, found)
    rectification.show_export(actor, len(found))
