from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete
from sqlmodel import Session, col, select

from dashboard.commands.light import close_months, override_light
from dashboard.errors import Missing
from dashboard.queries.changes import changes_since
from dashboard.queries.facts import month_in_view
from dashboard.queries.light import board, counts_by_kind, explain_light, lights_by_month
from dashboard.queries.past import board_as_of
from dashboard.queries.rule import rule_sets
from dashboard.rules.light import light
from dashboard.rules.source import Source, kept_sources
from models.file import StoredFile
from models.light import LightKind, LightRuleSet
from models.milestone import (
    Adjustment,
    AdjustmentField,
    AdjustmentState,
    Milestone,
    MilestoneKind,
)
from models.programme import Programme
from models.project import WorkItem
from models.report import ProgressReport
from models.upload import Upload, UploadKind
from tests.town import (
    LEADER,
    REPORTER,
    STRANGER,
    SUPERVISOR,
    TODAY,
    kinds,
    lit,
    live,
    node,
    plant,
    report,
)

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


@pytest.mark.feature("H1")
def test_the_board_lights_what_the_actor_sees_the_worst_first(session: Session) -> None:
    town = plant(session)
    report(session, town, "P1", 8, "64", accepted_on=date(2026, 9, 2))
    report(session, town, "P2", 8, "54", accepted_on=date(2026, 9, 2))
    key = lit(session, town)

    found = board(session, LEADER, key, AUGUST, TODAY)

    assert list(found["code"]) == ["P3", "P2", "P1"]
    assert list(found["kind"]) == ["BAD", "WARN", "GOOD"]
    assert list(found["dimension"]) == ["PROGRESS"] * 3
    assert counts_by_kind(found) == {
        "BAD": 1, "WARN": 1, "UNKNOWN": 0, "NOTICE": 0, "GOOD": 1, "DONE": 0,
    }  # fmt: skip


def test_a_unit_s_board_holds_its_own_projects_and_a_stranger_s_none(session: Session) -> None:
    key = lit(session, live(session))

    own, nothing = (board(session, who, key, AUGUST, TODAY) for who in (REPORTER, STRANGER))

    assert sorted(own["code"]) == ["P1", "P2"]
    assert nothing.empty
    assert lights_by_month(session, STRANGER, key, AUGUST, TODAY).empty


@pytest.mark.feature("F5")
def test_a_deadline_is_counted_on_by_the_day_and_one_nobody_stated_lights_nothing(
    session: Session,
) -> None:
    town = live(session)
    town.projects["P1"].due_on = date(2026, 8, 20)
    session.add(town.projects["P1"])
    town.projects["P2"].due_on = None
    session.add(town.projects["P2"])
    key = lit(session, town)

    boards = [
        board(session, LEADER, key, AUGUST, TODAY + timedelta(days=days)).set_index("code")
        for days in (0, 5)
    ]

    assert [found.loc["P1", "kind"] for found in boards] == ["BAD", "BAD"]
    assert [found.loc["P1", "overdue_days"] for found in boards] == [14, 19]
    assert boards[1].loc["P2", "overdue_days"] is None


@pytest.mark.feature("H3")
def test_silence_is_first_unknown_then_bad_with_the_day_alone(session: Session) -> None:
    town = live(session)
    key = lit(session, town, date(2026, 8, 4))

    seen = {
        day: kinds(board(session, LEADER, key, JULY, day))["P2"]
        for day in (date(2026, 8, 5), date(2026, 8, 6))
    }

    assert seen == {date(2026, 8, 5): "UNKNOWN", date(2026, 8, 6): "BAD"}


@pytest.mark.feature("H5")
def test_the_matrix_keeps_how_months_ended_and_marks_the_open_one(session: Session) -> None:
    key = lit(session, live(session))

    found = lights_by_month(session, LEADER, key, AUGUST, TODAY)

    second = found[found["code"] == "P2"]
    assert list(second["kind"]) == [
        "GOOD", "GOOD", "WARN", "BAD", "BAD", "GOOD", "UNKNOWN", "BAD",
    ]  # fmt: skip
    assert list(second["open"]) == [False] * 7 + [True]
    assert list(second["recovered_on"])[2:5] == [date(2026, 7, 5)] * 3
    assert list(second["as_of"])[-2:] == [date(2026, 7, 31), date(2026, 8, 31)]


@pytest.mark.feature("X3")
def test_months_in_a_row_that_were_bad_are_counted(session: Session) -> None:
    key = lit(session, live(session))

    runs = {
        month: board(session, LEADER, key, month, TODAY).set_index("code")["red_run"]
        for month in (date(2026, 5, 1), AUGUST)
    }

    assert runs[date(2026, 5, 1)]["P2"] == 2
    assert runs[AUGUST]["P1"] == 0
    assert runs[AUGUST]["P3"] == 6


@pytest.mark.feature("H1")
def test_a_light_set_by_hand_stands_beside_the_computed_one(session: Session) -> None:
    town = live(session)
    key = lit(session, town)
    override_light(
        session, SUPERVISOR, town.projects["P3"].id or 0, kind=LightKind.WARN,
        reason="灾后停工", first_on=TODAY, last_on=TODAY, today=TODAY,
    )  # fmt: skip
    session.flush()

    today = board(session, LEADER, key, AUGUST, TODAY).set_index("code").loc["P3"]
    later = board(session, LEADER, key, AUGUST, TODAY + timedelta(days=1)).set_index("code")

    assert (today["kind"], today["override_kind"], today["override_reason"]) == (
        "BAD", "WARN", "灾后停工",
    )  # fmt: skip
    assert later.loc["P3", "override_kind"] is None


@pytest.mark.feature("H5")
def test_a_closed_month_shows_the_figures_it_ended_with(session: Session) -> None:
    town = live(session)
    lit(session, town, date(2026, 8, 11))
    first = session.exec(select(ProgressReport).where(ProgressReport.receipt == "HZ-P1-7")).one()
    first.superseded_on = date(2026, 8, 20)
    report(session, town, "P1", 7, "20", accepted_on=date(2026, 8, 20), revision=2)
    report(session, town, "P3", 7, "56", accepted_on=date(2026, 8, 20))
    key = lit(session, town)

    found = board(session, LEADER, key, JULY, TODAY).set_index("code")
    matrix = lights_by_month(session, LEADER, key, AUGUST, TODAY)

    assert list(found.loc["P1", ["kind", "completed_pct", "shortfall_pp"]]) == ["GOOD", 56, 0]
    silent = ["kind", "completed_pct", "reported", "silent_days"]
    assert list(found.loc["P3", silent]) == ["BAD", None, 0, 178]
    july = matrix[matrix["month"] == JULY].set_index("code")["completed_pct"]
    assert (july["P1"], july["P3"]) == (56, None)


@pytest.mark.feature("F7")
def test_a_past_board_counts_the_moves_approved_by_then_and_keeps_the_deadline(
    session: Session,
) -> None:
    town = live(session)
    for number, day, old in ((1, 15, "2026-10-31"), (2, 25, "2026-11-30")):
        session.add(
            Adjustment(
                project_id=town.projects["P3"].id or 0, number=number, old=old,
                field=AdjustmentField.DUE_ON, new="2026-12-31", reason="汛期",
                state=AdjustmentState.APPROVED, proposed_by_id=1, proposed_on=TODAY,
                decided_on=date(2026, 8, day),
            )
        )  # fmt: skip
    key = lit(session, town)

    then, now = (
        board(session, LEADER, key, month, TODAY).set_index("code") for month in (JULY, AUGUST)
    )
    by_day = {
        day: board_as_of(session, LEADER, key, date(2026, 8, day)).set_index("code")
        for day in (14, 15, 31)
    }

    assert list(then.loc["P3", ["adjustments", "due_on"]]) == [0, date(2026, 10, 31)]
    assert list(now.loc["P3", ["adjustments", "due_on"]]) == [2, date(2026, 12, 31)]
    assert [found.loc["P3", "adjustments"] for found in by_day.values()] == [0, 1, 2]
    assert "re_dated" not in set(changes_since(session, LEADER, key, JULY, TODAY)["change"])


@pytest.mark.feature("H8")
def test_what_changed_since_last_month_is_listed(session: Session) -> None:
    town = live(session)
    report(session, town, "P2", 7, "10")
    report(session, town, "P2", 8, "64", accepted_on=date(2026, 9, 2))
    node(session, town, "P1", date(2026, 8, 20))
    session.add(
        Adjustment(
            project_id=town.projects["P3"].id or 0, number=1, field=AdjustmentField.DUE_ON,
            new="2026-12-31", reason="汛期", state=AdjustmentState.APPROVED,
            proposed_by_id=1, proposed_on=TODAY, decided_on=date(2026, 8, 15),
        )
    )  # fmt: skip
    key = lit(session, town)

    found = changes_since(session, LEADER, key, AUGUST, TODAY)

    assert list(
        zip(found["code"], found["change"], found["before"], found["after"], strict=True)
    ) == [
        ("P1", "newly_bad", "GOOD", "BAD"),
        ("P3", "re_dated", "BAD", "BAD"),
        ("P2", "recovered", "BAD", "GOOD"),
    ]


def test_a_unit_that_stops_reporting_is_newly_silent_after_the_due_day(session: Session) -> None:
    town = plant(session, codes=("P1",))
    report(session, town, "P1", 7, "56")
    key = lit(session, town)

    seen = [
        list(changes_since(session, LEADER, key, AUGUST, TODAY + timedelta(days=days))["change"])
        for days in (0, 1)
    ]

    assert seen == [[], ["newly_silent"]]


@pytest.mark.feature("H4")
@pytest.mark.feature("X1")
def test_every_card_s_own_figures_give_its_light_again(session: Session) -> None:
    town = live(session)
    report(session, town, "P2", 8, "40", accepted_on=date(2026, 9, 2))
    key = lit(session, town)
    shown = lights_by_month(session, LEADER, key, JULY, TODAY).to_dict("records")
    shown += [
        {**row, "month": AUGUST}
        for row in board(session, LEADER, key, AUGUST, TODAY).to_dict("records")
    ]

    for row in shown:
        card = explain_light(session, LEADER, row["project_id"], row["month"], TODAY)
        version = session.get_one(LightRuleSet, card.rule_set_id)
        (rules,) = rule_sets(session, [version])
        told = dict(zip(card.figures["fact"], card.figures["value"], strict=True))
        facts = {**dict.fromkeys(card.facts), **told}

        assert card.kind.value == row["kind"], (card.code, card.month)
        assert light(rules, facts).kind == card.kind
        assert card.case_words
        assert bool(card.remedies) == (card.kind not in (LightKind.GOOD, LightKind.DONE))


@pytest.mark.feature("H4")
def test_the_card_names_the_cell_of_the_sheet_a_figure_came_from(session: Session) -> None:
    town = live(session)
    row = report(session, town, "P2", 8, "40", accepted_on=date(2026, 9, 2))
    file = StoredFile(sha256="0" * 64, name="住建局8月.xlsx", media_type="x", size=1)
    session.add(file)
    session.flush()
    upload = Upload(
        kind=UploadKind.MONTHLY, file_id=file.id or 0, sha256=file.sha256,
        programme_id=town.programme.id or 0, account_id=3,
    )  # fmt: skip
    session.add(upload)
    session.flush()
    row.cells = kept_sources([Source("completed_pct", "40%", "进度表", "F7", upload.id)])
    session.flush()
    lit(session, town)

    card = explain_light(session, LEADER, town.projects["P2"].id or 0, AUGUST, TODAY)

    source = card.sources.set_index("field").loc["completed_pct"]
    assert list(source[["file", "sheet", "cell", "raw", "receipt"]]) == [
        "住建局8月.xlsx", "进度表", "F7", "40%", "HZ-P2-8",
    ]  # fmt: skip
    assert (card.rule_set_code, card.case_words) == (
        "DEFAULT",
        "低于序时进度10至30个百分点（含两端）",
    )
    assert card.remedies == ("累计完成进度高于 54%",)


@pytest.mark.feature("H3")
def test_a_report_that_leaves_its_figure_out_does_not_turn_green_by_an_old_milestone(
    session: Session,
) -> None:
    town = plant(session, codes=("P1",))
    node(session, town, "P1", date(2026, 3, 31), date(2026, 3, 30))
    report(session, town, "P1", 8, None, accepted_on=date(2026, 9, 2))
    lit(session, town)

    card = explain_light(session, LEADER, town.projects["P1"].id or 0, AUGUST, TODAY)

    assert (card.kind, card.case_words) == (
        LightKind.UNKNOWN,
        "有序时进度，但没有完成进度，无从判断",
    )
    assert card.remedies == ("累计完成进度高于 54%",)


@pytest.mark.feature("H4", "H5")
def test_the_card_of_a_closed_month_names_the_report_it_was_lit_by(session: Session) -> None:
    town = plant(session, codes=("P1",))
    first = report(session, town, "P1", 7, "40")
    lit(session, town, date(2026, 8, 11))
    close_months(session, today=date(2026, 8, 11))
    first.superseded_on = date(2026, 8, 20)
    report(session, town, "P1", 7, "56", accepted_on=date(2026, 8, 20), revision=2)
    lit(session, town)

    card = explain_light(session, LEADER, town.projects["P1"].id or 0, JULY, TODAY)

    assert (card.kind, card.facts["completed_pct"]) == (LightKind.WARN, Decimal(40))
    assert set(card.sources["report_id"].dropna()) == {first.id}


@pytest.mark.feature("F1", "H4")
def test_the_card_lists_the_plan_of_every_work_item_that_rolls_up(session: Session) -> None:
    town = plant(session, codes=("P1",))
    key = town.projects["P1"].id or 0
    whole = select(Milestone).where(Milestone.project_id == key, Milestone.due_on >= AUGUST)
    for planned in session.exec(whole):
        planned.known_until = date(2026, 1, 2)
    session.exec(delete(Milestone).where(col(Milestone.due_on) < AUGUST))
    for code, weight, percent in (("甲", 60, 50), ("乙", 40, 75)):
        item = WorkItem(project_id=key, code=code, name=code, weight_pct=Decimal(weight))
        session.add(item)
        session.flush()
        session.add(
            Milestone(
                project_id=key, work_item_id=item.id, kind=MilestoneKind.MONTHLY, name="8月",
                due_on=date(2026, 8, 31), planned_pct=Decimal(percent),
            )
        )  # fmt: skip
    lit(session, town)

    card = explain_light(session, LEADER, key, AUGUST, TODAY)

    assert card.facts["planned_pct"] == 60
    assert list(zip(card.sources["title"], card.sources["raw"], strict=True)) == [
        ("序时进度 · 甲", "8月 50%"), ("序时进度 · 乙", "8月 75%"),
    ]  # fmt: skip


def test_a_card_out_of_sight_reads_like_one_that_is_not_there(session: Session) -> None:
    town = live(session)
    lit(session, town)

    for key in (town.projects["P1"].id or 0, 987654):
        with pytest.raises(Missing, match="找不到该项目，或您无权查看"):
            explain_light(session, STRANGER, key, AUGUST, TODAY)


def test_a_programme_shown_as_of_a_fixed_day_stays_there_and_knows_no_silence(
    session: Session,
) -> None:
    town = live(session)
    town.programme.shown_on = date(2026, 7, 31)
    session.add(town.programme)
    key = lit(session, town, date(2026, 12, 1))

    found = board(session, LEADER, key, date(2026, 6, 1), date(2026, 12, 1))

    assert set(found["as_of"]) == {date(2026, 7, 31)}
    assert kinds(found) == {"P1": "GOOD", "P2": "GOOD", "P3": "UNKNOWN"}


def test_a_list_without_reporting_periods_shows_the_last_month_that_has_ended(
    session: Session,
) -> None:
    town = plant(session, codes=("P1",))
    bare = Programme(region_id=2, year=2026, name="公开资料")
    session.add(bare)
    session.flush()

    months = {
        day: month_in_view(session, bare.id or 0, day)
        for day in (date(2026, 1, 20), date(2026, 5, 30), date(2026, 5, 31))
    }

    assert list(months.values()) == [date(2026, 1, 1), date(2026, 4, 1), date(2026, 5, 1)]
    assert month_in_view(session, town.programme.id or 0, TODAY) == AUGUST
