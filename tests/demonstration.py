"""How tests make a demonstration: as a person does, by `python -m seed demo`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.ready import Program, module


def seed(folder: Path, where: Mapping[str, str]) -> str:
    """Make the demonstration and give what was told; its sheets go to the folder it is made in."""
    log = folder / "seed.log"
    ended = Program(module, str(folder), "seed", "demo", log=log, where=where).end()
    told = log.read_text(encoding="utf-8")
    assert ended == 0, told
    return told
