"""Evidence: what it may be is told by its content; it goes with a report that is still open."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from dashboard import files
from dashboard.commands.evidence import attach_evidence
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.permissions import Actor
from dashboard.queries.file import file_for
from dashboard.queries.project_report import attachments, project_reports
from models.file import StoredFile
from tests.city import City, imported, newest, workbook

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.mark.feature("G12")
@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("照片.png", PNG, "image/png"),
        ("照片.JPG", b"\xff\xd8\xff\xe0 jpeg", "image/jpeg"),
        ("验收.pdf", b"%PDF-1.7", "application/pdf"),
        ("清单.xlsx", workbook([]), "application/zip"),
    ],
)
def test_evidence_is_kept_with_the_report(
    city_session: Session, city: City, name: str, data: bytes, media_type: str
) -> None:
    imported(city_session, city, submit=False)
    report = newest(city_session, city, "H1")

    made = attach_evidence(
        city_session, city["REPORTER"], report.id or 0, name=name, data=data, caption=" 现场 "
    )

    kept = city_session.get_one(StoredFile, made.file_id)
    assert (kept.media_type, files.read(kept.sha256)) == (media_type, data)
    (row,) = attachments(city_session, city["SUPERVISOR"], city.id("H1")).to_dict("records")
    assert (row["file_name"], row["caption"]) == (name, "现场")
    assert file_for(city_session, city["LEADER"], made.file_id).id == made.file_id


@pytest.mark.safety("AC2")
@pytest.mark.feature("G13")
def test_evidence_and_drafts_stay_closed_to_an_observer_whatever_else_they_may_read(
    city_session: Session, city: City
) -> None:
    imported(city_session, city, submit=False)
    report = newest(city_session, city, "H1")
    made = attach_evidence(
        city_session, city["REPORTER"], report.id or 0, name="a.png", data=PNG, caption=""
    )
    observer, elsewhere = city["OBSERVER"], city["schools reporter"]
    both = Actor(observer.account_id, observer.name, (*observer.grants, *elsewhere.grants))

    for who in (observer, both):
        with pytest.raises(Missing):
            file_for(city_session, who, made.file_id)
        seen = project_reports(city_session, who, city.id("H1"))
        assert set(seen["state"]) == {"ACCEPTED"}
        assert set(seen["receipt"]) == set(seen["submitter"]) == {""}


@pytest.mark.safety("UP3", "AC5")
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("照片.png", b"<svg onload=alert(1)>"),
        ("照片.jpg", b"<html>"),
        ("程序.exe", b"MZ\x90"),
        ("网页.html", b"%PDF-1.4"),
        ("表.pdf", b"PK\x03\x04 zip"),
        ("无名", PNG),
        ("空.pdf", b""),
    ],
)
def test_what_is_no_evidence_is_one_sentence(
    city_session: Session, city: City, name: str, data: bytes
) -> None:
    imported(city_session, city, submit=False)
    report = newest(city_session, city, "H1")

    with pytest.raises(Invalid, match="佐证材料"):
        attach_evidence(
            city_session, city["REPORTER"], report.id or 0, name=name, data=data, caption=""
        )

    assert attachments(city_session, city["SUPERVISOR"], city.id("H1")).empty


@pytest.mark.safety("UP10")
def test_a_senders_name_is_only_text(city_session: Session, city: City) -> None:
    imported(city_session, city, submit=False)
    report = newest(city_session, city, "H1")
    name = "../../\u202egnp.exe\n" + "长" * 300 + ".png"

    made = attach_evidence(
        city_session, city["REPORTER"], report.id or 0, name=name, data=PNG, caption="长" * 500
    )

    kept = city_session.get_one(StoredFile, made.file_id)
    assert "/" not in kept.name
    assert "\u202e" not in kept.name
    assert len(kept.name.encode()) <= 255
    assert len(made.caption) == 200


@pytest.mark.safety("AC1")
@pytest.mark.parametrize("who", ["REVIEWER", "SUPERVISOR", "schools reporter", "OBSERVER"])
def test_only_the_units_reporter_adds_evidence(city_session: Session, city: City, who: str) -> None:
    imported(city_session, city, submit=False)
    report = newest(city_session, city, "H1")

    with pytest.raises(NotAllowed):
        attach_evidence(city_session, city[who], report.id or 0, name="a.png", data=PNG, caption="")


def test_a_report_that_was_sent_on_takes_no_more_evidence(
    city_session: Session, city: City
) -> None:
    imported(city_session, city)
    report = newest(city_session, city, "H1")

    with pytest.raises(Conflict, match="退回后"):
        attach_evidence(
            city_session, city["REPORTER"], report.id or 0, name="a.png", data=PNG, caption=""
        )
