"""Rows of one parent saved together: each by the rules of its own table, all of them or none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlmodel import Session, col, select

from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.row import save_row
from dashboard.commands.row_children import ChildEntry, UnfitRows, save_children
from dashboard.errors import Invalid, NotAllowed
from models.audit import AuditEntry
from models.project import FundSource
from tests.city import TODAY, City, save

FUND = ADMIN_PAGES["fund_source"]
Row = tuple[str, Decimal | None]


def funds(session: Session, project_id: int) -> list[FundSource]:
    statement = select(FundSource).where(FundSource.project_id == project_id)
    return list(session.exec(statement.order_by(col(FundSource.id))))


def planted(session: Session, city: City) -> list[FundSource]:
    """The money of H1, from three sources."""
    for name in ("省级", "社会"):
        save(session, FundSource(project_id=city.id("H1"), name=name, budgeted_wan=Decimal(50)))
    return funds(session, city.id("H1"))


def saved(session: Session, city: City, *entries: ChildEntry, who: str = "SUPERVISOR") -> int:
    return save_children(
        session, city[who], FUND, "project_id", city.id("H1"), entries, today=TODAY
    )


def shown(session: Session, city: City) -> list[Row]:
    return [(row.name, row.budgeted_wan) for row in funds(session, city.id("H1"))]


@pytest.mark.feature("O4")
def test_rows_are_added_changed_and_deleted_at_once_with_a_line_each(
    city_session: Session, city: City
) -> None:
    first, second, third = planted(city_session, city)

    count = saved(
        city_session, city,
        ChildEntry(4, values={"name": "省级", "budgeted_wan": "12.5"}),
        ChildEntry(1, first.id, first.version, {"budgeted_wan": "200"}),
        ChildEntry(2, second.id, second.version, gone=True),
    )  # fmt: skip

    told = city_session.exec(
        select(AuditEntry).where(
            AuditEntry.table_name == "fund_source", col(AuditEntry.batch).startswith("PL")
        )
    ).all()
    assert count == 3
    assert shown(city_session, city) == [
        (first.name, Decimal(200)), (third.name, Decimal(50)), ("省级", Decimal("12.5")),
    ]  # fmt: skip
    assert sorted(line.event for line in told) == ["row:add", "row:delete", "row:edit"]
    assert len({line.batch for line in told}) == 1


@pytest.mark.feature("O4")
@pytest.mark.safety("AC5")
def test_every_wrong_row_is_named_by_number_and_field_and_nothing_is_saved(
    city_session: Session, city: City
) -> None:
    first, second, third = planted(city_session, city)
    before = shown(city_session, city)

    with pytest.raises(UnfitRows) as told, city_session.begin_nested():
        saved(
            city_session, city,
            ChildEntry(1, first.id, first.version, {"budgeted_wan": "300"}),
            ChildEntry(2, second.id, second.version, {"name": "", "budgeted_wan": "很多"}),
            ChildEntry(3, third.id, third.version, gone=True),
            ChildEntry(4, values={"name": "长" * 81}),
        )  # fmt: skip

    assert told.value.sentences == {
        2: {
            "name": "请填写资金来源。",
            "budgeted_wan": "预算（万元）应为数字，不带单位和文字。",
        },
        4: {"name": "资金来源最多 80 字，现有 81 字。"},
    }
    assert shown(city_session, city) == before


@pytest.mark.feature("O4")
def test_the_second_of_two_people_is_told_which_row_and_loses_nothing(
    city_session: Session, city: City
) -> None:
    first, second, _third = planted(city_session, city)
    seen = first.version
    save_row(
        city_session, city["second supervisor"], FUND, first.id, {"budgeted_wan": "70"},
        today=TODAY,
    )  # fmt: skip

    with pytest.raises(UnfitRows) as told, city_session.begin_nested():
        saved(
            city_session, city,
            ChildEntry(1, first.id, seen, {"budgeted_wan": "80"}),
            ChildEntry(2, second.id, second.version, {"budgeted_wan": "90"}),
        )  # fmt: skip

    assert list(told.value.sentences) == [1]
    assert "second-supervisor" in told.value.sentences[1][""]
    assert [row.budgeted_wan for row in funds(city_session, city.id("H1"))][:2] == [70, 50]


@pytest.mark.safety("AC1", "AC2")
def test_rights_are_those_of_the_rows_own_table(city_session: Session, city: City) -> None:
    (foreign,) = funds(city_session, city.id("S1"))
    entry = ChildEntry(1, foreign.id, foreign.version, {"name": "x"})

    for who in ("REPORTER", "LEADER", "AUDITOR", "NOBODY"):
        with pytest.raises(NotAllowed):
            saved(city_session, city, ChildEntry(1, values={"name": "x"}), who=who)
    with pytest.raises(UnfitRows, match="第 1 行：找不到该记录，或您无权查看"):
        saved(city_session, city, entry)
    with pytest.raises(UnfitRows):
        save_children(
            city_session, city["SUPERVISOR"], FUND, "project_id", city.id("F1"),
            [ChildEntry(1, values={"name": "x"})], today=TODAY,
        )  # fmt: skip
    with pytest.raises(Invalid, match="没有修改。"):
        saved(city_session, city)
