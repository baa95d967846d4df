"""The only user of `st.cache_data`: a read for an actor, as fresh as the newest audit entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import streamlit as st

from dashboard import audit, i18n
from dashboard.db import reading
from dashboard.errors import DashboardError
from dashboard.permissions import Actor

P = ParamSpec("P")
T = TypeVar("T")


@st.cache_data(max_entries=2000, ttl=900, show_spinner=False)
def _cached(name: str, who: str, what: str, version: int, _ask: Callable[[], Any]) -> Any:
    return _ask()


def read(query: Callable[..., T], actor: Actor, *args: Any, **kwargs: Any) -> T:
    """Run a query for this actor, or give its answer again while nothing was written anywhere.

    The key is query, actor with all grants, language, arguments and the newest audit entry: a write
    makes old answers unreachable, and nobody sees another's rows.
    """
    with reading() as session:
        newest = audit.version(session)

        def ask() -> T:
            return query(session, actor, *args, **kwargs)

        who = f"{actor!r} {i18n.language()}"
        try:
            return cast(T, _cached(_name(query), who, repr((args, kwargs)), newest, ask))
        except DashboardError as error:
            st.error(str(error))
            st.stop()


def _name(query: Callable[..., Any]) -> str:
    return f"{query.__module__}.{query.__qualname__}"
