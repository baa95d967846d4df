"""Photos kept: who may have which copy, and that the original is looked at in the open."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlmodel import Session, select

from dashboard import files
from dashboard.commands.own_remark import withdraw_remark
from dashboard.commands.photo import attach_photo, look_at_original, publish_redacted
from dashboard.commands.rectification import issue_rectification
from dashboard.commands.rectification_move import move_rectification, reassign_rectification
from dashboard.commands.sealed import add_to_sealed_set, open_sealed_set, release_sealed_set
from dashboard.commands.triage import reopen_remark
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.permissions import Actor
from dashboard.photos import Box
from dashboard.queries.file import readable_files
from dashboard.queries.photo import photo_by_id, photos_of, photos_of_rectification
from dashboard.queries.remark import remark
from models.audit import AuditEntry
from models.calendar import Threshold
from models.file import StoredFile
from models.observer import SealedSet
from models.photo import Photo, PhotoPhase
from models.rectification import RectificationSource
from models.remark import ObserverRemark
from models.site import Site
from tests.city import TODAY, City, photographed, save
from tests.pictures import exif, picture
from tests.rectifying import draft

TABLE = "observer_remark"


def copies(session: Session, actor: Actor, photo: Photo) -> tuple[int, int] | None:
    """The shown and the small copy that the actor is told of."""
    found = photos_of(session, actor, TABLE, [photo.row_id])
    row = found[found["photo_id"] == photo.id]
    return None if row.empty else (row["shown_file_id"].iloc[0], row["thumb_file_id"].iloc[0])


def attached(session: Session, city: City, client_id: str | None = None) -> Photo:
    """A real photo with a place in it, at an observer's remark."""
    remark = photographed(session, city, "H1").row_id
    return attach_photo(
        session, city["OBSERVER"], table_name=TABLE, row_id=remark, project_id=city.id("H1"),
        name="现场.jpg", data=picture(size=(100, 80), exif=exif()), client_id=client_id,
    )  # fmt: skip


@pytest.mark.feature("J4")
@pytest.mark.safety("UP9")
def test_the_shown_copies_are_had_by_who_sees_the_remark_and_the_original_by_no_link(
    city_session: Session, city: City
) -> None:
    photo = attached(city_session, city)

    given = {photo.shown_file_id, photo.thumb_file_id}
    for who in ("OBSERVER", "REPORTER", "LEADER", "SUPERVISOR", "AUDITOR"):
        assert copies(city_session, city[who], photo) == (photo.shown_file_id, photo.thumb_file_id)
        assert readable_files(city_session, city[who]) & {*given, photo.original_file_id} == given
    for who in ("schools reporter", "ADMIN", "stranger", "NOBODY"):
        assert copies(city_session, city[who], photo) is None
        assert not readable_files(city_session, city[who]) & {*given, photo.original_file_id}


@pytest.mark.feature("J4")
@pytest.mark.safety("UP9")
def test_once_blacked_out_everybody_but_the_office_has_the_new_copy_alone(
    city_session: Session, city: City
) -> None:
    photo = attached(city_session, city)
    before = (photo.shown_file_id, photo.thumb_file_id)

    publish_redacted(
        city_session, city["SUPERVISOR"], photo.id or 0, boxes=[Box(1, 1, 50, 50)], version=1
    )

    after = (photo.published_file_id, photo.published_thumb_id)
    assert copies(city_session, city["SUPERVISOR"], photo) == before
    for who in ("OBSERVER", "REPORTER", "LEADER", "AUDITOR"):
        assert copies(city_session, city[who], photo) == after
        assert not readable_files(city_session, city[who]) & set(before)
        assert readable_files(city_session, city[who]) >= set(after)
    with pytest.raises(Conflict):
        publish_redacted(
            city_session, city["SUPERVISOR"], photo.id or 0, boxes=[Box(1, 1, 2, 2)], version=1
        )


@pytest.mark.feature("J7")
@pytest.mark.safety("AC2")
def test_a_sealed_remarks_photo_does_not_exist_for_the_unit_until_the_set_is_released(
    city_session: Session, city: City
) -> None:
    sealed = SealedSet(
        region_id=city.regions["home"].id or 0, name="暗访一", opened_on=TODAY,
        opened_by_id=city["SUPERVISOR"].account_id,
    )  # fmt: skip
    save(city_session, sealed)
    photo = photographed(city_session, city, "H1", who="SUPERVISOR", sealed_set_id=sealed.id)

    def known(who: str) -> bool:
        file_known = photo.shown_file_id in readable_files(city_session, city[who])
        assert file_known is (copies(city_session, city[who], photo) is not None)
        return file_known

    assert not any(known(who) for who in ("REPORTER", "REVIEWER", "LEADER"))
    assert known("SUPERVISOR")
    with pytest.raises(NotAllowed):
        look_at_original(city_session, city["REPORTER"], photo.id or 0)

    sealed.released_on = TODAY
    city_session.flush()

    assert known("REPORTER")


def _handled_by_finance(session: Session, city: City, photo: Photo) -> int:
    """Issue an item from the photo's remark to a unit that has no part in the project."""
    made = draft(
        city, source=RectificationSource.REMARK, agency_id=city.agencies["finance"].id,
        remark_ids=(photo.row_id,),
    )  # fmt: skip
    return issue_rectification(session, city["SUPERVISOR"], made, today=TODAY).id or 0


@pytest.mark.feature("K5")
@pytest.mark.safety("AC2", "UP9")
def test_the_unit_that_must_rectify_has_the_observers_photo_and_nothing_else_of_the_project(
    city_session: Session, city: City
) -> None:
    photo, other = attached(city_session, city), photographed(city_session, city, "H2")
    unit, office = city["finance reporter"], city["SUPERVISOR"]

    def had() -> set[int]:
        of_photo = {key for name, key in photo.model_dump().items() if name.endswith("file_id")}
        copies = {*of_photo, photo.published_thumb_id, other.shown_file_id} - {None}
        return copies & readable_files(city_session, unit)

    assert had() == set()
    key = _handled_by_finance(city_session, city, photo)

    [_first, row] = photos_of_rectification(city_session, unit, key).to_dict("records")
    assert (row["photo_id"], row["shown_file_id"]) == (photo.id, photo.shown_file_id)
    assert had() == {photo.shown_file_id, photo.thumb_file_id}
    assert remark(city_session, unit, photo.row_id).empty
    publish_redacted(city_session, office, photo.id or 0, boxes=[Box(1, 1, 50, 50)], version=1)
    assert had() == {photo.published_file_id, photo.published_thumb_id}
    for refused in (look_at_original, photo_by_id):
        with pytest.raises((NotAllowed, Missing)):
            refused(city_session, unit, (photo if refused is look_at_original else other).id or 0)
    reassign_rectification(
        city_session, office, key, agency_id=city.agencies["housing"].id or 0, today=TODAY,
        responsible="李工", words="职责调整",
    )  # fmt: skip
    assert had() == set()


@pytest.mark.feature("J7", "K5", "X15")
@pytest.mark.safety("AC2")
def test_a_sealed_photo_is_not_there_for_the_unit_that_will_have_to_rectify(
    city_session: Session, city: City
) -> None:
    office, unit = city["SUPERVISOR"], city["finance reporter"]
    home = city.regions["home"].id or 0
    sealed = open_sealed_set(city_session, office, region_id=home, name="暗访一", today=TODAY)
    photo = photographed(city_session, city, "H1", sealed_set_id=sealed.id)
    key = _handled_by_finance(city_session, city, photo)

    def known() -> list[bool]:
        return [
            photo.shown_file_id in readable_files(city_session, unit),
            not photos_of_rectification(city_session, unit, key).empty,
        ]

    assert known() == [False, False]
    now = datetime(2026, 9, 3, tzinfo=UTC)
    release_sealed_set(city_session, office, sealed.id or 0, reason="查毕", now=now, today=TODAY)
    assert known() == [True, True]


@pytest.mark.feature("J7", "X15")
@pytest.mark.safety("AC2")
@pytest.mark.parametrize("hidden", ["sealed", "withdrawn"])
def test_a_remark_hidden_after_its_item_ended_takes_its_photo_along(
    city_session: Session, city: City, hidden: str
) -> None:
    photo, office = photographed(city_session, city, "H1"), city["SUPERVISOR"]
    key = _handled_by_finance(city_session, city, photo)
    move_rectification(city_session, office, key, "cancel", words="重复下发", today=TODAY)
    told = city_session.get_one(ObserverRemark, photo.row_id)
    reopen_remark(city_session, office, photo.row_id, reason="再查", today=TODAY)
    assert told.rectification_id == key

    if hidden == "withdrawn":
        withdraw_remark(city_session, city["OBSERVER"], photo.row_id, today=TODAY)
    else:
        home = city.regions["home"].id or 0
        kept = open_sealed_set(city_session, office, region_id=home, name="暗访", today=TODAY)
        add_to_sealed_set(city_session, office, kept.id or 0, [photo.row_id])

    assert photo.shown_file_id not in readable_files(city_session, city["finance reporter"])
    assert photo.shown_file_id in readable_files(city_session, office)


@pytest.mark.feature("J4")
@pytest.mark.safety("UP9")
def test_each_look_at_an_original_is_a_line_and_a_foreign_one_is_not_there(
    city_session: Session, city: City
) -> None:
    photo = attached(city_session, city)

    for _look in range(2):
        found = look_at_original(city_session, city["AUDITOR"], photo.id or 0)

    lines = city_session.exec(select(AuditEntry).where(AuditEntry.event == "photo:original")).all()
    assert b"Marker" in files.read(found.sha256)
    assert [(line.account_id, line.row_key) for line in lines] == [
        (city["AUDITOR"].account_id, str(photo.id))
    ] * 2
    with pytest.raises(NotAllowed):
        look_at_original(city_session, city["OBSERVER"], photo.id or 0)
    with pytest.raises(Missing):
        look_at_original(city_session, city["stranger"], photo.id or 0)


@pytest.mark.feature("J2")
def test_the_same_photo_sent_twice_is_kept_once(city_session: Session, city: City) -> None:
    photo = attached(city_session, city, client_id="photo-0001")

    again = attach_photo(
        city_session, city["OBSERVER"], table_name=TABLE, row_id=photo.row_id, name="a.jpg",
        data=b"not looked at", client_id="photo-0001",
    )  # fmt: skip

    assert again.id == photo.id
    with pytest.raises(Invalid, match="别处"):
        attach_photo(
            city_session, city["OBSERVER"], table_name=TABLE, row_id=photo.row_id + 1,
            data=picture(), client_id="photo-0001",
        )  # fmt: skip


@pytest.mark.feature("K5")
def test_an_after_photo_is_paired_with_a_before_photo_of_the_same_thing(
    city_session: Session, city: City
) -> None:
    scene, other = photographed(city_session, city, "H1"), photographed(city_session, city, "S1")
    after = PhotoPhase.AFTER

    def pair(before_id: int | None) -> Photo:
        return attach_photo(
            city_session, city["REPORTER"], table_name=TABLE, row_id=scene.row_id,
            data=picture(), name="a", phase=after, before_id=before_id,
        )  # fmt: skip

    kept = pair(scene.id)

    assert kept.before_id == scene.id
    for wrong in (other.id, kept.id, 999_999):
        with pytest.raises(Invalid, match="配对"):
            pair(wrong)


@pytest.mark.feature("J4")
def test_a_photos_files_belong_to_no_project_and_no_unit(city_session: Session, city: City) -> None:
    photo = attached(city_session, city)

    for key in (photo.original_file_id, photo.shown_file_id, photo.thumb_file_id):
        kept = city_session.get_one(StoredFile, key)
        assert (kept.project_id, kept.agency_id) == (None, None)
    assert city_session.get_one(StoredFile, photo.shown_file_id).name == "photo.jpg"


@pytest.mark.feature("J3")
def test_a_photo_taken_far_from_the_site_leaves_a_doubt_and_its_distance(
    city_session: Session, city: City
) -> None:
    save(city_session, Threshold(code="FAR_M", since=TODAY, value=Decimal(300), name="距点位"))
    here = (Decimal("39.5"), Decimal("116.26"))
    site = Site(project_id=city.id("H1"), code="DW-9", name="三号楼")
    site.latitude, site.longitude = here
    save(city_session, site)

    photo = attached(city_session, city)

    assert photo.distance_m == pytest.approx(858, abs=3)
    assert city_session.get_one(ObserverRemark, photo.row_id).doubt == "FAR"
