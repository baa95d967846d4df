"""What the facts of projects are worked out from, read in bulk: for commands and past days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Executable, func, select
from sqlmodel import Session, col

from dashboard.rules.progress import (
    Given,
    Item,
    Line,
    Move,
    Node,
    Problem,
    Report,
    Subject,
    month_end,
    previous_month,
)
from models.file import Attachment
from models.light import GivenFact
from models.milestone import Adjustment, AdjustmentField, AdjustmentState, Milestone
from models.observer import SealedSet
from models.programme import Programme
from models.project import FundSource, LivelihoodProject, WorkItem
from models.rectification import (
    Rectification,
    RectificationEvent,
    RectificationState,
)
from models.report import (
    ExpectedReport,
    ProgressReport,
    ReportingPeriod,
    ReportLine,
    ReportState,
)

CHUNK = 2000
_Grouped = dict[int, list[Any]]


def chunks(ids: Iterable[int], size: int = CHUNK) -> Iterator[list[int]]:
    """Cut keys into lists that fit into one statement."""
    rest = iter(ids)
    while part := list(islice(rest, size)):
        yield part


def subjects(session: Session, project_ids: Collection[int]) -> list[Subject]:
    """Give the projects with all that their facts are worked out from, in order of id."""
    return [each for part in chunks(project_ids) for each in _subjects(session, part)]


def _subjects(session: Session, ids: list[int]) -> Iterator[Subject]:
    project = LivelihoodProject
    rows = _rows(
        session,
        select(
            col(project.id), col(project.programme_id), col(project.region_id),
            col(project.target_quantity), col(project.starts_on), col(project.started_on),
            col(project.due_on), col(project.accepted_on), col(project.accepted_known_on),
            col(project.planned_investment_wan),
        )
        .where(col(project.id).in_(ids))
        .order_by(col(project.id)),
    )  # fmt: skip
    items, nodes, reports = _items(session, ids), _nodes(session, ids), _reports(session, ids)
    expected, given = _expected(session, ids), _given(session, ids)
    budgets, adjusted = _budgets(session, ids), _adjusted(session, ids)
    problems = _problems(session, ids)
    for row in rows:
        key = row[0]
        parts: list[Any] = [
            *row,
            sum(budgets[key], Decimal(0)) if key in budgets else None,
            tuple(items.get(key, ())),
            tuple(nodes.get(key, ())),
            tuple(reports.get(key, ())),
            dict(expected.get(key, ())),
            tuple(given.get(key, ())),
            tuple(day for day, _field, _old in adjusted.get(key, ())),
            tuple(_moves(adjusted.get(key, ()))),
            tuple(problems.get(key, ())),
        ]
        yield Subject(*parts)


def _rows(session: Session, statement: Executable) -> Sequence[Any]:
    return session.connection().execute(statement).all()


def _grouped(pairs: Iterable[tuple[int, Any]]) -> _Grouped:
    found: _Grouped = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)


def _items(session: Session, ids: list[int]) -> _Grouped:
    item = WorkItem
    statement = select(
        col(item.project_id), col(item.id), col(item.target_quantity), col(item.weight_pct)
    )
    found = _rows(session, statement.where(col(item.project_id).in_(ids)).order_by(col(item.id)))
    return _grouped((row[0], Item(*row[1:])) for row in found)


def _nodes(session: Session, ids: list[int]) -> _Grouped:
    node = Milestone
    statement = select(
        col(node.project_id), col(node.kind), col(node.due_on), col(node.work_item_id),
        col(node.planned_pct), col(node.planned_quantity), col(node.completed_on),
        col(node.completed_known_on), col(node.known_from), col(node.known_until), col(node.id),
        col(node.name),
    )  # fmt: skip
    found = _rows(session, statement.where(col(node.project_id).in_(ids)).order_by(col(node.id)))
    return _grouped((row[0], Node(*row[1:])) for row in found)


def _reports(session: Session, ids: list[int]) -> _Grouped:
    report = ProgressReport
    statement = select(
        col(report.project_id), col(report.month), col(report.accepted_on),
        col(report.superseded_on), col(report.id), col(report.no_change),
        col(report.completed_pct), col(report.cumulative_quantity), col(report.on_schedule),
        col(report.grade), col(report.paid_wan), col(report.completed_investment_wan),
    ).where(
        col(report.project_id).in_(ids),
        col(report.state) == ReportState.ACCEPTED,
        col(report.accepted_on).is_not(None),
    )  # fmt: skip
    found = _rows(session, statement.order_by(col(report.month), col(report.revision)))
    lines, evidence = _lines(session, ids), _evidence(session, ids)
    grouped: _Grouped = defaultdict(list)
    for row in found:
        own = tuple(lines.get(row[4], ()))
        parts: list[Any] = [*row[1:8], own, *row[8:], evidence.get(row[4], 0)]
        grouped[row[0]].append(Report(*parts))
    return grouped


def _lines(session: Session, ids: list[int]) -> _Grouped:
    line, report = ReportLine, ProgressReport
    statement = (
        select(
            col(line.report_id), col(line.work_item_id), col(line.completed_pct),
            col(line.cumulative_quantity),
        )
        .join(report, col(report.id) == col(line.report_id))
        .where(col(report.project_id).in_(ids))
    )  # fmt: skip
    return _grouped((row[0], Line(*row[1:])) for row in _rows(session, statement))


def _evidence(session: Session, ids: list[int]) -> dict[int, int]:
    statement = (
        select(col(Attachment.row_id), func.count())
        .join(ProgressReport, col(ProgressReport.id) == col(Attachment.row_id))
        .where(col(Attachment.table_name) == ProgressReport.__tablename__)
        .where(col(ProgressReport.project_id).in_(ids))
        .group_by(col(Attachment.row_id))
    )
    return {row[0]: row[1] for row in _rows(session, statement)}


def _expected(session: Session, ids: list[int]) -> _Grouped:
    statement = (
        select(
            col(ExpectedReport.project_id), col(ReportingPeriod.month), col(ReportingPeriod.due_on)
        )
        .join(ReportingPeriod, col(ReportingPeriod.id) == col(ExpectedReport.period_id))
        .where(col(ExpectedReport.project_id).in_(ids))
    )
    return _grouped((row[0], (row[1], row[2])) for row in _rows(session, statement))


def _given(session: Session, ids: list[int]) -> _Grouped:
    given = GivenFact
    statement = select(
        col(given.project_id), col(given.month), col(given.fact), col(given.value),
        col(given.given_on),
    )  # fmt: skip
    found = _rows(session, statement.where(col(given.project_id).in_(ids)).order_by(col(given.id)))
    return _grouped((row[0], Given(*row[1:])) for row in found)


def _budgets(session: Session, ids: list[int]) -> _Grouped:
    statement = select(col(FundSource.project_id), col(FundSource.budgeted_wan)).where(
        col(FundSource.project_id).in_(ids), col(FundSource.budgeted_wan).is_not(None)
    )
    return _grouped((row[0], row[1]) for row in _rows(session, statement))


def _adjusted(session: Session, ids: list[int]) -> _Grouped:
    made = Adjustment
    statement = (
        select(col(made.project_id), col(made.decided_on), col(made.field), col(made.old))
        .where(
            col(made.project_id).in_(ids),
            col(made.state) == AdjustmentState.APPROVED,
            col(made.decided_on).is_not(None),
        )
        .order_by(col(made.decided_on), col(made.number))
    )
    return _grouped((row[0], tuple(row[1:])) for row in _rows(session, statement))


def _problems(session: Session, ids: list[int]) -> _Grouped:
    """Give the rectifications outside sealed sets that are not released."""
    row, sealed = Rectification, SealedSet
    statement = (
        select(
            col(row.project_id), col(row.id), col(row.issued_on), col(row.first_due_on),
            col(RectificationState.kind), col(sealed.released_on),
        )
        .join(RectificationState, col(RectificationState.code) == col(row.state))
        .outerjoin(sealed, col(sealed.id) == col(row.sealed_set_id))
        .where(col(row.project_id).in_(ids))
        .where(col(row.sealed_set_id).is_(None) | col(sealed.released_on).is_not(None))
        .order_by(col(row.id))
    )  # fmt: skip
    found = _rows(session, statement)
    steps = _steps(session, [each[1] for each in found])
    return _grouped((each[0], _problem(each, steps.get(each[1], ()))) for each in found)


def _problem(row: Any, stepped: Iterable[Any]) -> Problem:
    _project, _key, issued_on, first_due_on, kind, released_on = row
    steps = list(stepped)
    kinds = [(day, meant) for day, meant, _due in steps if meant is not None]
    dues = [(day, due) for day, _meant, due in steps if due is not None]
    return Problem(
        max(issued_on, released_on or date.min),
        ((date.min, first_due_on), *dues),
        tuple(kinds) or ((issued_on, kind),),
    )


def _steps(session: Session, keys: list[int]) -> _Grouped:
    """Give the steps of rectifications: the day, what the new state means, the deadline left."""
    event, state = RectificationEvent, RectificationState
    statement = (
        select(
            col(event.rectification_id), col(event.happened_on), col(state.kind), col(event.due_on)
        )
        .outerjoin(state, col(state.code) == col(event.to_state))
        .where(col(event.rectification_id).in_(keys))
        .order_by(col(event.id))
    )
    return _grouped((row[0], tuple(row[1:])) for row in _rows(session, statement))


def _moves(adjusted: Iterable[Any]) -> Iterator[Move]:
    for decided_on, field, old in adjusted:
        if field is AdjustmentField.DUE_ON:
            yield Move(decided_on, "due_on", date.fromisoformat(old) if old else None)
        elif field is AdjustmentField.TARGET_QUANTITY:
            yield Move(decided_on, "target_quantity", Decimal(old) if old else None)


def programme_day(programme: Programme, today: date) -> date:
    """Give the day a programme is shown as of: today, or the last day its sources cover."""
    return min(today, programme.shown_on) if programme.shown_on else today


def month_in_view(session: Session, programme_id: int, day: date) -> date:
    """Give the month to light on a day: the latest whose reports were due by then.

    A programme nobody reports on by periods shows the last month of its year that has ended, and
    before that its first one.
    """
    statement = select(func.max(col(ReportingPeriod.month))).where(
        col(ReportingPeriod.programme_id) == programme_id, col(ReportingPeriod.due_on) <= day
    )
    found: date | None = session.connection().scalar(statement)
    if found is not None:
        return found
    year = session.connection().scalar(
        select(col(Programme.year)).where(col(Programme.id) == programme_id)
    )
    month = day.replace(day=1)
    ended = month if day == month_end(month) else previous_month(month)
    return max(ended, date(year, 1, 1)) if year else ended
