from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, select

from dashboard.commands.light import facts_differences
from dashboard.permissions import Actor, Grant
from dashboard.queries.facts import month_in_view, programme_day
from dashboard.queries.light import board, explain_light, lights_by_month
from dashboard.queries.past import backtest, board_as_of, lights_as_of
from dashboard.queries.rule import RulesByDay, rule_sets
from dashboard.rules.light import light
from models.account import Role
from models.light import LightKind, LightRecord, LightRuleSet
from models.programme import Programme
from models.region import Region

TODAY = date(2026, 9, 3)


def everyone(session: Session) -> Actor:
    """Somebody who sees every region."""
    roots = session.exec(select(Region).where(col(Region.parent_id).is_(None))).all()
    roles = (Role.LEADER, Role.SUPERVISOR)
    grants = tuple(Grant(role, region_path=each.path) for each in roots for role in roles)
    return Actor(1, "everyone", grants)


def programmes(session: Session) -> Iterator[tuple[int, date]]:
    for row in session.exec(select(Programme).order_by(col(Programme.id))).all():
        key = row.id or 0
        yield key, month_in_view(session, key, programme_day(row, TODAY))


def living(session: Session) -> Programme:
    return session.exec(select(Programme).where(col(Programme.constructed))).one()


@pytest.mark.feature("X1")
@pytest.mark.feature("H4")
def test_every_light_on_the_seeded_boards_follows_from_its_card_s_own_figures(
    demonstration: Session,
) -> None:
    actor, seen = everyone(demonstration), 0
    for key, month in programmes(demonstration):
        for row in board(demonstration, actor, key, month, TODAY).to_dict("records"):
            card = explain_light(demonstration, actor, row["project_id"], month, TODAY)
            version = demonstration.get_one(LightRuleSet, card.rule_set_id)
            (rules,) = rule_sets(demonstration, [version])
            told: dict[str, Any] = dict.fromkeys(card.facts)
            told |= dict(zip(card.figures["fact"], card.figures["value"], strict=True))

            found = light(replace(rules, silence_days=card.silence_days), told)

            assert found.kind.value == row["kind"] == card.kind.value, (card.code, card.month)
            assert card.case_words
            seen += 1
    assert seen > 150


@pytest.mark.feature("X27")
@pytest.mark.feature("H10")
def test_the_months_the_living_city_closed_come_out_the_same_on_any_past_day(
    demonstration: Session,
) -> None:
    actor, key = everyone(demonstration), living(demonstration).id or 0
    kept = {
        (row.project_id, row.month): row.kind.value
        for row in demonstration.exec(select(LightRecord))
    }
    matrix = lights_by_month(demonstration, actor, key, date(2026, 8, 1), TODAY)

    for day in (date(2026, 5, 20), date(2026, 7, 15), TODAY):
        found = lights_as_of(demonstration, actor, key, day).to_dict("records")
        closed = {
            (row["project_id"], row["month"]): row["kind"] for row in found if not row["open"]
        }
        assert closed
        assert closed.items() <= kept.items()
    assert len(matrix[~matrix["open"].astype(bool)]) == len(closed)


def test_the_boards_of_today_worked_out_anew_are_the_boards(demonstration: Session) -> None:
    actor = everyone(demonstration)
    for key, month in programmes(demonstration):
        kept = board(demonstration, actor, key, month, TODAY).sort_values("code")
        anew = board_as_of(demonstration, actor, key, TODAY).sort_values("code")

        assert list(kept["kind"]) == list(anew["kind"])


def test_the_kept_facts_are_those_they_are_worked_out_from(demonstration: Session) -> None:
    assert facts_differences(demonstration, today=TODAY) == []


@pytest.mark.feature("X17")
def test_the_rules_in_force_change_no_light_of_the_living_city(demonstration: Session) -> None:
    programme = living(demonstration)
    rules = RulesByDay(demonstration, programme).on(TODAY)

    found = backtest(demonstration, everyone(demonstration), programme.id or 0, rules)

    assert found.empty


@pytest.mark.feature("H3")
def test_nobody_who_owes_a_report_reads_good_or_done(demonstration: Session) -> None:
    actor = everyone(demonstration)
    for key, month in programmes(demonstration):
        found = board(demonstration, actor, key, month, TODAY)
        owing = found[(found["expected"] == 1) & (found["reported"] == 0)]

        assert not set(owing["kind"]) & {LightKind.GOOD.value, LightKind.DONE.value}
