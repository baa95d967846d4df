"""What the generated admin shows stands in the link: the table, the row, the view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from dashboard.admin.spec import AdminPage, View, link_of, view_of
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.permissions import Actor

NEW = "new"
COPY = "like"
"""The parameter of a link that names the row a new one is a copy of."""


def open_pages(actor: Actor) -> list[AdminPage]:
    """Give the tables the actor may read, in the order of the picker."""
    return [page for page in ADMIN_PAGES.values() if actor.may(page.read)]


def linked_page(actor: Actor) -> AdminPage | None:
    """Give the table named in the link, None when there is none the actor may read."""
    named = st.query_params.get("table", "")
    return next((page for page in open_pages(actor) if page.table == named), None)


def linked_row() -> int | str | None:
    """Give the row named in the link, `NEW` for one to be added, None for the list."""
    named = st.query_params.get("row", "")
    if named == NEW:
        return NEW
    return int(named) if named.isdecimal() and len(named) < 12 else None


def linked_number(name: str) -> int | None:
    """Give a key that stands in the link, None where none does."""
    text = st.query_params.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 12 else None


def linked_view(page: AdminPage) -> View:
    """Give the view that stands in the link."""
    return view_of(page, st.query_params.to_dict())


def follow(page: AdminPage, view: View) -> None:
    """Write a view into the link, so that the link opens it again."""
    wanted = {"table": page.table, **link_of(view)}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def href(page: AdminPage, view: View | None = None, **more: object) -> str:
    """Write the address of a table, of a row in it, or of another view of it."""
    found: Mapping[str, object] = {"table": page.table, **(link_of(view) if view else {}), **more}
    return f"?{urlencode(found)}"


def moved(view: View, **changes: object) -> View:
    """Give a view with something changed; it starts at its first page again."""
    return replace(view, **{"number": 1, **changes})  # type: ignore[arg-type]
