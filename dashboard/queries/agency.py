"""单位与地区 as lists for pickers and for their page."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import false, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from dashboard.db import Columns, frame
from dashboard.permissions import Action, Actor, sees_sql
from models.agency import Agency
from models.project import LivelihoodProject
from models.region import Region


def regions(session: Session, actor: Actor) -> pd.DataFrame:
    """List the regions in the order of the tree. Columns: region_id (int), code, name, parent."""
    parent = aliased(Region)
    statement: Columns = (
        select(
            col(Region.id).label("region_id"),
            col(Region.code),
            col(Region.name),
            col(parent.name).label("parent"),
        )
        .outerjoin(parent, col(parent.id) == col(Region.parent_id))
        .where(sees_sql(actor, Region))
        .order_by(col(Region.path))
    )
    return frame(session, statement)


def agencies(session: Session, actor: Actor) -> pd.DataFrame:
    """List the units by region and name.

    Columns: agency_id (int), code, name, aliases, region, active (bool), version (int), projects
    (int: how many it leads, of those the actor sees; all for who keeps the trees).
    """
    counted = true() if actor.may(Action.AGENCY_EDIT) else sees_sql(actor)
    led = (
        select(func.count())
        .where(col(LivelihoodProject.lead_agency_id) == col(Agency.id), counted)
        .correlate(Agency)
        .scalar_subquery()
    )
    statement: Columns = (
        select(
            col(Agency.id).label("agency_id"),
            col(Agency.code),
            col(Agency.name),
            col(Agency.aliases),
            col(Region.name).label("region"),
            col(Agency.active),
            col(Agency.version),
            led.label("projects"),
        )
        .join(Region, col(Region.id) == col(Agency.region_id))
        .where(sees_sql(actor, Agency))
        .order_by(col(Region.path), col(Agency.name))
    )
    return frame(session, statement)


def own_regions(session: Session, actor: Actor) -> pd.DataFrame:
    """List the regions whose plans the actor runs. Columns: region_id (int), name."""
    grants = actor.granting(Action.PLAN_IMPORT)
    places = [col(Region.path).startswith(g.region_path) for g in grants if g.region_path]
    statement: Columns = (
        select(col(Region.id).label("region_id"), col(Region.name))
        .where(or_(*places) if places else false())
        .order_by(col(Region.path))
    )
    return frame(session, statement)
