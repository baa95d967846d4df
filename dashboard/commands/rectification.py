"""下发整改: an item with its unit, person, thing, deadline and standard, alone or many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard import audit
from dashboard.audit import record
from dashboard.commands.light import refresh_facts
from dashboard.commands.settle import mark_rectifying
from dashboard.db import load
from dashboard.errors import Invalid, Missing
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, sees_sql
from dashboard.queries.calendar import working_calendar
from dashboard.queries.scope import is_sealed, scope_of
from dashboard.rules.rectification import (
    RectificationDraft,
    deadline_of,
    one_set,
    require_whole,
)
from dashboard.rules.words import limited_words, required_words
from models.agency import Agency
from models.base import utc_now
from models.instruction import Instruction
from models.observer import SealedSet
from models.rectification import Inspection, Rectification, RectificationEvent
from models.region import Region
from models.remark import ObserverRemark

ISSUED = "ISSUED"
"""The state an item begins in, and returns to when it is given to another unit."""
MOST = 200
"""How many items one inspection may issue at once."""


def issue_rectification(
    session: Session, actor: Actor, draft: RectificationDraft, *, today: date
) -> Rectification:
    """Issue one item to its unit; remarks that tell of the same problem are joined to it.

    Raises:
        Invalid: a part is missing or cannot be saved; the sentence names it.
    """
    row = _issue(session, actor, draft, today)
    refresh_facts(session, [row.project_id], today=today)
    return row


def issue_rectifications(
    session: Session, actor: Actor, drafts: Sequence[RectificationDraft], *, today: date
) -> list[Rectification]:
    """Issue many items at once, all or none; until a unit received one it can be taken back (K8).

    Raises:
        Invalid: there is none, or a row cannot be issued; the sentence names the row.
    """
    if not drafts:
        raise Invalid(_("没有可下发的整改，请至少填写一行。"))
    if len(drafts) > MOST:
        raise Invalid(
            _("一次最多下发 {most} 项，现有 {now} 项。").format(most=MOST, now=len(drafts))
        )
    issued: list[Rectification] = []
    for place, draft in enumerate(drafts, 1):
        try:
            issued.append(_issue(session, actor, draft, today, issued))
        except Invalid as error:
            raise Invalid(_("第 {row} 行：{why}").format(row=place, why=error)) from error
    refresh_facts(session, {row.project_id for row in issued}, today=today)
    return issued


def _issue(
    session: Session,
    actor: Actor,
    draft: RectificationDraft,
    today: date,
    batch: Sequence[Rectification] | None = None,
) -> Rectification:
    scope = scope_of(session, draft.project_id)
    allow(actor, Action.RECTIFICATION_ISSUE, scope)
    require_whole(draft)
    row = _written(draft, actor, deadline_of(draft, today, working_calendar(session)), today)
    require_agency(session, row.agency_id, scope.region_path)
    remarks = _remarks(session, actor, draft)
    row.sealed_set_id = one_set(_sets(session, actor, draft, remarks))
    row.number = _number(session, today, sealed=row.sealed_set_id is not None)
    if batch is not None:
        row.batch = batch[0].number if batch else row.number
    record(session, actor, Action.RECTIFICATION_ISSUE, row, batch=row.batch)
    add_event(session, actor, row, "issue", _("下发"), today, to_state=ISSUED)
    for remark in remarks:
        mark_rectifying(session, remark, row, actor, today=today)
    return row


def _written(draft: RectificationDraft, actor: Actor, due_on: date, today: date) -> Rectification:
    found_on = draft.found_on or today
    if found_on > today:
        raise Invalid(_("发现日不能晚于今天（{day}）。").format(day=today.isoformat()))
    return Rectification(
        number="",
        project_id=draft.project_id,
        source=draft.source,
        inspection_id=draft.inspection_id,
        instruction_id=draft.instruction_id,
        finding=required_words(draft.finding, _("问题")),
        thing=required_words(draft.thing, _("事项"), 200),
        category=limited_words(draft.category, _("问题类型"), 40),
        severity=draft.severity,
        agency_id=draft.agency_id or 0,
        responsible=required_words(draft.responsible, _("责任人"), 40),
        phone=limited_words(draft.phone, _("联系电话"), 40),
        requirement=limited_words(draft.requirement, _("整改要求")),
        standard=required_words(draft.standard, _("整改标准")),
        visible=draft.visible,
        state=ISSUED,
        issued_by_id=actor.account_id,
        found_on=found_on,
        inspected_by=limited_words(draft.inspected_by, _("检查单位"), 120),
        inspector=limited_words(draft.inspector, _("检查人"), 80),
        issued_on=today,
        first_due_on=due_on,
        due_on=due_on,
        day_kind=draft.day_kind,
    )


def require_agency(session: Session, agency_id: int, region_path: str) -> Agency:
    """Give a unit that may be made to answer for a project there: in use, and of the same place."""
    agency = load(session, Agency, agency_id)
    place = session.get_one(Region, agency.region_id).path
    if not agency.active:
        raise Invalid(_("“{name}”已停用，请选择在用的责任单位。").format(name=agency.name))
    if not (place.startswith(region_path) or region_path.startswith(place)):
        raise Invalid(
            _("“{name}”不在项目所在地区，请选择本地区的责任单位。").format(name=agency.name)
        )
    return agency


def _remarks(session: Session, actor: Actor, draft: RectificationDraft) -> list[ObserverRemark]:
    seen = sees_sql(actor, ObserverRemark, Action.REMARK_TRIAGE)
    found = {
        row.id: row
        for row in session.exec(
            rows_of(ObserverRemark).where(col(ObserverRemark.id).in_(draft.remark_ids), seen)
        )
    }
    if len(found) < len(set(draft.remark_ids)):
        raise Missing(_("找不到所选的意见，或您无权查看。"))
    return list(found.values())


def _sets(
    session: Session, actor: Actor, draft: RectificationDraft, remarks: Iterable[ObserverRemark]
) -> list[int | None]:
    """Give the sealed sets, not yet released, from which the item comes."""
    sets = [draft.sealed_set_id, *(remark.sealed_set_id for remark in remarks)]
    if draft.sealed_set_id is not None:
        seen = sees_sql(actor, SealedSet)
        if session.exec(rows_of(SealedSet).where(SealedSet.id == sets[0], seen)).first() is None:
            raise Missing(_("找不到该暗访批次，或您无权查看。"))
    if draft.inspection_id is not None:
        seen = sees_sql(actor, Inspection)
        inspection = session.exec(
            rows_of(Inspection).where(Inspection.id == draft.inspection_id, seen)
        ).first()
        if inspection is None:
            raise Missing(_("找不到该次督查，或您无权查看。"))
        sets.append(inspection.sealed_set_id)
    if draft.instruction_id is not None:
        instruction = load(session, Instruction, draft.instruction_id)
        if instruction.project_id != draft.project_id:
            raise Invalid(_("该批示不属于此项目，请重新选择。"))
    return [each for each in sets if is_sealed(session, each)]


def _number(session: Session, today: date, *, sealed: bool) -> str:
    """Give the next number of the year; sealed items are counted apart, so that no gap shows."""
    audit.lock(session)
    start = f"{'AF' if sealed else 'ZG'}{today.year}-"
    last = session.connection().scalar(
        select(func.max(col(Rectification.number))).where(
            col(Rectification.number).startswith(start)
        )
    )
    following = int(last.removeprefix(start)) + 1 if last else 1
    return f"{start}{following:06d}"


def add_event(
    session: Session,
    actor: Actor | None,
    row: Rectification,
    event: str,
    name: str,
    today: date,
    *,
    words: str = "",
    from_state: str | None = None,
    to_state: str | None = None,
) -> None:
    """Write what happened to an item, for everybody who sees it."""
    session.add(
        RectificationEvent(
            rectification_id=row.id or 0,
            event=event,
            name=name,
            from_state=from_state,
            to_state=to_state,
            account_id=actor.account_id if actor else None,
            agency_id=row.agency_id,
            due_on=row.due_on,
            happened_on=today,
            happened_at=utc_now(),
            words=words,
        )
    )
    session.flush()
