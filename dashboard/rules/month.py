"""The stored facts of a project, month by month, as far as a day knew them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dashboard.rules.fact import month_key
from dashboard.rules.progress import (
    HUNDRED,
    Node,
    Report,
    Subject,
    as_known,
    as_planned,
    exact,
    month_end,
    planned_pct,
    reported_pct,
    share,
)
from models.milestone import MilestoneKind
from models.rectification import RectificationKind

GIVEN: dict[str, str] = {
    "grade": "评定等次",
    "justified_delay": "有正当理由（1 是，0 否）",
    "registered": "已入库（1 是，0 否）",
    "funds_met": "资金支付达到要求（1 是，0 否）",
    "growth_pct": "累计增速（%）",
    "growth_planned_pct": "预期计划增速（%）",
    "growth_average_pct": "平均增速（%）",
    "reminders": "已发催办次数",
    "budget_pct": "预算执行率（%）",
    "rank": "名次",
    "rank_from_last": "倒数名次",
}
"""What may be given by hand for a project and month, with the words that ask for it."""
RECTIFIED = ("rectification_due_day", "rectifications_open", "rectifications_closed")
"""The stored facts that come from rectifications."""
_EXACT_GIVEN = ("growth_pct", "growth_planned_pct", "growth_average_pct", "budget_pct")


@dataclass
class _Run:
    """What the months so far leave to the next: last figures, runs, when one was last heard."""

    completed: Decimal | None = None
    paid: Decimal | None = None
    invested: Decimal | None = None
    reported_month: date | None = None
    heard_on: date | None = None
    missed: int = 0
    behind: int = 0


def month_facts(
    subject: Subject, months: Sequence[date], *, known_on: date, plan_on: date | None = None
) -> list[dict[str, Any]]:
    """Give the stored facts of consecutive months, as far as `known_on` knew them.

    Reports count once accepted and until superseded; plan and takeover (验收) are those of
    `plan_on` (by default the same day), the takeover once it was noted down. Runs are counted from
    the first month given on: give them all.
    """
    day, subject = plan_on or known_on, as_known(subject, known_on)
    reports = {each.month: each for each in subject.reports if each.known(known_on)}
    nodes = [each for each in subject.nodes if each.known(day)]
    taken = subject.accepted_on is not None and subject.accepted_on <= day
    planned, run = as_planned(subject, day), _Run()
    rectified = rectification_facts(subject, day)
    return [
        _facts(planned, month, known_on, nodes, reports.get(month), run, taken) | rectified
        for month in months
    ]


def rectification_facts(subject: Subject, day: date) -> dict[str, Any]:
    """Give what a project's rectifications were on a day; None where it never had one.

    One whose clearing was proposed is still open, but no deadline runs while the office verifies.
    """
    kinds = [(each, each.kind(day)) for each in subject.problems]
    known = [(each, kind) for each, kind in kinds if kind is not None]
    if not known:
        return dict.fromkeys(RECTIFIED)
    due = [each.due_on(day) for each, kind in known if kind is RectificationKind.OPEN]
    waiting = sum(kind is RectificationKind.PROPOSED for _each, kind in known)
    return {
        "rectification_due_day": min(due).toordinal() if due else None,
        "rectifications_open": len(due) + waiting,
        "rectifications_closed": sum(kind is RectificationKind.FIXED for _each, kind in known),
    }


def _facts(
    subject: Subject,
    month: date,
    known_on: date,
    nodes: Sequence[Node],
    report: Report | None,
    run: _Run,
    accepted: bool,
) -> dict[str, Any]:
    expected = month in subject.expected
    silent = expected and report is None
    _hear(subject, month, report, run)
    judged = month if not silent else run.reported_month
    finished = accepted or (run.completed is not None and run.completed >= HUNDRED)
    facts: dict[str, Any] = {
        "project_id": subject.id,
        "programme_id": subject.programme_id,
        "region_id": subject.region_id,
        "month": month,
        "month_of_year": month.month,
        "report_id": report.id if report else None,
        "expected": int(expected),
        "reported": int(report is not None),
        "accepted": int(accepted),
        "evidence": report.evidence if report else None,
        "heard_day": run.heard_on.toordinal() if run.heard_on else None,
        "adjusted": sum(1 for day in subject.adjusted_on if day <= known_on and _same(day, month)),
    }
    facts |= _progress(subject, month, nodes, report, silent, run)
    facts |= _steps(subject, month, judged, nodes, known_on, accepted, finished)
    facts |= _start(subject, month, judged, run)
    facts |= _met(subject, month, nodes, report, facts, known_on, run)
    facts |= _given(subject, month, known_on, report)
    facts["done"] = int(accepted or (facts["completed_pct"] or 0) >= HUNDRED)
    return facts


def _same(day: date, month: date) -> bool:
    return (day.year, day.month) == (month.year, month.month)


def _hear(subject: Subject, month: date, report: Report | None, run: _Run) -> None:
    if report is None:
        if run.heard_on is None:
            run.heard_on = subject.expected.get(month)
        return
    if run.reported_month is None or run.heard_on is None or report.accepted_on > run.heard_on:
        run.heard_on = report.accepted_on
    run.reported_month = month
    completed = reported_pct(subject, report)
    keep = report.no_change
    run.completed = run.completed if keep and completed is None else completed
    run.paid = run.paid if keep and report.paid_wan is None else report.paid_wan
    invested = report.completed_investment_wan
    run.invested = run.invested if keep and invested is None else invested


def _progress(
    subject: Subject,
    month: date,
    nodes: Sequence[Node],
    report: Report | None,
    silent: bool,
    run: _Run,
) -> dict[str, Any]:
    planned = exact(planned_pct(subject, nodes, month))
    completed = None if silent else exact(run.completed)
    short = None if planned is None or completed is None else planned - completed
    paid = None if silent else share(run.paid, subject.budgeted_wan)
    gap = None if paid is None or completed is None else completed - paid
    invested = None if silent else share(run.invested, subject.planned_investment_wan)
    run.behind = run.behind + 1 if short is not None and short > 0 else 0
    said = report.on_schedule if report else None
    return {
        "planned_pct": planned,
        "completed_pct": completed,
        "shortfall_pp": short,
        "shortfall_ratio": exact(_ratio(short, planned)),
        "behind_months": None if short is None else run.behind,
        "on_schedule": int(said)
        if said is not None
        else None
        if short is None
        else int(short <= 0),
        "paid_pct": exact(paid),
        "paid_gap_pp": exact(gap),
        "invested_pct": exact(invested),
    }


def _ratio(short: Decimal | None, planned: Decimal | None) -> Decimal | None:
    if short is None:
        return None
    return share(short, planned) if planned else Decimal(0)


def _steps(
    subject: Subject,
    month: date,
    judged: date | None,
    nodes: Sequence[Node],
    known_on: date,
    accepted: bool,
    finished: bool,
) -> dict[str, Any]:
    ends, judged_until = month_end(month), month_end(judged) if judged else date.min
    steps = [node for node in nodes if node.kind is MilestoneKind.NODE]
    due = [node for node in steps if node.due_on <= ends]
    done = [node for node in due if node.done(known_on)]
    undone = [] if accepted else [node.due_on for node in steps if not node.done(known_on)]
    late = [day for day in undone if day <= judged_until]
    deadline = None if finished else subject.due_on
    ahead = [*undone, deadline] if deadline else undone
    over = deadline if deadline and deadline <= judged_until else None
    return {
        "nodes_due": len(due),
        "nodes_done": len(done),
        "nodes_made_up": sum(node.late for node in done),
        "node_due_day": min(late).toordinal() if late else None,
        "deadline_day": over.toordinal() if over else None,
        "next_due_day": min(ahead).toordinal() if ahead else None,
    }


def _start(subject: Subject, month: date, judged: date | None, run: _Run) -> dict[str, Any]:
    ends, begun, planned = month_end(month), subject.started_on, subject.starts_on
    # Words alone tell nothing of a start; a figure, a takeover or the day itself does.
    taken_over = subject.accepted_on is not None and subject.accepted_on <= ends
    started = (begun is not None and begun <= ends) or (run.completed or 0) > 0 or taken_over
    delay = None if planned is None else 0
    if planned and not started and judged and planned <= month_end(judged):
        delay = (judged.year - planned.year) * 12 + judged.month - planned.month + 1
    return {
        "started": int(started) if started or begun or planned else None,
        "start_delay_months": delay,
        "started_key": month_key(begun) if begun and begun <= ends else None,
    }


def _met(
    subject: Subject,
    month: date,
    nodes: Sequence[Node],
    report: Report | None,
    facts: dict[str, Any],
    known_on: date,
    run: _Run,
) -> dict[str, Any]:
    parts: list[bool] = []
    if facts["shortfall_pp"] is not None:
        parts.append(facts["shortfall_pp"] <= 0)
    if report is not None or not facts["expected"]:
        parts += [
            node.done(known_on) and not node.late
            for node in nodes
            if node.kind is MilestoneKind.NODE and _same(node.due_on, month)
        ]
    if not parts and facts["on_schedule"] is not None:
        parts = [bool(facts["on_schedule"])]
    run.missed = run.missed + 1 if parts and not all(parts) else 0
    return {
        "month_met": int(all(parts)) if parts else None,
        "missed_months": run.missed if parts else None,
    }


def _given(subject: Subject, month: date, known_on: date, report: Report | None) -> dict[str, Any]:
    rows = [each for each in subject.given if each.month == month and each.given_on <= known_on]
    newest = {each.fact: each.value for each in sorted(rows, key=lambda each: each.given_on)}
    facts: dict[str, Any] = {
        name: newest.get(name) if name in _EXACT_GIVEN else _whole(newest.get(name))
        for name in GIVEN
    }
    growth = newest.get("growth_pct")
    planned, average = facts.pop("growth_planned_pct"), facts.pop("growth_average_pct")
    facts["growth_plan_gap_pp"] = _minus(growth, planned)
    facts["growth_average_gap_pp"] = _minus(growth, average)
    facts["justified_delay"] = facts["justified_delay"] or 0
    if facts["grade"] is None and report is not None:
        facts["grade"] = report.grade
    return facts


def _minus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)
