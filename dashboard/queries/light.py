"""The board: which projects are lit how, month by month, and what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, func, label, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.db import load
from dashboard.errors import Missing
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, sees_sql
from dashboard.queries.card import (
    LightCard,
    case_words,
    closing_words,
    dates_of,
    facts_kept,
    figures_of,
    kept_as,
    lights_of,
    override_words,
    rule_words,
    sources_of,
    words_of,
)
from dashboard.queries.facts import month_in_view, programme_day
from dashboard.queries.rule import RulesByDay, rule_sets
from dashboard.rules.fact import DAYS, KEPT, Facts, facts_on, facts_on_sql
from dashboard.rules.light import (
    RANKS,
    WORST_FIRST,
    RuleSet,
    light,
    of_ranks,
    rank_sql,
)
from dashboard.rules.progress import month_end, previous_month
from dashboard.rules.remedy import remedies
from models.agency import Agency
from models.fact import ProjectMonth
from models.light import (
    LightDimension,
    LightKind,
    LightOverride,
    LightRecord,
    LightRuleSet,
)
from models.milestone import Adjustment, AdjustmentField, AdjustmentState
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region

BOARD = (
    "project_id", "code", "name", "category", "leader", "responsible", "lead_agency", "region",
    "due_on", "kind", "dimension", "planned_pct", "completed_pct", "shortfall_pp", "expected",
    "reported", "overdue_days", "silent_days", "adjustments", "red_run", "closing_kind",
    "recovered_on", "override_kind", "override_reason", "as_of",
)  # fmt: skip
"""The columns of the board."""
_COLUMNS = ("project_id", "month", *KEPT, *DAYS)


def day_of(session: Session, programme: Programme, month: date, today: date) -> date:
    """Give the day a month is lit as of: today for the month in view, else its last day."""
    day = programme_day(programme, today)
    in_view = month_in_view(session, programme.id or 0, day)
    return day if month >= in_view else month_end(month)


def board(
    session: Session, actor: Actor, programme_id: int, month: date, today: date
) -> pd.DataFrame:
    """Light the projects the actor sees, for one month: the worst first, then by code.

    The month in view is lit as of today; an earlier one shows the light it ended with and the
    figures that was written with, or until then the light of its last day.
    Columns: project_id, code, name, category, leader, responsible, lead_agency (None: nobody),
    region, due_on (date or None), kind (LightKind code), dimension (LightDimension code or None),
    planned_pct, completed_pct, shortfall_pp (Decimal or None), expected, reported (0/1),
    overdue_days, silent_days (int or None), adjustments (int: moves approved by `as_of`),
    red_run (int: months in a row, this one included), closing_kind (code or None: still open),
    recovered_on (date or None), override_kind (code or None), override_reason, as_of (date).
    """
    programme = load(session, Programme, programme_id)
    day = day_of(session, programme, month, today)
    rules = RulesByDay(session, programme).on(day)
    rows = session.connection().execute(_board(actor, programme_id, month, day, rules))
    closed, names = day == month_end(month) < today, tuple(rows.keys())
    found = [_board_row(dict(zip(names, row, strict=True)), rules, day, closed) for row in rows]
    if closed:
        _date_back(session, found, day)
    found.sort(key=lambda row: -RANKS[LightKind.of(row["kind"])])
    runs = red_runs(session, {row["project_id"]: row["kind"] for row in found}, month)
    for row in found:
        row["red_run"] = runs[row["project_id"]]
    return pd.DataFrame(found, columns=list(BOARD), dtype=object)


def _board_row(row: dict[str, Any], rules: RuleSet, day: date, closed: bool) -> dict[str, Any]:
    kind, dimension = of_ranks(rules, [row.pop(name) for name in _rank_names(rules)])
    row |= {"kind": kind.value, "dimension": dimension.value if dimension else None, "as_of": day}
    decided, facts = row.pop("closing_dimension"), row.pop("closing_facts")
    if closed and row["closing_kind"] is not None:
        row |= {"kind": row["closing_kind"], "dimension": decided, **_figures_then(facts)}
    return row


def _figures_then(kept: str) -> dict[str, Any]:
    """Give the figures of the board as they stood when a month closed."""
    facts = facts_kept(kept)
    late = facts["node_overdue_days"]
    days = {
        "overdue_days": facts["overdue_days"] if late is None else late,
        "silent_days": facts["silent_days"],
    }
    return {
        **{name: facts[name] for name in ("planned_pct", "completed_pct", "shortfall_pp")},
        **{name: int(facts[name] or 0) for name in ("expected", "reported")},
        **{name: None if value is None else int(value) for name, value in days.items()},
    }


def _date_back(session: Session, rows: Sequence[dict[str, Any]], day: date) -> None:
    """Give rows the deadlines that stood on a past day, before they were moved."""
    move = Adjustment
    statement = (
        select(col(move.project_id), col(move.old))
        .where(col(move.project_id).in_([row["project_id"] for row in rows]))
        .where(col(move.state) == AdjustmentState.APPROVED, col(move.decided_on) > day)
        .where(col(move.field) == AdjustmentField.DUE_ON)
        .order_by(col(move.decided_on).desc(), col(move.number).desc())
    )
    then = {row[0]: row[1] for row in session.connection().execute(statement)}
    for row in rows:
        if (old := then.get(row["project_id"])) is not None:
            row["due_on"] = date.fromisoformat(old) if old else None


@lru_cache(maxsize=64)
def _board(actor: Actor, programme_id: int, month: date, day: date, rules: RuleSet) -> Select[Any]:
    """Write the board's statement; kept, since writing it takes longer than asking."""
    columns = ProjectMonth.__table__.c  # type: ignore[attr-defined]
    facts, ranks = _expressions(rules, day)
    over = func.coalesce(facts["node_overdue_days"], facts["overdue_days"])
    project, record, override = LivelihoodProject, LightRecord, LightOverride
    moves = (
        select(func.count())
        .where(col(Adjustment.project_id) == col(project.id))
        .where(col(Adjustment.state) == AdjustmentState.APPROVED)
        .where(col(Adjustment.decided_on) <= day)
        .scalar_subquery()
    )
    other = aliased(LightOverride)
    newest = (
        select(func.max(col(other.id)))
        .where(col(other.project_id) == col(project.id), col(other.first_on) <= day)
        .where(or_(col(other.last_on).is_(None), col(other.last_on) >= day))
        .correlate(project)
        .scalar_subquery()
    )
    return (
        select(
            label("project_id", col(project.id)), col(project.code), col(project.name),
            col(project.category), col(project.leader), col(project.responsible),
            label("lead_agency", col(Agency.name)), label("region", col(Region.name)),
            col(project.due_on), columns.planned_pct, columns.completed_pct, columns.shortfall_pp,
            columns.expected, columns.reported, label("overdue_days", over),
            label("silent_days", facts["silent_days"]), label("adjustments", moves), *ranks,
            label("closing_kind", col(record.kind)),
            label("closing_dimension", col(record.dimension)),
            label("closing_facts", col(record.facts)), col(record.recovered_on),
            label("override_kind", col(override.kind)),
            label("override_reason", col(override.reason)),
        )
        .select_from(project)
        .join(ProjectMonth, columns.project_id == col(project.id))
        .join(Region, col(Region.id) == col(project.region_id))
        .outerjoin(Agency, col(Agency.id) == col(project.lead_agency_id))
        .outerjoin(
            record, (col(record.project_id) == col(project.id)) & (col(record.month) == month)
        )
        .outerjoin(override, col(override.id) == newest)
        .where(columns.programme_id == programme_id, columns.month == month)
        .where(sees_sql(actor, action=Action.BOARD_READ))
        .order_by(col(project.code))
    )  # fmt: skip


@lru_cache(maxsize=32)
def _expressions(
    rules: RuleSet, day: date
) -> tuple[Mapping[str, ColumnElement[Any]], list[ColumnElement[int]]]:
    """Write the facts and ranks of a day; kept, since writing them takes longer than asking."""
    facts = facts_on_sql(ProjectMonth.__table__.c, day)  # type: ignore[attr-defined]
    return facts, [rank_sql(rules, each, facts).label(_rank(each)) for each in rules.dimensions]


@lru_cache(maxsize=32)
def _rank_names(rules: RuleSet) -> tuple[str, ...]:
    return tuple(_rank(each) for each in rules.dimensions)


def _rank(dimension: LightDimension) -> str:
    return f"{dimension.value.lower()}_rank"


def red_runs(session: Session, kinds: Mapping[int, str], month: date) -> dict[int, int]:
    """Count how many months in a row each project was bad, up to a month with these lights."""
    now_bad = [key for key, kind in kinds.items() if kind == LightKind.BAD]
    if not now_bad:
        return dict.fromkeys(kinds, 0)
    statement = (
        select(col(LightRecord.project_id), col(LightRecord.month))
        .where(col(LightRecord.project_id).in_(now_bad))
        .where(col(LightRecord.month) < month, col(LightRecord.kind) == LightKind.BAD)
    )
    bad: dict[int, set[date]] = defaultdict(set)
    for project_id, bad_month in session.connection().execute(statement):
        bad[project_id].add(bad_month)
    return {key: _run(bad[key], month, kind) for key, kind in kinds.items()}


def _run(bad: set[date], month: date, kind: str) -> int:
    if kind != LightKind.BAD:
        return 0
    length, before = 1, previous_month(month)
    while before in bad:
        length, before = length + 1, previous_month(before)
    return length


def lights_by_month(
    session: Session, actor: Actor, programme_id: int, upto: date, today: date
) -> pd.DataFrame:
    """Give the lights of every project and month up to one: what a month ended with, or so far.

    One row per project and month, by code and month; a closed month has the figures it ended with.
    Columns: project_id, code, name, month (date), kind (LightKind code), dimension (code or None),
    open (bool: 未结, not yet closed), recovered_on (date or None: late, recovered), as_of (date),
    planned_pct, completed_pct (Decimal or None).
    """
    programme = load(session, Programme, programme_id)
    day = programme_day(programme, today)
    rules = RulesByDay(session, programme)
    rows = [_month_light(row, rules, day) for row in _matrix(session, actor, programme_id, upto)]
    names = (
        "project_id", "code", "name", "month", "kind", "dimension", "open", "recovered_on",
        "as_of", "planned_pct", "completed_pct",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(names)).astype(object)


def _matrix(session: Session, actor: Actor, programme_id: int, upto: date) -> list[Any]:
    columns = ProjectMonth.__table__.c  # type: ignore[attr-defined]
    project, record = LivelihoodProject, LightRecord
    statement = (
        select(
            col(project.code), col(project.name), *[columns[name] for name in _COLUMNS],
            label("closing_kind", col(record.kind)),
            label("closing_dimension", col(record.dimension)), col(record.recovered_on),
            label("closing_as_of", col(record.as_of)), label("closing_facts", col(record.facts)),
        )
        .select_from(ProjectMonth)
        .join(project, col(project.id) == columns.project_id)
        .outerjoin(
            record,
            (col(record.project_id) == columns.project_id)
            & (col(record.month) == columns.month),
        )
        .where(columns.programme_id == programme_id, columns.month <= upto)
        .where(sees_sql(actor, action=Action.BOARD_READ))
        .order_by(col(project.code), columns.month)
    )  # fmt: skip
    rows = session.connection().execute(statement)
    names = tuple(rows.keys())
    return [dict(zip(names, row, strict=True)) for row in rows]


def _month_light(row: Mapping[str, Any], rules: RulesByDay, day: date) -> tuple[Any, ...]:
    head = row["project_id"], row["code"], row["name"], row["month"]
    if row["closing_kind"] is not None:
        mark = False, row["recovered_on"], row["closing_as_of"]
        facts = facts_kept(row["closing_facts"])
        then = facts["planned_pct"], facts["completed_pct"]
        return *head, row["closing_kind"], row["closing_dimension"], *mark, *then
    tail = row["planned_pct"], row["completed_pct"]
    as_of = min(month_end(row["month"]), day)
    found = light(rules.on(as_of), facts_on(row, as_of))
    return *head, found.kind, found.dimension, True, None, as_of, *tail


def counts_by_kind(found: pd.DataFrame) -> dict[LightKind, int]:
    """Count the rows of a board (or of one month of the matrix) by light, worst first."""
    counted = found["kind"].value_counts().to_dict()
    return {kind: int(counted.get(kind, 0)) for kind in WORST_FIRST}


def explain_light(
    session: Session, actor: Actor, project_id: int, month: date, today: date
) -> LightCard:
    """Explain one project's light: rule and version, figures, dates, cells, what would help.

    The light is the board's: of the month in view as of today, of an earlier month as it ended.

    Raises:
        Missing: the project does not exist or the actor may not see it.
    """
    project = _seen(session, actor, project_id)
    programme = load(session, Programme, project.programme_id)
    day = day_of(session, programme, month, today)
    record = session.exec(
        rows_of(LightRecord)
        .where(LightRecord.project_id == project_id)
        .where(LightRecord.month == month)
    ).first()
    stored = _stored(session, project_id, month)
    rules, facts = RulesByDay(session, programme).on(day), facts_on(stored, day)
    if record is not None and day == month_end(month) < today:
        rules = rule_sets(session, [load(session, LightRuleSet, record.rule_set_id)])[0]
        facts, day = facts_kept(record.facts), record.as_of
        stored = kept_as(session, record, facts)
    return _card(session, project, record, stored, (rules, facts, month, day))


def _seen(session: Session, actor: Actor, project_id: int) -> LivelihoodProject:
    statement = rows_of(LivelihoodProject).where(LivelihoodProject.id == project_id)
    found = session.exec(statement.where(sees_sql(actor, action=Action.BOARD_READ))).first()
    if found is None:
        raise Missing(_("找不到该项目，或您无权查看。"))
    return found


def _stored(session: Session, project_id: int, month: date) -> Mapping[str, Any]:
    columns = ProjectMonth.__table__.c  # type: ignore[attr-defined]
    statement = select(*columns).where(columns.project_id == project_id, columns.month == month)
    found = session.connection().execute(statement).mappings().first()
    if found is None:
        raise Missing(_("该项目没有这个月的数据。"))
    return dict(found)


def _card(
    session: Session,
    project: LivelihoodProject,
    record: LightRecord | None,
    stored: Mapping[str, Any],
    lit: tuple[RuleSet, Facts, date, date],
) -> LightCard:
    rules, facts, month, day = lit
    found = light(rules, facts)
    key = project.id or 0
    words = words_of(session, rules.id or 0)
    decided = found.deciding.case if found.deciding else None
    return LightCard(
        project_id=key,
        code=project.code,
        name=project.name,
        month=month,
        as_of=day,
        kind=found.kind,
        word=words[found.kind],
        dimension=found.dimension,
        case_id=decided.id if decided else None,
        case_words=case_words(decided, facts, rules),
        measure=_(decided.measure) if decided else "",
        facts=dict(facts),
        figures=figures_of(rules, found, facts),
        lights=lights_of(rules, found, facts, words),
        dates=dates_of(project, stored, day),
        sources=sources_of(session, key, month, stored["report_id"], as_of=day),
        remedies=tuple(each.words for each in remedies(rules, facts)),
        red_run=red_runs(session, {key: found.kind}, month)[key],
        **rule_words(session, rules),
        **closing_words(record),
        **override_words(session, key, day),
    )
