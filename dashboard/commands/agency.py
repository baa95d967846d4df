"""单位与地区: the two trees, kept by administrators; codes are unique and stable (P8)."""

from __future__ import annotations

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.db import load
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.rules.words import limited_words
from models.agency import Agency
from models.region import Region

MOST_ALIASES = 400


def _named(text: str, title: str, most: int) -> str:
    given = text.strip()
    if not 1 <= len(given) <= most:
        raise Invalid(_("{title}应为 1 至 {most} 个字。").format(title=title, most=most))
    return given


def _aliases(text: str) -> str:
    return limited_words(text, _("别名"), MOST_ALIASES)


def place_in_tree(session: Session, row: Agency | Region) -> None:
    """Write the path of a new row: the ids from the root."""
    session.add(row)
    session.flush()
    above: Agency | Region | None = None
    if isinstance(row, Agency):
        above = session.get(Agency, row.parent_id) if row.parent_id else None
    elif row.parent_id:
        above = session.get(Region, row.parent_id)
    row.path = f"{above.path if above else '/'}{row.id}/"
    session.flush()


def add_region(
    session: Session, actor: Actor, *, code: str, name: str, parent_id: int | None
) -> Region:
    """Add a region below another one."""
    allow(actor, Action.AGENCY_EDIT)
    code = _named(code, _("地区代码"), 24)
    if session.exec(rows_of(Region).where(Region.code == code)).first():
        raise Invalid(_("地区代码“{code}”已被使用。").format(code=code))
    if parent_id is not None:
        load(session, Region, parent_id)
    region = Region(code=code, name=_named(name, _("地区名称"), 40), parent_id=parent_id)
    place_in_tree(session, region)
    record(session, actor, "region:edit", region, extra={"code": [None, code]})
    return region


def add_agency(
    session: Session,
    actor: Actor,
    *,
    code: str,
    name: str,
    region_id: int,
    parent_id: int | None = None,
    aliases: str = "",
) -> Agency:
    """Add a unit to a region, below another unit or at the top."""
    allow(actor, Action.AGENCY_EDIT)
    code, name = _named(code, _("单位代码"), 24), _named(name, _("单位名称"), 80)
    _require_free(session, code, name, region_id, None)
    load(session, Region, region_id)
    if parent_id is not None:
        load(session, Agency, parent_id)
    agency = Agency(
        code=code, name=name, region_id=region_id, parent_id=parent_id, aliases=_aliases(aliases)
    )
    place_in_tree(session, agency)
    record(session, actor, Action.AGENCY_EDIT, agency, extra={"code": [None, code]})
    return agency


def edit_agency(
    session: Session,
    actor: Actor,
    agency_id: int,
    *,
    version: int,
    name: str,
    aliases: str,
    active: bool,
) -> Agency:
    """Rename a unit, note its short names, or take it out of use; the code stays."""
    allow(actor, Action.AGENCY_EDIT)
    agency = load(session, Agency, agency_id, version=version)
    name = _named(name, _("单位名称"), 80)
    _require_free(session, agency.code, name, agency.region_id, agency_id)
    agency.name, agency.aliases, agency.active = name, _aliases(aliases), active
    record(session, actor, Action.AGENCY_EDIT, agency)
    return agency


def _require_free(
    session: Session, code: str, name: str, region_id: int, own_id: int | None
) -> None:
    same = rows_of(Agency).where(
        (col(Agency.code) == code)
        | ((col(Agency.name) == name) & (col(Agency.region_id) == region_id))
    )
    taken = next((row for row in session.exec(same) if row.id != own_id), None)
    if taken is not None:
        raise Invalid(_("单位代码或名称已被“{name}”使用。").format(name=taken.name))
