"""`python -m seed demo`: once, on either database, and never over an office's own rows."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from models.installation import InstallationMark
from models.project import LivelihoodProject
from seed import demo

ROOT = Path(__file__).parents[2]


def _seed(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DASHBOARD_DATABASE_URL": f"sqlite:///{home / 'dashboard.db'}",
        "DASHBOARD_FILES": str(home / "files"),
        "DASHBOARD_AUDIT_HEAD": str(home / "audit-head"),
    }
    command = [sys.executable, "-m", "seed", *arguments]
    return subprocess.run(
        command, cwd=home, env=environment, capture_output=True, text=True, check=False
    )


def test_a_second_run_changes_nothing_and_is_quick(tmp_path: Path) -> None:
    first = _seed(tmp_path, "demo")
    before = (tmp_path / "dashboard.db").read_bytes()

    started = time.perf_counter()
    second = _seed(tmp_path, "demo")
    took = time.perf_counter() - started

    assert first.returncode == 0, first.stderr
    assert "示范市" in first.stdout
    assert second.returncode == 0
    assert "没有改动" in second.stdout
    assert (tmp_path / "dashboard.db").read_bytes() == before
    assert len(list((tmp_path / "demo-sheets").iterdir())) == 3
    assert took < 5


def test_the_demonstration_is_not_written_over_an_offices_rows(tmp_path: Path) -> None:
    province = _seed(tmp_path, "province", "--projects", "3")

    refused = _seed(tmp_path, "demo")

    assert province.returncode == 0, province.stderr
    assert refused.returncode != 0
    assert "正式数据" in refused.stderr + refused.stdout


def test_the_demonstration_is_built_on_either_database(session: Session) -> None:
    told: list[str] = []

    demo.build(session, told.append)

    mark = session.exec(
        select(InstallationMark).where(InstallationMark.name == "demonstration")
    ).one()
    assert date.fromisoformat(mark.value) == date(2026, 9, 3)
    assert len(session.exec(select(LivelihoodProject)).all()) == 198
    assert len(told) == 3


@pytest.mark.parametrize("command", ["demo", "serve", "province"])
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    shown = _seed(tmp_path, command, "--help")

    assert shown.returncode == 0
    assert "Usage" in shown.stdout
