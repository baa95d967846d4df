"""The only user of `st.cache_data`: a read for an actor, as fresh as the newest audit entry."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar, cast

import pandas as pd
import streamlit as st

from dashboard import audit, i18n
from dashboard.db import reading
from dashboard.errors import DashboardError
from dashboard.permissions import Actor
from dashboard.ui.plain import plain

T = TypeVar("T")
_version: ContextVar[int | None] = ContextVar("version", default=None)


def as_of(version: int) -> None:
    """Let every read of this run answer as of this audit entry: the guard says which is newest."""
    _version.set(version)


@st.cache_data(max_entries=2000, ttl=900, show_spinner=False)
def _cached(name: str, who: str, what: str, version: int, _ask: Callable[[], Any]) -> Any:
    return _ask()


def read(query: Callable[..., T], actor: Actor, *args: Any, **kwargs: Any) -> T:
    """Run a query for this actor, or give its answer again while nothing was written anywhere.

    The key is query, actor with all grants, language, arguments and the newest audit entry: a write
    makes old answers unreachable, and nobody sees another's rows.
    """

    def ask() -> T:
        with reading() as session:
            return query(session, actor, *args, **kwargs)

    who = f"{actor!r} {i18n.language()}"
    try:
        return cast(T, _cached(_name(query), who, repr((args, kwargs)), _newest(), ask))
    except DashboardError as error:
        st.error(plain(error))
        st.stop()


class _Absent(Exception):
    """The answer is not kept yet."""


def _absent() -> Any:
    raise _Absent


def read_slowly(
    query: Callable[..., T], actor: Actor, *args: Any, progress: Callable[[float], None]
) -> T:
    """Answer as `read` does; a query that takes its time tells `progress` how far it is.

    It runs outside the cache, which would replay what is drawn meanwhile.
    """

    def kept(ask: Callable[[], Any]) -> T:
        who = f"{actor!r} {i18n.language()}"
        return cast(T, _cached(_name(query), who, repr((args, {})), _newest(), ask))

    try:
        return kept(_absent)
    except _Absent:
        pass
    try:
        with reading() as session:
            found = query(session, actor, *args, progress=progress)
    except DashboardError as error:
        st.error(plain(error))
        st.stop()
    return kept(lambda: found)


@st.cache_data(max_entries=500, ttl=900, show_spinner=False)
def _spec(name: str, language: str, what: str, _make: Callable[[], Any]) -> dict[str, Any] | None:
    made = _make()
    return None if made is None else cast(dict[str, Any], made.to_dict())


def chart_spec(make: Callable[..., Any], *args: Any, **kwargs: Any) -> dict[str, Any] | None:
    """Give what a chart's maker draws from these frames and values; None when it draws nothing.

    Altair checks a chart against its whole schema each time: once for the same frames is enough.
    """
    given = [a.to_csv(index=False) if isinstance(a, pd.DataFrame) else a for a in args]
    what = repr((given, kwargs))
    return _spec(_name(make), i18n.language(), what, lambda: make(*args, **kwargs))


def _newest() -> int:
    version = _version.get()
    if version is not None:
        return version
    with reading() as session:
        return audit.version(session)


def _name(query: Callable[..., Any]) -> str:
    return f"{query.__module__}.{query.__qualname__}"
