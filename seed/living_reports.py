"""示范市's monthly reports: who sent what on which day, in which cell, and what came of it.

Every figure of a sent report stands in a cell of a kept workbook; what came by an unlock was
entered by hand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sqlmodel import Session, select

from dashboard import files
from dashboard.rules.source import Source, kept_sources, sources_in
from models.agency import Agency
from models.file import StoredFile
from models.project import LivelihoodProject, WorkItem
from models.report import (
    ExpectedReport,
    ProgressReport,
    ReportingPeriod,
    ReportLine,
    ReportState,
    ReportUnlock,
)
from models.upload import Upload, UploadKind, UploadState
from seed.accounts import People
from seed.rows import instant, key, optional_day, records, save
from seed.story import (
    REPORTED_MONTHS,
    YEAR,
    Figures,
    Item,
    Story,
    money,
    nodes_done,
    texts,
)
from seed.workbooks import SHEET, Cell, Sheet, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CORRECTED = ("cumulative_quantity", "monthly_quantity", "completed_pct", "physical_progress")
_IDENTITY = {"project_code", "project_name", "work_item", "unit_of_measure", "target_quantity"}


@dataclass(frozen=True)
class Course:
    """What became of one report: its state and its days."""

    state: ReportState
    submitted_on: date
    confirmed_on: date | None
    accepted_on: date | None
    reason: str = ""
    by_hand: bool = False


@dataclass
class City:
    """What the reports refer to."""

    projects: dict[str, LivelihoodProject]
    agencies: dict[str, Agency]
    shorts: dict[str, str]
    periods: dict[int, ReportingPeriod]
    items: dict[str, WorkItem]
    people: People


def courses(story: Story) -> dict[int, Course]:
    """Give what became of each of a project's reports, by month; months without one are absent."""
    told = {row["month"]: row for row in records("living/states") if row["project"] == story.code}
    by_hand = {
        (row["project"], row["month"]) for row in records("living/unlocks") if row["approved_on"]
    }
    found = {}
    for number in range(1, len(story.done) + 1):
        month = date(YEAR, number, 1)
        row = told.get(f"{month:%Y-%m}")
        if row is None:
            found[number] = _usual(story.row["lead"], month)
        elif row["state"] != "MISSING":
            found[number] = Course(
                ReportState[row["state"]],
                date.fromisoformat(row["submitted_on"]),
                optional_day(row["confirmed_on"]),
                optional_day(row["accepted_on"]),
                row["reason"],
                (story.code, f"{month:%Y-%m}") in by_hand,
            )
    return found


def _usual(lead: str, month: date) -> Course:
    """Sent on time, confirmed within a day, accepted before the month locks."""
    chance = Random(f"{lead}-{month}")
    first = date(YEAR, 3, 10) if month.month <= 2 else date(YEAR, month.month + 1, 1)
    sent = first + timedelta(days=chance.randint(0, 2))
    confirmed = sent + timedelta(days=chance.randint(0, 1))
    accepted = first + timedelta(days=chance.randint(4, 7))
    return Course(ReportState.ACCEPTED, sent, confirmed, accepted)


def add_reports(session: Session, city: City, stories: Sequence[Story]) -> dict[str, int]:
    """Add every report with its workbook and cells; give how many reports and workbooks."""
    groups: dict[tuple[int, str, date, bool], list[tuple[Story, Course]]] = defaultdict(list)
    for story in stories:
        for month, course in courses(story).items():
            where = month, story.row["lead"], course.submitted_on, course.by_hand
            groups[where].append((story, course))
    reports = 0
    numbers: Counter[tuple[int, str]] = Counter()
    for (month, agency, _day, by_hand), sent in sorted(groups.items(), key=lambda g: g[0]):
        numbers[month, agency] += 1
        _Batch(session, city, month, agency, numbers[month, agency], by_hand).add(sent)
        reports += len(sent)
    _add_revisions(session, city, stories)
    _receive(session, city)
    return {"reports": reports, "uploads": len(groups)}


class _Batch:
    """One unit's reports of one day: a workbook, its upload, the reports and their cells."""

    def __init__(
        self, session: Session, city: City, month: int, agency: str, number: int, by_hand: bool
    ) -> None:
        self.session, self.city = session, city
        self.month, self.agency = month, city.agencies[agency]
        self.number, self.by_hand = number, by_hand
        self.reporter = city.people.reporter(city.shorts[agency])
        self.reviewer = city.people.reviewer(city.shorts[agency])

    def add(self, sent: list[tuple[Story, Course]]) -> None:
        day = sent[0][1].submitted_on
        rows: list[tuple[Story, Item | None, dict[str, Cell]]] = []
        for story, _course in sent:
            rows.append((story, None, report_row(story, self.month, first(story, self.month))))
            rows += [(story, item, item_row(story, item, self.month)) for item in story.items]
        title = f"示范市{YEAR}年民生实事项目进展情况月报表（{self.month}月）"
        sheet = workbook(title, self.agency.name, day, [cells for _s, _i, cells in rows])
        upload = None if self.by_hand else self._upload(sheet, day, len(sent))
        receipt = f"{YEAR}{self.month:02d}-{self.agency.code}-{self.number:03d}"
        reports = {
            story.code: self._report(story, course, upload, receipt) for story, course in sent
        }
        save(self.session, reports.values())
        for place, (story, item, cells) in enumerate(rows):
            report = reports[story.code]
            work_item = self.city.items[item.code] if item else None
            if item is not None and work_item is not None:
                self._line(report, work_item, item.done[self.month - 1])
            self._sources(report, work_item, cells, sheet.cells[place], upload)

    def _upload(self, sheet: Sheet, day: date, count: int) -> Upload:
        name = f"{self.agency.aliases.split('、')[0]}{self.month}月民生实事进展.xlsx"
        digest = files.save(sheet.data)
        stored = StoredFile(
            sha256=digest,
            name=name,
            media_type=XLSX,
            size=len(sheet.data),
            account_id=self.reporter,
            agency_id=key(self.agency),
        )
        save(self.session, [stored])
        period = self.city.periods[self.month]
        upload = Upload(
            kind=UploadKind.MONTHLY,
            state=UploadState.COMMITTED,
            file_id=key(stored),
            sha256=digest,
            settled_key=f"{digest}:{period.programme_id}:{key(self.agency)}:{period.month}",
            programme_id=period.programme_id,
            agency_id=key(self.agency),
            month=period.month,
            account_id=self.reporter,
            committed_at=instant(day, 10, 20),
            rows_count=count,
        )
        save(self.session, [upload])
        upload.number = f"PC{key(upload):06d}"
        return upload

    def _report(
        self, story: Story, course: Course, upload: Upload | None, receipt: str
    ) -> ProgressReport:
        period = self.city.periods[self.month]
        row = report_row(story, self.month, first(story, self.month))
        values = {name: value for name, value in row.items() if name not in _IDENTITY}
        done = story.done[self.month - 1].pct
        accepted, confirmed = course.accepted_on, course.confirmed_on
        return ProgressReport.model_validate(
            {
                **{name: value for name, value in values.items() if value is not None},
                "period_id": key(period),
                "project_id": key(self.city.projects[story.code]),
                "agency_id": key(self.agency),
                "month": period.month,
                "state": course.state,
                "receipt": receipt,
                "on_schedule": done >= story.planned[self.month - 1],
                "upload_id": key(upload) if upload else None,
                "submitted_by_id": self.reporter,
                "submitted_at": instant(course.submitted_on, 10, 25),
                "submitted_on": course.submitted_on,
                "confirmed_by_id": self.reviewer if confirmed else None,
                "confirmed_at": instant(confirmed, 15, 40) if confirmed else None,
                "accepted_by_id": self.city.people.id("demo-supervisor") if accepted else None,
                "accepted_at": instant(accepted, 16, 30) if accepted else None,
                "accepted_on": accepted,
                "return_reason": course.reason,
            }
        )

    def _line(self, report: ProgressReport, item: WorkItem, figures: Figures) -> None:
        self.session.add(
            ReportLine(
                report_id=key(report),
                work_item_id=key(item),
                cumulative_quantity=figures.quantity,
                monthly_quantity=figures.monthly,
                completed_pct=figures.pct,
            )
        )

    def _sources(
        self,
        report: ProgressReport,
        item: WorkItem | None,
        row: dict[str, Cell],
        cells: dict[str, str],
        upload: Upload | None,
    ) -> None:
        found = []
        for field, value in row.items():
            if field in _IDENTITY or value in (None, ""):
                continue
            source = Source(
                field,
                str(value),
                SHEET if upload else "",
                cells[field] if upload else "",
                key(upload) if upload else None,
                key(item) if item else None,
                upload is None,
                None if upload else self.reporter,
            )
            found.append(source)
        report.cells = kept_sources([*sources_in(report.cells), *found])


def first(story: Story, month: int) -> Figures:
    """Give a month's figures as they were first sent."""
    return story.first.get(month, story.done[month - 1])


def report_row(story: Story, month: int, figures: Figures) -> dict[str, Cell]:
    """Give what a unit writes about a project for a month, by field."""
    progress, next_step = texts(story, month, figures)
    invested, allocated, paid = money(story, month)
    lag = story.lags.get(month)
    return {
        "project_code": story.code,
        "project_name": story.row["name"],
        "unit_of_measure": "" if story.items else story.row["unit"],
        "target_quantity": None if story.items else Decimal(story.row["quantity"]),
        "monthly_quantity": figures.monthly,
        "cumulative_quantity": figures.quantity,
        "completed_pct": figures.pct,
        "physical_progress": progress,
        "milestone_done": "、".join(nodes_done(story.code).get(month, [])),
        "problem": lag.problem if lag else "无",
        "cause": lag.cause if lag else "",
        "measure": lag.measure if lag else "",
        "forecast_on": lag.forecast_on if lag else None,
        "next_step": next_step,
        "completed_investment_wan": invested,
        "allocated_wan": allocated,
        "paid_wan": paid,
    }


def item_row(story: Story, item: Item, month: int) -> dict[str, Cell]:
    """Give what a unit writes about a work item for a month, by field."""
    figures = item.done[month - 1]
    return {
        "project_code": story.code,
        "project_name": story.row["name"],
        "work_item": item.name,
        "unit_of_measure": item.unit,
        "target_quantity": item.target,
        "monthly_quantity": figures.monthly,
        "cumulative_quantity": figures.quantity,
        "completed_pct": figures.pct,
    }


def _add_revisions(session: Session, city: City, stories: Iterable[Story]) -> None:
    """Add the corrected figures that an unlock let in; the first ones stay as they were."""
    told = {(row["project"], row["month"]): row for row in records("living/revisions")}
    by_code = {story.code: story for story in stories}
    for (code, name), row in told.items():
        month = date.fromisoformat(f"{name}-01")
        statement = select(ProgressReport).where(
            ProgressReport.project_id == city.projects[code].id, ProgressReport.month == month
        )
        first = session.exec(statement).one()
        day = date.fromisoformat(row["superseded_on"])
        cells = report_row(by_code[code], month.month, by_code[code].done[month.month - 1])
        figures = {name: cells[name] for name in _CORRECTED}
        second = ProgressReport.model_validate(
            {
                **first.model_dump(exclude={"id", "created_at", "changed_at", "version"}),
                **figures,
                "revision": 2,
                "upload_id": None,
                "receipt": f"{first.receipt}-2",
                "note": row["note"],
                "submitted_on": day,
                "accepted_on": day,
                "submitted_at": instant(day, 9, 5),
                "confirmed_at": instant(day, 9, 40),
                "accepted_at": instant(day, 11, 0),
            }
        )
        save(session, [second])
        first.superseded_on = day
        second.cells = kept_sources(
            Source(field, str(value), by_hand=True, entered_by_id=second.submitted_by_id)
            for field, value in cells.items()
            if field not in _IDENTITY and value not in (None, "")
        )


def _receive(session: Session, city: City) -> None:
    """Keep the day on which each expected report first came in."""
    statement = select(ProgressReport).where(ProgressReport.revision == 1)
    days = {
        (each.period_id, each.project_id): each.submitted_on for each in session.exec(statement)
    }
    for expected in session.exec(select(ExpectedReport)):
        expected.received_on = days.get((expected.period_id, expected.project_id))
    session.flush()


def add_unlocks(session: Session, city: City) -> None:
    """Add the unlocks that were asked for, approved by the office or still open."""
    for row in records("living/unlocks"):
        project = city.projects[row["project"]]
        short = city.shorts[_lead_code(city, project)]
        approved = optional_day(row["approved_on"])
        session.add(
            ReportUnlock(
                project_id=key(project),
                month=date.fromisoformat(f"{row['month']}-01"),
                reason=row["reason"],
                requested_by_id=city.people.reporter(short),
                requested_on=date.fromisoformat(row["requested_on"]),
                approved_by_id=city.people.id("demo-supervisor") if approved else None,
                approved_on=approved,
                ends_on=optional_day(row["ends_on"]),
            )
        )
    session.flush()


def _lead_code(city: City, project: LivelihoodProject) -> str:
    leads = {key(agency): code for code, agency in city.agencies.items()}
    return leads[project.lead_agency_id or 0]


def accepted_on(stories: Iterable[Story]) -> dict[tuple[str, int], date]:
    """Give the day that each project's report of a month was accepted."""
    return {
        (story.code, month): course.accepted_on
        for story in stories
        for month, course in courses(story).items()
        if course.accepted_on is not None and month <= REPORTED_MONTHS
    }
