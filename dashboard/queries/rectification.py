"""整改台账: the register, one item with its history, what may be pressed, counts."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.db import Columns, frame, records
from dashboard.errors import Missing
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, sees_row, sees_sql
from dashboard.queries.calendar import threshold
from dashboard.queries.rectification_rule import TABLE, is_second, moves_from
from dashboard.queries.scope import rectification_scope
from dashboard.rules.deadline import clock_on
from dashboard.rules.rectification import ENDS, judgements
from models.account import Account
from models.agency import Agency
from models.file import Attachment, StoredFile
from models.observer import SealedSet
from models.project import LivelihoodProject
from models.rectification import (
    Extension,
    ExtensionState,
    Inspection,
    Recheck,
    Rectification,
    RectificationEvent,
    RectificationKind,
    RectificationState,
)

_OWN = (
    "project_id", "number", "source", "finding", "thing", "category", "severity", "agency_id",
    "responsible", "phone", "requirement", "standard", "visible", "state", "issued_on", "found_on",
    "inspected_by", "inspector", "due_on", "first_due_on", "day_kind", "received_on",
    "proposed_on", "proposed_by_id", "remedy", "closed_on", "met_deadline", "recheck_on",
    "passed_to", "public_answer", "reopens", "extensions", "reminders", "batch", "version",
    "inspection_id", "duplicate_of_id", "issued_by_id",
)  # fmt: skip


def rectifications(
    session: Session,
    actor: Actor,
    today: date,
    *,
    project_id: int | None = None,
    programme_id: int | None = None,
    key: int | None = None,
) -> pd.DataFrame:
    """List the items the actor sees: those under way first, the most pressing on top.

    Columns: rectification_id, code, project, agency, state_name, kind (RectificationKind code),
    sealed (bool), issuer, issuing_agency (None: the issuer belongs to none), proposer, closer,
    duplicate_of, days_left (int; None unless it is open, for nothing runs while a proposal waits),
    clock (Clock code) and the columns of the table.
    """
    statement = _items(actor)
    for column, value in (
        (Rectification.project_id, project_id),
        (LivelihoodProject.programme_id, programme_id),
        (Rectification.id, key),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    found = frame(session, statement)
    soon = int(threshold(session, "REMIND_BEFORE", today))
    ended = [kind != RectificationKind.OPEN for kind in found["kind"]]
    dues = list(zip(found["due_on"], ended, strict=True))
    found["days_left"] = [None if end else (due - today).days for due, end in dues]
    found["clock"] = [clock_on(today, due, soon, ended=end).value for due, end in dues]
    return found


def _items(actor: Actor) -> Columns:
    row, state, sealed = Rectification, RectificationState, SealedSet
    issuer, proposer, closer = aliased(Account), aliased(Account), aliased(Account)
    first, issuing = aliased(Rectification), aliased(Agency)
    # What a sealed one repeats is of the same set, so its number tells nobody more.
    ended = col(state.kind).in_(ENDS)
    return (
        select(
            col(row.id).label("rectification_id"),
            col(LivelihoodProject.code),
            col(LivelihoodProject.name).label("project"),
            col(Agency.name).label("agency"),
            col(state.name).label("state_name"),
            col(state.kind).label("kind"),
            (col(sealed.id).is_not(None) & col(sealed.released_on).is_(None)).label("sealed"),
            issuer.display_name.label("issuer"),  # type: ignore[attr-defined]
            issuing.name.label("issuing_agency"),  # type: ignore[attr-defined]
            proposer.display_name.label("proposer"),  # type: ignore[attr-defined]
            closer.display_name.label("closer"),  # type: ignore[attr-defined]
            first.number.label("duplicate_of"),  # type: ignore[attr-defined]
            *(col(getattr(row, name)) for name in _OWN),
        )
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(row.project_id))
        .join(Agency, col(Agency.id) == col(row.agency_id))
        .join(state, col(state.code) == col(row.state))
        .outerjoin(sealed, col(sealed.id) == col(row.sealed_set_id))
        .outerjoin(issuer, issuer.id == col(row.issued_by_id))  # type: ignore[arg-type]
        .outerjoin(issuing, issuing.id == issuer.agency_id)  # type: ignore[arg-type]
        .outerjoin(proposer, proposer.id == col(row.proposed_by_id))  # type: ignore[arg-type]
        .outerjoin(closer, closer.id == col(row.closed_by_id))  # type: ignore[arg-type]
        .outerjoin(first, first.id == col(row.duplicate_of_id))  # type: ignore[arg-type]
        .where(sees_sql(actor, Rectification))
        .order_by(ended, col(row.due_on), col(row.id))
    )


def rectification_by_id(
    session: Session, actor: Actor, rectification_id: int, today: date
) -> dict[str, Any]:
    """Give one item as a record of `rectifications`.

    Raises:
        Missing: there is none, or the actor does not see it; the two are not told apart.
    """
    found = records(rectifications(session, actor, today, key=rectification_id))
    if not found:
        raise Missing(_("找不到该整改，或您无权查看。"))
    return found[0]


def rectification_events(session: Session, actor: Actor, rectification_id: int) -> pd.DataFrame:
    """List what happened to an item, in order.

    Columns: happened_on, event, name, who, agency, due_on, words.
    """
    event = RectificationEvent
    statement: Columns = (
        select(
            col(event.happened_on), col(event.event), col(event.name),
            col(Account.display_name).label("who"), col(Agency.name).label("agency"),
            col(event.due_on), col(event.words),
        )
        .outerjoin(Account, col(Account.id) == col(event.account_id))
        .outerjoin(Agency, col(Agency.id) == col(event.agency_id))
        .where(col(event.rectification_id) == rectification_id, sees_sql(actor, event))
        .order_by(col(event.id))
    )  # fmt: skip
    return frame(session, statement)


def rectification_documents(session: Session, actor: Actor, rectification_id: int) -> pd.DataFrame:
    """List an item's documents. Columns: file_id, name, size, caption."""
    seen = select(col(Rectification.id)).where(sees_sql(actor, Rectification))
    statement: Columns = (
        select(
            col(StoredFile.id).label("file_id"), col(StoredFile.name), col(StoredFile.size),
            col(Attachment.caption),
        )
        .join(StoredFile, col(StoredFile.id) == col(Attachment.file_id))
        .where(col(Attachment.table_name) == TABLE, col(Attachment.row_id) == rectification_id)
        .where(col(Attachment.row_id).in_(seen))
        .order_by(col(Attachment.id))
    )  # fmt: skip
    return frame(session, statement)


def rectification_buttons(session: Session, actor: Actor, rectification_id: int) -> pd.DataFrame:
    """List the moves this actor may make with an item now, in their order.

    Columns: code, name, to_kind (RectificationKind code), needs_reason, needs_evidence,
    needs_after_photo.
    """
    seen = rows_of(Rectification).where(
        Rectification.id == rectification_id, sees_sql(actor, Rectification)
    )
    row = session.exec(seen).first()
    kinds = {each.code: each.kind for each in session.exec(rows_of(RectificationState))}
    found = []
    scope = rectification_scope(session, row) if row else None
    for move in moves_from(session, row.state) if row else ():
        assert row is not None
        assert scope is not None
        if not sees_row(actor, scope, Action(move.action)):
            continue
        if move.needs_second_person and not is_second(session, row, actor):
            continue
        found.append(
            (
                move.code, move.name, kinds[move.to_state].value, move.needs_reason,
                move.needs_evidence, move.needs_after_photo,
            )
        )  # fmt: skip
    names = ["code", "name", "to_kind", "needs_reason", "needs_evidence", "needs_after_photo"]
    return pd.DataFrame(found, columns=names)


def extensions(
    session: Session, actor: Actor, rectification_id: int | None = None, *, waiting: bool = False
) -> pd.DataFrame:
    """List the extensions of an item, or all the actor sees, oldest first.

    Columns: extension_id, rectification_id, project_id, number, code, project, thing, old_due_on,
    new_due_on, reason, state, asked_by_id, asker, asked_on, decided_on, answer.
    """
    asked = Extension
    statement: Columns = (
        select(
            col(asked.id).label("extension_id"), col(asked.rectification_id),
            *_of_item(), col(asked.old_due_on), col(asked.new_due_on), col(asked.reason),
            col(asked.state), col(asked.asked_by_id), col(Account.display_name).label("asker"),
            col(asked.asked_on), col(asked.decided_on), col(asked.answer),
        )
        .join(Rectification, col(Rectification.id) == col(asked.rectification_id))
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(Rectification.project_id))
        .join(Account, col(Account.id) == col(asked.asked_by_id))
        .where(sees_sql(actor, asked))
        .order_by(col(asked.id))
    )  # fmt: skip
    if rectification_id is not None:
        statement = statement.where(col(asked.rectification_id) == rectification_id)
    if waiting:
        statement = statement.where(col(asked.state) == ExtensionState.ASKED)
    return frame(session, statement)


def _of_item() -> tuple[Any, ...]:
    return (
        col(Rectification.project_id), col(Rectification.number), col(LivelihoodProject.code),
        col(LivelihoodProject.name).label("project"), col(Rectification.thing),
    )  # fmt: skip


def rechecks(session: Session, actor: Actor, rectification_id: int | None = None) -> pd.DataFrame:
    """List looks again, of an item or all the actor sees that are not done, by their day.

    Columns: recheck_id, rectification_id, project_id, number, code, project, thing, due_on,
    done_on, who, passed, words.
    """
    look = Recheck
    statement: Columns = (
        select(
            col(look.id).label("recheck_id"), col(look.rectification_id), *_of_item(),
            col(look.due_on), col(look.done_on), col(Account.display_name).label("who"),
            col(look.passed), col(look.words),
        )
        .join(Rectification, col(Rectification.id) == col(look.rectification_id))
        .join(LivelihoodProject, col(LivelihoodProject.id) == col(Rectification.project_id))
        .outerjoin(Account, col(Account.id) == col(look.done_by_id))
        .where(sees_sql(actor, look))
        .order_by(col(look.due_on), col(look.id))
    )  # fmt: skip
    if rectification_id is not None:
        statement = statement.where(col(look.rectification_id) == rectification_id)
    else:
        statement = statement.where(col(look.done_on).is_(None))
    return frame(session, statement)


def inspections(session: Session, actor: Actor) -> pd.DataFrame:
    """List inspections, newest first, with the items they issued and those still to be received.

    Columns: inspection_id, region_id, name, inspected_on, announced, led_by, sealed (bool), items.
    """
    made = Inspection
    items = (
        select(func.count())
        .where(col(Rectification.inspection_id) == col(made.id), sees_sql(actor, Rectification))
        .correlate(made)
        .scalar_subquery()
    )
    statement: Columns = (
        select(
            col(made.id).label("inspection_id"), col(made.region_id), col(made.name),
            col(made.inspected_on), col(made.announced), col(made.led_by),
            (col(SealedSet.id).is_not(None) & col(SealedSet.released_on).is_(None)).label("sealed"),
            items.label("items"),
        )
        .outerjoin(SealedSet, col(SealedSet.id) == col(made.sealed_set_id))
        .where(sees_sql(actor, made))
        .order_by(col(made.inspected_on).desc(), col(made.id).desc())
    )  # fmt: skip
    return frame(session, statement)


def open_sealed_sets(session: Session, actor: Actor) -> pd.DataFrame:
    """List the sealed sets that are not released, newest first. Columns: set_id, region_id, name.

    For who issues into one of them.
    """
    statement: Columns = (
        select(col(SealedSet.id).label("set_id"), col(SealedSet.region_id), col(SealedSet.name))
        .where(sees_sql(actor, SealedSet), col(SealedSet.released_on).is_(None))
        .order_by(col(SealedSet.id).desc())
    )
    return frame(session, statement)


def rectification_counts(session: Session, actor: Actor, today: date) -> pd.DataFrame:
    """Count items, judgements and reopenings by unit, of what the actor sees.

    Columns: agency, items, open, overdue, met, missed, reopens (against the unit that had it).
    """
    found = rectifications(session, actor, today)
    counted: dict[str, dict[str, int]] = {}

    def of(agency: str) -> dict[str, int]:
        names = ("items", "open", "overdue", "met", "missed", "reopens")
        return counted.setdefault(agency, dict.fromkeys(names, 0))

    for row in records(found):
        one = of(row["agency"])
        one["items"] += 1
        one["open"] += RectificationKind.of(row["kind"]) not in ENDS
        one["overdue"] += row["clock"] == "LATE"
    for _item, events in groupby(_histories(session, actor), key=lambda each: each[0]):
        own = list(events)
        for judged in judgements((each[1], each[2]) for each in own):
            of(_agency(own, judged.agency_id))["met" if judged.met else "missed"] += 1
        for each in own:
            if _reopened(each):
                of(each[3])["reopens"] += 1
    rows = [{"agency": agency, **counts} for agency, counts in sorted(counted.items())]
    columns = ["agency", "items", "open", "overdue", "met", "missed", "reopens"]
    return pd.DataFrame(rows, columns=columns)


def _agency(events: list[Any], agency_id: int | None) -> str:
    return next((each[3] for each in events if each[2] == agency_id), "")


def _reopened(event: Any) -> bool:
    return bool(event[1] == "reopen" and event[4] is RectificationKind.FIXED)


def _histories(session: Session, actor: Actor) -> list[Any]:
    """Give the events of every item seen: item, event, agency_id, agency, kind before, who."""
    event, state = RectificationEvent, RectificationState
    statement = (
        select(
            col(event.rectification_id), col(event.event), col(event.agency_id),
            func.coalesce(Agency.name, ""), col(state.kind), col(Account.display_name),
        )
        .outerjoin(Agency, col(Agency.id) == col(event.agency_id))
        .outerjoin(state, col(state.code) == col(event.from_state))
        .outerjoin(Account, col(Account.id) == col(event.account_id))
        .where(sees_sql(actor, event))
        .order_by(col(event.rectification_id), col(event.id))
    )  # fmt: skip
    return [tuple(row) for row in session.connection().execute(statement)]


def clearer_counts(session: Session, actor: Actor) -> pd.DataFrame:
    """Count by who cleared: items cleared, and how many of these were reopened afterwards.

    Columns: clearer, cleared, reopened.
    """
    counted: dict[str, dict[str, int]] = {}
    for _item, events in groupby(_histories(session, actor), key=lambda each: each[0]):
        clearer = ""
        for each in events:
            if each[1] == "clear":
                clearer = each[5] or ""
                of = counted.setdefault(clearer, {"cleared": 0, "reopened": 0})
                of["cleared"] += 1
            elif _reopened(each) and clearer in counted:
                counted[clearer]["reopened"] += 1
    rows = [{"clearer": name, **counts} for name, counts in sorted(counted.items())]
    return pd.DataFrame(rows, columns=["clearer", "cleared", "reopened"])
