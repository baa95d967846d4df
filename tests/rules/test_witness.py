from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboard.rules.witness import Claim, Sight, gap
from models.remark import SeenProgress

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
NOT_STARTED, UNDER_WAY = SeenProgress.NOT_STARTED, SeenProgress.UNDER_WAY
TEN = Decimal(10)


def claim(month: date, percent: str) -> Claim:
    return Claim(month, Decimal(percent))


@pytest.mark.feature("X2")
def test_a_unit_that_reports_eighty_where_nothing_was_begun_is_eighty_points_apart() -> None:
    found = gap([claim(AUGUST, "80")], Sight(date(2026, 9, 3), NOT_STARTED), TEN)

    assert found is not None
    assert found.gap_pp == 80


@pytest.mark.feature("X2")
@pytest.mark.parametrize(("seen", "apart"), [("60", None), ("50.01", None), ("50", "10")])
def test_a_gap_counts_from_the_set_number_of_points_on(seen: str, apart: str | None) -> None:
    sight = Sight(date(2026, 9, 3), UNDER_WAY, Decimal(seen))

    found = gap([claim(AUGUST, "60")], sight, TEN)

    assert (found and found.gap_pp) == (apart and Decimal(apart))


def test_the_month_that_had_ended_when_somebody_looked_is_held_against_what_was_seen() -> None:
    claims = [claim(JULY, "5"), claim(AUGUST, "60")]

    assert gap(claims, Sight(date(2026, 8, 20), NOT_STARTED), TEN) is None
    assert gap(claims, Sight(date(2026, 8, 31), NOT_STARTED), TEN) is not None


def test_a_later_report_that_comes_down_to_what_was_seen_settles_the_gap() -> None:
    claims = [claim(JULY, "70"), claim(AUGUST, "5")]

    assert gap(claims, Sight(date(2026, 8, 10), NOT_STARTED), TEN) is None


def test_work_still_going_on_contradicts_only_a_unit_that_says_it_is_done() -> None:
    sight = Sight(date(2026, 9, 3), UNDER_WAY)

    found = gap([claim(AUGUST, "100")], sight, TEN)

    assert gap([claim(AUGUST, "99")], sight, TEN) is None
    assert found is not None
    assert found.gap_pp is None


def test_a_unit_that_says_less_than_was_seen_opens_no_gap() -> None:
    assert gap([claim(AUGUST, "40")], Sight(date(2026, 9, 3), SeenProgress.FINISHED), TEN) is None
