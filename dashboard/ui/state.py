"""The only user of `st.session_state`: a note shown once after a rerun, and the unit chosen."""

from __future__ import annotations

from typing import Any

import streamlit as st

_NOTE = "note"


def leave_note(text: str) -> None:
    """Keep a sentence that the next run shows once."""
    st.session_state[_NOTE] = text


def take_note() -> str:
    """Give the sentence left by the run before, once."""
    return str(st.session_state.pop(_NOTE, ""))


def keep(key: str, value: Any) -> None:
    """Keep a value for this tab."""
    st.session_state[key] = value


def kept(key: str, default: Any = None) -> Any:
    """Give a value kept for this tab."""
    return st.session_state.get(key, default)


def forget(*keys: str) -> None:
    """Drop what was kept for this tab, so that widgets of these keys start afresh."""
    for key in keys:
        st.session_state.pop(key, None)
