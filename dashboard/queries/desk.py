"""我的待办 (I9): what waits for the actor, what is overdue, what came back, what others have."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd
from sqlmodel import Session

from dashboard.db import records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor
from dashboard.queries.adjustment import adjustments
from dashboard.queries.desk_line import BACK, COLUMNS, MINE, NEWS_DAYS, OTHERS, line
from dashboard.queries.desk_rectification import rectification_lines
from dashboard.queries.desk_remark import remark_lines
from dashboard.queries.instruction import instructions
from dashboard.queries.project import programmes
from dashboard.queries.report import periods, reports_due, unlocks
from models.report import ReportState


def desk(session: Session, actor: Actor, today: date) -> pd.DataFrame:
    """List what is on the actor's desk, the most overdue first.

    Columns: group ("mine" to do now, "returned" to me, "waiting" for others), what, project,
    detail, due_on (date or None), overdue (bool), link (a path within the site).
    """
    rows = [
        *_report_rows(session, actor, today),
        *_instruction_rows(session, actor, today),
        *_office_rows(session, actor),
        *_answered_unlocks(session, actor, today),
        *remark_lines(session, actor, today),
        *rectification_lines(session, actor, today),
    ]
    found = pd.DataFrame(rows, columns=COLUMNS)
    late = [row["due_on"] is not None and row["due_on"] < today for row in rows]
    found["overdue"] = late
    far = date(9999, 1, 1)
    order = found["due_on"].map(lambda due: due or far)
    return found.assign(order=order).sort_values(["group", "order"]).drop(columns="order")


def _report_rows(session: Session, actor: Actor, today: date) -> Iterable[Any]:
    if not actor.may(Action.REPORT_READ):
        return
    for programme in records(programmes(session, actor)):
        if programme["shown_on"] is not None:
            continue
        key = int(programme["programme_id"])
        known = periods(session, actor, key)
        for period in records(known):
            opened = period["due_on"].replace(day=1) <= today
            if not opened or (today - period["locked_after"]).days > 0:
                continue
            due = records(reports_due(session, actor, key, period["month"]))
            link = f"/reports?programme={key}&month={period['month']}"
            yield from _by_state(actor, due, period, link)


def _by_state(
    actor: Actor, due: list[dict[str, Any]], period: dict[str, Any], link: str
) -> Iterable[Any]:
    month = f"{period['month']:%Y-%m}"
    for row in due:
        name, state = f"{row['code']} {row['project']}", row["state"]
        if actor.may(Action.REPORT_SUBMIT) and state in (None, ReportState.DRAFT):
            word = _("{month} 月报待填报") if state is None else _("{month} 月报草稿待报送")
            yield line(MINE, word.format(month=month), name, "", period["due_on"], link)
        elif actor.may(Action.REPORT_SUBMIT) and state == ReportState.RETURNED:
            word = _("{month} 月报被退回").format(month=month)
            yield line(BACK, word, name, row["return_reason"], period["locked_after"], link)
        elif actor.may(Action.REPORT_CONFIRM) and state == ReportState.SUBMITTED:
            word = _("{month} 月报待审核").format(month=month)
            yield line(MINE, word, name, row["submitter"] or "", period["timely_until"], link)
        elif actor.may(Action.REPORT_ACCEPT) and state == ReportState.CONFIRMED:
            word = _("{month} 月报待审定").format(month=month)
            yield line(MINE, word, name, row["agency"], period["locked_after"], link)
        elif actor.may(Action.REPORT_SUBMIT) and state in (
            ReportState.SUBMITTED, ReportState.CONFIRMED,
        ):  # fmt: skip
            word = _("{month} 月报已报送，等待办理").format(month=month)
            yield line(OTHERS, word, name, _(ReportState.of(state).label), None, link)
        elif actor.may(Action.REPORT_ACCEPT) and state is None:
            word = _("{month} 月报尚未报送").format(month=month)
            yield line(OTHERS, word, name, row["agency"], period["due_on"], link)


def _instruction_rows(session: Session, actor: Actor, today: date) -> Iterable[Any]:
    if not actor.may(Action.REPORT_READ):
        return
    for row in records(instructions(session, actor, unanswered=True)):
        answers = actor.may(Action.INSTRUCTION_ANSWER)
        mine = row["given_by_id"] == actor.account_id
        if not (answers or mine or actor.may(Action.REPORT_ACCEPT)):
            continue
        yield line(
            MINE if answers else OTHERS,
            _("领导批示待办理") if answers else _("批示等待单位答复"),
            f"{row['code']} {row['project']}",
            row["words"],
            row["due_on"],
            f"/project?id={row['project_id']}&section=instructions",
        )
    for row in records(instructions(session, actor)):
        fresh = row["answered_on"] is not None and (today - row["answered_on"]).days <= NEWS_DAYS
        if fresh and row["given_by_id"] == actor.account_id:
            yield line(
                BACK,
                _("您的批示已答复"),
                f"{row['code']} {row['project']}",
                row["answer"],
                None,
                f"/project?id={row['project_id']}&section=instructions",
            )


def _office_rows(session: Session, actor: Actor) -> Iterable[Any]:
    if actor.may(Action.ADJUSTMENT_DECIDE):
        for row in records(adjustments(session, actor, proposed=True)):
            name = f"{row['code']} {row['project']}"
            yield line(MINE, _("调整申请待审批"), name, row["reason"], None, "/plan")
    if actor.may(Action.UNLOCK_APPROVE):
        for row in records(unlocks(session, actor, waiting=True)):
            name = f"{row['code']} {row['project']}"
            yield line(MINE, _("解锁申请待批准"), name, row["reason"], None, "/reports")


def _answered_unlocks(session: Session, actor: Actor, today: date) -> Iterable[Any]:
    """Tell who asked what became of it: an open door until it closes, a refusal for a while."""
    if not actor.may(Action.UNLOCK_REQUEST):
        return
    for row in records(unlocks(session, actor, waiting=False)):
        if row["requested_by_id"] != actor.account_id:
            continue
        month, name = f"{row['month']:%Y-%m}", f"{row['code']} {row['project']}"
        link = f"/reports?month={row['month']}"
        if row["ends_on"] is not None and today <= row["ends_on"]:
            word = _("{month} 已批准解锁，请在截止日前报送").format(month=month)
            yield line(BACK, word, name, "", row["ends_on"], link)
        elif row["refused_on"] is not None and (today - row["refused_on"]).days <= NEWS_DAYS:
            word = _("{month} 解锁申请未获批准").format(month=month)
            yield line(BACK, word, name, row["answer"], None, link)
