"""A table of one's own with one declaration: everything else is there with no other code."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import Field, Session, SQLModel, UniqueConstraint

from dashboard.admin import tables
from dashboard.admin.spec import AdminPage, View, problems
from dashboard.commands.row import delete_row, restore_version, save_row
from dashboard.commands.row_export import export_rows, template_rows
from dashboard.commands.table_compare import compare
from dashboard.commands.table_import import commit_table, store_table, take_back_table
from dashboard.db import records
from dashboard.documents.export import export_xlsx
from dashboard.errors import Missing, NotAllowed
from dashboard.imports.context import Limits
from dashboard.imports.files.read import read
from dashboard.imports.records import read_records
from dashboard.permissions import Action
from dashboard.queries.row import fields, one_row, row_count, rows
from dashboard.queries.row_choice import choices
from dashboard.queries.row_count import filter_counts
from dashboard.queries.row_past import row_history
from dashboard.rules.entry import Unfit
from models.base import Exact, Row
from tests.city import HOUSING, SCHOOLS, TODAY, City


@pytest.fixture(scope="module")
def page() -> Iterator[AdminPage]:
    """A table nobody has heard of, declared."""

    class SpareKey(Row, table=True):
        """备用钥匙: a table of this test's own."""

        __tablename__ = "spare_key"
        __table_args__ = (UniqueConstraint("project_id", "name"),)

        project_id: int = Field(foreign_key="livelihood_project.id", title="项目")
        name: str = Field(min_length=1, max_length=20, title="钥匙名称")
        weight: Decimal | None = Field(default=None, sa_type=Exact, title="重量")
        lent: bool = Field(default=False, title="借出")

    declared = AdminPage(
        model=SpareKey,
        title="备用钥匙",
        group="计划",
        read=Action.REPORT_READ,
        action=Action.DETAIL_EDIT,
        scope="project_id",
        listed=("project_id", "name", "weight", "lent"),
        searched=("name", "project.name"),
        filters=("lent", "project.lead_agency"),
        once=("project_id",),
        edited=("name", "weight", "lent"),
        key=("project_id", "name"),
    )
    yield declared
    SQLModel.metadata.remove(SpareKey.__table__)  # type: ignore[attr-defined]
    SQLModel._sa_registry._dispose_cls(SpareKey)


@pytest.fixture
def session(city_session: Session, page: AdminPage, monkeypatch: pytest.MonkeyPatch) -> Session:
    page.model.__table__.create(city_session.connection(), checkfirst=True)  # type: ignore[attr-defined]
    monkeypatch.setitem(tables.ADMIN_PAGES, page.table, page)
    return city_session


def key(session: Session, city: City, page: AdminPage, code: str, name: str) -> Any:
    values = {"project_id": city.id(code), "name": name, "weight": "0.25"}
    return save_row(session, city["SUPERVISOR"], page, None, values, today=TODAY)


@pytest.mark.feature("O1")
def test_one_declaration_gives_everything(
    session: Session, city: City, page: AdminPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = city["SUPERVISOR"]
    assert problems(page, tables.ADMIN_PAGES) == []

    ours = key(session, city, page, "H1", f"甲库{HOUSING}")
    key(session, city, page, "S1", f"乙库{SCHOOLS}")

    # list, search over relations, filter with counts, sort
    assert row_count(session, office, page) == 2
    assert list(rows(session, office, page, View(search="供热"))["name"]) == [f"甲库{HOUSING}"]
    counts = filter_counts(session, office, page)
    assert set(counts["label"]) == {False, "市住建局", "市教育局"}
    # form: lost updates, wrong values, foreign keys by search
    save_row(session, office, page, ours.id, {"weight": "0.3"}, version=1, today=TODAY)
    with pytest.raises(Unfit, match="重量应为数字"):
        save_row(session, office, page, ours.id, {"weight": "重"}, today=TODAY)
    assert set(choices(session, office, page, "project_id", "H1")["hint"]) == {"H1"}
    # history and restore
    told = records(row_history(session, office, page, ours.id))
    assert [(t["title"], t["new"]) for t in told if t["title"] == "重量"] == [
        ("重量", "0.3"), ("重量", "0.25"),
    ]  # fmt: skip
    first = min(each["entry"] for each in told)
    restore_version(session, office, page, ours.id, first, version=2, today=TODAY)
    assert one_row(session, office, page, ours.id)["weight"].iloc[0] == Decimal("0.25")
    # rights
    assert set(rows(session, city["REPORTER"], page)["name"]) == {f"甲库{HOUSING}"}
    assert rows(session, city["stranger"], page).empty
    with pytest.raises(NotAllowed):
        rows(session, city["ADMIN"], page)
    with pytest.raises(NotAllowed):
        save_row(session, city["REPORTER"], page, ours.id, {"lent": True}, today=TODAY)
    with pytest.raises(Missing):
        delete_row(session, city["stranger"], page, ours.id, today=TODAY)


@pytest.mark.feature("O1", "O9")
def test_its_workbook_goes_out_and_comes_back(
    session: Session, city: City, page: AdminPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = city["SUPERVISOR"]
    key(session, city, page, "H1", "甲库")
    monkeypatch.setattr("dashboard.commands.file.files.save", lambda data: "0" * 64)
    sheet = export_rows(session, office, page, View())
    data = export_xlsx(*sheet)
    known = fields(session, office, page)

    assert template_rows(session, office, page).columns == ["项目", "钥匙名称", "重量", "借出"]
    assert compare(session, office, page, read_records(read(data, Limits()), known)).moved == ()

    book = load_workbook(io.BytesIO(data))
    book.worksheets[0].append([None, None, "H2", "丙库", 0.5, "是"])
    buffer = io.BytesIO()
    book.save(buffer)
    found = read_records(read(buffer.getvalue(), Limits()), known)
    batch = store_table(session, office, page, name="a.xlsx", data=buffer.getvalue())
    commit_table(session, office, page, batch.id or 0, found, today=TODAY)

    assert row_count(session, office, page, View(filters=(("lent", ("1",)),))) == 1
    take_back_table(session, office, page, batch.id or 0, today=TODAY)
    assert row_count(session, office, page) == 1
