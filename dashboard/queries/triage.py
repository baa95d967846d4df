"""What the office has at hand when it decides on a remark: proposals, templates, open problems."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select
from sqlmodel import Session, col

from dashboard.db import Columns, frame
from dashboard.permissions import Action, Actor, sees_sql
from models.account import Account
from models.agency import Agency
from models.rectification import Rectification
from models.remark import ReplyProposal
from models.site import Site
from models.template import ReplyTemplate


def proposals(session: Session, actor: Actor, remark_id: int) -> pd.DataFrame:
    """List the answers units proposed to a remark, oldest first; the office's and the unit's own.

    Columns: proposal_id (int), words, proposed_by, agency, proposed_on, decided_on (date or None),
    published (bool).
    """
    office = sees_sql(actor, ReplyProposal, Action.REMARK_TRIAGE)
    unit = sees_sql(actor, ReplyProposal, Action.REPLY_PROPOSE)
    statement: Columns = (
        select(
            col(ReplyProposal.id).label("proposal_id"),
            col(ReplyProposal.words),
            col(Account.display_name).label("proposed_by"),
            col(Agency.name).label("agency"),
            col(ReplyProposal.proposed_on),
            col(ReplyProposal.decided_on),
            col(ReplyProposal.published),
        )
        .join(Account, col(Account.id) == col(ReplyProposal.proposed_by_id))
        .outerjoin(Agency, col(Agency.id) == col(Account.agency_id))
        .where(col(ReplyProposal.remark_id) == remark_id, office | unit)
        .order_by(col(ReplyProposal.id))
    )
    return frame(session, statement)


def reply_templates(session: Session, actor: Actor) -> pd.DataFrame:
    """List the words answers start from. Columns: template_id, name, words."""
    statement: Columns = select(
        col(ReplyTemplate.id).label("template_id"),
        col(ReplyTemplate.name),
        col(ReplyTemplate.words),
    ).order_by(col(ReplyTemplate.id))
    found = frame(session, statement)
    return found if actor.may(Action.REMARK_TRIAGE) else found.iloc[:0]


def open_problems(session: Session, actor: Actor, project_id: int) -> pd.DataFrame:
    """List a project's rectifications under way, to which remarks can be joined, newest first.

    Columns: rectification_id (int), number, finding, thing, due_on.
    """
    statement: Columns = (
        select(
            col(Rectification.id).label("rectification_id"),
            col(Rectification.number),
            col(Rectification.finding),
            col(Rectification.thing),
            col(Rectification.due_on),
        )
        .where(col(Rectification.project_id) == project_id)
        .where(col(Rectification.closed_on).is_(None))
        .where(sees_sql(actor, Rectification, Action.RECTIFICATION_ISSUE))
        .order_by(col(Rectification.id).desc())
    )
    return frame(session, statement)


def sites(session: Session, actor: Actor, project_id: int) -> pd.DataFrame:
    """List a project's sites. Columns: site_id, code, name, address, latitude, longitude, version.

    The code is empty for who may not edit sites: it stands on a board at the site.
    """
    statement: Columns = (
        select(
            col(Site.id).label("site_id"),
            col(Site.code),
            col(Site.name),
            col(Site.address),
            col(Site.latitude),
            col(Site.longitude),
            col(Site.version),
        )
        .where(col(Site.project_id) == project_id, sees_sql(actor, Site))
        .order_by(col(Site.id))
    )
    found = frame(session, statement)
    if not actor.may(Action.SITE_EDIT):
        found["code"] = ""
    return found
