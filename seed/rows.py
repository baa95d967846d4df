"""What every part of the seed uses: the CSV files under `data/`, instants, saving in one go."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session, SQLModel, col, select

from dashboard import audit
from models.agency import Agency
from models.region import Region

DATA = Path(__file__).with_name("data")
T = TypeVar("T", bound=SQLModel)
_SHANGHAI = ZoneInfo("Asia/Shanghai")


def records(name: str) -> list[dict[str, str]]:
    """Read `data/<name>.csv`: one dictionary a row, by heading."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def split(text: str, sign: str = "、") -> list[str]:
    """Split a cell that holds several things."""
    return [part.strip() for part in text.split(sign) if part.strip()]


def instant(day: date, hour: int, minute: int = 0) -> datetime:
    """Give the instant of a wall clock in Shanghai."""
    return datetime.combine(day, time(hour, minute), _SHANGHAI).astimezone(UTC)


def optional_day(text: str) -> date | None:
    """Read an ISO date; an empty cell is None."""
    return date.fromisoformat(text) if text else None


def month_end(month: date) -> date:
    """Give the last day of a month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def save(session: Session, rows: Iterable[T]) -> list[T]:
    """Add rows and flush, so that they have their keys."""
    saved = list(rows)
    session.add_all(saved)
    session.flush()
    return saved


def key(row: SQLModel) -> int:
    """Give the key of a saved row."""
    found = getattr(row, "id", None)
    assert isinstance(found, int)
    return found


def add_region(session: Session, code: str, name: str, parent: Region | None = None) -> Region:
    """Give the region with this code, adding it below its parent if it is not there."""
    region = session.exec(select(Region).where(Region.code == code)).first()
    if region is None:
        parent_id = key(parent) if parent else None
        [region] = save(session, [Region(code=code, name=name, parent_id=parent_id)])
        region.path = f"{parent.path if parent else '/'}{key(region)}/"
        session.flush()
    return region


def add_agencies(session: Session, agencies: Sequence[Agency]) -> dict[str, Agency]:
    """Save agencies that have no parent and give them by name."""
    for agency in save(session, agencies):
        agency.path = f"/{key(agency)}/"
    session.flush()
    return {agency.name: agency for agency in agencies}


def agencies_by_code(session: Session, prefix: str) -> dict[str, Agency]:
    """Give the agencies whose code starts with the prefix, by code."""
    found = session.exec(select(Agency).where(col(Agency.code).startswith(prefix)))
    return {agency.code: agency for agency in found}


def log(session: Session, event: str, row: SQLModel, comment: str) -> None:
    """Write one audit line for a batch of rows."""
    audit.append(
        session,
        None,
        event,
        table_name=str(row.__tablename__),
        row_key=str(key(row)),
        comment=comment,
    )
