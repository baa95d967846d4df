"""A planted city and its neighbour: units, a year's plan, reports, and one person for each role.

Every word and figure of a unit carries that unit's marker, so that a foreign one can be searched
for in whatever a person is shown.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from openpyxl import Workbook
from sqlmodel import Session, SQLModel, select

from dashboard.audit import record
from dashboard.commands.batch import Imported, commit_upload
from dashboard.commands.light import close_month, refresh_facts
from dashboard.commands.upload import store_upload
from dashboard.imports.examination import Examination
from dashboard.imports.sheet import examine
from dashboard.permissions import Actor, Grant
from dashboard.queries.upload import sheet_context
from dashboard.rules.progress import month_end, next_month
from dashboard.rules.source import Source, kept_sources
from models.account import Account, Role, RoleGrant, RoleGrantProject
from models.agency import Agency
from models.audit import AuditEntry
from models.file import Attachment, StoredFile
from models.instruction import Instruction
from models.light import (
    LightBound,
    LightCase,
    LightColour,
    LightDimension,
    LightKind,
    LightOverride,
    LightRuleSet,
)
from models.milestone import Adjustment, AdjustmentField, Milestone, MilestoneKind
from models.note import InternalNote
from models.observer import SealedSet, Visit
from models.photo import Photo
from models.programme import Programme
from models.project import FundSource, LivelihoodProject, SupportingAgency, WorkItem
from models.rectification import (
    Extension,
    Inspection,
    Recheck,
    Rectification,
    RectificationEvent,
    RectificationSource,
)
from models.region import Region
from models.remark import ObserverRemark, RemarkChannel, RemarkReply
from models.report import (
    ExpectedReport,
    ProgressReport,
    ReportingPeriod,
    ReportLine,
    ReportState,
    ReportUnlock,
)
from models.upload import Upload, UploadKind, UploadState
from seed.office import add_office_rows

T = TypeVar("T", bound=SQLModel)
TODAY = date(2026, 9, 3)
AUGUST, JULY = date(2026, 8, 1), date(2026, 7, 1)
HOUSING, SCHOOLS, FOREIGN = "甲标记", "乙标记", "丙标记"
FIGURES = {HOUSING: Decimal("56.1011"), SCHOOLS: Decimal("56.2022"), FOREIGN: Decimal("56.3033")}
"""What each unit reported for July: a figure nobody else has."""
SEALED = "密标记"
"""Stands in every word of what a unit must not know before its set is released."""
OWNERS = {"H1": HOUSING, "H2": HOUSING, "S1": SCHOOLS, "F1": FOREIGN}
"""Whose project is whose; F1 is the neighbouring city's."""
HEADINGS = (
    "项目编号", "项目名称", "累计完成数量", "完成进度", "形象进度", "滞后原因", "整改措施",
    "预计完成时间", "子项编号", "子项名称",
)  # fmt: skip
H1_ROW = ("H1", f"供热管网改造{HOUSING}", 26, "65%", "主管敷设完成", *[None] * 5)


@dataclass
class City:
    """What stands in the city, by short names."""

    regions: dict[str, Region] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    programmes: dict[str, Programme] = field(default_factory=dict)
    periods: dict[tuple[str, date], ReportingPeriod] = field(default_factory=dict)
    projects: dict[str, LivelihoodProject] = field(default_factory=dict)
    reports: dict[str, ProgressReport] = field(default_factory=dict)
    people: dict[str, Actor] = field(default_factory=dict)

    def id(self, code: str) -> int:
        """The key of a project."""
        return self.projects[code].id or 0

    def __getitem__(self, name: str) -> Actor:
        """The person of this name: a role, or one of the further people."""
        return self.people[name]


def plant(session: Session) -> City:
    """Plant both cities; every project has its accepted July report and owes August's."""
    city = City()
    _rules(session)
    add_office_rows(session)
    _places(session, city)
    for code, quantity in (("H1", 40), ("H2", 120), ("S1", 6), ("F1", 9)):
        _project(session, city, code, Decimal(quantity))
    _people(session, city)
    for code in city.projects:
        city.reports[code] = reported(session, city, code, JULY, FIGURES[OWNERS[code]])
    session.flush()
    refresh_facts(session, [city.id(code) for code in city.projects], today=TODAY)
    return city


def save(session: Session, row: T) -> T:
    """Add a row and give it its key."""
    session.add(row)
    session.flush()
    return row


def _rules(session: Session) -> None:
    rules = save(session, LightRuleSet(code="DEFAULT", name="默认", since=date(2000, 1, 1)))
    key = rules.id or 0
    for kind in LightKind:
        session.add(LightColour(rule_set_id=key, kind=kind, word=kind.label, hex="#123456"))
    bands = (
        ("落后不足十个百分点", LightKind.GOOD, None, 10),
        ("落后不足三十个百分点", LightKind.WARN, 10, 30),
        ("落后三十个百分点以上", LightKind.BAD, 30, None),
    )
    for position, (words, kind, low, high) in enumerate(bands, 1):
        case = LightCase(
            rule_set_id=key, dimension=LightDimension.PROGRESS, position=position, kind=kind,
            words=words,
        )  # fmt: skip
        save(session, case)
        session.add(
            LightBound(
                case_id=case.id or 0,
                fact="shortfall_pp",
                low=Decimal(low) if low is not None else None,
                high=Decimal(high) if high is not None else None,
                high_included=False,
            )
        )
    session.add(
        LightCase(
            rule_set_id=key, dimension=LightDimension.PROGRESS, position=4, kind=None, words="其余"
        )
    )
    session.flush()


def _places(session: Session, city: City) -> None:
    province = save(session, Region(code="P0", name="某省"))
    province.path = f"/{province.id}/"
    for key, name in (("home", "示范市"), ("away", "邻市")):
        region = save(session, Region(code=key, name=name, parent_id=province.id))
        region.path = f"{province.path}{region.id}/"
        city.regions[key] = region
    for key, name, place in (
        ("housing", "市住建局", "home"),
        ("schools", "市教育局", "home"),
        ("finance", "市财政局", "home"),
        ("foreign", "邻市住建局", "away"),
    ):
        agency = Agency(code=key.upper(), name=name, region_id=city.regions[place].id or 0)
        save(session, agency)
        agency.path = f"/{agency.id}/"
        city.agencies[key] = agency
    for place in ("home", "away"):
        region_id = city.regions[place].id or 0
        programme = Programme(region_id=region_id, year=2026, name=f"{place}2026年清单")
        programme.adopted_on = date(2026, 1, 15)
        city.programmes[place] = save(session, programme)
        for number in range(1, 13):
            month = date(2026, number, 1)
            after = next_month(month)
            period = ReportingPeriod(
                programme_id=programme.id or 0,
                month=month,
                due_on=after.replace(day=3),
                timely_until=after.replace(day=3),
                locked_after=after.replace(day=10),
            )
            city.periods[place, month] = save(session, period)


def _lead(code: str) -> str:
    return {"H": "housing", "S": "schools", "F": "foreign"}[code[0]]


def _project(session: Session, city: City, code: str, quantity: Decimal) -> None:
    place = "away" if code == "F1" else "home"
    mark = OWNERS[code]
    agency_id = city.agencies[_lead(code)].id
    project = LivelihoodProject(
        programme_id=city.programmes[place].id or 0,
        region_id=city.regions[place].id or 0,
        code=code,
        name=f"{'供热管网改造' if code == 'H1' else '项目' + code}{mark}",
        category=f"类别{mark}",
        target=f"目标{mark}",
        target_quantity=quantity,
        unit_of_measure="公里",
        lead_agency_id=agency_id,
        upkeep_agency_id=agency_id,
        leader=f"领导{mark}",
        responsible=f"责任人{mark}",
        contact=f"联系人{mark}",
        phone="13800000000",
        standard=f"标准{mark}",
        due_on=date(2026, 12, 31),
        note=f"备注{mark}",
    )
    city.projects[code] = save(session, project)
    key = project.id or 0
    if code == "H2":
        for number, weight in ((1, 60), (2, 40)):
            item = WorkItem(project_id=key, code=f"H2-{number}", name=f"子项{number}{mark}")
            item.weight_pct, item.target_quantity = Decimal(weight), Decimal(60)
            save(session, item)
    if code == "S1":
        finance = city.agencies["finance"].id or 0
        session.add(SupportingAgency(project_id=key, agency_id=finance))
    session.add(FundSource(project_id=key, name=f"资金{mark}", budgeted_wan=Decimal(100)))
    for (where, month), period in city.periods.items():
        if where == place:
            _plan(session, city, code, month, period)
    node = Milestone(
        project_id=key, kind=MilestoneKind.NODE, name=f"主体完工{mark}", due_on=date(2026, 10, 31)
    )
    save(session, node)


def _plan(session: Session, city: City, code: str, month: date, period: ReportingPeriod) -> None:
    session.add(
        Milestone(
            project_id=city.id(code),
            kind=MilestoneKind.MONTHLY,
            name=f"{month.month}月",
            due_on=month_end(month),
            planned_pct=Decimal(8 * month.month),
        )
    )
    if month <= AUGUST:
        session.add(
            ExpectedReport(
                period_id=period.id or 0,
                project_id=city.id(code),
                agency_id=city.projects[code].lead_agency_id or 0,
                received_on=month_end(month) if month < AUGUST else None,
            )
        )


def _people(session: Session, city: City) -> None:
    home, away = city.regions["home"], city.regions["away"]
    housing, schools = city.agencies["housing"], city.agencies["schools"]
    foreign, finance = city.agencies["foreign"], city.agencies["finance"]
    scopes: dict[str, tuple[Role | None, Region | Agency | int | None]] = {
        "ADMIN": (Role.ADMIN, None),
        "SECURITY": (Role.SECURITY, None),
        "SUPERVISOR": (Role.SUPERVISOR, home),
        "LEADER": (Role.LEADER, home),
        "REPORTER": (Role.REPORTER, housing),
        "REVIEWER": (Role.REVIEWER, housing),
        "OBSERVER": (Role.OBSERVER, city.id("H1")),
        "AUDITOR": (Role.AUDITOR, home),
        "NOBODY": (None, None),
        "second supervisor": (Role.SUPERVISOR, home),
        "schools reporter": (Role.REPORTER, schools),
        "schools reviewer": (Role.REVIEWER, schools),
        "finance reporter": (Role.REPORTER, finance),
        "stranger": (Role.SUPERVISOR, away),
        "foreign leader": (Role.LEADER, away),
        "foreign reporter": (Role.REPORTER, foreign),
        "foreign reviewer": (Role.REVIEWER, foreign),
        "other observer": (Role.OBSERVER, home),
        "foreign observer": (Role.OBSERVER, away),
    }
    for name, (role, scope) in scopes.items():
        city.people[name] = person(session, name, role, scope)


def person(
    session: Session, name: str, role: Role | None, scope: Region | Agency | int | None = None
) -> Actor:
    """Plant an account with one grant, or none, and give its actor."""
    short = name.lower().replace(" ", "-")
    agency_id = scope.id if isinstance(scope, Agency) else None
    account = Account(name=short, folded_name=short, display_name=f"{name}某", agency_id=agency_id)
    key = save(session, account).id or 0
    if role is None:
        return Actor(key, short)
    grant = RoleGrant(account_id=key, role=role)
    if isinstance(scope, Region):
        grant.region_id = scope.id
    grant.agency_id = agency_id
    save(session, grant)
    given = Grant(role)
    if isinstance(scope, int):
        session.add(RoleGrantProject(grant_id=grant.id or 0, project_id=scope))
        given = Grant(role, project_ids=(scope,))
    elif isinstance(scope, Region):
        given = Grant(role, region_path=scope.path)
    elif isinstance(scope, Agency):
        given = Grant(role, agency_path=scope.path)
    session.flush()
    return Actor(key, short, (given,), agency_id)


def reported(
    session: Session, city: City, code: str, month: date, completed: Decimal
) -> ProgressReport:
    """Plant an accepted report of a month, written by hand, on the fifth of the next month."""
    place, mark = ("away" if code == "F1" else "home"), OWNERS[code]
    accepted = next_month(month).replace(day=5)
    unit = "foreign " if code == "F1" else "schools " if code == "S1" else ""
    reporter, reviewer = ((f"{unit}{w}" if unit else w.upper()) for w in ("reporter", "reviewer"))
    report = ProgressReport(
        period_id=city.periods[place, month].id or 0,
        project_id=city.id(code),
        agency_id=city.projects[code].lead_agency_id,
        month=month,
        state=ReportState.ACCEPTED,
        receipt=f"{month:%Y%m}-{_lead(code).upper()}-001",
        cumulative_quantity=Decimal(4),
        completed_pct=completed,
        physical_progress=f"形象{mark}",
        problem=f"问题{mark}",
        submitted_by_id=city[reporter].account_id,
        submitted_on=accepted,
        confirmed_by_id=city[reviewer].account_id,
        accepted_by_id=city["stranger" if code == "F1" else "SUPERVISOR"].account_id,
        accepted_on=accepted,
        accepted_at=datetime(accepted.year, accepted.month, 5, tzinfo=UTC),
    )
    save(session, report)
    for item in session.exec(select(WorkItem).where(WorkItem.project_id == city.id(code))):
        line = ReportLine(report_id=report.id or 0, work_item_id=item.id or 0)
        line.completed_pct = completed
        session.add(line)
    source = Source(
        "completed_pct", f"{completed}{mark}", by_hand=True, entered_by_id=report.submitted_by_id
    )
    report.cells = kept_sources([source])
    return report


def workbook(
    rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS, title: str = "2026年8月进展"
) -> bytes:
    """Make a workbook of one sheet: a title line, headings, rows. A4 is the second row's first."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append([title])
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def stored(
    session: Session,
    city: City,
    data: bytes,
    *,
    who: str = "REPORTER",
    unit: str = "housing",
    month: date = AUGUST,
) -> Upload:
    """Keep a monthly workbook as a draft upload."""
    return store_upload(
        session,
        city[who],
        kind=UploadKind.MONTHLY,
        programme_id=city.programmes["away" if unit == "foreign" else "home"].id or 0,
        agency_id=city.agencies[unit].id,
        month=month,
        name="八月月报.xlsx",
        data=data,
    )


def checked(
    session: Session,
    city: City,
    data: bytes,
    upload: Upload,
    who: str = "REPORTER",
    edits: Mapping[tuple[str, str], str] | None = None,
) -> Examination:
    """Examine a stored workbook in this process: what the child process would answer."""
    context = sheet_context(session, city[who], upload.id or 0)
    return examine(data, "八月月报.xlsx", context, edits or {})


def imported(
    session: Session,
    city: City,
    *rows: Sequence[Any],
    submit: bool = True,
    today: date = TODAY,
    month: date = AUGUST,
    reasons: Mapping[tuple[str, int], str] | None = None,
) -> Imported:
    """Import rows for the housing unit, by its reporter."""
    data = workbook(rows or [H1_ROW])
    upload = stored(session, city, data, month=month)
    found = checked(session, city, data, upload)
    made = commit_upload(
        session, city["REPORTER"], upload.id or 0, found, reasons=reasons or {}, today=today,
        submit=submit,
    )  # fmt: skip
    session.flush()
    return made


def newest(session: Session, city: City, code: str, month: date = AUGUST) -> ProgressReport:
    """The newest revision of a project's report."""
    statement = select(ProgressReport).where(
        ProgressReport.project_id == city.id(code), ProgressReport.month == month
    )
    return max(session.exec(statement), key=lambda report: report.revision)


def events(session: Session) -> list[str]:
    """The events of the log, oldest first."""
    rows = session.exec(select(AuditEntry)).all()
    return [row.event for row in sorted(rows, key=lambda row: row.id or 0)]


def furnish(session: Session, city: City) -> None:
    """Give every project one of everything that can stand at it, in its unit's own words."""
    for code, mark in OWNERS.items():
        unit = "foreign" if code == "F1" else "schools" if code == "S1" else "housing"
        place = "away" if code == "F1" else "home"
        reporter = {"foreign": "foreign reporter", "schools": "schools reporter"}.get(
            unit, "REPORTER"
        )
        account_id, key = city[reporter].account_id, city.id(code)
        leader = city["foreign leader" if code == "F1" else "LEADER"]
        given = Instruction(
            project_id=key, given_by_id=leader.account_id, given_on=TODAY, words=f"批示{mark}",
            due_on=TODAY, answer=f"答复{mark}",
        )  # fmt: skip
        record(session, leader, "instruction:give", given, comment=f"批示{mark}")
        move = Adjustment(
            project_id=key, number=1, field=AdjustmentField.TARGET, old=f"目标{mark}",
            new=f"新{mark}", reason=f"调整{mark}", proposed_by_id=account_id, proposed_on=TODAY,
        )  # fmt: skip
        record(session, city[reporter], "adjustment:propose", move)
        asked = ReportUnlock(
            project_id=key, month=JULY, reason=f"解锁{mark}", requested_by_id=account_id,
            requested_on=TODAY,
        )  # fmt: skip
        record(session, city[reporter], "unlock:request", asked)
        by_hand = LightOverride(
            project_id=key, kind=LightKind.WARN, reason=f"改灯{mark}", first_on=TODAY,
            by_id=leader.account_id,
        )  # fmt: skip
        save(session, by_hand)
        for sealed in (False, True):
            _remark(session, city, code, place, sealed)
        _files(session, city, code, place, unit, account_id)
        photographed(session, city, code, who="OBSERVER" if code == "H1" else "NOBODY")
    for place in ("home", "away"):
        programme = session.get_one(Programme, city.programmes[place].id)
        close_month(session, programme, JULY, today=TODAY)
    refresh_facts(session, [city.id(code) for code in city.projects], today=TODAY)


def _remark(session: Session, city: City, code: str, place: str, sealed: bool) -> None:
    mark = OWNERS[code] + (SEALED if sealed else "")
    region_id = city.regions[place].id or 0
    office = city["stranger" if place == "away" else "SUPERVISOR"].account_id
    kept = SealedSet(region_id=region_id, name=f"批次{mark}", opened_by_id=office, opened_on=TODAY)
    visit = Visit(
        project_id=city.id(code), due_on=TODAY, note=f"走访{mark}",
        account_id=city["foreign observer" if place == "away" else "other observer"].account_id,
        sealed_set_id=save(session, kept).id if sealed else None,
    )  # fmt: skip
    written = ObserverRemark(
        client_id=f"planted-{code}-{sealed}", number=f"GC{code}{int(sealed)}", region_id=region_id,
        channel=RemarkChannel.OBSERVER, project_id=city.id(code), words=f"意见{mark}",
        place=f"地点{mark}", account_id=save(session, visit).account_id, observed_on=TODAY,
        received_at=datetime(2026, 9, 3, 1, tzinfo=UTC), sealed_set_id=visit.sealed_set_id,
        visit_id=visit.id,
    )  # fmt: skip
    key = save(session, written).id or 0
    answer = RemarkReply(remark_id=key, words=f"答{mark}", replied_by_id=office, replied_on=TODAY)
    note = InternalNote(
        table_name="observer_remark", row_id=key, words=f"备注{mark}", noted_by_id=office,
        noted_on=TODAY,
    )  # fmt: skip
    save(session, answer)
    save(session, note)
    written.rectification_id = _rectified(session, city, code, mark, visit.sealed_set_id, office)
    session.flush()


def _rectified(
    session: Session, city: City, code: str, mark: str, sealed_set_id: int | None, office: int
) -> int:
    """Plant an item under way with one of everything that stands at it."""
    region_id = city.projects[code].region_id
    inspection = Inspection(
        region_id=region_id, name=f"督查{mark}", inspected_on=TODAY, made_by_id=office,
        sealed_set_id=sealed_set_id,
    )  # fmt: skip
    row = Rectification(
        number=f"ZG{mark}{code}", project_id=city.id(code), source=RectificationSource.INSPECTION,
        inspection_id=save(session, inspection).id, sealed_set_id=sealed_set_id,
        finding=f"问题{mark}", thing=f"事项{mark}",
        agency_id=city.projects[code].lead_agency_id or 0, responsible=f"整改人{mark}",
        standard=f"整改标准{mark}", state="RECEIVED", issued_by_id=office, found_on=TODAY,
        issued_on=TODAY, first_due_on=date(2026, 9, 18),
        due_on=date(2026, 9, 18), public_answer=f"公开{mark}", batch=f"批{mark}{code}",
    )  # fmt: skip
    key = save(session, row).id or 0
    kept = StoredFile(sha256=code * 32, name=f"佐证{mark}.pdf", media_type="", size=1)
    kept.account_id = office
    save(session, RectificationEvent(
        rectification_id=key, event="issue", name="下发", to_state="RECEIVED", account_id=office,
        agency_id=row.agency_id, due_on=row.due_on, happened_on=TODAY, words=f"经过{mark}",
        happened_at=datetime(2026, 9, 3, 1, tzinfo=UTC),
    ))  # fmt: skip
    save(session, Extension(
        rectification_id=key, old_due_on=TODAY, new_due_on=TODAY, reason=f"延期{mark}",
        asked_by_id=office, asked_on=TODAY,
    ))  # fmt: skip
    save(session, Recheck(rectification_id=key, due_on=TODAY, words=f"回看{mark}"))
    save(session, Attachment(
        file_id=save(session, kept).id or 0, table_name="rectification", row_id=key,
        caption=f"佐证{mark}",
    ))  # fmt: skip
    save(session, InternalNote(
        table_name="rectification", row_id=key, words=f"内注{mark}", noted_by_id=office,
        noted_on=TODAY,
    ))  # fmt: skip
    return key


def _files(session: Session, city: City, code: str, place: str, unit: str, account_id: int) -> None:
    mark, agency_id = OWNERS[code], city.agencies[unit].id
    sheet = StoredFile(
        sha256=code * 32, name=f"月报{mark}.xlsx", media_type="", size=1, account_id=account_id,
        agency_id=agency_id,
    )  # fmt: skip
    photo = StoredFile(
        sha256=code * 32, name=f"照片{mark}.png", media_type="image/png", size=1,
        account_id=account_id, project_id=city.id(code), agency_id=agency_id,
    )  # fmt: skip
    save(session, sheet)
    save(session, photo)
    upload = Upload(
        kind=UploadKind.MONTHLY, state=UploadState.COMMITTED, number=f"PC{mark}{code}",
        file_id=sheet.id or 0, sha256=sheet.sha256, programme_id=city.programmes[place].id or 0,
        agency_id=agency_id, month=AUGUST, account_id=account_id, rows_count=1,
    )  # fmt: skip
    save(session, upload)
    report = ProgressReport(
        period_id=city.periods[place, AUGUST].id or 0, project_id=city.id(code),
        agency_id=agency_id, month=AUGUST, state=ReportState.DRAFT, upload_id=upload.id,
        completed_pct=FIGURES[mark] + 8, problem=f"草稿问题{mark}",
    )  # fmt: skip
    report.cells = kept_sources(
        [Source("completed_pct", f"原文{mark}", "Sheet", "D3", upload_id=upload.id)]
    )
    save(session, report)
    shown = Attachment(
        file_id=photo.id or 0, table_name="progress_report", caption=f"说明{mark}",
        row_id=city.reports[code].id or 0,
    )  # fmt: skip
    save(session, shown)


def photographed(
    session: Session,
    city: City,
    code: str,
    *,
    who: str = "OBSERVER",
    sealed_set_id: int | None = None,
) -> Photo:
    """Plant a remark on a project with a photo, whose files hold nothing."""
    mark, key, name = OWNERS[code], city.id(code), f"{code}-{who}-{sealed_set_id}"
    remark = ObserverRemark(
        client_id=f"planted-{name}", number=f"YJ-{name}",
        channel=RemarkChannel.OBSERVER, region_id=city.projects[code].region_id, project_id=key,
        account_id=city[who].account_id, words=f"意见{mark}", observed_on=TODAY,
        received_at=datetime(2026, 9, 3, 1, tzinfo=UTC), sealed_set_id=sealed_set_id,
    )  # fmt: skip
    save(session, remark)
    kept = {
        copy: save(
            session,
            StoredFile(
                sha256=code * 32, name=f"{copy}{mark}.jpg", media_type="image/jpeg", size=1,
                account_id=city[who].account_id,
            ),
        ).id
        or 0
        for copy in ("original", "shown", "thumb")
    }  # fmt: skip
    photo = Photo(
        table_name="observer_remark", row_id=remark.id or 0, width=64, height=48,
        original_file_id=kept["original"], shown_file_id=kept["shown"],
        thumb_file_id=kept["thumb"], caption=f"照片说明{mark}",
    )  # fmt: skip
    return save(session, photo)
