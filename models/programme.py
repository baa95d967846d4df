"""年度清单: one region's list of promises for one year."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field, UniqueConstraint

from models.base import Row


class Programme(Row, table=True):
    """年度清单: the reporting days and the rule set of a region's list for one year."""

    __tablename__ = "programme"
    __table_args__ = (UniqueConstraint("region_id", "year"),)

    region_id: int = Field(foreign_key="region.id", index=True, title="地区")
    year: int = Field(ge=1990, le=2100, title="年度")
    name: str = Field(min_length=1, max_length=80, title="清单名称")
    adopted_on: date | None = Field(
        default=None, title="审定日期", description="审定后，目标与时限只能通过调整变更"
    )
    rule_set_code: str = Field(default="DEFAULT", max_length=24, title="亮灯规则")
    due_day: int = Field(default=3, ge=1, le=28, title="应报日", description="次月几日前报")
    timely_day: int = Field(default=3, ge=1, le=28, title="按时截止日")
    locked_day: int = Field(default=10, ge=1, le=28, title="锁定日")
    unlock_days: int = Field(
        default=15, ge=1, title="解锁最长天数", description="批准解锁时，最多开放几天"
    )
    shown_on: date | None = Field(
        default=None, title="固定展示日", description="资料截止日；为空时按当天展示"
    )
    constructed: bool = Field(default=False, title="演示数据", description="数据系构造，非真实项目")
    source: str = Field(default="", max_length=400, title="来源")
