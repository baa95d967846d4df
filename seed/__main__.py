"""`python -m seed demo | serve | province`: rows to start from. Says what it did."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from dashboard.errors import told
from dashboard.settings import settings

app = typer.Typer(no_args_is_help=True, add_completion=False)
SHEETS = Path("demo-sheets")


def _sqlite_file(url: str) -> Path | None:
    kind, _sign, place = url.partition(":///")
    return Path(place) if kind == "sqlite" else None


def _already_there(url: str) -> bool:
    """Look for the finished demonstration without loading the program: a second start is quick."""
    path = _sqlite_file(url)
    if path is None or not path.exists():
        return False
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            statement = "SELECT value FROM installation_mark WHERE name = 'seeded'"
            row = connection.execute(statement).fetchone()
        except sqlite3.OperationalError:
            return False
    return row is not None and row[0] == _schema()


def _schema() -> str:
    """Name the newest migration: after an upgrade of the program the long way is taken once."""
    folder = Path(__file__).parents[1] / "dashboard" / "migrations" / "versions"
    return max((path.stem for path in folder.glob("*.py")), default="")


@app.command()
@told
def demo() -> None:
    """Create the demonstration: the real programmes, the living city, its people and sheets."""
    url = settings().database_url
    if _already_there(url) and SHEETS.is_dir():
        typer.echo(f"演示数据库已就绪：{url}；本月表格在 {SHEETS}/，没有改动。")
        return
    from seed.demo import create

    create(SHEETS, _schema(), typer.echo)


@app.command()
@told
def serve() -> None:
    """Serve the demonstration, on the day it pretends to be."""
    from dashboard.server import serve as run

    address = f"http://{settings().host}:{settings().port}"
    run(told=f"演示系统：{address}  （按 Ctrl+C 结束）")


@app.command()
@told
def province(
    projects: Annotated[int, typer.Option(min=1, help="How many projects to make.")] = 66_000,
    database: Annotated[str, typer.Option(help="Where to; an empty database.")] = "",
) -> None:
    """Make a synthetic province to measure with: 1,315 places, 12 months a project."""
    if database:
        os.environ["DASHBOARD_DATABASE_URL"] = database
        settings.cache_clear()
    from seed.province import create

    create(projects, typer.echo)


if __name__ == "__main__":
    app()
