"""The log: append-only, hash-chained, one transaction with what it records, never forged."""

from __future__ import annotations

import json
import logging
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col, select

from dashboard import audit, db, settings
from dashboard.bulk import fresh
from dashboard.commands.agency import add_agency, edit_agency
from dashboard.errors import NotAllowed, Unavailable
from dashboard.permissions import Action, Actor, Grant, refusal
from models.account import Account, Role
from models.agency import Agency
from models.audit import AuditEntry, Via
from models.region import Region
from models.report import ProgressReport, ReportState
from tests.drill import Drill

ADMIN = Actor(7, "admin", (Grant(Role.ADMIN),), address="10.0.0.7")
PLACES = 20


@pytest.fixture
def committed(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine that `transaction()` uses, with a head file of its own."""
    monkeypatch.setenv("DASHBOARD_AUDIT_HEAD", str(tmp_path / "head"))
    settings.settings.cache_clear()
    monkeypatch.setattr(db, "engine", lambda: engine)
    with db.transaction() as session:
        session.add(Region(id=1, code="R", name="示范市", path="/1/"))
    yield engine
    settings.settings.cache_clear()


def _add(session: Session, number: int = 1, name: str = "局") -> Agency:
    return add_agency(session, ADMIN, code=f"A{number}", name=f"{name}{number}", region_id=1)


@pytest.mark.safety("AD1")
def test_a_line_says_when_who_as_what_from_where_what_on_what_old_and_new(
    committed: Engine,
) -> None:
    with db.transaction() as session:
        row = _add(session)
        key, version = row.id or 0, row.version
    with db.transaction() as session:
        edit_agency(session, ADMIN, key, version=version, name="新名", aliases="", active=False)

    with db.reading() as session:
        line = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert line is not None
    assert line.at.tzinfo is not None
    assert (line.account_id, line.account_name, line.roles) == (7, "admin", "ADMIN")
    assert (line.address, line.via, line.success) == ("10.0.0.7", Via.FORM, True)
    assert (line.event, line.table_name, line.row_key) == ("agency:edit", "agency", str(key))
    assert json.loads(line.changes) == {"name": ["局1", "新名"], "active": [True, False]}
    assert len(line.hash) == 64


def test_many_new_rows_are_told_as_each_alone_is() -> None:
    hostile = '"\\ %s {x}\n\u202e\x1f'
    given: list[dict[str, Any]] = [
        {"cumulative_quantity": Decimal("1.0"), "physical_progress": hostile, "on_schedule": False},
        {"cumulative_quantity": Decimal(1), "physical_progress": "", "on_schedule": True},
        {"cumulative_quantity": None, "month": date(2026, 8, 1), "state": ReportState.RETURNED},
    ]
    rows = [fresh(ProgressReport, id=key, **values) for key, values in enumerate(given, 1)]

    lines = audit.lines_of_new("report:import", rows, "progress_report", batch="PC1")

    alone = [
        audit.line_of("report:import", row, "progress_report", None, batch="PC1") for row in rows
    ]
    assert lines == alone
    assert json.loads(lines[0].changes)["cumulative_quantity"] == [None, "1.0"]


def test_a_secret_of_a_new_row_is_told_of_and_not_told() -> None:
    rows = [{"id": 1, "password_hash": "100%s"}, {"id": 2, "password_hash": ""}]

    lines = audit.lines_of_new("account:add", rows, "account")

    told = [json.loads(line.changes) for line in lines]
    assert told == [{"id": [None, 1], "password_hash": ["…", "…"]}, {"id": [None, 2]}]


@pytest.mark.safety("AD2")
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET comment = 'x'", "DELETE FROM audit_entry"]
)
def test_the_database_refuses_to_change_or_delete_a_line(committed: Engine, statement: str) -> None:
    with db.transaction() as session:
        _add(session)

    with pytest.raises(DBAPIError, match="append-only"), committed.begin() as connection:
        connection.execute(text(statement))

    with db.reading() as session:
        assert audit.broken(session) is None
        assert audit.version(session) == 1


@pytest.mark.safety("AD2")
@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_truncate_the_log(committed: Engine) -> None:
    with pytest.raises(DBAPIError, match="append-only"), committed.begin() as connection:
        connection.execute(text("TRUNCATE audit_entry"))


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Callable[[], Session]]:
    """Fresh copies of a chain of sixty lines, on which nobody stops a forger."""
    path, copies = tmp_path / "chain.db", count()
    engine = db.make_engine(f"sqlite:///{path}")
    SQLModel.metadata.create_all(engine)
    with Session(engine, autoflush=False) as session:
        for number in range(60):
            audit.append(session, ADMIN, "agency:edit", row_key=str(number), comment=f"第{number}")
        session.commit()
        session.connection().execute(text("DROP TRIGGER audit_entry_no_update"))
        session.connection().execute(text("DROP TRIGGER audit_entry_no_delete"))
        session.commit()
    engine.dispose()
    opened: list[tuple[Engine, Session]] = []

    def copy() -> Session:
        target = tmp_path / f"copy{next(copies)}.db"
        shutil.copyfile(path, target)
        other = db.make_engine(f"sqlite:///{target}")
        opened.append((other, Session(other, autoflush=False)))
        return opened[-1][1]

    yield copy
    for other, session in opened:
        session.close()
        other.dispose()


def _edited(session: Session, place: int) -> int:
    session.connection().execute(
        text("UPDATE audit_entry SET comment = '改过' WHERE id = :n"), {"n": place}
    )
    return place


def _removed(session: Session, place: int) -> int:
    session.connection().execute(text("DELETE FROM audit_entry WHERE id = :n"), {"n": place})
    return place


def _swapped(session: Session, place: int) -> int:
    for old, new in ((place, -1), (place + 1, place), (-1, place + 1)):
        session.connection().execute(
            text("UPDATE audit_entry SET id = :new WHERE id = :old"), {"new": new, "old": old}
        )
    return place


def _inserted(session: Session, place: int) -> int:
    """Insert a line that itself fits the chain perfectly: the one after it no longer does."""
    move = text("UPDATE audit_entry SET id = id + :by WHERE id > :n")
    session.connection().execute(move, {"by": 1001, "n": place})
    session.connection().execute(move, {"by": -1000, "n": 1000})
    before = session.get_one(AuditEntry, place)
    values = {**before.model_dump(), "id": place + 1, "comment": "伪造", "previous": before.hash}
    forged = AuditEntry(**values)
    forged.hash = audit._digest(forged)
    session.add(forged)
    session.flush()
    return place + 2


def _cut(session: Session, place: int) -> int:
    session.connection().execute(text("DELETE FROM audit_entry WHERE id >= :n"), {"n": place})
    return place - 1


FORGERIES: dict[str, Callable[[Session, int], int]] = {
    "edited": _edited,
    "removed": _removed,
    "swapped": _swapped,
    "inserted": _inserted,
    "cut": _cut,
}
"""Each does its harm at a place and gives the number that the finding must name."""


@pytest.mark.feature("P7")
@pytest.mark.safety("AD3")
@pytest.mark.parametrize("way", FORGERIES)
def test_twenty_forgeries_of_a_kind_are_all_found_and_their_place_named(
    chain: Callable[[], Session], way: str
) -> None:
    whole = chain()
    last = whole.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert last is not None
    head = (last.id or 0, last.hash)
    assert audit.broken(whole, head) is None

    found = []
    for place in random.Random(way).sample(range(2, 59), PLACES):
        forged = chain()
        named = FORGERIES[way](forged, place)
        told = audit.broken(forged, head) or ""
        found.append(str(named) in told)

    assert found == [True] * PLACES


@pytest.mark.safety("AD3")
def test_a_chain_rewritten_from_a_place_on_is_found_by_the_head_kept_elsewhere(
    chain: Callable[[], Session],
) -> None:
    forged = chain()
    rows = forged.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
    head = (60, rows[-1].hash)
    rows[30].comment, previous = "改过", rows[29].hash
    for row in rows[30:]:
        row.previous = previous
        row.hash = previous = audit._digest(row)
    forged.flush()

    assert audit.broken(forged) is None
    assert "链头不符" in (audit.broken(forged, head) or "")


@pytest.mark.safety("AD3")
def test_the_head_is_kept_outside_the_database_and_never_goes_back(committed: Engine) -> None:
    with db.transaction() as session:
        _add(session, 1)
    first = audit.kept_head()
    with db.transaction() as session:
        _add(session, 2)
    second = audit.kept_head()
    audit.keep_head(*(first or (0, "")))

    assert first is not None
    assert second is not None
    assert (first[0], second[0]) == (1, 2)
    assert audit.kept_head() == second


@pytest.mark.safety("AD3")
@pytest.mark.parametrize("damage", ["", "x", "12"])
def test_a_damaged_head_file_stops_nobody_and_is_written_anew(
    committed: Engine, damage: str
) -> None:
    settings.settings().audit_head.write_text(damage)

    with db.transaction() as session:
        _add(session)

    head = audit.kept_head()
    assert head is not None
    assert head[0] == 1


@pytest.mark.safety("AD4")
def test_the_algorithm_changes_in_mid_chain_and_the_chain_stays_whole(
    committed: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, algorithm in enumerate(("sha256", "sm3", "sha256")):
        monkeypatch.setenv("DASHBOARD_AUDIT_HASH", algorithm)
        settings.settings.cache_clear()
        with db.transaction() as session:
            _add(session, number)

    with db.reading() as session:
        lines = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
        assert [line.algorithm for line in lines] == ["sha256", "sm3", "sha256"]
        assert audit.broken(session, audit.kept_head()) is None


NO_ROOM = (
    "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN "
    "RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER full_disk BEFORE INSERT ON audit_entry FOR EACH ROW "
    "EXECUTE FUNCTION full_disk()",
)
"""What makes PostgreSQL say that the log's disk is full; SQLite can count its pages."""


@pytest.mark.safety("AD5")
def test_without_room_for_the_line_nothing_is_done_and_one_sentence_said(
    committed: Engine,
) -> None:
    with committed.begin() as connection:
        if committed.dialect.name == "postgresql":
            for statement in NO_ROOM:
                connection.execute(text(statement))
    comment = "长" * 200_000 if committed.dialect.name == "sqlite" else ""

    def write() -> None:
        with db.transaction() as session:
            if committed.dialect.name == "sqlite":
                pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar()
                session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            row = Agency(code="X", name="局", region_id=1, path="/1/")
            audit.record(session, ADMIN, Action.AGENCY_EDIT, row, comment=comment)

    with pytest.raises(Unavailable, match="没有保存任何内容"):
        write()

    with db.reading() as session:
        assert session.exec(select(Agency)).all() == []
        assert session.exec(select(AuditEntry)).all() == []
    if committed.dialect.name == "postgresql":
        with committed.begin() as connection:
            connection.execute(text("DROP FUNCTION full_disk() CASCADE"))


@pytest.mark.safety("AD5")
def test_a_line_that_cannot_be_made_undoes_the_action(
    committed: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_line: object) -> str:
        raise RuntimeError("no such algorithm")

    monkeypatch.setattr(audit._Hashed, "digest", fail)

    with pytest.raises(RuntimeError), db.transaction() as session:
        _add(session)

    with db.reading() as session:
        assert session.exec(select(Agency)).all() == []


@pytest.mark.safety("AD6")
def test_eight_processes_write_one_chain_without_a_gap(committed: Engine, tmp_path: Path) -> None:
    with db.transaction() as session:
        for number in range(1, 9):
            name = f"u{number}"
            session.add(Account(id=number, name=name, folded_name=name, display_name=name))

    with Drill(committed, tmp_path) as drill:
        drill.write(processes=8, commands=200)

    with db.reading() as session:
        numbers = session.connection().scalars(select(AuditEntry.id).order_by(col(AuditEntry.id)))
        assert list(numbers) == list(range(1, 1601))
        assert audit.broken(session, audit.kept_head(tmp_path / "head")) is None


HOSTILE = (
    "张三\n2026-09-03 admin 伪造一行",
    "\x1b[2J\x1b[31m红",
    "\u202e倒过来",
    "a\x00b",
    "\u2028分行\u2029",
    "\x85下一行",
    "\u2066隔离\u2069",
)


@pytest.mark.safety("AD7")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_cannot_forge_a_line(session: Session, name: str) -> None:
    actor = Actor(1, name[:20], address=name)
    row = Region(code="R", name="x", path="/")
    extra = {"name": [None, name], "names": [None, [name]]}

    entry = audit.record(
        session, actor, "region:edit", row, comment=name, batch=name[:6], extra=extra
    )
    entry = session.get_one(AuditEntry, entry.id)

    kept = "".join((entry.account_name, entry.address, entry.comment, entry.batch, entry.changes))
    assert not audit._CONTROL.search(kept)
    assert json.loads(entry.changes)["name"][1] == audit.plain(name)


@pytest.mark.safety("AD7")
def test_long_hostile_names_fit_their_columns(session: Session) -> None:
    actor = Actor(1, "\u202e" * 40, address="\x00" * 64)

    entry = audit.append(session, actor, "x", batch="\n" * 40, row_key="\n" * 60)

    columns = AuditEntry.__table__.c  # type: ignore[attr-defined]
    for name in ("account_name", "address", "batch", "row_key"):
        assert len(getattr(entry, name)) <= columns[name].type.length


@pytest.mark.safety("AD7")
def test_hashes_of_passwords_and_tokens_stay_out_of_the_log(
    committed: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "$argon2id$planted-secret"
    caplog.set_level(logging.DEBUG)
    with db.transaction() as session:
        account = Account(name="zhang", folded_name="zhang", display_name="张")
        audit.record(session, ADMIN, "account:invite", account)
        account.password_hash = secret
        audit.record(session, ADMIN, "password:set", account)

    with db.reading() as session:
        lines = session.exec(select(AuditEntry)).all()
    assert json.loads(lines[-1].changes) == {"password_hash": ["…", "…"]}
    assert all(secret not in str(line.model_dump()) for line in lines)
    assert secret not in caplog.text


@pytest.mark.safety("AC10")
def test_a_refusal_is_written_although_its_transaction_is_undone(committed: Engine) -> None:
    reporter = Actor(3, "zhang", (Grant(Role.REPORTER, agency_path="/1/"),))

    def try_it() -> None:
        with db.transaction() as session:
            _add(session)
            raise refusal(reporter, Action.REPORT_ACCEPT, "progress_report", 12)

    with pytest.raises(NotAllowed):
        try_it()

    with db.reading() as session:
        (line,) = session.exec(select(AuditEntry)).all()
        assert session.exec(select(Agency)).all() == []
    assert (line.success, line.account_id, line.event) == (False, 3, "report:accept")
    assert (line.table_name, line.row_key, line.changes) == ("progress_report", "12", "{}")


def test_the_last_change_is_told_in_the_words_of_the_schema(session: Session) -> None:
    row = Region(code="R", name="旧名", path="/")
    audit.record(session, ADMIN, "region:edit", row)
    row.name = "新名"
    audit.record(session, ADMIN, "region:edit", row)

    told = audit.last_change(session, row)

    assert told.startswith("admin ")
    assert told.endswith(" 地区名称 旧名 → 新名")


def test_a_row_nobody_recorded_has_no_last_change(session: Session) -> None:
    row: Any = Region(code="R", name="x", path="/")
    session.add(row)
    session.flush()

    assert audit.last_change(session, row) == ""
