"""The synthetic province: the same rows every time, whatever its size."""

from __future__ import annotations

import pytest
from sqlmodel import Session, func, select

from models.fact import ProjectMonth
from models.light import LightRecord
from models.milestone import Milestone
from models.programme import Programme
from models.region import Region
from models.report import ProgressReport
from seed import light_rules, province


@pytest.mark.parametrize("projects", [1, 1314, 1315, 1316, 66_000])
def test_projects_are_dealt_out_evenly_and_each_once(projects: int) -> None:
    dealt = [province.spots(place, projects) for place in range(province.PLACES)]

    numbers = [spot.number for own in dealt for spot in own]

    assert numbers == list(range(projects))
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 1


def test_every_project_has_a_year_of_plan_reports_facts_and_lights(session: Session) -> None:
    light_rules.load(session)
    province.add_places(session)

    province.add_projects(session, range(5), 2 * province.PLACES)

    def count(model: type) -> int:
        return session.exec(select(func.count()).select_from(model)).one()

    assert count(Region) == province.PLACES + 1
    assert count(Programme) == province.PLACES
    assert count(Milestone) == count(ProgressReport) == count(ProjectMonth) == 10 * 12
    assert count(LightRecord) == 10 * 11


def test_the_same_project_has_the_same_figures_every_time() -> None:
    assert province.planned(7) == province.planned(7)
    assert province.completed(65_999) == province.completed(65_999)
    assert len({tuple(province.completed(number)) for number in range(200)}) > 5
