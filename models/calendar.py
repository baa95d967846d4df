"""工作日历与期限: days off and make-up working days as rows, and how many days a step may take."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlmodel import CheckConstraint, Field, UniqueConstraint

from models.base import Code, Exact, Row, code_type


class DayKind(Code):
    """怎样计日."""

    CALENDAR = "CALENDAR", "自然日"
    WORKING = "WORKING", "工作日"


class CalendarYear(Row, table=True):
    """工作日历年度: a year whose days off are known; a year without one counts none."""

    __tablename__ = "calendar_year"

    year: int = Field(unique=True, ge=2000, le=2100, title="年度")
    source: str = Field(default="", max_length=400, title="依据")


class CalendarDay(Row, table=True):
    """工作日历例外: a weekday that is off, or a weekend day that is worked (调休)."""

    __tablename__ = "calendar_day"

    day: date = Field(unique=True, title="日期")
    working: bool = Field(title="上班")
    name: str = Field(default="", max_length=40, title="说明")


class DayLimit(Row, table=True):
    """办理期限: how many days a step may take, and which; the newest `since` holds."""

    __tablename__ = "day_limit"
    __table_args__ = (
        UniqueConstraint("code", "since"),
        CheckConstraint("days > 0", name="days"),
    )

    code: str = Field(min_length=1, max_length=24, title="期限代码")
    name: str = Field(min_length=1, max_length=40, title="期限名称")
    since: date = Field(title="生效日")
    days: int = Field(gt=0, le=3660, title="天数")
    day_kind: DayKind = Field(
        default=DayKind.CALENDAR, sa_type=code_type(DayKind), title="计日方式"
    )


class Threshold(Row, table=True):
    """阈值: a number an office may change; the newest `since` holds."""

    __tablename__ = "threshold"
    __table_args__ = (UniqueConstraint("code", "since"),)

    code: str = Field(min_length=1, max_length=24, title="阈值代码")
    name: str = Field(min_length=1, max_length=80, title="阈值名称")
    since: date = Field(title="生效日")
    value: Decimal = Field(sa_type=Exact, title="数值")
    unit_of_measure: str = Field(default="", max_length=24, title="计量单位")
