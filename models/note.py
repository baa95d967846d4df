"""内部备注: words for the office alone; they never leave by export, file or interface."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Text
from sqlmodel import Field, Index

from models.base import Row


class InternalNote(Row, table=True):
    """内部备注: on a remark or a rectification; the office and the auditor read it, on the page."""

    __tablename__ = "internal_note"
    __table_args__ = (Index("ix_internal_note_table_name_row_id", "table_name", "row_id"),)

    table_name: str = Field(max_length=40, title="所属表")
    row_id: int = Field(title="所属行")
    words: str = Field(min_length=1, sa_type=Text, title="备注")
    noted_by_id: int = Field(foreign_key="account.id", title="备注人")
    noted_on: date = Field(title="备注日")
