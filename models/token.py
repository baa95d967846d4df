"""接口令牌: what lets another system read in one person's name, and how much it read."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Text
from sqlmodel import Field, UniqueConstraint

from models.account import Role
from models.base import Instant, Row, code_type


class ApiToken(Row, table=True):
    """接口令牌: one role of its owner, some tables, maybe a narrower place, and an end.

    The token itself is never stored, only its hash; it opens what its owner may see that day.
    """

    __tablename__ = "api_token"

    account_id: int = Field(foreign_key="account.id", index=True, title="账户")
    title: str = Field(min_length=1, max_length=40, title="用途")
    token_hash: str = Field(max_length=64, unique=True, title="令牌摘要")
    role: Role = Field(sa_type=code_type(Role), title="角色")
    tables: str = Field(sa_type=Text, title="数据表", description="表名，以空格分隔")
    region_id: int | None = Field(default=None, foreign_key="region.id", title="地区范围")
    agency_id: int | None = Field(default=None, foreign_key="agency.id", title="单位范围")
    ends_at: datetime = Field(sa_type=Instant, title="失效时间")
    used_at: datetime | None = Field(default=None, sa_type=Instant, title="最近使用")
    ended_at: datetime | None = Field(default=None, sa_type=Instant, title="停用时间")


class ApiUse(Row, table=True):
    """接口用量: how often and how much a token read of a table on one day, until it is logged."""

    __tablename__ = "api_use"
    __table_args__ = (UniqueConstraint("token_id", "day", "table_name"),)

    token_id: int = Field(foreign_key="api_token.id", index=True, title="令牌")
    day: date = Field(title="日期")
    table_name: str = Field(max_length=40, title="数据表")
    requests: int = Field(default=0, title="请求次数")
    rows_count: int = Field(default=0, title="给出的记录数")
