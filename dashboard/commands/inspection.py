"""督查: an inspection or meeting is entered, and later issues its problems at once."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.db import load
from dashboard.errors import Invalid, Missing
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, refusal, sees_sql
from dashboard.rules.words import limited_words, required_words
from models.observer import SealedSet
from models.rectification import Inspection
from models.region import Region


def enter_inspection(
    session: Session,
    actor: Actor,
    region_id: int,
    *,
    name: str,
    inspected_on: date,
    today: date,
    announced: bool = True,
    led_by: str = "",
    sealed_set_id: int | None = None,
) -> Inspection:
    """Enter an inspection of a region; of a sealed set, nothing of it shows until the release."""
    place = load(session, Region, region_id).path
    grants = actor.granting(Action.RECTIFICATION_ISSUE)
    if not any(grant.region_path and place.startswith(grant.region_path) for grant in grants):
        raise refusal(actor, Action.RECTIFICATION_ISSUE, "region", region_id)
    if inspected_on > today:
        raise Invalid(_("督查日不能晚于今天（{day}）。").format(day=today.isoformat()))
    if sealed_set_id is not None:
        _require_set(session, actor, sealed_set_id, region_id)
    inspection = Inspection(
        region_id=region_id,
        name=required_words(name, _("督查名称"), 120),
        announced=announced,
        inspected_on=inspected_on,
        led_by=limited_words(led_by, _("带队人"), 40),
        made_by_id=actor.account_id,
        sealed_set_id=sealed_set_id,
    )
    record(session, actor, "inspection:add", inspection)
    return inspection


def _require_set(session: Session, actor: Actor, sealed_set_id: int, region_id: int) -> None:
    seen = sees_sql(actor, SealedSet)
    statement = rows_of(SealedSet).where(SealedSet.id == sealed_set_id, seen)
    found = session.exec(statement).first()
    if found is None or found.region_id != region_id:
        raise Missing(_("找不到该暗访批次，或您无权查看。"))
    if found.released_on is not None:
        raise Invalid(_("该暗访批次已解封，请另建批次。"))
