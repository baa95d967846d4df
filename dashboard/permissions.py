"""Who may see and do what: scopes as predicate and SQL twin, over the table of roles × actions.

Deny by default: an action no grant of the actor allows is refused, and a table that is neither a
project's nor a region's nor named below is closed to everyone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, True_, false, select, true
from sqlmodel import SQLModel, col

from dashboard.actions import LEAD_ONLY, ROLE_ACTIONS, SEPARATE, UNSCOPED, Action
from dashboard.errors import Missing, NotAllowed
from dashboard.i18n import _
from models.account import Role
from models.agency import Agency
from models.calendar import CalendarDay, CalendarYear, DayLimit, Threshold
from models.fact import RegionMonth
from models.observer import Observer, SealedSet, Visit
from models.programme import Programme
from models.project import LivelihoodProject, SupportingAgency
from models.rectification import (
    Extension,
    Inspection,
    Recheck,
    Rectification,
    RectificationEvent,
    RectificationMove,
    RectificationState,
)
from models.region import Region
from models.remark import ObserverRemark, RemarkReply, RemarkState, ReplyProposal

__all__ = [
    "EVERYONE", "LEAD_ONLY", "READS", "REGIONAL", "ROLE_ACTIONS", "SEPARATE", "SHARED", "UNSCOPED",
    "Action", "Actor", "Grant", "ProjectScope", "RowScope", "allow", "allow_another",
    "allow_region", "allow_row", "allow_sight", "reaches_sql", "refusal", "sees", "sees_row",
    "sees_sql",
]  # fmt: skip


SHARED: frozenset[type[SQLModel]] = frozenset(
    {
        Region, Programme, Agency, CalendarDay, CalendarYear, DayLimit, Threshold,
        RectificationState, RectificationMove,
    }
)  # fmt: skip
"""Tables whose rows everyone signed in may know."""
REGIONAL: frozenset[type[SQLModel]] = frozenset({RegionMonth, Observer, SealedSet, Inspection})
"""Tables of a whole region, such as counts over its projects: only a scope that is a region opens
them."""
READS: dict[type[SQLModel], Action] = {
    Observer: Action.OBSERVER_READ,
    SealedSet: Action.SEALED_READ,
    Inspection: Action.RECTIFICATION_ISSUE,
    Visit: Action.OBSERVER_READ,
    ObserverRemark: Action.REMARK_READ,
    RemarkReply: Action.REMARK_READ,
    ReplyProposal: Action.REMARK_READ,
    Rectification: Action.RECTIFICATION_READ,
    RectificationEvent: Action.RECTIFICATION_READ,
    Extension: Action.RECTIFICATION_READ,
    Recheck: Action.RECTIFICATION_READ,
}
"""The right that opens a table's rows where it is not that of reading the project."""
PARENTS: dict[type[SQLModel], tuple[str, type[SQLModel]]] = {
    RemarkReply: ("remark_id", ObserverRemark),
    ReplyProposal: ("remark_id", ObserverRemark),
    RectificationEvent: ("rectification_id", Rectification),
    Extension: ("rectification_id", Rectification),
    Recheck: ("rectification_id", Rectification),
}
"""Tables whose rows are seen by whoever sees the row they belong to."""

EVERYONE = "*"
"""The scope of a table whose every row is open to whoever may do the thing at all."""


@dataclass(frozen=True)
class Grant:
    """A role over a scope: a region subtree, an agency subtree, or listed projects.

    `whole` says, as looked up with the grant, that every region there is lies within its region:
    then no project need be asked where it lies.
    """

    role: Role
    region_path: str = ""
    agency_path: str = ""
    project_ids: tuple[int, ...] = ()
    whole: bool = field(default=False, compare=False)


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
    if _everywhere(grant) or (grant.region_path and grant.whole):
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


class RowScope(NamedTuple):
    """What decides who sees a remark or a rectification.

    `project` is None for a citizen's word on a place; `handling_path` is the unit that must
    rectify; `mine`: the actor wrote it; `sealed`: its set is not released; `withdrawn`: its author
    took it back.
    """

    region_path: str
    project: ProjectScope | None = None
    handling_path: str = ""
    mine: bool = False
    sealed: bool = False
    withdrawn: bool = False


def sees_row(actor: Actor, row: RowScope, action: Action) -> bool:
    """Say whether the actor sees a remark or a rectification for this action.

    One's own remark as long as one may write; otherwise what lies within the scope, unless it is
    sealed (only the office opens it) or withdrawn (only the office still knows it).
    """
    if row.mine and actor.may(Action.REMARK_WRITE) and action is Action.REMARK_READ:
        return True
    if row.sealed and not _opens(actor, row, Action.SEALED_READ):
        return False
    if row.withdrawn and not _opens(actor, row, Action.NOTE_READ):
        return False
    return _opens(actor, row, action)


def _opens(actor: Actor, row: RowScope, action: Action) -> bool:
    return any(_covers_row(grant, row, action) for grant in actor.granting(action))


def _covers_row(grant: Grant, row: RowScope, action: Action) -> bool:
    if grant.region_path and row.region_path.startswith(grant.region_path):
        return True
    if grant.agency_path and row.handling_path:
        if row.handling_path.startswith(grant.agency_path):
            return True
        if action in LEAD_ONLY:
            return False
    return row.project is not None and _covers(grant, row.project, action)


def sees_sql(
    actor: Actor,
    model: type[SQLModel] = LivelihoodProject,
    action: Action | None = None,
) -> ColumnElement[bool]:
    """Write `sees` and `sees_row` as a condition on any table; a project's rows follow it.

    Without an action it is the one that reads the table. A table of counts by region is open to the
    scopes that are regions. A table that none of the rules names is closed.
    """
    action = action or READS.get(model, Action.PROJECT_READ)
    columns = model.__table__.c  # type: ignore[attr-defined]
    if model in SHARED:
        return true()
    if model in PARENTS:
        name, parent = PARENTS[model]
        keys = parent.__table__.c.id  # type: ignore[attr-defined]
        return columns[name].in_(select(keys).where(sees_sql(actor, parent, action)))  # type: ignore[no-any-return]
    if model in REGIONAL:
        return columns.region_id.in_(_places(actor, action))  # type: ignore[no-any-return]
    if model is ObserverRemark or model is Rectification:
        return _row_sql(actor, columns, action)
    grants = actor.granting(action)
    if not grants:
        return false()
    condition: ColumnElement[bool] = reduce(or_, [_covers_sql(grant, action) for grant in grants])
    if model is LivelihoodProject:
        return condition
    if "project_id" not in columns:
        return false()
    return _unsealed(actor, columns, _among(columns.project_id, condition))


def _among(column: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Write that a key points to a row for which the condition holds; every row's key does."""
    (key,) = column.foreign_keys
    if isinstance(condition, True_):
        return column.is_not(None) if column.nullable else true()
    return column.in_(select(key.column).where(condition))  # type: ignore[no-any-return]


def _places(actor: Actor, action: Action) -> Any:
    paths = [grant.region_path for grant in actor.granting(action) if grant.region_path]
    inside = [col(Region.path).startswith(path) for path in paths]
    return select(col(Region.id)).where(reduce(or_, inside, false()))


def _row_sql(actor: Actor, columns: Any, action: Action) -> ColumnElement[bool]:
    seen = _unsealed(actor, columns, _opens_sql(actor, columns, action))
    if "account_id" not in columns:
        return seen
    kept: ColumnElement[bool] = columns.state != RemarkState.WITHDRAWN
    seen = seen & (kept | _opens_sql(actor, columns, Action.NOTE_READ))
    if action is Action.REMARK_READ and actor.may(Action.REMARK_WRITE):
        mine: ColumnElement[bool] = columns.account_id == actor.account_id
        return seen | mine
    return seen


def _opens_sql(actor: Actor, columns: Any, action: Action) -> ColumnElement[bool]:
    """Write `_opens` over the columns of a remark or a rectification."""
    conditions = [_covers_row_sql(grant, columns, action) for grant in actor.granting(action)]
    found: ColumnElement[bool] = reduce(or_, conditions, false())
    return found


def _covers_row_sql(grant: Grant, columns: Any, action: Action) -> ColumnElement[bool]:
    projects = select(col(LivelihoodProject.id)).where(_covers_sql(grant, action))
    inside: ColumnElement[bool] = columns.project_id.in_(projects)
    if grant.region_path and "region_id" in columns:
        places = select(col(Region.id)).where(col(Region.path).startswith(grant.region_path))
        placed: ColumnElement[bool] = columns.region_id.in_(places)
        return placed | inside
    if grant.agency_path and "agency_id" in columns:
        bodies = select(col(Agency.id)).where(col(Agency.path).startswith(grant.agency_path))
        handled: ColumnElement[bool] = columns.agency_id.in_(bodies)
        return handled if action in LEAD_ONLY else handled | inside
    return inside


def _unsealed(actor: Actor, columns: Any, seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """Leave out rows of a set that is sealed, unless it is open to the actor all the same."""
    if "sealed_set_id" not in columns:
        return seen
    released = select(col(SealedSet.id)).where(col(SealedSet.released_on).is_not(None))
    sealed = columns.sealed_set_id
    known: ColumnElement[bool] = sealed.is_(None) | sealed.in_(released)
    return seen & (known | _opens_sql(actor, columns, Action.SEALED_READ))


def reaches_sql(
    actor: Actor, model: type[SQLModel], path: str, action: Action
) -> ColumnElement[bool]:
    """Write which rows of a table a grant for the action opens; closed unless opened.

    `path` leads over keys to the project, unit or region whose scope counts: `id`, `project_id`,
    `report_id.project_id`; `EVERYONE` opens all rows to whoever may do it. Where `READS` names the
    table, its own rules decide.
    """
    grants = actor.granting(action)
    if model in READS:
        return sees_sql(actor, model, action)
    if path == EVERYONE or any(map(_everywhere, grants)):
        return true() if grants else false()
    head, _dot, rest = path.partition(".")
    if head == "id":
        return _place_sql(actor, model, action)
    columns = model.__table__.c  # type: ignore[attr-defined]
    (key,) = columns[head].foreign_keys
    mappers = SQLModel._sa_registry.mappers
    target = next(each.class_ for each in mappers if each.local_table is key.column.table)
    inside = reaches_sql(actor, target, rest or "id", action)
    return _unsealed(actor, columns, _among(columns[head], inside))


def _place_sql(actor: Actor, model: type[SQLModel], action: Action) -> ColumnElement[bool]:
    """Write which projects, units or regions themselves lie in a grant's scope."""
    if model is LivelihoodProject:
        return sees_sql(actor, model, action)
    opened: list[ColumnElement[bool]] = []
    for grant in actor.granting(action):
        if grant.region_path:
            places = col(Region.path).startswith(grant.region_path)
            inside = col(Agency.region_id).in_(select(col(Region.id)).where(places))
            if model in (Region, Agency):
                opened.append(places if model is Region else inside)
        elif grant.agency_path and model is Agency:
            opened.append(col(Agency.path).startswith(grant.agency_path))
    return reduce(or_, opened, false())


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


def allow_each(actor: Actor, action: Action, scopes: Iterable[ProjectScope]) -> None:
    """Let the actor do this on each project, or raise `NotAllowed`; those alike are asked once."""
    listed = any(grant.project_ids for grant in actor.grants)
    for scope in {(listed and one[0], *one[1:3], *one[3]): one for one in scopes}.values():
        allow(actor, action, scope)


def allow_region(actor: Actor, action: Action, path: str) -> None:
    """Let the actor do this over a whole region, or raise `NotAllowed`."""
    places = [grant.region_path for grant in actor.granting(action) if grant.region_path]
    if not any(path.startswith(place) for place in places):
        raise refusal(actor, action, "region")


def allow_sight(actor: Actor, action: Action, row: RowScope, table: str, key: Any) -> None:
    """Let the actor do this to a remark or a rectification, or raise `NotAllowed`."""
    if not sees_row(actor, row, action):
        raise refusal(actor, action, table, key)


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
