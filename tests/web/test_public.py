"""Citizens: a word and photos without an account, a code to follow it, and nothing private."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from dashboard import clock, db
from dashboard.commands import throttle
from dashboard.commands.photo import publish_redacted
from dashboard.commands.throttle import Rate
from dashboard.permissions import Actor, Grant
from dashboard.photos import Box
from models.account import Role, SignInAttempt
from models.base import Row
from models.file import StoredFile
from models.photo import Photo
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from models.remark import ObserverRemark, RemarkChannel, RemarkReply, RemarkState
from tests.pictures import exif, opened, picture
from tests.web.conftest import TestClient, form_token, post
from tests.web.test_observe import plant_projects

Plant = Callable[..., int]
CODE = re.compile(r'class="code">([^<]+)<')
SHOWN = {
    "livelihood_project": {"name"},
    "region": {"name"},
    "observer_remark": {"number", "received_at", "words", "place", "state", "due_on", "reason"},
    "remark_reply": {"words", "replied_on"},
}
"""What of each table a citizen may read (AC9); every other column is private."""


@pytest.fixture
def town(plant: Plant) -> None:
    """A town with two published projects."""
    plant("office", Role.SUPERVISOR)
    plant_projects()


def send(client: TestClient, *, photos: tuple[bytes, ...] = (), **fields: Any) -> httpx.Response:
    """Send the citizens' form as a browser does."""
    page = client.get("/public/feedback").text
    values = {
        "form_token": page.split('name="form_token" value="')[1].split('"')[0],
        "client_id": page.split('name="client_id" value="')[1].split('"')[0],
        "project_id": "1",
        "words": "路灯不亮",
    }
    answer: httpx.Response = client.post(
        "/public/feedback",
        data={**values, **fields},
        files=[("photos", ("a.jpg", data, "image/jpeg")) for data in photos],
    )
    return answer


def code_in(answer: httpx.Response) -> str:
    found = CODE.search(answer.text)
    assert found, answer.text
    return found.group(1)


def follow(client: TestClient, code: str, **more: str) -> httpx.Response:
    """Ask for what became of it."""
    return post(client, "/public/feedback/follow", code=code, **more)


def kept() -> list[ObserverRemark]:
    with db.reading() as session:
        return list(session.exec(select(ObserverRemark)))


@pytest.mark.feature("L1")
def test_a_citizen_sends_a_photo_without_an_account_and_follows_it_by_a_code(
    client: TestClient, town: None
) -> None:
    sent = send(client, photos=(picture(exif=exif()),), phone="13912345678")

    [remark] = kept()
    code = code_in(sent)
    assert (remark.channel, remark.account_id) == (RemarkChannel.CITIZEN, None)
    assert (remark.phone, remark.project_id) == ("13912345678", 1)
    with db.reading() as session:
        assert len(session.exec(select(Photo)).all()) == 1
    page = follow(client, code.lower().replace("-", " ")).text
    assert "待处理" in page
    assert "路灯不亮" in page
    assert "供热管网改造" in page
    assert "139" not in page
    assert "找不到" not in page


@pytest.mark.feature("L1")
def test_the_same_form_sent_twice_is_one_remark_with_the_same_code(
    client: TestClient, town: None
) -> None:
    page = client.get("/public/feedback").text
    client_id = page.split('name="client_id" value="')[1].split('"')[0]

    codes = {code_in(send(client, client_id=client_id)) for _again in range(2)}

    assert len(codes) == len(kept()) == 1


@pytest.mark.feature("L1")
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"words": ""}, "请填写意见内容"),
        ({"project_id": ""}, "请填写项目或地点"),
        ({"project_id": "99"}, "不在公开的清单内"),
        ({"words": "长" * 2001}, "最多 2000 字"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(
    client: TestClient, town: None, fields: dict[str, Any], words: str
) -> None:
    answer = send(client, phone="13912345678", **fields)

    assert answer.status_code in (404, 422)
    assert words in answer.text
    assert kept() == []


@pytest.mark.feature("L1")
def test_a_place_stands_for_a_project_nobody_knows(client: TestClient, town: None) -> None:
    code = code_in(send(client, project_id="", place="人民路 3 号"))

    assert kept()[0].region_id == 1
    assert "人民路 3 号" in follow(client, code).text


@pytest.mark.feature("L1")
def test_a_hostile_photo_is_refused_with_the_words_kept_in_the_form(
    client: TestClient, town: None
) -> None:
    answer = send(client, photos=(b"<svg onload=alert(1)>",))

    assert answer.status_code == 422
    assert "是 SVG 文件" in answer.text
    assert "路灯不亮" in answer.text
    assert "最多发送 3 张" in send(client, photos=(picture(),) * 4).text
    assert kept() == []


@pytest.mark.feature("L1")
def test_a_machine_that_fills_the_hidden_field_is_thanked_and_nothing_is_kept(
    client: TestClient, town: None
) -> None:
    answer = send(client, website="https://example.com")

    assert answer.status_code == 200
    assert "意见已收到" in answer.text
    assert kept() == []


@pytest.mark.safety("OU8")
def test_a_foreign_form_is_refused(client: TestClient, town: None) -> None:
    fields = {"words": "路灯不亮", "project_id": "1", "client_id": "x" * 24}

    assert client.post("/public/feedback", data=fields).status_code == 403
    token = {**fields, "form_token": form_token(client, "/public/feedback")}
    foreign = {"origin": "https://evil.example"}
    assert client.post("/public/feedback", data=token, headers=foreign).status_code == 403
    assert kept() == []


@pytest.mark.feature("L1")
@pytest.mark.parametrize("rate", ["each", "total"])
def test_too_many_are_told_to_come_later_and_no_address_is_kept(
    client: TestClient, town: None, monkeypatch: pytest.MonkeyPatch, rate: str
) -> None:
    most = throttle.SENDING._replace(
        each=9 if rate == "total" else 3, total=3 if rate == "total" else 9
    )
    monkeypatch.setattr("dashboard.web.public.SENDING", most)

    answers = [send(client).status_code for _time in range(5)]

    assert answers == [200, 200, 200, 422, 422]
    assert len(kept()) == 3
    with db.reading() as session:
        addresses = [row.address for row in session.exec(select(SignInAttempt))]
    assert not [address for address in addresses if "testclient" in address]


@pytest.mark.feature("L1")
def test_codes_cannot_be_tried_without_end(
    client: TestClient, town: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_in(send(client))
    monkeypatch.setattr("dashboard.web.public.FOLLOWING", Rate(3, 99, throttle.FOLLOWING.window))

    wrong = [follow(client, "2222-2222-2222") for _try in range(3)]

    assert {answer.status_code for answer in wrong} == {404}
    assert "查询码不正确" in wrong[0].text
    assert "过于频繁" in follow(client, code).text


def pictures_in(page: str) -> list[bytes]:
    return [b64decode(text) for text in re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page)]


@pytest.mark.feature("L1")
@pytest.mark.safety("AC9", "UP9")
def test_a_citizen_sees_by_the_code_alone_the_photos_sent_as_they_were_encoded_anew(
    client: TestClient, town: None
) -> None:
    code = code_in(send(client, photos=(picture(size=(900, 600), exif=exif()), picture())))
    other = code_in(send(client, photos=(picture(colour=(1, 2, 3)),)))

    answer = follow(client, code)
    first, second = pictures_in(answer.text)

    assert opened(first).size == (480, 320)
    assert b"Marker" not in first + second
    assert not opened(first).getexif()
    assert len(pictures_in(follow(client, other).text)) == 1
    assert pictures_in(follow(client, "2222-2222-2222").text) == []
    assert answer.headers["cache-control"] == "no-store"
    with db.reading() as session:
        ids = session.exec(select(StoredFile.id)).all()
    assert {client.get(f"/files/{key}").status_code for key in ids} == {303}


@pytest.mark.feature("J4", "L1")
@pytest.mark.safety("UP9")
def test_a_citizen_sees_the_copy_that_was_blacked_out(client: TestClient, town: None) -> None:
    code = code_in(send(client, photos=(picture(size=(400, 300), colour=(200, 30, 30)),)))
    office = Actor(1, "office", (Grant(Role.SUPERVISOR, region_path="/1/"),))
    with db.transaction() as session:
        publish_redacted(session, office, 1, boxes=[Box(0, 0, 400, 300)], version=1)

    [shown] = pictures_in(follow(client, code).text)

    pixel = opened(shown).getpixel((200, 150))
    assert isinstance(pixel, tuple)
    assert max(pixel) < 8


@pytest.mark.feature("J6")
def test_a_citizen_rates_and_asks_again_by_the_code(client: TestClient, town: None) -> None:
    code = code_in(send(client))
    assert follow(client, code, rating="SATISFIED").status_code == 409
    with db.transaction() as session:
        row = session.exec(select(ObserverRemark)).one()
        row.state, row.decided_on = RemarkState.NO_ACTION, date(2026, 9, 1)

    assert "评价已提交" in follow(client, code, rating="DISSATISFIED", words="没修").text
    assert "已请督查室重新办理" in follow(client, code, reopen="还是不亮").text

    assert (kept()[0].rating, kept()[0].reopen_words) == ("DISSATISFIED", "还是不亮")


def marked(row: Row, table: str) -> dict[str, str]:
    """Write a word nobody else has into every column that holds words; gives them by column."""
    words = {}
    for name, field in type(row).model_fields.items():
        if field.annotation is str and not name.endswith("hash") and name not in ("path", "doubt"):
            length = getattr(row.__table__.c[name].type, "length", None) or 99  # type: ignore[attr-defined]
            words[name] = f"MK{table[:3]}{name}"[:length]
            setattr(row, name, words[name])
    return words


@pytest.mark.safety("AC9")
@pytest.mark.safety("PI2")
def test_a_column_that_is_not_listed_is_read_by_no_citizen(
    client: TestClient, town: None, place: Path
) -> None:
    code = code_in(send(client, phone="13912345678"))
    planted: dict[tuple[str, str], str] = {}
    with db.transaction() as session:
        remark = session.exec(select(ObserverRemark)).one()
        reply = RemarkReply(
            remark_id=remark.id or 0, words="x", replied_by_id=1, replied_on=date(2026, 9, 1)
        )
        session.add(reply)
        rows: list[Any] = [
            remark, reply, session.get_one(LivelihoodProject, 1), session.get_one(Region, 1),
            session.get_one(Programme, 1),
        ]  # fmt: skip
        for row in rows:
            table = str(row.__tablename__)
            planted |= {(table, name): word for name, word in marked(row, table).items()}
        remark.latitude, remark.longitude = Decimal("39.123456"), Decimal("116.654321")
        remark.accuracy_m, remark.written_at = 7654321, datetime(2001, 2, 3, tzinfo=clock.SHANGHAI)
    with closing(db.engine().raw_connection()) as connection:
        for table in SHOWN:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN brand_new TEXT")
            connection.execute(f"UPDATE {table} SET brand_new = 'MKbrandnew'")
        connection.commit()

    pages = [client.get(path).text for path in ("/public", "/public/feedback?project=1")]
    pages.append(follow(client, code).text)
    said = "\n".join(pages)

    shown = {key for key, word in planted.items() if word in said}
    assert shown <= {(table, name) for table, names in SHOWN.items() for name in names}
    assert ("observer_remark", "words") in shown
    assert ("livelihood_project", "name") in shown
    for private in ("MKbrandnew", "39.123456", "116.654321", "7654321", "2001-02-03", "139"):
        assert private not in said
