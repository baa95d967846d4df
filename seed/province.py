"""A synthetic province to measure with: the same rows for the same number of projects.

11 cities, 117 counties and 1,187 townships, each with a list of its own; the projects are dealt
out among them in turn. Every project has 12 planned figures and 12 accepted reports.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, text
from sqlmodel import Session, SQLModel
from sqlmodel import select as rows_of

from dashboard import audit
from dashboard.commands.light import refresh_facts
from dashboard.commands.period import next_month
from dashboard.db import engine, transaction
from dashboard.errors import DashboardError
from dashboard.migrate import upgrade
from dashboard.queries.rule import rules_on
from dashboard.rules.fact import facts_on
from dashboard.rules.light import RuleSet, light
from models.agency import Agency
from models.audit import Via
from models.base import utc_now
from models.light import LightRecord
from models.milestone import Milestone, MilestoneKind
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from models.report import ExpectedReport, ProgressReport, ReportingPeriod, ReportState
from seed.reference import add_reference
from seed.rows import month_end

CITIES, COUNTIES, TOWNSHIPS = 11, 117, 1187
PLACES = CITIES + COUNTIES + TOWNSHIPS
YEAR = 2025
TODAY = date(2026, 1, 5)
"""The day the province lives on: December is reported and not yet closed."""
UNITS = ("住建局", "交通局", "卫健局", "教育局", "民政局")
KINDS = (
    ("老旧小区改造", "住房安居", "个"), ("农村公路建设", "交通出行", "公里"),
    ("普惠托位建设", "养老托幼", "个"), ("中小学改扩建", "教育", "所"),
    ("适老化改造", "养老托幼", "户"), ("供热管网改造", "市政设施", "公里"),
)  # fmt: skip
_PLANS = (
    (2, 5, 12, 22, 34, 46, 58, 70, 80, 90, 96, 100),
    (0, 0, 5, 15, 30, 45, 60, 75, 88, 95, 100, 100),
    (8, 16, 25, 33, 42, 50, 58, 67, 75, 83, 92, 100),
)
_MONTHS = tuple(date(YEAR, number, 1) for number in range(1, 13))
_BATCH_PLACES = 40
_Row = dict[str, Any]


def create(projects: int, tell: Callable[[str], None]) -> None:
    """Fill an empty database with a province of so many projects.

    Raises:
        DashboardError: the database has rows already.
    """
    upgrade(engine())
    before = audit.via.set(Via.JOB)
    with transaction() as session:
        if session.exec(rows_of(Region).limit(1)).first() is not None:
            raise DashboardError("此数据库不是空的，不能写入测试用的省。")
        add_reference(session)
        add_places(session)
    for first in range(0, PLACES, _BATCH_PLACES):
        places = range(first, min(first + _BATCH_PLACES, PLACES))
        with transaction() as session:
            add_projects(session, places, projects)
    with transaction() as session:
        _set_sequences(session)
        audit.append(session, None, "seed:province", comment=f"测试用的省：{projects} 个项目")
    audit.via.reset(before)
    tell(f"测试用的省：{PLACES} 个地区，{projects} 个项目，{projects * 12} 份月报")


def add_places(session: Session) -> None:
    """Add the regions, their units, their lists and the year's reporting periods."""
    regions = [_region(1, "测试省", None, "/1/")]
    for place in range(PLACES):
        number, parent = place + 2, _parent(place)
        path = f"{regions[parent - 1]['path']}{number}/"
        regions.append(_region(number, _place_name(place), parent, path))
    _insert(session, Region, regions)
    _insert(session, Agency, [unit for place in range(PLACES) for unit in _units(place)])
    _insert(session, Programme, [_programme(place) for place in range(PLACES)])
    periods = [_period(place, month) for place in range(PLACES) for month in _MONTHS]
    _insert(session, ReportingPeriod, periods)


def _parent(place: int) -> int:
    """Give the region a place lies in: cities in the province, counties in cities, and so on."""
    if place < CITIES:
        return 1
    if place < CITIES + COUNTIES:
        return (place - CITIES) % CITIES + 2
    return (place - CITIES - COUNTIES) % COUNTIES + CITIES + 2


def _place_name(place: int) -> str:
    if place < CITIES:
        return f"测试{place + 1}市"
    if place < CITIES + COUNTIES:
        return f"测试{place + 1 - CITIES}县"
    return f"测试{place + 1 - CITIES - COUNTIES}镇"


def _region(number: int, name: str, parent: int | None, path: str) -> _Row:
    return {"id": number, "code": f"T{number:05d}", "name": name, "parent_id": parent, "path": path}


def _units(place: int) -> Iterator[_Row]:
    for order, name in enumerate(UNITS, start=1):
        number = place * len(UNITS) + order
        yield {
            "id": number,
            "code": f"TU{number:05d}",
            "name": f"{_place_name(place)}{name}",
            "aliases": name,
            "region_id": place + 2,
            "parent_id": None,
            "path": f"/{number}/",
            "active": True,
        }


def _programme(place: int) -> _Row:
    return {
        "id": place + 1,
        "region_id": place + 2,
        "year": YEAR,
        "name": f"{_place_name(place)}{YEAR}年民生实事",
        "adopted_on": date(YEAR, 1, 15),
        "rule_set_code": "DEFAULT",
        "due_day": 3,
        "timely_day": 3,
        "locked_day": 10,
        "shown_on": None,
        "constructed": True,
        "source": "测试数据",
    }


def _period(place: int, month: date) -> _Row:
    after = next_month(month)
    return {
        "id": place * 12 + month.month,
        "programme_id": place + 1,
        "month": month,
        "due_on": after.replace(day=3),
        "timely_until": after.replace(day=3),
        "locked_after": after.replace(day=10),
        "exception": "",
    }


@dataclass(frozen=True, slots=True)
class Spot:
    """One project's number in the province (from 0), its place, and its order there (from 1)."""

    number: int
    place: int
    order: int

    @property
    def lead(self) -> int:
        """The key of its lead unit."""
        return self.place * len(UNITS) + _mixed(self.number, 6) % len(UNITS) + 1

    def key(self, month: date) -> int:
        """Give the key of its row of a month."""
        return self.number * 12 + month.month

    def period(self, month: date) -> int:
        """Give the key of the reporting period of a month."""
        return self.place * 12 + month.month


def spots(place: int, projects: int) -> list[Spot]:
    """Deal the projects out evenly: those of a place follow one another."""
    each, more = divmod(projects, PLACES)
    first = place * each + min(place, more)
    return [Spot(first + n, place, n + 1) for n in range(each + (place < more))]


def add_projects(session: Session, places: range, projects: int) -> None:
    """Add the projects of these places with plan, reports, facts and closing lights."""
    own = [spot for place in places for spot in spots(place, projects)]
    if not own:
        return
    _insert(session, LivelihoodProject, [_project(spot) for spot in own])
    _insert(session, Milestone, [row for spot in own for row in _plan(spot)])
    _insert(session, ExpectedReport, [row for spot in own for row in _expected(spot)])
    _insert(session, ProgressReport, [row for spot in own for row in _reports(spot)])
    refresh_facts(session, [spot.number + 1 for spot in own], today=TODAY)
    rules = rules_on(session, "DEFAULT", TODAY)
    _insert(session, LightRecord, list(_records(session, own, rules)))


def _mixed(number: int, salt: int) -> int:
    """Scatter a number evenly over 0–999, the same way on every machine."""
    return ((number + 1) * 2_654_435_761 + salt * 40_503) % 4_294_967_296 // 4_294_968


def planned(number: int) -> tuple[int, ...]:
    """Give the twelve planned percents of a project."""
    return _PLANS[_mixed(number, 1) % len(_PLANS)]


def completed(number: int) -> list[Decimal]:
    """Give the twelve reported percents: most near the plan, some behind, some far behind."""
    pace = _mixed(number, 2)
    speed = 100 if pace < 700 else 85 if pace < 850 else 72 if pace < 950 else 50
    return [Decimal(percent * speed) / 100 for percent in planned(number)]


def _project(spot: Spot) -> _Row:
    number, place = spot.number, spot.place
    kind, category, unit = KINDS[_mixed(number, 3) % len(KINDS)]
    target = 20 + _mixed(number, 4)
    return {
        "id": number + 1,
        "programme_id": place + 1,
        "region_id": place + 2,
        "code": f"T{YEAR}-{spot.order:03d}",
        "name": f"{kind}{number + 1}",
        "category": category,
        "target": f"{kind}{target}{unit}",
        "target_quantity": Decimal(target),
        "unit_of_measure": unit,
        "lead_agency_id": spot.lead,
        "leader": f"分管领导{_mixed(number, 5) % 5 + 1}",
        "responsible": "责任人",
        "contact": "联系人",
        "phone": "",
        "standard": "",
        "starts_on": date(YEAR, 1, 10),
        "started_on": date(YEAR, 1, 10),
        "due_on": date(YEAR, 12, 31),
        "due_text": "12月底前",
        "planned_investment_wan": Decimal(target * 10),
        "source": "测试数据",
        "source_url": "",
        "note": "",
    }


def _plan(spot: Spot) -> Iterator[_Row]:
    for month, percent in zip(_MONTHS, planned(spot.number), strict=True):
        yield {
            "id": spot.key(month),
            "project_id": spot.number + 1,
            "kind": MilestoneKind.MONTHLY,
            "name": f"{month.month}月底累计",
            "due_on": month_end(month),
            "planned_pct": Decimal(percent),
            "known_from": date(1900, 1, 1),
            "source": "",
            "source_url": "",
        }


def _expected(spot: Spot) -> Iterator[_Row]:
    for month in _MONTHS:
        yield {
            "id": spot.key(month),
            "period_id": spot.period(month),
            "project_id": spot.number + 1,
            "agency_id": spot.lead,
            "received_on": next_month(month).replace(day=2),
        }


def _reports(spot: Spot) -> Iterator[_Row]:
    target = 20 + _mixed(spot.number, 4)
    for month, percent in zip(_MONTHS, completed(spot.number), strict=True):
        after = next_month(month)
        yield {
            **_TEXTS,
            "id": spot.key(month),
            "period_id": spot.period(month),
            "project_id": spot.number + 1,
            "agency_id": spot.lead,
            "month": month,
            "revision": 1,
            "state": ReportState.ACCEPTED,
            "no_change": False,
            "cumulative_quantity": target * percent / 100,
            "completed_pct": percent,
            "physical_progress": f"累计完成年度任务的{percent}%。",
            "submitted_on": after.replace(day=2),
            "accepted_on": after.replace(day=4),
        }


_TEXTS = dict.fromkeys(
    (
        "receipt", "problem", "cause", "measure", "next_step", "milestone_done",
        "published_status", "note", "warning_reason", "return_reason", "source", "source_url",
    ),
    "",
)  # fmt: skip


def _records(session: Session, own: list[Spot], rules: RuleSet) -> Iterator[_Row]:
    """Give the closing lights of the locked months from the facts: nothing came late here.

    Month, plan and progress decide every other fact in this province: each light is lit once.
    """
    table = SQLModel.metadata.tables["project_month"]
    last = next(month for month in reversed(_MONTHS) if next_month(month).replace(day=10) < TODAY)
    statement = select(table).where(
        table.c.project_id.between(own[0].number + 1, own[-1].number + 1), table.c.month <= last
    )
    lit: dict[tuple[Any, ...], _Row] = {}
    for row in session.connection().execute(statement).mappings():
        decisive = row["month"], row["planned_pct"], row["completed_pct"]
        if decisive not in lit:
            lit[decisive] = _closing(dict(row), rules)
        yield {"project_id": row["project_id"], **lit[decisive]}


def _closing(stored: _Row, rules: RuleSet) -> _Row:
    month: date = stored["month"]
    known_on = next_month(month).replace(day=10)
    facts = facts_on(stored, month_end(month))
    found = light(rules, facts)
    decided = found.deciding.case if found.deciding else None
    kept = {name: str(value) for name, value in facts.items() if value is not None}
    lights = {each.dimension.value: each.kind.value for each in found.dimensions if each.kind}
    return {
        "month": month,
        "kind": found.kind,
        "dimension": found.dimension,
        "case_id": decided.id if decided else None,
        "rule_set_id": rules.id,
        "as_of": month_end(month),
        "known_on": known_on,
        "facts": json.dumps(kept, sort_keys=True),
        "lights": json.dumps(lights),
        "written_on": known_on + timedelta(days=1),
    }


def _insert(session: Session, model: type[SQLModel], rows: list[_Row]) -> None:
    if not rows:
        return
    now = utc_now()
    common = {"created_at": now, "changed_at": now, "version": 1}
    session.connection().execute(insert(model), [{**common, **row} for row in rows])


def _set_sequences(session: Session) -> None:
    """Let PostgreSQL go on counting after the keys that were given here."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for model in _NUMBERED:
        name = str(model.__tablename__)
        session.connection().execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "
                f"(SELECT coalesce(max(id), 1) FROM {name}))"
            )
        )


_NUMBERED: tuple[type[SQLModel], ...] = (
    Region, Agency, Programme, ReportingPeriod, LivelihoodProject, Milestone, ExpectedReport,
    ProgressReport,
)  # fmt: skip
