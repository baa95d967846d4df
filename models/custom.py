"""自设字段: what an office asks beside the columns of the schema, and the answers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Text
from sqlmodel import Field, UniqueConstraint

from models.base import Code, Row, code_type


class CustomKind(Code):
    """自设字段的类型."""

    TEXT = "TEXT", "文字"
    LONG = "LONG", "长文字"
    EXACT = "EXACT", "数字"
    DAY = "DAY", "日期"
    FLAG = "FLAG", "是否"
    CHOICE = "CHOICE", "选项"


class CustomTable(Code):
    """可以自设字段的表."""

    PROJECT = "PROJECT", "民生实事项目"
    REPORT = "REPORT", "月报"
    REMARK = "REMARK", "观察意见"
    RECTIFICATION = "RECTIFICATION", "整改"


class CustomField(Row, table=True):
    """自设字段: a field an office adds by itself; no migration, no restart."""

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("belongs_to", "name"),)

    belongs_to: CustomTable = Field(sa_type=code_type(CustomTable), title="所在的表")
    name: str = Field(min_length=1, max_length=40, title="字段名称")
    kind: CustomKind = Field(sa_type=code_type(CustomKind), title="字段类型")
    required: bool = Field(default=False, title="必填")
    choices: str = Field(default="", sa_type=Text, title="可选内容", description="每行一个选项")
    help: str = Field(default="", max_length=200, title="填写说明")
    aliases: str = Field(
        default="", max_length=400, title="表头的其他写法",
        description="单位的表里可能写成的列名，每行一个",
    )  # fmt: skip
    position: int = Field(default=1, ge=1, le=999, title="次序")
    active: bool = Field(default=True, title="在用")


class CustomValue(Row, table=True):
    """自设字段的值: what one row of another table holds in the fields an office added."""

    __tablename__ = "custom_value"
    __table_args__ = (UniqueConstraint("table_name", "row_id"),)

    table_name: str = Field(max_length=40, title="所属表")
    row_id: int = Field(title="所属行")
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, title="内容")
