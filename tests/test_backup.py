"""Backup while people write, restore into an empty place, and what check finds."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, SQLModel, func, select
from typer.testing import CliRunner

from dashboard import audit, clock, db, files, migrate, settings
from dashboard.__main__ import app
from dashboard.backup import make_backup, read_manifest, restore_backup
from dashboard.check import findings
from dashboard.commands.account import first_accounts
from dashboard.commands.file import store_file
from dashboard.errors import Invalid
from models.account import Account, OneTimeLink, SignInSession
from models.audit import AuditEntry
from models.file import StoredFile

NOW = datetime(2026, 9, 3, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def office(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Engine]]:
    """Open a place by name: its own database, files and chain head; the settings name it."""
    opened: list[Engine] = []

    def place(name: str) -> Engine:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path / name}.db"
        else:
            url = _postgres_database(request.getfixturevalue("postgres_url"), name)
        monkeypatch.setenv("DASHBOARD_DATABASE_URL", url)
        monkeypatch.setenv("DASHBOARD_FILES", str(tmp_path / f"{name}-files"))
        monkeypatch.setenv("DASHBOARD_AUDIT_HEAD", str(tmp_path / f"{name}-head"))
        _forget()
        opened.append(db.engine())
        return db.engine()

    yield place
    for engine in opened:
        engine.dispose()
    _forget()


def _forget() -> None:
    db.engine.cache_clear()
    settings.settings.cache_clear()


def _postgres_database(url: str, name: str) -> str:
    server = db.make_engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS backup_{name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE backup_{name}"))
    server.dispose()
    return url.replace("/postgres?", f"/backup_{name}?")


def keep(number: int) -> None:
    with db.transaction() as session:
        store_file(session, None, name=f"{number}.txt", data=b"%d" % number, media_type="text")


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in SQLModel.metadata.sorted_tables
        }


@pytest.mark.safety("RE7")
@pytest.mark.safety("RE8")
def test_a_backup_made_while_people_write_restores_to_one_consistent_state(
    office: Callable[[str], Engine], tmp_path: Path
) -> None:
    engine = office("old")
    migrate.upgrade(engine)
    with db.transaction() as session:
        first_accounts(session, admin="admin", security="security", now=clock.now())
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        while not stop.is_set():
            keep(len(written))
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    while len(written) < 5:
        stop.wait(0.01)
    made = make_backup(engine, tmp_path / "backup", now=NOW)
    stop.set()
    writer.join()

    fresh = office("new")
    restored = restore_backup(fresh, tmp_path / "backup")

    with db.reading() as session:
        assert not [found for found in findings(session, NOW.date()) if not found.warning]
        rows = session.scalar(select(func.count()).select_from(StoredFile)) or 0
        entries = session.scalar(select(func.count()).select_from(AuditEntry))
    assert 5 <= rows <= len(written)
    assert restored.files == made.files == rows
    assert restored.entries == made.entries == entries
    keep(10_000)
    assert counts(fresh)["stored_file"] == rows + 1


@pytest.mark.safety("RE7")
def test_the_command_line_backs_up_restores_and_checks(
    office: Callable[[str], Engine], tmp_path: Path
) -> None:
    line = CliRunner()
    office("old2")
    assert line.invoke(app, ["init"]).exit_code == 0
    keep(1)
    assert line.invoke(app, ["check"]).exit_code == 0
    backed = line.invoke(app, ["backup", str(tmp_path / "b")])
    before = counts(db.engine())

    office("new2")
    restored = line.invoke(app, ["restore", str(tmp_path / "b")])
    again = line.invoke(app, ["restore", str(tmp_path / "b")])

    assert "1 个文件" in backed.output
    assert restored.exit_code == 0, restored.output
    assert "检查通过" in restored.output
    after = counts(db.engine())
    assert after.pop("audit_entry") == before.pop("audit_entry") + 1
    assert after == before
    assert again.exit_code == 1
    assert "只能恢复到空的" in again.output
    with db.reading() as session:
        assert all(link.used_at for link in session.exec(select(OneTimeLink)))


@pytest.fixture
def backup(office: Callable[[str], Engine], tmp_path: Path) -> Path:
    engine = office("made")
    migrate.upgrade(engine)
    keep(1)
    make_backup(engine, tmp_path / "backup", now=NOW)
    return tmp_path / "backup"


@pytest.mark.safety("RE8")
@pytest.mark.parametrize("what", ["changed", "missing", "not a backup", "other engine"])
def test_a_backup_that_is_not_whole_is_refused(
    office: Callable[[str], Engine], backup: Path, what: str
) -> None:
    manifest = json.loads((backup / "manifest.json").read_text())
    stored = next(backup / name for name in manifest["sha256"] if name.startswith("files/"))
    if what == "changed":
        stored.write_bytes(b"changed")
    elif what == "missing":
        stored.unlink()
    elif what == "not a backup":
        (backup / "manifest.json").unlink()
    else:
        manifest["engine"] = "another"
        (backup / "manifest.json").write_text(json.dumps(manifest))
    fresh = office("empty")

    with pytest.raises(Invalid):
        restore_backup(fresh, backup)

    assert list(files.digests()) == []
    assert migrate.is_current(fresh) is False


def test_a_backup_never_overwrites(office: Callable[[str], Engine], backup: Path) -> None:
    with pytest.raises(Invalid, match="已存在"):
        make_backup(db.engine(), backup, now=NOW)

    assert read_manifest(backup)["entries"] == 1


@pytest.mark.safety("AD3")
def test_check_says_where_something_is_wrong(office: Callable[[str], Engine], backup: Path) -> None:
    digest = next(files.digests())
    files.path_of(digest).write_bytes(b"changed")
    audit.keep_head(99, "f" * 64)

    with db.reading() as session:
        found = "".join(
            finding.text for finding in findings(session, NOW.date()) if not finding.warning
        )

    assert f"文件 {digest} 的内容" in found
    assert "审计日志末尾被截断" in found
    shutil.rmtree(settings.settings().files)
    with db.reading() as session:
        assert any("缺少文件" in finding.text for finding in findings(session, NOW.date()))


@pytest.mark.safety("RE14")
def test_check_finds_a_row_that_points_nowhere(tmp_path: Path) -> None:
    engine = db.make_engine(f"sqlite:///{tmp_path / 'broken.db'}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql(
            "INSERT INTO role_grant (created_at, changed_at, version, account_id, role) "
            "VALUES ('2026-09-03', '2026-09-03', 1, 77, 'LEADER')"
        )
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.exec_driver_sql("BEGIN")

    with Session(engine) as session:
        found = [finding.text for finding in findings(session, NOW.date())]
    engine.dispose()

    assert any("role_grant" in text and "account" in text for text in found)


@pytest.mark.safety("AU7")
def test_init_shows_two_links_once_and_nothing_the_second_time(
    office: Callable[[str], Engine],
) -> None:
    office("first")
    line = CliRunner()

    first = line.invoke(app, ["init", "--admin", "guanli", "--security", "anquan"])
    second = line.invoke(app, ["init"])
    reset = line.invoke(app, ["init", "--reset", "GUANLI"])
    unknown = line.invoke(app, ["init", "--reset", "nobody"])

    assert first.output.count("/link/") == 2
    assert "guanli: http://127.0.0.1:8501/link/" in first.output
    assert "/link/" not in second.output
    assert reset.output.count("/link/") == 1
    assert unknown.exit_code == 1
    assert "没有名为" in unknown.output
    with db.reading() as session:
        assert [a.password_hash for a in session.exec(select(Account))] == [None, None]
        assert not session.exec(select(SignInSession)).all()


@pytest.mark.parametrize("command", ["init", "run", "daily", "check", "backup", "restore"])
def test_every_command_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])

    assert shown.exit_code == 0
    assert "Usage" in shown.output
