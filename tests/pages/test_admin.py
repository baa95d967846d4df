"""后台 as people use it: lists, forms with errors beside their fields, history, many rows."""

from __future__ import annotations

import pytest
from sqlmodel import select

from dashboard import db
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.queries.row_past import row_entries
from models.agency import Agency
from models.project import FundSource, LivelihoodProject
from models.view import SavedView
from tests.city import FOREIGN, HOUSING, SCHOOLS, City
from tests.pages.conftest import ENGLISH, Open, Shown

TABLES = ["livelihood_project", "agency", "calendar_day", "progress_report", "account", "milestone"]


def whole(page: Shown) -> None:
    assert not page.test.exception, page.test.exception
    assert not ENGLISH.findall(page.words), ENGLISH.findall(page.words)


@pytest.mark.feature("O1")
@pytest.mark.parametrize("role", ["ADMIN", "SUPERVISOR", "REPORTER", "AUDITOR"])
@pytest.mark.parametrize("table", TABLES)
def test_a_list_and_a_row_are_drawn_for_whoever_may_read_them(
    open_page: Open, city: City, table: str, role: str
) -> None:
    listed, row = (
        open_page("admin", role, table=table),
        open_page("admin", role, table=table, row="1"),
    )

    for page in (listed, row):
        whole(page)
        assert FOREIGN not in page.text
        if role == "REPORTER":
            assert SCHOOLS not in page.text


@pytest.mark.safety("AC5")
@pytest.mark.parametrize(
    "link",
    [
        {"table": "nonsense"},
        {"table": "agency", "row": "999999"},
        {"table": "agency", "row": "1' OR 1=1"},
        {"table": "agency", "import": "77"},
        {"table": "agency", "n": "999999", "sort": "password_hash", "is-region": "x~y"},
        {"table": "livelihood_project", "days": "2026-99", "columns": "nothing.id"},
        {"table": "sign_in_session"},
    ],
)
def test_a_forged_link_is_a_sentence_or_the_default(
    open_page: Open, city: City, link: dict[str, str]
) -> None:
    whole(open_page("admin", "SUPERVISOR", **link))


@pytest.mark.feature("O7")
@pytest.mark.safety("AC1", "PI2")
@pytest.mark.parametrize(
    "link",
    [
        {"table": "livelihood_project", "is-own7": "x", "sort": "-own7", "columns": "code.own7"},
        {"table": "observer_remark", "sort": "account_id", "columns": "number.account_id"},
        {"table": "observer_remark", "columns": "account_id", "is-account": "1"},
    ],
)
def test_a_view_of_what_is_out_of_use_or_hidden_shows_what_is_left_of_it(
    open_page: Open, city: City, link: dict[str, str]
) -> None:
    page = open_page("admin", "REPORTER", **link)

    whole(page)
    assert ("筛选条件已停用" in page.words) is ("is-own7" in link)
    whole(page.unfold("筛选和显示的列"))
    assert "条" in page.words
    assert "observer某" not in page.text.lower()


@pytest.mark.feature("O1", "O6")
def test_a_wrong_unit_name_is_mended_and_restored_from_its_history(
    open_page: Open, city: City
) -> None:
    key = str(city.agencies["housing"].id)
    page = open_page("admin", "ADMIN", table="agency", row=key)

    page.write("单位名称", "").press("保存")
    assert "请填写单位名称。" in page.text
    assert page.refused == ["有 1 处需要改正，没有保存。"]

    page.write("单位名称", "市往建局").press("保存")
    assert page.told == [] or page.told == ["已保存。"]
    again = open_page("admin", "ADMIN", table="agency", row=key)
    assert "市住建局" in again.text
    again.write("单位名称", "市佳建局").press("保存")

    past = open_page("admin", "ADMIN", table="agency", row=key)
    whole(past)
    offered = [word for box in past.test.selectbox for word in box.options]
    assert [word for word in offered if "\\" in word] == []
    assert any(word.endswith("单位名称 市往建局") for word in offered)
    past.choose("恢复到", _before_last(int(key)))
    past.press("恢复此版本")

    with db.reading() as session:
        assert session.get_one(Agency, int(key)).name == "市往建局"


def _before_last(key: int) -> int:
    """The entry of the last change but one."""
    with db.reading() as session:
        return int(row_entries(session, ADMIN_PAGES["agency"], key)["id"].iloc[1])


@pytest.mark.feature("O5")
def test_several_rows_are_changed_at_once_with_a_count_and_a_confirmation(
    open_page: Open, city: City
) -> None:
    page = open_page("admin", "SUPERVISOR", table="livelihood_project")

    page.unfold("批量修改").tick("选择本页全部 3 条")
    page.choose("要修改的字段", "leader")
    page.write("分管领导", "新任副市长").run()
    page.tick("确认修改 3 条记录")
    page.press("把 3 条记录的分管领导改为此内容")

    with db.reading() as session:
        found = session.exec(select(LivelihoodProject)).all()
    assert {p.leader for p in found if p.code != "F1"} == {"新任副市长"}
    assert [p.leader for p in found if p.code == "F1"] == [f"领导{FOREIGN}"]


@pytest.mark.feature("O5")
def test_a_supervisor_shares_a_view_and_a_unit_finds_it(open_page: Open, city: City) -> None:
    page = open_page("admin", "SUPERVISOR", table="livelihood_project", search="供热")

    page.write("视图名称", "供热项目")
    page.press("保存视图")

    with db.reading() as session:
        (view,) = session.exec(select(SavedView)).all()
    assert view.link == "search=%E4%BE%9B%E7%83%AD"
    again = open_page("admin", "SUPERVISOR", table="livelihood_project")
    assert "供热项目" in again.text


@pytest.mark.feature("O1")
def test_what_has_its_own_commands_says_where(open_page: Open, city: City) -> None:
    page = open_page("admin", "SUPERVISOR", table="progress_report", row=str(city.reports["H1"].id))

    whole(page)
    assert "月报由单位报送" in page.text
    assert "前往办理" in page.text
    assert f"问题{HOUSING}" in page.text
    assert not [label for label in page.labels if label in ("保存", "删除")]


@pytest.mark.feature("O4")
def test_what_belongs_to_a_project_is_changed_in_its_form(open_page: Open, city: City) -> None:
    key = str(city.id("H1"))
    page = open_page("admin", "SUPERVISOR", table="livelihood_project", row=key)
    next(
        each for each in page.test.toggle if each.key == f"children-fund_source-{key}-open"
    ).set_value(True)
    page.run()

    page.press("增加一行").press("保存全部资金来源")
    assert "没有修改。" in page.text
    amounts = [each for each in page.test.text_input if "预算" in each.label]
    amounts[0].set_value("很多")
    amounts[1].set_value("35.5")
    page.press("保存全部资金来源")
    assert page.refused == ["有 2 行需要改正，没有保存。"]
    assert "预算（万元）应为数字，不带单位和文字。" in page.text
    assert "请填写资金来源。" in page.text
    whole(page)

    names = [each for each in page.test.text_input if each.label.startswith("资金来源")]
    amounts = [each for each in page.test.text_input if "预算" in each.label]
    amounts[0].set_value("120")
    names[1].set_value("省级财政")
    page.press("保存全部资金来源")

    with db.reading() as session:
        rows = session.exec(select(FundSource).where(FundSource.project_id == int(key)))
        assert {(row.name, str(row.budgeted_wan)) for row in rows} == {
            (f"资金{HOUSING}", "120"), ("省级财政", "35.5"),
        }  # fmt: skip


@pytest.mark.feature("O1")
def test_a_record_is_copied_into_a_new_one(open_page: Open, city: City) -> None:
    key = str(city.agencies["housing"].id)
    shown = open_page("admin", "ADMIN", table="agency", row=key)
    assert f"?table=agency&amp;row=new&amp;like={key}" in shown.text or f"like={key}" in shown.text

    page = open_page("admin", "ADMIN", table="agency", row="new", like=key)
    page.press("保存")
    assert "相同的记录" in page.text
    page.write("单位代码", "HOUSING2").write("单位名称", "市住建局二部").press("保存")

    with db.reading() as session:
        (made,) = session.exec(select(Agency).where(Agency.code == "HOUSING2"))
        assert (made.name, made.region_id) == ("市住建局二部", city.agencies["housing"].region_id)


@pytest.mark.feature("O1")
def test_filters_are_counted_once_opened_and_stay_open_while_one_chooses(
    open_page: Open, city: City
) -> None:
    page = open_page("admin", "SUPERVISOR", table="livelihood_project")
    assert not [each for each in page.test.multiselect if each.label == "牵头单位"]

    page.unfold("筛选")
    units = next(each for each in page.test.multiselect if each.label == "牵头单位")
    units.set_value([str(city.agencies["housing"].id)])
    page.run()

    whole(page)
    assert "（已选 1 项）" in page.text
    again = next(each for each in page.test.multiselect if each.label == "牵头单位")
    assert len(again.value) == 1
    assert "".join(page.test.query_params["is-lead_agency"]) == again.value[0]
