from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.rules.closing import recovered_on
from dashboard.rules.fact import facts_on, month_key
from dashboard.rules.light import Bound, Case, RuleSet
from dashboard.rules.month import month_facts
from dashboard.rules.progress import (
    Given,
    Item,
    Line,
    Node,
    Report,
    Subject,
    month_end,
    next_month,
    previous_month,
    rolled_up,
)
from models.light import LightDimension, LightKind
from models.milestone import MilestoneKind

MONTHS = [date(2026, number, 1) for number in range(1, 13)]
LATE = date(2027, 6, 1)


def plan(*percents: str | None, **fields: Any) -> tuple[Node, ...]:
    """Monthly figures from January on; None leaves a month without one."""
    return tuple(
        Node(MilestoneKind.MONTHLY, month_end(month), planned_pct=Decimal(percent), **fields)
        for month, percent in zip(MONTHS, percents, strict=False)
        if percent is not None
    )


def step(due_on: date, completed_on: date | None = None, known_on: date | None = None) -> Node:
    return Node(MilestoneKind.NODE, due_on, completed_on=completed_on, completed_known_on=known_on)


def said(number: int, percent: str | None, **fields: Any) -> Report:
    month = MONTHS[number - 1]
    accepted = fields.pop("accepted_on", month_end(month) + timedelta(days=5))
    completed = Decimal(percent) if percent is not None else None
    return Report(month, accepted, completed_pct=completed, id=number, **fields)


def subject(
    nodes: Sequence[Node] = (), reports: Sequence[Report] = (), *, owed: bool = True, **fields: Any
) -> Subject:
    due = {month: next_month(month).replace(day=3) for month in MONTHS} if owed else {}
    return Subject(1, 1, 1, nodes=tuple(nodes), reports=tuple(reports), expected=due, **fields)


def facts(
    of: Subject, number: int, known_on: date = LATE, plan_on: date | None = None
) -> dict[str, Any]:
    return month_facts(of, MONTHS[:number], known_on=known_on, plan_on=plan_on)[-1]


@pytest.mark.feature("F3")
@pytest.mark.parametrize(
    ("number", "planned"), [(1, None), (2, "20"), (3, "20"), (4, "20"), (5, "60"), (12, "60")]
)
def test_the_planned_percent_is_the_last_figure_a_step_and_never_interpolated(
    number: int, planned: str | None
) -> None:
    of = subject(plan(None, "20", None, None, "60"))

    assert facts(of, number)["planned_pct"] == (planned and Decimal(planned))


def test_a_figure_due_on_the_month_s_last_day_belongs_to_that_month() -> None:
    on_last = Node(MilestoneKind.MONTHLY, date(2026, 2, 28), planned_pct=Decimal(20))
    after = Node(MilestoneKind.MONTHLY, date(2026, 3, 1), planned_pct=Decimal(30))

    assert facts(subject([on_last, after]), 2)["planned_pct"] == 20


@pytest.mark.feature("F4")
def test_quantities_become_percents_of_the_target_and_may_pass_a_hundred() -> None:
    node = Node(MilestoneKind.MONTHLY, date(2026, 1, 31), planned_quantity=Decimal(5))
    report = said(1, None, cumulative_quantity=Decimal("385"))
    of = subject([node], [report], target_quantity=Decimal(40))

    row = facts(of, 1)

    assert (row["planned_pct"], row["completed_pct"]) == (Decimal("12.5"), Decimal("962.5"))
    assert (row["shortfall_pp"], row["done"]) == (Decimal(-950), 1)


@pytest.mark.feature("F1")
def test_work_items_roll_up_by_weight_and_a_surplus_makes_up_for_nothing() -> None:
    items = (Item(1, Decimal(10), Decimal(40)), Item(2, Decimal(20), Decimal(60)))
    lines = (Line(1, cumulative_quantity=Decimal(30)), Line(2, completed_pct=Decimal(50)))
    nodes = [*plan("100", work_item_id=1), *plan("50", work_item_id=2)]

    row = facts(subject(nodes, [said(1, None, lines=lines)], items=items), 1)

    assert (row["planned_pct"], row["completed_pct"]) == (Decimal(70), Decimal(70))


@pytest.mark.parametrize(
    ("items", "percents", "whole"),
    [
        ((Item(1), Item(2)), {1: Decimal(50), 2: Decimal(50)}, None),
        ((Item(1, None, Decimal(50)), Item(2)), {1: Decimal(50), 2: Decimal(50)}, None),
        ((Item(1, None, Decimal(50)), Item(2, None, Decimal(50))), {1: Decimal(50)}, None),
        ((Item(1),), {1: Decimal(120)}, Decimal(120)),
        ((), {}, None),
    ],
)
def test_without_every_weight_and_every_figure_there_is_no_overall_percent(
    items: tuple[Item, ...], percents: dict[int, Decimal | None], whole: Decimal | None
) -> None:
    assert rolled_up(items, percents) == whole


def test_no_plan_figure_means_that_being_behind_is_unknown() -> None:
    row = facts(subject([], [said(1, "10")]), 1)

    names = ("planned_pct", "shortfall_pp", "shortfall_ratio", "month_met", "behind_months")
    assert [row[name] for name in names] == [None] * 5
    assert row["completed_pct"] == 10


@pytest.mark.feature("G13")
def test_a_report_counts_from_its_acceptance_until_another_takes_its_place() -> None:
    first = said(1, "10", accepted_on=date(2026, 2, 5), superseded_on=date(2026, 2, 20))
    second = said(1, "30", accepted_on=date(2026, 2, 20))
    of = subject(plan("20"), [first, second])

    seen = [facts(of, 1, known_on=date(2026, 2, day))["completed_pct"] for day in (4, 5, 19, 20)]

    assert seen == [None, 10, 10, 30]


def test_a_month_nobody_reported_has_no_figures_of_the_month_before() -> None:
    row = facts(subject(plan("10", "20"), [said(1, "10")]), 2)

    assert (row["expected"], row["reported"], row["completed_pct"]) == (1, 0, None)


def test_a_project_of_which_nothing_is_expected_keeps_what_it_last_reported() -> None:
    of = replace(subject(plan("50", "100", "100"), [said(2, "100")]), expected={})

    row = facts(of, 3)

    assert (row["expected"], row["completed_pct"], row["done"]) == (0, 100, 1)


def test_no_change_this_month_repeats_the_last_figure() -> None:
    row = facts(subject(plan("10", "10"), [said(1, "10"), said(2, None, no_change=True)]), 2)

    assert (row["completed_pct"], row["reported"]) == (10, 1)


@pytest.mark.feature("X3")
def test_months_missed_and_months_behind_are_counted_in_a_row() -> None:
    percents = ("10", "15", "25", "50", "40")
    reports = [said(number, percent) for number, percent in enumerate(percents, 1) if number != 4]
    rows = month_facts(
        subject(plan("10", "20", "30", "40", "50"), reports), MONTHS[:5], known_on=LATE
    )

    assert [row["behind_months"] for row in rows] == [0, 1, 2, None, 1]
    assert [row["missed_months"] for row in rows] == [0, 1, 2, None, 1]


@pytest.mark.parametrize(
    ("shortfall", "ratio"), [("50", "0"), ("49", "2"), ("25", "50"), ("60", "-20")]
)
def test_the_shortfall_as_a_ratio_is_held_against_the_plan(shortfall: str, ratio: str) -> None:
    row = facts(subject(plan("50"), [said(1, shortfall)]), 1)

    assert row["shortfall_ratio"] == Decimal(ratio)


@pytest.mark.feature("F5")
@pytest.mark.parametrize(
    ("completed", "met", "made_up", "overdue"),
    [
        (None, 0, 0, 21),
        (date(2026, 1, 10), 1, 0, None),
        (date(2026, 1, 11), 0, 1, None),
    ],
)
def test_a_step_is_met_late_but_made_up_or_overdue(
    completed: date | None, met: int, made_up: int, overdue: int | None
) -> None:
    of = subject([step(date(2026, 1, 10), completed)], [said(1, None)])
    row = facts(of, 1)
    on_last = facts_on(row, date(2026, 1, 31))

    assert (row["month_met"], row["nodes_made_up"]) == (met, made_up)
    assert on_last["node_overdue_days"] == overdue


def test_a_step_done_but_not_yet_accepted_by_the_office_is_not_done() -> None:
    of = subject([step(date(2026, 1, 10), date(2026, 1, 9), date(2026, 2, 5))], [said(1, None)])

    seen = [facts(of, 1, known_on=date(2026, 2, day))["node_due_day"] for day in (4, 5)]

    assert [day is None for day in seen] == [True, True]
    assert (
        facts(
            replace(of, reports=(said(1, None, accepted_on=date(2026, 2, 3)),)), 1, date(2026, 2, 4)
        )["node_due_day"]
        == date(2026, 1, 10).toordinal()
    )


def test_a_step_of_a_month_nobody_reported_is_unknown_not_overdue() -> None:
    of = subject([step(date(2026, 1, 10)), step(date(2026, 2, 10))], [said(1, None)])

    assert facts(of, 2)["node_due_day"] == date(2026, 1, 10).toordinal()


def test_a_deadline_nobody_stated_lights_nothing() -> None:
    without = facts(subject([], [said(12, "50")]), 12)
    stated = facts(subject([], [said(12, "50")], due_on=date(2026, 12, 30)), 12)

    assert (without["deadline_day"], without["next_due_day"]) == (None, None)
    assert stated["deadline_day"] == date(2026, 12, 30).toordinal()


@pytest.mark.parametrize(
    ("number", "started", "delay"),
    [(2, None, 0), (3, None, 1), (5, None, 3), (5, date(2026, 5, 31), 0), (5, date(2026, 6, 1), 3)],
)
def test_months_past_the_planned_start_count_from_the_month_it_was_planned(
    number: int, started: date | None, delay: int
) -> None:
    reports = [said(each, None) for each in range(1, 13)]
    of = subject([], reports, starts_on=date(2026, 3, 10), started_on=started)

    assert facts(of, number)["start_delay_months"] == delay


@pytest.mark.feature("F6")
def test_a_past_day_sees_the_plan_of_that_day() -> None:
    old = replace(plan("40")[0], known_until=date(2026, 3, 15))
    new = replace(plan("20")[0], known_from=date(2026, 3, 15))
    of = subject([old, new])

    seen = [facts(of, 3, plan_on=date(2026, 3, day))["planned_pct"] for day in (14, 15)]

    assert seen == [40, 20]


def test_money_is_held_against_the_budget_and_against_the_work() -> None:
    report = said(1, "60", paid_wan=Decimal(30), completed_investment_wan=Decimal(90))
    of = subject(
        plan("50"), [report], budgeted_wan=Decimal(120), planned_investment_wan=Decimal(100)
    )

    row = facts(of, 1)

    assert (row["paid_pct"], row["paid_gap_pp"], row["invested_pct"]) == (25, 35, 90)


def test_the_newest_fact_given_by_hand_counts_once_it_is_given() -> None:
    month = MONTHS[0]
    of = replace(
        subject(),
        given=(
            Given(month, "rank", Decimal(9), date(2026, 2, 1)),
            Given(month, "rank", Decimal(3), date(2026, 2, 8)),
            Given(month, "growth_pct", Decimal("4.5"), date(2026, 2, 1)),
            Given(month, "growth_planned_pct", Decimal(6), date(2026, 2, 1)),
        ),
    )

    early, late = facts(of, 1, date(2026, 2, 2)), facts(of, 1)

    assert (early["rank"], late["rank"]) == (9, 3)
    assert (late["growth_plan_gap_pp"], late["growth_average_gap_pp"]) == (Decimal("-1.5"), None)


def test_silence_runs_from_the_first_due_day_or_from_what_was_last_accepted() -> None:
    never = facts(subject(), 3)
    once = facts(subject([], [said(2, "1", accepted_on=date(2026, 3, 9))]), 3)

    assert facts_on(never, date(2026, 3, 31))["silent_days"] == 56
    assert facts_on(once, date(2026, 3, 31))["silent_days"] == 22


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 60))
def test_whole_months_between_days_are_exact(day: date, months: int) -> None:
    later = day.replace(day=1)
    for _number in range(months):
        later = next_month(later)
    if day.day <= month_end(later).day:
        assert month_key(later.replace(day=day.day)) - month_key(day) == 31 * months


def test_the_month_before_january_is_december() -> None:
    assert previous_month(date(2026, 1, 15)) == date(2025, 12, 1)
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)


RULES = RuleSet(
    "X",
    date(2026, 1, 1),
    (
        Case(LightDimension.PROGRESS, LightKind.GOOD, (Bound("month_met", low=Decimal(1)),)),
        Case(LightDimension.PROGRESS, LightKind.BAD, (Bound("month_met", high=Decimal(0)),)),
        Case(LightDimension.PROGRESS, LightKind.UNKNOWN),
    ),
)


@pytest.mark.feature("H5")
def test_a_step_made_up_in_the_next_month_recovers_the_month_it_was_due_in() -> None:
    late = step(date(2026, 5, 20), date(2026, 6, 12), date(2026, 7, 4))
    of = subject([late], [said(5, None), said(6, None, accepted_on=date(2026, 7, 4))])
    after = date(2026, 6, 10)

    found = [
        recovered_on(of, 2026, RULES, MONTHS[4], after=after, today=date(2026, 7, day))
        for day in (3, 4)
    ]

    assert found == [None, date(2026, 7, 4)]
