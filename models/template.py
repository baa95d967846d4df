"""模板: words and documents an office edits by itself."""

from __future__ import annotations

from sqlalchemy import Text
from sqlmodel import Field

from models.base import Code, Row, code_type


class TemplateKind(Code):
    """文书模板的用途."""

    RECTIFICATION_NOTICE = "RECTIFICATION_NOTICE", "整改通知书"


class WordTemplate(Row, table=True):
    """文书模板: a Word file with fields in braces; the newest of a kind is the one in use."""

    __tablename__ = "word_template"

    kind: TemplateKind = Field(sa_type=code_type(TemplateKind), index=True, title="用途")
    name: str = Field(min_length=1, max_length=80, title="模板名称")
    file_id: int = Field(foreign_key="stored_file.id", title="模板文件")


class ReplyTemplate(Row, table=True):
    """答复模板: words the office starts an answer from."""

    __tablename__ = "reply_template"

    name: str = Field(min_length=1, max_length=40, unique=True, title="模板名称")
    words: str = Field(min_length=1, sa_type=Text, title="答复内容")
