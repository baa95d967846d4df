"""Which fields an actor sees and changes in which rows, where their grants differ in that.

A role may be kept from a field. Who holds several grants sees it only in rows that one of the
others opens: what a unit's reporter may read of a project, they may not read of another that they
know as an observer.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement, True_, and_, false, select, true
from sqlmodel import Session

from dashboard.admin.field import columns_of
from dashboard.admin.spec import AdminPage, action_for, changing, showing, visible
from dashboard.permissions import Action, Actor, Grant, reaches_sql


def shown_sql(actor: Actor, page: AdminPage, name: str) -> ColumnElement[bool]:
    """Write in which of the rows that the actor sees they may see the field as well."""
    return _by(actor, page, page.read, showing(actor, page, name))


def _by(
    actor: Actor, page: AdminPage, action: Action, grants: tuple[Grant, ...]
) -> ColumnElement[bool]:
    """Write which rows these grants open, of all that allow the action."""
    if not grants:
        return false()
    if len(grants) == len(actor.granting(action)):
        return true()
    return reaches_sql(replace(actor, grants=grants), page.model, page.scope, action)


def unseen(session: Session, actor: Actor, page: AdminPage, key: int) -> frozenset[str]:
    """Give the fields the actor sees in other rows, but not in this one."""
    asked = {name: shown_sql(actor, page, name) for name in visible(actor, page)}
    return _not(session, page, key, asked)


def locked(session: Session, actor: Actor, page: AdminPage, key: int) -> frozenset[str]:
    """Give the fields the actor may change in other rows, but not in this one."""
    asked: dict[str, ColumnElement[bool]] = {}
    for name in page.edited:
        action = action_for(page, [name])
        opened = _by(actor, page, action, changing(actor, page, name)) if action else false()
        asked[name] = and_(shown_sql(actor, page, name), opened)
    return _not(session, page, key, asked)


def _not(
    session: Session, page: AdminPage, key: int, asked: dict[str, ColumnElement[bool]]
) -> frozenset[str]:
    differing = {name: inside for name, inside in asked.items() if not isinstance(inside, True_)}
    keys = columns_of(page.model)["id"]
    found = set()
    for name, inside in differing.items():
        statement = select(keys).where(keys == key, inside)
        if session.connection().scalar(statement) is None:
            found.add(name)
    return frozenset(found)
