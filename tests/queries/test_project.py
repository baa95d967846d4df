from __future__ import annotations

import pytest
from sqlmodel import Session

from dashboard.permissions import Actor
from dashboard.queries.project import project_details
from models.project import LivelihoodProject
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
