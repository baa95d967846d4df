"""整改规则: what an item must name before it is issued (见人见事), and who may end it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dashboard.errors import Invalid
from dashboard.i18n import _, joined
from dashboard.rules.deadline import WorkingCalendar, due_day
from models.calendar import DayKind
from models.rectification import RectificationKind, RectificationSource
from models.remark import Severity

ENDS = frozenset(RectificationKind) - {RectificationKind.OPEN, RectificationKind.PROPOSED}
"""The kinds of state that end an item, whether it was put right or not."""
MET, MISSED, RETURN = "met", "missed", "return"
"""Events that decide whether a deadline was met."""


@dataclass(frozen=True)
class RectificationDraft:
    """What an office wants to issue: the deadline is a day, or so many days of a kind from today.

    `visible`: one can see it, so that a photo proves it. A draft of remarks, of an inspection or of
    a set is sealed where these are.
    """

    project_id: int
    source: RectificationSource
    finding: str
    thing: str
    agency_id: int | None
    responsible: str
    standard: str
    due_on: date | None = None
    days: int | None = None
    day_kind: DayKind = DayKind.CALENDAR
    requirement: str = ""
    phone: str = ""
    category: str = ""
    severity: Severity = Severity.ORDINARY
    visible: bool = True
    found_on: date | None = None
    inspected_by: str = ""
    inspector: str = ""
    inspection_id: int | None = None
    instruction_id: int | None = None
    sealed_set_id: int | None = None
    remark_ids: tuple[int, ...] = ()


def require_whole(draft: RectificationDraft) -> None:
    """Refuse a draft that lacks a unit, person, thing, deadline or standard, naming each (K3).

    Raises:
        Invalid: something of it is missing.
    """
    has_deadline = draft.due_on is not None or draft.days is not None
    parts = (
        (_("问题"), draft.finding.strip()),
        (_("责任单位"), draft.agency_id),
        (_("责任人"), draft.responsible.strip()),
        (_("事项"), draft.thing.strip()),
        (_("整改期限"), has_deadline),
        (_("整改标准"), draft.standard.strip()),
    )
    if missing := [title for title, value in parts if not value]:
        raise Invalid(_("缺少{parts}，补齐后才能下发整改。").format(parts=joined(missing)))


def deadline_of(draft: RectificationDraft, today: date, calendar: WorkingCalendar) -> date:
    """Give the day a draft is due if it is issued today.

    Raises:
        Invalid: the day lies before today, or the working days cannot be counted.
    """
    if draft.due_on is None:
        return due_day(today, draft.days or 0, draft.day_kind, calendar)
    return require_future(draft.due_on, today)


def require_future(due_on: date | None, today: date) -> date:
    """Give a deadline that is today or later. Raises `Invalid` when there is none or it is past."""
    if due_on is None:
        raise Invalid(_("请填写新的整改期限。"))
    if due_on < today:
        raise Invalid(_("整改期限不能早于今天（{day}）。").format(day=today.isoformat()))
    return due_on


def one_set(sets: Iterable[int | None]) -> int | None:
    """Give the sealed set an item belongs to. Raises `Invalid` where it would be of several."""
    found = {each for each in sets if each is not None}
    if len(found) > 1:
        raise Invalid(_("所选意见和督查属于不同的暗访批次，请分别下发。"))
    return found.pop() if found else None


@dataclass(frozen=True)
class Judged:
    """Whether one round kept its deadline, and the unit that had it then."""

    agency_id: int | None
    met: bool


def judgements(events: Iterable[tuple[str, int | None]]) -> list[Judged]:
    """Give the judgements of one item's rounds, from its events and units in order.

    A judgement stands, but that a proposal in time which was returned proves nothing: the round
    goes on and is judged again.
    """
    found: list[Judged] = []
    for event, agency_id in events:
        if event in (MET, MISSED):
            found.append(Judged(agency_id, event == MET))
        elif event == RETURN and found and found[-1].met:
            found.pop()
    return found
