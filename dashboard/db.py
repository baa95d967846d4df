"""The engine and the only places that open sessions: `reading()` and `transaction()`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from sqlalchemy import Connection, Engine, Executable, Select, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, SQLModel

from dashboard import audit
from dashboard.errors import Conflict, DashboardError, Missing, NotAllowed, Unavailable
from dashboard.i18n import _
from dashboard.settings import settings

T = TypeVar("T", bound=SQLModel)
Columns = Select[*tuple[Any, ...]]
"""A statement that selects columns for a frame."""


_READ_AGAIN = 3600
"""A connection to SQLite knows the statistics of when it was opened: a new one an hour."""


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"busy_timeout = {int(settings().busy_seconds * 1000)}",
        "cache_size = -65536",
        "mmap_size = 1073741824",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")


def make_engine(url: str) -> Engine:
    """Open an engine: SQLite in WAL mode with every commit on disk, or PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        options = f"-c statement_timeout=60s -c lock_timeout={int(settings().busy_seconds)}s"
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=10,
            max_overflow=20,
            pool_timeout=5,
            pool_pre_ping=True,
            connect_args={"options": options, "connect_timeout": 5},
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed, pool_size=20, max_overflow=40, pool_timeout=5, pool_recycle=_READ_AGAIN,
        connect_args={"check_same_thread": False},
    )  # fmt: skip
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def analyze(where: Engine | None = None) -> None:
    """Let the database look at what its tables hold, so that it reads lists by the right index.

    PostgreSQL does so by itself as well; tables of another role it leaves out. A part of each index
    (`analysis_limit`) would be quicker to read, but then SQLite takes the indexes of one table to
    be of different lengths, and sorts and counts by the wrong one.
    """
    with (where or engine()).begin() as connection:
        connection.exec_driver_sql("ANALYZE")


@cache
def engine() -> Engine:
    """Give the engine of this process."""
    return make_engine(settings().database_url)


@contextmanager
def reading() -> Iterator[Session]:
    """Open a session that reads one consistent state and saves nothing."""
    with _told(), Session(engine(), autoflush=False) as session:
        yield session


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a session that commits at its end, all or nothing.

    A refusal is recorded in a transaction of its own.

    Raises:
        Conflict: somebody changed a row in the meantime.
        Unavailable: the database did not answer in time.
    """
    try:
        with _told(), Session(engine(), autoflush=False, expire_on_commit=False) as session:
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield session
            session.commit()
            head = session.info.get("audit_head")
    except NotAllowed as refused:
        with Session(engine(), autoflush=False) as session:
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            audit.append(
                session, refused.actor, refused.event, success=False,
                table_name=refused.table, row_key=refused.key, comment=str(refused),
            )  # fmt: skip
            session.commit()
            head = session.info.get("audit_head")
        refused.recorded = True
        _keep(head)
        raise
    _keep(head)


def _keep(head: tuple[int, str] | None) -> None:
    """Keep the log's head; what was committed stands even where that file cannot be written."""
    if head:
        with suppress(OSError):
            audit.keep_head(*head)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except StaleDataError as error:
        raise Conflict(_("此记录刚被他人修改，请刷新后再试，您的修改没有保存。")) from error
    except IntegrityError:
        raise
    except OperationalError as error:
        raise Unavailable(_("数据库正忙或暂时不可用，没有保存任何内容，请稍后再试。")) from error
    except DBAPIError as error:
        if "append-only" in str(error.orig):
            raise
        if error.connection_invalidated:
            raise Unavailable(_("数据库连接中断，没有保存任何内容，请稍后再试。")) from error
        raise


def load(
    session: Session,
    model: type[T],
    key: int | None,
    *,
    version: int | None = None,
    lock: bool = False,
    refused: DashboardError | None = None,
) -> T:
    """Give the row, or raise `Missing`; with `version`, raise `Conflict` when it has moved on.

    `refused` is raised in place of `Missing` where it is a secret which rows there are. With `lock`
    nobody else changes it until the transaction ends, and it is as it is now.
    """
    row = (
        session.get(model, key, with_for_update=lock or None, populate_existing=lock)
        if key is not None
        else None
    )
    if row is None:
        raise refused or Missing(_("找不到该记录，它可能已被删除。"))
    require_version(session, row, version)
    return row


def require_version(session: Session, row: SQLModel, version: int | None) -> None:
    """Raise `Conflict`, saying who changed what, when the row is no longer of this version.

    Ask only after the actor was allowed: the sentence tells what stands in the row.
    """
    if version is not None and row.version != version:  # type: ignore[attr-defined]
        raise Conflict(conflict_text(session, row))


def conflict_text(session: Session, row: SQLModel) -> str:
    """Tell the second of two people who changed the row, when, and what."""
    who = audit.last_change(session, row)
    return _("此记录已被他人修改：{who}。您的修改没有保存，请核对后重新填写。").format(who=who)


def frame(session: Session, statement: Executable) -> pd.DataFrame:
    """Run a statement and give its rows as a frame; decimals stay exact."""
    connection = session.connection()
    result = connection.execute(statement)
    names = list(result.keys())
    rows: Any = [tuple(row) for row in result]
    return pd.DataFrame(rows, columns=names, dtype=object)


def pairs(session: Session, statement: Columns) -> list[Any]:
    """Run a statement of two columns and give its rows, for `dict`; what is pending counts."""
    session.flush()
    return list(session.connection().execute(statement).all())


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a frame as dictionaries by column."""
    names = [str(name) for name in rows.columns]
    return [dict(zip(names, row, strict=True)) for row in rows.to_numpy(dtype=object).tolist()]
