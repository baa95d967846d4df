"""Who may see and do what: one table of roles × actions, and scopes as predicate and SQL twin.

Deny by default: an action no grant of the actor allows is refused, a table that is neither a
project's nor an agency's nor named in `SHARED` is closed to everyone whose scope is not everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, false, select, true
from sqlmodel import SQLModel, col

from dashboard.errors import Missing, NotAllowed
from dashboard.i18n import _
from models.account import Role
from models.agency import Agency
from models.fact import RegionMonth
from models.programme import Programme
from models.project import LivelihoodProject, SupportingAgency
from models.region import Region


class Action(StrEnum):
    """What can be done, as `noun:verb`. Commands allow it, pages and the menu ask for it."""

    PROJECT_READ = "project:read"
    BOARD_READ = "board:read"
    PLAN_IMPORT = "plan:import"
    PROGRAMME_ADOPT = "programme:adopt"
    ADJUSTMENT_PROPOSE = "adjustment:propose"
    ADJUSTMENT_DECIDE = "adjustment:decide"
    REPORT_READ = "report:read"
    REPORT_UPLOAD = "report:upload"
    REPORT_SUBMIT = "report:submit"
    REPORT_CONFIRM = "report:confirm"
    REPORT_ACCEPT = "report:accept"
    UNLOCK_REQUEST = "unlock:request"
    UNLOCK_APPROVE = "unlock:approve"
    PERIOD_EDIT = "period:edit"
    LIGHT_OVERRIDE = "light:override"
    RULE_READ = "rule:read"
    RULE_EDIT = "rule:edit"
    RULE_TEST = "rule:test"
    INSTRUCTION_GIVE = "instruction:give"
    INSTRUCTION_ANSWER = "instruction:answer"
    AGENCY_EDIT = "agency:edit"
    ACCOUNT_INVITE = "account:invite"
    ACCOUNT_READ = "account:read"
    ACCOUNT_LOCK = "account:lock"
    GRANT_EDIT = "grant:edit"
    AUDIT_READ = "audit:read"


_UNIT = {Action.PROJECT_READ, Action.BOARD_READ, Action.REPORT_READ, Action.RULE_READ}
ROLE_ACTIONS: dict[Role, frozenset[Action]] = {
    Role.ADMIN: frozenset(
        {
            Action.AGENCY_EDIT,
            Action.ACCOUNT_INVITE,
            Action.ACCOUNT_READ,
            Action.RULE_READ,
            Action.RULE_EDIT,
            Action.PERIOD_EDIT,
        }
    ),
    Role.SECURITY: frozenset({Action.ACCOUNT_READ, Action.ACCOUNT_LOCK, Action.GRANT_EDIT}),
    Role.SUPERVISOR: frozenset(
        _UNIT
        | {
            Action.PLAN_IMPORT,
            Action.PROGRAMME_ADOPT,
            Action.ADJUSTMENT_PROPOSE,
            Action.ADJUSTMENT_DECIDE,
            Action.REPORT_ACCEPT,
            Action.UNLOCK_APPROVE,
            Action.PERIOD_EDIT,
            Action.LIGHT_OVERRIDE,
            Action.RULE_TEST,
        }
    ),
    Role.LEADER: frozenset(_UNIT | {Action.INSTRUCTION_GIVE}),
    Role.REPORTER: frozenset(
        _UNIT
        | {
            Action.REPORT_UPLOAD,
            Action.REPORT_SUBMIT,
            Action.UNLOCK_REQUEST,
            Action.ADJUSTMENT_PROPOSE,
            Action.INSTRUCTION_ANSWER,
        }
    ),
    Role.REVIEWER: frozenset(
        _UNIT | {Action.REPORT_CONFIRM, Action.UNLOCK_REQUEST, Action.INSTRUCTION_ANSWER}
    ),
    Role.OBSERVER: frozenset({Action.PROJECT_READ}),
    Role.AUDITOR: frozenset(_UNIT | {Action.ACCOUNT_READ, Action.AUDIT_READ}),
}
LEAD_ONLY = frozenset(
    {
        Action.REPORT_UPLOAD,
        Action.REPORT_SUBMIT,
        Action.REPORT_CONFIRM,
        Action.UNLOCK_REQUEST,
        Action.ADJUSTMENT_PROPOSE,
        Action.INSTRUCTION_ANSWER,
    }
)
"""What an agency's scope opens for the projects it leads only; supporting units read."""
SEPARATE = frozenset({Role.ADMIN, Role.SECURITY, Role.AUDITOR})
"""三员分立 (GB/T 22239 8.1.4.2d): one account holds at most one of these, and then nothing else."""
UNSCOPED = frozenset({Role.ADMIN, Role.SECURITY})
"""Roles whose work knows no place: a scope may be left out."""
SHARED: frozenset[type[SQLModel]] = frozenset({Region, Programme, Agency})
"""Tables whose rows everyone signed in may know."""
REGIONAL: frozenset[type[SQLModel]] = frozenset({RegionMonth})
"""Tables of counts over all projects of a region: only a scope that is a region opens them."""


@dataclass(frozen=True)
class Grant:
    """A role over a scope: a region subtree, an agency subtree, or listed projects."""

    role: Role
    region_path: str = ""
    agency_path: str = ""
    project_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Actor:
    """Who acts, as looked up at this run: the account, its grants, where the request came from."""

    account_id: int
    name: str
    grants: tuple[Grant, ...] = ()
    agency_id: int | None = None
    address: str = field(default="", compare=False)
    language: str = field(default="zh", compare=False)
    display_name: str = field(default="", compare=False)

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held now."""
        return frozenset(grant.role for grant in self.grants)

    def may(self, action: Action) -> bool:
        """Say whether any grant allows the action, over whatever rows."""
        return any(action in ROLE_ACTIONS[grant.role] for grant in self.grants)

    def granting(self, action: Action) -> tuple[Grant, ...]:
        """Give the grants that allow the action."""
        return tuple(grant for grant in self.grants if action in ROLE_ACTIONS[grant.role])


class ProjectScope(NamedTuple):
    """What of a project decides who sees it: its id, its place, its lead and supporting units."""

    project_id: int
    region_path: str
    lead_path: str = ""
    supporting_paths: Sequence[str] = ()


def _everywhere(grant: Grant) -> bool:
    """Say whether a grant knows no place: that of an administrator without a scope."""
    bounded = grant.region_path or grant.agency_path or grant.project_ids
    return grant.role in UNSCOPED and not bounded


def _covers(grant: Grant, scope: ProjectScope, action: Action) -> bool:
    if _everywhere(grant):
        return True
    if grant.region_path:
        return scope.region_path.startswith(grant.region_path)
    if grant.agency_path:
        supporting = () if action in LEAD_ONLY else scope.supporting_paths
        return any(path.startswith(grant.agency_path) for path in (scope.lead_path, *supporting))
    return scope.project_id in grant.project_ids


def sees(actor: Actor, scope: ProjectScope, action: Action = Action.PROJECT_READ) -> bool:
    """Say whether the project lies within the scope of a grant that allows the action."""
    return any(_covers(grant, scope, action) for grant in actor.granting(action))


def _covers_sql(grant: Grant, action: Action) -> ColumnElement[bool]:
    project = LivelihoodProject
    if _everywhere(grant):
        return true()
    if grant.region_path:
        places = select(col(Region.id)).where(col(Region.path).startswith(grant.region_path))
        return col(project.region_id).in_(places)
    if grant.agency_path:
        bodies = select(col(Agency.id)).where(col(Agency.path).startswith(grant.agency_path))
        lead = col(project.lead_agency_id).in_(bodies)
        if action in LEAD_ONLY:
            return lead
        supported = select(col(SupportingAgency.project_id)).where(
            col(SupportingAgency.agency_id).in_(bodies)
        )
        return lead | col(project.id).in_(supported)
    return col(project.id).in_(grant.project_ids)


def sees_sql(
    actor: Actor,
    model: type[SQLModel] = LivelihoodProject,
    action: Action = Action.PROJECT_READ,
) -> ColumnElement[bool]:
    """Write `sees` as a condition on any table; a project's rows follow their project.

    A table of counts by region is open to the scopes that are regions. A table that is neither a
    project's nor named in `SHARED` or `REGIONAL` is closed.
    """
    if model in SHARED:
        return true()
    grants = actor.granting(action)
    columns = model.__table__.c  # type: ignore[attr-defined]
    if model in REGIONAL:
        paths = [grant.region_path for grant in grants if grant.region_path]
        inside = [col(Region.path).startswith(path) for path in paths]
        places = select(col(Region.id)).where(reduce(or_, inside, false()))
        return columns.region_id.in_(places)  # type: ignore[no-any-return]
    if not grants:
        return false()
    condition: ColumnElement[bool] = reduce(or_, [_covers_sql(grant, action) for grant in grants])
    if model is LivelihoodProject:
        return condition
    if "project_id" in columns:
        return columns.project_id.in_(select(col(LivelihoodProject.id)).where(condition))  # type: ignore[no-any-return]
    return false()


def refusal(actor: Actor | None, action: Action, table: str = "", key: Any = "") -> NotAllowed:
    """Make the refusal that `transaction()` records: who, what, which row, without the data."""
    message = _("您没有权限进行此操作。")
    return NotAllowed(message, actor=actor, event=action.value, table=table, key=str(key))


def allow(actor: Actor, action: Action, scope: ProjectScope | None = None) -> None:
    """Let the actor do this (on this project), or raise `NotAllowed`."""
    if not actor.may(action):
        raise refusal(actor, action, "livelihood_project" if scope else "", scope and scope[0])
    if scope is not None and not sees(actor, scope, action):
        raise refusal(actor, action, "livelihood_project", scope.project_id)


def allow_row(found: object, what: str) -> None:
    """Refuse a row that is absent or out of scope with the same sentence for both."""
    if found is None:
        raise Missing(_("找不到{what}，或您无权查看。").format(what=what))


def allow_another(
    actor: Actor, author_id: int | None, action: Action, table: str, key: Any
) -> None:
    """Refuse the author of a thing to confirm, accept or approve it (权限分离)."""
    if author_id is not None and author_id == actor.account_id:
        error = refusal(actor, action, table, key)
        error.args = (_("不能审核自己提交的内容，请由另一人办理。"),)
        raise error
