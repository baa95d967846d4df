"""Every table × role × path: who may read finds their rows on every way, who may not on none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from sqlmodel import Session

from dashboard.admin.chart import Chart
from dashboard.admin.spec import AdminPage, View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.commands.row import delete_row, save_row
from dashboard.commands.row_export import export_rows, template_rows
from dashboard.commands.table_import import store_table
from dashboard.db import records
from dashboard.errors import DashboardError, NotAllowed
from dashboard.permissions import Action, Actor
from dashboard.queries.drawing import Drawing, drawing, groups
from dashboard.queries.row import one_row, row_count, rows
from dashboard.queries.row_count import day_counts, filter_counts
from dashboard.queries.row_past import dependents, row_history
from dashboard.queries.row_right import row_rights
from models.account import Role
from models.chart import ChartKind
from models.custom import CustomKind
from models.report import ProgressReport, ReportState
from tests.city import FOREIGN, HOUSING, SCHOOLS, TODAY, City, furnish
from tests.commands.test_own_field import added

ROLES = [role.value for role in Role] + ["NOBODY", "stranger"]
MARKS = {
    "SUPERVISOR": {HOUSING, SCHOOLS},
    "LEADER": {HOUSING, SCHOOLS},
    "AUDITOR": {HOUSING, SCHOOLS},
    "REPORTER": {HOUSING},
    "REVIEWER": {HOUSING},
    "OBSERVER": {HOUSING},
    "stranger": {FOREIGN},
}
"""Whose words each of them may read."""
Path = Callable[[Session, Actor, AdminPage], Any]
READING: dict[str, Path] = {
    "list": lambda s, a, p: rows(s, a, p, View(columns=p.shown)),
    "count": lambda s, a, p: row_count(s, a, p),
    "filters": lambda s, a, p: filter_counts(s, a, p),
    "days": lambda s, a, p: day_counts(s, a, p),
    "chart": lambda s, a, p: words_of(matrix(s, a, p)),
    "form": lambda s, a, p: one_row(s, a, p, 1),
    "history": lambda s, a, p: row_history(s, a, p, 1),
    "dependents": lambda s, a, p: dependents(s, a, p, 1),
}


def matrix(session: Session, actor: Actor, page: AdminPage) -> Drawing:
    """A chart of the first two columns by which the actor may group a table."""
    names = list(groups(session, actor, page)) if actor.may(page.read) else ["id"]
    chart = Chart(ChartKind.MATRIX, names[0], "".join(names[1:2]))
    return drawing(session, actor, page, chart)


def words_of(found: Drawing) -> pd.DataFrame:
    """What a chart says, as a frame."""
    assert not found.refusal
    return pd.DataFrame({"label": (*found.by.labels, *found.across.labels)})


def opened(path: Path, session: Session, actor: Actor, page: AdminPage) -> Any:
    """What a path gives; None where the actor is not let in."""
    try:
        return path(session, actor, page)
    except NotAllowed:
        return None


@pytest.mark.feature("O7")
@pytest.mark.safety("AC1", "AC2")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_every_table_is_open_to_who_may_read_it_on_every_path_and_to_nobody_else(
    city_session: Session, city: City, role: str
) -> None:
    furnish(city_session, city)
    actor = city[role]
    foreign = {HOUSING, SCHOOLS, FOREIGN} - MARKS.get(role, set())

    for table, page in ADMIN_PAGES.items():
        for name, path in READING.items():
            answer = opened(path, city_session, actor, page)
            assert (answer is not None) is actor.may(page.read), (table, name)
            if answer is not None and table != "audit_entry":
                words = answer.to_csv() if hasattr(answer, "to_csv") else ""
                assert not [mark for mark in foreign if mark in words], (table, name)


@pytest.mark.feature("O7", "O9")
@pytest.mark.safety("AC1", "AC2")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_every_table_leaves_only_by_who_may_export_it_and_comes_in_only_by_who_may_change_it(
    city_session: Session, city: City, role: str
) -> None:
    furnish(city_session, city)
    actor = city[role]
    foreign = {HOUSING, SCHOOLS, FOREIGN} - MARKS.get(role, set())

    for table, page in ADMIN_PAGES.items():
        sheet = opened(lambda s, a, p: export_rows(s, a, p, View()), city_session, actor, page)
        may_export = actor.may(page.read) and actor.may(Action.TABLE_EXPORT)
        assert (sheet is not None) is may_export, table
        if sheet is not None and table != "audit_entry":
            assert not [mark for mark in foreign if mark in str(sheet.rows)], table
        may_write = page.action is not None and actor.may(page.action)
        for path in (
            template_rows,
            lambda s, a, p: store_table(s, a, p, name="a.xlsx", data=b""),
            lambda s, a, p: save_row(s, a, p, 10**9, {}, today=TODAY),
            lambda s, a, p: delete_row(s, a, p, 10**9, today=TODAY),
        ):
            try:
                given = str(path(city_session, actor, page))
            except NotAllowed:
                assert not may_write, table
            except DashboardError:
                assert may_write, table
            else:
                assert may_write, table
                assert not [mark for mark in foreign if mark in given], table


@pytest.mark.feature("O8")
@pytest.mark.safety("PI2")
def test_a_hidden_field_is_on_no_path(city_session: Session, city: City) -> None:
    page, observer = ADMIN_PAGES["livelihood_project"], city["OBSERVER"]
    asked = View(columns=("code", "phone"), sort="phone", search="13800000000")

    found = rows(city_session, observer, page, View(columns=("code", "phone"), sort="phone"))
    row = one_row(city_session, observer, page, city.id("H1"))

    assert list(found.columns) == ["id", "version", "code"]
    assert "phone" not in row
    assert rows(city_session, observer, page, asked).empty
    assert one_row(city_session, city["LEADER"], page, city.id("H1"))["phone"].iloc[0]


@pytest.mark.feature("O7")
def test_who_may_do_what_to_a_row_is_explained(city_session: Session, city: City) -> None:
    page, auditor = ADMIN_PAGES["livelihood_project"], city["AUDITOR"]

    def told(who: str, code: str = "H1") -> dict[str, tuple[bool, str]]:
        found = row_rights(
            city_session, auditor, city[who].account_id, page, city.id(code), TODAY
        )  # fmt: skip
        return {row["what"]: (row["may"], row["why"]) for row in records(found)}

    assert told("SUPERVISOR")["修改"] == (True, "角色“督查室”的范围“示范市”含此记录。")
    assert told("SUPERVISOR", "F1")["查看"] == (
        False,
        "其范围“示范市”内没有此记录，或此记录未对其开放。",
    )
    assert told("REPORTER")["修改"] == (False, "其角色（填报员）没有此项权限。")
    assert told("REPORTER")["导出"][0] is False
    assert told("OBSERVER")["查看全部字段"] == (False, "对其隐藏：联系人、联系电话。")
    assert told("NOBODY")["查看"] == (False, "没有生效的授权。")
    with pytest.raises(NotAllowed):
        row_rights(city_session, city["LEADER"], 1, page, 1, TODAY)


@pytest.mark.feature("O7", "O10")
def test_whether_a_field_of_the_office_s_own_may_be_filled_in_is_explained(
    city_session: Session, city: City
) -> None:
    added(city_session, city, CustomKind.TEXT, belongs_to="REPORT")
    page, who = ADMIN_PAGES["progress_report"], city["REPORTER"].account_id
    report = city.reports["H1"]

    def told() -> dict[str, tuple[bool, str]]:
        found = row_rights(city_session, city["SECURITY"], who, page, report.id or 0, TODAY)
        return {row["what"]: (row["may"], row["why"]) for row in records(found)}

    assert told()["修改"][0] is False
    assert told()["填写自设字段"] == (False, "此记录已是“已审定”，不能再改。")
    city_session.get_one(ProgressReport, report.id).state = ReportState.DRAFT
    city_session.flush()
    assert told()["填写自设字段"] == (True, "角色“填报员”的范围“市住建局”含此记录。")
