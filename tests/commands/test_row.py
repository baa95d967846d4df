"""Rows saved, deleted, changed together and restored, by declaration alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from dashboard import audit
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.row import (
    MOST_AT_ONCE,
    bulk_change,
    bulk_delete,
    delete_row,
    restore_version,
    save_row,
)
from dashboard.db import records
from dashboard.errors import Conflict, Invalid, Missing, NotAllowed
from dashboard.permissions import Actor, Grant
from dashboard.queries.row_past import row_history
from dashboard.rules.entry import Unfit
from models.account import Role
from models.agency import Agency
from models.audit import AuditEntry
from models.calendar import CalendarDay
from models.project import FundSource, LivelihoodProject
from tests.city import TODAY, City, events

AGENCY, FUND, PROJECT = (ADMIN_PAGES[n] for n in ("agency", "fund_source", "livelihood_project"))


def lines(session: Session, table: str, key: object) -> list[AuditEntry]:
    statement = select(AuditEntry).where(
        AuditEntry.table_name == table, AuditEntry.row_key == str(key)
    )
    return sorted(session.exec(statement), key=lambda line: line.id or 0)


@pytest.mark.feature("O1")
def test_a_new_row_is_saved_placed_and_logged(city_session: Session, city: City) -> None:
    values = {
        "code": "WATER", "name": "市水利局", "aliases": "", "active": True,
        "region_id": city.regions["home"].id, "parent_id": city.agencies["housing"].id,
    }  # fmt: skip

    row = save_row(city_session, city["ADMIN"], AGENCY, None, values, today=TODAY)

    assert row.path == f"{city.agencies['housing'].path}{row.id}/"
    (line,) = lines(city_session, "agency", row.id)
    assert (line.event, line.account_name) == ("row:add", "admin")
    assert '"WATER"' in line.changes


@pytest.mark.feature("O1", "O6")
def test_a_changed_field_is_saved_and_its_history_says_who_from_what_to_what(
    city_session: Session, city: City
) -> None:
    key = city.agencies["housing"].id or 0

    save_row(city_session, city["ADMIN"], AGENCY, key, {"name": "市住建委"}, version=2, today=TODAY)

    (told,) = records(row_history(city_session, city["ADMIN"], AGENCY, key))
    assert (told["who"], told["title"], told["old"], told["new"]) == (
        "admin", "单位名称", "市住建局", "市住建委",
    )  # fmt: skip
    assert city_session.get_one(Agency, key).version == 3


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    ("table", "name", "value", "said"),
    [
        ("agency", "name", "", "请填写单位名称。"),
        ("agency", "name", "长" * 81, "单位名称最多 80 字，现有 81 字。"),
        ("agency", "active", "也许", "在用应为“是”或“否”。"),
        ("fund_source", "budgeted_wan", "约三百", "预算（万元）应为数字，不带单位和文字。"),
        ("fund_source", "budgeted_wan", float("nan"), "预算（万元）应为数字，不带单位和文字。"),
        ("fund_source", "budgeted_wan", 10**15, "预算（万元）应为数字，不带单位和文字。"),
        ("fund_source", "budgeted_wan", "1.23456", "预算（万元）最多 4 位小数。"),
        ("calendar_day", "day", "2026-02-30", "日期应为日期，如 2026-10-31。"),
        ("calendar_year", "year", 1999, "年度应在 2000 至 2100 之间。"),
        ("calendar_year", "year", 2026.5, "年度应为整数。"),
        ("day_limit", "days", 0, "天数应在 1 至 3660 之间。"),
        ("day_limit", "day_kind", "DROP", "计日方式应为其中之一：自然日、工作日。"),
        ("agency", "region_id", 999_999, "请从名单中选择所属地区。"),
        ("agency", "region_id", "1; DROP", "请从名单中选择所属地区。"),
        ("agency", "parent_id", True, "请从名单中选择上级单位。"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_stand_is_one_sentence_beside_its_field(
    city_session: Session, city: City, table: str, name: str, value: Any, said: str
) -> None:
    who = city["SUPERVISOR" if table == "fund_source" else "ADMIN"]

    with pytest.raises(Unfit) as told:
        save_row(city_session, who, ADMIN_PAGES[table], None, {name: value}, today=TODAY)

    assert told.value.sentences[name] == said


def test_every_missing_field_of_a_new_row_is_named_at_once(
    city_session: Session, city: City
) -> None:
    with pytest.raises(Unfit) as told:
        save_row(city_session, city["ADMIN"], AGENCY, None, {}, today=TODAY)

    assert told.value.sentences.keys() == {"code", "name", "region_id"}


def test_what_must_be_unique_is_told_beside_its_field(city_session: Session, city: City) -> None:
    key = city.agencies["schools"].id or 0

    with pytest.raises(Unfit) as told:
        save_row(city_session, city["ADMIN"], AGENCY, key, {"name": "市住建局"}, today=TODAY)

    assert told.value.sentences == {"name": "已有所属地区、单位名称相同的记录。"}


def test_what_contradicts_itself_is_refused(city_session: Session, city: City) -> None:
    values = {"project_id": city.id("H1"), "code": "D1", "name": "换热站", "latitude": "39.9"}

    with pytest.raises(Invalid, match="不能同时成立"):
        save_row(city_session, city["SUPERVISOR"], ADMIN_PAGES["site"], None, values, today=TODAY)


@pytest.mark.safety("AC5")
@pytest.mark.parametrize("name", ["code", "region_id", "path", "version", "id", "nonsense"])
def test_a_field_that_is_not_offered_is_refused(
    city_session: Session, city: City, name: str
) -> None:
    with pytest.raises(NotAllowed, match="不能在此修改"):
        save_row(
            city_session, city["ADMIN"], AGENCY, city.agencies["schools"].id, {name: "1"},
            today=TODAY,
        )  # fmt: skip


@pytest.mark.feature("O8")
def test_a_field_locked_for_a_role_is_refused(city_session: Session, city: City) -> None:
    page = replace(PROJECT, locked=(("phone", (Role.SUPERVISOR,)),))

    with pytest.raises(NotAllowed, match="联系电话不能在此修改"):
        save_row(city_session, city["SUPERVISOR"], page, city.id("H1"), {"phone": "1"}, today=TODAY)


@pytest.mark.feature("O1")
@pytest.mark.parametrize(
    "table", [table for table, page in ADMIN_PAGES.items() if page.action is None]
)
def test_a_table_with_commands_of_its_own_is_not_written_here(
    city_session: Session, city: City, table: str
) -> None:
    page = ADMIN_PAGES[table]
    for who in ("ADMIN", "SUPERVISOR", "SECURITY", "AUDITOR"):
        with pytest.raises(NotAllowed, match=page.because[:8]):
            save_row(city_session, city[who], page, 1, {page.listed[-1]: "x"}, today=TODAY)
        with pytest.raises(NotAllowed):
            delete_row(city_session, city[who], page, 1, today=TODAY)


@pytest.mark.safety("AC2")
def test_a_row_outside_the_scope_is_not_there(city_session: Session, city: City) -> None:
    with pytest.raises(Missing):
        save_row(
            city_session, city["SUPERVISOR"], PROJECT, city.id("F1"), {"note": "x"}, today=TODAY
        )


@pytest.mark.safety("AC2")
def test_a_row_cannot_be_put_into_a_foreign_project(city_session: Session, city: City) -> None:
    values = {"project_id": city.id("F1"), "name": "专项债"}

    with pytest.raises(Unfit, match="请从名单中选择项目"):
        save_row(city_session, city["SUPERVISOR"], FUND, None, values, today=TODAY)


@pytest.mark.safety("AC2")
def test_an_administrator_of_a_place_adds_nothing_elsewhere(
    city_session: Session, city: City
) -> None:
    local = Actor(1, "local", (Grant(Role.ADMIN, region_path=city.regions["home"].path),))
    values = {"code": "X", "name": "某局", "region_id": city.regions["away"].id}

    with pytest.raises(Unfit, match="请从名单中选择所属地区"):
        save_row(city_session, local, AGENCY, None, values, today=TODAY)


@pytest.mark.feature("O1")
def test_the_second_of_two_people_is_told_who_changed_what(
    city_session: Session, city: City
) -> None:
    key = city.agencies["housing"].id or 0
    save_row(city_session, city["ADMIN"], AGENCY, key, {"name": "市住建委"}, version=2, today=TODAY)

    with pytest.raises(Conflict, match="单位名称 市住建局 → 市住建委"):
        save_row(city_session, city["ADMIN"], AGENCY, key, {"name": "住"}, version=2, today=TODAY)


def test_money_is_kept_exact_and_the_facts_follow(city_session: Session, city: City) -> None:
    fund = city_session.exec(select(FundSource).where(FundSource.project_id == city.id("H1"))).one()

    save_row(
        city_session, city["SUPERVISOR"], FUND, fund.id, {"budgeted_wan": "1,200.0001"},
        today=TODAY,
    )  # fmt: skip

    city_session.refresh(fund)
    assert fund.budgeted_wan == Decimal("1200.0001")


@pytest.mark.feature("O1")
def test_what_others_refer_to_is_not_deleted_and_says_by_what(
    city_session: Session, city: City
) -> None:
    with pytest.raises(Invalid, match=r"不能删除：.*民生实事项目 4 条"):
        delete_row(
            city_session, city["ADMIN"], AGENCY, city.agencies["housing"].id or 0, today=TODAY
        )


@pytest.mark.feature("O1")
def test_a_deleted_row_leaves_what_stood_in_it(city_session: Session, city: City) -> None:
    row = save_row(
        city_session, city["ADMIN"], ADMIN_PAGES["calendar_day"], None,
        {"day": date(2031, 10, 1), "working": False, "name": "国庆"}, today=TODAY,
    )  # fmt: skip

    delete_row(
        city_session, city["ADMIN"], ADMIN_PAGES["calendar_day"], row.id, version=1, today=TODAY
    )

    assert city_session.get(CalendarDay, row.id) is None
    assert '"国庆", null' in lines(city_session, "calendar_day", row.id)[-1].changes


@pytest.mark.feature("O5")
def test_many_rows_are_changed_at_once_each_with_its_own_line(
    city_session: Session, city: City
) -> None:
    keys = {row.id or 0: 2 for name, row in city.agencies.items() if name != "foreign"}

    changed = bulk_change(city_session, city["ADMIN"], AGENCY, keys, {"active": False}, today=TODAY)

    assert changed == 3
    told = [lines(city_session, "agency", key)[-1] for key in keys]
    assert {line.event for line in told} == {"row:edit"}
    assert len({line.batch for line in told}) == 1
    assert told[0].batch


def test_of_many_rows_all_or_none_are_changed(city_session: Session, city: City) -> None:
    keys = {city.agencies["housing"].id or 0: 2, city.agencies["schools"].id or 0: 7}
    point = city_session.begin_nested()

    with pytest.raises(Conflict):
        bulk_change(city_session, city["ADMIN"], AGENCY, keys, {"active": False}, today=TODAY)

    point.rollback()
    assert "row:edit" not in events(city_session)


@pytest.mark.parametrize("count", [0, MOST_AT_ONCE + 1])
def test_none_or_too_many_rows_at_once_are_refused(
    city_session: Session, city: City, count: int
) -> None:
    keys = dict.fromkeys(range(1, count + 1), 1)

    with pytest.raises(Invalid):
        bulk_delete(city_session, city["ADMIN"], AGENCY, keys, today=TODAY)


@pytest.mark.feature("O6")
def test_a_version_is_restored_as_a_new_write(city_session: Session, city: City) -> None:
    key, admin = city.agencies["housing"].id or 0, city["ADMIN"]
    save_row(city_session, admin, AGENCY, key, {"aliases": "住建"}, today=TODAY)
    entry = audit.version(city_session)
    save_row(city_session, admin, AGENCY, key, {"name": "市往建局"}, today=TODAY)
    save_row(city_session, admin, AGENCY, key, {"name": "市佳建局", "active": False}, today=TODAY)

    restore_version(city_session, admin, AGENCY, key, entry, version=5, today=TODAY)

    row = city_session.get_one(Agency, key)
    assert (row.name, row.aliases, row.active, row.version) == ("市住建局", "住建", True, 6)
    assert lines(city_session, "agency", key)[-1].event == "row:restore"
    with pytest.raises(Invalid, match="没有可恢复的修改"):
        restore_version(
            city_session, admin, AGENCY, key, audit.version(city_session), version=6, today=TODAY
        )
    with pytest.raises(Missing):
        restore_version(city_session, admin, AGENCY, key, 999, version=6, today=TODAY)


def test_what_a_project_promises_is_not_changed_here(city_session: Session, city: City) -> None:
    for name in ("target", "due_on", "lead_agency_id", "target_quantity"):
        with pytest.raises(NotAllowed):
            save_row(
                city_session, city["SUPERVISOR"], PROJECT, city.id("H1"), {name: None}, today=TODAY
            )
    assert city_session.get_one(LivelihoodProject, city.id("H1")).due_on == date(2026, 12, 31)
