"""What is due and who has it now: the list, the rates, the desk, each in step with the reports."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session

from dashboard.commands.report import accept_reports, confirm_reports, return_reports
from dashboard.queries.board import due_counts
from dashboard.queries.desk import desk
from dashboard.queries.history import history
from dashboard.queries.report import completeness, periods, reports_due
from tests.city import AUGUST, H1_ROW, TODAY, City, imported, newest

LATE = date(2026, 9, 8)


def _rates(session: Session, city: City, today: date = TODAY) -> dict[str, tuple[int, ...]]:
    home = city.programmes["home"].id or 0
    found = completeness(session, city["SUPERVISOR"], home, AUGUST, today)
    names = ["expected", "received", "timely", "late", "accepted", "complete_pct", "timely_pct"]
    return {
        row["agency"]: tuple(int(row[name]) for name in names) for row in found.to_dict("records")
    }


@pytest.mark.feature("G3")
def test_rates_come_from_what_was_expected(city_session: Session, city: City) -> None:
    before = _rates(city_session, city)

    imported(city_session, city)

    assert before["市住建局"] == (2, 0, 0, 0, 0, 0, 0)
    assert _rates(city_session, city) == {
        "市住建局": (2, 1, 1, 0, 0, 50, 50),
        "市教育局": (1, 0, 0, 0, 0, 0, 0),
    }


@pytest.mark.feature("G2", "G3")
def test_a_late_report_counts_as_received_and_late(city_session: Session, city: City) -> None:
    imported(city_session, city, today=LATE)

    assert _rates(city_session, city, LATE)["市住建局"] == (2, 1, 0, 1, 0, 50, 0)


@pytest.mark.feature("G3")
def test_what_came_in_after_a_day_is_not_counted_on_it(city_session: Session, city: City) -> None:
    imported(city_session, city, today=LATE)

    assert _rates(city_session, city, TODAY)["市住建局"][1] == 0


@pytest.mark.feature("G12")
def test_the_list_says_who_has_the_report_now(city_session: Session, city: City) -> None:
    home = city.programmes["home"].id or 0

    def where() -> tuple[object, ...]:
        row = reports_due(city_session, city["REPORTER"], home, AUGUST).set_index("code").loc["H1"]
        return row["state"], row["receipt"], row["submitter"], row["confirmer"], row["revision"]

    nothing = where()
    imported(city_session, city)
    submitted = where()
    confirm_reports(city_session, city["REVIEWER"], [newest(city_session, city, "H1").id or 0])

    assert nothing == (None,) * 5
    assert submitted == ("SUBMITTED", "202608-HOUSING-001", "REPORTER某", None, 1)
    assert where() == ("CONFIRMED", "202608-HOUSING-001", "REPORTER某", "REVIEWER某", 1)


@pytest.mark.feature("G1")
def test_the_periods_are_those_in_which_one_owes_or_reads(
    city_session: Session, city: City
) -> None:
    home = city.programmes["home"].id or 0

    found = periods(city_session, city["REPORTER"], home)

    assert list(found["month"])[:2] == [AUGUST, date(2026, 7, 1)]
    assert len(found) == 8
    assert periods(city_session, city["stranger"], home).empty


@pytest.mark.feature("I9")
def test_each_desk_holds_what_its_person_can_do_next(city_session: Session, city: City) -> None:
    def lying(who: str, group: str) -> list[str]:
        found = desk(city_session, city[who], TODAY)
        mine = found[(found["group"] == group) & found["project"].str.startswith("H1")]
        return [what for what in mine["what"] if "2026-08" in what]

    assert lying("REPORTER", "mine") == ["2026-08 月报待填报"]
    assert lying("SUPERVISOR", "waiting") == ["2026-08 月报尚未报送"]
    imported(city_session, city)
    assert lying("REVIEWER", "mine") == ["2026-08 月报待审核"]
    assert lying("REPORTER", "waiting") == ["2026-08 月报已报送，等待办理"]
    report = newest(city_session, city, "H1")
    confirm_reports(city_session, city["REVIEWER"], [report.id or 0])
    assert lying("SUPERVISOR", "mine") == ["2026-08 月报待审定"]
    return_reports(city_session, city["SUPERVISOR"], [report.id or 0], reason="照片不清")
    assert lying("REPORTER", "returned") == ["2026-08 月报被退回"]


@pytest.mark.feature("I9")
def test_what_is_overdue_says_so(city_session: Session, city: City) -> None:
    found = desk(city_session, city["REPORTER"], LATE)
    mine = found[found["what"] == "2026-08 月报待填报"]

    assert list(mine["overdue"]) == [True, True]
    assert list(mine["due_on"]) == [date(2026, 9, 3)] * 2


@pytest.mark.feature("G3")
def test_the_board_counts_what_is_owed_and_what_came(city_session: Session, city: City) -> None:
    imported(city_session, city)
    home = city.programmes["home"].id or 0

    (row,) = due_counts(city_session, city["LEADER"], home, AUGUST, TODAY).to_dict("records")

    assert (row["expected"], row["received"], row["due_on"]) == (3, 1, date(2026, 9, 3))


@pytest.mark.feature("O6")
def test_a_projects_history_says_who_did_what_old_to_new(city_session: Session, city: City) -> None:
    imported(city_session, city, H1_ROW)
    report = newest(city_session, city, "H1")
    confirm_reports(city_session, city["REVIEWER"], [report.id or 0])
    accept_reports(city_session, city["SUPERVISOR"], [report.id or 0], today=TODAY)

    found = history(city_session, city["LEADER"], city.id("H1"))

    done = list(zip(found["who"], found["event"], strict=True))
    assert done[:4] == [
        ("supervisor", "report:accept"),
        ("reviewer", "report:confirm"),
        ("reporter", "report:submit"),
        ("reporter", "report:import"),
    ]
    assert '"state": ["CONFIRMED", "ACCEPTED"]' in found["changes"].iloc[0]
    assert history(city_session, city["stranger"], city.id("H1")).empty
    assert history(city_session, city["OBSERVER"], city.id("H1")).empty
