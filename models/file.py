"""文件: what was received or made, by the hash of its content, and what it is attached to."""

from __future__ import annotations

from sqlmodel import Field, Index

from models.base import Row


class StoredFile(Row, table=True):
    """存储文件: one file by content; the name is what the sender called it, only text."""

    __tablename__ = "stored_file"

    sha256: str = Field(max_length=64, index=True, title="内容摘要")
    name: str = Field(max_length=255, title="文件名")
    media_type: str = Field(max_length=120, title="类型")
    size: int = Field(title="字节数")
    account_id: int | None = Field(default=None, foreign_key="account.id", title="上传人")
    project_id: int | None = Field(
        default=None, foreign_key="livelihood_project.id", index=True, title="所属项目"
    )
    agency_id: int | None = Field(
        default=None, foreign_key="agency.id", index=True, title="所属单位"
    )


class Attachment(Row, table=True):
    """佐证材料: a stored file attached to a row of another table."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_table_name_row_id", "table_name", "row_id"),)

    file_id: int = Field(foreign_key="stored_file.id", title="文件")
    table_name: str = Field(max_length=40, title="所属表")
    row_id: int = Field(title="所属行")
    caption: str = Field(default="", max_length=200, title="说明")
