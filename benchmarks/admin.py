"""One page of a table of 100,000 rows: search, filters with counts, sort, paging, on both ends.

python benchmarks/admin.py [rows]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert, text
from sqlmodel import Session, SQLModel

import models
from dashboard import db
from dashboard.admin.spec import View
from dashboard.admin.tables import ADMIN_PAGES
from dashboard.permissions import Actor, Grant
from dashboard.queries.row import day_counts, filter_counts, row_count, rows
from models.account import Role
from models.agency import Agency
from models.programme import Programme
from models.project import LivelihoodProject
from models.region import Region

assert models.__all__
LIMIT_MS, TIMES = 100, 7


def plant(session: Session, count: int) -> None:
    """Plant so many projects of 400 units in 20 regions, 5 lists each."""
    session.add(Region(id=21, code="R", name="某省", path="/21/"))
    for number in range(1, 21):
        path = f"/21/{number}/"
        session.add(Region(id=number, code=f"R{number}", name=f"第{number}区", path=path))
    session.flush()
    for number in range(1, 401):
        session.add(
            Agency(
                id=number, code=f"A{number}", name=f"责任单位{number}", path=f"/{number}/",
                region_id=number % 20 + 1,
            )
        )  # fmt: skip
    for number in range(100):
        year = 2021 + number // 20
        session.add(Programme(region_id=number % 20 + 1, year=year, name=f"清单{number}"))
    session.flush()
    first = date(2021, 1, 1)
    session.connection().execute(
        insert(LivelihoodProject),
        [
            {
                "programme_id": number % 100 + 1, "region_id": number % 20 + 1,
                "code": f"P{number:06d}", "name": f"改造老旧小区第{number}片", "target": "改造",
                "category": f"类别{number % 12}", "leader": f"领导{number % 40}",
                "lead_agency_id": number % 400 + 1, "due_on": first + timedelta(number % 2000),
            }
            for number in range(count)
        ],
    )  # fmt: skip


def took(work: Callable[[], object]) -> float:
    """Give the median time of some work, in milliseconds."""
    spent = []
    for _turn in range(TIMES):
        start = time.perf_counter()
        work()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def main() -> int:
    """Measure, print a table, fail where a page takes longer than it may."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    page = ADMIN_PAGES["livelihood_project"]
    wide = Actor(1, "leader", (Grant(Role.LEADER, region_path="/21/"),))
    narrow = Actor(2, "supervisor", (Grant(Role.SUPERVISOR, region_path="/21/3/"),))
    last = View(number=count // page.page_size)
    views = {
        "first page": View(),
        "last page": last,
        "search": View(search="第4711片"),
        "filter and sort": View(filters=(("category", ("类别3",)),), sort="-due_on"),
        "sort by unit": View(sort="lead_agency_id"),
        "one month": View(days="2023-05"),
    }
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        engine = db.make_engine(f"sqlite:///{Path(folder) / 'admin.db'}")
        SQLModel.metadata.create_all(engine)
        with Session(engine, autoflush=False) as session:
            plant(session, count)
            session.commit()
            session.connection().execute(text("ANALYZE"))
            session.commit()
            for who, actor in (("all regions", wide), ("one region", narrow)):
                for name, view in views.items():
                    of_page = took(lambda a=actor, v=view: rows(session, a, page, v))  # type: ignore[misc]
                    counted = took(lambda a=actor, v=view: row_count(session, a, page, v))  # type: ignore[misc]
                    slow += of_page > LIMIT_MS
                    print(f"{who:12} {name:16} page {of_page:6.1f} ms   count {counted:6.1f} ms")
                filters = took(lambda a=actor: filter_counts(session, a, page))  # type: ignore[misc]
                days = took(lambda a=actor: day_counts(session, a, page))  # type: ignore[misc]
                print(f"{who:12} filters {filters:6.1f} ms   years {days:6.1f} ms")
        engine.dispose()
    print(f"{slow} pages took longer than {LIMIT_MS} ms" if slow else "every page within its time")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
