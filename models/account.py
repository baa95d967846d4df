"""账户与权限: who may sign in, and as what over which rows."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, UniqueConstraint

from models.base import Code, Instant, Row, code_type


class Role(Code):
    """角色."""

    ADMIN = "ADMIN", "系统管理员"
    SECURITY = "SECURITY", "安全管理员"
    SUPERVISOR = "SUPERVISOR", "督查室"
    LEADER = "LEADER", "领导"
    REPORTER = "REPORTER", "填报员"
    REVIEWER = "REVIEWER", "审核人"
    OBSERVER = "OBSERVER", "民生观察员"
    AUDITOR = "AUDITOR", "审计员"


class LinkPurpose(Code):
    """一次性链接的用途."""

    INVITE = "INVITE", "邀请"
    RESET = "RESET", "重置密码"


class Account(Row, table=True):
    """账户: one person, one account. `folded_name` is the name without case, width or blanks."""

    __tablename__ = "account"

    name: str = Field(min_length=2, max_length=40, title="账户名")
    folded_name: str = Field(max_length=60, unique=True, title="账户名（归一）")
    display_name: str = Field(min_length=1, max_length=40, title="姓名")
    agency_id: int | None = Field(default=None, foreign_key="agency.id", title="所在单位")
    phone: str = Field(default="", max_length=40, title="联系电话")
    password_hash: str | None = Field(default=None, max_length=200, title="密码摘要")
    password_set_at: datetime | None = Field(default=None, sa_type=Instant, title="密码设定时间")
    active: bool = Field(default=True, title="启用")
    language: str = Field(default="zh", max_length=8, title="界面语言")
    last_seen_at: datetime | None = Field(default=None, sa_type=Instant, title="最近使用")


class SecondFactor(Row, table=True):
    """双重验证: the secret of an account's authenticator (TOTP, RFC 6238).

    It counts once a code was shown to fit. `last_step` is the step of the newest code that was
    used: no code of it or an earlier one opens anything again.
    """

    __tablename__ = "second_factor"

    account_id: int = Field(foreign_key="account.id", unique=True, title="账户")
    secret: str = Field(min_length=32, max_length=64, title="动态口令密钥")
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant, title="启用时间")
    last_step: int = Field(default=0, sa_type=BigInteger, title="最近用过的时段")


class RoleGrant(Row, table=True):
    """授权: a role over a scope (a region subtree, an agency subtree or listed projects).

    Exactly one of the three scopes is set; listed projects stand in `role_grant_project`.
    """

    __tablename__ = "role_grant"

    account_id: int = Field(foreign_key="account.id", index=True, title="账户")
    role: Role = Field(sa_type=code_type(Role), title="角色")
    region_id: int | None = Field(default=None, foreign_key="region.id", title="地区范围")
    agency_id: int | None = Field(default=None, foreign_key="agency.id", title="单位范围")
    first_on: date | None = Field(default=None, title="起始日")
    last_on: date | None = Field(default=None, title="截止日")


class RoleGrantProject(Row, table=True):
    """授权项目: one project of a grant over listed projects."""

    __tablename__ = "role_grant_project"
    __table_args__ = (UniqueConstraint("grant_id", "project_id"),)

    grant_id: int = Field(foreign_key="role_grant.id", index=True, title="授权")
    project_id: int = Field(foreign_key="livelihood_project.id", index=True, title="项目")


class SignInSession(Row, table=True):
    """登录会话: looked up on every rerun. The token itself is never stored, only its hash."""

    __tablename__ = "sign_in_session"

    uid: str = Field(max_length=40, unique=True, title="会话标识")
    token_hash: str = Field(max_length=64, unique=True, title="令牌摘要")
    account_id: int = Field(foreign_key="account.id", index=True, title="账户")
    used_at: datetime = Field(sa_type=Instant, title="最近操作")
    ends_at: datetime = Field(sa_type=Instant, title="最迟失效")
    ended_at: datetime | None = Field(default=None, sa_type=Instant, title="退出时间")
    address: str = Field(default="", max_length=64, title="来源地址")
    agent: str = Field(default="", max_length=200, title="设备")


class SignInAttempt(Row, table=True):
    """登录失败记录: what the throttle counts, over processes and restarts."""

    __tablename__ = "sign_in_attempt"

    folded_name: str = Field(max_length=60, index=True, title="账户名（归一）")
    address: str = Field(max_length=64, index=True, title="来源地址")
    at: datetime = Field(sa_type=Instant, index=True, title="时间")


class OneTimeLink(Row, table=True):
    """一次性链接: an invitation or a reset; valid once and for at most 24 hours."""

    __tablename__ = "one_time_link"

    token_hash: str = Field(max_length=64, unique=True, title="令牌摘要")
    account_id: int = Field(foreign_key="account.id", index=True, title="账户")
    purpose: LinkPurpose = Field(sa_type=code_type(LinkPurpose), title="用途")
    ends_at: datetime = Field(sa_type=Instant, title="失效时间")
    used_at: datetime | None = Field(default=None, sa_type=Instant, title="使用时间")
    made_by_id: int | None = Field(default=None, foreign_key="account.id", title="发出人")
