"""Grants: a role over a scope, given and ended by the security administrator alone.

三员分立 (GB/T 22239 8.1.4.2 d): nobody grants to themselves, and an account that administers the
system, its security or its audit holds that role only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.db import load, require_version
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import SEPARATE, UNSCOPED, Action, Actor, allow, refusal
from models.account import Account, Role, RoleGrant, RoleGrantProject
from models.agency import Agency
from models.project import LivelihoodProject
from models.region import Region


def grant_role(
    session: Session,
    actor: Actor,
    account_id: int,
    role: Role,
    *,
    region_id: int | None = None,
    agency_id: int | None = None,
    project_ids: Sequence[int] = (),
    first_on: date | None = None,
    last_on: date | None = None,
) -> RoleGrant:
    """Give an account a role over a region, a unit or listed projects, maybe between two days.

    Raises:
        Invalid: the scope is not exactly one, the days are reversed, or the account holds a role
            that must stand apart.
    """
    _allow(actor, account_id)
    account = _locked(session, account_id)
    if not account.active:
        raise Invalid(_("账户已停用，不能授权。"))
    if first_on and last_on and last_on < first_on:
        raise Invalid(_("截止日不能早于起始日。"))
    _check_scope(session, role, region_id, agency_id, project_ids)
    grant = RoleGrant(
        account_id=account_id, role=role, region_id=region_id, agency_id=agency_id,
        first_on=first_on, last_on=last_on,
    )  # fmt: skip
    _check_apart(session, grant)
    projects = sorted(set(project_ids))
    extra = {"projects": [None, projects]} if projects else {}
    record(session, actor, Action.GRANT_EDIT, grant, comment=account.name, extra=extra)
    session.add_all(RoleGrantProject(grant_id=grant.id or 0, project_id=key) for key in projects)
    session.flush()
    return grant


def end_grant(
    session: Session, actor: Actor, grant_id: int, *, today: date, version: int | None = None
) -> RoleGrant:
    """End a grant at once: yesterday was its last day."""
    grant = load(session, RoleGrant, grant_id)
    _allow(actor, grant.account_id)
    require_version(session, grant, version)
    if grant.last_on is not None and grant.last_on < today:
        raise Invalid(_("此授权已经结束。"))
    grant.last_on = today - timedelta(days=1)
    record(session, actor, Action.GRANT_EDIT, grant)
    return grant


def _allow(actor: Actor, account_id: int) -> None:
    allow(actor, Action.GRANT_EDIT)
    if account_id == actor.account_id:
        error = refusal(actor, Action.GRANT_EDIT, "account", account_id)
        error.args = (_("不能给自己授权或改自己的授权，请由另一位安全管理员办理。"),)
        raise error


def _locked(session: Session, account_id: int) -> Account:
    # Two grants at once must not each find the other absent.
    return load(session, Account, account_id, lock=True)


def _check_scope(
    session: Session,
    role: Role,
    region_id: int | None,
    agency_id: int | None,
    project_ids: Sequence[int],
) -> None:
    scopes = [region_id is not None, agency_id is not None, bool(project_ids)]
    if sum(scopes) != 1 and not (role in UNSCOPED and sum(scopes) == 0):
        raise Invalid(_("请选定一种范围：一个地区、一个单位，或若干项目。"))
    if region_id is not None:
        load(session, Region, region_id)
    if agency_id is not None:
        load(session, Agency, agency_id)
    for key in project_ids:
        load(session, LivelihoodProject, key)


def _check_apart(session: Session, grant: RoleGrant) -> None:
    held = session.exec(rows_of(RoleGrant).where(col(RoleGrant.account_id) == grant.account_id))
    for other in held:
        apart = {grant.role, other.role} & SEPARATE and grant.role is not other.role
        if apart and _overlap(grant, other):
            raise Invalid(
                _("三员分立：已任“{held}”的账户不能再任“{role}”。").format(
                    held=_(other.role.label), role=_(grant.role.label)
                )
            )


def _overlap(one: RoleGrant, other: RoleGrant) -> bool:
    first = max(one.first_on or date.min, other.first_on or date.min)
    last = min(one.last_on or date.max, other.last_on or date.max)
    return first <= last
