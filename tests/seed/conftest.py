"""The demonstration, built once for all tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, SQLModel

from dashboard import db
from seed import demo


@pytest.fixture(scope="package")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    home: Path = tmp_path_factory.mktemp("demonstration")
    engine = db.make_engine(f"sqlite:///{home / 'dashboard.db'}")
    SQLModel.metadata.create_all(engine)
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        demo.build(session, lambda _text: None)
        session.commit()
        yield session
    engine.dispose()
