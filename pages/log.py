"""审计日志: who did what, when, from where; read and exported by the auditor."""

import streamlit as st

from dashboard import ui
from dashboard.permissions import Action
from dashboard.queries.audit import audit_entries
from dashboard.ui.log import ask_filters, show_log

actor = ui.guard(Action.AUDIT_READ)
st.title(ui.translate("审计日志"))
show_log(actor, ui.read(audit_entries, actor, **ask_filters()))
