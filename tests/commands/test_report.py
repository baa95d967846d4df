"""Reports: submitted, confirmed, accepted or returned; nobody passes their own; locked months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import Session, col, select

from dashboard.commands.lag import explain_lag
from dashboard.commands.report import (
    accept_reports,
    confirm_reports,
    report_no_change,
    return_reports,
    submit_reports,
)
from dashboard.commands.take_back import take_back_upload
from dashboard.commands.unlock import approve_unlock, request_unlock
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.permissions import Actor, Grant
from dashboard.rules.source import sources_in
from models.account import Role
from models.agency import Agency
from models.fact import ProjectMonth
from models.milestone import Milestone
from models.report import (
    FIGURES,
    ExpectedReport,
    ProgressReport,
    ReportLine,
    ReportState,
)
from models.upload import Upload
from tests.city import AUGUST, H1_ROW, HOUSING, JULY, TODAY, City, imported, newest

LOCKED = date(2026, 9, 11)
"""The first day on which August's reports are locked."""


def _passed(session: Session, city: City, *, today: date = TODAY) -> ProgressReport:
    """Import, submit, confirm and accept H1's report of August."""
    imported(session, city, today=today)
    report = newest(session, city, "H1")
    confirm_reports(session, city["REVIEWER"], [report.id or 0])
    accept_reports(session, city["SUPERVISOR"], [report.id or 0], today=today)
    return report


def _fact(session: Session, city: City, code: str = "H1") -> ProjectMonth:
    statement = select(ProjectMonth).where(
        ProjectMonth.project_id == city.id(code), ProjectMonth.month == AUGUST
    )
    return session.exec(statement.execution_options(populate_existing=True)).one()


@pytest.mark.feature("G12")
def test_a_report_goes_from_draft_to_accepted_and_then_counts(
    city_session: Session, city: City
) -> None:
    imported(city_session, city, submit=False)
    report = newest(city_session, city, "H1")
    states = [report.state]

    submit_reports(city_session, city["REPORTER"], [report.id or 0], today=TODAY)
    states.append(report.state)
    confirm_reports(city_session, city["REVIEWER"], [report.id or 0])
    states.append(report.state)
    before = _fact(city_session, city).completed_pct
    accept_reports(city_session, city["SUPERVISOR"], [report.id or 0], today=TODAY)
    states.append(report.state)

    assert [state.value for state in states] == ["DRAFT", "SUBMITTED", "CONFIRMED", "ACCEPTED"]
    people = report.submitted_by_id, report.confirmed_by_id, report.accepted_by_id
    assert people == tuple(city[r].account_id for r in ("REPORTER", "REVIEWER", "SUPERVISOR"))
    assert (before, _fact(city_session, city).completed_pct) == (None, Decimal(65))
    assert _fact(city_session, city).report_id == report.id


@pytest.mark.feature("G13")
def test_a_report_that_is_not_accepted_does_not_count(city_session: Session, city: City) -> None:
    imported(city_session, city)
    confirm_reports(city_session, city["REVIEWER"], [newest(city_session, city, "H1").id or 0])

    assert _fact(city_session, city).reported == 0


@pytest.mark.feature("G12")
@pytest.mark.parametrize("confirmed", [False, True])
def test_a_report_comes_back_with_a_reason_and_goes_out_again(
    city_session: Session, city: City, confirmed: bool
) -> None:
    imported(city_session, city)
    report = newest(city_session, city, "H1")
    who = "REVIEWER"
    if confirmed:
        confirm_reports(city_session, city["REVIEWER"], [report.id or 0])
        who = "SUPERVISOR"

    return_reports(city_session, city[who], [report.id or 0], reason=" 数字与照片不符 ")
    came_back = report.state, report.return_reason
    submit_reports(city_session, city["REPORTER"], [report.id or 0], today=TODAY)

    assert came_back == (ReportState.RETURNED, "数字与照片不符")
    assert (report.state, report.return_reason) == (ReportState.SUBMITTED, "")


def test_a_return_wants_a_reason(city_session: Session, city: City) -> None:
    imported(city_session, city)
    report = newest(city_session, city, "H1")

    with pytest.raises(Invalid, match="退回原因"):
        return_reports(city_session, city["REVIEWER"], [report.id or 0], reason="  ")

    assert report.state is ReportState.SUBMITTED


@pytest.mark.safety("AC5")
def test_a_reason_of_a_hundred_thousand_characters_is_refused(
    city_session: Session, city: City
) -> None:
    imported(city_session, city)
    report = newest(city_session, city, "H1")

    with pytest.raises(Invalid, match="最多"):
        return_reports(city_session, city["REVIEWER"], [report.id or 0], reason="长" * 100_000)


@pytest.mark.feature("G12")
@pytest.mark.safety("AC6")
def test_nobody_confirms_what_they_submitted(city_session: Session, city: City) -> None:
    imported(city_session, city)
    report = newest(city_session, city, "H1")
    both = Actor(city["REPORTER"].account_id, "both", city["REVIEWER"].grants)

    with pytest.raises(NotAllowed, match="不能审核自己"):
        confirm_reports(city_session, both, [report.id or 0])

    assert report.state is ReportState.SUBMITTED


@pytest.mark.feature("G12")
@pytest.mark.safety("AC6")
@pytest.mark.parametrize("who", ["REPORTER", "REVIEWER"])
def test_nobody_accepts_what_they_submitted_or_confirmed(
    city_session: Session, city: City, who: str
) -> None:
    imported(city_session, city)
    report = newest(city_session, city, "H1")
    confirm_reports(city_session, city["REVIEWER"], [report.id or 0])
    both = Actor(city[who].account_id, "both", city["SUPERVISOR"].grants)

    with pytest.raises(NotAllowed, match="不能审核自己"):
        accept_reports(city_session, both, [report.id or 0], today=TODAY)

    assert report.state is ReportState.CONFIRMED


@pytest.mark.safety("AC1")
@pytest.mark.parametrize(
    ("who", "step"),
    [
        ("REVIEWER", "submit"),
        ("schools reporter", "submit"),
        ("foreign reporter", "submit"),
        ("REPORTER", "confirm"),
        ("schools reviewer", "confirm"),
        ("SUPERVISOR", "confirm"),
        ("REVIEWER", "accept"),
        ("stranger", "accept"),
        ("LEADER", "accept"),
        ("schools reviewer", "return"),
        ("REPORTER", "return"),
        ("stranger", "return"),
    ],
)
def test_a_report_is_passed_on_only_by_who_may(
    city_session: Session, city: City, who: str, step: str
) -> None:
    imported(city_session, city, submit=step != "submit")
    report = newest(city_session, city, "H1")
    keys = [report.id or 0]
    if step == "accept":
        confirm_reports(city_session, city["REVIEWER"], keys)
    state = report.state

    steps: dict[str, Callable[[], object]] = {
        "submit": lambda: submit_reports(city_session, city[who], keys, today=TODAY),
        "confirm": lambda: confirm_reports(city_session, city[who], keys),
        "accept": lambda: accept_reports(city_session, city[who], keys, today=TODAY),
        "return": lambda: return_reports(city_session, city[who], keys, reason="退"),
    }
    with pytest.raises(NotAllowed):
        steps[step]()

    assert report.state is state


def test_a_supporting_unit_reads_and_does_not_report(city_session: Session, city: City) -> None:
    with pytest.raises(NotAllowed):
        report_no_change(
            city_session, city["finance reporter"], city.id("S1"), month=AUGUST, today=TODAY
        )


def test_a_step_out_of_order_says_where_the_report_is(city_session: Session, city: City) -> None:
    imported(city_session, city)
    keys = [newest(city_session, city, "H1").id or 0]

    with pytest.raises(Conflict, match="待单位审核"):
        accept_reports(city_session, city["SUPERVISOR"], keys, today=TODAY)
    with pytest.raises(Conflict, match="待单位审核"):
        submit_reports(city_session, city["REPORTER"], keys, today=TODAY)
    confirm_reports(city_session, city["REVIEWER"], keys)
    with pytest.raises(Conflict, match="待督查室审定"):
        confirm_reports(city_session, city["REVIEWER"], keys)


@pytest.mark.safety("AC5")
def test_forged_ids_are_one_sentence(city_session: Session, city: City) -> None:
    with pytest.raises(Invalid, match="勾选"):
        submit_reports(city_session, city["REPORTER"], [], today=TODAY)
    with pytest.raises(Missing):
        submit_reports(city_session, city["REPORTER"], [10**9], today=TODAY)


def test_one_foreign_report_among_many_stops_them_all(city_session: Session, city: City) -> None:
    imported(city_session, city, submit=False)
    own = newest(city_session, city, "H1")

    with pytest.raises(NotAllowed):
        submit_reports(
            city_session,
            city["REPORTER"],
            [own.id or 0, city.reports["S1"].id or 0],
            today=TODAY,
        )

    assert own.state is ReportState.DRAFT


@pytest.mark.feature("G12", "G14")
def test_an_accepted_report_is_locked_until_an_unlock_and_then_gets_a_revision(
    city_session: Session, city: City
) -> None:
    first = _passed(city_session, city)
    again = (*H1_ROW[:2], 28, "70%", *H1_ROW[4:])

    with pytest.raises(Invalid, match="审定并锁定"), city_session.begin_nested():
        imported(city_session, city, again)
    _unlock(city_session, city, date(2026, 9, 6))
    imported(city_session, city, again)
    second = newest(city_session, city, "H1")
    confirm_reports(city_session, city["REVIEWER"], [second.id or 0])
    accept_reports(city_session, city["SUPERVISOR"], [second.id or 0], today=TODAY)

    assert (first.revision, first.superseded_on, first.completed_pct) == (1, TODAY, Decimal(65))
    assert (second.revision, second.superseded_on, second.completed_pct) == (2, None, Decimal(70))
    assert _fact(city_session, city).report_id == second.id


def _unlock(session: Session, city: City, ends_on: date, today: date = TODAY) -> None:
    asked = request_unlock(
        session, city["REPORTER"], city.id("H1"), month=AUGUST, reason="更正", today=today
    )
    approve_unlock(session, city["SUPERVISOR"], asked.id or 0, ends_on=ends_on, today=today)


@pytest.mark.feature("G2")
def test_a_locked_month_takes_no_report_without_an_unlock(
    city_session: Session, city: City
) -> None:
    with pytest.raises(Invalid, match="已于 2026-09-10 锁定"), city_session.begin_nested():
        imported(city_session, city, today=LOCKED)
    with pytest.raises(Invalid, match="锁定"):
        report_no_change(city_session, city["REPORTER"], city.id("H1"), month=AUGUST, today=LOCKED)
    _unlock(city_session, city, LOCKED, today=LOCKED)
    imported(city_session, city, today=LOCKED)

    assert newest(city_session, city, "H1").state is ReportState.SUBMITTED


@pytest.mark.feature("G2")
def test_a_draft_left_until_the_lock_cannot_be_submitted(city_session: Session, city: City) -> None:
    imported(city_session, city, submit=False)
    report = newest(city_session, city, "H1")

    with pytest.raises(Invalid, match="锁定"):
        submit_reports(city_session, city["REPORTER"], [report.id or 0], today=LOCKED)

    assert report.state is ReportState.DRAFT


@pytest.mark.feature("G2")
def test_the_day_a_report_first_came_in_stays(city_session: Session, city: City) -> None:
    imported(city_session, city)
    report = newest(city_session, city, "H1")
    return_reports(city_session, city["REVIEWER"], [report.id or 0], reason="重报")
    submit_reports(city_session, city["REPORTER"], [report.id or 0], today=date(2026, 9, 8))

    expected = city_session.exec(
        select(ExpectedReport).where(
            ExpectedReport.project_id == city.id("H1"),
            ExpectedReport.period_id == city.periods["home", AUGUST].id,
        )
    ).one()

    assert (expected.received_on, report.submitted_on) == (TODAY, date(2026, 9, 8))


@pytest.mark.feature("G12")
def test_no_change_copies_the_last_figures_and_where_they_came_from(
    city_session: Session, city: City
) -> None:
    made = report_no_change(
        city_session, city["REPORTER"], city.id("H2"), month=AUGUST, today=TODAY
    )

    last = city.reports["H2"]
    same = [name for name in FIGURES if name != "monthly_quantity"]
    assert made.no_change
    assert made.monthly_quantity is None
    assert [getattr(made, name) for name in same] == [getattr(last, name) for name in same]
    (cell,) = sources_in(made.cells)
    assert (cell.raw, cell.by_hand) == (f"56.1011{HOUSING}", True)
    lines = city_session.exec(select(ReportLine).where(ReportLine.report_id == made.id)).all()
    assert [line.completed_pct for line in lines] == [Decimal("56.1011")] * 2


def test_no_change_needs_an_accepted_report_before(city_session: Session, city: City) -> None:
    with pytest.raises(Invalid, match="没有已审定的月报"):
        report_no_change(city_session, city["REPORTER"], city.id("H1"), month=JULY, today=TODAY)


@pytest.mark.feature("G12")
def test_every_receipt_is_given_once(city_session: Session, city: City) -> None:
    receipts = []
    imported(city_session, city)
    h1 = newest(city_session, city, "H1")
    receipts.append(h1.receipt)
    h2 = report_no_change(city_session, city["REPORTER"], city.id("H2"), month=AUGUST, today=TODAY)
    explained(city_session, city, h2)
    h2.cause, h2.measure, h2.forecast_on = "征地滞后", "增加班组", date(2026, 10, 31)
    receipts.append(submit_reports(city_session, city["REPORTER"], [h2.id or 0], today=TODAY))
    for report in (h1, h2):
        return_reports(city_session, city["REVIEWER"], [report.id or 0], reason="重报")
    both = [h1.id or 0, h2.id or 0]
    receipts.append(submit_reports(city_session, city["REPORTER"], both, today=TODAY))
    return_reports(city_session, city["REVIEWER"], [h2.id or 0], reason="重报")
    receipts.append(submit_reports(city_session, city["REPORTER"], [h2.id or 0], today=TODAY))

    assert receipts == [f"202608-HOUSING-{number:03d}" for number in (1, 2, 3, 4)]


def explained(session: Session, city: City, report: ProgressReport) -> None:
    explain_lag(
        session, city["REPORTER"], report.id or 0, cause="雨季停工", measure="增加班组",
        forecast_on=date(2026, 11, 30),
    )  # fmt: skip


@pytest.mark.feature("G11")
def test_no_change_behind_plan_is_not_sent_without_cause_measure_and_new_date(
    city_session: Session, city: City
) -> None:
    lagging = report_no_change(
        city_session, city["REPORTER"], city.id("H2"), month=AUGUST, today=TODAY
    )

    with pytest.raises(Invalid) as told:
        submit_reports(city_session, city["REPORTER"], [lagging.id or 0], today=TODAY)

    assert "补填滞后原因、整改措施、预计完成时间" in str(told.value)
    assert lagging.state is ReportState.DRAFT

    explained(city_session, city, lagging)
    assert submit_reports(city_session, city["REPORTER"], [lagging.id or 0], today=TODAY)


@pytest.mark.feature("G11")
def test_a_lag_is_explained_in_words_and_only_before_it_is_sent(
    city_session: Session, city: City
) -> None:
    lagging = report_no_change(
        city_session, city["REPORTER"], city.id("H2"), month=AUGUST, today=TODAY
    )
    with pytest.raises(Invalid):
        explain_lag(
            city_session, city["REPORTER"], lagging.id or 0, cause=" ", measure="增加班组",
            forecast_on=date(2026, 11, 30),
        )  # fmt: skip
    explained(city_session, city, lagging)
    submit_reports(city_session, city["REPORTER"], [lagging.id or 0], today=TODAY)

    with pytest.raises(Conflict):
        explained(city_session, city, lagging)


@pytest.mark.feature("G12")
def test_the_receipt_of_a_batch_that_was_taken_back_is_not_given_again(
    city_session: Session, city: City
) -> None:
    first = imported(city_session, city)
    upload = city_session.exec(select(Upload).where(Upload.number == first.number)).one()
    take_back_upload(city_session, city["REPORTER"], upload.id or 0)

    second = imported(city_session, city)

    assert (first.receipt, second.receipt) == ("202608-HOUSING-001", "202608-HOUSING-002")


@pytest.mark.feature("G12")
def test_a_unit_with_a_long_code_gets_a_receipt_that_fits(
    city_session: Session, city: City
) -> None:
    agency = city_session.get_one(Agency, city.agencies["housing"].id)
    agency.code = "X" * 24
    city_session.flush()

    receipt = imported(city_session, city).receipt

    assert len(receipt) <= 32
    assert newest(city_session, city, "H1").receipt == receipt


@pytest.mark.feature("F5")
def test_an_accepted_report_completes_the_steps_it_names(city_session: Session, city: City) -> None:
    imported(city_session, city, submit=False)
    report = newest(city_session, city, "H1")
    report.milestone_done = f"主体完工{HOUSING}、别的"
    submit_reports(city_session, city["REPORTER"], [report.id or 0], today=TODAY)
    confirm_reports(city_session, city["REVIEWER"], [report.id or 0])

    accept_reports(city_session, city["SUPERVISOR"], [report.id or 0], today=TODAY)

    step = city_session.exec(
        select(Milestone).where(
            Milestone.project_id == city.id("H1"), col(Milestone.name).startswith("主体完工")
        )
    ).one()
    assert (step.completed_on, step.completed_known_on) == (date(2026, 8, 31), TODAY)


@pytest.mark.feature("F5", "G14")
def test_a_step_that_a_correction_takes_back_is_open_again(
    city_session: Session, city: City
) -> None:
    name = f"主体完工{HOUSING}"
    for words in (name, "别的"):
        imported(city_session, city, (*H1_ROW[:4], f"形象{words}", *H1_ROW[5:]), submit=False)
        report = newest(city_session, city, "H1")
        report.milestone_done = words
        submit_reports(city_session, city["REPORTER"], [report.id or 0], today=TODAY)
        confirm_reports(city_session, city["REVIEWER"], [report.id or 0])
        accept_reports(city_session, city["SUPERVISOR"], [report.id or 0], today=TODAY)
        _unlock(city_session, city, date(2026, 9, 6))

    steps = city_session.exec(select(Milestone).where(Milestone.name == name)).all()
    assert {(step.known_until, step.completed_on) for step in steps} == {
        (TODAY, date(2026, 8, 31)), (None, None),
    }  # fmt: skip


def test_a_grant_over_listed_projects_accepts_only_those(city_session: Session, city: City) -> None:
    imported(city_session, city)
    report = newest(city_session, city, "H1")
    confirm_reports(city_session, city["REVIEWER"], [report.id or 0])
    other = Actor(
        city["stranger"].account_id,
        "other",
        (Grant(Role.SUPERVISOR, project_ids=(city.id("S1"),)),),
    )

    with pytest.raises(NotAllowed):
        accept_reports(city_session, other, [report.id or 0], today=TODAY)


@pytest.mark.feature("G11")
def test_no_change_on_a_lagging_project_still_needs_cause_measure_and_new_date(
    city_session: Session, city: City
) -> None:
    made = report_no_change(
        city_session, city["REPORTER"], city.id("H1"), month=AUGUST, today=TODAY
    )

    with pytest.raises(Invalid, match="滞后原因"):
        submit_reports(city_session, city["REPORTER"], [made.id or 0], today=TODAY)
