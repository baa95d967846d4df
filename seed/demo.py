"""The demonstration: the real programmes, the living city, its people and their sheets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from dashboard import audit
from dashboard.commands.light import close_month, refresh_facts
from dashboard.db import engine, transaction
from dashboard.errors import DashboardError
from dashboard.migrate import upgrade
from models.audit import Via
from models.installation import InstallationMark
from models.instruction import Instruction
from models.light import LightKind, LightOverride
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from models.report import ReportingPeriod
from seed import living
from seed.accounts import People, add_people, grant_vice_mayor
from seed.evidence import add_evidence
from seed.living_charts import add_charts
from seed.living_rectify import play
from seed.living_reports import City, accepted_on, add_reports, add_unlocks
from seed.living_watch import Watch, add_observers, add_sealed_sets, add_sites
from seed.real import add_real
from seed.reference import add_reference
from seed.rows import add_region, instant, key, log, optional_day, records, save
from seed.sheets import write_sheets
from seed.story import stories

Tell = Callable[[str], None]


def add_living(session: Session, published: Region, tell: Tell) -> None:
    """Add 示范市 with its people, a year's plan and the reports up to early September."""
    told = stories()
    region, agencies = living.add_city(session)
    people = add_people(session, region, published)
    programme = living.add_programme(session, region)
    projects = {
        story.code: living.add_project(session, programme, agencies, story) for story in told
    }
    shorts = {row["code"]: row["short"] for row in records("living/agencies")}
    leads = {story.code: shorts[story.row["lead"]] for story in told}
    nodes = living.add_nodes(session, projects, accepted_on(told))
    living.add_adjustments(session, projects, nodes, people, leads)
    periods = living.add_periods(session, programme)
    items = living.items_by_code(session, programme)
    city = City(projects, agencies, shorts, periods, items, people)
    counts = add_reports(session, city, told)
    add_unlocks(session, city)
    records_made = add_evidence(session, projects)
    grant_vice_mayor(session, people)
    add_instructions(session, projects, people, leads)
    save(session, [_override(projects["SF2026-10"], people)])
    watch = Watch(region, people, projects)
    add_sites(session, watch)
    add_observers(session, watch)
    add_sealed_sets(session, watch)
    desk = play(session, watch, agencies)
    add_charts(session, region, programme, people)
    made = (
        f"{len(projects)} 个项目，{counts['reports']} 份月报，{len(watch.remarks)} 条观察意见，"
        f"{len(desk.issued)} 项整改"
    )
    log(session, "seed:living", programme, f"演示数据：{made}，{records_made} 件佐证材料")
    tell(f"示范市：{made}（构造的演示数据）")


def add_instructions(
    session: Session,
    projects: dict[str, LivelihoodProject],
    people: People,
    leads: dict[str, str],
) -> None:
    """Add what the leaders wrote on projects and what the units answered."""
    for row in records("living/instructions"):
        answered = optional_day(row["answered_on"])
        reporter = people.reporter(leads[row["project"]])
        instruction = Instruction(
            project_id=key(projects[row["project"]]),
            given_by_id=people.id(row["given_by"]),
            given_on=date.fromisoformat(row["given_on"]),
            words=row["words"],
            due_on=date.fromisoformat(row["due_on"]),
            answer=row["answer"],
            answered_by_id=reporter if answered else None,
            answered_at=instant(answered, 17, 10) if answered else None,
            answered_on=answered,
        )
        save(session, [instruction])


def _override(project: LivelihoodProject, people: People) -> LightOverride:
    return LightOverride(
        project_id=key(project),
        kind=LightKind.WARN,
        reason="8月进度已追上，但市政中压管剩余路段9月仍受开挖窗口限制，经核查保持黄灯至9月底。",
        first_on=date(2026, 9, 2),
        last_on=date(2026, 9, 30),
        by_id=people.id("demo-supervisor"),
    )


def light_up(session: Session, tell: Tell) -> None:
    """Close each locked month on the day after, then keep the facts and mark what was made up.

    Months of real programmes are not closed: nobody reported there, so nothing was late.
    """
    programmes = session.exec(select(Programme)).all()
    for programme in programmes:
        if programme.constructed:
            for period in _periods(session, programme):
                day = period.locked_after + timedelta(days=1)
                if day <= living.TODAY:
                    close_month(session, programme, period.month, today=day)
    refresh_facts(session, None, today=living.TODAY)
    tell(f"亮灯：{len(programmes)} 个年度清单的事实与月末灯已写入")


def _periods(session: Session, programme: Programme) -> list[ReportingPeriod]:
    statement = select(ReportingPeriod).where(ReportingPeriod.programme_id == programme.id)
    return list(session.exec(statement.order_by(col(ReportingPeriod.month))))


def build(session: Session, tell: Tell) -> None:
    """Add the whole demonstration to an empty database that has its schema."""
    before = audit.via.set(Via.JOB)
    add_reference(session)
    published = add_region(session, "100000", "公开资料（真实项目）")
    add_real(session, published, tell)
    add_living(session, published, tell)
    light_up(session, tell)
    save(session, [InstallationMark(name="demonstration", value=living.TODAY.isoformat())])
    audit.via.reset(before)


def create(sheets: Path, schema: str, tell: Tell) -> None:
    """Bring the database up to date and fill it, unless it is the demonstration already.

    Raises:
        DashboardError: the database holds an office's own rows.
    """
    upgrade(engine())
    with transaction() as session:
        marks = {mark.name: mark for mark in session.exec(select(InstallationMark))}
        if "demonstration" in marks:
            add_reference(session)
            tell("演示数据库已经建立，数据没有改动。")
        elif session.exec(select(Programme).limit(1)).first() is not None:
            raise DashboardError("此数据库已有正式数据，不能写入演示数据。")
        else:
            build(session, tell)
        for path in write_sheets(session, sheets):
            tell(f"本月表格：{path}")
        mark = marks.get("seeded") or InstallationMark(name="seeded")
        mark.value = schema
        session.add(mark)
