"""点位: where a project can be seen. A place on the map is WGS-84 and may be unknown."""

from __future__ import annotations

from decimal import Decimal

from sqlmodel import CheckConstraint, Field, UniqueConstraint

from models.base import Exact, Row


def degrees() -> Exact:
    """Give the column type of a latitude or a longitude: six places are about a decimetre."""
    return Exact(6)


class Site(Row, table=True):
    """点位: `code` stands in the QR code at the site; it opens nothing without signing in."""

    __tablename__ = "site"
    __table_args__ = (
        UniqueConstraint("project_id", "name"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="both"),
    )

    project_id: int = Field(foreign_key="livelihood_project.id", index=True, title="项目")
    code: str = Field(min_length=1, max_length=24, unique=True, title="点位编号")
    name: str = Field(min_length=1, max_length=120, title="点位名称")
    address: str = Field(default="", max_length=200, title="地址")
    latitude: Decimal | None = Field(default=None, sa_type=degrees(), title="纬度")
    longitude: Decimal | None = Field(default=None, sa_type=degrees(), title="经度")
