"""Migrations: the newest is the schema of the models; up, down, up; stopped and repeated."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, event, func, inspect, select, text
from sqlmodel import Session, SQLModel
from sqlmodel import select as rows_of

import models
from dashboard import migrate
from dashboard.admin.spec import View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.view import save_view
from dashboard.errors import DashboardError
from dashboard.rules.source import sources_in
from models.account import Role
from models.upload import Upload
from models.view import SavedView
from tests.city import furnish, plant

assert models.__all__
SPARED = {"alembic_version", "sqlite_sequence"}


@pytest.fixture
def empty(engine: Engine) -> Iterator[Engine]:
    """A database without a table."""
    _clear(engine)
    yield engine
    _clear(engine)


def _clear(engine: Engine) -> None:
    found = MetaData()
    found.reflect(engine)
    found.drop_all(engine)


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - SPARED


def _differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, SQLModel.metadata))


def _triggers(connection: Connection) -> set[str]:
    wanted = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    return set(connection.execute(text(wanted)).scalars())


def _revisions() -> list[str]:
    scripts = ScriptDirectory.from_config(migrate.config()).walk_revisions()
    return [script.revision for script in scripts]


@pytest.mark.safety("RE13")
def test_an_empty_database_becomes_the_schema_of_the_models(empty: Engine) -> None:
    migrate.upgrade(empty)

    assert _differences(empty) == []
    assert _tables(empty) == set(SQLModel.metadata.tables)
    assert migrate.is_current(empty)


@pytest.mark.safety("RE13", "AD2")
def test_migrations_make_the_same_triggers_as_the_models(empty: Engine) -> None:
    SQLModel.metadata.create_all(empty)
    with empty.connect() as connection:
        of_models = _triggers(connection)
    _clear(empty)

    migrate.upgrade(empty)

    with empty.connect() as connection:
        assert _triggers(connection) == of_models
    assert len(of_models) >= 4


@pytest.mark.safety("RE13")
def test_checks_and_unique_keys_are_those_of_the_models(empty: Engine) -> None:
    SQLModel.metadata.create_all(empty)
    of_models = _constraints(empty)
    _clear(empty)

    migrate.upgrade(empty)

    assert _constraints(empty) == of_models


def _constraints(engine: Engine) -> dict[str, set[str]]:
    looked = inspect(engine)
    return {
        table: {
            str(each["name"])
            for each in (
                *looked.get_check_constraints(table),
                *looked.get_unique_constraints(table),
                *looked.get_foreign_keys(table),
                *looked.get_indexes(table),
            )
        }
        for table in _tables(engine)
    }


@pytest.mark.safety("RE13")
def test_up_down_and_up_again_with_data(empty: Engine) -> None:
    migrate.upgrade(empty)
    with Session(empty, autoflush=False, expire_on_commit=False) as session:
        furnish(session, plant(session))
        session.commit()
        filled = select(func.count()).select_from(SQLModel.metadata.tables["progress_report"])
        assert session.connection().scalar(filled)

    for revision in [*_revisions()[1:], "base"]:
        migrate.downgrade(empty, revision)
    bare = _tables(empty)
    migrate.upgrade(empty)

    assert bare == set()
    assert _differences(empty) == []
    with Session(empty, autoflush=False, expire_on_commit=False) as session:
        assert plant(session).projects


@pytest.mark.safety("RE13")
def test_what_stands_in_an_up_to_date_database_stays(empty: Engine) -> None:
    migrate.upgrade(empty)
    with Session(empty, autoflush=False, expire_on_commit=False) as session:
        plant(session)
        session.commit()
    before = _counts(empty)

    migrate.upgrade(empty)

    assert _counts(empty) == before


def _counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in SQLModel.metadata.tables.items()
        }


@pytest.mark.safety("RE13")
def test_stopped_at_any_statement_an_upgrade_can_be_repeated(empty: Engine) -> None:
    for stop in random.Random(4).sample(range(3, 60), 4):
        seen = 0

        def interrupt(*_arguments: Any) -> None:
            nonlocal seen
            seen += 1
            if seen == stop:  # noqa: B023
                raise KeyboardInterrupt

        event.listen(empty, "before_cursor_execute", interrupt)
        with pytest.raises(KeyboardInterrupt):
            migrate.upgrade(empty)
        event.remove(empty, "before_cursor_execute", interrupt)

    migrate.upgrade(empty)

    assert _differences(empty) == []
    assert migrate.is_current(empty)


@pytest.mark.safety("RE13")
def test_a_newer_schema_is_refused_in_one_sentence(empty: Engine) -> None:
    migrate.upgrade(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DashboardError, match=r"9999.*请先升级程序"):
        migrate.upgrade(empty)

    assert not migrate.is_current(empty)


def test_revisions_form_one_line() -> None:
    script = ScriptDirectory.from_config(migrate.config())

    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


@pytest.mark.safety("RE13")
@pytest.mark.feature("X7")
def test_sources_move_to_their_reports_and_back(empty: Engine) -> None:
    migrate.upgrade(empty)
    with Session(empty, autoflush=False, expire_on_commit=False) as session:
        city = plant(session)
        furnish(session, city)
        session.commit()
        before = _cells(session)
        upload = session.exec(rows_of(Upload)).first()
        assert upload is not None
        image = {"id": 1, "received_on": None, "report": {"note": "", "cells": before[0][1]}}
        upload.before = kept = json.dumps([image, {"id": 2, "report": None}], ensure_ascii=False)
        session.commit()

    migrate.downgrade(empty, "0009")
    with empty.connect() as connection:
        rows = connection.scalar(text("SELECT count(*) FROM cell_source"))
        [old] = connection.execute(text("SELECT before FROM upload WHERE before <> '[]'")).scalars()
    migrate.upgrade(empty)

    assert rows == sum(len(list(sources_in(cells))) for _key, cells in before)
    assert json.loads(old)[0]["cell_source"][0]["field"] == "completed_pct"
    with Session(empty) as session:
        assert _cells(session) == before
        [again] = [u.before for u in session.exec(rows_of(Upload)) if u.before != "[]"]
        assert json.loads(again)[0] == json.loads(kept)[0]


def _cells(session: Session) -> list[tuple[int, str]]:
    rows = session.connection().execute(text("SELECT id, cells FROM progress_report ORDER BY id"))
    return [(key, cells) for key, cells in rows]


@pytest.mark.safety("RE13")
@pytest.mark.feature("O5")
def test_a_shared_view_gets_the_region_of_its_owner(empty: Engine) -> None:
    migrate.upgrade(empty)
    with Session(empty, autoflush=False, expire_on_commit=False) as session:
        city = plant(session)
        for who in ("SUPERVISOR", "REPORTER", "ADMIN", "OBSERVER"):
            page = ADMIN_PAGES["agency" if who == "ADMIN" else "livelihood_project"]
            save_view(session, city[who], page, View(), name=who, shared_with=Role.LEADER)
        session.commit()

    migrate.downgrade(empty, "0016")
    migrate.upgrade(empty)

    home = city.regions["home"].path
    with Session(empty) as session:
        assert {row.name: row.place for row in session.exec(rows_of(SavedView))} == {
            "SUPERVISOR": home, "REPORTER": home, "ADMIN": "", "OBSERVER": home,
        }  # fmt: skip
