"""The demonstration, made once for all tests that only read it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from dashboard import db
from dashboard.settings import settings


@pytest.fixture(scope="package")
def demonstration(
    made_demonstration: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    """A session on a copy of the demonstration, whose files are where the settings say."""
    home = tmp_path_factory.mktemp("demonstration")
    shutil.copyfile(made_demonstration / "dashboard.db", home / "dashboard.db")
    shutil.copytree(made_demonstration / "files", settings().files, dirs_exist_ok=True)
    engine = db.make_engine(f"sqlite:///{home / 'dashboard.db'}")
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        yield session
    engine.dispose()
