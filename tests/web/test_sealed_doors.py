"""Every door with every id, as people who must not know: no word of a sealed visit comes out."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import product

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from sqlmodel import Session, SQLModel, select

from dashboard import db, files
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.web import (
    account,
    observe,
    photo,
    public,
    rectification,
    sheets,
    tables,
    tokens,
)
from dashboard.web import files as file_door
from models.agency import Agency
from models.file import StoredFile
from models.photo import Photo
from models.programme import Programme
from models.rectification import Rectification
from models.remark import ObserverRemark
from models.table_import import TableImport
from models.upload import Upload
from tests.city import SEALED, City, photographed
from tests.web.conftest import TestClient, enter
from tests.web.test_api import foreign_to

DOORS: tuple[APIRouter, ...] = (
    file_door.router, sheets.router, tables.router, photo.router, rectification.router,
    observe.router, account.router, public.router, tokens.router,
)  # fmt: skip
KEYS: dict[str, type[SQLModel]] = {
    "file_id": StoredFile, "photo_id": Photo, "rectification_id": Rectification,
    "import_id": TableImport, "programme_id": Programme, "agency_id": Agency, "upload_id": Upload,
}  # fmt: skip
UNKNOWING = ["REPORTER", "LEADER", "OBSERVER", "finance reporter"]


@pytest.fixture
def town(cities: City) -> City:
    """Both cities with what their files hold, a sealed photo, and a unit that must rectify it."""
    with db.transaction() as session:
        item = session.exec(
            select(Rectification).where(
                Rectification.project_id == cities.id("H1"),
                Rectification.number.contains(SEALED),  # type: ignore[attr-defined]
            )
        ).one()
        item.agency_id = cities.agencies["finance"].id or 0
        shot = photographed(
            session, cities, "H1", who="other observer", sealed_set_id=item.sealed_set_id
        )
        session.get_one(ObserverRemark, shot.row_id).rectification_id = item.id
        sealed = {shot.original_file_id, shot.shown_file_id, shot.thumb_file_id}
        for kept in session.exec(select(StoredFile)):
            mark = SEALED if kept.id in sealed else ""
            kept.sha256 = files.save(f"{kept.name}{mark}{kept.id}".encode())
    return cities


def _paths() -> Iterator[str]:
    """Every address one can get, with the ids of everything that stands; empty forms left out."""
    with db.reading() as session:
        values = {name: _keys(session, model) for name, model in KEYS.items()}
    values |= {"table": list(ADMIN_PAGES), "month": ["2026-08"], "token": ["x"]}
    for route in (each for door in DOORS for each in door.routes):
        if not isinstance(route, APIRoute) or "template" in route.path:
            continue
        if "GET" in (route.methods or ()):
            names = re.findall(r"{(\w+)}", route.path)
            for given in product(*(values[name] for name in names)):
                yield route.path.format(**dict(zip(names, given, strict=True)))


def _keys(session: Session, model: type[SQLModel]) -> list[str]:
    return [str(row.id) for row in session.exec(select(model))]  # type: ignore[attr-defined]


def _said(content: bytes) -> str:
    """What an answer says; a workbook or a document, part by part."""
    if not content.startswith(b"PK"):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(name).decode(errors="replace") for name in book.namelist())


def _leaks(client: TestClient, town: City, who: str, marks: list[str]) -> set[str]:
    cookie = {"cookie": enter(town[who].account_id)}
    leaks = set()
    for path in _paths():
        said = _said(client.get(path, headers=cookie).content)
        own = [SEALED] if path.startswith("/public") else marks  # which names published projects
        leaks |= {f"{path} {mark}" for mark in own if mark in said}
    return leaks


@pytest.mark.feature("J7", "X15")
@pytest.mark.safety("AC2")
@pytest.mark.parametrize("who", UNKNOWING)
def test_no_door_tells_of_a_sealed_visit(town: City, client: TestClient, who: str) -> None:
    marks = [SEALED] if who == "finance reporter" else foreign_to(who)

    assert _leaks(client, town, who, marks) == set()


@pytest.mark.feature("X15")
def test_the_office_meets_it_behind_each_kind_of_door(town: City, client: TestClient) -> None:
    found = {re.sub(r"\d+", "n", leak) for leak in _leaks(client, town, "SUPERVISOR", [SEALED])}

    for path in (
        "/files/n", "/photos/n/original", "/documents/rectification/n", "/sheets/rectifications",
        "/tables/observer_remark/export", "/tables/rectification/export",
    ):  # fmt: skip
        assert f"{path} {SEALED}" in found
