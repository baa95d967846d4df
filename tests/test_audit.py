"""The log: append-only, hash-chained, one transaction with what it tells, one chain for all."""

from __future__ import annotations

import multiprocessing
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, select

from dashboard import audit, db, settings
from dashboard.permissions import Actor
from models.audit import AuditEntry
from models.region import Region

ACTOR = Actor(1, "zhang\u202e\n", address="10.0.0.7")


@pytest.fixture
def head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the head of this test's chain is kept."""
    monkeypatch.setenv("DASHBOARD_AUDIT_HEAD", str(tmp_path / "head"))
    settings.settings.cache_clear()
    yield tmp_path / "head"
    settings.settings.cache_clear()


def add_regions(session: Session, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        row = Region(code=f"R{number}", name=f"第{number}区")
        audit.record(session, ACTOR, "region:edit", row)


@pytest.mark.safety("AD1")
def test_an_entry_says_who_what_from_where_and_old_to_new(session: Session) -> None:
    add_regions(session, 1)
    region = session.exec(select(Region)).one()
    region.name = "新名"
    entry = audit.record(session, ACTOR, "region:edit", region, comment="更正")

    assert (entry.account_id, entry.address, entry.event) == (1, "10.0.0.7", "region:edit")
    assert (entry.table_name, entry.row_key, entry.success) == ("region", str(region.id), True)
    assert entry.changes == '{"name": ["第0区", "新名"]}'
    assert entry.at.utcoffset() is not None


@pytest.mark.safety("AD7")
def test_names_cannot_forge_a_line(session: Session) -> None:
    add_regions(session, 1)

    assert session.exec(select(AuditEntry)).one().account_name == "zhang\\u202e\\u000a"


@pytest.mark.safety("AD2")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET comment = 'x' WHERE id = 1",
        "UPDATE audit_entry SET id = 9 WHERE id = 1",
        "DELETE FROM audit_entry WHERE id = 1",
        "DELETE FROM audit_entry",
    ],
)
def test_the_database_refuses_to_change_or_drop_a_line(session: Session, statement: str) -> None:
    add_regions(session, 2)

    with pytest.raises(DBAPIError, match="append-only"):
        session.connection().execute(text(statement))


@pytest.mark.safety("AD5")
def test_without_its_line_a_change_is_not_made(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_a: object, **_k: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(audit, "append", full)

    with pytest.raises(OSError, match="No space"), session.begin_nested():
        add_regions(session, 1)

    assert session.exec(select(Region)).all() == []


def edited(connection: Callable[[str], object], place: int) -> None:
    connection(f"UPDATE audit_entry SET comment = 'forged' WHERE id = {place}")


def removed(connection: Callable[[str], object], place: int) -> None:
    connection(f"DELETE FROM audit_entry WHERE id = {place}")


def inserted(connection: Callable[[str], object], place: int) -> None:
    columns = ", ".join(f'"{name}"' for name in AuditEntry.model_fields if name != "id")
    connection(
        f"INSERT INTO audit_entry (id, {columns}) "
        f"SELECT 1000, {columns} FROM audit_entry WHERE id = {place}"
    )


def swapped(connection: Callable[[str], object], place: int) -> None:
    other = place % 30 + 1
    for old, new in ((place, 2000), (other, place), (2000, other)):
        connection(f"UPDATE audit_entry SET id = {new} WHERE id = {old}")


def cut(connection: Callable[[str], object], place: int) -> None:
    connection(f"DELETE FROM audit_entry WHERE id >= {place}")


@pytest.mark.safety("AD3")
@pytest.mark.parametrize("tamper", [edited, removed, inserted, swapped, cut])
def test_every_tampering_is_found_at_twenty_places(
    tmp_path: Path, head: Path, tamper: Callable[[Callable[[str], object], int], None]
) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path / 'chain.db'}")
    SQLModel.metadata.create_all(engine)
    with Session(engine, autoflush=False) as session:
        add_regions(session, 30)
        session.commit()
        kept = session.info["audit_head"]
        assert audit.broken(session, kept) is None
        session.rollback()
    with engine.connect() as connection:
        for trigger in ("audit_entry_no_update", "audit_entry_no_delete"):
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        connection.commit()

    for place in random.Random(7).sample(range(1, 31), 20):
        with Session(engine) as session:
            tamper(lambda line: session.connection().exec_driver_sql(line), place)
            found = audit.broken(session, kept)
            assert found is not None, place
            assert "审计日志" in found
            session.rollback()
    engine.dispose()


@pytest.mark.safety("AD3")
def test_the_place_of_the_damage_is_named(session: Session) -> None:
    add_regions(session, 3)

    assert audit.broken(session, (9, "f" * 64)) == (
        "审计日志末尾被截断：应至少有 9 条，现有 3 条。"
    )
    assert "第 2 条与库外留存的链头不符" in str(audit.broken(session, (2, "f" * 64)))


@pytest.mark.safety("AD4")
def test_the_hash_may_change_to_sm3_in_mid_chain(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, algorithm in enumerate(("sha256", "sm3", "sha256")):
        chosen = settings.settings().model_copy(update={"audit_hash": algorithm})
        monkeypatch.setattr(audit, "settings", lambda chosen=chosen: chosen)
        add_regions(session, 2, start=number * 2)

    algorithms = [entry.algorithm for entry in session.exec(select(AuditEntry))]
    assert algorithms == ["sha256", "sha256", "sm3", "sm3", "sha256", "sha256"]
    assert audit.broken(session) is None


def _write(url: str, writer: int) -> None:
    engine = db.make_engine(url)

    def write(thread: int) -> None:
        for number in range(15):
            with Session(engine, autoflush=False) as session:
                session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
                add_regions(session, 1, start=writer * 1000 + thread * 100 + number)
                session.commit()

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()


@pytest.mark.safety("AD6")
def test_processes_and_threads_write_one_chain_without_a_gap(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    start = multiprocessing.get_context("spawn")
    other = start.Process(target=_write, args=(url, 1))
    other.start()
    _write(url, 2)
    other.join(60)

    with Session(engine) as session:
        assert audit.broken(session) is None
        numbers = sorted(entry.id or 0 for entry in session.exec(select(AuditEntry)))
    assert numbers == list(range(1, 121))
