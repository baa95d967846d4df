"""`python -m seed demo`: once, on either database, and never over an office's own rows."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, func, select
from typer.testing import CliRunner

from models.fact import ProjectMonth
from models.file import Attachment
from models.installation import InstallationMark
from models.light import LightRecord
from models.milestone import Milestone
from models.project import LivelihoodProject
from models.report import ProgressReport
from seed import demo
from seed.__main__ import app

ROOT = Path(__file__).parents[2]


def _seed(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        **settings,
        "PYTHONPATH": str(ROOT),
        "DASHBOARD_DATABASE_URL": f"sqlite:///{home / 'dashboard.db'}",
        "DASHBOARD_FILES": str(home / "files"),
        "DASHBOARD_AUDIT_HEAD": str(home / "audit-head"),
    }
    command = [sys.executable, "-m", "seed", *arguments]
    return subprocess.run(
        command, cwd=home, env=environment, capture_output=True, text=True, check=False
    )


def _worked() -> float:
    """How long the processes started so far have computed: others at work do not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_second_run_changes_nothing_and_is_quick(
    made_demonstration: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(made_demonstration, home)
    before = (home / "dashboard.db").read_bytes()

    started = _worked()
    second = _seed(home, "demo")
    took = _worked() - started

    assert "示范市" in (home / "told").read_text(encoding="utf-8")
    assert second.returncode == 0, second.stderr
    assert "没有改动" in second.stdout
    assert (home / "dashboard.db").read_bytes() == before
    assert len(list((home / "demo-sheets").iterdir())) == 3
    assert took < 5


def test_the_demonstration_is_not_written_over_an_offices_rows(tmp_path: Path) -> None:
    province = _seed(tmp_path, "province", "--projects", "3")

    refused = _seed(tmp_path, "demo")

    assert province.returncode == 0, province.stderr
    assert refused.returncode == 1
    assert refused.stderr.strip() == "此数据库已有正式数据，不能写入演示数据。"


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        refused = _seed(tmp_path, "serve", DASHBOARD_PORT=str(port))

    assert refused.returncode == 1
    assert refused.stdout == ""
    assert f"无法在 127.0.0.1 的 {port} 端口上启动" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "dialect", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_the_demonstration_is_built_on_postgresql_as_on_sqlite(
    session: Session, demonstration: Session
) -> None:
    told: list[str] = []

    demo.build(session, told.append)

    mark = session.exec(
        select(InstallationMark).where(InstallationMark.name == "demonstration")
    ).one()
    assert date.fromisoformat(mark.value) == date(2026, 9, 3)
    assert len(session.exec(select(LivelihoodProject)).all()) == 198
    for model in (ProgressReport, Milestone, LightRecord, ProjectMonth, Attachment):
        counted = select(func.count()).select_from(model)
        assert session.exec(counted).one() == demonstration.exec(counted).one()
    assert len(told) == 3


@pytest.mark.parametrize("command", ["demo", "serve", "province"])
def test_every_command_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])

    assert shown.exit_code == 0, shown.output
    assert "Usage" in shown.output
