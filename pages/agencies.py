"""单位与地区: the two trees, with the short names by which sheets know a unit."""

import streamlit as st

from dashboard import ui
from dashboard.permissions import Action
from dashboard.queries.agency import agencies, regions
from dashboard.ui import agency, installation

actor = ui.guard(Action.AGENCY_EDIT)
st.title(ui.translate("单位与地区"))
places = ui.read(regions, actor)
agency.show_agencies(actor, ui.read(agencies, actor), places)
agency.show_regions(actor, places)
installation.show_state()
