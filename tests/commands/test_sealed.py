"""Sealed sets: nothing of one is known before it is released, and all of it is afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from dashboard.commands.remark import RemarkDraft, write_remark
from dashboard.commands.sealed import add_to_sealed_set, open_sealed_set, release_sealed_set
from dashboard.commands.triage import answer_remark
from dashboard.errors import Conflict, Invalid, NotAllowed
from dashboard.queries.coverage import coverage
from dashboard.queries.desk import desk
from dashboard.queries.observer import sealed_sets
from dashboard.queries.remark import remark, remarks, replies
from models.audit import AuditEntry
from models.observer import SealedSet
from models.remark import ObserverRemark
from tests.city import TODAY, City

NOW = datetime(2026, 9, 3, 1, tzinfo=UTC)


def _written(session: Session, city: City, number: int = 1) -> ObserverRemark:
    draft = RemarkDraft(f"client-{number:04}", city.id("H1"), words=f"夜间扰民{number}")
    return write_remark(session, city["OBSERVER"], draft, now=NOW, today=TODAY)


def _opened(session: Session, city: City) -> SealedSet:
    return open_sealed_set(
        session,
        city["SUPERVISOR"],
        region_id=city.regions["home"].id or 0,
        name="夜查",
        today=TODAY,
    )


@pytest.mark.feature("J7", "X15")
@pytest.mark.safety("AC2")
@pytest.mark.parametrize("who", ["REPORTER", "REVIEWER", "LEADER", "finance reporter"])
def test_a_unit_knows_nothing_of_a_set_until_the_whole_of_it_is_released(
    city_session: Session, city: City, who: str
) -> None:
    office, opened = city["SUPERVISOR"], _opened(city_session, city)
    kept = [_written(city_session, city, number) for number in (1, 2)]
    keys = [row.id or 0 for row in kept]
    add_to_sealed_set(city_session, office, opened.id or 0, keys)
    answer_remark(city_session, office, keys[0], words="查处中", today=TODAY)
    knows = who in ("REPORTER", "REVIEWER", "LEADER")

    def told() -> list[Any]:
        seen = remarks(city_session, city[who])
        on_desk = desk(city_session, city[who], TODAY)["detail"].str.contains("扰民").any()
        answers = sum(len(replies(city_session, city[who], key)) for key in keys)
        one = [len(remark(city_session, city[who], key)) for key in keys]
        return [len(seen), bool(on_desk), answers, one, len(sealed_sets(city_session, city[who]))]

    assert told() == [0, False, 0, [0, 0], 0]
    release_sealed_set(city_session, office, opened.id or 0, reason="查毕", now=NOW, today=TODAY)

    assert told()[0] == (2 if knows else 0)
    assert told()[2:] == [1, [1, 1], 0] if knows else [0, [0, 0], 0]


@pytest.mark.feature("X15")
def test_a_release_is_logged_with_what_it_held_and_happens_once(
    city_session: Session, city: City
) -> None:
    office, opened = city["SUPERVISOR"], _opened(city_session, city)
    add_to_sealed_set(city_session, office, opened.id or 0, [_written(city_session, city).id or 0])
    key = opened.id or 0

    with pytest.raises(Invalid, match="解封说明"):
        release_sealed_set(city_session, office, key, reason=" ", now=NOW, today=TODAY)
    release_sealed_set(city_session, office, key, reason="查毕", now=NOW, today=TODAY)

    [line] = city_session.exec(
        select(AuditEntry).where(col(AuditEntry.event) == "sealed:release")
    ).all()
    assert line.account_id == office.account_id
    assert '"observer_remark": [null, 1]' in line.changes
    with pytest.raises(Conflict, match="已解封"):
        release_sealed_set(city_session, office, key, reason="再", now=NOW, today=TODAY)
    with pytest.raises(Conflict, match="已解封"):
        add_to_sealed_set(city_session, office, key, [_written(city_session, city, 2).id or 0])


@pytest.mark.feature("X15")
@pytest.mark.parametrize("who", ["stranger", "LEADER", "AUDITOR", "REPORTER", "ADMIN"])
def test_only_the_own_office_opens_and_releases(
    city_session: Session, city: City, who: str
) -> None:
    opened = _opened(city_session, city)

    with pytest.raises(NotAllowed):
        release_sealed_set(
            city_session, city[who], opened.id or 0, reason="查毕", now=NOW, today=TODAY
        )
    with pytest.raises(NotAllowed):
        open_sealed_set(
            city_session, city[who], region_id=city.regions["home"].id or 0, name="x", today=TODAY
        )


@pytest.mark.feature("X15")
def test_what_was_decided_on_in_the_open_is_not_hidden_afterwards(
    city_session: Session, city: City
) -> None:
    office, opened = city["SUPERVISOR"], _opened(city_session, city)
    key = _written(city_session, city).id or 0
    answer_remark(city_session, office, key, words="好", today=TODAY)

    with pytest.raises(Conflict, match="已处理"):
        add_to_sealed_set(city_session, office, opened.id or 0, [key])


@pytest.mark.feature("J5", "X15")
def test_a_sealed_look_counts_for_the_office_alone(city_session: Session, city: City) -> None:
    opened = _opened(city_session, city)
    key = _written(city_session, city).id or 0
    add_to_sealed_set(city_session, city["SUPERVISOR"], opened.id or 0, [key])
    programme = city.programmes["home"].id or 0

    counts = {
        who: dict(
            coverage(city_session, city[who], programme, TODAY)[["code", "visits"]].to_numpy()
        ).get("H1")
        for who in ("SUPERVISOR", "AUDITOR", "REPORTER", "LEADER", "OBSERVER")
    }

    assert counts == {
        "SUPERVISOR": 1, "AUDITOR": 1, "REPORTER": None, "LEADER": None, "OBSERVER": None,
    }  # fmt: skip
