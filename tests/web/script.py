"""A script as small as can be, with one of everything that safety looks at."""

from __future__ import annotations

import os

import streamlit as st

from dashboard.commands.account import choose_language
from dashboard.permissions import Action
from dashboard.ui import guard, run
from dashboard.ui.guard import current_actor, signed_in

DSN = "postgresql://app:hunter2-secret@db/minsheng"


@st.fragment
def fragment() -> None:
    """Guard itself, since a fragment runs without its page."""
    acting = signed_in()
    st.text(f"fragment for {acting.name}")
    if st.button("fail in fragment"):
        raise RuntimeError(f"cannot connect to {DSN}")


def fail() -> None:
    """Fail as a callback does."""
    raise RuntimeError(f"cannot connect to {DSN}")


def start() -> None:
    """Show who acts and count this tab's runs."""
    acting = signed_in()
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    st.text(f"{acting.name} in process {os.environ.get('DASHBOARD_PORT')}")
    st.text(f"run {st.session_state['runs']}")
    if st.button("write"):
        run(choose_language, acting, "en", done="written")
    if st.button("fail"):
        raise RuntimeError(f"cannot connect to {DSN}")
    st.button("fail in callback", on_click=fail)
    fragment()


def hidden() -> None:
    """Show what only an auditor may."""
    guard(Action.AUDIT_READ)
    st.text("the audit log")


actor = current_actor()
pages = [st.Page(start, title="start", url_path="start", default=True)]
if actor and actor.may(Action.AUDIT_READ):
    pages.append(st.Page(hidden, title="hidden", url_path="hidden"))
st.navigation(pages, position="hidden").run()
