"""What waits for an actor among rectifications, for the desk and the top of their page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlmodel import Session

from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.queries.desk_line import BACK, MINE, OTHERS, line
from dashboard.queries.rectification import extensions, rechecks, rectifications
from dashboard.rules.deadline import Clock
from models.rectification import RectificationKind

LOOK_DAYS = 14
"""How long before its day a look again stands on the desk."""


def rectification_lines(session: Session, actor: Actor, today: date) -> list[Any]:
    """Give the lines of the desk that concern rectifications, for whatever role."""
    if not actor.may(Action.RECTIFICATION_READ):
        return []
    found = records(rectifications(session, actor, today))
    lines = [each for row in found for each in _of_item(actor, row)]
    if actor.may(Action.EXTENSION_DECIDE):
        for row in records(extensions(session, actor, waiting=True)):
            if row["asked_by_id"] != actor.account_id:
                lines.append(_line(MINE, _("延期申请待审批"), row, row["reason"], None))
    if actor.may(Action.RECHECK_DO):
        for row in records(rechecks(session, actor)):
            if (row["due_on"] - today).days <= LOOK_DAYS:
                lines.append(_line(MINE, _("整改待回头看"), row, row["thing"], row["due_on"]))
    return lines


def _line(group: str, what: str, row: dict[str, Any], detail: str, due_on: date | None) -> Any:
    link = f"/rectification?id={row['rectification_id']}"
    return line(group, what, f"{row['code']} {row['project']}", detail, due_on, link)


def _of_item(actor: Actor, row: dict[str, Any]) -> Iterable[Any]:
    if row["kind"] == RectificationKind.PROPOSED:
        group = MINE if row["proposed_by_id"] != actor.account_id else OTHERS
        if actor.may(Action.RECTIFICATION_CLEAR):
            yield _line(group, _("整改待核验"), row, row["thing"], None)
        elif actor.may(Action.RECTIFICATION_PROPOSE):
            yield _line(OTHERS, _("整改等待核验"), row, row["thing"], None)
    elif row["kind"] == RectificationKind.OPEN:
        unit = actor.may(Action.RECTIFICATION_RECEIVE)
        yield from _of_unit(actor, row) if unit else _of_office(actor, row)


def _of_unit(actor: Actor, row: dict[str, Any]) -> Iterable[Any]:
    state, due, thing = row["state"], row["due_on"], row["thing"]
    if state == "ISSUED":
        yield _line(MINE, _("整改待签收"), row, thing, due)
    elif not actor.may(Action.RECTIFICATION_PROPOSE):
        yield _line(OTHERS, _("整改办理中"), row, thing, due)
    elif state in ("RETURNED", "REOPENED"):
        yield _line(BACK, _("整改被退回或重新整改"), row, thing, due)
    else:
        yield _line(MINE, _("整改办理中"), row, thing, due)


def _of_office(actor: Actor, row: dict[str, Any]) -> Iterable[Any]:
    office, detail = actor.may(Action.RECTIFICATION_CLEAR), f"{row['agency']} {row['thing']}"
    if office and row["state"] == "DISPUTED":
        yield _line(MINE, _("单位提出异议，待处理"), row, detail, row["due_on"])
    elif row["clock"] == Clock.LATE and (office or actor.may(Action.INSTRUCTION_GIVE)):
        yield _line(OTHERS, _("整改已逾期"), row, detail, row["due_on"])
    elif office:
        yield _line(OTHERS, _("整改等待单位办理"), row, detail, row["due_on"])
