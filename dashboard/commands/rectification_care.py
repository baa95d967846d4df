"""催办、撤回、佐证和每日判定: what happens to items between their moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.commands.evidence import media_type
from dashboard.commands.file import store_file
from dashboard.commands.photo import attach_photo
from dashboard.commands.rectification import ISSUED, add_event
from dashboard.commands.rectification_move import (
    judge,
    move_rectification,
    open_rectification,
)
from dashboard.errors import Conflict, Invalid, Missing
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, sees_sql
from dashboard.photos import Prepared
from dashboard.queries.calendar import threshold
from dashboard.queries.rectification_rule import TABLE, kind_of
from dashboard.queries.scope import is_sealed
from dashboard.rules.rectification import ENDS
from dashboard.rules.words import limited_words, required_words
from models.file import Attachment
from models.photo import Photo, PhotoPhase
from models.rectification import (
    Rectification,
    RectificationEvent,
    RectificationKind,
    RectificationState,
)

REMIND = "remind"


def remind_rectification(
    session: Session, actor: Actor, rectification_id: int, *, words: str, today: date
) -> Rectification:
    """Remind the unit of an item that is not ended (催办); reminders are counted."""
    row = open_rectification(session, actor, rectification_id, Action.RECTIFICATION_REMIND)
    if kind_of(session, row.state) is not RectificationKind.OPEN:
        raise Conflict(_("整改不在责任单位办理中，不能催办。"))
    _remind(session, actor, row, required_words(words, _("催办内容"), 400), today)
    return row


def _remind(
    session: Session, actor: Actor | None, row: Rectification, words: str, today: date
) -> None:
    row.reminders += 1
    record(session, actor, Action.RECTIFICATION_REMIND, row)
    add_event(session, actor, row, REMIND, _("催办"), today, words=words)


def take_back_batch(
    session: Session, actor: Actor, batch: str, *, reason: str, today: date
) -> tuple[int, int]:
    """Take back what was issued together and no unit received yet; give how many, and how many not.

    Raises:
        Missing: there is no such batch within the actor's scope.
        Conflict: every item was received already.
    """
    allow(actor, Action.RECTIFICATION_ISSUE)
    seen = sees_sql(actor, Rectification, Action.RECTIFICATION_ISSUE)
    rows = session.exec(
        rows_of(Rectification)
        .where(Rectification.batch == batch, Rectification.batch != "", seen)
        .order_by(col(Rectification.id))
    ).all()
    if not rows:
        raise Missing(_("找不到该下发批次，或您无权查看。"))
    open_ = [row for row in rows if row.state == ISSUED]
    if not open_:
        raise Conflict(_("该批次的整改均已签收或撤回，不能再撤回。"))
    for row in open_:
        move_rectification(session, actor, row.id or 0, "cancel", today=today, words=reason)
    return len(open_), len(rows) - len(open_)


def attach_rectification_photo(
    session: Session,
    actor: Actor,
    rectification_id: int,
    *,
    photo: Prepared,
    phase: PhotoPhase,
    before_id: int | None = None,
    client_id: str | None = None,
    caption: str = "",
) -> Photo:
    """Add a photo to an item that is not ended: of before, or of after, paired with one of before.

    Raises:
        Invalid: an after-photo names no before-photo, or one of another item.
    """
    row = _open_to_evidence(session, actor, rectification_id)
    if phase is PhotoPhase.AFTER and before_id is None:
        raise Invalid(_("请选择与整改后照片对应的整改前照片。"))
    return attach_photo(
        session, actor, table_name=TABLE, row_id=rectification_id, project_id=row.project_id,
        phase=phase, before_id=before_id, client_id=client_id, caption=caption, prepared=photo,
    )  # fmt: skip


def attach_rectification_document(
    session: Session, actor: Actor, rectification_id: int, *, name: str, data: bytes, caption: str
) -> Attachment:
    """Add a document to an item that is not ended; who sees the item may have it."""
    _open_to_evidence(session, actor, rectification_id)
    stored = store_file(session, actor, name=name, data=data, media_type=media_type(name, data))
    attachment = Attachment(
        file_id=stored.id or 0,
        table_name=TABLE,
        row_id=rectification_id,
        caption=limited_words(caption, _("说明"), 200),
    )
    record(session, actor, "rectification:attach", attachment)
    return attachment


def _open_to_evidence(session: Session, actor: Actor, rectification_id: int) -> Rectification:
    """Give an item to which the unit, or the office, may add evidence."""
    office = actor.may(Action.RECTIFICATION_ISSUE)
    action = Action.RECTIFICATION_ISSUE if office else Action.RECTIFICATION_PROPOSE
    row = open_rectification(session, actor, rectification_id, action)
    if kind_of(session, row.state) in ENDS:
        raise Conflict(_("整改已办结，不能再添加材料。"))
    return row


def daily_rectifications(session: Session, *, today: date) -> tuple[int, int]:
    """Judge what passed its deadline and remind units; a second run on a day changes nothing.

    Gives how many were judged and how many reminded.
    """
    before = int(threshold(session, "REMIND_BEFORE", today))
    every = int(threshold(session, "REMIND_EVERY", today))
    judged = reminded = 0
    for row in _running(session):
        if judge(session, row, today):
            judged += 1
            record(session, None, "rectification:judge", row)
        left = (row.due_on - today).days
        since = row.due_on - timedelta(days=before) if left >= 0 else today - timedelta(every - 1)
        if left <= before and not _reminded(session, row, max(since, _first(row, left))):
            reminded += 1
            _remind(session, None, row, _left_words(row, left), today)
    return judged, reminded


def _first(row: Rectification, left: int) -> date:
    """Give the day from which reminders of this kind count: after the deadline, or any."""
    return row.due_on + timedelta(days=1) if left < 0 else date.min


def _left_words(row: Rectification, left: int) -> str:
    if left < 0:
        form = _("整改期限 {day} 已过 {n} 天，请立即办理。")
        return form.format(day=row.due_on.isoformat(), n=-left)
    form = _("整改期限为 {day}，还有 {n} 天，请按期办理。")
    return form.format(day=row.due_on.isoformat(), n=left)


def restart_released(
    session: Session, actor: Actor, sealed_set_id: int, *, today: date
) -> list[Rectification]:
    """Start the clock of a set that was released just now: each item keeps its number of days.

    For the command that releases the set, after its own `allow()`.
    """
    statement = (
        rows_of(Rectification)
        .join(RectificationState, col(RectificationState.code) == col(Rectification.state))
        .where(RectificationState.kind == RectificationKind.OPEN)
        .where(Rectification.sealed_set_id == sealed_set_id)
        .order_by(col(Rectification.id))
    )
    found = list(session.exec(statement))
    for row in found:
        row.due_on = today + (row.due_on - row.issued_on)
        record(session, actor, "rectification:release", row)
        words = _("暗访批次已解封，整改期限自解封日起算")
        add_event(session, actor, row, "release", _("解封"), today, words=words)
    return found


def _running(session: Session) -> Iterator[Rectification]:
    """Give the items their units know of and have not settled."""
    statement = (
        rows_of(Rectification)
        .join(RectificationState, col(RectificationState.code) == col(Rectification.state))
        .where(RectificationState.kind == RectificationKind.OPEN)
        .order_by(col(Rectification.id))
    )
    for row in session.exec(statement).all():
        if not is_sealed(session, row.sealed_set_id):
            yield row


def _reminded(session: Session, row: Rectification, since: date) -> bool:
    statement = select(func.count()).where(
        col(RectificationEvent.rectification_id) == row.id,
        col(RectificationEvent.event) == REMIND,
        col(RectificationEvent.happened_on) >= since,
    )
    return bool(session.connection().scalar(statement))
