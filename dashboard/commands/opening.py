"""The reports of a month that may be written now, of many projects at once, and their writing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from dashboard.audit import append_all, line_of, lines_of_new
from dashboard.bulk import (
    Row,
    add_rows,
    among,
    change_rows,
    draw_keys,
    fresh,
    rows_where,
)
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Actor
from models.custom import CustomValue
from models.project import LivelihoodProject
from models.report import (
    FIGURES,
    ProgressReport,
    ReportingPeriod,
    ReportLine,
    ReportState,
    ReportUnlock,
)

_TABLE = str(ProgressReport.__tablename__)
OPEN_STATES = (ReportState.DRAFT, ReportState.RETURNED)
_CARRIED = ("work_item_id", "cumulative_quantity", "completed_pct")


@dataclass(slots=True)
class Opened:
    """A report as it is being written (`now`), as it stood (`was`), and the one it replaces.

    `logged` is what the audit log has last been told of it, `lines` its figures by work item.
    `answers` is what stands in the fields an office added, `kept` the row they were read from.
    """

    now: Row
    was: Row | None = None
    replaces: Row | None = None
    logged: Row | None = None
    lines: dict[int, Row] = field(default_factory=dict)
    lines_were: dict[int, Row] = field(default_factory=dict)
    answers: Row = field(default_factory=dict)
    kept: Row | None = None


def opened(row: Row) -> Opened:
    """Begin to write a report that is there."""
    return Opened({**row}, row, logged=row)


def log(
    session: Session, actor: Actor, event: str, reports: Sequence[Opened], *, batch: str = ""
) -> None:
    """Record what has become of reports since the log was last told, a line each."""
    plain = [one.now for one in reports if one.logged is None and not one.answers]
    brought = iter(lines_of_new(event, plain, _TABLE, batch=batch))
    lines = []
    for one in reports:
        now, was = one.now, one.logged
        if one.answers:
            now = {**now, **one.answers}
            was = was and {**dict.fromkeys(one.answers), **was}
        elif was is None:
            lines.append(next(brought))
            one.logged = {**now}
            continue
        lines.append(line_of(event, now, _TABLE, was, batch=batch))
        one.logged = {**now}
    append_all(session, actor, lines)


def write_reports(session: Session, reports: Sequence[Opened]) -> None:
    """Write reports and their lines: the new ones, and what has changed of the others."""
    add_rows(session, ProgressReport, [one.now for one in reports if one.was is None])
    pairs = [(one.was, one.now) for one in reports if one.was is not None]
    _change(session, ProgressReport, pairs)
    known = [(one.lines_were.get(key), row) for one in reports for key, row in one.lines.items()]
    add_rows(session, ReportLine, [row for was, row in known if was is None])
    _change(session, ReportLine, [(was, row) for was, row in known if was is not None])
    _write_answers(session, [one for one in reports if one.answers])


def _write_answers(session: Session, reports: Iterable[Opened]) -> None:
    new, changed = [], []
    for one in reports:
        if one.kept is None:
            given = {"table_name": _TABLE, "row_id": one.now["id"], "answers": one.answers}
            new.append(fresh(CustomValue, **given))
        elif one.kept["answers"] != one.answers:
            changed.append({**one.kept, "answers": one.answers})
    add_rows(session, CustomValue, new)
    change_rows(session, CustomValue, changed, ["answers"])


def _change(session: Session, model: type, pairs: Iterable[tuple[Row, Row]]) -> None:
    changed = [(was, row) for was, row in pairs if was != row]
    names = {name for was, row in changed for name in row if row[name] != was[name]}
    change_rows(session, model, [row for _was, row in changed], names)


def open_reports(
    session: Session,
    project_ids: Collection[int],
    period: ReportingPeriod,
    agency_id: int | None,
    today: date,
) -> dict[int, Opened]:
    """Give each project's report of the month that may be written now: there already, or new.

    A new one has its key, and is not in the database before `write_reports`.

    Raises:
        Invalid: the month is locked, or a report has been sent on and was not returned.
    """
    # Two who write for a project at once must not both begin the month's report.
    inside = among(session, col(LivelihoodProject.id), project_ids)
    held = select(col(LivelihoodProject.id)).where(inside).order_by(col(LivelihoodProject.id))
    session.connection().execute(held.with_for_update()).all()
    newest = {
        row["project_id"]: row
        for row in rows_where(
            session,
            ProgressReport,
            among(session, col(ProgressReport.project_id), project_ids),
            col(ProgressReport.month) == period.month,
            order_by=col(ProgressReport.revision),
        )
    }
    unlocked = require_open(session, project_ids, period, today, newest.values())
    keys = iter(draw_keys(session, ProgressReport, len(project_ids)))
    shared = {"period_id": period.id, "agency_id": agency_id, "month": period.month}
    found = {
        key: _opened(newest.get(key), {**shared, "project_id": key, "id": new}, key in unlocked)
        for key, new in zip(project_ids, keys, strict=True)
    }
    add_lines(session, found.values())
    add_answers(session, found.values())
    return found


def _opened(newest: Row | None, given: Row, unlocked: bool) -> Opened:
    if newest is None:
        return Opened(fresh(ProgressReport, **given))
    if newest["state"] in OPEN_STATES:
        return opened(newest)
    if newest["state"] is not ReportState.ACCEPTED:
        raise Invalid(
            _("该项目本月的月报已报送（{state}），退回后才能修改。").format(
                state=_(newest["state"].label)
            )
        )
    if not unlocked:
        raise Invalid(_("该项目本月的月报已审定并锁定；如需更正，请先申请解锁。"))
    # A revision begins as what it replaces: what its sheet leaves out stays as it was.
    figures = {name: newest[name] for name in (*FIGURES, "cells")}
    now = fresh(ProgressReport, **given, **figures, revision=newest["revision"] + 1)
    return Opened(now, replaces=newest)


def add_lines(session: Session, reports: Iterable[Opened]) -> None:
    """Load the lines of reports, or of those they replace."""
    by_id = {row["id"]: one for one in reports if (row := one.was or one.replaces)}
    if not by_id:
        return
    inside = among(session, col(ReportLine.report_id), by_id)
    for row in rows_where(session, ReportLine, inside):
        one, item = by_id[row["report_id"]], row["work_item_id"]
        if one.replaces is None:
            one.lines_were[item] = row
            one.lines[item] = {**row}
        else:
            one.lines[item] = line_like(row, one)


def add_answers(session: Session, reports: Iterable[Opened]) -> None:
    """Load what reports, or those they replace, hold in the fields an office added."""
    by_id = {row["id"]: one for one in reports if (row := one.was or one.replaces)}
    if not by_id:
        return
    inside = among(session, col(CustomValue.row_id), by_id)
    for row in rows_where(session, CustomValue, col(CustomValue.table_name) == _TABLE, inside):
        one = by_id[row["row_id"]]
        one.answers = {**row["answers"]}
        if one.replaces is None:
            one.kept = row
            one.logged = one.logged and {**one.logged, **one.answers}


def line_like(row: Mapping[str, Any], report: Opened) -> Row:
    """Give a report a line with the cumulative figures of another one's."""
    kept = {name: row[name] for name in _CARRIED}
    return fresh(ReportLine, **kept, report_id=report.now["id"])


def require_open(
    session: Session,
    project_ids: Collection[int],
    period: ReportingPeriod,
    today: date,
    newest: Iterable[Row] = (),
) -> set[int]:
    """Raise `Invalid` when the month is locked and no unlock is open for one of the projects.

    Gives the projects with an open unlock, where the lock or an accepted report makes it matter.
    """
    locked = today > period.locked_after
    if not locked and all(row["state"] is not ReportState.ACCEPTED for row in newest):
        return set()
    statement = (
        select(col(ReportUnlock.project_id))
        .where(among(session, col(ReportUnlock.project_id), project_ids))
        .where(col(ReportUnlock.month) == period.month)
        .where(col(ReportUnlock.approved_on) <= today, col(ReportUnlock.ends_on) >= today)
    )
    session.flush()
    unlocked = set(session.connection().scalars(statement))
    if locked and any(key not in unlocked for key in project_ids):
        raise Invalid(
            _("{month} 的月报已于 {day} 锁定；如需补报，请先申请解锁。").format(
                month=period.month.strftime("%Y-%m"), day=period.locked_after.isoformat()
            )
        )
    return unlocked


def require_state(
    report_id: int | None, state: ReportState, states: Collection[ReportState]
) -> None:
    """Raise `Conflict` when a report is in none of these states."""
    if state not in states:
        raise Conflict(
            _("第 {id} 号月报现在是“{now}”，不能进行此操作，可能已有人办理，请刷新。").format(
                id=report_id, now=_(state.label)
            )
        )
