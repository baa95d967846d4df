from __future__ import annotations

import pytest
from sqlmodel import Session, select

from dashboard.permissions import Actor
from dashboard.queries.project import project_details
from dashboard.queries.project_report import project_reports
from models.project import LivelihoodProject
from models.report import ProgressReport, ReportState
from tests.city import City


@pytest.mark.safety("PI2", "AC2")
def test_a_contact_is_named_only_to_who_reads_the_reports_of_that_very_project(
    city_session: Session, city: City
) -> None:
    project = city_session.get_one(LivelihoodProject, city.id("H1"))
    project.contact, project.phone = "联系人", "13800000000"
    city_session.flush()
    observer, elsewhere = city["OBSERVER"], city["schools reporter"]
    both = Actor(observer.account_id, observer.name, (*observer.grants, *elsewhere.grants))

    told = [
        tuple(project_details(city_session, who, city.id("H1")).iloc[0][["contact", "phone"]])
        for who in (city["REPORTER"], observer, both)
    ]

    assert told == [("联系人", "13800000000"), ("", ""), ("", "")]


@pytest.mark.safety("AC2")
def test_an_observer_reads_the_figures_of_a_report_and_not_the_unit_s_own_words(
    city_session: Session, city: City
) -> None:
    report = city_session.exec(
        select(ProgressReport).where(
            ProgressReport.project_id == city.id("H1"),
            ProgressReport.state == ReportState.ACCEPTED,
        )
    ).first()
    assert report is not None
    inner = ("problem", "cause", "measure", "next_step", "warning_reason", "return_reason")
    for name in inner:
        setattr(report, name, f"内部{name}")
    city_session.flush()

    told = {
        who: project_reports(city_session, city[who], city.id("H1")).set_index("report_id")
        for who in ("REPORTER", "OBSERVER")
    }

    key = report.id or 0
    words = {who: list(found.loc[key, list(inner)]) for who, found in told.items()}
    facts = ["completed_pct", "physical_progress", "accepted_on"]
    assert words == {"REPORTER": [f"内部{name}" for name in inner], "OBSERVER": [""] * 6}
    seen, known = (list(found.loc[key, facts]) for found in told.values())
    assert seen == known
