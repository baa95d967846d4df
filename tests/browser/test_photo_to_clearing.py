"""From an observer's photo to a cleared problem, by four people, on two days of the office."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import create_engine, text
from sqlmodel import select

from dashboard import db
from dashboard.commands.rectification_move import move_rectification
from dashboard.errors import NotAllowed
from dashboard.permissions import Actor, Grant
from models.account import Account, Role, RoleGrant
from models.rectification import Rectification
from models.region import Region
from tests.browser.conftest import PHONE, UPRIGHT, Site, Town, inviting, serving, settle
from tests.browser.test_observe import (
    WORDS,
    enter,
    open_page,
    opens_offline,
    site_is_away,
    stands,
    write,
)
from tests.pictures import exif, picture
from tests.web.conftest import places, point_to

PROJECT, NAME = "SF2026-16", "建设社区老年助餐点"
"""A green project of the observer's, without any rectification so far."""
UNIT, CLERK = "市民政局", "demo-reporter-mz"
STANDARD = "围挡连续封闭，夜间警示灯全部恢复"
MENDED = "已补齐围挡，更换警示灯"
AGAIN = "警示灯又灭了，请再看一次"
LATER, NEW_DAY = date(2026, 9, 7), date(2026, 9, 20)
"""The second day, three days past the deadline; and the deadline after reopening."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, demonstration: Path, tmp_path: Path) -> Town:
    """A demonstration of one's own whose sign-in page also offers the unit's clerk."""
    if request.param == "postgresql":
        made: Town = request.getfixturevalue("town_on_postgres")
    else:
        made = Town(tmp_path / "town", places(tmp_path / "town"))
        shutil.copytree(demonstration, made.folder)
    engine = create_engine(made.where["DASHBOARD_DATABASE_URL"])
    with engine.begin() as connection:
        renamed = "UPDATE account SET name = :name, folded_name = :name WHERE name = 'staff-mz-1'"
        connection.execute(text(renamed), {"name": CLERK})
    engine.dispose()
    return made


@contextmanager
def the_office_opens(town: Town, chromium: Browser, day: date | None = None) -> Iterator[Site]:
    """Serve the town, on the demonstration's day or a later one."""
    where = town.where | ({"DASHBOARD_TODAY": day.isoformat()} if day else {})
    with serving(town.folder, where) as url, inviting(chromium, url) as invite:
        yield Site(url, town.folder, invite)


def press(page: Page, name: str) -> None:
    """Press the button that sends a form, and wait until the page stands again."""
    form = page.locator('[data-testid="stFormSubmitButton"]')
    form.get_by_role("button", name=name, exact=True).click()
    settle(page)


def told(page: Page, words: str) -> None:
    """Wait for the sentence after a command."""
    expect(page.locator('[data-testid="stAlert"]').filter(has_text=words).first).to_be_visible()
    settle(page)


def an_item_stands(page: Page) -> None:
    """Wait for the page of a rectification after its link."""
    expect(page.get_by_role("link", name="返回整改台账")).to_be_visible()
    settle(page)


def choose_way(page: Page, name: str) -> None:
    """Choose what to do, or which part of a page to see."""
    page.locator('.ms-tabs, [data-testid="stButtonGroup"]').get_by_text(name, exact=True).click()
    settle(page)


def photo(folder: Path, name: str, colour: tuple[int, int, int]) -> Path:
    """Give a photo as a phone takes it."""
    path = folder / name
    path.write_bytes(picture(size=(1200, 900), colour=colour, exif=exif()))
    return path


def the_observer_writes(site: Site, before: Path) -> None:
    """Without a connection the remark waits on the phone; it goes when there is one."""
    observer = site.invite(PHONE)
    page = enter(observer, "/observe/new")
    opens_offline(page)
    site_is_away(observer, True)
    open_page(observer, "/observe/new")
    projects = page.get_by_label("项目", exact=True)
    projects.select_option(projects.locator("option", has_text=NAME).get_attribute("value"))
    write(page, before)
    expect(page.get_by_role("heading", name="1 条意见等待发送")).to_be_visible()

    site_is_away(observer, False)

    expect(page.locator("#queue")).to_be_hidden()


def the_office_issues(site: Site) -> str:
    """Find the remark among those that wait, and make a rectification of it; give its number."""
    page = site.invite().enter("demo-supervisor", "/remarks?view=triage")
    row = page.get_by_role("row").filter(has_text=WORDS)
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="处理")).to_be_visible()
    expect(page.locator(".ms-photos img")).to_have_count(1)
    settle(page)
    choose_way(page, "转整改")
    page.get_by_label("事项（哪处、哪件事）").fill("东风社区助餐点东侧围挡")
    page.get_by_label("责任人").fill("张工")
    page.get_by_label("整改标准").fill(STANDARD)
    page.get_by_label("整改天数").fill("1")
    press(page, "下发整改")
    told(page, "已下发整改")
    said = page.get_by_text(re.compile("已下发整改 .+，期限 2026-09-04。")).inner_text()
    found = re.search("已下发整改 (.+?)，", said)
    assert found
    return found.group(1)


def light(board: Page) -> Locator:
    """The line of the open card that says how the project is lit and why."""
    return board.locator('[role="dialog"] .ms-why')


def the_unit_mends(site: Site, number: str, after: Path) -> Page:
    """Sign for it, add the photo beside the observer's, and say that it is put right."""
    page = site.invite(UPRIGHT).enter(CLERK, "/rectification")
    page.locator(".ms-table").get_by_role("link", name=number).click()
    an_item_stands(page)
    expect(page.get_by_text("逾期 3 天").first).to_be_visible()
    press(page, "签收")
    told(page, "已签收")
    page.get_by_text("添加照片或文件").click()
    settle(page)
    page.locator('input[type="file"]').first.set_input_files(after)
    expect(page.get_by_text(after.name)).to_be_visible()
    press(page, "上传照片")
    told(page, "照片已上传")
    expect(page.locator(".ms-pair figure")).to_have_count(2)
    page.get_by_label("整改情况").fill(MENDED)
    press(page, "申请销号")
    told(page, "已申请销号")
    return page


def nobody_clears_their_own(page: Page, number: str) -> None:
    """Even who is of the office too finds no button to clear what they proposed, and is refused."""
    with db.transaction() as session:
        clerk = session.exec(select(Account).where(Account.name == CLERK)).one()
        city = session.exec(select(Region).where(Region.name == "示范市")).one()
        session.add(RoleGrant(account_id=clerk.id or 0, role=Role.SUPERVISOR, region_id=city.id))
        item = session.exec(select(Rectification).where(Rectification.number == number)).one()
        office = (Grant(Role.SUPERVISOR, region_path=city.path),)
        both = Actor(clerk.id or 0, CLERK, office, agency_id=clerk.agency_id)
        key = item.id or 0
    page.reload()
    expect(page.get_by_text("写内部备注")).to_be_visible()
    settle(page)
    expect(page.get_by_text("待核验").first).to_be_visible()
    expect(page.get_by_text("现在可以办理")).to_have_count(0)
    with pytest.raises(NotAllowed, match="由另一人办理"), db.transaction() as session:
        move_rectification(session, both, key, "clear", today=LATER, words="自己核验")


def the_office_clears(site: Site, number: str) -> None:
    page = site.invite().enter("demo-supervisor", "/rectification")
    page.locator(".ms-table").get_by_role("link", name=number).click()
    an_item_stands(page)
    choose_way(page, "销号")
    page.get_by_label("销号的说明").fill("现场核实，与整改标准一致")
    press(page, "销号")
    told(page, "已销号")
    expect(page.get_by_text("逾期办结").first).to_be_visible()


def the_observer_asks_again(site: Site) -> None:
    observer = site.invite(PHONE)
    page = enter(observer, "/observe")
    remark = page.locator(".remark").filter(has_text=WORDS)
    expect(remark).to_contain_text("您反映的问题已整改销号。")
    remark.get_by_text("要求重新办理").click()
    remark.get_by_label("理由").fill(AGAIN)
    remark.get_by_role("button", name="提交").click()
    stands(page)
    expect(page.locator(".remark").filter(has_text=WORDS)).to_contain_text(AGAIN)


def the_office_reopens(site: Site, number: str) -> None:
    """From what is asked for to the item, a new deadline, and the counts by unit and by clearer."""
    page = site.invite().enter("demo-supervisor", "/remarks?view=triage")
    expect(page.get_by_role("heading", name="要求重新办理")).to_be_visible()
    page.get_by_role("row").filter(has_text=WORDS).get_by_role("link").click()
    expect(page.get_by_text(AGAIN)).to_be_visible()
    settle(page)
    page.get_by_role("link", name=f"打开整改 {number}").click()
    an_item_stands(page)
    choose_way(page, "重新整改")
    page.get_by_label("重新整改的说明").fill(AGAIN)
    day = page.locator('[data-testid="stDateInput"] [data-type="day"]')
    day.press_sequentially(f"{NEW_DAY:%d}")
    press(page, "重新整改")
    told(page, "已重新整改")
    facts = page.locator(".ms-facts div")
    expect(facts.filter(has_text="重新整改次数")).to_contain_text("1")
    expect(facts.filter(has_text=re.compile("^整改期限"))).to_contain_text(NEW_DAY.isoformat())
    page.get_by_role("link", name="返回整改台账").click()
    expect(page.get_by_role("link", name="返回整改台账")).to_have_count(0)
    settle(page)
    choose_way(page, "统计")
    expect(page.get_by_role("row").filter(has_text=UNIT).get_by_role("cell").last).to_have_text("1")


@pytest.mark.browser
@pytest.mark.feature("J6")
@pytest.mark.feature("K5")
@pytest.mark.feature("K6")
@pytest.mark.feature("K7")
@pytest.mark.feature("X13")
def test_an_observers_photo_drags_a_light_down_until_another_person_clears_it(
    town: Town, tmp_path: Path, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = photo(tmp_path, "整改前.jpg", (120, 90, 90))
    after = photo(tmp_path, "整改后.jpg", (90, 120, 90))
    with the_office_opens(town, chromium) as site:
        the_observer_writes(site, before)
        number = the_office_issues(site)
        board = site.invite().enter("demo-leader", f"/board?card={PROJECT}")
        expect(light(board)).to_contain_text("绿灯")

    point_to(town.folder, monkeypatch, **town.where)
    with the_office_opens(town, chromium, LATER) as site:
        leader = site.invite()
        board = leader.enter("demo-leader", f"/board?card={PROJECT}")
        expect(light(board)).to_contain_text("黄灯")
        expect(board.get_by_role("dialog")).to_contain_text(number)
        unit = the_unit_mends(site, number, after)
        nobody_clears_their_own(unit, number)
        the_office_clears(site, number)
        board = leader.go(f"/board?card={PROJECT}")
        expect(light(board)).to_contain_text("绿灯")
        expect(board.get_by_role("dialog")).not_to_contain_text(number)
        the_observer_asks_again(site)
        the_office_reopens(site, number)
