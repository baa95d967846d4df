"""上传批次: a workbook as received, its reading, and what became of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Text
from sqlmodel import Field, Index, UniqueConstraint

from models.base import Code, Instant, Row, code_type


class UploadKind(Code):
    """上传类别."""

    MONTHLY = "MONTHLY", "月报"
    PLAN = "PLAN", "任务分解表"
    RECTIFICATION = "RECTIFICATION", "整改台账"


class UploadState(Code):
    """上传状态."""

    DRAFT = "DRAFT", "待核对"
    COMMITTED = "COMMITTED", "已导入"
    TAKEN_BACK = "TAKEN_BACK", "已撤回"
    DISCARDED = "DISCARDED", "已放弃"


class Upload(Row, table=True):
    """上传批次: `settled_key` is set once the batch counts, so the same bytes count once only."""

    __tablename__ = "upload"
    __table_args__ = (Index("ix_upload_agency_id_month", "agency_id", "month"),)

    kind: UploadKind = Field(sa_type=code_type(UploadKind), title="类别")
    state: UploadState = Field(
        default=UploadState.DRAFT, sa_type=code_type(UploadState), title="状态"
    )
    number: str = Field(default="", max_length=32, title="批次号")
    file_id: int = Field(foreign_key="stored_file.id", title="文件")
    sha256: str = Field(max_length=64, index=True, title="内容摘要")
    settled_key: str | None = Field(default=None, max_length=160, unique=True, title="去重键")
    programme_id: int = Field(foreign_key="programme.id", title="年度清单")
    agency_id: int | None = Field(default=None, foreign_key="agency.id", title="填报单位")
    month: date | None = Field(default=None, title="月份")
    account_id: int = Field(foreign_key="account.id", index=True, title="上传人")
    edits: str = Field(default="{}", sa_type=Text, title="预览中的修改")
    mapping: str = Field(default="{}", sa_type=Text, title="列对应")
    include_hidden: bool = Field(default=False, title="读取隐藏内容")
    committed_at: datetime | None = Field(default=None, sa_type=Instant, title="导入时间")
    rows_count: int = Field(default=0, title="导入行数")
    before: str = Field(default="[]", sa_type=Text, title="导入前内容")


class HeadingMapping(Row, table=True):
    """列对应: a heading layout a unit confirmed once, remembered for its next sheet."""

    __tablename__ = "heading_mapping"
    __table_args__ = (UniqueConstraint("agency_id", "layout"),)

    agency_id: int = Field(foreign_key="agency.id", index=True, title="单位")
    layout: str = Field(max_length=64, title="表头摘要")
    mapping: str = Field(sa_type=Text, title="列对应")


class HeadingSynonym(Row, table=True):
    """表头同义词: what people call a column; of everybody, or of one unit alone."""

    __tablename__ = "heading_synonym"
    __table_args__ = (UniqueConstraint("heading", "kind", "agency_id"),)

    heading: str = Field(min_length=1, max_length=120, title="表头写法")
    field: str = Field(min_length=1, max_length=40, title="对应的列")
    kind: str = Field(default="", max_length=24, title="适用的表")
    agency_id: int | None = Field(
        default=None, foreign_key="agency.id", index=True, title="只用于单位"
    )
    source: str = Field(default="", max_length=200, title="见于")
