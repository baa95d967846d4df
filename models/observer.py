"""民生观察员: who was appointed, by which letter, for how long; their visits; sealed sets."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Text
from sqlmodel import CheckConstraint, Field, Index, UniqueConstraint

from models.base import Instant, Row


class Observer(Row, table=True):
    """民生观察员: an appointment by letter, for a term (141号 §8).

    Which projects it opens is the account's grant as an observer, which the security administrator
    gives as it was asked for here, and which ends with the term.
    `disclosed`: the observer agrees that units see the name.
    """

    __tablename__ = "observer"
    __table_args__ = (CheckConstraint("last_on >= first_on", name="term"),)

    account_id: int = Field(foreign_key="account.id", index=True, title="账户")
    region_id: int = Field(foreign_key="region.id", index=True, title="聘任地区")
    identity: str = Field(default="", max_length=80, title="身份", description="如：市人大代表")
    letter_number: str = Field(min_length=1, max_length=60, title="聘书编号")
    letter_file_id: int | None = Field(default=None, foreign_key="stored_file.id", title="聘书")
    appointed_by_id: int = Field(foreign_key="account.id", title="聘任经办人")
    first_on: date = Field(title="聘期起")
    last_on: date = Field(title="聘期止")
    ended_on: date | None = Field(default=None, title="提前解聘日")
    grant_id: int | None = Field(
        default=None, foreign_key="role_grant.id", index=True, title="据此给予的授权"
    )
    disclosed: bool = Field(default=False, title="同意向单位公开姓名")
    agreed_at: datetime | None = Field(default=None, sa_type=Instant, title="表示同意的时间")


class ObserverProject(Row, table=True):
    """观察项目: a project assigned to an observer; assigned ones come first when writing."""

    __tablename__ = "observer_project"
    __table_args__ = (UniqueConstraint("observer_id", "project_id"),)

    observer_id: int = Field(foreign_key="observer.id", index=True, title="观察员")
    project_id: int = Field(foreign_key="livelihood_project.id", index=True, title="项目")


class ObserverDevice(Row, table=True):
    """观察员设备: a token of 30 days that can only write remarks and read one's own.

    The token itself is never stored, only its hash.
    """

    __tablename__ = "observer_device"

    token_hash: str = Field(max_length=64, unique=True, title="令牌摘要")
    account_id: int = Field(foreign_key="account.id", index=True, title="账户")
    agent: str = Field(default="", max_length=200, title="设备")
    ends_at: datetime = Field(sa_type=Instant, title="失效时间")
    used_at: datetime | None = Field(default=None, sa_type=Instant, title="最近使用")
    ended_at: datetime | None = Field(default=None, sa_type=Instant, title="撤销时间")


class SealedSet(Row, table=True):
    """暗访批次: units see nothing of it until the whole set is released."""

    __tablename__ = "sealed_set"

    region_id: int = Field(foreign_key="region.id", index=True, title="所在地区")
    name: str = Field(min_length=1, max_length=80, title="批次名称")
    opened_by_id: int = Field(foreign_key="account.id", title="建立人")
    opened_on: date = Field(title="建立日")
    released_on: date | None = Field(default=None, title="解封日")
    released_at: datetime | None = Field(default=None, sa_type=Instant, title="解封时间")
    released_by_id: int | None = Field(default=None, foreign_key="account.id", title="解封人")
    reason: str = Field(default="", sa_type=Text, title="解封说明")


class Visit(Row, table=True):
    """走访: planned for a day, or made on one; a remark counts as a visit of its day."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_project_id_visited_on", "project_id", "visited_on"),)

    project_id: int = Field(foreign_key="livelihood_project.id", title="项目")
    account_id: int = Field(foreign_key="account.id", index=True, title="走访人")
    sealed_set_id: int | None = Field(
        default=None, foreign_key="sealed_set.id", index=True, title="暗访批次"
    )
    due_on: date | None = Field(default=None, title="计划走访日")
    visited_on: date | None = Field(default=None, title="走访日")
    announced: bool = Field(default=True, title="事先通知")
    note: str = Field(default="", sa_type=Text, title="走访情况")
