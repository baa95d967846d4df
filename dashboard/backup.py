"""Backup while people write, and restore into an empty place, verified.

A backup is one folder: the database as of one instant, every stored file that its rows name, the
head of the audit chain, and a manifest with the hash of each. The database is copied before the
files: a file is on disk before its row is committed and is never changed, so nothing named is
missing. SQLite is copied by `VACUUM INTO`; PostgreSQL table by table with COPY in one
repeatable-read snapshot, which needs no program beside this one and suits any server version.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text
from sqlmodel import SQLModel

from dashboard import audit, files, migrate
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.settings import settings

MANIFEST = "manifest.json"
DATABASE = "database.sqlite"
TABLES = "tables"
FILES = "files"
HEAD = "audit-head"


class Backup(NamedTuple):
    """What was written or restored: where, how many files, how many audit entries."""

    folder: Path
    files: int
    entries: int


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def make_backup(engine: Engine, folder: Path, *, now: datetime) -> Backup:
    """Write a backup into a folder that does not exist yet; it appears whole or not at all.

    Raises:
        Invalid: the folder exists.
    """
    if folder.exists():
        raise Invalid(_("“{folder}”已存在，请换一个新的文件夹。").format(folder=folder))
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    # Read before the database, so that the copy holds at least what the head says.
    head = audit.kept_head()
    if engine.dialect.name == "sqlite":
        about = _copy_sqlite(engine, part / DATABASE)
    else:
        about = _copy_postgresql(engine, part / TABLES)
    for digest in about["digests"]:
        target = files.path_of(digest, part / FILES)
        target.parent.mkdir(parents=True, exist_ok=True)
        if files.exists(digest):
            shutil.copyfile(files.path_of(digest), target)
    if head:
        audit.keep_head(*head, path=part / HEAD)
    _write_manifest(part, about, now)
    part.rename(folder)
    return Backup(folder, len(about["digests"]), about["entries"])


def _write_manifest(folder: Path, about: dict[str, Any], now: datetime) -> None:
    hashes = {
        str(path.relative_to(folder)): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = {
        "made_at": now.isoformat(),
        "engine": about["engine"],
        "revision": about["revision"],
        "entries": about["entries"],
        "sha256": hashes,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False))


def _copy_sqlite(engine: Engine, target: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(str(engine.url.database))) as source:
        source.execute("PRAGMA busy_timeout = 60000")
        source.execute("VACUUM INTO ?", (str(target),))
    with closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as copy:
        return {
            "engine": "sqlite",
            "revision": copy.execute("SELECT version_num FROM alembic_version").fetchone()[0],
            "entries": copy.execute("SELECT count(*) FROM audit_entry").fetchone()[0],
            "digests": [row[0] for row in copy.execute("SELECT DISTINCT sha256 FROM stored_file")],
        }


def _copy_postgresql(engine: Engine, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        revision = MigrationContext.configure(connection).get_current_revision()
        driver: Any = connection.connection.driver_connection
        for name, columns in _tables():
            with (
                (folder / f"{name}.copy").open("wb") as file,
                driver.cursor() as cursor,
                cursor.copy(f"COPY {name} ({columns}) TO STDOUT") as rows,
            ):
                for block in rows:
                    file.write(block)
        return {
            "engine": "postgresql",
            "revision": revision,
            "entries": connection.scalar(text("SELECT count(*) FROM audit_entry")),
            "digests": list(connection.scalars(text("SELECT DISTINCT sha256 FROM stored_file"))),
        }


def _tables() -> Iterator[tuple[str, str]]:
    for table in SQLModel.metadata.sorted_tables:
        yield table.name, ", ".join(f'"{column.name}"' for column in table.columns)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Give the manifest of a backup whose every file has the hash it had.

    Raises:
        Invalid: this is no backup, or something in it is missing or changed.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise Invalid(_("“{folder}”不是备份。").format(folder=folder))
    manifest: dict[str, Any] = json.loads(path.read_text())
    for name, digest in manifest["sha256"].items():
        if not (folder / name).is_file() or _sha256(folder / name) != digest:
            raise Invalid(_("备份已损坏：{name} 缺失或内容不符。").format(name=name))
    return manifest


def restore_backup(engine: Engine, folder: Path) -> Backup:
    """Restore a backup into an empty database and an empty file store.

    Whoever calls this then ends the sessions and links of that time: `end_what_was_open`.

    Raises:
        Invalid: the place is not empty, the backup is damaged or of another engine.
    """
    manifest = read_manifest(folder)
    if manifest["engine"] != engine.dialect.name:
        raise Invalid(
            _("备份来自 {made}，不能恢复到 {here}。").format(
                made=manifest["engine"], here=engine.dialect.name
            )
        )
    _require_empty(engine)
    if engine.dialect.name == "sqlite":
        engine.dispose()
        shutil.copyfile(folder / DATABASE, str(engine.url.database))
    else:
        migrate.upgrade(engine, manifest["revision"])
        _fill_postgresql(engine, folder / TABLES)
    kept = settings().files
    if (folder / FILES).is_dir():
        shutil.copytree(folder / FILES, kept, dirs_exist_ok=True)
    if head := audit.kept_head(folder / HEAD):
        audit.keep_head(*head)
    migrate.upgrade(engine)
    return Backup(folder, sum(1 for _d in files.digests()), manifest["entries"])


def _require_empty(engine: Engine) -> None:
    if inspect(engine).get_table_names() or any(files.digests()) or audit.kept_head():
        raise Invalid(_("只能恢复到空的数据库和空的文件夹（包括链头文件）。"))


def _clear_first_rows(connection: Connection) -> None:
    """Take out what the migrations wrote into the empty database: the backup has its own."""
    for table in reversed(SQLModel.metadata.sorted_tables):
        if connection.scalar(text(f"SELECT EXISTS (SELECT 1 FROM {table.name})")):
            connection.execute(text(f"DELETE FROM {table.name}"))


def _fill_postgresql(engine: Engine, folder: Path) -> None:
    with engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        _clear_first_rows(connection)
        for name, columns in _tables():
            with (
                driver.cursor() as cursor,
                cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as rows,
            ):
                rows.write((folder / f"{name}.copy").read_bytes())
        for table in SQLModel.metadata.sorted_tables:
            sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
            newest = f"(SELECT coalesce(max(id), 0) + 1 FROM {table.name})"
            if "id" in table.columns:
                connection.execute(text(f"SELECT setval({sequence}, {newest}, false)"))
