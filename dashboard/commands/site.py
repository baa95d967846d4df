"""点位: where a project can be seen; its code stands in the QR code at the site."""

from __future__ import annotations

import secrets
from decimal import Decimal

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.db import load, require_version
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.scope import scope_of
from dashboard.rules.place import place_of
from dashboard.rules.remark import SIGNS
from dashboard.rules.words import limited_words, required_words
from models.site import Site


def add_site(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    name: str,
    address: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> Site:
    """Add a site to a project, with a code of its own that tells nothing."""
    allow(actor, Action.SITE_EDIT, scope_of(session, project_id))
    site = Site(project_id=project_id, code=_code(session), name="")
    _fill(session, site, name, address, latitude, longitude)
    record(session, actor, Action.SITE_EDIT, site)
    return site


def edit_site(
    session: Session,
    actor: Actor,
    site_id: int,
    *,
    version: int,
    name: str,
    address: str = "",
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> Site:
    """Change a site; the code, which may stand on a board outdoors, stays."""
    site = load(session, Site, site_id)
    allow(actor, Action.SITE_EDIT, scope_of(session, site.project_id))
    require_version(session, site, version)
    _fill(session, site, name, address, latitude, longitude)
    record(session, actor, Action.SITE_EDIT, site)
    return site


def _fill(
    session: Session,
    site: Site,
    name: str,
    address: str,
    latitude: Decimal | None,
    longitude: Decimal | None,
) -> None:
    name = required_words(name, _("点位名称"), 120)
    same = rows_of(Site).where(Site.project_id == site.project_id, Site.name == name)
    if any(other.id != site.id for other in session.exec(same)):
        raise Invalid(_("该项目已有名为“{name}”的点位。").format(name=name))
    place = place_of(latitude, longitude)
    site.name, site.address = name, limited_words(address, _("地址"), 200)
    site.latitude = place.latitude if place else None
    site.longitude = place.longitude if place else None


def _code(session: Session) -> str:
    while True:
        code = "".join(secrets.choice(SIGNS) for _sign in range(8))
        if session.exec(rows_of(Site).where(col(Site.code) == code)).first() is None:
            return code
