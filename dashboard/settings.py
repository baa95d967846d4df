"""The only reader of the environment: one frozen settings object; names start with DASHBOARD_."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

RoleCode = Literal[
    "ADMIN", "SECURITY", "SUPERVISOR", "LEADER", "REPORTER", "REVIEWER", "OBSERVER", "AUDITOR"
]
"""The codes of `models.account.Role`, written here so that reading settings loads no table."""


class Settings(BaseSettings):
    """What differs between one installation and another; everything else is rows or code."""

    model_config = SettingsConfigDict(env_prefix="DASHBOARD_", frozen=True)

    database_url: str = "sqlite:///var/dashboard.db"
    owner_url: str = ""
    """A second PostgreSQL URL, of the role that owns the tables: only migrations use it."""
    files: Path = Path("var/files")
    audit_head: Path = Path("var/audit-head")
    """Where the head of the audit chain is kept outside the database, so that a cut tail shows."""
    audit_hash: Literal["sha256", "sm3"] = "sha256"
    today: date | None = None
    """Freezes the office's day. Refused unless the database is marked as a demonstration."""
    host: str = "127.0.0.1"
    port: int = 8501
    hosts: str = ""
    """Names the site may be asked for, separated by commas; empty: localhost and addresses only."""
    https: bool = False
    trusted_proxy: str = ""
    """The proxy's address, whose forwarded headers are believed."""
    password_policy: Literal["asvs", "gb"] = "asvs"
    password_days: int = 90
    """Under `gb`: a password older than this must be changed."""
    second_factor: Annotated[frozenset[RoleCode], NoDecode] = frozenset()
    """The roles that need a second factor, separated by commas: `ADMIN,SUPERVISOR,AUDITOR`."""
    idle_minutes: int = 30
    absolute_hours: int = 12
    busy_seconds: float = 8.0
    """How long a write waits for another one before it says so."""
    max_upload_mb: int = 20
    files_per_day: int = 500
    """How many files one account may keep in a day."""
    scanner: str = ""
    """A virus scanner: a command that reads the file and ends with 1 for a find, or the address of
    a clamd, `clamd://host:3310` or `clamd:///run/clamd.sock`."""

    @field_validator("second_factor", mode="before")
    @classmethod
    def _separated(cls, value: Any) -> Any:
        return (
            [part.strip() for part in value.split(",") if part.strip()]
            if isinstance(value, str)
            else value
        )


@cache
def settings() -> Settings:
    """Give the settings, read from the environment once."""
    return Settings()
