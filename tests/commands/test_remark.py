"""Remarks: once however often sent, of the day and place they are of, hidden where sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from dashboard.commands.remark import RemarkDraft, write_feedback, write_remark
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.queries.account import token_hash
from dashboard.queries.remark import feedback_of_code, my_remarks, remark, remarks
from dashboard.rules.remark import plain_code
from models.observer import Observer, SealedSet, Visit
from models.remark import ObserverRemark, RemarkChannel
from models.site import Site
from tests.city import TODAY, City, events, save

NOW = datetime(2026, 9, 3, 1, tzinfo=UTC)
SECRET = "5f0a7c52-64a0-4a55-9f3e-0c0a4a0f4b11"


def _draft(city: City, **values: Any) -> RemarkDraft:
    return replace(RemarkDraft("client-0001", city.id("H1"), words="围挡缺失"), **values)


def _written(session: Session, city: City, who: str = "OBSERVER", **values: Any) -> ObserverRemark:
    return write_remark(session, city[who], _draft(city, **values), now=NOW, today=TODAY)


def _site(session: Session, city: City, code: str = "H1", east: str = "112.55") -> Site:
    site = Site(
        project_id=city.id(code), code=f"DW-{code}", name="东段", latitude=Decimal("37.87"),
        longitude=Decimal(east),
    )  # fmt: skip
    return save(session, site)


@pytest.mark.feature("J2")
def test_what_is_sent_twice_is_kept_once_and_unchanged(city_session: Session, city: City) -> None:
    first = _written(city_session, city)
    again = _written(city_session, city, words="另一段话")

    assert (again.id, again.words) == (first.id, "围挡缺失")
    assert events(city_session).count("remark:write") == 1


@pytest.mark.safety("AC5")
def test_a_client_id_of_another_account_is_refused(city_session: Session, city: City) -> None:
    _written(city_session, city)

    with pytest.raises(NotAllowed):
        _written(city_session, city, who="other observer")


@pytest.mark.safety("AC5")
@pytest.mark.parametrize("code", ["H2", "S1", "F1"])
def test_nobody_writes_on_a_project_outside_the_scope(
    city_session: Session, city: City, code: str
) -> None:
    with pytest.raises(NotAllowed):
        _written(city_session, city, project_id=city.id(code))


@pytest.mark.feature("J2")
@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"words": "  "}, "请填写意见内容"),
        ({"words": "长" * 2001}, "最多 2000 字"),
        ({"project_id": None}, "请选择项目"),
        ({"seen_pct": Decimal(101)}, "目测进度"),
        ({"latitude": Decimal(37)}, "同时填写"),
        ({"latitude": Decimal(91), "longitude": Decimal(1)}, "纬度应在"),
        ({"client_id": "短"}, "重新打开"),
        ({"accuracy_m": -1}, "定位精度"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    city_session: Session, city: City, values: dict[str, Any], told: str
) -> None:
    with pytest.raises(Invalid, match=told):
        _written(city_session, city, **values)

    assert events(city_session).count("remark:write") == 0


def test_a_project_that_is_not_there_is_missing(city_session: Session, city: City) -> None:
    with pytest.raises(Missing):
        _written(city_session, city, project_id=999_999)


@pytest.mark.feature("J2")
@pytest.mark.parametrize(
    ("written_at", "day"),
    [
        (None, TODAY),
        (NOW - timedelta(days=3), TODAY - timedelta(days=3)),
        (NOW - timedelta(days=60), TODAY - timedelta(days=60)),
        (NOW - timedelta(days=61), TODAY),
        (NOW + timedelta(hours=1), TODAY),
    ],
)
def test_a_remark_sent_later_is_of_the_day_it_was_written(
    city_session: Session, city: City, written_at: datetime | None, day: date
) -> None:
    assert _written(city_session, city, written_at=written_at).observed_on == day


@pytest.mark.feature("J3")
@pytest.mark.parametrize(
    ("accuracy", "east", "doubt"),
    [(100, "112.55", ""), (101, "112.55", "ACCURACY"), (20, "112.56", "FAR")],
)
def test_accuracy_and_distance_are_kept_and_doubted(
    city_session: Session, city: City, accuracy: int, east: str, doubt: str
) -> None:
    _site(city_session, city)

    kept = _written(
        city_session, city, latitude=Decimal("37.87"), longitude=Decimal(east), accuracy_m=accuracy
    )

    assert kept.distance_m == (0 if east == "112.55" else 878)
    assert kept.doubt == doubt


@pytest.mark.feature("J3")
@pytest.mark.parametrize(("minutes", "doubt"), [(10, "SPEED"), (60, "")])
def test_nobody_is_in_two_places_at_once(
    city_session: Session, city: City, minutes: int, doubt: str
) -> None:
    place: dict[str, Any] = {
        "latitude": Decimal("37.87"),
        "longitude": Decimal("112.55"),
        "accuracy_m": 10,
    }
    _written(city_session, city, written_at=NOW - timedelta(minutes=minutes), **place)

    # 88 km further east
    there = place | {"longitude": Decimal("113.55"), "written_at": NOW}

    assert _written(city_session, city, client_id="client-0002", **there).doubt == doubt


@pytest.mark.feature("J2")
def test_a_site_brings_its_project(city_session: Session, city: City) -> None:
    site = _site(city_session, city)

    kept = _written(city_session, city, project_id=None, site_id=site.id)

    assert kept.project_id == city.id("H1")
    with pytest.raises(Invalid, match="点位"):
        _written(
            city_session, city, client_id="client-0002", project_id=city.id("H2"), site_id=site.id
        )


@pytest.mark.feature("J7", "X15")
def test_a_remark_upon_a_sealed_visit_is_sealed_from_its_first_moment(
    city_session: Session, city: City
) -> None:
    kept = save(
        city_session,
        SealedSet(
            region_id=city.regions["home"].id or 0, name="夜查", opened_on=TODAY,
            opened_by_id=city["SUPERVISOR"].account_id,
        ),
    )  # fmt: skip
    visit = Visit(
        project_id=city.id("H1"), account_id=city["OBSERVER"].account_id, due_on=TODAY,
        sealed_set_id=kept.id,
    )  # fmt: skip
    save(city_session, visit)

    written = _written(city_session, city)

    assert (written.sealed_set_id, visit.visited_on) == (kept.id, TODAY)
    assert remarks(city_session, city["REPORTER"]).empty
    assert len(my_remarks(city_session, city["OBSERVER"])) == 1


@pytest.mark.feature("J1")
@pytest.mark.safety("PI2")
@pytest.mark.parametrize(
    ("who", "disclosed", "author"),
    [
        ("SUPERVISOR", False, "OBSERVER某"),
        ("OBSERVER", False, "OBSERVER某"),
        ("REPORTER", False, "观察员甲"),
        ("LEADER", False, "观察员甲"),
        ("REPORTER", True, "OBSERVER某"),
    ],
)
def test_the_author_is_named_to_the_office_and_where_agreed(
    city_session: Session, city: City, who: str, disclosed: bool, author: str
) -> None:
    term = Observer(
        account_id=city["OBSERVER"].account_id, region_id=city.regions["home"].id or 0,
        letter_number="聘1", appointed_by_id=city["SUPERVISOR"].account_id, disclosed=disclosed,
        first_on=date(2026, 1, 1), last_on=date(2026, 12, 31),
    )  # fmt: skip
    save(city_session, term)
    key = _written(city_session, city, phone="13912345678").id or 0

    [row] = remark(city_session, city[who], key).to_dict("records")

    assert row["author"] == author
    assert row["phone"] == ("139****5678" if who == "SUPERVISOR" else None)
    assert "13912345678" not in str(row)


@pytest.mark.feature("L1")
def test_a_citizen_follows_by_a_code_of_which_only_the_hash_is_kept(
    city_session: Session, city: City
) -> None:
    draft = _draft(city, client_id=SECRET, phone="13912345678")
    region_id = city.regions["home"].id or 0

    kept, code = write_feedback(city_session, draft, region_id=region_id, now=NOW, today=TODAY)
    again = write_feedback(city_session, draft, region_id=region_id, now=NOW, today=TODAY)

    assert again == (kept, code)
    assert kept.channel is RemarkChannel.CITIZEN
    assert kept.follow_hash == token_hash(plain_code(code))
    assert code not in str(kept.model_dump())
    assert SECRET not in str(kept.model_dump())
    [found] = feedback_of_code(city_session, code.lower().replace("-", " ")).to_dict("records")
    assert (found["number"], found["words"]) == (kept.number, "围挡缺失")
    assert "13912345678" not in str(found)
    assert feedback_of_code(city_session, "AAAA-BBBB-CCCC").empty


@pytest.mark.feature("L1")
@pytest.mark.safety("AC9")
def test_what_a_code_shows_is_a_list_of_fields(city_session: Session, city: City) -> None:
    found = feedback_of_code(city_session, "AAAA-BBBB-CCCC")

    assert list(found.columns) == [
        "number", "received_at", "kind", "words", "place", "project", "state", "due_on",
        "decided_on", "reason", "rectify_by", "answer", "answered_on", "rating", "photos",
    ]  # fmt: skip


@pytest.mark.feature("L1")
def test_a_citizen_names_a_project_of_the_place_or_a_place(
    city_session: Session, city: City
) -> None:
    draft = _draft(city, client_id=SECRET)
    home, away = (city.regions[name].id or 0 for name in ("home", "away"))
    options: dict[str, Any] = {"now": NOW, "today": TODAY}

    with pytest.raises(Invalid, match="不在所选地区"):
        write_feedback(city_session, draft, region_id=away, **options)
    with pytest.raises(Invalid, match="项目或地点"):
        write_feedback(city_session, replace(draft, project_id=None), region_id=home, **options)
    write_feedback(
        city_session, replace(draft, project_id=None, place="解放路"), region_id=home, **options
    )
    with pytest.raises(Conflict, match="已经提交过"):
        write_feedback(city_session, replace(draft, words="别的"), region_id=home, **options)

    [kept] = city_session.exec(select(ObserverRemark)).all()
    assert (kept.project_id, kept.place) == (None, "解放路")
