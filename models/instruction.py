"""批示: a leader's words on a project, whose answer returns to the card."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Text
from sqlmodel import Field

from models.base import Instant, Row


class Instruction(Row, table=True):
    """批示: words and a due date for the lead unit; the unit's answer closes it."""

    __tablename__ = "instruction"

    project_id: int = Field(foreign_key="livelihood_project.id", index=True, title="项目")
    given_by_id: int = Field(foreign_key="account.id", index=True, title="批示领导")
    given_on: date = Field(title="批示日")
    words: str = Field(min_length=1, sa_type=Text, title="批示内容")
    due_on: date = Field(title="办理期限")
    answer: str = Field(default="", sa_type=Text, title="办理情况")
    answered_by_id: int | None = Field(default=None, foreign_key="account.id", title="办理人")
    answered_at: datetime | None = Field(default=None, sa_type=Instant, title="答复时间")
    answered_on: date | None = Field(default=None, title="答复日")
