"""What of remarks waits on a desk: the office's triage, a unit's word, an observer's answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dashboard.db import Columns, frame, records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, sees_sql
from dashboard.queries.desk_line import BACK, MINE, NEWS_DAYS, OTHERS, line
from dashboard.queries.observer import appointments_to_grant, my_visits
from dashboard.queries.remark import my_remarks, remarks
from dashboard.rules.remark import ENDED
from models.remark import ObserverRemark, RemarkState, ReplyProposal


def remark_lines(session: Session, actor: Actor, today: date) -> list[Any]:
    """Give the lines of remarks, visits and appointments on the actor's desk."""
    lines: list[Any] = []
    if actor.may(Action.REMARK_TRIAGE):
        lines += _of_office(session, actor)
    if actor.may(Action.REPLY_PROPOSE):
        lines += _of_unit(session, actor)
    if actor.may(Action.REMARK_WRITE):
        lines += _of_observer(session, actor, today)
    if actor.may(Action.GRANT_EDIT):
        for row in records(appointments_to_grant(session, actor, today)):
            lines.append(line(MINE, _("聘任待授权"), "", row["name"], row["first_on"], "/people"))
    return lines


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['code'] or ''} {row['project'] or row['place']}".strip()


def _link(row: Mapping[str, Any]) -> str:
    return f"/remarks?id={row['remark_id']}"


def _short(words: str) -> str:
    return words if len(words) <= 40 else f"{words[:40]}…"


def _of_office(session: Session, actor: Actor) -> Iterable[Any]:
    for row in records(remarks(session, actor, states=(RemarkState.SENT,))):
        if row["office"]:
            said = _short(row["words"])
            yield line(MINE, _("意见待处理"), _name(row), said, row["due_on"], _link(row))
    for row in records(remarks(session, actor, asked=True)):
        if row["office"]:
            words = _short(row["reopen_words"])
            yield line(MINE, _("要求重新办理待答复"), _name(row), words, None, _link(row))
    proposed = _proposed(session, actor)
    for row in records(remarks(session, actor)) if proposed else ():
        if row["remark_id"] in proposed:
            said = _short(row["words"])
            yield line(MINE, _("单位建议的答复待审定"), _name(row), said, None, _link(row))


def _proposed(session: Session, actor: Actor) -> set[int]:
    statement = select(col(ReplyProposal.remark_id)).where(
        col(ReplyProposal.decided_on).is_(None),
        sees_sql(actor, ReplyProposal, Action.REMARK_TRIAGE),
    )
    return set(session.connection().scalars(statement))


def _of_unit(session: Session, actor: Actor) -> Iterable[Any]:
    """Give the remarks on projects the unit leads that wait for the office: it may say its word."""
    statement: Columns = select(col(ObserverRemark.id).label("remark_id")).where(
        sees_sql(actor, ObserverRemark, Action.REPLY_PROPOSE),
        col(ObserverRemark.state) == RemarkState.SENT,
    )
    own = {row["remark_id"] for row in records(frame(session, statement))}
    for row in records(remarks(session, actor, states=(RemarkState.SENT,))):
        if row["remark_id"] in own:
            said = _short(row["words"])
            yield line(OTHERS, _("意见等待督查室处理"), _name(row), said, row["due_on"], _link(row))


def _of_observer(session: Session, actor: Actor, today: date) -> Iterable[Any]:
    for row in records(my_visits(session, actor)):
        name = f"{row['code']} {row['project']}"
        link = f"/observe/new?project={row['project_id']}"
        yield line(MINE, _("走访待完成"), name, row["note"], row["due_on"], link)
    for row in records(my_remarks(session, actor)):
        state, said = row["state"], _short(row["answer"] or row["reason"] or row["words"])
        fresh = row["decided_on"] and (today - row["decided_on"]).days <= NEWS_DAYS
        if state in ENDED and (row["seen_answer_at"] is None or fresh):
            word = _("意见已办结，请评价") if row["rating"] is None else _("意见已办结")
            yield line(BACK, word, _name(row), said, None, _link(row))
        elif state == RemarkState.RECTIFYING:
            word, due = _("意见已转整改"), row["rectify_by"]
            yield line(OTHERS, word, _name(row), said, due, _link(row))
        elif state == RemarkState.SENT:
            yield line(OTHERS, _("意见等待处理"), _name(row), said, row["due_on"], _link(row))
