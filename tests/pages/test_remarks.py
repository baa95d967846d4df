"""观察 as people use it: an observer reads and rates, the office decides, a unit says its word."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from dashboard import db
from models.observer import Observer, SealedSet
from models.rectification import Rectification
from models.remark import ObserverRemark, RemarkReply, RemarkState, ReplyProposal, Satisfaction
from tests.city import HOUSING, SEALED, TODAY, City
from tests.pages.conftest import Open

SCAN = ("聘书.pdf", b"%PDF-1.7", "application/pdf")


def _key(city: City, *, sealed: bool = False) -> str:
    with db.reading() as session:
        statement = select(ObserverRemark.id).where(
            ObserverRemark.project_id == city.id("H1"),
            col(ObserverRemark.sealed_set_id).is_not(None) == sealed,
        )
        return str(session.exec(statement).first())


@pytest.mark.feature("J6")
def test_the_office_answers_and_the_observer_rates(open_page: Open, city: City) -> None:
    key = _key(city)
    page = open_page("remarks", "SUPERVISOR", id=key)

    page.write("答复内容", "围挡已补设").press("公开答复")

    assert page.refused == []
    own = open_page("remarks", "other observer", id=key)
    assert "围挡已补设" in own.text
    own.test.radio[0].set_value(Satisfaction.FAIR)
    own.press("提交评价")
    with db.reading() as session:
        kept = session.get_one(ObserverRemark, int(key))
        assert (kept.state, kept.rating) == (RemarkState.ANSWERED, Satisfaction.FAIR)


@pytest.mark.feature("K6")
def test_why_an_observer_asks_to_reopen_stands_where_the_office_decides(
    open_page: Open, city: City
) -> None:
    key = _key(city)
    with db.transaction() as session:
        row = session.get_one(ObserverRemark, int(key))
        item = session.get_one(Rectification, row.rectification_id)
        row.state, row.reopen_asked_on, row.reopen_words = RemarkState.ANSWERED, TODAY, "又塌了"
        item.state, item.closed_on = "FIXED", TODAY

    waiting = open_page("remarks", "SUPERVISOR", view="triage")
    one = open_page("remarks", "SUPERVISOR", id=key)
    problem = open_page("rectification", "SUPERVISOR", id=str(item.id))

    assert "又塌了" in waiting.text
    assert [each.value for each in one.test.text_area if each.label == "重新办理的理由"] == [
        "又塌了"
    ]
    assert [each.value for each in problem.test.text_area if "说明" in each.label] == ["又塌了"]
    problem.press("重新整改")
    assert problem.refused == []
    with db.reading() as session:
        assert session.get_one(ObserverRemark, int(key)).reopen_asked_on is None


@pytest.mark.feature("J7", "X15")
@pytest.mark.safety("AC2")
@pytest.mark.parametrize("who", ["REPORTER", "REVIEWER", "LEADER"])
def test_a_unit_finds_the_open_remark_and_never_the_sealed_one(
    open_page: Open, city: City, who: str
) -> None:
    listed = open_page("remarks", who)
    one = open_page("remarks", who, id=_key(city, sealed=True))
    section = open_page("project", who, id=str(city.id("H1")), section="remarks")

    assert f"意见{HOUSING}" in listed.text
    assert f"意见{HOUSING}" in section.text
    assert one.refused == ["找不到这条意见，或您无权查看。"]
    assert all(SEALED not in page.text for page in (listed, one, section))
    assert "other observer某" not in listed.text + section.text
    assert "观察员甲" in listed.text


@pytest.mark.feature("J7")
def test_a_unit_proposes_an_answer_that_is_public_only_once_published(
    open_page: Open, city: City
) -> None:
    key = _key(city)

    open_page("remarks", "REPORTER", id=key).write("建议的答复", "今日补设").press("提交督查室")
    assert "今日补设" not in open_page("remarks", "LEADER", id=key).text
    office = open_page("remarks", "SUPERVISOR", id=key).press("发布为公开答复")

    assert office.refused == []
    with db.reading() as session:
        [proposal] = session.exec(select(ReplyProposal)).all()
        answers = session.exec(select(RemarkReply.words)).all()
        assert proposal.published
        assert "今日补设" in answers


@pytest.mark.feature("X15")
def test_a_set_is_released_by_a_tick_and_a_reason(open_page: Open, city: City) -> None:
    page = open_page("remarks", "SUPERVISOR", view="sealed")
    assert f"批次{HOUSING}{SEALED}" in page.text

    page.test.checkbox[0].check()
    page.write("解封说明", "查毕").press("解封整个批次")

    assert page.refused == []
    with db.reading() as session:
        released = session.exec(
            select(SealedSet).where(col(SealedSet.released_on).is_not(None))
        ).all()
        assert len(released) == 1


@pytest.mark.feature("J1")
def test_the_office_appoints_and_the_security_administrator_grants_in_one_tap(
    open_page: Open, city: City
) -> None:
    page = open_page("remarks", "SUPERVISOR", view="observers")
    person = next(each for each in page.test.selectbox if "人员" in each.label)
    person.set_value(city["NOBODY"].account_id)
    page.write("聘书编号", "聘〔2026〕5号").press("聘任")
    assert page.refused == []

    page.unfold("上传聘书扫描件").test.file_uploader[0].set_value(SCAN)
    page.press("保存扫描件")
    assert page.refused == []
    with db.reading() as session:
        [key] = session.exec(select(Observer.letter_file_id)).all()
    assert f"/files/{key}" in open_page("remarks", "AUDITOR", view="observers").text

    people = open_page("people", "SECURITY")
    assert f"/files/{key}" in people.text
    people.press("按聘任授权")

    assert people.refused == []
    with db.reading() as session:
        [observer] = session.exec(select(Observer)).all()
        assert observer.grant_id is not None


@pytest.mark.feature("J5", "X14")
@pytest.mark.parametrize("view", ["coverage", "visits", "all", "triage"])
def test_the_office_reads_every_view(open_page: Open, city: City, view: str) -> None:
    page = open_page("remarks", "SUPERVISOR", view=view)

    assert not page.test.exception
    assert page.refused == []
    assert "H1" in page.text
