"""Stored files: by content, by permission, and under names that cannot do harm."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from dashboard import db, files
from dashboard.commands.file import store_file
from dashboard.errors import Invalid, Missing, Unavailable
from dashboard.permissions import Actor
from models.account import Account, Role, RoleGrant
from models.agency import Agency
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from tests.web.conftest import TestClient, enter

Plant = Callable[..., int]


def keep(account_id: int | None = None, **more: object) -> int:
    """Store a small file and give its id."""
    values = {"name": "八月.xlsx", "data": b"PK..", "media_type": "application/vnd.ms-excel"}
    actor = Actor(account_id, "x") if account_id else None
    with db.transaction() as session:
        return store_file(session, actor, **{**values, **more}).id or 0  # type: ignore[arg-type]


def plant_second_town() -> None:
    """Region 2 with agency 2 and its project 2; agency 3 under agency 1; project 1."""
    with db.transaction() as session:
        session.add(Region(id=2, code="2", name="另一市", path="/2/"))
        session.flush()
        session.add(Agency(id=2, code="b", name="交通局", region_id=2, path="/2/"))
        session.add(Agency(id=3, code="c", name="住建中心", region_id=1, path="/1/3/"))
        session.flush()
        for number in (1, 2):
            programme = Programme(id=number, region_id=number, year=2026, name="清单")
            session.add(programme)
            session.flush()
            session.add(
                LivelihoodProject(
                    id=number, programme_id=number, region_id=number, code=f"P{number}",
                    name="项目", lead_agency_id=number,
                )
            )  # fmt: skip


@pytest.mark.safety("AC2")
def test_a_file_is_given_to_who_sees_its_project_or_unit_and_to_its_sender(
    client: TestClient, plant: Plant
) -> None:
    leader, reporter, stranger = plant("leader"), plant("reporter", None), plant("stranger", None)
    plant_second_town()
    with db.transaction() as session:
        session.add(RoleGrant(account_id=reporter, role=Role.REPORTER, agency_id=1))
    ids = {
        "project 1": keep(project_id=1),
        "project 2": keep(project_id=2),
        "agency 1": keep(agency_id=1),
        "agency 2": keep(agency_id=2),
        "agency 3": keep(agency_id=3),
        "of nobody": keep(),
        "the stranger's": keep(stranger),
    }

    def sees(account_id: int) -> set[str]:
        cookie = {"cookie": enter(account_id)}
        return {
            what
            for what, key in ids.items()
            if client.get(f"/files/{key}", headers=cookie).status_code == 200
        }

    own = {"project 1", "agency 1", "agency 3"}
    assert sees(leader) == own
    assert sees(reporter) == own
    assert sees(stranger) == {"the stranger's"}


@pytest.mark.safety("AC2")
def test_a_file_out_of_scope_and_one_that_is_not_answer_alike(
    client: TestClient, plant: Plant
) -> None:
    cookie = {"cookie": enter(plant("leader"))}
    plant_second_town()
    foreign = keep(project_id=2)

    answers = [client.get(f"/files/{key}", headers=cookie) for key in (foreign, foreign + 99)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "找不到" in answers[0].text


@pytest.mark.safety("AU11")
def test_a_disabled_account_gets_no_file_any_more(client: TestClient, plant: Plant) -> None:
    account_id = plant("zhang")
    cookie = {"cookie": enter(account_id)}
    key = keep(account_id)
    assert client.get(f"/files/{key}", headers=cookie).status_code == 200

    with db.transaction() as session:
        session.get_one(Account, account_id).active = False

    assert client.get(f"/files/{key}", headers=cookie).status_code == 303


@pytest.mark.safety("UP10")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("八月月报.xlsx", "八月月报.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\月报.xls", "月报.xls"),
        ("CON", "CON"),
        ("a\nSet-Cookie: x=y.xlsx", "a\\u000aSet-Cookie: x=y.xlsx"),
        ("报告\u202excod.exe", "报告\\u202excod.exe"),
        ('a"b;c.xlsx', 'a"b;c.xlsx'),
        ("", "file"),
        ("..", "file"),
        ("\x00", "\\u0000"),
    ],
)
def test_a_senders_name_is_only_text(sent: str, kept: str) -> None:
    assert files.shown_name(sent) == kept


@pytest.mark.safety("UP10")
def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    name = files.shown_name("民" * 300 + ".xlsx")

    assert len(name.encode()) <= 255
    assert name.startswith("民民")
    assert name.endswith(".xlsx")


@pytest.mark.safety("UP10")
@pytest.mark.parametrize(
    "name", ["八月.xlsx", 'a"b;c.xlsx', "报告\u202excod.exe", "a\r\nb", "民" * 300]
)
def test_a_download_has_one_header_line_with_the_real_name(
    client: TestClient, plant: Plant, name: str
) -> None:
    account_id = plant("zhang")
    key = keep(account_id, name=name)

    answer = client.get(f"/files/{key}", headers={"cookie": enter(account_id)})

    disposition = answer.headers["content-disposition"]
    assert disposition.isascii()
    assert disposition.startswith('attachment; filename="')
    assert "filename*=UTF-8''" in disposition
    assert disposition.count('"') == 2
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-security-policy"].endswith("sandbox; frame-ancestors 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.safety("UP10")
@pytest.mark.parametrize(
    ("media_type", "inline"),
    [("image/png", True), ("image/jpeg", True), ("image/svg+xml", False), ("text/html", False)],
)
def test_only_plain_pictures_are_shown_in_place(
    client: TestClient, plant: Plant, media_type: str, inline: bool
) -> None:
    account_id = plant("zhang")
    key = keep(account_id, media_type=media_type)

    answer = client.get(f"/files/{key}", headers={"cookie": enter(account_id)})

    assert answer.headers["content-disposition"].startswith("inline") is inline
    assert (answer.headers["content-type"] == media_type) is inline


@pytest.mark.safety("UP1")
def test_a_file_that_is_empty_or_too_large_is_refused_by_the_command(place: Path) -> None:
    with pytest.raises(Invalid, match="空"):
        keep(data=b"")
    with pytest.raises(Invalid, match="20 MB"):
        keep(data=b"x" * (20 * 2**20 + 1))

    assert list(files.digests()) == []


def test_the_same_content_is_kept_once_and_read_back(place: Path) -> None:
    first, second = files.save(b"content"), files.save(b"content")

    assert first == second == sha256(b"content").hexdigest()
    assert list(files.digests()) == [first]
    assert files.read(first) == b"content"
    assert files.exists(first)
    with pytest.raises(Missing):
        files.read("0" * 64)


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(Unavailable, match="已满"):
        files.save(b"content")

    assert list((place / "files").rglob("*.part")) == []
    assert list(files.digests()) == []


def test_what_no_row_names_is_swept_after_an_hour(place: Path) -> None:
    named, orphan, fresh = (files.save(text) for text in (b"named", b"orphan", b"fresh"))
    half = files.path_of(orphan).with_name("x.part")
    half.write_bytes(b"half")
    for path in (files.path_of(named), files.path_of(orphan), half):
        os.utime(path, (time.time() - 7200,) * 2)

    assert files.sweep({named}) == 2

    assert sorted(files.digests()) == sorted([named, fresh])


def test_damaged_content_is_named(place: Path) -> None:
    good, bad = files.save(b"good"), files.save(b"bad")
    files.path_of(bad).write_bytes(b"changed")

    assert files.damaged() == [bad]
    assert good not in files.damaged()
