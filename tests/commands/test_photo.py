"""Photos kept: who may have which copy, and that the original is looked at in the open."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlmodel import Session, select

from dashboard import files
from dashboard.commands.photo import attach_photo, look_at_original, publish_redacted
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.permissions import Actor
from dashboard.photos import Box
from dashboard.queries.file import readable_files
from dashboard.queries.photo import photos_of
from models.audit import AuditEntry
from models.calendar import Threshold
from models.file import StoredFile
from models.observer import SealedSet
from models.photo import Photo, PhotoPhase
from models.remark import ObserverRemark
from models.site import Site
from tests.city import TODAY, City, photographed, save
from tests.pictures import exif, picture

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
