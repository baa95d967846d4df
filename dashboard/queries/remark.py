"""观察意见与群众意见: one's own, those within the scope, and one by a citizen's code.

Who wrote a remark is told to the office, to the author, and to others only where the observer
agreed; others read 观察员甲. Telephone numbers are masked here: a look is a command.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import ColumnElement, exists, func, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.db import Columns, frame, records
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, RowScope, sees_sql
from dashboard.queries.account import token_hash
from dashboard.queries.scope import is_sealed, scope_of
from dashboard.rules.place import Place, metres, place_of
from dashboard.rules.remark import masked_phone, plain_code, stem
from models.account import Account
from models.agency import Agency
from models.file import StoredFile
from models.observer import Observer, SealedSet
from models.photo import Photo
from models.project import LivelihoodProject
from models.rectification import Rectification
from models.region import Region
from models.remark import ObserverRemark, RemarkChannel, RemarkReply, RemarkState
from models.site import Site

TABLE = "observer_remark"
OFFICE_ONLY = (
    "doubt",
    "accuracy_m",
    "latitude",
    "longitude",
    "phone",
    "sealed_set",
    "sealed_set_id",
)
"""Columns that are empty for who has no right to the office's notes."""


def my_remarks(session: Session, actor: Actor) -> pd.DataFrame:
    """List the remarks the actor wrote, the newest first.

    Columns as of `remarks`.
    """
    mine = col(ObserverRemark.account_id) == actor.account_id
    return _listed(session, actor, mine & sees_sql(actor, ObserverRemark))


def remarks(
    session: Session,
    actor: Actor,
    *,
    project_id: int | None = None,
    states: Collection[RemarkState] = (),
    channel: RemarkChannel | None = None,
    rectification_id: int | None = None,
    sealed_set_id: int | None = None,
    asked: bool = False,
    limit: int = 500,
) -> pd.DataFrame:
    """List the remarks the actor sees, the newest first; those of others, and one's own.

    `asked`: only those whose author asked to take them up again.

    Columns: remark_id (int), number, version, channel, region, project_id, code, project, agency,
    site, kind, severity, words, place, seen, seen_pct, observed_on, received_at, distance_m,
    state, due_on, decided_on, in_time (bool or None), reason, rectification_id, rectification
    (number), rectify_by (date), answer (the newest), answered_on, rating, rating_words,
    reopen_words, reopen_asked_on, reopens, seen_answer_at, photos (int), mine (bool), author,
    office (bool: the actor reads the office's notes on it); and, empty for others than the office:
    doubt, accuracy_m, latitude, longitude, phone (masked), sealed_set (name), sealed_set_id.
    """
    condition = sees_sql(actor, ObserverRemark)
    if project_id is not None:
        condition &= col(ObserverRemark.project_id) == project_id
    if states:
        condition &= col(ObserverRemark.state).in_(list(states))
    if channel is not None:
        condition &= col(ObserverRemark.channel) == channel
    if rectification_id is not None:
        condition &= col(ObserverRemark.rectification_id) == rectification_id
    if sealed_set_id is not None:
        condition &= col(ObserverRemark.sealed_set_id) == sealed_set_id
        condition &= sees_sql(actor, ObserverRemark, Action.SEALED_READ)
    if asked:
        condition &= col(ObserverRemark.reopen_asked_on).is_not(None)
    return _listed(session, actor, condition, limit)


def remark(session: Session, actor: Actor, remark_id: int) -> pd.DataFrame:
    """Give one remark in one row, or none when the actor does not see it.

    Columns as of `remarks`.
    """
    condition = (col(ObserverRemark.id) == remark_id) & sees_sql(actor, ObserverRemark)
    return _listed(session, actor, condition)


def feedback_of_code(session: Session, code: str) -> pd.DataFrame:
    """Give a citizen's own remark by the code to follow it, in one row, or none.

    Columns, and no other: number, received_at, kind, words, place, project, state, due_on,
    decided_on, reason, rectify_by, answer, answered_on, rating, photos.
    """
    newest = _newest_reply()
    statement: Columns = (
        select(
            col(ObserverRemark.number), col(ObserverRemark.received_at), col(ObserverRemark.kind),
            col(ObserverRemark.words), col(ObserverRemark.place),
            col(LivelihoodProject.name).label("project"), col(ObserverRemark.state),
            col(ObserverRemark.due_on), col(ObserverRemark.decided_on), col(ObserverRemark.reason),
            col(Rectification.due_on).label("rectify_by"),
            col(RemarkReply.words).label("answer"),
            col(RemarkReply.replied_on).label("answered_on"),
            col(ObserverRemark.rating), _photos().label("photos"),
        )
        .outerjoin(LivelihoodProject, col(LivelihoodProject.id) == col(ObserverRemark.project_id))
        .outerjoin(Rectification, col(Rectification.id) == col(ObserverRemark.rectification_id))
        .outerjoin(RemarkReply, col(RemarkReply.id) == newest)
        .where(col(ObserverRemark.follow_hash) == token_hash(plain_code(code)))
    )  # fmt: skip
    return frame(session, statement)


def photos_of_code(session: Session, code: str) -> list[str]:
    """Give the photos a citizen sent, by the code, as SHA-256 of their small copies, in order.

    Blacked out where that was done; never what was received.
    """
    copy = func.coalesce(Photo.published_thumb_id, Photo.thumb_file_id)
    statement = (
        select(col(StoredFile.sha256))
        .join(Photo, copy == col(StoredFile.id))
        .join(ObserverRemark, col(ObserverRemark.id) == col(Photo.row_id))
        .where(col(Photo.table_name) == TABLE)
        .where(col(ObserverRemark.follow_hash) == token_hash(plain_code(code)))
        .order_by(col(Photo.id))
    )
    return list(session.connection().scalars(statement))


def replies(session: Session, actor: Actor, remark_id: int) -> pd.DataFrame:
    """List the public answers to a remark, oldest first.

    Columns: words, replied_on, replied_by.
    """
    statement: Columns = (
        select(
            col(RemarkReply.words),
            col(RemarkReply.replied_on),
            col(Account.display_name).label("replied_by"),
        )
        .join(Account, col(Account.id) == col(RemarkReply.replied_by_id))
        .where(col(RemarkReply.remark_id) == remark_id, sees_sql(actor, RemarkReply))
        .order_by(col(RemarkReply.id))
    )
    return frame(session, statement)


def sight_of(session: Session, row: ObserverRemark, actor: Actor) -> RowScope:
    """Give what decides whether the actor sees this remark, for commands that check one."""
    region = session.get_one(Region, row.region_id)
    return RowScope(
        region.path,
        scope_of(session, row.project_id) if row.project_id else None,
        mine=row.account_id is not None and row.account_id == actor.account_id,
        sealed=is_sealed(session, row.sealed_set_id),
        withdrawn=row.state is RemarkState.WITHDRAWN,
    )


class Seen(NamedTuple):
    """Where somebody was, when, and how uncertain the place is."""

    at: datetime
    place: Place
    accuracy_m: int


def last_place(session: Session, account_id: int, before: datetime) -> Seen | None:
    """Give where the account's last remark with a position before this instant was written."""
    at = func.coalesce(ObserverRemark.written_at, ObserverRemark.received_at)
    statement = (
        rows_of(ObserverRemark)
        .where(ObserverRemark.account_id == account_id, at <= before)
        .where(col(ObserverRemark.latitude).is_not(None))
        .order_by(at.desc())
        .limit(1)
    )
    row = session.exec(statement).first()
    place = place_of(row.latitude, row.longitude) if row else None
    if row is None or place is None:
        return None
    return Seen(row.written_at or row.received_at, place, row.accuracy_m or 0)


def nearest_site_m(
    session: Session, place: Place, project_id: int, site_id: int | None = None
) -> int | None:
    """Give how far a place is from the site, or from the project's nearest; None without any."""
    statement = rows_of(Site).where(Site.project_id == project_id, col(Site.latitude).is_not(None))
    if site_id is not None:
        statement = statement.where(Site.id == site_id)
    spots = [place_of(site.latitude, site.longitude) for site in session.exec(statement)]
    return min((metres(place, spot) for spot in spots if spot), default=None)


def _newest_reply() -> Any:
    return (
        select(func.max(col(RemarkReply.id)))
        .where(col(RemarkReply.remark_id) == col(ObserverRemark.id))
        .correlate(ObserverRemark)
        .scalar_subquery()
    )


def _photos() -> Any:
    return (
        select(func.count())
        .select_from(Photo)
        .where(col(Photo.table_name) == TABLE, col(Photo.row_id) == col(ObserverRemark.id))
        .correlate(ObserverRemark)
        .scalar_subquery()
    )


def _disclosed() -> ColumnElement[bool]:
    """Say that the observer agreed to be named, for the term in which this was written."""
    return exists().where(
        col(Observer.account_id) == col(ObserverRemark.account_id),
        col(Observer.disclosed),
        col(Observer.first_on) <= col(ObserverRemark.observed_on),
        col(Observer.last_on) >= col(ObserverRemark.observed_on),
    )


_PLAIN = (
    "number", "version", "channel", "project_id", "kind", "severity", "words", "place", "seen",
    "seen_pct", "observed_on", "received_at", "distance_m", "state", "due_on", "decided_on",
    "in_time", "reason", "rating", "rating_words", "reopen_words", "reopen_asked_on", "reopens",
    "seen_answer_at", "doubt", "accuracy_m", "latitude", "longitude", "sealed_set_id",
)  # fmt: skip


def _listed(
    session: Session, actor: Actor, condition: ColumnElement[bool], limit: int = 500
) -> pd.DataFrame:
    table = ObserverRemark
    mine = col(table.account_id).is_not_distinct_from(actor.account_id)
    linked = (col(Rectification.id) == col(table.rectification_id)) & (
        mine | sees_sql(actor, Rectification)
    )
    statement: Columns = (
        select(
            col(table.id).label("remark_id"),
            *(getattr(table, name) for name in _PLAIN),
            col(Region.name).label("region"),
            col(LivelihoodProject.code), col(LivelihoodProject.name).label("project"),
            col(Agency.name).label("agency"),
            col(Site.name).label("site"),
            col(Rectification.id).label("rectification_id"),
            col(Rectification.number).label("rectification"),
            col(Rectification.due_on).label("rectify_by"),
            col(RemarkReply.words).label("answer"),
            col(RemarkReply.replied_on).label("answered_on"),
            col(SealedSet.name).label("sealed_set"), _photos().label("photos"),
            mine.label("mine"),
            sees_sql(actor, table, Action.NOTE_READ).label("office"),
            col(table.account_id).label("author_id"), _disclosed().label("disclosed"),
            col(Account.display_name).label("author"),
            func.coalesce(func.nullif(table.phone, ""), Account.phone, "").label("phone"),
        )
        .join(Region, col(Region.id) == col(table.region_id))
        .outerjoin(LivelihoodProject, col(LivelihoodProject.id) == col(table.project_id))
        .outerjoin(Agency, col(Agency.id) == col(LivelihoodProject.lead_agency_id))
        .outerjoin(Site, col(Site.id) == col(table.site_id))
        .outerjoin(Rectification, linked)
        .outerjoin(RemarkReply, col(RemarkReply.id) == _newest_reply())
        .outerjoin(SealedSet, col(SealedSet.id) == col(table.sealed_set_id))
        .outerjoin(Account, col(Account.id) == col(table.account_id))
        .where(condition)
        .order_by(col(table.observed_on).desc(), col(table.id).desc())
        .limit(limit)
    )  # fmt: skip
    found = frame(session, statement)
    return _masked(found, _stems(session, actor, found))


def _masked(found: pd.DataFrame, stems: dict[tuple[int | None, int], str]) -> pd.DataFrame:
    rows = records(found)
    for row in rows:
        known = row["office"] or row["mine"] or row["disclosed"]
        if row["author_id"] is None:
            row["author"] = _("群众")
        elif not known:
            row["author"] = stems[row["project_id"], row["author_id"]]
        row["phone"] = masked_phone(row["phone"])
        for name in () if row["office"] else OFFICE_ONLY:
            row[name] = None
    names = [name for name in found.columns if name not in ("author_id", "disclosed")]
    return pd.DataFrame(rows, columns=names, dtype=object)


def _stems(
    session: Session, actor: Actor, found: pd.DataFrame
) -> dict[tuple[int | None, int], str]:
    """Give each observer of a project a sign, in the order of what the actor sees of them."""
    projects = {key for key in found["project_id"] if key is not None}
    statement = (
        select(
            col(ObserverRemark.project_id),
            col(ObserverRemark.account_id),
            func.min(ObserverRemark.id).label("first"),
        )
        .where(col(ObserverRemark.project_id).in_(projects), sees_sql(actor, ObserverRemark))
        .where(col(ObserverRemark.account_id).is_not(None))
        .group_by(col(ObserverRemark.project_id), col(ObserverRemark.account_id))
        .order_by(func.min(ObserverRemark.id))
    )
    names: dict[tuple[int | None, int], str] = {}
    counts: dict[int | None, int] = {}
    for project_id, account_id, _first in session.connection().execute(statement):
        position = counts.get(project_id, 0)
        counts[project_id] = position + 1
        names[project_id, account_id or 0] = _("观察员{sign}").format(sign=stem(position))
    return names
