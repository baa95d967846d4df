"""Long lists: searched once, counted by index, paged from the nearer end, and always the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session

from dashboard.admin.spec import NOTHING, View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.permissions import Actor, Grant
from dashboard.queries import row
from dashboard.queries.account import actor_for
from dashboard.queries.grant import grants_on
from dashboard.queries.row import found_keys, row_count, rows
from dashboard.queries.row_count import day_counts, filter_counts
from models.account import Account, Role, RoleGrant
from models.agency import Agency
from models.milestone import Milestone, MilestoneKind
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region

PROJECTS, MILESTONES = ADMIN_PAGES["livelihood_project"], ADMIN_PAGES["milestone"]
COUNT, SIZE, TODAY = 23, 4, date(2026, 9, 3)
WIDE = Actor(1, "leader", (Grant(Role.LEADER, region_path="/1/"),))


@pytest.fixture
def town(session: Session) -> Session:
    """Projects of two regions and three units, two of which share a name, and of none."""
    session.add(Region(id=1, code="R1", name="某省", path="/1/"))
    session.add(Region(id=2, code="R2", name="甲市", path="/1/2/", parent_id=1))
    session.flush()
    for key, name, region in ((1, "A住建局", 1), (2, "B教育局", 1), (3, "A住建局", 2)):
        session.add(Agency(id=key, code=f"A{key}", name=name, path=f"/{key}/", region_id=region))
    session.add(Programme(id=1, region_id=1, year=2026, name="清单"))
    session.flush()
    for number in range(COUNT):
        session.add(
            LivelihoodProject(
                id=number + 1, programme_id=1, region_id=number % 2 + 1, code=f"p{number:02d}",
                name=f"供热管网{'Abc' if number % 7 == 0 else ''}第{number}段",
                category=f"类别{number % 3}", leader="100%_负责" if number == 5 else "",
                lead_agency_id=number % 4 or None, due_on=TODAY + timedelta(40 * (number % 5)),
            )
        )  # fmt: skip
    session.flush()
    for number in range(COUNT):
        due_on = TODAY + timedelta(number)
        key, kind = number % 5 + 1, MilestoneKind.NODE
        session.add(Milestone(project_id=key, kind=kind, name=f"节点{number}", due_on=due_on))
    session.flush()
    return session


def codes(session: Session, view: View, *, size: int = SIZE) -> list[str]:
    """The codes of all pages of a list, one page after the other."""
    found: list[str] = []
    for first in range(0, COUNT + size, size):
        found += list(rows(session, WIDE, PROJECTS, view, most=size, first=first)["code"])
    return found


def unit_of(number: int) -> str:
    return ["", "A住建局", "B教育局", "A住建局"][number % 4]


@pytest.mark.feature("O1")
@pytest.mark.parametrize("sort", ["lead_agency_id", "-lead_agency_id"])
@pytest.mark.parametrize("size", [1, 4, 50])
def test_a_list_sorted_by_a_keys_name_is_whole_and_in_order_on_its_pages(
    town: Session, sort: str, size: int
) -> None:
    found = codes(town, View(sort=sort), size=size)

    names = [unit_of(int(code[1:])) for code in found]
    shown = sorted(filter(None, names), reverse=sort[0] == "-")
    nameless = [""] * (COUNT - len(shown))
    assert names == (nameless + shown if sort[0] == "-" else shown + nameless)
    assert len(set(found)) == COUNT
    for name in ("A住建局", "B教育局", ""):
        own = [code for code in found if unit_of(int(code[1:])) == name]
        assert own == sorted(own)


@pytest.mark.feature("O1")
@pytest.mark.parametrize("sort", ["", "-code", "due_on", "-due_on", "category"])
def test_a_list_read_from_its_end_is_the_same_as_from_its_start(
    town: Session, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    forwards = codes(town, View(sort=sort))

    monkeypatch.setattr(row, "FAR", 1)

    assert codes(town, View(sort=sort)) == forwards
    assert len(set(forwards)) == COUNT
    assert rows(town, WIDE, PROJECTS, View(number=99)).empty


@pytest.mark.feature("O1")
@pytest.mark.parametrize("few", [1, 1000])
@pytest.mark.parametrize(
    ("search", "count"),
    [
        ("供热", COUNT),
        ("abc", 4),
        ("ABC 第7段", 1),
        ("教育局", 6),
        ("第1", 11),
        ("%", 1),
        ("100%_负", 1),
        ("_", 1),
        ("没有的字", 0),
        ("  ", COUNT),
    ],
)
def test_a_search_lists_counts_and_filters_alike_whether_few_or_many_are_found(
    town: Session, monkeypatch: pytest.MonkeyPatch, few: int, search: str, count: int
) -> None:
    monkeypatch.setattr(row, "FEW", few)
    keys = found_keys(town, WIDE, PROJECTS, search)

    for view in (View(search=search), View(search=search, keys=keys)):
        counted = filter_counts(town, WIDE, PROJECTS, view)
        assert row_count(town, WIDE, PROJECTS, view) == count
        assert len(set(codes(town, view))) == count
        assert sum(counted[counted["filter"] == "category"]["rows"]) == count
        assert sum(day_counts(town, WIDE, PROJECTS, view)["rows"]) == count
    assert (keys is None) is (not search.strip() or count > few)


@pytest.mark.safety("AC2")
def test_keys_that_are_guessed_open_no_row_outside_the_scope(town: Session) -> None:
    home = Actor(2, "supervisor", (Grant(Role.SUPERVISOR, region_path="/1/2/"),))
    guessed = View(keys=tuple(range(1, 100)), sort="lead_agency_id")

    found = rows(town, home, PROJECTS, guessed)

    assert all(int(code[1:]) % 2 for code in found["code"])
    assert row_count(town, home, PROJECTS, guessed) == len(found) == COUNT // 2


@pytest.mark.feature("O1")
def test_a_filter_over_a_key_counts_and_lists_the_same_rows(town: Session) -> None:
    counted = filter_counts(town, WIDE, MILESTONES)
    of_unit = counted[counted["filter"] == "project.lead_agency"]

    listed = {
        value: row_count(town, WIDE, MILESTONES, View(filters=(("project.lead_agency", (value,)),)))
        for value in of_unit["value"]
    }

    assert listed == dict(zip(of_unit["value"], of_unit["rows"], strict=True))
    assert sum(listed.values()) == COUNT
    assert NOTHING in listed
    assert sum(counted[counted["filter"] == "project.programme"]["rows"]) == COUNT


@pytest.mark.feature("O1")
def test_a_search_over_keys_reads_a_table_behind_once(town: Session) -> None:
    seen: list[str] = []
    event.listen(town.connection(), "before_cursor_execute", lambda *a: seen.append(str(a[2])))

    found_keys(town, WIDE, MILESTONES, "供热")

    (asked,) = [statement for statement in seen if "FROM milestone" in statement]
    searched = asked.split("WHERE", 1)[1]
    assert searched.count("FROM livelihood_project") <= 2  # one for the scope, one for the words


def _granted(session: Session, region_id: int) -> int:
    account = Account(name=f"a{region_id}", folded_name=f"a{region_id}", display_name="某")
    session.add(account)
    session.flush()
    grant = RoleGrant(account_id=account.id or 0, role=Role.LEADER, region_id=region_id)
    session.add(grant)
    session.flush()
    return account.id or 0


@pytest.mark.safety("AC2")
def test_a_scope_is_whole_only_while_no_region_lies_outside_it(town: Session) -> None:
    province, city = _granted(town, 1), _granted(town, 2)

    before = [actor_for(town, key, TODAY) for key in (province, city)]
    town.add(Region(id=3, code="R3", name="邻省", path="/3/"))
    town.flush()
    after = grants_on(town, province, TODAY)

    assert [actor and actor.grants[0].whole for actor in before] == [True, False]
    assert [grant.whole for grant in after] == [False]


@pytest.mark.safety("AC2")
def test_a_whole_scope_shows_the_same_rows_as_the_way_over_its_regions(town: Session) -> None:
    known = actor_for(town, _granted(town, 1), TODAY)
    assert known is not None
    slow = replace(known, grants=tuple(replace(g, whole=False) for g in known.grants))

    for page in (PROJECTS, MILESTONES, ADMIN_PAGES["agency"]):
        fast = rows(town, known, page, View(), most=100)
        assert list(fast["id"]) == list(rows(town, slow, page, View(), most=100)["id"])
        assert len(fast) == row_count(town, slow, page) > 0
