"""The observers' page: written once however often it is sent, by a session or by a device."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from dashboard import clock, db
from dashboard.web.shield import FORM_BYTES
from models.account import Account, Role, RoleGrant
from models.observer import Observer, ObserverDevice, ObserverProject
from models.photo import Photo
from models.programme import Programme
from models.project import LivelihoodProject
from models.remark import ObserverRemark, RemarkState
from models.site import Site
from tests.pictures import exif, picture
from tests.web.conftest import TestClient, enter, form_token, post

Plant = Callable[..., int]
TODAY = clock.now().astimezone(clock.SHANGHAI).date()


def plant_projects() -> None:
    """Plant two projects of region 1, the second with a site."""
    with db.transaction() as session:
        session.add(Programme(id=1, region_id=1, year=2026, name="清单", adopted_on=TODAY))
        session.flush()
        for number, name in ((1, "供热管网改造"), (2, "老旧小区改造")):
            session.add(
                LivelihoodProject(
                    id=number, programme_id=1, region_id=1, code=f"P{number}", name=name,
                    lead_agency_id=1,
                )
            )  # fmt: skip
        session.flush()
        session.add(Site(id=7, project_id=2, code="DW-7", name="三号楼"))


@pytest.fixture
def observer(plant: Plant) -> int:
    """An observer of region 1 with two projects before them."""
    key = plant("yu", Role.OBSERVER)
    plant_projects()
    return key


def remarks() -> list[ObserverRemark]:
    with db.reading() as session:
        return list(session.exec(select(ObserverRemark).order_by(ObserverRemark.id)))  # type: ignore[arg-type]


def signed(client: TestClient, account_id: int) -> TestClient:
    name, value = enter(account_id).split("=", 1)
    client.cookies.set(name, value)
    return client


def send(
    client: TestClient, *, photos: tuple[bytes, ...] = (), json: bool = False, **fields: Any
) -> httpx.Response:
    """Send the form as the browser does, or as the page's script does."""
    values = {"project_id": "1", "words": "围挡缺失", "client_id": "client-0001", **fields}
    answer: httpx.Response = client.post(
        "/observe/new",
        data={"form_token": form_token(client, "/observe/new"), **values},
        files=[("photos", ("a.jpg", data, "image/jpeg")) for data in photos],
        headers={"accept": "application/json"} if json else {},
    )
    return answer


@pytest.mark.feature("J2")
@pytest.mark.safety("UP9")
def test_a_remark_with_a_photo_is_kept_once_by_the_plain_form(
    client: TestClient, observer: int
) -> None:
    signed(client, observer)

    answers = [send(client, photos=(picture(exif=exif()),)) for _again in range(2)]

    [kept] = remarks()
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == f"/observe?sent={kept.number}"
    assert (kept.account_id, kept.project_id, kept.words) == (observer, 1, "围挡缺失")
    page = client.get("/observe").text
    assert kept.number in page
    with db.reading() as session:
        [photo] = session.exec(select(Photo)).all()
    picture_path = f"/observe/pictures/{photo.shown_file_id}"
    assert picture_path in page
    assert b"Marker" not in client.get(picture_path).content
    assert client.get(f"/files/{photo.original_file_id}").status_code == 404
    assert client.get(f"/observe/pictures/{photo.original_file_id}").status_code == 404


@pytest.mark.feature("J2")
def test_the_pages_script_sends_a_remark_and_then_its_photos_one_by_one(
    client: TestClient, observer: int
) -> None:
    signed(client, observer)
    token = client.get("/observe/profile").json()["form_token"]

    first = send(client, json=True)
    fields = {"form_token": token, "remark": "client-0001", "client_id": "photo-1"}
    shots = [
        client.post("/observe/photo", data=fields, files=[("photos", ("a", picture(), ""))])
        for _again in range(2)
    ]
    refused = client.post(
        "/observe/photo", data={**fields, "client_id": "photo-2"},
        files=[("photos", ("动图.gif", b"GIF89a", "image/gif"))],
    )  # fmt: skip

    assert first.json() == {"number": remarks()[0].number}
    assert [shot.status_code for shot in shots] == [200, 200]
    assert refused.status_code == 422
    assert "动图.gif" in refused.json()["error"]
    with db.reading() as session:
        assert len(session.exec(select(Photo)).all()) == 1


@pytest.mark.feature("J2")
def test_a_qr_code_at_the_site_ends_signed_in_with_the_project_filled_in(
    client: TestClient, observer: int
) -> None:
    there = client.get("/observe/new?site=DW-7")
    assert there.headers["location"] == "/sign-in?next=/observe/new%3Fsite%3DDW-7"

    page = signed(client, observer).get("/observe/new?site=DW-7").text

    assert '<option value="2" selected>' in page
    assert 'name="site_id" value="7"' in page
    assert "点位：三号楼" in page
    assert "找不到这个点位" in client.get("/observe/new?site=elsewhere").text


@pytest.mark.feature("J2")
def test_assigned_projects_come_first(client: TestClient, observer: int) -> None:
    with db.transaction() as session:
        appointed = Observer(
            account_id=observer, region_id=1, letter_number="聘1", appointed_by_id=observer,
            first_on=TODAY, last_on=TODAY + timedelta(days=9),
        )  # fmt: skip
        session.add(appointed)
        session.flush()
        session.add(ObserverProject(observer_id=appointed.id or 0, project_id=2))

    told = signed(client, observer).get("/observe/profile").json()["projects"]

    assert [(each["project_id"], each["assigned"]) for each in told] == [(2, True), (1, False)]


@pytest.mark.feature("J2")
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"words": " "}, "请填写意见内容"),
        ({"project_id": ""}, "请选择项目"),
        ({"seen_pct": "一半"}, "目测进度应为数字"),
        ({"latitude": "NaN", "longitude": "1"}, "纬度应为数字"),
        ({"kind": "OTHER"}, "选项已失效"),
    ],
)
def test_a_refused_remark_says_why_and_keeps_what_was_typed(
    client: TestClient, observer: int, fields: dict[str, Any], words: str
) -> None:
    answer = send(signed(client, observer), **{"place": "东侧", **fields})

    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="东侧"' in answer.text
    assert send(client, json=True, **fields).status_code == 422
    assert remarks() == []


@pytest.mark.feature("J1")
@pytest.mark.safety("AC5")
def test_nobody_but_an_observer_writes_here_and_the_end_of_the_term_ends_it(
    client: TestClient, observer: int, plant: Plant
) -> None:
    assert client.get("/observe/profile").json() == {"signed_in": False}
    assert signed(client, plant("leader")).get("/observe").status_code == 403

    signed(client, observer)
    assert client.get("/observe").status_code == 200
    with db.transaction() as session:
        grant = session.exec(select(RoleGrant).where(RoleGrant.account_id == observer)).one()
        grant.last_on = TODAY - timedelta(days=1)

    assert client.get("/observe").status_code == 403
    assert client.get("/observe/profile").json() == {"signed_in": False}


@pytest.mark.feature("J2")
@pytest.mark.safety("AU11")
def test_a_device_writes_and_reads_own_remarks_and_nothing_else_until_it_is_revoked(
    client: TestClient, observer: int
) -> None:
    signed(client, observer)
    assert post(client, "/observe/device").headers["location"] == "/observe?done=device"
    del client.cookies["session"]

    assert client.get("/observe").status_code == 200
    assert send(client).status_code == 303
    others = ("/", "/me", "/files/1", "/board", "/sheets/audit", "/photos/1/redact")
    assert {client.get(path).status_code for path in others} == {303}
    assert post(client, "/observe/device").headers["location"] == "/sign-in"

    with db.transaction() as session:
        session.exec(select(ObserverDevice)).one().ended_at = clock.now()

    assert client.get("/observe").headers["location"] == "/sign-in?next=/observe"
    assert client.get("/observe/profile").json() == {"signed_in": False}


@pytest.mark.feature("J2")
@pytest.mark.safety("AU11")
@pytest.mark.parametrize("change", ["over", "account", "signed out", "me"])
def test_a_device_ends_with_its_time_its_account_and_every_sign_out(
    client: TestClient, observer: int, change: str
) -> None:
    signed(client, observer)
    post(client, "/observe/device")
    token = client.cookies["device"]

    with db.transaction() as session:
        device = session.exec(select(ObserverDevice)).one()
        if change == "over":
            device.ends_at = clock.now() - timedelta(seconds=1)
        if change == "account":
            session.get_one(Account, observer).active = False
    if change == "signed out":
        post(client, "/sign-out")
    if change == "me":
        assert "可直接发送意见的设备" in client.get("/me").text
        post(client, "/me/devices", device_id=str(device.id))
    client.cookies.clear()
    client.cookies.set("device", token)

    assert client.get("/observe/profile").json() == {"signed_in": False}


@pytest.mark.safety("UP1")
def test_a_strangers_large_body_is_not_read(client: TestClient, observer: int) -> None:
    big = {"photos": ("a.jpg", b"x" * (FORM_BYTES + 1), "image/jpeg")}

    assert client.post("/observe/new", files=big).status_code == 413
    signed(client, observer)
    assert client.post("/observe/new", files=big).status_code == 403


@pytest.mark.feature("J6")
def test_one_takes_back_rates_and_asks_again_from_the_list(
    client: TestClient, observer: int
) -> None:
    signed(client, observer)
    for number in (1, 2):
        send(client, client_id=f"client-000{number}")
    first, second = (remark.id for remark in remarks())

    assert post(client, f"/observe/{first}/withdraw").status_code == 303
    assert post(client, f"/observe/{second}/rate", rating="SATISFIED").status_code == 409
    with db.transaction() as session:
        row = session.get_one(ObserverRemark, second)
        row.state, row.decided_on, row.reason = RemarkState.NO_ACTION, TODAY, "不属本项目"
    assert "1 条意见有了新的处理结果" in client.get("/observe").text
    post(client, "/observe/answers")
    post(client, f"/observe/{second}/rate", rating="DISSATISFIED", words="没人来看")
    post(client, f"/observe/{second}/reopen", words="请再核实")

    page = client.get("/observe").text
    assert [remark.state for remark in remarks()] == [RemarkState.WITHDRAWN, RemarkState.NO_ACTION]
    assert "新的处理结果" not in page
    assert "我的评价：不满意" in page
    assert "请再核实" in page


@pytest.mark.safety("OU3")
def test_the_page_runs_own_script_files_only_and_the_worker_is_kept_to_its_place(
    client: TestClient, observer: int
) -> None:
    signed(client, observer)
    answers = [client.get(path) for path in ("/observe", "/observe/new", "/observe/shell")]
    worker = client.get("/observe/sw.js")

    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "<style" not in answer.text
        assert " style=" not in answer.text
        assert all('src="/assets/' in tag for tag in answer.text.split("<script")[1:])
    assert worker.headers["service-worker-allowed"] == "/observe"
    assert worker.headers["content-type"].startswith("text/javascript")
    assert "const VERSION" in worker.text


@pytest.mark.feature("J2")
def test_what_a_phone_keeps_of_the_page_holds_nobodys_data(
    client: TestClient, observer: int
) -> None:
    shell = signed(client, observer).get("/observe/shell").text

    assert "供热管网改造" not in shell
    assert "yu" not in shell.replace("/assets", "")
    assert "form_token" not in shell
