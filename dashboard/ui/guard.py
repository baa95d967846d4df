"""Who acts: looked up at every run, so that signing out takes effect at the next click."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NoReturn
from urllib.parse import quote

import streamlit as st

from dashboard import audit, clock, i18n
from dashboard.commands.session import touch
from dashboard.db import reading, transaction
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, refusal
from dashboard.queries.account import actor_of
from dashboard.ui import state
from dashboard.ui.plain import plain
from dashboard.ui.read import as_of

TOUCH_SECONDS = 60
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def session_uid() -> str:
    """Give the sign-in session bound to this socket by the server, empty when there is none."""
    return str(st.user.get("uid") or "")


def current_actor() -> Actor | None:
    """Look the actor up for this run, roles with it; None when signed out, expired or disabled."""
    uid = session_uid()
    if not uid:
        return None
    with reading() as session:
        actor = actor_of(session, uid, clock.today(), clock.now())
        as_of(audit.version(session))
    if actor is not None:
        i18n.use(actor.language)
    return actor


def _ask_to_sign_in() -> NoReturn:
    query = "&".join(f"{quote(k)}={quote(v)}" for k, v in st.query_params.items())
    path = st.context.url.split("://")[-1].partition("/")[2] if st.context.url else ""
    here = quote(f"/{path.partition('?')[0]}" + (f"?{query}" if query else ""))
    st.warning(
        _("您已退出登录，或长时间未操作，请重新登录。没有提交的内容没有保存；登录后会回到本页。")
    )
    st.html(f'<a class="ms-button" href="/sign-in?next={here}" target="_self">{_("重新登录")}</a>')
    st.stop()


def signed_in() -> Actor:
    """Give the actor of this run, or show the way to the sign-in page and end the run."""
    actor = current_actor()
    if actor is None:
        i18n.use(state.kept("language", i18n.SOURCE))
        _ask_to_sign_in()
    state.keep("language", actor.language)
    _note_use()
    return actor


def _note_use() -> None:
    """Keep the session alive, with at most one write a minute and tab."""
    now = clock.now()
    if (now - state.kept("used_at", EARLIEST)).total_seconds() < TOUCH_SECONDS:
        return
    state.keep("used_at", now)
    with transaction() as session:
        touch(session, session_uid(), now=now)


def guard(action: Action, *others: Action) -> Actor:
    """Give the actor if they may do one of these somewhere; else say so, record it, end the run."""
    actor = signed_in()
    if not any(actor.may(each) for each in (action, *others)):
        refused = refusal(actor, action)
        try:
            with transaction():
                raise refused
        except type(refused):
            st.error(plain(refused))
        st.stop()
    return actor
