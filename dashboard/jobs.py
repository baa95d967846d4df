"""What runs by the day: expected reports, closing lights, sweeping; idempotent, under a lock."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as rows_of

from dashboard import audit, clock, files
from dashboard.commands.light import close_month, refresh_facts
from dashboard.commands.period import ensure_expected
from dashboard.commands.rectification_care import daily_rectifications
from dashboard.commands.session import sweep
from dashboard.commands.token import log_use
from dashboard.db import analyze, reading, transaction
from dashboard.i18n import _
from dashboard.queries.file import kept_digests
from models.audit import Via
from models.programme import Programme
from models.project import LivelihoodProject
from models.report import ReportingPeriod


def daily(today: date | None = None) -> list[str]:
    """Run the day's work for every programme that lives on the calendar; say what was done."""
    before = audit.via.set(Via.JOB)
    try:
        return _whole_day(today or clock.today())
    finally:
        audit.via.reset(before)


def _whole_day(day: date) -> list[str]:
    with reading() as session:
        programmes = [
            row.id or 0
            for row in session.exec(rows_of(Programme))
            if row.shown_on is None and row.year >= day.year - 1
        ]
    done = _rectifications(day)
    done += [line for key in programmes for line in _programme(key, day)]
    with transaction() as session:
        sweep(session, now=clock.now())
        log_use(session, today=day)
        kept = kept_digests(session)
    if gone := files.sweep(kept):
        done.append(_("清理无主文件 {count} 个").format(count=gone))
    analyze()
    return done


def _rectifications(day: date) -> list[str]:
    with transaction() as session:
        judged, reminded = daily_rectifications(session, today=day)
    lines = []
    if judged:
        lines.append(_("判定逾期整改 {count} 项").format(count=judged))
    if reminded:
        lines.append(_("催办整改 {count} 项").format(count=reminded))
    return lines


def _programme(programme_id: int, day: date) -> list[str]:
    with transaction() as session:
        programme = session.get_one(Programme, programme_id)
        expected = ensure_expected(session, None, programme, day.replace(day=1), day)
        due = select(col(ReportingPeriod.month)).where(
            col(ReportingPeriod.programme_id) == programme_id,
            col(ReportingPeriod.locked_after) < day,
        )
        months = list(session.connection().scalars(due))
        closed = sum(close_month(session, programme, month, today=day) for month in months)
        projects = select(col(LivelihoodProject.id)).where(
            col(LivelihoodProject.programme_id) == programme_id
        )
        ids = [key for key in session.connection().scalars(projects) if key is not None]
        refresh_facts(session, ids, today=day)
        name = programme.name
    lines = []
    if expected:
        lines.append(_("{name}：应报任务增减 {count} 项").format(name=name, count=expected))
    if closed:
        lines.append(_("{name}：月末结账 {count} 个项目月").format(name=name, count=closed))
    return lines
