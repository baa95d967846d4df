"""What an observer can write about: projects, those assigned first, and their sites."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import ColumnElement, exists, func, label, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.db import frame
from dashboard.permissions import Action, Actor, sees_sql
from models.observer import Observer, ObserverProject
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from models.site import Site


def projects_to_observe(session: Session, actor: Actor, today: date) -> pd.DataFrame:
    """List the projects the actor may write a remark on, of the newest list of each region.

    Assigned ones come first. Columns: project_id, code, name, region, assigned (bool).
    """
    assigned = (
        exists()
        .where(col(ObserverProject.project_id) == col(LivelihoodProject.id))
        .where(col(Observer.id) == col(ObserverProject.observer_id))
        .where(col(Observer.account_id) == actor.account_id, col(Observer.ended_on).is_(None))
        .where(col(Observer.first_on) <= today, col(Observer.last_on) >= today)
    )
    statement = (
        select(
            label("project_id", col(LivelihoodProject.id)),
            label("code", col(LivelihoodProject.code)),
            label("name", col(LivelihoodProject.name)),
            label("region", col(Region.name)),
            label("assigned", assigned),
        )
        .join(Region, col(Region.id) == col(LivelihoodProject.region_id))
        .join(Programme, col(Programme.id) == col(LivelihoodProject.programme_id))
        .where(sees_sql(actor, LivelihoodProject, Action.REMARK_WRITE))
        .where(newest_list())
        .order_by(assigned.desc(), col(LivelihoodProject.code), col(LivelihoodProject.id))
    )
    return frame(session, statement)


def newest_list() -> ColumnElement[bool]:
    """Say which programmes are the newest adopted list of their region."""
    other = aliased(Programme)
    newest = (
        select(func.max(col(other.year)))
        .where(col(other.region_id) == col(Programme.region_id), col(other.adopted_on).is_not(None))
        .correlate(Programme)
        .scalar_subquery()
    )
    return (col(Programme.year) == newest) & col(Programme.adopted_on).is_not(None)


def sites_to_observe(session: Session, actor: Actor) -> pd.DataFrame:
    """List the sites of the projects the actor may write a remark on.

    Columns: site_id, project_id, code, name, address, latitude, longitude (degrees or None).
    """
    statement = (
        select(
            label("site_id", col(Site.id)),
            label("project_id", col(Site.project_id)),
            label("code", col(Site.code)),
            label("name", col(Site.name)),
            label("address", col(Site.address)),
            label("latitude", col(Site.latitude)),
            label("longitude", col(Site.longitude)),
        )
        .where(sees_sql(actor, Site, Action.REMARK_WRITE))
        .order_by(col(Site.project_id), col(Site.id))
    )
    return frame(session, statement)
