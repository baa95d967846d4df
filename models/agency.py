"""单位: the tree of bodies that lead, support and report."""

from __future__ import annotations

from sqlmodel import Field, UniqueConstraint

from models.base import Row


class Agency(Row, table=True):
    """责任单位: a body that reports. `path` holds the ids from the root: `/3/12/`."""

    __tablename__ = "agency"
    __table_args__ = (UniqueConstraint("region_id", "name"),)

    code: str = Field(min_length=1, max_length=24, unique=True, title="单位代码")
    name: str = Field(min_length=1, max_length=80, title="单位名称")
    aliases: str = Field(
        default="", max_length=400, title="别名", description="简称或曾用名，用顿号隔开"
    )
    region_id: int = Field(foreign_key="region.id", index=True, title="所属地区")
    parent_id: int | None = Field(default=None, foreign_key="agency.id", title="上级单位")
    path: str = Field(default="", max_length=200, index=True, title="层级路径")
    active: bool = Field(default=True, title="在用")
