"""Adjustments: the only way a target or a date moves; numbered, reasoned, approved, counted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import Session, col, select

from dashboard.commands.adjustment import decide_adjustment, propose_adjustment
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.permissions import Actor
from dashboard.queries.adjustment import adjustments
from dashboard.queries.light import board
from dashboard.queries.project import milestones, project_details
from models.fact import ProjectMonth
from models.milestone import Adjustment, AdjustmentField, AdjustmentState, Milestone
from models.project import LivelihoodProject
from tests.city import AUGUST, TODAY, City


def _step(session: Session, city: City, name: str = "8月", code: str = "H1") -> Milestone:
    statement = select(Milestone).where(
        Milestone.project_id == city.id(code),
        col(Milestone.name).startswith(name),
        col(Milestone.known_until).is_(None),
    )
    return session.exec(statement).one()


def _proposed(
    session: Session,
    city: City,
    field: AdjustmentField,
    new: str,
    milestone: Milestone | None = None,
) -> Adjustment:
    return propose_adjustment(
        session, city["REPORTER"], city.id("H1"), field=field, new=new, reason="管线避让",
        today=TODAY, milestone_id=milestone.id if milestone else None,
    )  # fmt: skip


def _decided(session: Session, city: City, asked: Adjustment, *, approve: bool = True) -> None:
    decide_adjustment(
        session, city["SUPERVISOR"], asked.id or 0, approve=approve, answer="准", today=TODAY
    )


@pytest.mark.feature("F7", "X6")
@pytest.mark.parametrize(
    ("field", "new", "column", "before", "after"),
    [
        (AdjustmentField.TARGET_QUANTITY, "38", "target_quantity", Decimal(40), Decimal(38)),
        (AdjustmentField.DUE_ON, "2026-11-30", "due_on", date(2026, 12, 31), date(2026, 11, 30)),
        (AdjustmentField.TARGET, "改造38公里", "target", "目标甲标记", "改造38公里"),
    ],
)
def test_a_target_moves_only_once_it_is_approved(
    city_session: Session,
    city: City,
    field: AdjustmentField,
    new: str,
    column: str,
    before: object,
    after: object,
) -> None:
    project = city_session.get_one(LivelihoodProject, city.id("H1"))
    asked = _proposed(city_session, city, field, new)
    waiting = getattr(project, column)

    _decided(city_session, city, asked)

    assert (waiting, getattr(project, column)) == (before, after)
    assert (asked.state, asked.reason, asked.number) == (AdjustmentState.APPROVED, "管线避让", 1)
    people = asked.proposed_by_id, asked.decided_by_id
    assert people == (city["REPORTER"].account_id, city["SUPERVISOR"].account_id)


@pytest.mark.feature("F6", "F7")
def test_a_moved_month_keeps_its_old_figure_and_lights_by_the_new_one(
    city_session: Session, city: City
) -> None:
    old = _step(city_session, city)
    asked = _proposed(city_session, city, AdjustmentField.PLANNED_PCT, "60", old)

    _decided(city_session, city, asked)

    renewed = _step(city_session, city)
    fact = city_session.exec(
        select(ProjectMonth).where(
            ProjectMonth.project_id == city.id("H1"), ProjectMonth.month == AUGUST
        )
    ).one()
    assert (old.planned_pct, old.known_until) == (Decimal(64), TODAY)
    assert (renewed.planned_pct, renewed.known_from, renewed.due_on) == (
        Decimal(60),
        TODAY,
        old.due_on,
    )
    assert fact.planned_pct == Decimal(60)
    first = milestones(city_session, city["LEADER"], city.id("H1"), baseline=True)
    now = milestones(city_session, city["LEADER"], city.id("H1"))
    assert first.set_index("name").loc["8月", "planned_pct"] == Decimal(64)
    assert now.set_index("name").loc["8月", "planned_pct"] == Decimal(60)


@pytest.mark.feature("F7")
def test_moves_are_counted_beside_the_light(city_session: Session, city: City) -> None:
    for new in ("2026-11-15", "2026-11-30"):
        step = _step(city_session, city, "主体完工")
        asked = _proposed(city_session, city, AdjustmentField.MILESTONE_DUE_ON, new, step)
        _decided(city_session, city, asked)
    refused = _proposed(city_session, city, AdjustmentField.TARGET_QUANTITY, "1")
    _decided(city_session, city, refused, approve=False)

    programme = city.programmes["home"].id or 0
    lit = board(city_session, city["LEADER"], programme, AUGUST, TODAY).set_index("code")
    details = project_details(city_session, city["LEADER"], city.id("H1"))

    assert lit.loc["H1", "adjustments"] == 2
    assert details["adjustments"].iloc[0] == 2
    numbers = list(adjustments(city_session, city["LEADER"], city.id("H1"))["number"])
    assert numbers == [3, 2, 1]


@pytest.mark.feature("X6")
def test_a_refused_adjustment_moves_nothing_and_says_why(city_session: Session, city: City) -> None:
    asked = _proposed(city_session, city, AdjustmentField.TARGET_QUANTITY, "1")

    with pytest.raises(Invalid, match="审批意见"):
        decide_adjustment(
            city_session, city["SUPERVISOR"], asked.id or 0, approve=False, answer=" ", today=TODAY
        )
    decide_adjustment(
        city_session, city["SUPERVISOR"], asked.id or 0, approve=False, answer="任何项目不允许调减",
        today=TODAY,
    )  # fmt: skip

    project = city_session.get_one(LivelihoodProject, city.id("H1"))
    assert (asked.state, asked.answer) == (AdjustmentState.REFUSED, "任何项目不允许调减")
    assert project.target_quantity == Decimal(40)


@pytest.mark.safety("AC6")
def test_nobody_approves_their_own_adjustment(city_session: Session, city: City) -> None:
    asked = propose_adjustment(
        city_session, city["SUPERVISOR"], city.id("H1"), field=AdjustmentField.TARGET, new="少做些",
        reason="难", today=TODAY,
    )  # fmt: skip

    with pytest.raises(NotAllowed, match="不能审核自己"):
        _decided(city_session, city, asked)
    decide_adjustment(
        city_session, city["second supervisor"], asked.id or 0, approve=True, answer="", today=TODAY
    )

    assert asked.state is AdjustmentState.APPROVED


@pytest.mark.safety("AC1")
@pytest.mark.parametrize("who", ["REVIEWER", "LEADER", "schools reporter", "stranger"])
def test_only_the_lead_unit_and_the_office_propose(
    city_session: Session, city: City, who: str
) -> None:
    with pytest.raises(NotAllowed):
        propose_adjustment(
            city_session, city[who], city.id("H1"), field=AdjustmentField.TARGET, new="x",
            reason="x", today=TODAY,
        )  # fmt: skip


@pytest.mark.safety("AC1", "AC2")
@pytest.mark.parametrize("who", ["REPORTER", "LEADER", "stranger"])
def test_only_the_own_office_decides_and_strangers_learn_nothing(
    city_session: Session, city: City, who: str
) -> None:
    asked = _proposed(city_session, city, AdjustmentField.TARGET, "改造38公里")
    actor = Actor(10**9, "other", city[who].grants)

    with pytest.raises(NotAllowed) as told:
        decide_adjustment(
            city_session, actor, asked.id or 0, approve=True, answer="", today=TODAY, version=99
        )

    assert "38" not in str(told.value)


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    ("field", "new"),
    [
        (AdjustmentField.TARGET, "  "),
        (AdjustmentField.TARGET, "长" * 100_000),
        (AdjustmentField.TARGET_QUANTITY, "NaN"),
        (AdjustmentField.TARGET_QUANTITY, "Infinity"),
        (AdjustmentField.TARGET_QUANTITY, "-1"),
        (AdjustmentField.TARGET_QUANTITY, "1e99"),
        (AdjustmentField.TARGET_QUANTITY, "四十"),
        (AdjustmentField.DUE_ON, "明年"),
        (AdjustmentField.DUE_ON, "2026-13-01"),
    ],
)
def test_a_hostile_value_is_one_sentence(
    city_session: Session, city: City, field: AdjustmentField, new: str
) -> None:
    with pytest.raises(Invalid):
        _proposed(city_session, city, field, new)

    assert adjustments(city_session, city["LEADER"]).empty


@pytest.mark.safety("AC5")
@pytest.mark.parametrize("reason", ["", "  ", "长" * 100_000])
def test_a_move_wants_a_reason(city_session: Session, city: City, reason: str) -> None:
    with pytest.raises(Invalid):
        propose_adjustment(
            city_session, city["REPORTER"], city.id("H1"), field=AdjustmentField.TARGET, new="x",
            reason=reason, today=TODAY,
        )  # fmt: skip


@pytest.mark.safety("AC5")
def test_a_forged_or_foreign_step_is_one_sentence(city_session: Session, city: City) -> None:
    foreign = _step(city_session, city, code="F1")

    with pytest.raises(Invalid, match="现行计划"):
        _proposed(city_session, city, AdjustmentField.PLANNED_PCT, "1", foreign)
    with pytest.raises(Missing):
        _proposed(city_session, city, AdjustmentField.PLANNED_PCT, "1")


def test_nothing_new_is_no_adjustment(city_session: Session, city: City) -> None:
    with pytest.raises(Invalid, match="相同"):
        _proposed(city_session, city, AdjustmentField.TARGET_QUANTITY, "40")


def test_two_moves_of_one_step_do_not_both_replace_it(city_session: Session, city: City) -> None:
    step = _step(city_session, city)
    one = _proposed(city_session, city, AdjustmentField.PLANNED_PCT, "60", step)
    two = _proposed(city_session, city, AdjustmentField.PLANNED_PCT, "50", step)
    _decided(city_session, city, one)

    with pytest.raises(Conflict, match="另一项调整"), city_session.begin_nested():
        _decided(city_session, city, two)
    with pytest.raises(Conflict, match="已经审批"):
        _decided(city_session, city, one)

    assert _step(city_session, city).planned_pct == Decimal(60)


@pytest.mark.safety("RE11")
def test_a_move_asked_before_another_one_was_approved_is_asked_again(
    city_session: Session, city: City
) -> None:
    first, second = (
        _proposed(city_session, city, AdjustmentField.TARGET_QUANTITY, new) for new in ("45", "50")
    )
    _decided(city_session, city, first)

    with pytest.raises(Conflict, match="已不是申请时的“40”"):
        _decided(city_session, city, second)

    assert city_session.get_one(LivelihoodProject, city.id("H1")).target_quantity == Decimal(45)
