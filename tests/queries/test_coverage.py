"""Coverage and times, counted again by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session

from dashboard.commands.remark import RemarkDraft, write_feedback
from dashboard.commands.triage import answer_remark, move_remark
from dashboard.queries.coverage import coverage, suggested_way, visits_by_observer, visits_due
from dashboard.queries.feedback import answer_times, proposed_projects
from dashboard.rules.coverage import way
from dashboard.rules.feedback import times
from dashboard.rules.place import Place, metres
from models.observer import Visit
from models.site import Site
from tests.city import TODAY, City, save


def _visit(session: Session, city: City, code: str, who: str, ago: int, made: bool = True) -> None:
    day = TODAY - timedelta(days=ago)
    save(
        session,
        Visit(
            project_id=city.id(code), account_id=city[who].account_id, due_on=day,
            visited_on=day if made else None,
        ),
    )  # fmt: skip


@pytest.mark.feature("J5", "X14")
def test_coverage_is_visited_by_due_and_names_what_nobody_looked_at(
    city_session: Session, city: City
) -> None:
    office, key = city["SUPERVISOR"], city.programmes["home"].id or 0
    for code, who, ago, made in (
        ("H1", "OBSERVER", 2, True), ("H1", "other observer", 2, True),
        ("H2", "other observer", 31, True), ("H2", "OBSERVER", 5, False),
    ):  # fmt: skip
        _visit(city_session, city, code, who, ago, made)

    found = coverage(city_session, office, key, TODAY)
    due = visits_due(city_session, office, key, TODAY - timedelta(days=90), TODAY)

    rows = {row["code"]: (row["visits"], row["observers"], row["days"], row["unvisited"])
            for row in found.to_dict("records")}  # fmt: skip
    assert rows == {
        "S1": (0, 0, None, True), "H2": (1, 1, 31, True), "H1": (2, 2, 2, False),
    }  # fmt: skip
    assert list(found["code"]) == ["S1", "H2", "H1"]
    assert due.to_dict("records") == [{"due": 4, "visited": 3, "pct": Decimal("75.0")}]


@pytest.mark.feature("X14")
def test_an_observer_who_only_looks_at_one_unit_is_named(city_session: Session, city: City) -> None:
    office, key = city["SUPERVISOR"], city.programmes["home"].id or 0
    for ago in (1, 2, 3):
        _visit(city_session, city, "H1", "OBSERVER", ago)
        _visit(city_session, city, "H1", "other observer", ago)
    _visit(city_session, city, "S1", "other observer", 4)

    found = visits_by_observer(city_session, office, key, TODAY - timedelta(days=90), TODAY)

    rows = [
        (r["observer"], r["agency"], r["visits"], r["always"]) for r in found.to_dict("records")
    ]
    assert rows == [
        ("OBSERVER某", "市住建局", 3, True),
        ("other observer某", "市住建局", 3, False),
        ("other observer某", "市教育局", 1, False),
    ]


@pytest.mark.feature("X14")
def test_the_way_goes_to_the_nearest_next(city_session: Session, city: City) -> None:
    for code, east in (("H1", "112.60"), ("H2", "112.52"), ("S1", "112.56")):
        site = Site(
            project_id=city.id(code), code=code, name="点", latitude=Decimal("37.8"),
            longitude=Decimal(east),
        )  # fmt: skip
        save(city_session, site)

    found = suggested_way(
        city_session, city["SUPERVISOR"], city.programmes["home"].id or 0, TODAY,
        latitude=Decimal("37.8"), longitude=Decimal("112.50"),
    )  # fmt: skip

    assert list(found["code"]) == ["H2", "S1", "H1"]
    assert list(found["metres"]) == [1757, 3514, 3514]


@pytest.mark.feature("J3")
def test_a_degree_of_latitude_is_111_km() -> None:
    here = Place(Decimal(0), Decimal(0))

    assert metres(here, Place(Decimal(1), Decimal(0))) == 111195
    assert metres(here, here) == 0
    assert way(here, {}) == []


@pytest.mark.feature("L3")
@pytest.mark.parametrize(
    ("days", "middle", "slow"),
    [([], None, None), ([3], 3.0, 3.0), ([1, 2, 3, 4, 5, 6, 7, 8, 9, 30], 5.5, 9.0),
     ([1] * 10 + [20], 1.0, 1.0), ([1] * 8 + [20, 30], 1.0, 20.0)],
)  # fmt: skip
def test_the_slowest_tenth_is_what_nine_of_ten_stayed_within(
    days: list[int], middle: float | None, slow: float | None
) -> None:
    found = times(days)

    assert (found.count, found.median, found.slowest_tenth) == (len(days), middle, slow)


@pytest.mark.feature("L2", "L3")
def test_a_citizens_words_point_to_a_project_and_a_unit_is_ranked_from_the_least_sample_on(
    city_session: Session, city: City
) -> None:
    office, region_id = city["SUPERVISOR"], city.regions["home"].id or 0
    now = datetime(2026, 9, 1, 1, tzinfo=UTC)
    for number in range(5):
        draft = RemarkDraft(
            f"0123456789abcde{number}", None, words="供热管网改造挖开的路没填", place="二路"
        )
        kept, _code = write_feedback(
            city_session, draft, region_id=region_id, now=now, today=date(2026, 9, 1)
        )
        proposed = proposed_projects(city_session, office, kept.id or 0)
        move_remark(city_session, office, kept.id or 0, int(proposed["project_id"].iloc[0]))
        answer_remark(city_session, office, kept.id or 0, words="今日回填", today=TODAY)
        ranked = answer_times(city_session, office, TODAY)

        [row] = ranked.to_dict("records")
        assert (proposed["code"].iloc[0], proposed["agency"].iloc[0]) == ("H1", "市住建局")
        assert (row["agency"], row["settled"], row["settled_median"]) == (
            "市住建局",
            number + 1,
            2.0,
        )
        assert row["ranked"] is (number == 4)
