"""示范市: an evidently fictional city whose year is constructed, from January to early September.

24 projects of the real kinds and sizes. Figures come from `seed.story`; this file makes the plan:
region, units, programme, projects, milestones, money, adjustments.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlmodel import Session, select

from dashboard.commands.period import ensure_expected, set_days
from models.agency import Agency
from models.milestone import (
    Adjustment,
    AdjustmentField,
    AdjustmentState,
    Milestone,
    MilestoneKind,
)
from models.programme import Programme
from models.project import FundSource, LivelihoodProject, SupportingAgency, WorkItem
from models.region import Region
from models.report import ReportingPeriod
from seed.accounts import People
from seed.rows import (
    add_agencies,
    add_region,
    key,
    month_end,
    optional_day,
    records,
    save,
    split,
)
from seed.story import YEAR, Item, Story, funds, rounded

TODAY = date(2026, 9, 3)
"""The day that the demonstration pretends to be: August is due today."""
FIRST_PERIOD = "首次填报：1、2月份进展于3月中旬前一并上报"
_TITLE = "示范市2026年民生实事项目清单（演示数据）"
_SOURCE = "演示数据：构造的示例，非真实项目"


def add_city(session: Session) -> tuple[Region, dict[str, Agency]]:
    """Add the city, its districts and its units; give the city, and the units by code."""
    regions: dict[str, Region] = {}
    for row in records("living/regions"):
        regions[row["code"]] = add_region(
            session, row["code"], row["name"], regions.get(row["parent"])
        )
    city = regions["999000"]
    agencies = [
        Agency(
            code=row["code"], name=row["name"], aliases=row["aliases"], region_id=key(city)
        )
        for row in records("living/agencies")
    ]  # fmt: skip
    add_agencies(session, agencies)
    return city, {agency.code: agency for agency in agencies}


def add_programme(session: Session, city: Region) -> Programme:
    """Add the year's list; it is marked as constructed."""
    [programme] = save(
        session,
        [
            Programme(
                region_id=key(city),
                year=YEAR,
                name=_TITLE,
                adopted_on=date(2026, 1, 20),
                constructed=True,
                source=_SOURCE,
            )
        ],
    )
    return programme


def add_project(
    session: Session, programme: Programme, agencies: dict[str, Agency], story: Story
) -> LivelihoodProject:
    """Add a project with its supporting units, money, work items and plan."""
    row = story.row
    region = add_region(session, row["region"], "")
    lead = agencies[row["lead"]]
    project = LivelihoodProject(
        programme_id=key(programme),
        region_id=key(region),
        code=row["code"],
        name=row["name"],
        category=row["category"],
        target=row["target"],
        target_quantity=Decimal(row["quantity"]),
        unit_of_measure=row["unit"],
        lead_agency_id=key(lead),
        upkeep_agency_id=key(agencies[row["upkeep"]]),
        leader=row["leader"],
        responsible=row["responsible"],
        contact=row["contact"],
        phone=f"000-8800{lead.code[2:]}0",
        standard=row["standard"],
        starts_on=optional_day(row["starts_on"]),
        started_on=optional_day(row["started_on"]),
        due_on=optional_day(row["due_on"]),
        due_text=row["due_text"],
        accepted_on=optional_day(row["accepted_on"]),
        planned_investment_wan=Decimal(row["investment"]),
        source=_SOURCE,
    )
    save(session, [project])
    save(
        session,
        [
            SupportingAgency(project_id=key(project), agency_id=key(agencies[code]))
            for code in split(row["supporting"])
        ],
    )
    save(
        session,
        [
            FundSource(project_id=key(project), name=name, budgeted_wan=amount)
            for name, amount in funds(story)
        ],
    )
    items = add_items(session, project, story)
    save(session, monthly(project, story, items))
    return project


def add_items(session: Session, project: LivelihoodProject, story: Story) -> dict[str, WorkItem]:
    """Add a project's weighted work items and give them by code."""
    rows = [
        WorkItem(
            project_id=key(project),
            code=item.code,
            name=item.name,
            target_quantity=item.target,
            unit_of_measure=item.unit,
            weight_pct=item.weight,
        )
        for item in story.items
    ]
    return {row.code: row for row in save(session, rows)}


def monthly(
    project: LivelihoodProject, story: Story, items: dict[str, WorkItem]
) -> Iterator[Milestone]:
    """Give the twelve planned cumulative figures, of the project or of each of its work items."""
    sources: list[Item | Story] = [*story.items] if story.items else [story]
    for source in sources:
        item = items[source.code] if isinstance(source, Item) else None
        target = source.target if isinstance(source, Item) else Decimal(story.row["quantity"])
        for number, planned in enumerate(source.planned, start=1):
            yield Milestone(
                project_id=key(project),
                work_item_id=key(item) if item else None,
                kind=MilestoneKind.MONTHLY,
                name=f"{number}月底累计",
                due_on=month_end(date(YEAR, number, 1)),
                planned_pct=planned,
                planned_quantity=rounded(planned * target / 100, 1),
            )


def add_nodes(
    session: Session, projects: dict[str, LivelihoodProject], known: dict[tuple[str, int], date]
) -> dict[tuple[str, str], Milestone]:
    """Add the named nodes, done where an accepted report said so; give them by project and name.

    `known` holds the day the report of a project and month was first accepted.
    """
    found = {}
    for row in records("living/nodes"):
        done = optional_day(row["completed_on"])
        known_on = known.get((row["project"], done.month)) if done else None
        found[row["project"], row["name"]] = Milestone(
            project_id=key(projects[row["project"]]),
            kind=MilestoneKind.NODE,
            name=row["name"],
            due_on=date.fromisoformat(row["due_on"]),
            completed_on=done if known_on else None,
            completed_known_on=known_on,
        )
    save(session, found.values())
    return found


def add_adjustments(
    session: Session,
    projects: dict[str, LivelihoodProject],
    nodes: dict[tuple[str, str], Milestone],
    people: People,
    shorts: dict[str, str],
) -> None:
    """Add what units asked to move, and keep the plan as it stood before each approval."""
    counts: dict[str, int] = {}
    for row in records("living/adjustments"):
        code = row["project"]
        counts[code] = counts.get(code, 0) + 1
        milestone = nodes.get((code, row["milestone"]))
        state = AdjustmentState[row["state"]]
        decided = optional_day(row["decided_on"])
        save(
            session,
            [
                Adjustment(
                    project_id=key(projects[code]),
                    milestone_id=key(milestone) if milestone else None,
                    number=counts[code],
                    field=AdjustmentField[row["field"]],
                    old=row["old"],
                    new=row["new"],
                    reason=row["reason"],
                    state=state,
                    proposed_by_id=people.reporter(shorts[code]),
                    proposed_on=date.fromisoformat(row["proposed_on"]),
                    decided_by_id=people.id("demo-supervisor") if decided else None,
                    decided_on=decided,
                    answer=row["answer"],
                )
            ],
        )
        if milestone is not None and state is AdjustmentState.APPROVED and decided is not None:
            _keep_earlier(session, milestone, date.fromisoformat(row["old"]), decided)


def _keep_earlier(session: Session, milestone: Milestone, old: date, decided: date) -> None:
    earlier = Milestone(
        project_id=milestone.project_id,
        kind=milestone.kind,
        name=milestone.name,
        due_on=old,
        known_until=decided,
    )
    milestone.known_from = decided
    save(session, [earlier])


def add_periods(session: Session, programme: Programme) -> dict[int, ReportingPeriod]:
    """Make the year's periods and expected reports appear; the first two by mid-March."""
    ensure_expected(session, None, programme, date(YEAR, 12, 31), date(YEAR, 1, 20))
    statement = select(ReportingPeriod).where(ReportingPeriod.programme_id == programme.id)
    found = {period.month.month: period for period in session.exec(statement)}
    for number in (1, 2):
        days = date(YEAR, 3, 15), date(YEAR, 3, 15), date(YEAR, 3, 20)
        set_days(found[number], *days, FIRST_PERIOD)
    session.flush()
    return found


def items_by_code(session: Session, programme: Programme) -> dict[str, WorkItem]:
    """Give the programme's work items by code."""
    statement = (
        select(WorkItem)
        .join(LivelihoodProject)
        .where(LivelihoodProject.programme_id == programme.id)
    )
    return {item.code: item for item in session.exec(statement)}
