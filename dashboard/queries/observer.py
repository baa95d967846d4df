"""民生观察员: who is appointed, for what and how long; their visits; the office's sealed sets."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlmodel import Session, SQLModel, col

from dashboard.db import Columns, frame
from dashboard.permissions import Action, Actor, allow, sees_sql
from models.account import Account, Role, RoleGrant
from models.file import StoredFile
from models.observer import Observer, ObserverProject, SealedSet, Visit
from models.project import LivelihoodProject
from models.rectification import Rectification
from models.region import Region
from models.remark import ObserverRemark


def may_be_appointed_sql() -> ColumnElement[bool]:
    """Say which accounts may be appointed: in use, of no unit, holding no other role."""
    other = exists().where(
        col(RoleGrant.account_id) == col(Account.id), col(RoleGrant.role) != Role.OBSERVER
    )
    return and_(col(Account.active), col(Account.agency_id).is_(None), ~other)


def appointable(session: Session, actor: Actor) -> pd.DataFrame:
    """List the people an office may appoint as observers. Columns: account_id, name."""
    allow(actor, Action.OBSERVER_APPOINT)
    statement: Columns = (
        select(col(Account.id).label("account_id"), col(Account.display_name).label("name"))
        .where(may_be_appointed_sql())
        .order_by(col(Account.display_name))
    )
    return frame(session, statement)


def of_letter_sql() -> ColumnElement[bool]:
    """Say which stored files are the scan of a letter of appointment."""
    return exists().where(col(Observer.letter_file_id) == col(StoredFile.id))


def letter_file_sql(actor: Actor) -> ColumnElement[bool]:
    """Say which scans of letters the actor may have: those of the appointments one reads.

    The office's by region, one's own, and for who grants as the letter says those of everybody.
    """
    seen = or_(
        true() if actor.may(Action.GRANT_EDIT) else sees_sql(actor, Observer),
        col(Observer.account_id) == actor.account_id,
    )
    return exists().where(col(Observer.letter_file_id) == col(StoredFile.id), seen)


def observers(session: Session, actor: Actor) -> pd.DataFrame:
    """List the appointments of the actor's regions, those that end last first.

    Columns as of `_appointments`.
    """
    return _appointments(session, sees_sql(actor, Observer))


def my_appointments(session: Session, actor: Actor) -> pd.DataFrame:
    """List the actor's own appointments. Columns as of `_appointments`."""
    return _appointments(session, col(Observer.account_id) == actor.account_id)


def appointments_to_grant(session: Session, actor: Actor, today: date) -> pd.DataFrame:
    """List the appointments that wait for the security administrator's grant.

    Columns as of `_appointments`.
    """
    allow(actor, Action.GRANT_EDIT)
    waiting = and_(
        col(Observer.grant_id).is_(None),
        col(Observer.ended_on).is_(None),
        col(Observer.last_on) >= today,
    )
    return _appointments(session, waiting)


def _appointments(session: Session, condition: ColumnElement[bool]) -> pd.DataFrame:
    """List appointments.

    Columns: observer_id (int), account_id, name, identity, region, letter_number, letter_file_id
    (int or None: the scan), first_on, last_on, ended_on (date or None), disclosed (bool), granted
    (bool), projects (int; 0: the whole region), remarks (int), version.
    """
    statement: Columns = (
        select(
            col(Observer.id).label("observer_id"),
            col(Observer.account_id),
            col(Account.display_name).label("name"),
            col(Observer.identity),
            col(Region.name).label("region"),
            col(Observer.letter_number),
            col(Observer.letter_file_id),
            col(Observer.first_on),
            col(Observer.last_on),
            col(Observer.ended_on),
            col(Observer.disclosed),
            col(Observer.grant_id).is_not(None).label("granted"),
            _count(ObserverProject, col(ObserverProject.observer_id) == col(Observer.id)).label(
                "projects"
            ),
            _count(
                ObserverRemark,
                (col(ObserverRemark.account_id) == col(Observer.account_id))
                & (col(ObserverRemark.observed_on) >= col(Observer.first_on)),
            ).label("remarks"),
            col(Observer.version),
        )
        .join(Account, col(Account.id) == col(Observer.account_id))
        .join(Region, col(Region.id) == col(Observer.region_id))
        .where(condition)
        .order_by(col(Observer.last_on).desc(), col(Observer.id).desc())
    )
    return frame(session, statement)


def _count(model: type[SQLModel], condition: ColumnElement[bool]) -> Any:
    counted = select(func.count()).select_from(model).where(condition)
    return counted.correlate(Observer, SealedSet).scalar_subquery()


def sealed_sets(session: Session, actor: Actor) -> pd.DataFrame:
    """List the sealed sets of the actor's regions, those not released first.

    Columns: sealed_set_id (int), name, region, region_id, opened_on, released_on (date or None),
    reason, remarks (int), rectifications (int), visits (int).
    """
    key = col(SealedSet.id)
    statement: Columns = (
        select(
            key.label("sealed_set_id"),
            col(SealedSet.name),
            col(Region.name).label("region"),
            col(SealedSet.region_id),
            col(SealedSet.opened_on),
            col(SealedSet.released_on),
            col(SealedSet.reason),
            _count(ObserverRemark, col(ObserverRemark.sealed_set_id) == key).label("remarks"),
            _count(Rectification, col(Rectification.sealed_set_id) == key).label("rectifications"),
            _count(Visit, col(Visit.sealed_set_id) == key).label("visits"),
        )
        .join(Region, col(Region.id) == col(SealedSet.region_id))
        .where(sees_sql(actor, SealedSet))
        .order_by(col(SealedSet.released_on).is_not(None), key.desc())
    )
    return frame(session, statement)


def visits(session: Session, actor: Actor, *, waiting: bool = False) -> pd.DataFrame:
    """List the visits planned and made within the office's scope, the next due first.

    Columns: visit_id (int), project_id, code, project, account_id, observer, due_on, visited_on,
    announced (bool), note, sealed_set (name or None).
    """
    return _visits(session, sees_sql(actor, Visit), waiting)


def my_visits(session: Session, actor: Actor) -> pd.DataFrame:
    """List the visits the actor is to make, the next due first. Columns as of `visits`."""
    return _visits(session, col(Visit.account_id) == actor.account_id, True)


def _visits(session: Session, condition: ColumnElement[bool], waiting: bool) -> pd.DataFrame:
    statement: Columns = (
        select(
            col(Visit.id).label("visit_id"),
            col(Visit.project_id),
            col(LivelihoodProject.code),
            col(LivelihoodProject.name).label("project"),
            col(Visit.account_id),
            col(Account.display_name).label("observer"),
            col(Visit.due_on),
            col(Visit.visited_on),
            col(Visit.announced),
            col(Visit.note),
            col(SealedSet.name).label("sealed_set"),
        )
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(Visit.project_id))
        .join(Account, col(Account.id) == col(Visit.account_id))
        .outerjoin(SealedSet, col(SealedSet.id) == col(Visit.sealed_set_id))
        .where(condition)
        .order_by(col(Visit.visited_on).is_not(None), col(Visit.due_on), col(Visit.id))
    )
    if waiting:
        statement = statement.where(col(Visit.visited_on).is_(None))
    return frame(session, statement)
