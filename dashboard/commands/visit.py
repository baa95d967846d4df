"""走访计划: who is to look at which project by when; a remark on the project makes the visit."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, sees
from dashboard.queries.grant import grants_on
from dashboard.queries.scope import is_sealed, scope_of
from dashboard.rules.words import limited_words
from models.observer import SealedSet, Visit
from models.region import Region


def plan_visit(
    session: Session,
    actor: Actor,
    *,
    project_id: int,
    account_id: int,
    due_on: date,
    announced: bool = True,
    sealed_set_id: int | None = None,
    note: str = "",
    today: date,
) -> Visit:
    """Plan an observer's visit of a project; of a sealed set, its remark is hidden from the start.

    Raises:
        Invalid: the day is over, the observer has no access to the project then, or the set is
            released or of another region.
        Conflict: this observer has an open visit of the project already.
    """
    scope = scope_of(session, project_id)
    allow(actor, Action.VISIT_PLAN, scope)
    if due_on < today:
        raise Invalid(_("计划走访日不能早于今天（{day}）。").format(day=today.isoformat()))
    walker = Actor(account_id, "", grants_on(session, account_id, due_on))
    if not sees(walker, scope, Action.REMARK_WRITE):
        raise Invalid(_("该观察员在计划日没有此项目的观察权限，请先聘任并授权。"))
    if sealed_set_id is not None:
        allow(actor, Action.SEALED_RELEASE, scope)
        opened = load(session, SealedSet, sealed_set_id)
        place = load(session, Region, opened.region_id).path
        if not is_sealed(session, sealed_set_id) or not scope.region_path.startswith(place):
            raise Invalid(_("该暗访批次已解封或不在项目所在地区。"))
    waiting = rows_of(Visit).where(
        Visit.project_id == project_id, Visit.account_id == account_id,
        col(Visit.visited_on).is_(None),
    )  # fmt: skip
    if session.exec(waiting).first() is not None:
        raise Conflict(_("该观察员对此项目已有待走访的计划。"))
    visit = Visit(
        project_id=project_id, account_id=account_id, sealed_set_id=sealed_set_id, due_on=due_on,
        announced=announced and sealed_set_id is None, note=limited_words(note, _("走访要求")),
    )  # fmt: skip
    record(session, actor, Action.VISIT_PLAN, visit)
    return visit


def drop_visit(session: Session, actor: Actor, visit_id: int) -> None:
    """Take a planned visit back that was not made."""
    visit = load(session, Visit, visit_id)
    allow(actor, Action.VISIT_PLAN, scope_of(session, visit.project_id))
    if visit.visited_on is not None:
        raise Conflict(_("这次走访已登记，请刷新。"))
    record(session, actor, "visit:drop", visit, comment=str(visit.due_on))
    session.delete(visit)
    session.flush()
