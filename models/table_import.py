"""表格导入: a workbook brought into one table, and what stood there before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from models.base import Instant, Row, code_type
from models.upload import UploadState


class TableImport(Row, table=True):
    """表格导入: `before` keeps the rows as they were, so that taking back restores exactly that."""

    __tablename__ = "table_import"

    table_name: str = Field(max_length=40, index=True, title="数据表")
    file_id: int = Field(foreign_key="stored_file.id", title="文件")
    account_id: int = Field(foreign_key="account.id", index=True, title="导入人")
    number: str = Field(default="", max_length=32, title="批次号")
    state: UploadState = Field(
        default=UploadState.DRAFT, sa_type=code_type(UploadState), title="状态"
    )
    rows_count: int = Field(default=0, title="导入行数")
    committed_at: datetime | None = Field(default=None, sa_type=Instant, title="导入时间")
    before: str = Field(default="[]", sa_type=Text, title="导入前内容")
