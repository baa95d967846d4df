"""The parts of the card that explains a light: its figures, its dates, where they came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import label, or_, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.db import frame, load, records
from dashboard.i18n import _
from dashboard.queries.source import origins
from dashboard.rules.fact import FACTS, SINCE, UNTIL, Facts
from dashboard.rules.light import Case, Light, RuleSet
from dashboard.rules.progress import month_end
from dashboard.rules.remedy import bound_words, number, value_words
from dashboard.rules.source import Source, sources_in
from models.account import Account
from models.light import (
    LightColour,
    LightDimension,
    LightKind,
    LightOverride,
    LightRecord,
    LightRuleSet,
)
from models.milestone import Milestone, MilestoneKind
from models.project import LivelihoodProject, WorkItem
from models.report import ProgressReport, ReportState

_OF_SOURCE = [
    "field", "title", "raw", "report_id", "receipt", "accepted_on", "file_id", "file", "sheet",
    "cell", "by_hand", "entered_by", "source", "source_url",
]  # fmt: skip
ALWAYS = ("expected", "reported", "planned_pct", "completed_pct", "shortfall_pp", "silent_days")


@dataclass(frozen=True)
class LightCard:
    """Everything that explains one project's light of one month.

    `figures` has one row a fact: fact, title, value (Decimal or None), text, decides (bool: the
    deciding case looks at it), bound (the bound in words, or ""). `lights` has one row a dimension
    in use: dimension, kind (None: does not count), word, words, measure. `sources` is described at
    `sources_of`. `dates` are titles with days. `remedies` say what would turn the light green.
    """

    project_id: int
    code: str
    name: str
    month: date
    as_of: date
    kind: LightKind
    word: str
    dimension: LightDimension | None
    case_id: int | None
    case_words: str
    measure: str
    rule_set_id: int
    rule_set_code: str
    rule_set_name: str
    rule_set_since: date
    rule_set_source: str
    rule_set_source_url: str
    silence_days: int | None
    facts: dict[str, Decimal | None]
    figures: pd.DataFrame
    lights: pd.DataFrame
    dates: tuple[tuple[str, date], ...]
    sources: pd.DataFrame
    remedies: tuple[str, ...]
    red_run: int
    open: bool
    closing_kind: LightKind | None
    closing_written_on: date | None
    recovered_on: date | None
    override_kind: LightKind | None
    override_reason: str
    override_by: str
    override_first_on: date | None
    override_last_on: date | None


def words_of(session: Session, rule_set_id: int) -> dict[LightKind, str]:
    """Give what an office calls each kind; a kind it has no word for keeps its own label."""
    statement = rows_of(LightColour).where(LightColour.rule_set_id == rule_set_id)
    named = {row.kind: row.word for row in session.exec(statement)}
    return {kind: _(named.get(kind) or kind.label) for kind in LightKind}


def case_words(case: Case | None, facts: Facts, rules: RuleSet) -> str:
    """Say in words which case decided; without one, a report that is owed did."""
    if case is not None:
        return _(case.words)
    silent = facts.get("silent_days")
    if rules.silence_days is not None and silent is not None and silent > rules.silence_days:
        form = _("应报月报未报，已 {days} 天没有消息，超过 {limit} 天")
        return form.format(days=silent, limit=rules.silence_days)
    return _("应报月报尚无审定的数据")


def figures_of(rules: RuleSet, found: Light, facts: Facts) -> pd.DataFrame:
    """List the facts the rules look at; columns as `LightCard` has them."""
    case = found.deciding.case if found.deciding else None
    decides = {bound.fact: bound for bound in case.bounds} if case else {}
    used = {bound.fact for each in rules.cases for bound in each.bounds}
    rows = [
        (
            name,
            _(FACTS[name].title),
            facts.get(name),
            value_words(name, facts.get(name)),
            name in decides,
            bound_words(decides[name]) if name in decides else "",
        )
        for name in FACTS
        if name in used or name in ALWAYS
    ]
    names = ["fact", "title", "value", "text", "decides", "bound"]
    return pd.DataFrame(rows, columns=names, dtype=object)


def lights_of(
    rules: RuleSet, found: Light, facts: Facts, words: Mapping[LightKind, str]
) -> pd.DataFrame:
    """List the light of every dimension in use; columns as `LightCard` has them."""
    rows = [
        (
            each.dimension.value,
            each.kind.value if each.kind else None,
            words[each.kind] if each.kind else _("不计"),
            case_words(each.case, facts, rules),
            _(each.case.measure) if each.case else "",
        )
        for each in found.dimensions
    ]
    names = ["dimension", "kind", "word", "words", "measure"]
    return pd.DataFrame(rows, columns=names, dtype=object)


def dates_of(
    project: LivelihoodProject, stored: Mapping[str, Any], as_of: date
) -> tuple[tuple[str, date], ...]:
    """Give the days the light looks at, with their titles."""
    kept = (
        (_("最早未完成的到期节点"), stored.get("node_due_day")),
        (_("最近未完成的时限"), stored.get("next_due_day")),
        (_("最近一次听到消息"), stored.get("heard_day")),
        (_("最早未办结的整改期限"), stored.get("rectification_due_day")),
    )
    found = [(title, date.fromordinal(day)) for title, day in kept if day]
    known = [(_("完成时限"), project.due_on)] if project.due_on else []
    return ((_("事实截至"), as_of), *known, *found)


def facts_kept(written: str) -> dict[str, Decimal | None]:
    """Read the facts a closing light was written with, as `LightRecord.facts` keeps them."""
    kept = json.loads(written)
    return {name: Decimal(kept[name]) if name in kept else None for name in FACTS}


def kept_as(session: Session, record: LightRecord, facts: Facts) -> dict[str, Any]:
    """Give the days and the report that a closing light was written with, as a row keeps them."""
    end = record.as_of.toordinal()
    days = {column: end - int(facts[name] or 0) for name, column in SINCE.items() if facts[name]}
    days |= {
        column: end + int(facts[name] or 0)
        for name, column in UNTIL.items()
        if facts[name] is not None
    }
    report = ProgressReport
    known = (
        select(col(report.id))
        .where(col(report.project_id) == record.project_id, col(report.month) == record.month)
        .where(col(report.state) == ReportState.ACCEPTED)
        .where(col(report.accepted_on) <= record.known_on)
        .where(
            or_(col(report.superseded_on).is_(None), col(report.superseded_on) > record.known_on)
        )
    )
    return {**days, "report_id": session.connection().scalar(known)}


def rule_words(session: Session, rules: RuleSet) -> dict[str, Any]:
    """Give what the card says about the rules."""
    row = load(session, LightRuleSet, rules.id)
    return {
        "rule_set_id": rules.id or 0,
        "rule_set_code": rules.code,
        "rule_set_name": rules.name,
        "rule_set_since": rules.since,
        "rule_set_source": row.source,
        "rule_set_source_url": row.source_url,
        "silence_days": rules.silence_days,
    }


def closing_words(record: LightRecord | None) -> dict[str, Any]:
    """Give what the card says about the light a month ended with."""
    return {
        "open": record is None,
        "closing_kind": record.kind if record else None,
        "closing_written_on": record.written_on if record else None,
        "recovered_on": record.recovered_on if record else None,
    }


def override_words(session: Session, project_id: int, day: date) -> dict[str, Any]:
    """Give what the card says about the light set by hand that is in force on a day."""
    statement = (
        rows_of(LightOverride)
        .where(LightOverride.project_id == project_id, LightOverride.first_on <= day)
        .where(or_(col(LightOverride.last_on).is_(None), col(LightOverride.last_on) >= day))
        .order_by(col(LightOverride.id).desc())
    )
    row = session.exec(statement).first()
    by = session.get(Account, row.by_id) if row else None
    return {
        "override_kind": row.kind if row else None,
        "override_reason": row.reason if row else "",
        "override_by": by.display_name if by else "",
        "override_first_on": row.first_on if row else None,
        "override_last_on": row.last_on if row else None,
    }


def sources_of(
    session: Session, project_id: int, month: date, report_id: int | None, *, as_of: date = date.max
) -> pd.DataFrame:
    """List where the figures of a month came from: the report's cells, then the plan of that day.

    Columns: field, title, raw (as written), report_id, receipt, accepted_on, file_id, file (name),
    sheet, cell, by_hand (bool), entered_by, source, source_url.
    """
    found = pd.DataFrame(_cells(session, report_id), columns=_OF_SOURCE, dtype=object)
    plan = _plan(session, project_id, month, as_of)
    both = pd.concat([found, plan], ignore_index=True).astype(object)
    return both.where(both.notna(), None)


def _of_item(title: str, item: str | None) -> str:
    return f"{title} · {item}" if item else title


def _cells(session: Session, report_id: int | None) -> list[dict[str, Any]]:
    report = session.get(ProgressReport, report_id) if report_id is not None else None
    if report is None:
        return []
    titles = {name: field.title or name for name, field in ProgressReport.model_fields.items()}
    known = {
        "report_id": report.id, "receipt": report.receipt, "accepted_on": report.accepted_on,
        "source": report.source, "source_url": report.source_url,
    }  # fmt: skip
    sources = list(sources_in(report.cells)) or [Source("")]
    return [
        {
            **known,
            **one._asdict(),
            "title": _of_item(_(titles.get(one.field, _("月报"))), item),
            "file_id": file.get("file_id"),
            "file": file.get("file_name"),
            "entered_by": by,
        }
        for one, file, item, by in origins(session, sources, report.upload_id)
    ]


def _plan(session: Session, project_id: int, month: date, as_of: date) -> pd.DataFrame:
    """Give the planned figures the month is held against: the project's, else each work item's."""
    node = Milestone
    statement = (
        select(
            col(node.work_item_id), col(node.name), col(node.planned_pct), col(node.source),
            col(node.source_url), label("work_item", col(WorkItem.name)),
        )
        .outerjoin(WorkItem, col(WorkItem.id) == col(node.work_item_id))
        .where(col(node.project_id) == project_id, col(node.kind) == MilestoneKind.MONTHLY)
        .where(col(node.due_on) <= month_end(month), col(node.known_from) <= as_of)
        .where(or_(col(node.known_until).is_(None), col(node.known_until) > as_of))
        .order_by(col(node.due_on), col(node.id))
    )  # fmt: skip
    last = {row["work_item_id"]: row for row in records(frame(session, statement))}
    rows = [last[None]] if None in last else [last[key] for key in sorted(last)]
    return pd.DataFrame(
        {
            "field": "planned_pct",
            "title": _of_item(_("序时进度"), row["work_item"]),
            "raw": row["name"]
            if row["planned_pct"] is None
            else f"{row['name']} {number(row['planned_pct'])}%",
            "source": row["source"],
            "source_url": row["source_url"],
        }
        for row in rows
    )
