"""看板: the year in one screen: how many of each light, every month, what needs a word."""

import streamlit as st

from dashboard import clock, ui
from dashboard.admin.charts import fold_home
from dashboard.permissions import Action
from dashboard.queries.board import board_month, due_counts, legend
from dashboard.queries.project import shown_day
from dashboard.ui import board as screen
from dashboard.ui import choose, region
from dashboard.ui.witness import show_gap_list

actor = ui.guard(Action.BOARD_READ)
programme = choose.choose_programme(actor, as_title=True, within=region.path_in_link(actor))
if programme is None:
    st.stop()
key = programme["programme_id"]
now = shown_day(clock.today(), programme["shown_on"])
today = screen.choose_day(now)
month = ui.read(board_month, actor, key, today)
words = screen.words(ui.read(legend, actor, key, today))
lit, matrix = screen.lights(actor, key, month, today, now)

screen.show_head(ui.read(due_counts, actor, key, month, today), month, today, now)
region.show_regions(actor, programme, month, today, words)
above = st.container()
shown = screen.show_filters(lit, now)
screen.show_counts(above, lit, words)
names, needs = st.columns([8, 5], gap="medium")
with names:
    screen.show_matrix(shown, matrix, words)
if today < now:
    st.stop()
with needs:
    screen.show_needs(actor, shown, words)
    screen.show_changes(actor, key, month, today, words)
    show_gap_list(actor, key, today)
screen.show_card(actor, lit, month, today, words)
if actor.may(Action.INSTRUCTION_GIVE):
    fold_home(actor)
