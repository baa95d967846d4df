"""The day's work: expected reports, closing lights, sweeping; twice changes nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from dashboard import audit, db, files, jobs, settings
from models.audit import AuditEntry, Via
from models.light import LightRecord
from models.programme import Programme
from models.report import ExpectedReport, ReportingPeriod
from tests.city import AUGUST, JULY, City, plant

LATER = date(2026, 9, 11)
"""The first day on which August is locked."""


@pytest.fixture
def city(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    monkeypatch.setenv("DASHBOARD_AUDIT_HEAD", str(tmp_path / "head"))
    monkeypatch.setenv("DASHBOARD_FILES", str(tmp_path / "files"))
    settings.settings.cache_clear()
    monkeypatch.setattr(db, "engine", lambda: engine)
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        made = plant(session)
        session.commit()
        session.expunge_all()
    yield made
    audit.via.set(Via.FORM)
    settings.settings.cache_clear()


def _closed() -> dict[date, int]:
    with db.reading() as session:
        months = [record.month for record in session.exec(select(LightRecord))]
    return {month: months.count(month) for month in set(months)}


@pytest.mark.feature("H5")
@pytest.mark.safety("AD1")
def test_the_day_after_the_lock_closes_the_month_once_and_says_so(city: City) -> None:
    done = jobs.daily(LATER)

    closed = _closed()
    assert closed[AUGUST] == 4
    assert closed[JULY] == 4
    assert date(2026, 9, 1) not in closed
    assert any("月末结账" in line for line in done)
    with db.reading() as session:
        lines = session.exec(select(AuditEntry).where(AuditEntry.event == "light:close")).all()
        assert {line.via for line in lines} == {Via.JOB}
        assert audit.broken(session, audit.kept_head()) is None
    assert audit.via.get() is not Via.JOB


@pytest.mark.feature("G1", "H5")
def test_a_second_run_on_the_same_day_changes_nothing(city: City) -> None:
    jobs.daily(LATER)
    before = _closed()
    with db.reading() as session:
        version = audit.version(session)

    again = jobs.daily(LATER)

    assert again == []
    assert _closed() == before
    with db.reading() as session:
        assert audit.version(session) == version


@pytest.mark.feature("O1")
def test_the_database_knows_afterwards_what_its_tables_hold(city: City, engine: Engine) -> None:
    jobs.daily(LATER)

    known = {
        "sqlite": "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'livelihood_project'",
        "postgresql": "SELECT count(*) FROM pg_stats WHERE tablename = 'livelihood_project'",
    }
    with engine.connect() as connection:
        assert connection.scalar(text(known[engine.dialect.name])) > 0


@pytest.mark.feature("G1")
def test_the_months_reports_appear_by_themselves(city: City) -> None:
    jobs.daily(LATER)

    with db.reading() as session:
        september = select(ExpectedReport.project_id).join(
            ReportingPeriod, col(ReportingPeriod.id) == col(ExpectedReport.period_id)
        )
        owed = session.exec(september.where(ReportingPeriod.month == date(2026, 9, 1))).all()
    assert sorted(owed) == sorted(city.id(code) for code in city.projects)


def test_a_programme_from_documents_is_left_as_it_is(city: City) -> None:
    with db.transaction() as session:
        programme = session.get_one(Programme, city.programmes["away"].id)
        programme.shown_on = date(2026, 6, 30)

    jobs.daily(LATER)

    with db.reading() as session:
        lit = {record.project_id for record in session.exec(select(LightRecord))}
    assert city.id("F1") not in lit
    assert city.id("H1") in lit


def test_files_nobody_names_go_after_an_hour(city: City) -> None:
    old, fresh = files.save(b"old"), files.save(b"fresh")
    hours_ago = time.time() - 7200
    os.utime(files.path_of(old), (hours_ago, hours_ago))

    done = jobs.daily(LATER)

    assert not files.exists(old)
    assert files.exists(fresh)
    assert any("1" in line for line in done)
