"""亮灯: keep the monthly facts, close months, mark what recovered, set a light by hand."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, delete, func, insert, select
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as rows_of

from dashboard import audit
from dashboard.audit import record
from dashboard.db import load
from dashboard.errors import Invalid
from dashboard.i18n import _, joined
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.facts import (
    chunks,
    month_in_view,
    programme_day,
    subjects,
)
from dashboard.queries.rule import RulesByDay
from dashboard.queries.scope import scope_of
from dashboard.rules.closing import MENDABLE, closing_light, months_of, recovered_on
from dashboard.rules.fact import facts_on
from dashboard.rules.light import RuleSet, holds_until, light
from dashboard.rules.month import month_facts
from dashboard.rules.progress import Subject, month_end, next_month
from dashboard.rules.words import required_words
from models.fact import ProjectMonth, RegionMonth
from models.light import LightKind, LightOverride, LightRecord
from models.programme import Programme
from models.project import LivelihoodProject
from models.report import ReportingPeriod

_PART = 500


@dataclass(frozen=True)
class _View:
    """How a programme's projects are lit on a day."""

    programme: Programme
    day: date
    month: date
    by_day: RulesByDay
    rules: RuleSet
    until: int
    fixed: bool

    def holds_until(self, row: Mapping[str, Any]) -> int:
        """Give the last day, as an ordinal, for which a row's light is sure."""
        return self.until if self.fixed else min(self.until, holds_until(self.rules, row, self.day))


def refresh_facts(
    session: Session,
    project_ids: Collection[int] | None,
    months: Collection[date] | None = None,
    *,
    today: date,
) -> int:
    """Work out the monthly facts and lights of projects anew; None means all of them.

    `months` restricts what is written; the runs are counted over all months anyway. Gives the
    number of rows written. Works in bulk, for one project as for a whole province.
    """
    audit.lock(session)
    session.flush()
    ids = sorted(project_ids) if project_ids is not None else _all_ids(session)
    views = _Views(session, today)
    written = 0
    for part in chunks(ids, _PART):
        rows: list[dict[str, Any]] = []
        for subject in subjects(session, part):
            rows += _lit_rows(subject, views[subject.programme_id], months)
        _replace(session, ProjectMonth, "project_id", part, months, rows)
        written += len(rows)
        _mark_recovered(session, part, views, today)
    recount(session, ids, months)
    return written


def _all_ids(session: Session) -> list[int]:
    found = session.connection().scalars(
        select(col(LivelihoodProject.id)).order_by(col(LivelihoodProject.id))
    )
    return [key for key in found if key is not None]


class _Views(dict[int, _View]):
    """The views of programmes, each worked out when it is first asked for."""

    def __init__(self, session: Session, today: date) -> None:
        self._session, self._today = session, today
        self._rules: dict[tuple[str, bool], RulesByDay] = {}

    def __missing__(self, programme_id: int) -> _View:
        programme = load(self._session, Programme, programme_id)
        kind = programme.rule_set_code, programme.shown_on is not None
        if kind not in self._rules:
            self._rules[kind] = RulesByDay(self._session, programme)
        rules, day = self._rules[kind], programme_day(programme, self._today)
        fixed = programme.shown_on is not None and self._today >= programme.shown_on
        later = None if fixed else rules.next_since(day)
        until = (later - timedelta(days=1) if later else date.max).toordinal()
        month = month_in_view(self._session, programme_id, day)
        view = self[programme_id] = _View(programme, day, month, rules, rules.on(day), until, fixed)
        return view


def _lit_rows(
    subject: Subject, view: _View, months: Collection[date] | None
) -> list[dict[str, Any]]:
    rows = month_facts(subject, months_of(subject, view.programme.year), known_on=view.day)
    for row in rows:
        row |= dict.fromkeys(("lit_kind", "lit_dimension", "lit_from", "lit_until"))
        if row["month"] >= view.month:
            found = light(view.rules, facts_on(row, view.day))
            row["lit_kind"], row["lit_dimension"] = found.kind, found.dimension
            row["lit_from"] = view.day.toordinal()
            row["lit_until"] = view.holds_until(row)
    return [row for row in rows if months is None or row["month"] in months]


def _replace(
    session: Session,
    model: type[SQLModel],
    key: str,
    keys: Collection[int],
    months: Collection[date] | None,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    columns = model.__table__.c  # type: ignore[attr-defined]
    old = delete(model).where(columns[key].in_(keys))
    if months is not None:
        old = old.where(columns["month"].in_(months))
    session.connection().execute(old)
    if rows:
        session.connection().execute(insert(model), list(rows))


def recount(session: Session, project_ids: Sequence[int], months: Collection[date] | None) -> None:
    """Count the lights of the regions these projects lie in."""
    regions: set[int] = set()
    for part in chunks(project_ids):
        statement = select(col(LivelihoodProject.region_id)).where(
            col(LivelihoodProject.id).in_(part)
        )
        regions |= set(session.connection().scalars(statement.distinct()))
    for part in chunks(sorted(regions), _PART):
        _replace(session, RegionMonth, "region_id", part, months, _counts(session, part, months))


def _counts(
    session: Session, regions: Sequence[int], months: Collection[date] | None
) -> list[dict[str, Any]]:
    row = ProjectMonth
    kinds = [
        func.sum(case((col(row.lit_kind) == kind, 1), else_=0)).label(kind.value.lower())
        for kind in LightKind
    ]
    statement = (
        select(
            col(row.region_id), col(row.month), *kinds,
            func.max(col(row.lit_from)).label("lit_from"),
            func.min(col(row.lit_until)).label("lit_until"),
        )
        .where(col(row.region_id).in_(regions), col(row.lit_kind).is_not(None))
        .group_by(col(row.region_id), col(row.month))
    )  # fmt: skip
    if months is not None:
        statement = statement.where(col(row.month).in_(months))
    return [dict(found) for found in session.connection().execute(statement).mappings()]


def close_month(session: Session, programme: Programme, month: date, *, today: date) -> int:
    """Write the lights the month ended with, once, after the month is locked (月末灯).

    The facts are those of the month's last day; reports count that were accepted by the day the
    month locked. Projects that have a closing light keep it. Gives the number written.
    """
    period = session.exec(
        rows_of(ReportingPeriod)
        .where(ReportingPeriod.programme_id == programme.id)
        .where(ReportingPeriod.month == month)
    ).first()
    if period is None or programme_day(programme, today) <= period.locked_after:
        return 0
    written = 0
    rules = RulesByDay(session, programme).on(month_end(month))
    for part in chunks(_unclosed(session, programme, month), _PART):
        rows = [
            _closing(subject, programme, rules, month, period.locked_after, today)
            for subject in subjects(session, part)
        ]
        session.add_all(rows)
        session.flush()
        written += len(rows)
    if written:
        comment = _("{month} 月末灯，{count} 个项目").format(month=f"{month:%Y-%m}", count=written)
        audit.append(
            session, None, "light:close", table_name="programme", row_key=str(programme.id),
            comment=comment,
        )  # fmt: skip
    return written


def close_months(session: Session, *, today: date) -> int:
    """Close every month of every programme that is locked and not closed; give the number written.

    What the daily run calls; a second run on the same day writes nothing.
    """
    programmes = {row.id: row for row in session.exec(rows_of(Programme))}
    periods = session.exec(
        rows_of(ReportingPeriod)
        .where(ReportingPeriod.locked_after < today)
        .order_by(col(ReportingPeriod.month), col(ReportingPeriod.programme_id))
    ).all()
    return sum(
        close_month(session, programmes[period.programme_id], period.month, today=today)
        for period in periods
    )


def facts_differences(session: Session, *, today: date) -> list[str]:
    """Say where the kept facts differ from what they are worked out from; nothing, and all is well.

    One sentence a project and month, naming the facts that differ. Changes nothing.
    """
    found: list[str] = []
    views = _Views(session, today)
    columns = [each for each in ProjectMonth.__table__.c if each.name not in _LIT]  # type: ignore[attr-defined]
    for part in chunks(_all_ids(session), _PART):
        kept = {
            (row["project_id"], row["month"]): row
            for row in session.connection()
            .execute(select(*columns).where(ProjectMonth.__table__.c.project_id.in_(part)))  # type: ignore[attr-defined]
            .mappings()
        }
        for subject in subjects(session, part):
            view = views[subject.programme_id]
            for row in month_facts(
                subject, months_of(subject, view.programme.year), known_on=view.day
            ):
                found += _difference(kept.pop((subject.id, row["month"]), None), row)
        found += [_("项目 {id} {month}：多出一行事实。").format(id=k[0], month=k[1]) for k in kept]
    return found


_LIT = frozenset({"id", "lit_kind", "lit_dimension", "lit_from", "lit_until"})


def _difference(kept: Mapping[Any, Any] | None, row: Mapping[str, Any]) -> list[str]:
    where = _("项目 {id} {month}").format(id=row["project_id"], month=f"{row['month']:%Y-%m}")
    if kept is None:
        return [_("{where}：缺少一行事实。").format(where=where)]
    names = [name for name, value in row.items() if kept[name] != value]
    if not names:
        return []
    return [_("{where}：与重算不符的事实 {names}。").format(where=where, names=joined(names))]


def _unclosed(session: Session, programme: Programme, month: date) -> list[int]:
    closed = select(col(LightRecord.project_id)).where(col(LightRecord.month) == month)
    statement = (
        select(col(LivelihoodProject.id))
        .where(col(LivelihoodProject.programme_id) == programme.id)
        .where(col(LivelihoodProject.id).not_in(closed))
        .order_by(col(LivelihoodProject.id))
    )
    return [key for key in session.connection().scalars(statement) if key is not None]


def _closing(
    subject: Subject,
    programme: Programme,
    rules: RuleSet,
    month: date,
    known_on: date,
    today: date,
) -> LightRecord:
    facts, found = closing_light(subject, programme.year, rules, month, known_on)
    decided = found.deciding.case if found.deciding else None
    kept = {name: str(value) for name, value in facts.items() if value is not None}
    lights = {each.dimension.value: each.kind.value for each in found.dimensions if each.kind}
    return LightRecord(
        project_id=subject.id,
        month=month,
        kind=found.kind,
        dimension=found.dimension,
        case_id=decided.id if decided else None,
        rule_set_id=rules.id or 0,
        as_of=month_end(month),
        known_on=known_on,
        facts=json.dumps(kept, sort_keys=True),
        lights=json.dumps(lights),
        written_on=today,
    )


def _mark_recovered(
    session: Session, project_ids: Sequence[int], views: Mapping[int, _View], today: date
) -> None:
    """Set the second mark on closing lights that later reports have made up for."""
    rows = session.exec(
        rows_of(LightRecord)
        .where(col(LightRecord.project_id).in_(project_ids))
        .where(col(LightRecord.recovered_on).is_(None))
        .where(col(LightRecord.kind).in_(MENDABLE))
        .order_by(col(LightRecord.id))
    ).all()
    if not rows:
        return
    known = {each.id: each for each in subjects(session, {row.project_id for row in rows})}
    for row in rows:
        subject = known[row.project_id]
        view = views[subject.programme_id]
        rules = view.by_day.on(row.as_of)
        day = recovered_on(
            subject, view.programme.year, rules, row.month, after=row.known_on, today=view.day
        )
        if day is not None:
            row.recovered_on = day
            record(session, None, "light:recover", row)


def override_light(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    kind: LightKind,
    reason: str,
    first_on: date,
    last_on: date | None,
    today: date,
) -> LightOverride:
    """Set a light by hand for a time; it is shown beside the computed one (人工改灯).

    Raises:
        Invalid: no reason, or the days are in no order, or begin in a closed month.
    """
    allow(actor, Action.LIGHT_OVERRIDE, scope_of(session, project_id))
    reason = required_words(reason, _("改灯理由"))
    closed = _closed_upto(session, project_id, today)
    if closed is not None and first_on <= month_end(closed):
        raise Invalid(
            _("{month} 已结账，改灯的起始日不能早于 {day}。").format(
                month=f"{closed:%Y-%m}", day=next_month(closed).isoformat()
            )
        )
    if last_on is not None and last_on < first_on:
        raise Invalid(_("截止日不能早于起始日。"))
    row = LightOverride(
        project_id=project_id,
        kind=kind,
        reason=reason,
        first_on=first_on,
        last_on=last_on,
        by_id=actor.account_id,
    )
    record(session, actor, Action.LIGHT_OVERRIDE, row, comment=reason)
    return row


def _closed_upto(session: Session, project_id: int, today: date) -> date | None:
    """Give the newest month of a project that has its closing light, or is locked and awaits it."""
    project = load(session, LivelihoodProject, project_id)
    day = programme_day(load(session, Programme, project.programme_id), today)
    locked = select(func.max(col(ReportingPeriod.month))).where(
        col(ReportingPeriod.programme_id) == project.programme_id,
        col(ReportingPeriod.locked_after) < day,
    )
    closed = select(func.max(col(LightRecord.month))).where(
        col(LightRecord.project_id) == project_id
    )
    found = [session.connection().scalar(each) for each in (locked, closed)]
    return max((month for month in found if month is not None), default=None)
