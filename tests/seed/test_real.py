"""Real programmes hold what the CSV rows hold, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select as pairs
from sqlmodel import Session, col, select

from models.light import LightKind
from models.milestone import Milestone, MilestoneKind
from models.programme import Programme
from models.project import FundSource, LivelihoodProject, WorkItem
from models.report import ExpectedReport, ProgressReport, ReportLine, ReportState
from seed.real import figures, graded, known_on, period_month
from seed.rows import month_end, records

Figure = tuple[str, str, str, Decimal | None, Decimal | None]


def _projects(session: Session) -> dict[int, LivelihoodProject]:
    statement = (
        select(LivelihoodProject).join(Programme).where(col(Programme.constructed).is_(False))
    )
    return {project.id or 0: project for project in session.exec(statement)}


def _published(kind: str) -> list[Figure]:
    return sorted(
        (
            (row["project_code"], period_month(row).isoformat(), row["work_item"], *figures(row))
            for row in records("real/milestones")
            if row["kind"] == kind and figures(row) != (None, None)
        ),
        key=str,
    )


def test_every_planned_figure_is_a_published_one_and_there_is_no_other(
    demonstration: Session,
) -> None:
    projects = _projects(demonstration)
    items = {item.id: item.name for item in demonstration.exec(select(WorkItem))}

    kept = sorted(
        (
            (
                projects[each.project_id].code,
                each.due_on.replace(day=1).isoformat(),
                items.get(each.work_item_id, ""),
                each.planned_quantity,
                each.planned_pct,
            )
            for each in demonstration.exec(select(Milestone))
            if each.project_id in projects and each.kind is MilestoneKind.MONTHLY
        ),
        key=str,
    )

    assert kept == _published("plan")


def test_every_reported_figure_is_a_published_one_and_there_is_no_other(
    demonstration: Session,
) -> None:
    projects = _projects(demonstration)
    items = {item.id: item.name for item in demonstration.exec(select(WorkItem))}
    reports = {
        report.id: report
        for report in demonstration.exec(select(ProgressReport))
        if report.project_id in projects
    }
    kept: list[Figure] = [
        (
            projects[report.project_id].code,
            report.month.isoformat(),
            "",
            report.cumulative_quantity,
            report.completed_pct,
        )
        for report in reports.values()
        if report.cumulative_quantity is not None or report.completed_pct is not None
    ]
    for line in demonstration.exec(select(ReportLine)):
        if (report := reports.get(line.report_id)) is not None:
            code, month = projects[report.project_id].code, report.month.isoformat()
            figure = line.cumulative_quantity, line.completed_pct
            kept.append((code, month, items[line.work_item_id], *figure))

    assert sorted(kept, key=str) == _published("actual")


def test_no_other_column_of_a_real_report_holds_a_figure(demonstration: Session) -> None:
    projects = _projects(demonstration)
    reports = [
        report
        for report in demonstration.exec(select(ProgressReport))
        if report.project_id in projects
    ]

    for report in reports:
        assert report.monthly_quantity is None
        assert report.completed_investment_wan is None
        assert (report.allocated_wan, report.paid_wan) == (None, None)
        assert (report.forecast_on, report.submitted_on, report.submitted_by_id) == (None,) * 3
        assert (report.problem, report.cause, report.measure, report.next_step) == ("",) * 4
        assert report.state is ReportState.ACCEPTED


def test_words_status_and_source_of_a_real_report_are_those_of_its_rows(
    demonstration: Session,
) -> None:
    projects = _projects(demonstration)
    rows = defaultdict(list)
    for row in records("real/milestones"):
        if row["kind"] == "actual":
            rows[row["project_code"], period_month(row)].append(row)
    reports = {
        (projects[report.project_id].code, report.month): report
        for report in demonstration.exec(select(ProgressReport))
        if report.project_id in projects
    }

    assert set(reports) == set(rows)
    for key, own in rows.items():
        report = reports[key]
        statuses = dict.fromkeys(row["status_as_published"] for row in own)
        assert report.physical_progress == "；".join(row["node_text"] for row in own)
        assert report.published_status == "".join(statuses)
        assert (report.grade, report.on_schedule) == graded(report.published_status)
        assert report.accepted_on == max(known_on(row) for row in own)
        assert report.source == "；".join(dict.fromkeys(row["source"] for row in own))
        assert report.source_url in {row["source_url"] for row in own}


def test_a_plan_row_of_words_only_is_a_node(demonstration: Session) -> None:
    projects = _projects(demonstration)
    published = sorted(
        (row["project_code"], row["node_text"], month_end(period_month(row)), row["source_url"])
        for row in records("real/milestones")
        if row["kind"] == "plan" and figures(row) == (None, None)
    )

    nodes = [
        each
        for each in demonstration.exec(select(Milestone))
        if each.project_id in projects and each.kind is MilestoneKind.NODE
    ]

    assert published == sorted(
        (projects[each.project_id].code, each.name, each.due_on, each.source_url) for each in nodes
    )


def test_a_real_project_says_what_its_row_says(demonstration: Session) -> None:
    projects = {project.code: project for project in _projects(demonstration).values()}
    rows = {row["code"]: row for row in records("real/projects")}

    assert set(projects) == set(rows)
    for code, row in rows.items():
        project = projects[code]
        assert (project.name, project.target) == (row["name"], row["target"])
        assert (project.category, project.due_text) == (row["category"], row["deadline"])
        assert (project.source, project.source_url) == (row["source"], row["source_url"])
        stated = row["deadline_basis"] == "stated"
        assert project.due_on == (date.fromisoformat(row["deadline_iso"]) if stated else None)
        assert (project.target_quantity, project.planned_investment_wan) == (None, None)
        assert (project.starts_on, project.started_on, project.accepted_on) == (None,) * 3
        assert row["note"] in project.note


def test_work_items_of_real_projects_have_no_weight_and_their_money_is_not_split(
    demonstration: Session,
) -> None:
    projects = _projects(demonstration)

    items = demonstration.exec(select(WorkItem)).all()
    funds = demonstration.exec(select(FundSource)).all()

    assert {item.weight_pct for item in items if item.project_id in projects} == {None}
    assert not [fund for fund in funds if fund.project_id in projects]


def test_a_real_programme_is_shown_on_the_last_day_its_rows_cover(demonstration: Session) -> None:
    projects = _projects(demonstration)
    last: dict[int, date] = {}
    for report in demonstration.exec(select(ProgressReport)):
        if (project := projects.get(report.project_id)) is not None and report.accepted_on:
            key = project.programme_id
            last[key] = max(last.get(key, date.min), report.accepted_on)

    for programme in demonstration.exec(select(Programme)):
        if not programme.constructed:
            assert programme.shown_on is not None
            assert last.get(programme.id or 0, programme.shown_on) == programme.shown_on


def test_nobody_owes_a_report_on_a_real_project(demonstration: Session) -> None:
    projects = _projects(demonstration)

    owed = demonstration.exec(select(ExpectedReport)).all()

    assert not [expected for expected in owed if expected.project_id in projects]


@pytest.mark.parametrize("place", ["四川省大竹县", "山西省", "浙江省宁海县", "甘肃省天祝县"])
def test_where_the_sources_are_silent_a_real_project_is_grey(
    demonstration: Session, place: str
) -> None:
    from models.fact import ProjectMonth

    statement = (
        select(ProjectMonth.lit_kind)
        .join(Programme, col(Programme.id) == col(ProjectMonth.programme_id))
        .where(col(Programme.name).startswith(place), col(ProjectMonth.lit_kind).is_not(None))
    )

    assert set(demonstration.exec(statement)) == {LightKind.UNKNOWN}


def test_every_published_status_stands_in_the_table_of_statuses() -> None:
    stated = {row["status"] for row in records("real/statuses")}
    published = {row["status_as_published"] for row in records("real/milestones")}

    assert published - {""} == stated


def test_a_published_step_is_done_only_when_a_status_says_so(demonstration: Session) -> None:
    statement = (
        pairs(col(LivelihoodProject.code), col(Milestone.due_on), col(Milestone.completed_on))
        .join(Milestone, col(Milestone.project_id) == col(LivelihoodProject.id))
        .join(Programme, col(Programme.id) == col(LivelihoodProject.programme_id))
        .where(col(Milestone.kind) == MilestoneKind.NODE)
        .where(col(Milestone.completed_on).is_not(None))
        .where(col(Programme.constructed).is_(False))
        .order_by(col(LivelihoodProject.code))
    )

    rows = demonstration.connection().execute(statement)
    done = {code: (str(due), str(day)) for code, due, day in rows}

    assert done == {
        "DL2021-01": ("2021-07-31", "2021-06-30"),
        "DL2021-03": ("2021-08-31", "2021-06-30"),
        "DL2021-04": ("2021-07-31", "2021-06-30"),
        "DL2021-05": ("2021-06-30", "2021-05-31"),
        "DL2023-06": ("2023-04-30", "2023-04-30"),
    }
