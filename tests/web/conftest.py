"""A place of one's own for each test of the doors, and two real servers on one database."""

from __future__ import annotations

import os
import random
import shutil
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from sqlmodel import Session

from dashboard import clock, db, migrate, passwords, settings
from dashboard.commands.session import sign_in
from dashboard.rules.account import folded
from models.account import Account, Role, RoleGrant
from models.agency import Agency
from models.installation import InstallationMark
from models.region import Region
from tests.city import City, furnish
from tests.city import plant as plant_city
from tests.ready import PATIENCE, Program

with warnings.catch_warnings():
    # Starlette asks for the successor of httpx, which nothing else here needs.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient as TestClient

PASSWORD = "correct horse 电池 staple"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hashed(PASSWORD, ())


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the newest schema and no rows."""
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    engine = db.make_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    engine.dispose()
    return path


def point_to(folder: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    """Let the settings name this folder's database, files and head."""
    for name, value in {**places(folder), **more}.items():
        monkeypatch.setenv(name, value)
    forget()


def places(folder: Path) -> dict[str, str]:
    return {
        "DASHBOARD_DATABASE_URL": f"sqlite:///{folder / 'dashboard.db'}",
        "DASHBOARD_FILES": str(folder / "files"),
        "DASHBOARD_AUDIT_HEAD": str(folder / "audit-head"),
    }


def forget() -> None:
    """Drop what this process remembers of settings and database."""
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    db.engine.cache_clear()
    settings.settings.cache_clear()
    clock.freeze(None)


@pytest.fixture
def place(tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with an empty database of the newest schema, which the settings name."""
    shutil.copyfile(empty_database, tmp_path / "dashboard.db")
    point_to(tmp_path, monkeypatch)
    yield tmp_path
    forget()


@pytest.fixture(scope="session")
def planted_file(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> tuple[Path, City]:
    """A database in which both cities stand: copy it, never write."""
    path = tmp_path_factory.mktemp("cities") / "planted.db"
    shutil.copyfile(empty_database, path)
    engine = db.make_engine(f"sqlite:///{path}")
    with Session(engine, autoflush=False, expire_on_commit=False) as session:
        city = plant_city(session)
        furnish(session, city)
        session.commit()
        session.expunge_all()
    engine.dispose()
    return path, city


@pytest.fixture
def cities(place: Path, planted_file: tuple[Path, City]) -> City:
    """Both cities, in the database that the doors read."""
    shutil.copyfile(planted_file[0], place / "dashboard.db")
    return planted_file[1]


@pytest.fixture
def plant(place: Path, password_hash: str) -> Callable[..., int]:
    """Plant an account with one role over a small town."""

    def planted(name: str, role: Role | None = Role.LEADER) -> int:
        return plant_account(name, role, password_hash)

    return planted


def plant_account(name: str, role: Role | None, password_hash: str) -> int:
    with db.transaction() as session:
        if session.get(Region, 1) is None:
            session.add(Region(id=1, code="1", name="示范市", path="/1/"))
            session.flush()
            session.add(Agency(id=1, code="a", name="住建局", region_id=1, path="/1/"))
            session.flush()
        account = Account(
            name=name, folded_name=folded(name), display_name=f"{name}同志",
            password_hash=password_hash, password_set_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(account)
        session.flush()
        if role is not None:
            session.add(RoleGrant(account_id=account.id or 0, role=role, region_id=1))
        return account.id or 0


def enter(account_id: int) -> str:
    """Open a session without the form and give its cookie."""
    with db.transaction() as session:
        entered = sign_in(session, account_id, address="::1", agent="test", now=clock.now())
    return f"session={entered.token}"


def mark_as_demonstration(day: str = "2026-09-03") -> None:
    with db.transaction() as session:
        session.add(InstallationMark(name="demonstration", value=day))


@pytest.fixture
def client(place: Path) -> Iterator[TestClient]:
    """The doors, in this process."""
    from dashboard.server import doors

    with TestClient(doors(), base_url="http://localhost", follow_redirects=False) as opened:
        yield opened


def form_token(client: httpx.Client, path: str = "/sign-in") -> str:
    """Open a form and give the token in it."""
    answer = client.get(path)
    if answer.status_code == 303:
        answer = client.get("/me")
    return answer.text.split('name="form_token" value="')[1].split('"')[0]


def post(client: TestClient, path: str, **fields: str) -> httpx.Response:
    """Send a form that was opened first."""
    answer: httpx.Response = client.post(path, data={"form_token": form_token(client), **fields})
    return answer


class Servers(NamedTuple):
    """Two server processes on one database; `folder` holds it and their logs."""

    first: str
    second: str
    folder: Path
    pids: tuple[int, int]

    def log(self) -> str:
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


def free_port() -> int:
    """Give a port that nobody has, below those the system hands out to connections meanwhile."""
    while True:
        port = random.randrange(20000, 32000)
        with closing(socket.socket()) as opened, suppress(OSError):
            opened.bind(("127.0.0.1", port))
            return port


SMALL = Path("tests/web/script.py")


def start_server(folder: Path, port: int, script: Path = SMALL, **more: str) -> Program:
    """Start a server process on the folder's database, with the small script of these tests."""
    where = {**places(folder), "DASHBOARD_PORT": str(port), **more}
    return Program(_serve, str(script), log=folder / f"{port}.log", where=where)


def _serve(script: str) -> None:
    from dashboard.server import serve

    os.chdir(ROOT)
    serve(Path(script))


def wait_for(url: str, server: Program) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/healthz/ready").status_code == 200:
                return
        assert server.runs(), "the server did not start"
        time.sleep(0.1)
    raise AssertionError("the server is not ready")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("servers")
    shutil.copyfile(empty_database, folder / "dashboard.db")
    ports = free_port(), free_port()
    started = [start_server(folder, port) for port in ports]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    for url, server in zip(urls, started, strict=True):
        wait_for(url, server)
    yield Servers(urls[0], urls[1], folder, (started[0].pid, started[1].pid))
    for server in started:
        server.stop()


@pytest.fixture
def live(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    """The two servers, with this process looking at their database."""
    point_to(servers.folder, monkeypatch)
    yield servers
    forget()
