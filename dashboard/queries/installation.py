"""What is true of this installation as a whole."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from models.installation import InstallationMark


def demonstration_day(session: Session) -> date | None:
    """Give the day that a demonstration pretends to be, or None when this is none."""
    statement = select(col(InstallationMark.value)).where(
        col(InstallationMark.name) == "demonstration"
    )
    value = session.connection().scalar(statement)
    return date.fromisoformat(value) if value else None
