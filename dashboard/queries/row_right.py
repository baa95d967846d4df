"""May X do Y on this row, and why (not): for any account, any declared table, any row."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import select
from sqlmodel import Session, col

from dashboard.admin.field import columns_of
from dashboard.admin.spec import AdminPage, action_for, fields_in, shows
from dashboard.i18n import _, joined
from dashboard.permissions import Action, Actor, Grant, allow, reaches_sql
from dashboard.queries.account import actor_for
from dashboard.queries.own_field import own_fields
from dashboard.queries.row_field import unseen
from models.agency import Agency
from models.region import Region

COLUMNS = ["what", "may", "why"]


def row_rights(
    session: Session, actor: Actor, account_id: int, page: AdminPage, key: int, today: date
) -> pd.DataFrame:
    """Say what an account may do to a row today, and which grant says so.

    Columns: what (words), may (bool), why (words).
    """
    allow(actor, Action.ACCOUNT_READ)
    asked = [
        (_("查看"), [page.read]),
        (_("修改"), _changing(page)),
        (_("导出"), [page.read, Action.TABLE_EXPORT]),
    ]
    who = actor_for(session, account_id, today)
    found = [(what, *_answer(session, who, page, key, actions)) for what, actions in asked]
    if who is not None and found[0][1]:
        if page.own_action is not None and own_fields(session, page):
            found.append((_("填写自设字段"), *_own(session, who, page, key, page.own_action)))
        found.append((_("查看全部字段"), *_hidden(session, who, page, key)))
    return pd.DataFrame(found, columns=COLUMNS, dtype=object)


def _changing(page: AdminPage) -> list[Action]:
    action = action_for(page, page.edited)
    return [page.read, action] if action else []


def _own(
    session: Session, who: Actor, page: AdminPage, key: int, action: Action
) -> tuple[bool, str]:
    """Say whether the fields an office added may be filled in, where the rest is read only."""
    may, why = _answer(session, who, page, key, [page.read, action])
    columns = columns_of(page.model)
    for name, values in page.final if may else ():
        statement = select(columns[name]).where(columns["id"] == key)
        state = session.connection().scalar(statement)
        if state in values:
            return False, _("此记录已是“{state}”，不能再改。").format(state=_(state.label))
    return may, why


def _answer(
    session: Session, who: Actor | None, page: AdminPage, key: int, actions: list[Action]
) -> tuple[bool, str]:
    if who is None:
        return False, _("账户已停用或不存在。")
    if not actions:
        return False, _(page.because)
    if not who.grants:
        return False, _("没有生效的授权。")
    told = [_by_grants(session, who, page, key, action) for action in actions]
    refused = [why for may, why in told if not may]
    return (False, refused[0]) if refused else (True, told[-1][1])


def _by_grants(
    session: Session, who: Actor, page: AdminPage, key: int, action: Action
) -> tuple[bool, str]:
    """Say which grant opens the row for an action, or why none does."""
    grants = who.granting(action)
    if not grants:
        roles = joined(_(role.label) for role in sorted(who.roles))
        return False, _("其角色（{roles}）没有此项权限。").format(roles=roles)
    columns = columns_of(page.model)
    for grant in grants:
        alone = Actor(who.account_id, who.name, (grant,), who.agency_id)
        inside = reaches_sql(alone, page.model, page.scope, action)
        statement = select(columns["id"]).where(columns["id"] == key, inside)
        if session.connection().scalar(statement) is not None:
            words = _("角色“{role}”的范围“{scope}”含此记录。")
            return True, words.format(role=_(grant.role.label), scope=_scope(session, grant))
    scopes = joined(_scope(session, grant) for grant in grants)
    # The same words for a row that is not there, and for one that is sealed or withdrawn.
    return False, _("其范围“{scope}”内没有此记录，或此记录未对其开放。").format(scope=scopes)


def _scope(session: Session, grant: Grant) -> str:
    """Name the place, the unit or the projects of a grant."""
    if grant.region_path:
        name = select(col(Region.name)).where(col(Region.path) == grant.region_path)
        return str(session.connection().scalar(name) or grant.region_path)
    if grant.agency_path:
        name = select(col(Agency.name)).where(col(Agency.path) == grant.agency_path)
        return str(session.connection().scalar(name) or grant.agency_path)
    if grant.project_ids:
        return _("{n} 个项目").format(n=len(grant.project_ids))
    return _("全部")


def _hidden(session: Session, who: Actor, page: AdminPage, key: int) -> tuple[bool, str]:
    kept = unseen(session, who, page, key)
    names = (name for name in page.shown if name in kept or not shows(who, page, name))
    words = joined(fields_in(page)[name].label for name in names)
    if not words:
        return True, _("没有对其隐藏的字段。")
    return False, _("对其隐藏：{names}。").format(names=words)
