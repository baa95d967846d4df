"""暗访批次: opened by the office, added to, released as a whole; until then nobody knows (X15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from dashboard.audit import record
from dashboard.commands.light import refresh_facts
from dashboard.commands.rectification_care import restart_released
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow_region, allow_sight
from dashboard.queries.remark import TABLE, sight_of
from dashboard.rules.words import required_words
from models.observer import SealedSet, Visit
from models.rectification import Rectification
from models.region import Region
from models.remark import ObserverRemark, RemarkState


def open_sealed_set(
    session: Session, actor: Actor, *, region_id: int, name: str, today: date
) -> SealedSet:
    """Open a set for unannounced visits (暗访) in a region."""
    region = load(session, Region, region_id)
    allow_region(actor, Action.SEALED_RELEASE, region.path)
    opened = SealedSet(
        region_id=region_id, name=required_words(name, _("批次名称"), 80),
        opened_by_id=actor.account_id, opened_on=today,
    )  # fmt: skip
    record(session, actor, "sealed:open", opened)
    return opened


def add_to_sealed_set(
    session: Session, actor: Actor, sealed_set_id: int, remark_ids: Sequence[int]
) -> SealedSet:
    """Hide remarks that wait for a decision, with the rest of the set, until it is released."""
    opened = _unreleased(session, actor, sealed_set_id)
    place = load(session, Region, opened.region_id).path
    if not remark_ids:
        raise Invalid(_("请选择至少一条意见。"))
    for remark_id in sorted(set(remark_ids)):
        remark = load(session, ObserverRemark, remark_id, lock=True)
        scope = sight_of(session, remark, actor)
        allow_sight(actor, Action.SEALED_RELEASE, scope, TABLE, remark_id)
        if not scope.region_path.startswith(place):
            raise Invalid(_("意见 {number} 不在该批次的地区。").format(number=remark.number))
        if remark.state is not RemarkState.SENT or remark.sealed_set_id is not None:
            raise Conflict(_("意见 {number} 已处理，请刷新。").format(number=remark.number))
        remark.sealed_set_id = opened.id
        record(session, actor, "sealed:add", remark, comment=opened.name)
    return opened


def release_sealed_set(
    session: Session, actor: Actor, sealed_set_id: int, *, reason: str, now: datetime, today: date
) -> SealedSet:
    """Release the whole set at once: from now on its units see it, and it counts everywhere.

    The deadlines of its rectifications run from today.
    """
    opened = _unreleased(session, actor, sealed_set_id)
    opened.reason = required_words(reason, _("解封说明"))
    opened.released_on, opened.released_at = today, now
    opened.released_by_id = actor.account_id
    held = {
        model.__tablename__: _held(session, model, sealed_set_id)
        for model in (ObserverRemark, Rectification, Visit)
    }
    extra = {str(name): [None, len(keys)] for name, keys in held.items()}
    record(session, actor, Action.SEALED_RELEASE, opened, comment=opened.name, extra=extra)
    restart_released(session, actor, sealed_set_id, today=today)
    touched = {key for keys in held.values() for key in keys if key is not None}
    refresh_facts(session, touched, today=today)
    return opened


def _held(session: Session, model: type[SQLModel], sealed_set_id: int) -> list[int | None]:
    """Give the projects of what the set holds, one for each row."""
    columns = model.__table__.c  # type: ignore[attr-defined]
    statement = select(columns.project_id).where(columns.sealed_set_id == sealed_set_id)
    return list(session.connection().scalars(statement))


def _unreleased(session: Session, actor: Actor, sealed_set_id: int) -> SealedSet:
    opened = load(session, SealedSet, sealed_set_id, lock=True)
    allow_region(actor, Action.SEALED_RELEASE, load(session, Region, opened.region_id).path)
    if opened.released_on is not None:
        raise Conflict(_("该暗访批次已解封，请刷新。"))
    return opened
