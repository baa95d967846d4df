"""安装标记: facts about this database itself, such as that it is a demonstration."""

from __future__ import annotations

from sqlmodel import Field

from models.base import Row


class InstallationMark(Row, table=True):
    """安装标记: `demonstration` holds the day that a demonstration pretends to be."""

    __tablename__ = "installation_mark"

    name: str = Field(max_length=40, unique=True, title="标记")
    value: str = Field(default="", max_length=200, title="内容")
