"""Photos in the office: blacked out by boxes, originals looked at in the open, pairs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from sqlmodel import select

from dashboard import db, files
from dashboard.commands.photo import attach_photo
from dashboard.permissions import Actor
from models.account import Role
from models.audit import AuditEntry
from models.photo import Photo, PhotoPhase
from models.rectification import Rectification, RectificationSource
from models.remark import ObserverRemark, RemarkChannel
from seed.office import add_office_rows
from tests.pictures import exif, opened, picture
from tests.web.conftest import TestClient, form_token
from tests.web.test_observe import TODAY, plant_projects, signed

Plant = Callable[..., int]


@pytest.fixture
def photo(plant: Plant) -> int:
    """A photo of an observer's remark; the office, an auditor, a leader and a unit's reviewer."""
    observer = plant("yu", Role.OBSERVER)
    for name, role in (("office", Role.SUPERVISOR), ("leader", Role.LEADER)):
        plant(name, role)
    plant("auditor", Role.AUDITOR)
    plant_projects()
    with db.transaction() as session:
        remark = ObserverRemark(
            client_id="client-0001", number="GC-1", channel=RemarkChannel.OBSERVER, region_id=1,
            project_id=1, account_id=observer, words="围挡缺失", observed_on=TODAY,
            received_at=datetime(2026, 9, 3, tzinfo=UTC),
        )  # fmt: skip
        session.add(remark)
        session.flush()
        data = picture(size=(100, 80), colour=(200, 30, 30), exif=exif())
        kept = attach_photo(
            session, Actor(observer, "yu"), table_name="observer_remark", row_id=remark.id or 0,
            name="张三家.jpg", data=data,
        )  # fmt: skip
        return kept.id or 0


def person(client: TestClient, name: str) -> TestClient:
    """Sign in as somebody planted, by the order of planting."""
    return signed(client, ["yu", "office", "leader", "auditor"].index(name) + 1)


def redact(client: TestClient, photo: int, *rows: tuple[object, ...]) -> httpx.Response:
    """Send rows of the table of boxes."""
    page = client.get(f"/photos/{photo}/redact").text
    [version] = re.findall(r'name="version" value="(\d+)"', page)
    fields = {
        edge: [str(row[at]) for row in rows]
        for at, edge in enumerate(("left", "top", "right", "bottom"))
    }
    token = form_token(client, f"/photos/{photo}/redact")
    answer: httpx.Response = client.post(
        f"/photos/{photo}/redact", data={"form_token": token, "version": version, **fields}
    )
    return answer


def row_of(photo: int) -> Photo:
    with db.reading() as session:
        return session.get_one(Photo, photo)


@pytest.mark.feature("J4")
@pytest.mark.safety("UP9")
def test_the_office_blacks_out_a_face_and_others_get_the_new_copy(
    client: TestClient, photo: int
) -> None:
    answer = redact(person(client, "office"), photo, (10, 10, 60, 60), ("", "", "", ""))

    row = row_of(photo)
    assert answer.headers["location"] == f"/photos/{photo}/redact?done=1"
    assert "今后都只显示它" in client.get(answer.headers["location"]).text
    assert client.get(f"/files/{row.shown_file_id}").status_code == 200
    person(client, "leader")
    assert client.get(f"/files/{row.shown_file_id}").status_code == 404
    copy = opened(client.get(f"/files/{row.published_file_id}").content)
    found = copy.getpixel((30, 30))
    assert isinstance(found, tuple)
    assert max(found) < 8


@pytest.mark.feature("J4")
@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("", "", "", ""), "请先画出"),
        ((1, 1, "", 9), "第 1 处的左、上、右、下"),
        ((-1, 1, 5, 9), "第 1 处的左、上、右、下"),
        ((9, 9, 9, 9), "右边要大于左边"),
        ((500, 1, 600, 9), "宽 100、高 80"),
    ],
)
def test_a_box_that_cannot_be_is_said(
    client: TestClient, photo: int, row: tuple[object, ...], words: str
) -> None:
    answer = redact(person(client, "office"), photo, row)

    assert answer.status_code == 422
    assert words in answer.text
    assert row_of(photo).published_file_id is None


@pytest.mark.feature("J4")
@pytest.mark.safety("UP9")
def test_an_original_is_saved_by_supervisor_and_auditor_and_each_look_is_logged(
    client: TestClient, photo: int
) -> None:
    path = f"/photos/{photo}/original"
    for who in ("office", "auditor"):
        answer = person(client, who).get(path)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert b"Marker" in answer.content
    for who in ("yu", "leader"):
        assert person(client, who).get(path).status_code == 403
    assert person(client, "office").get("/photos/99/original").status_code == 404

    with db.reading() as session:
        lines = session.exec(select(AuditEntry).where(AuditEntry.event == "photo:original")).all()
        kept = files.digests()
    assert [(line.account_name, line.success) for line in lines] == [
        ("office", True), ("auditor", True), ("yu", False), ("leader", False),
    ]  # fmt: skip
    assert len(list(kept)) == 3


@pytest.mark.feature("J4")
def test_only_the_office_opens_the_page_for_blacking_out(client: TestClient, photo: int) -> None:
    for who in ("yu", "leader", "auditor"):
        assert person(client, who).get(f"/photos/{photo}/redact").status_code == 403
    assert person(client, "office").get("/photos/99/redact").status_code == 404


@pytest.mark.feature("K5")
def test_an_observers_photo_stands_beside_that_of_the_rectification_it_led_to(
    client: TestClient, photo: int
) -> None:
    with db.transaction() as session:
        told = session.get_one(ObserverRemark, session.get_one(Photo, photo).row_id)
        add_office_rows(session)
        item = Rectification(
            number="ZG-1", project_id=1, source=RectificationSource.REMARK, finding="围挡缺失",
            thing="东侧围挡", agency_id=1, responsible="张工", standard="连续", state="RECEIVED",
            issued_by_id=2, found_on=TODAY, issued_on=TODAY, first_due_on=TODAY, due_on=TODAY,
        )  # fmt: skip
        session.add(item)
        session.flush()
        told.rectification_id = item.id
        after = attach_photo(
            session, Actor(2, "office"), table_name="rectification", row_id=item.id or 0,
            name="b.jpg", data=picture(size=(90, 70)), phase=PhotoPhase.AFTER, before_id=photo,
        ).id or 0  # fmt: skip

    person(client, "leader")
    pages = [client.get(f"/photos/pair/{key}").text for key in (photo, after)]

    for page in pages:
        assert page.index("现场") < page.index("整改后")
        assert page.count("<figure>") == 2
        assert 'href="/rectification?id=1"' in page


@pytest.mark.feature("K5")
def test_before_and_after_stand_side_by_side_whichever_was_asked_for(
    client: TestClient, photo: int
) -> None:
    with db.transaction() as session:
        after = attach_photo(
            session, Actor(2, "office"), table_name="observer_remark", name="b.jpg",
            row_id=session.get_one(Photo, photo).row_id, data=picture(size=(90, 70)),
            phase=PhotoPhase.AFTER, before_id=photo, caption="已补装围挡",
        ).id or 0  # fmt: skip

    person(client, "leader")
    pages = [client.get(f"/photos/pair/{key}").text for key in (photo, after)]

    for page in pages:
        assert page.index("现场") < page.index("整改后")
        assert "拍摄于 2026-08-20 09:30" in page
        assert "已补装围挡" in page
        assert page.count("<figure>") == 2
    assert client.get("/photos/pair/99").status_code == 404
