"""人员与授权: accounts by invitation, grants by the security administrator (三员分立)."""

import streamlit as st

from dashboard import clock, ui
from dashboard.permissions import Action
from dashboard.queries.account import accounts
from dashboard.ui import appointment, people

actor = ui.guard(Action.ACCOUNT_READ)
st.title(ui.translate("人员与授权"))
people.show_link()
found = ui.read(accounts, actor, clock.now().replace(second=0, microsecond=0))
if actor.may(Action.GRANT_EDIT):
    appointment.show_to_grant(actor, clock.today())
people.show_accounts(actor, found)
if actor.may(Action.ACCOUNT_INVITE):
    people.invite(actor)
