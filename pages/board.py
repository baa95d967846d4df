"""看板: the year in one screen: how many of each light, every month, what needs a word."""

import streamlit as st

from dashboard import clock, ui
from dashboard.permissions import Action
from dashboard.queries.board import board_month, due_counts, legend
from dashboard.queries.light import board, lights_by_month
from dashboard.queries.project import shown_day
from dashboard.ui import board as screen
from dashboard.ui import choose

actor = ui.guard(Action.BOARD_READ)
programme = choose.choose_programme(actor, as_title=True)
if programme is None:
    st.stop()
key = programme["programme_id"]
today = screen.choose_day(shown_day(clock.today(), programme["shown_on"]))
month = ui.read(board_month, actor, key, today)
words = screen.words(ui.read(legend, actor, key, today))
lit = ui.read(board, actor, key, month, today)
matrix = ui.read(lights_by_month, actor, key, month, today)

screen.show_head(ui.read(due_counts, actor, key, month), month, today)
kind = screen.show_counts(lit, words)
shown = screen.show_filters(lit, kind)
names, needs = st.columns([8, 5], gap="medium")
with names:
    screen.show_matrix(shown, matrix, words)
with needs:
    screen.show_needs(actor, shown, words)
    screen.show_changes(actor, key, month, today, words)
screen.show_card(actor, lit, month, today, words)
