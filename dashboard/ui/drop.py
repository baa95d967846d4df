"""A place to drop one workbook after another, each kept as a draft at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.permissions import Actor
from dashboard.ui import state
from dashboard.ui.run import run


def receive(
    label: str, key: str, store: Callable[..., Any], actor: Actor, *args: Any, **kwargs: Any
) -> Any:
    """Offer to drop a file and store what comes; give what `store` made of it, else None.

    What is stored empties the place. A file that is left in it is first taken away when the next
    one comes, which reruns the page, and a rerun that moves the place loses what is under way.
    """
    taken = f"taken-{key}"
    count = state.kept(taken, 0)
    given = st.file_uploader(label, key=f"{key}-{count}", label_visibility="collapsed")
    if given is None:
        return None
    stored = run(
        store, actor, *args, name=given.name, data=given.getvalue(), done="", stay=True, **kwargs
    )
    if stored is not None:
        state.keep(taken, count + 1)
    return stored
