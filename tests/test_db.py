"""The database under other people's writes: it waits, then says so, and keeps what it confirmed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, func, select

from dashboard import audit, db, settings
from dashboard.errors import Conflict, Unavailable
from models.audit import AuditEntry
from models.region import Region


@pytest.fixture
def office(
    request: pytest.FixtureRequest, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    """The database, with a program that waits for one second only, or as many as a test says."""
    monkeypatch.setenv("DASHBOARD_BUSY_SECONDS", str(getattr(request, "param", 1)))
    settings.settings.cache_clear()
    made = db.make_engine(engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(db, "engine", lambda: made)
    yield made
    made.dispose()
    settings.settings.cache_clear()


@contextmanager
def somebody_writes(engine: Engine) -> Iterator[Callable[[], None]]:
    """Hold the lock that writers need; gives what lets it go."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.execution_options(sqlite_begin="IMMEDIATE").execute(text("SELECT 1"))
        else:
            connection.execute(text("LOCK TABLE region IN EXCLUSIVE MODE"))
        yield connection.rollback


def write(code: str) -> None:
    with db.transaction() as session:
        audit.record(session, None, "region:edit", Region(code=code, name="区"))


def regions(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(Region)) or 0


@pytest.mark.safety("RE4")
@pytest.mark.parametrize("office", [60], indirect=True)
def test_a_write_waits_for_another_and_is_then_made(office: Engine, engine: Engine) -> None:
    with somebody_writes(engine) as let_go:
        waiting = threading.Thread(target=write, args=("R1",))
        waiting.start()
        time.sleep(0.3)
        assert regions(engine) == 0
        let_go()
        waiting.join()

    assert regions(engine) == 1


@pytest.mark.safety("RE4")
def test_a_write_that_waits_too_long_says_so_and_saves_nothing(
    office: Engine, engine: Engine
) -> None:
    with somebody_writes(engine) as let_go:
        began = time.monotonic()
        with pytest.raises(Unavailable, match="没有保存任何内容"):
            write("R1")
        waited = time.monotonic() - began
        let_go()

    assert 0.8 < waited < 5
    assert regions(engine) == 0
    write("R2")
    with Session(engine) as session:
        assert [entry.id for entry in session.exec(select(AuditEntry))] == [1]


@pytest.mark.safety("RE4")
def test_reading_goes_on_meanwhile(office: Engine, engine: Engine) -> None:
    write("R1")

    with somebody_writes(engine), db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Region)) == 1


@pytest.mark.safety("RE6")
def test_every_connection_confirms_only_what_is_on_disk(office: Engine) -> None:
    with office.connect() as first, office.connect() as second:
        for connection in (first, second):
            if office.dialect.name == "sqlite":
                read = {
                    name: connection.scalar(text(f"PRAGMA {name}"))
                    for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
                }
                assert read == {
                    "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1,
                }  # fmt: skip
            else:
                assert connection.scalar(text("SHOW synchronous_commit")) == "on"
                assert connection.scalar(text("SHOW lock_timeout")) == "1s"


@pytest.mark.safety("RE11")
def test_two_people_on_one_record_lose_no_change_and_are_told_of_each_other(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "engine", lambda: engine)
    with db.transaction() as session:
        region = Region(code="R", name="0", path="/")
        session.add(region)
    told: list[str] = []

    def raise_by_one(times: int) -> None:
        while times:
            with db.reading() as session:
                shown = session.get_one(Region, region.id)
                seen, count = shown.version, int(shown.name)
            try:
                with db.transaction() as session:
                    row = db.load(session, Region, region.id, version=seen)
                    row.name = str(count + 1)
                times -= 1
            except Conflict as conflict:
                told.append(str(conflict))

    people = [threading.Thread(target=raise_by_one, args=(150,)) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()

    with db.reading() as session:
        assert session.get_one(Region, region.id).name == "300"
    assert all("修改" in text for text in told)


@pytest.mark.safety("RE11")
def test_a_lock_shows_the_row_as_it_is_now(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "engine", lambda: engine)
    with db.transaction() as session:
        region = Region(code="R", name="旧", path="/")
        session.add(region)
    with db.reading() as session:
        shown = session.get_one(Region, region.id)
        shown_name = shown.name
        session.rollback()
        with db.transaction() as other:
            other.get_one(Region, region.id).name = "新"
        locked = db.load(session, Region, region.id, lock=True)

        assert (shown_name, locked.name) == ("旧", "新")
