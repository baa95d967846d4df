"""Commands from a page: one transaction each; what a person can act on is shown, bugs stay loud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.db import transaction
from dashboard.errors import DashboardError
from dashboard.i18n import _
from dashboard.permissions import Actor
from dashboard.ui import state
from dashboard.ui.guard import current_actor
from dashboard.ui.plain import plain


def run(
    command: Callable[..., Any],
    actor: Actor,
    *args: Any,
    done: str | Callable[[Any], str],
    stay: bool = False,
    refused: Callable[[DashboardError], object] | None = None,
    **kwargs: Any,
) -> Any:
    """Run a command and tell what happened; then rerun the page, unless told to `stay`.

    `done` is the sentence shown after success, or makes it from the command's result. A
    `DashboardError` becomes one red sentence, or goes to `refused`, and nothing is saved. Who acts
    is looked up again: a callback runs before the page's guard, with the actor of the run before.
    """
    acting = current_actor()
    if acting is None or acting.account_id != actor.account_id:
        st.error(_("您已退出登录，没有保存任何内容。请重新登录。"))
        return None
    actor = acting
    try:
        with transaction() as session:
            result = command(session, actor, *args, **kwargs)
            note = done(result) if callable(done) else done
    except DashboardError as error:
        if refused is not None:
            refused(error)
        else:
            st.error(plain(error))
        return None
    state.leave_note(note)
    if not stay:
        st.rerun()
    return result


def show_note(place: str = "note", *, wait: bool = False) -> None:
    """Show the sentence the last command left, once, unless it has to `wait` for another place.

    Its place stays when it goes: what moves up the page is drawn anew, and what somebody was
    typing there would be lost.
    """
    empty = st.container(key=place).empty()
    if not wait and (note := state.take_note()):
        empty.success(plain(note))
