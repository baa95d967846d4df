"""Whatever people press, in whatever order: an item moves as the table allows, or not at all."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import Session, col, select

from dashboard.commands.extension import ask_extension, decide_extension
from dashboard.commands.recheck import do_recheck
from dashboard.commands.rectification_care import daily_rectifications
from dashboard.commands.rectification_move import move_rectification, reassign_rectification
from dashboard.errors import DashboardError
from dashboard.permissions import Action, sees_row
from dashboard.queries.rectification_rule import has_after_photo
from dashboard.queries.scope import rectification_scope
from dashboard.rules.rectification import ENDS, judgements
from models.rectification import (
    Extension,
    Recheck,
    Rectification,
    RectificationEvent,
    RectificationKind,
    RectificationMove,
    RectificationState,
)
from tests.city import TODAY, City
from tests.rectifying import Desk, issued, paired

WHO = ("SUPERVISOR", "second supervisor", "REPORTER", "REVIEWER", "schools reporter", "LEADER",
       "OBSERVER", "stranger", "NOBODY")  # fmt: skip
CODES = ("receive", "dispute", "keep", "propose", "return", "clear", "cancel", "no_action",
         "not_ours", "duplicate", "pass_on", "reopen")  # fmt: skip
USUAL = ("receive", "propose", "return", "clear", "reopen", "dispute", "keep")
PEOPLE = st.sampled_from(WHO) | st.sampled_from(WHO[:4])


class Presses(RuleBasedStateMachine):
    """Two items, a few people and a calendar that only goes on."""

    session: Session
    city: City
    reached: ClassVar[set[str]] = set()

    @initialize()
    def begin(self) -> None:
        self.point = self.session.connection().begin_nested()
        self.session.expunge_all()
        self.s = Desk(self.session, self.city)
        self.today = TODAY
        self.first, self.row = issued(self.s), issued(self.s)
        rows = self.session.exec(select(RectificationMove)).all()
        self.table = {(each.code, each.from_state, each.to_state): each for each in rows}
        states = self.session.exec(select(RectificationState)).all()
        self.kinds = {each.code: each.kind for each in states}

    def teardown(self) -> None:
        if hasattr(self, "point"):
            self.session.expunge_all()
            self.point.rollback()

    def _try(self, call: Any, code: str, who: str) -> None:
        before, met = self.row.state, self.row.met_deadline
        self.session.flush()
        point = self.session.begin_nested()
        try:
            call()
            point.commit()
        except DashboardError:
            point.rollback()
            self.session.refresh(self.row)
            assert self.row.state == before
            return
        self.session.flush()
        self.reached.add(self.row.state)
        if code not in CODES and code != "reassign":
            assert self.row.state == before or code == "recheck"
            return
        row = self.table[code, before, self.row.state]
        actor, scope = self.city[who], rectification_scope(self.session, self.row)
        assert code == "reassign" or sees_row(actor, scope, Action(row.action))
        if row.needs_second_person:
            assert self.row.proposed_by_id != actor.account_id
        if row.needs_after_photo:
            assert has_after_photo(self.session, self.row)
        if met is not None and code not in ("return", "reopen", "reassign"):
            assert self.row.met_deadline is met

    @rule(code=st.sampled_from(CODES), who=PEOPLE, words=st.sampled_from(["", "说明"]),
          later=st.integers(0, 20) | st.none(), self_=st.booleans())  # fmt: skip
    def press(self, code: str, who: str, words: str, later: int | None, self_: bool) -> None:
        self._press(code, who, words, later, self_)

    def _press(self, code: str, who: str, words: str, later: int | None, self_: bool) -> None:
        due = None if later is None else self.today + timedelta(days=later)
        repeated = self.row.id if self_ else self.first.id
        self._try(
            lambda: move_rectification(
                self.session, self.city[who], self.row.id or 0, code, today=self.today,
                words=words, due_on=due, duplicate_of_id=repeated, passed_to=words,
            ), code, who,
        )  # fmt: skip

    @rule(choices=st.lists(st.integers(0, 9), min_size=1, max_size=6), second=st.booleans())
    def press_what_fits(self, choices: list[int], second: bool) -> None:
        """Press buttons that are there, as somebody who may: the way most items go."""
        for choice in choices:
            self._fitting(choice, second)

    def _fitting(self, choice: int, second: bool) -> None:
        fitting = [each for each in self.table.values() if each.from_state == self.row.state]
        usual = [each for each in fitting if each.code in USUAL]
        fitting = usual if usual and choice else fitting
        if not fitting:
            return
        chosen = fitting[choice % len(fitting)]
        unit = chosen.action in ("rectification:receive", "rectification:dispute")
        who = "second supervisor" if second else "SUPERVISOR"
        if unit or chosen.code == "propose":
            who = "REPORTER"
        if chosen.code == "propose":
            paired(self.s, self.row)
        self._press(chosen.code, who, "说明", 9, False)

    @rule(who=PEOPLE, unit=st.sampled_from(["housing", "schools", "foreign"]))
    def reassign(self, who: str, unit: str) -> None:
        self._try(
            lambda: reassign_rectification(
                self.session, self.city[who], self.row.id or 0, responsible="李工", words="改派",
                agency_id=self.city.agencies[unit].id or 0, today=self.today,
                due_on=self.today + timedelta(days=5),
            ), "reassign", who,
        )  # fmt: skip

    @rule()
    def photograph(self) -> None:
        paired(self.s, self.row)

    @rule(days=st.integers(1, 9))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)
        met = self.row.met_deadline
        daily_rectifications(self.session, today=self.today)
        assert met is None or self.row.met_deadline is met

    @rule(who=PEOPLE, decider=PEOPLE, approve=st.booleans())
    def extend(self, who: str, decider: str, approve: bool) -> None:
        due = self.row.due_on + timedelta(days=7)
        self._try(
            lambda: ask_extension(
                self.session, self.city[who], self.row.id or 0, new_due_on=due, reason="雨",
                today=self.today,
            ), "extend", who,
        )  # fmt: skip
        asked = self.session.exec(
            select(Extension).where(Extension.rectification_id == self.row.id)
        ).all()
        for each in asked:
            self._try(
                lambda key=each.id: decide_extension(
                    self.session, self.city[decider], key or 0, approve=approve, answer="可",
                    today=self.today,
                ), "extend", decider,
            )  # fmt: skip

    @rule(who=PEOPLE, passed=st.booleans())
    def look_again(self, who: str, passed: bool) -> None:
        looks = self.session.exec(
            select(Recheck).where(Recheck.rectification_id == self.row.id)
        ).all()
        for each in looks:
            self._try(
                lambda key=each.id: do_recheck(
                    self.session, self.city[who], key or 0, passed=passed, words="看过",
                    today=self.today, due_on=self.today + timedelta(days=9),
                ), "recheck", who,
            )  # fmt: skip

    @invariant()
    def the_row_tells_the_truth(self) -> None:
        if not hasattr(self, "row"):
            return
        row, kind = self.row, self.kinds[self.row.state]
        self.reached.add(row.state)
        assert (row.closed_on is not None) == (kind in ENDS)
        if kind is RectificationKind.FIXED:
            assert row.closed_by_id != row.proposed_by_id
        if row.met_deadline is not None:
            assert row.judged_on is not None

    @invariant()
    def its_history_is_a_walk_through_the_table(self) -> None:
        if not hasattr(self, "row"):
            return
        events = self.session.exec(
            select(RectificationEvent)
            .where(RectificationEvent.rectification_id == self.row.id)
            .order_by(col(RectificationEvent.id))
        ).all()
        moves = [each for each in events if each.to_state is not None]
        assert moves[0].to_state == "ISSUED"
        for before, after in pairwise(moves):
            assert after.from_state == before.to_state
            assert (after.event, after.from_state, after.to_state) in self.table
        assert moves[-1].to_state == self.row.state
        assert all(each.agency_id for each in events)
        rounds = judgements((each.event, each.agency_id) for each in events)
        assert len(rounds) >= (self.row.met_deadline is not None)


@pytest.mark.feature("K1", "X12")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_no_sequence_of_moves_leaves_the_table(city_session: Session, city: City) -> None:
    class Here(Presses):
        session = city_session

    Here.city = city
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=30, stateful_step_count=18, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    assert Here.reached >= {"RECEIVED", "DISPUTED", "PROPOSED", "FIXED", "REOPENED"}
    assert city_session.exec(select(Rectification)).first() is None
