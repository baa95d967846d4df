"""Every page as every role: a figure for who may see it, one sentence and no row for others."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from dashboard import db
from models.account import Role
from models.audit import AuditEntry
from models.project import LivelihoodProject
from tests.city import FIGURES, FOREIGN, HOUSING, SCHOOLS, City
from tests.pages.conftest import ENGLISH, REFUSED, Open, Shown

ROLES = [role.value for role in Role] + ["NOBODY"]
READERS = {"SUPERVISOR", "LEADER", "REPORTER", "REVIEWER", "AUDITOR"}
KEEPERS = {"ADMIN", "SECURITY", "AUDITOR"}
PAGES: dict[str, tuple[set[str], str]] = {
    "board": (READERS, f"H1 供热管网改造{HOUSING}"),
    "desk": (READERS | {"OBSERVER", "SECURITY"}, "我的待办"),
    "project": (READERS | {"OBSERVER"}, f"供热管网改造{HOUSING}"),
    "reports": (READERS, "应报 2026-09-03"),
    "remarks": (READERS | {"OBSERVER"}, "意见"),
    "rectification": (READERS, f"整改人{HOUSING}"),
    "plan": ({"SUPERVISOR"}, f"调整{SCHOOLS}"),
    "rules": (READERS | {"ADMIN"}, "落后不足三十个百分点"),
    "people": (KEEPERS, "SUPERVISOR某"),
    "agencies": ({"ADMIN"}, "市住建局"),
    "log": ({"AUDITOR"}, f"批示{HOUSING}"),
    "admin": (READERS | KEEPERS, "后台"),
    "account": (set(ROLES), "某"),
}
"""Page → who may open it, and what they then read there."""


def _whole(page: Shown, who: str) -> None:
    """Hold what is true of every page: no traceback, no English sentence, no empty table."""
    assert not page.test.exception, page.test.exception
    assert not ENGLISH.findall(page.words), (who, ENGLISH.findall(page.words))
    assert "<tbody></tbody>" not in page.text


@pytest.mark.safety("AC1", "AC3")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_its_rows_to_who_may_and_one_sentence_to_others(
    open_page: Open, city: City, name: str, role: str
) -> None:
    may, words = PAGES[name]

    page = open_page(name, role)

    _whole(page, role)
    if role in may:
        assert words in page.text
        assert page.refused == []
    else:
        assert page.refused == [f"{REFUSED}。"]
        assert HOUSING not in page.text
        assert SCHOOLS not in page.text
        assert str(FIGURES[HOUSING])[:4] not in page.text
    assert role == "AUDITOR" or FOREIGN not in page.text


@pytest.mark.safety("AC10")
def test_a_page_that_refuses_leaves_one_line(open_page: Open, city: City) -> None:
    page = open_page("log", "REPORTER")
    page.run()

    with db.reading() as session:
        lines = session.exec(select(AuditEntry).where(col(AuditEntry.success).is_(False))).all()
    assert {(line.account_name, line.event) for line in lines} == {("reporter", "audit:read")}


@pytest.mark.safety("AU10", "AC4")
@pytest.mark.parametrize("name", PAGES)
def test_who_is_not_signed_in_sees_the_way_to_the_door_and_nothing_else(
    open_page: Open, city: City, name: str
) -> None:
    page = open_page(name, "a session that is over")

    assert not page.test.exception
    assert "重新登录" in page.text
    assert all(mark not in page.text for mark in (HOUSING, SCHOOLS, FOREIGN, "市住建局"))


@pytest.mark.feature("O7")
@pytest.mark.parametrize("role", ROLES)
def test_the_app_opens_on_a_page_of_ones_own(open_page: Open, city: City, role: str) -> None:
    page = open_page("app", role)

    _whole(page, role)
    assert page.refused == []
    assert "演示环境" in page.text
    if role in READERS:
        assert "截至 2026-09-03" in page.text


@pytest.mark.safety("AC2")
@pytest.mark.parametrize(
    ("name", "who"),
    [("board", "foreign leader"), ("reports", "foreign reporter"), ("desk", "stranger"),
     ("project", "stranger"), ("plan", "stranger")],
)  # fmt: skip
def test_neighbours_see_their_own_and_nothing_of_ours(
    open_page: Open, city: City, name: str, who: str
) -> None:
    page = open_page(name, who)

    _whole(page, who)
    assert FOREIGN in page.text
    assert HOUSING not in page.text
    assert SCHOOLS not in page.text


@pytest.mark.feature("X7")
@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("light", "应报月报尚无审定的数据"),
        ("plan", f"主体完工{HOUSING}"),
        ("reports", f"问题{HOUSING}"),
        ("money", f"资金{HOUSING}"),
        ("instructions", f"批示{HOUSING}"),
        ("history", "批示"),
    ],
)
def test_each_section_of_a_project_shows_its_rows(
    open_page: Open, city: City, section: str, words: str
) -> None:
    page = open_page("project", "LEADER", id=str(city.id("H1")), section=section)

    _whole(page, "LEADER")
    assert words in page.text


@pytest.mark.safety("AC2")
@pytest.mark.parametrize("who", ["REPORTER", "OBSERVER", "stranger"])
def test_a_foreign_project_in_the_link_is_not_there(open_page: Open, city: City, who: str) -> None:
    code = "H1" if who == "stranger" else "S1"

    page = open_page("project", who, id=str(city.id(code)))

    _whole(page, who)
    assert page.refused == ["找不到该项目，或您无权查看。"]


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("project", {"id": "999999999"}),
        ("project", {"id": "1' OR 1=1"}),
        ("project", {"section": "nonsense"}),
        ("board", {"programme": "x", "light": "PINK", "card": "<script>", "day": "soon"}),
        ("reports", {"month": "2026-99", "upload": "9" * 30}),
        ("reports", {"upload": "999999"}),
        ("plan", {"upload": "999999"}),
        ("rules", {"rule": "-1"}),
    ],
)
def test_a_forged_link_is_a_sentence_or_the_default(
    open_page: Open, city: City, name: str, link: dict[str, str]
) -> None:
    page = open_page(name, "SUPERVISOR", **link)

    _whole(page, "SUPERVISOR")


@pytest.mark.feature("H4", "X1")
def test_a_card_in_the_link_explains_the_light(open_page: Open, city: City) -> None:
    page = open_page("board", "LEADER", card="H1")

    _whole(page, "LEADER")
    assert "怎样才能转好" in page.text or "用到的数据" in page.text
    assert "依据的规则" in page.text


@pytest.mark.feature("H7")
def test_a_light_in_the_link_filters_the_board(open_page: Open, city: City) -> None:
    page = open_page("board", "LEADER", light="DONE")

    _whole(page, "LEADER")
    assert "没有符合条件的项目" in page.text


@pytest.mark.feature("H7")
@pytest.mark.parametrize(("who", "shown"), [("LEADER", True), ("REPORTER", False)])
def test_a_region_in_the_link_sums_up_its_places_for_who_was_granted_it(
    open_page: Open, city: City, who: str, shown: bool
) -> None:
    with db.reading() as session:
        region = session.get_one(LivelihoodProject, city.id("H1")).region_id

    page = open_page("board", who, region=str(region))

    _whole(page, who)
    assert ("各地区亮灯" in page.text) is shown
