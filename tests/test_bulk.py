"""Many rows at once: as the session would write them, none of them lost, none overwritten."""

from __future__ import annotations

import gc
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col

from dashboard.bulk import (
    add_rows,
    among,
    change_rows,
    draw_keys,
    fresh,
    rows_where,
    uncollected,
)
from models.report import ProgressReport, ReportState
from tests.city import AUGUST, City


def _row(city: City, code: str, **values: object) -> dict[str, object]:
    return fresh(
        ProgressReport,
        period_id=city.periods["home", AUGUST].id,
        project_id=city.id(code),
        month=AUGUST,
        **values,
    )


def test_rows_are_written_as_the_session_writes_them(city_session: Session, city: City) -> None:
    figures = {
        "completed_pct": Decimal("56.25"),
        "forecast_on": date(2026, 12, 31),
        "on_schedule": False,
        "problem": "征地\t“拆迁”\n\\N",
        "state": ReportState.RETURNED,
    }

    add_rows(city_session, ProgressReport, [_row(city, "H1", **figures), _row(city, "H2")])

    [first, second] = rows_where(city_session, ProgressReport, col(ProgressReport.month) == AUGUST)
    kept = city_session.get_one(ProgressReport, first["id"])
    assert {name: first[name] for name in figures} == figures
    assert {name: getattr(kept, name) for name in figures} == figures
    assert (second["completed_pct"], second["problem"], second["version"]) == (None, "", 1)
    assert kept.created_at == kept.changed_at


def test_keys_are_those_nobody_has(city_session: Session, city: City) -> None:
    taken = {row["id"] for row in rows_where(city_session, ProgressReport)}

    keys = draw_keys(city_session, ProgressReport, 3)

    assert len(set(keys)) == 3
    assert not taken & set(keys)


def test_a_row_that_stands_already_is_refused(city_session: Session, city: City) -> None:
    add_rows(city_session, ProgressReport, [_row(city, "H1")])

    with pytest.raises(IntegrityError), city_session.begin_nested():
        add_rows(city_session, ProgressReport, [_row(city, "H2"), _row(city, "H1")])

    assert len(rows_where(city_session, ProgressReport, col(ProgressReport.month) == AUGUST)) == 1


def test_changed_rows_count_their_versions_and_are_seen_anew(
    city_session: Session, city: City
) -> None:
    known = city_session.get_one(ProgressReport, city.reports["H1"].id)
    [row] = rows_where(city_session, ProgressReport, col(ProgressReport.id) == known.id)
    row["note"], row["problem"] = "改了", "没有改"
    stood = known.version

    change_rows(city_session, ProgressReport, [row], ["note"])

    assert (known.note, known.version) == ("改了", stood + 1)
    assert known.problem != "没有改"


def test_a_row_somebody_else_changed_is_not_overwritten(city_session: Session, city: City) -> None:
    condition = col(ProgressReport.id) == city.reports["H1"].id
    [mine] = rows_where(city_session, ProgressReport, condition)
    [theirs] = rows_where(city_session, ProgressReport, condition)
    theirs["note"] = "先改"
    change_rows(city_session, ProgressReport, [theirs], ["note"])

    mine["note"] = "后改"
    with pytest.raises(StaleDataError):
        change_rows(city_session, ProgressReport, [mine], ["note"])


@pytest.mark.parametrize("keys", [[], ["H1", "H2", "不'存在"]])
def test_keys_may_be_none_or_any_text(city_session: Session, city: City, keys: list[str]) -> None:
    project = type(city.projects["H1"])

    found = rows_where(city_session, project, among(city_session, col(project.code), keys))

    assert sorted(row["code"] for row in found) == [key for key in keys if key in city.projects]


def test_the_collector_works_again_after_a_failure_inside() -> None:
    inside = []

    def fail() -> None:
        with uncollected():
            inside.append(gc.isenabled())
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail()

    assert inside == [False]
    assert gc.isenabled()
