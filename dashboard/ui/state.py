"""The only user of `st.session_state`: a note shown once after a rerun, and the unit chosen."""

from __future__ import annotations

from collections.abc import Mapping
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


def opened(form: str, version: int, values: Mapping[str, Any]) -> int:
    """Give the version of a row that a form shows: the newest, until somebody types into it.

    From then on it stays the one they saw, so that saving tells them who changed what meanwhile
    instead of losing their words. Its fields take `field(form, version, name)` as their keys; call
    `forget(form)` when it is sent.
    """
    at, shown = st.session_state.get(form, (version, values))
    typed = any(
        st.session_state.get(field(form, at, name), value) != value for name, value in shown.items()
    )
    if not typed:
        at, shown = version, dict(values)
    st.session_state[form] = (at, shown)
    return int(at)


def field(form: str, version: int, name: str) -> str:
    """Name a field of a form that shows one version of a row."""
    return f"{form}-{version}-{name}"


def forget(*keys: str) -> None:
    """Drop what was kept for this tab, so that widgets of these keys start afresh."""
    for key in keys:
        st.session_state.pop(key, None)
