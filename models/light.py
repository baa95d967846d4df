"""亮灯: rule sets as rows, the lights that months ended with, overrides, facts given by hand.

What a place calls red is a row; code knows kinds only.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Text
from sqlmodel import CheckConstraint, Field, Index, UniqueConstraint

from models.base import Code, Exact, Row, code_type, refuse_changes


class LightKind(Code):
    """灯的含义: each has one shape everywhere; its colour and word are an office's rows."""

    DONE = "DONE", "完成"
    GOOD = "GOOD", "正常"
    NOTICE = "NOTICE", "提示"
    WARN = "WARN", "预警"
    BAD = "BAD", "严重"
    UNKNOWN = "UNKNOWN", "未知"


class LightDimension(Code):
    """亮灯方面: each has a light of its own; the overall light is the worst of those in use."""

    START = "START", "开工"
    PROGRESS = "PROGRESS", "进度"
    FUNDS = "FUNDS", "资金"
    EVIDENCE = "EVIDENCE", "佐证"
    RECTIFICATION = "RECTIFICATION", "整改"


class LightRuleSet(Row, table=True):
    """亮灯规则: one version of the rules with this code; it counts from `since`.

    `silence_days` empty means that silence never turns a light. A set whose published text has
    gaps is not `complete`, and `note` says where.
    """

    __tablename__ = "light_rule_set"
    __table_args__ = (UniqueConstraint("code", "since"),)

    code: str = Field(min_length=1, max_length=24, index=True, title="规则代码")
    name: str = Field(min_length=1, max_length=80, title="规则名称")
    since: date = Field(title="生效日")
    silence_days: int | None = Field(
        default=31, ge=1, title="失联天数", description="未报超过几天转为严重；为空则不转"
    )
    complete: bool = Field(default=True, title="原文完整")
    note: str = Field(default="", sa_type=Text, title="说明")
    source: str = Field(default="", max_length=400, title="来源")
    source_url: str = Field(default="", max_length=400, title="来源网址")


class LightColour(Row, table=True):
    """灯色: what an office calls a kind and how it colours it."""

    __tablename__ = "light_colour"
    __table_args__ = (UniqueConstraint("rule_set_id", "kind"),)

    rule_set_id: int = Field(foreign_key="light_rule_set.id", title="亮灯规则")
    kind: LightKind = Field(sa_type=code_type(LightKind), title="含义")
    word: str = Field(min_length=1, max_length=24, title="灯的叫法")
    hex: str = Field(min_length=7, max_length=7, title="颜色值")


class LightCase(Row, table=True):
    """情形: of a dimension's cases the first whose bounds all hold gives the light.

    The last case of a dimension has no bounds. A case without a kind gives no light: the
    dimension does not count then.
    """

    __tablename__ = "light_case"
    __table_args__ = (UniqueConstraint("rule_set_id", "dimension", "position"),)

    rule_set_id: int = Field(foreign_key="light_rule_set.id", title="亮灯规则")
    dimension: LightDimension = Field(sa_type=code_type(LightDimension), title="方面")
    position: int = Field(ge=1, title="次序")
    kind: LightKind | None = Field(
        default=None, sa_type=code_type(LightKind), title="含义", description="为空：该方面不计"
    )
    words: str = Field(min_length=1, max_length=200, title="情形")
    measure: str = Field(default="", max_length=400, title="随之采取的措施")


class LightBound(Row, table=True):
    """界限: what a fact must lie within, each end included or not; one end may be open."""

    __tablename__ = "light_bound"
    __table_args__ = (
        UniqueConstraint("case_id", "fact"),
        CheckConstraint("low IS NOT NULL OR high IS NOT NULL", name="ends"),
    )

    case_id: int = Field(foreign_key="light_case.id", title="情形")
    fact: str = Field(min_length=1, max_length=40, title="事实")
    low: Decimal | None = Field(default=None, sa_type=Exact, title="下限")
    low_included: bool = Field(default=True, title="含下限")
    high: Decimal | None = Field(default=None, sa_type=Exact, title="上限")
    high_included: bool = Field(default=True, title="含上限")


class LightRecord(Row, table=True):
    """月末灯: the light a month ended with, and the facts it came from; never repainted.

    `recovered_on` is a second mark: the day a later accepted report caught up.
    """

    __tablename__ = "light_record"
    __table_args__ = (
        UniqueConstraint("project_id", "month"),
        Index("ix_light_record_month_kind", "month", "kind"),
    )

    project_id: int = Field(foreign_key="livelihood_project.id", title="项目")
    month: date = Field(title="月份")
    kind: LightKind = Field(sa_type=code_type(LightKind), title="月末灯")
    dimension: LightDimension | None = Field(
        default=None, sa_type=code_type(LightDimension), title="由哪方面决定"
    )
    case_id: int | None = Field(default=None, foreign_key="light_case.id", title="情形")
    rule_set_id: int = Field(foreign_key="light_rule_set.id", title="亮灯规则")
    as_of: date = Field(title="事实截至日")
    known_on: date = Field(title="数据截至日")
    facts: str = Field(sa_type=Text, title="事实")
    lights: str = Field(sa_type=Text, title="各方面的灯")
    written_on: date = Field(title="写入日")
    recovered_on: date | None = Field(default=None, title="补齐日")


class LightOverride(Row, table=True):
    """人工改灯: a light set by hand for a time, with its reason, shown beside the computed one."""

    __tablename__ = "light_override"

    project_id: int = Field(foreign_key="livelihood_project.id", index=True, title="项目")
    kind: LightKind = Field(sa_type=code_type(LightKind), title="改为")
    reason: str = Field(min_length=1, sa_type=Text, title="改灯理由")
    first_on: date = Field(title="起始日")
    last_on: date | None = Field(default=None, title="截止日")
    by_id: int = Field(foreign_key="account.id", title="改灯人")


class GivenFact(Row, table=True):
    """人工认定的事实: a fact nobody can compute, for one month; the newest row counts."""

    __tablename__ = "given_fact"
    __table_args__ = (Index("ix_given_fact_project_id_month", "project_id", "month"),)

    project_id: int = Field(foreign_key="livelihood_project.id", title="项目")
    month: date = Field(title="月份")
    fact: str = Field(min_length=1, max_length=40, title="事实")
    value: Decimal = Field(sa_type=Exact, title="认定值")
    given_on: date = Field(title="认定日")
    by_id: int | None = Field(default=None, foreign_key="account.id", title="认定人")
    source: str = Field(default="", max_length=400, title="依据")


_KEPT = "project_id, month, kind, dimension, case_id, rule_set_id, as_of, known_on, facts, lights"
NEVER_REPAINTED = {
    "sqlite": (
        f"CREATE TRIGGER light_record_no_update BEFORE UPDATE OF {_KEPT}, written_on "
        "ON light_record BEGIN SELECT RAISE(ABORT, 'light_record is append-only'); END",
        "CREATE TRIGGER light_record_no_delete BEFORE DELETE ON light_record "
        "BEGIN SELECT RAISE(ABORT, 'light_record is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION light_record_refuse() RETURNS trigger AS $$ "
        "BEGIN RAISE EXCEPTION 'light_record is append-only'; END $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER light_record_no_update BEFORE UPDATE OF {_KEPT}, written_on "
        "ON light_record FOR EACH ROW EXECUTE FUNCTION light_record_refuse()",
        "CREATE TRIGGER light_record_no_delete BEFORE DELETE ON light_record "
        "FOR EACH ROW EXECUTE FUNCTION light_record_refuse()",
    ),
}
"""Per engine, what keeps closing lights as they were; only the second mark may be set."""

refuse_changes("light_record", NEVER_REPAINTED)
