"""How tests make a demonstration: as a person does, by `python -m seed demo`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def seed(folder: Path, where: Mapping[str, str]) -> str:
    """Make the demonstration and give what was told; its sheets go to the folder it is made in."""
    done = subprocess.run(
        [sys.executable, "-m", "seed", "demo"],
        cwd=folder, env={**os.environ, **where, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
