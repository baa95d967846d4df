"""审计日志: who did what, when, from where; append-only and hash-chained."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, Index, SQLModel

from models.base import Code, Instant, code_type, refuse_changes


class Via(Code):
    """来源渠道."""

    FORM = "FORM", "页面"
    IMPORT = "IMPORT", "导入"
    API = "API", "接口"
    JOB = "JOB", "定时任务"
    COMMAND = "COMMAND", "命令行"


class AuditEntry(SQLModel, table=True):
    """审计日志: one line a command and row. `hash` covers the line and the hash before it."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_table_name_row_key", "table_name", "row_key"),)

    id: int | None = Field(default=None, primary_key=True, title="序号")
    at: datetime = Field(sa_type=Instant, index=True, title="时间")
    account_id: int | None = Field(default=None, index=True, title="账户编号")
    account_name: str = Field(default="", max_length=40, title="账户")
    roles: str = Field(default="", max_length=120, title="角色")
    address: str = Field(default="", max_length=64, title="来源地址")
    via: Via = Field(default=Via.FORM, sa_type=code_type(Via), title="渠道")
    event: str = Field(max_length=60, index=True, title="事件")
    success: bool = Field(default=True, title="成功")
    table_name: str = Field(default="", max_length=40, title="对象")
    row_key: str = Field(default="", max_length=60, title="对象编号")
    changes: str = Field(default="{}", sa_type=Text, title="变更（原值→新值）")
    comment: str = Field(default="", sa_type=Text, title="说明")
    batch: str = Field(default="", max_length=40, title="批次")
    algorithm: str = Field(default="sha256", max_length=12, title="摘要算法")
    previous: str = Field(max_length=64, title="前一摘要")
    hash: str = Field(max_length=64, title="摘要")


APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry "
        "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
        "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
        "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger AS $$ "
        "BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()",
        "CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()",
    ),
}
"""Per engine, what makes the table append-only."""

refuse_changes("audit_entry", APPEND_ONLY)
