from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from dashboard.permissions import Actor, Grant
from dashboard.queries.light import board, counts_by_kind
from dashboard.queries.summary import lights_by_region, region_in_view
from models.account import Role
from models.light import LightKind
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from tests.town import (
    LEADER,
    REPORTER,
    STRANGER,
    TODAY,
    lit,
    live,
)

AUGUST = date(2026, 8, 1)


@pytest.mark.parametrize("late", [0, 20])
def test_a_region_s_summary_counts_what_its_board_shows(session: Session, late: int) -> None:
    town = live(session)
    key = lit(session, town)
    today = TODAY + timedelta(days=late)
    narrow = Actor(6, "one", (Grant(Role.LEADER, project_ids=(town.projects["P2"].id or 0,)),))

    for actor in (LEADER, REPORTER, narrow, STRANGER):
        counted = counts_by_kind(board(session, actor, key, AUGUST, today))
        found = lights_by_region(session, actor, 1, AUGUST, today)
        told = {kind.value: int(found[kind.value.lower()].sum()) for kind in LightKind}

        assert told == {kind.value: number for kind, number in counted.items()}, actor.name


def test_a_region_s_summary_of_a_past_month_counts_its_closing_lights(session: Session) -> None:
    lit(session, live(session))

    (row,) = lights_by_region(session, LEADER, 1, date(2026, 5, 1), TODAY).to_dict("records")

    assert (row["region"], row["own"], row["projects"]) == ("第1市", True, 3)
    assert (row["bad"], row["good"]) == (2, 1)


def test_a_place_below_counts_all_that_lies_in_it_and_only_who_holds_it_sees_it(
    session: Session,
) -> None:
    town = live(session)
    for number, parent, path in ((31, 1, "/1/31/"), (32, 31, "/1/31/32/")):
        session.add(
            Region(id=number, code=f"R{number}", name=f"地{number}", parent_id=parent, path=path)
        )
        session.flush()
    for number in (31, 32):
        programme = Programme(region_id=number, year=2026, name="下级清单")
        session.add(programme)
        session.flush()
        session.add(
            LivelihoodProject(
                programme_id=programme.id or 0, region_id=number, code=f"C{number}", name="项目"
            )
        )
    session.flush()
    lit(session, town)
    below = Actor(7, "below", (Grant(Role.LEADER, region_path="/1/31/"),))

    whole, part = (
        lights_by_region(session, actor, 1, AUGUST, TODAY)[["region", "own", "projects"]]
        for actor in (LEADER, below)
    )

    assert whole.values.tolist() == [["第1市", True, 3], ["地31", False, 2]]
    assert part.values.tolist() == [["地31", False, 2]]


@pytest.mark.parametrize("missed", [True, False])
@pytest.mark.parametrize("month", [date(2026, 6, 1), date(2026, 7, 1), AUGUST])
def test_a_month_before_the_one_in_view_is_right_though_the_daily_run_was_missed(
    session: Session, missed: bool, month: date
) -> None:
    key = lit(session, live(session), date(2026, 8, 20) if missed else TODAY)
    later = date(2026, 9, 12)

    for actor in (LEADER, REPORTER, STRANGER):
        shown = board(session, actor, key, month, later)
        found = lights_by_region(session, actor, 1, month, later)
        told = {kind.value: int(found[kind.value.lower()].sum()) for kind in LightKind}

        assert told == {kind.value: number for kind, number in counts_by_kind(shown).items()}
        unclosed = month != AUGUST and shown["closing_kind"].isna().sum()
        assert int(found["open"].sum()) == unclosed, actor.name


def test_a_past_month_whose_closing_was_missed_says_how_many_are_open(session: Session) -> None:
    town = live(session)
    key = lit(session, town, date(2026, 7, 20))

    (row,) = lights_by_region(session, LEADER, 1, date(2026, 7, 1), date(2026, 9, 12)).to_dict(
        "records"
    )

    shown = counts_by_kind(board(session, LEADER, key, date(2026, 7, 1), date(2026, 9, 12)))
    assert (row["open"], row["projects"]) == (3, 3)
    assert {kind.value: row[kind.value.lower()] for kind in LightKind} == {
        kind.value: number for kind, number in shown.items()
    }


def test_the_region_in_view_is_the_one_asked_for_within_the_grant_else_the_topmost(
    session: Session,
) -> None:
    live(session)
    session.add(Region(id=31, code="R31", name="地31", parent_id=1, path="/1/31/"))
    session.flush()

    def seen(actor: Actor, asked: int | None) -> list[tuple[int, int | None]]:
        found = region_in_view(session, actor, asked)
        return list(zip(found["region_id"], found["parent_id"], strict=True))

    assert seen(LEADER, None) == [(1, None)]
    assert seen(LEADER, 31) == [(31, 1)]
    assert seen(LEADER, 2) == seen(LEADER, 999_999) == [(1, None)]
    assert seen(STRANGER, 31) == seen(STRANGER, None)
    assert seen(REPORTER, 1) == []
    two = Actor(8, "two", (*STRANGER.grants, *LEADER.grants))
    assert region_in_view(session, two, None, "/1/31/")["region_id"].tolist() == [1]
