"""The register and the notice through their doors: what is seen, logged, and never in them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlmodel import select

from dashboard import db
from dashboard.commands.register import store_register
from dashboard.permissions import Actor, Grant
from models.account import Role, RoleGrant
from models.audit import AuditEntry
from models.note import InternalNote
from models.rectification import Rectification, RectificationSource
from seed.office import add_office_rows
from tests.web.conftest import TestClient, enter
from tests.web.test_files import plant_second_town

Plant = Callable[..., int]
DAY = date(2026, 9, 3)


def _items(account_id: int) -> list[int]:
    """One item of each town's unit, with a note at the first."""
    plant_second_town()
    with db.transaction() as session:
        add_office_rows(session)
        keys = []
        for number in (1, 2):
            row = Rectification(
                number=f"ZG2026-00000{number}",
                project_id=number,
                thing=f"事项{number}",
                source=RectificationSource.MEDIA,
                finding="=1+1",
                agency_id=number,
                state="ISSUED",
                responsible="张工",
                standard="齐整",
                issued_by_id=account_id,
                found_on=DAY,
                issued_on=DAY,
                first_due_on=DAY,
                due_on=DAY,
            )
            session.add(row)
            session.flush()
            keys.append(row.id or 0)
        session.add(
            InternalNote(
                table_name="rectification",
                row_id=keys[0],
                words="内部意见不可外传",
                noted_by_id=account_id,
                noted_on=DAY,
            )
        )
    return keys


@pytest.mark.feature("K9")
@pytest.mark.safety("AC2")
def test_an_export_holds_what_one_sees_no_note_and_is_logged(
    client: TestClient, plant: Plant
) -> None:
    office = plant("office", Role.SUPERVISOR)
    _items(office)
    cookie = {"cookie": enter(office)}

    answer = client.get("/sheets/rectifications?source=MEDIA", headers=cookie)
    none = client.get("/sheets/rectifications?source=AUDIT", headers=cookie)

    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    said = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    with db.reading() as session:
        logged = session.exec(
            select(AuditEntry.changes).where(AuditEntry.event == "rectification:export")
        ).all()
    assert [row[16] for row in said] == ["ZG2026-000001"]
    assert "不可外传" not in str(said)
    assert none.status_code == 200
    assert json.loads(logged[0]) == {"rows": [None, 1], "filters": [None, {"source": "MEDIA"}]}
    assert json.loads(logged[1])["rows"] == [None, 0]


@pytest.mark.feature("G6")
@pytest.mark.safety("AC2")
def test_only_who_sent_a_register_gets_it_back_marked(client: TestClient, plant: Plant) -> None:
    office, second = plant("office", Role.SUPERVISOR), plant("second", Role.SUPERVISOR)
    _items(office)
    sheet = client.get("/sheets/rectifications", headers={"cookie": enter(office)}).content
    with db.transaction() as session:
        actor = Actor(office, "office", (Grant(Role.SUPERVISOR, region_path="/1/"),))
        key = store_register(session, actor, name="台账.xlsx", data=sheet).id

    own = client.get(f"/sheets/rectifications/marked/{key}", headers={"cookie": enter(office)})
    other = client.get(f"/sheets/rectifications/marked/{key}", headers={"cookie": enter(second)})

    listed = load_workbook(io.BytesIO(own.content)).worksheets[0]
    assert listed["A1"].value == "0 个错误，0 个警告"
    assert other.status_code == 404


@pytest.mark.feature("K9")
@pytest.mark.safety("AC2")
def test_a_notice_is_given_to_who_sees_the_item(client: TestClient, plant: Plant) -> None:
    office, reporter = plant("office", Role.SUPERVISOR), plant("reporter", None)
    own, foreign = _items(office)
    with db.transaction() as session:
        session.add(RoleGrant(account_id=reporter, role=Role.REPORTER, agency_id=1))
    cookie = {"cookie": enter(reporter)}

    answer = client.get(f"/documents/rectification/{own}", headers=cookie)
    hidden = client.get(f"/documents/rectification/{foreign}", headers=cookie)
    absent = client.get("/documents/rectification/999", headers=cookie)
    template = client.get("/documents/template/rectification", headers=cookie)

    document = Document(io.BytesIO(answer.content))
    said = "\n".join(
        [each.text for each in document.paragraphs]
        + [cell.text for row in document.tables[0].rows for cell in row.cells]
    )
    assert "住建局：" in said
    assert "ZG2026-000001" in said
    assert "不可外传" not in said
    assert hidden.status_code == absent.status_code == 404
    assert template.status_code == 403
