"""自制图表: what somebody draws from a list, kept under a name, shared or put on a home page."""

from __future__ import annotations

from sqlmodel import Field, UniqueConstraint

from models.account import Role
from models.base import Code, Row, code_type


class ChartKind(Code):
    """图形."""

    BAR = "BAR", "条形图"
    LINE = "LINE", "折线图"
    MATRIX = "MATRIX", "交叉表"
    HEAT = "HEAT", "热力图"
    NUMBER = "NUMBER", "一个数字"


class ChartFigure(Code):
    """图表的算法."""

    COUNT = "COUNT", "记录数"
    SUM = "SUM", "合计"
    AVERAGE = "AVERAGE", "平均"


class OwnChart(Row, table=True):
    """自制图表: how the rows of a list are grouped and counted, never the figures themselves.

    Each reader gets it worked out anew, over their own rows and fields. `by_name` and `across_name`
    are columns of the list, a day by its months; `link` keeps the conditions as a view does.
    `shared_with` opens it to those who hold the role in one of the regions whose paths `place` is;
    an empty place is everywhere.
    """

    __tablename__ = "own_chart"
    __table_args__ = (UniqueConstraint("account_id", "table_name", "name"),)

    account_id: int = Field(foreign_key="account.id", index=True, title="账户")
    table_name: str = Field(max_length=40, title="数据表")
    name: str = Field(min_length=1, max_length=40, title="图表名称")
    kind: ChartKind = Field(sa_type=code_type(ChartKind), title="图形")
    by_name: str = Field(default="", max_length=80, title="分组")
    across_name: str = Field(default="", max_length=80, title="再分组")
    figure: ChartFigure = Field(sa_type=code_type(ChartFigure), title="算法")
    measure: str = Field(default="", max_length=80, title="计算的列")
    link: str = Field(default="", max_length=2000, title="条件")
    shared_with: Role | None = Field(default=None, sa_type=code_type(Role), title="共享给")
    place: str = Field(default="", max_length=200, title="共享的地区")
    at_home: bool = Field(default=False, title="放在该角色的首页")


class ChartPin(Row, table=True):
    """首页图表: an own chart that somebody put on their own home page."""

    __tablename__ = "chart_pin"
    __table_args__ = (UniqueConstraint("chart_id", "account_id"),)

    chart_id: int = Field(foreign_key="own_chart.id", title="图表")
    account_id: int = Field(foreign_key="account.id", index=True, title="账户")
