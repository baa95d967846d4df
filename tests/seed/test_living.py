"""The living city: fictional, whole, true to its own sheets, and with a believable year."""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, col, select

from dashboard import audit, files
from dashboard.rules.source import Source, sources_in
from models.account import Account, Role, RoleGrant
from models.fact import ProjectMonth
from models.instruction import Instruction
from models.light import LightKind, LightRecord
from models.milestone import Adjustment, AdjustmentState, Milestone, MilestoneKind
from models.programme import Programme
from models.project import FundSource, LivelihoodProject, SupportingAgency, WorkItem
from models.region import Region
from models.report import (
    ExpectedReport,
    ProgressReport,
    ReportingPeriod,
    ReportLine,
    ReportState,
    ReportUnlock,
)
from models.upload import Upload
from seed import living
from seed.story import stories

AUGUST = date(2026, 8, 1)


def _projects(session: Session) -> dict[int, LivelihoodProject]:
    statement = (
        select(LivelihoodProject).join(Programme).where(col(Programme.constructed).is_(True))
    )
    return {project.id or 0: project for project in session.exec(statement)}


def _reports(session: Session) -> list[ProgressReport]:
    statement = (
        select(ProgressReport)
        .where(col(ProgressReport.project_id).in_(_projects(session)))
        .order_by(col(ProgressReport.month), col(ProgressReport.revision))
    )
    return list(session.exec(statement))


def _sources(reports: Iterable[ProgressReport]) -> Iterator[tuple[ProgressReport, Source]]:
    for report in reports:
        for source in sources_in(report.cells):
            yield report, source


def _closing(session: Session, code: str) -> str:
    letters = {
        LightKind.GOOD: "G", LightKind.WARN: "Y", LightKind.BAD: "R",
        LightKind.UNKNOWN: "?", LightKind.DONE: "D",
    }  # fmt: skip
    statement = (
        select(col(LightRecord.kind))
        .join(LivelihoodProject)
        .where(LivelihoodProject.code == code)
        .order_by(col(LightRecord.month))
    )
    return "".join(letters[kind] for kind in session.exec(statement))


def test_the_city_is_evidently_fictional_and_marked_as_constructed(demonstration: Session) -> None:
    programme = demonstration.exec(
        select(Programme).where(col(Programme.constructed).is_(True))
    ).one()
    region = demonstration.get_one(Region, programme.region_id)

    assert (region.name, region.code) == ("示范市", "999000")
    assert "演示数据" in programme.name
    assert programme.shown_on is None


def test_each_of_24_projects_is_planned_as_the_list_demands(demonstration: Session) -> None:
    projects = _projects(demonstration)
    supporting = Counter(each.project_id for each in demonstration.exec(select(SupportingAgency)))
    funds: dict[int, Decimal] = defaultdict(Decimal)
    for fund in demonstration.exec(select(FundSource)):
        funds[fund.project_id] += fund.budgeted_wan or 0

    assert len(projects) == 24
    for key, project in projects.items():
        people = (project.leader, project.responsible, project.contact, project.phone)
        assert all(people)
        assert all((project.standard, project.upkeep_agency_id, project.lead_agency_id))
        assert all((project.due_on, project.starts_on, project.target_quantity))
        assert supporting[key] >= 1
        assert funds[key] == project.planned_investment_wan


@pytest.mark.feature("F3")
def test_every_quantity_has_twelve_rising_planned_figures(demonstration: Session) -> None:
    projects = _projects(demonstration)
    plans: dict[tuple[int, int | None], list[Milestone]] = defaultdict(list)
    for each in demonstration.exec(select(Milestone).order_by(col(Milestone.due_on))):
        if each.project_id in projects and each.kind is MilestoneKind.MONTHLY:
            plans[each.project_id, each.work_item_id].append(each)

    assert {project for project, _item in plans} == set(projects)
    for plan in plans.values():
        percents = [each.planned_pct or Decimal(0) for each in plan]
        assert len(plan) == 12
        assert percents == sorted(percents)
        assert percents[-1] == 100


def test_weights_of_sibling_work_items_add_to_one_hundred(demonstration: Session) -> None:
    projects = _projects(demonstration)
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for item in demonstration.exec(select(WorkItem)):
        if item.project_id in projects:
            sums[item.project_id] += item.weight_pct or 0

    assert len(sums) == 3
    assert set(sums.values()) == {Decimal(100)}


def test_figures_follow_from_each_other(demonstration: Session) -> None:
    projects = _projects(demonstration)
    before: dict[int, Decimal] = {}
    for report in _reports(demonstration):
        if report.superseded_on is not None or report.cumulative_quantity is None:
            continue
        target = projects[report.project_id].target_quantity or Decimal(1)
        share = report.cumulative_quantity * 100 / target
        assert abs(share - (report.completed_pct or 0)) <= Decimal("0.05")
        last = before.get(report.project_id)
        if last is not None and report.month != date(2026, 6, 1):
            assert last + (report.monthly_quantity or 0) == report.cumulative_quantity
        before[report.project_id] = report.cumulative_quantity
        assert (report.paid_wan or 0) <= (report.allocated_wan or 0)


@pytest.mark.feature("G11")
def test_every_lagging_report_says_why_and_when(demonstration: Session) -> None:
    reports = {report.id: report for report in _reports(demonstration)}
    facts = demonstration.exec(select(ProjectMonth).where(col(ProjectMonth.report_id).in_(reports)))

    lagging = [reports[row.report_id] for row in facts if (row.shortfall_pp or 0) > 0]

    assert len(lagging) > 30
    for report in lagging:
        assert report.cause
        assert report.measure
        assert report.forecast_on


def test_every_figure_of_a_report_names_a_cell_that_holds_it(demonstration: Session) -> None:
    reports = {report.id: report for report in _reports(demonstration)}
    lines = {
        (line.report_id, line.work_item_id): line for line in demonstration.exec(select(ReportLine))
    }
    uploads = {upload.id: upload for upload in demonstration.exec(select(Upload))}
    books = {
        key: load_workbook(io.BytesIO(files.read(upload.sha256))) for key, upload in uploads.items()
    }
    checked = 0
    for report, source in _sources(reports.values()):
        if source.by_hand:
            continue
        row = lines[report.id or 0, source.work_item_id] if source.work_item_id else report
        found = books[source.upload_id][source.sheet][source.cell].value
        kept = getattr(row, source.field)
        if isinstance(kept, Decimal):
            assert Decimal(str(found)) == kept
        elif isinstance(kept, date):
            assert found.date() == kept
        else:
            assert found == kept
        checked += 1

    assert checked > 1900
    assert {upload.month for upload in uploads.values()} >= {date(2026, 6, 1), AUGUST}


def test_every_report_says_where_each_figure_came_from(demonstration: Session) -> None:
    sources = {
        (report.id, source.field)
        for report, source in _sources(_reports(demonstration))
        if source.work_item_id is None
    }

    for report in _reports(demonstration):
        for field in ("cumulative_quantity", "completed_pct", "paid_wan"):
            if getattr(report, field) is not None:
                assert (report.id, field) in sources


def test_august_is_in_mixed_states_on_its_due_day(demonstration: Session) -> None:
    states = Counter(r.state for r in _reports(demonstration) if r.month == AUGUST)
    expected = demonstration.exec(
        select(ExpectedReport).join(ReportingPeriod).where(ReportingPeriod.month == AUGUST)
    ).all()

    assert states[ReportState.ACCEPTED] >= 8
    for state in (ReportState.SUBMITTED, ReportState.CONFIRMED, ReportState.RETURNED):
        assert states[state] >= 1
    assert sum(1 for each in expected if each.received_on is None) == 9
    assert {period.due_on for period in _periods(demonstration, AUGUST)} == {living.TODAY}


def _periods(session: Session, month: date) -> list[ReportingPeriod]:
    statement = select(ReportingPeriod).where(ReportingPeriod.month == month)
    programmes = {
        programme.id
        for programme in session.exec(select(Programme).where(col(Programme.constructed)))
    }
    return [period for period in session.exec(statement) if period.programme_id in programmes]


@pytest.mark.feature("G1")
def test_the_first_two_months_were_due_together_in_the_middle_of_march(
    demonstration: Session,
) -> None:
    periods = [
        period
        for month in (date(2026, 1, 1), date(2026, 2, 1))
        for period in _periods(demonstration, month)
    ]

    assert [period.due_on for period in periods] == [date(2026, 3, 15)] * 2
    assert all(period.exception for period in periods)


def test_a_project_that_was_accepted_owes_no_further_report(demonstration: Session) -> None:
    projects = _projects(demonstration)
    periods = {period.id: period for period in demonstration.exec(select(ReportingPeriod))}

    owed = defaultdict(set)
    for expected in demonstration.exec(select(ExpectedReport)):
        owed[projects[expected.project_id].code].add(periods[expected.period_id].month.month)

    assert owed["SF2026-23"] == set(range(1, 7))
    assert owed["SF2026-14"] == set(range(1, 9))
    assert owed["SF2026-01"] == set(range(1, 13))


@pytest.mark.feature("H5")
@pytest.mark.parametrize(
    ("code", "lights"),
    [
        ("SF2026-02", "GGGYRRY"),
        ("SF2026-05", "GGGRRRR"),
        ("SF2026-09", "GGGYRRR"),
        ("SF2026-16", "GGGGG?G"),
        ("SF2026-18", "GGGYYRR"),
        ("SF2026-23", "GGGGGDD"),
        ("SF2026-24", "GGGGGG?"),
    ],
)
def test_the_year_has_lights_of_every_colour(
    demonstration: Session, code: str, lights: str
) -> None:
    assert _closing(demonstration, code) == lights


@pytest.mark.feature("H5")
def test_what_was_made_up_later_keeps_its_light_and_has_a_second_mark(
    demonstration: Session,
) -> None:
    statement = (
        select(LightRecord, LivelihoodProject)
        .join(LivelihoodProject)
        .where(col(LightRecord.recovered_on).is_not(None))
    )
    marked = {
        (project.code, record.month.month): (record.kind, record.recovered_on)
        for record, project in demonstration.exec(statement)
    }

    assert marked["SF2026-16", 6] == (LightKind.UNKNOWN, date(2026, 7, 22))
    assert marked["SF2026-02", 6][0] is LightKind.BAD
    assert ("SF2026-09", 7) not in marked
    assert {code[:6] for code, _month in marked} == {"SF2026"}


def test_on_the_due_day_lights_of_every_colour_are_on_the_board(demonstration: Session) -> None:
    kinds = demonstration.exec(
        select(ProjectMonth.lit_kind)
        .where(ProjectMonth.month == AUGUST)
        .where(col(ProjectMonth.project_id).in_(_projects(demonstration)))
    )

    counted = Counter(kinds)

    assert counted[LightKind.BAD] >= 3
    assert counted[LightKind.WARN] >= 1
    assert counted[LightKind.DONE] == 3
    assert counted[LightKind.GOOD] >= 5
    assert counted[LightKind.UNKNOWN] >= 8


@pytest.mark.feature("G14")
def test_late_reports_unlocks_and_a_corrected_figure_are_part_of_the_story(
    demonstration: Session,
) -> None:
    periods = {period.id: period for period in demonstration.exec(select(ReportingPeriod))}
    reports = _reports(demonstration)

    late = [r for r in reports if r.submitted_on and r.submitted_on > periods[r.period_id].due_on]
    replaced = [r for r in reports if r.superseded_on is not None]
    unlocks = demonstration.exec(select(ReportUnlock)).all()

    assert len([r for r in late if r.revision == 1]) == 4
    assert [(r.completed_pct, r.revision) for r in replaced] == [(Decimal(39), 1)]
    assert Counter(unlock.approved_on is not None for unlock in unlocks) == {True: 2, False: 1}


@pytest.mark.feature("F7")
def test_adjustments_stand_in_every_state_and_keep_the_earlier_plan(demonstration: Session) -> None:
    adjustments = demonstration.exec(select(Adjustment)).all()
    earlier = demonstration.exec(
        select(Milestone).where(col(Milestone.known_until).is_not(None))
    ).all()

    approved = [each for each in adjustments if each.state is AdjustmentState.APPROVED]

    assert {each.state for each in adjustments} == set(AdjustmentState)
    assert sorted(each.old for each in approved) == sorted(e.due_on.isoformat() for e in earlier)
    assert {each.proposed_by_id for each in adjustments}.isdisjoint(
        {each.decided_by_id for each in adjustments}
    )


def test_instructions_are_answered_open_and_overdue(demonstration: Session) -> None:
    instructions = demonstration.exec(select(Instruction)).all()

    assert any(each.answered_on for each in instructions)
    assert any(each.answered_on is None and each.due_on < living.TODAY for each in instructions)
    assert any(each.answered_on is None and each.due_on >= living.TODAY for each in instructions)


@pytest.mark.safety("AU14")
def test_no_account_has_a_password_and_every_role_can_be_tried(demonstration: Session) -> None:
    accounts = demonstration.exec(select(Account)).all()
    offered = {each.id for each in accounts if each.name.startswith("demo-")}
    roles = {
        grant.role for grant in demonstration.exec(select(RoleGrant)) if grant.account_id in offered
    }

    assert {each.password_hash for each in accounts} == {None}
    assert roles == set(Role)
    assert len(offered) == 13


def test_the_audit_chain_is_whole_and_says_what_was_seeded(demonstration: Session) -> None:
    assert audit.broken(demonstration) is None


def test_the_story_is_the_same_every_time() -> None:
    assert stories() == stories()
