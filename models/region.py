"""地区: the tree of places a programme, a project or a unit belongs to."""

from __future__ import annotations

from sqlmodel import Field

from models.base import Row


class Region(Row, table=True):
    """地区: a province, city, county or township. `path` holds the ids from the root: `/1/7/`."""

    __tablename__ = "region"

    code: str = Field(min_length=1, max_length=24, unique=True, title="地区代码")
    name: str = Field(min_length=1, max_length=40, title="地区名称")
    parent_id: int | None = Field(default=None, foreign_key="region.id", title="上级地区")
    path: str = Field(default="", max_length=200, index=True, title="层级路径")
