"""调整: the only way a target or a date changes after adoption (任何项目不允许调减, 141 §3).

Every change is numbered, reasoned, approved by someone else and counted beside the light. The plan
is kept in versions, so the old figures stay known.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from sqlalchemy import func, select
from sqlmodel import Session, col

from dashboard.audit import record
from dashboard.commands.light import refresh_facts
from dashboard.db import load, require_version
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, allow_another
from dashboard.queries.scope import scope_of
from dashboard.rules.words import limited_words, required_words
from models.milestone import Adjustment, AdjustmentField, AdjustmentState, Milestone
from models.programme import Programme
from models.project import LivelihoodProject

_PROJECT_COLUMNS = {
    AdjustmentField.TARGET: "target",
    AdjustmentField.TARGET_QUANTITY: "target_quantity",
    AdjustmentField.DUE_ON: "due_on",
}
_MILESTONE_COLUMNS = {
    AdjustmentField.MILESTONE_DUE_ON: "due_on",
    AdjustmentField.PLANNED_PCT: "planned_pct",
}


def parse_adjusted(field: AdjustmentField, text: str) -> str | date | Decimal:
    """Read the new value of an adjustment, or raise `Invalid` saying what would pass."""
    title = _(field.label)
    given = limited_words(text, title)
    if not given:
        raise Invalid(_("请填写调整后的{title}。").format(title=title))
    if field is AdjustmentField.TARGET:
        return given
    if field in (AdjustmentField.DUE_ON, AdjustmentField.MILESTONE_DUE_ON):
        try:
            return date.fromisoformat(given)
        except ValueError as error:
            raise Invalid(_("{title}应写成 2026-12-31 的样子。").format(title=title)) from error
    try:
        number = Decimal(given)
    except InvalidOperation as error:
        raise Invalid(_("{title}应是数字，如 40 或 62.5。").format(title=title)) from error
    if not number.is_finite() or number < 0 or number > Decimal(10) ** 12:
        raise Invalid(_("{title}应是不小于 0 的数字。").format(title=title))
    return number


def _shown(value: object) -> str:
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _still(old: str, now: object) -> bool:
    """Say whether what stands now is what stood when the change was asked for."""
    return old != "" and Decimal(old) == now if isinstance(now, Decimal) else old == _shown(now)


def propose_adjustment(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    field: AdjustmentField,
    new: str,
    reason: str,
    today: date,
    milestone_id: int | None = None,
) -> Adjustment:
    """Ask to move a target, a deadline or a month's figure (F7)."""
    # Two proposals at once must not both become the third.
    project = load(session, LivelihoodProject, project_id, lock=True)
    allow(actor, Action.ADJUSTMENT_PROPOSE, scope_of(session, project_id))
    if load(session, Programme, project.programme_id).adopted_on is None:
        raise Invalid(_("清单尚未审定，请直接修改任务分解表。"))
    reason = required_words(reason, _("调整理由"))
    value = parse_adjusted(field, new)
    if field in _MILESTONE_COLUMNS:
        milestone = load(session, Milestone, milestone_id)
        if milestone.project_id != project_id or milestone.known_until is not None:
            raise Invalid(_("请选择该项目现行计划中的节点。"))
        old = getattr(milestone, _MILESTONE_COLUMNS[field])
    else:
        old = getattr(project, _PROJECT_COLUMNS[field])
    if _shown(old) == _shown(value):
        raise Invalid(_("新内容与现有内容相同，无需调整。"))
    count = select(func.count()).where(col(Adjustment.project_id) == project_id)
    adjustment = Adjustment(
        project_id=project_id,
        milestone_id=milestone_id if field in _MILESTONE_COLUMNS else None,
        number=(session.connection().scalar(count) or 0) + 1,
        field=field,
        old=_shown(old),
        new=_shown(value),
        reason=reason,
        proposed_by_id=actor.account_id,
        proposed_on=today,
    )
    record(session, actor, Action.ADJUSTMENT_PROPOSE, adjustment)
    return adjustment


def decide_adjustment(
    session: Session,
    actor: Actor,
    adjustment_id: int,
    *,
    approve: bool,
    answer: str,
    today: date,
    version: int | None = None,
) -> Adjustment:
    """Approve or refuse an adjustment; the approver is not the one who asked."""
    adjustment = load(session, Adjustment, adjustment_id)
    allow(actor, Action.ADJUSTMENT_DECIDE, scope_of(session, adjustment.project_id))
    require_version(session, adjustment, version)
    allow_another(
        actor, adjustment.proposed_by_id, Action.ADJUSTMENT_DECIDE, "adjustment", adjustment.id
    )
    if adjustment.state is not AdjustmentState.PROPOSED:
        raise Conflict(_("这项调整已经审批，请刷新。"))
    answer = limited_words(answer, _("审批意见"))
    if not approve and not answer:
        raise Invalid(_("不批准时请写明审批意见。"))
    adjustment.state = AdjustmentState.APPROVED if approve else AdjustmentState.REFUSED
    adjustment.decided_by_id = actor.account_id
    adjustment.decided_on = today
    adjustment.answer = answer
    record(session, actor, Action.ADJUSTMENT_DECIDE, adjustment)
    if approve:
        _apply(session, actor, adjustment, today)
        refresh_facts(session, {adjustment.project_id}, today=today)
    return adjustment


def _apply(session: Session, actor: Actor, adjustment: Adjustment, today: date) -> None:
    value = parse_adjusted(adjustment.field, adjustment.new)
    if adjustment.field in _PROJECT_COLUMNS:
        project = load(session, LivelihoodProject, adjustment.project_id, lock=True)
        now = getattr(project, _PROJECT_COLUMNS[adjustment.field])
        if not _still(adjustment.old, now):
            raise Conflict(
                _("现有内容已不是申请时的“{old}”，请重新申请。").format(old=adjustment.old[:40])
            )
        setattr(project, _PROJECT_COLUMNS[adjustment.field], value)
        record(session, actor, "project:adjust", project, comment=adjustment.reason)
        return
    old = load(session, Milestone, adjustment.milestone_id)
    if old.known_until is not None:
        raise Conflict(_("该节点已被另一项调整替换，请重新申请。"))
    kept = old.model_dump(exclude={"id", "created_at", "changed_at", "version"})
    renewed = Milestone(**{**kept, "known_from": today})
    setattr(renewed, _MILESTONE_COLUMNS[adjustment.field], value)
    old.known_until = today
    record(session, actor, "milestone:end", old, comment=adjustment.reason)
    record(session, actor, "milestone:adjust", renewed, comment=adjustment.reason)
