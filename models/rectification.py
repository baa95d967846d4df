"""整改: a problem with its unit, person, thing, deadline and standard, until somebody clears it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Text
from sqlmodel import CheckConstraint, Field, Index, UniqueConstraint

from models.base import Code, Instant, Row, code_type
from models.calendar import DayKind
from models.remark import Severity


class RectificationSource(Code):
    """问题来源."""

    REMARK = "REMARK", "观察意见"
    INSPECTION = "INSPECTION", "督查"
    AUDIT = "AUDIT", "审计"
    CITIZEN = "CITIZEN", "群众意见"
    MEDIA = "MEDIA", "媒体"
    INSTRUCTION = "INSTRUCTION", "领导批示"


class RectificationKind(Code):
    """整改状态的含义: fixed; only FIXED counts as fixed, however an office calls its states."""

    OPEN = "OPEN", "未办结"
    PROPOSED = "PROPOSED", "待核验"
    FIXED = "FIXED", "已销号"
    NOT_FIXED = "NOT_FIXED", "未整改而终结"
    DUPLICATE = "DUPLICATE", "重复"
    PASSED_ON = "PASSED_ON", "已转出"


class RectificationState(Row, table=True):
    """整改状态: what an office calls a state; its kind is fixed and is what code knows."""

    __tablename__ = "rectification_state"

    code: str = Field(min_length=1, max_length=24, unique=True, title="状态代码")
    name: str = Field(min_length=1, max_length=24, title="状态名称")
    kind: RectificationKind = Field(sa_type=code_type(RectificationKind), title="含义")
    position: int = Field(title="次序")


class RectificationMove(Row, table=True):
    """整改流转: who may move a rectification from one state to another, and what that needs.

    `action` is a right of `dashboard.permissions`; the command layer refuses every move that is
    not a row here.
    """

    __tablename__ = "rectification_move"
    __table_args__ = (UniqueConstraint("from_state", "to_state", "code"),)

    code: str = Field(min_length=1, max_length=24, title="流转代码")
    name: str = Field(min_length=1, max_length=24, title="按钮文字")
    from_state: str = Field(foreign_key="rectification_state.code", title="原状态")
    to_state: str = Field(foreign_key="rectification_state.code", title="新状态")
    action: str = Field(min_length=1, max_length=40, title="所需权限")
    needs_reason: bool = Field(default=False, title="须写理由")
    needs_evidence: bool = Field(default=False, title="须有佐证")
    needs_after_photo: bool = Field(default=False, title="须有整改前后照片")
    needs_second_person: bool = Field(default=False, title="须由另一人办理")
    position: int = Field(title="次序")


class Inspection(Row, table=True):
    """督查: one inspection or meeting, announced or not (明查暗访), from which problems come."""

    __tablename__ = "inspection"

    region_id: int = Field(foreign_key="region.id", index=True, title="所在地区")
    name: str = Field(min_length=1, max_length=120, title="督查名称")
    announced: bool = Field(default=True, title="事先通知")
    inspected_on: date = Field(title="督查日")
    led_by: str = Field(default="", max_length=40, title="带队人")
    made_by_id: int = Field(foreign_key="account.id", title="登记人")
    sealed_set_id: int | None = Field(
        default=None, foreign_key="sealed_set.id", index=True, title="暗访批次"
    )


class Rectification(Row, table=True):
    """整改: 见人见事 — unit, person, thing, deadline and standard are all there when it is issued.

    `visible`: one can see it, so clearing needs an after-photo beside the before-photo; else a
    document. `met_deadline` is written once, when closing is proposed in time or the deadline
    passes, and never again for that round. `batch` names what was issued together.
    """

    __tablename__ = "rectification"
    __table_args__ = (
        Index("ix_rectification_project_id_state", "project_id", "state"),
        Index("ix_rectification_agency_id_state", "agency_id", "state"),
        CheckConstraint("reopens >= 0 AND extensions >= 0 AND reminders >= 0", name="counts"),
    )

    number: str = Field(max_length=24, unique=True, title="整改编号")
    project_id: int = Field(foreign_key="livelihood_project.id", title="项目")
    source: RectificationSource = Field(sa_type=code_type(RectificationSource), title="问题来源")
    inspection_id: int | None = Field(
        default=None, foreign_key="inspection.id", index=True, title="督查"
    )
    instruction_id: int | None = Field(
        default=None, foreign_key="instruction.id", index=True, title="批示"
    )
    sealed_set_id: int | None = Field(
        default=None, foreign_key="sealed_set.id", index=True, title="暗访批次"
    )
    batch: str = Field(default="", max_length=40, index=True, title="下发批次")
    finding: str = Field(min_length=1, sa_type=Text, title="问题")
    thing: str = Field(min_length=1, max_length=200, title="事项", description="哪处、哪件事")
    category: str = Field(default="", max_length=40, title="问题类型")
    severity: Severity = Field(
        default=Severity.ORDINARY, sa_type=code_type(Severity), title="严重程度"
    )
    agency_id: int = Field(foreign_key="agency.id", title="责任单位")
    responsible: str = Field(min_length=1, max_length=40, title="责任人")
    phone: str = Field(default="", max_length=40, title="联系电话")
    requirement: str = Field(default="", sa_type=Text, title="整改要求")
    standard: str = Field(min_length=1, sa_type=Text, title="整改标准")
    visible: bool = Field(default=True, title="可以拍照核验")

    state: str = Field(foreign_key="rectification_state.code", index=True, title="状态")
    issued_by_id: int = Field(foreign_key="account.id", title="下发人")
    found_on: date = Field(title="发现日")
    inspected_by: str = Field(default="", max_length=120, title="检查单位")
    inspector: str = Field(default="", max_length=80, title="检查人")
    issued_on: date = Field(title="下发日")
    first_due_on: date = Field(title="原整改期限")
    due_on: date = Field(index=True, title="整改期限")
    day_kind: DayKind = Field(
        default=DayKind.CALENDAR, sa_type=code_type(DayKind), title="计日方式"
    )
    received_by_id: int | None = Field(default=None, foreign_key="account.id", title="签收人")
    received_at: datetime | None = Field(default=None, sa_type=Instant, title="签收时间")
    received_on: date | None = Field(default=None, title="签收日")
    proposed_by_id: int | None = Field(default=None, foreign_key="account.id", title="申请销号人")
    proposed_on: date | None = Field(default=None, title="申请销号日")
    remedy: str = Field(default="", sa_type=Text, title="整改情况")
    closed_by_id: int | None = Field(default=None, foreign_key="account.id", title="销号人")
    closed_on: date | None = Field(default=None, title="办结日")
    met_deadline: bool | None = Field(default=None, title="按期整改")
    judged_on: date | None = Field(default=None, title="判定日")
    recheck_on: date | None = Field(default=None, title="回头看日期")
    duplicate_of_id: int | None = Field(
        default=None, foreign_key="rectification.id", title="重复的整改"
    )
    passed_to: str = Field(default="", max_length=120, title="转往")
    public_answer: str = Field(default="", sa_type=Text, title="公开答复")
    reopens: int = Field(default=0, title="重新整改次数")
    extensions: int = Field(default=0, title="延期次数")
    reminders: int = Field(default=0, title="催办次数")


class RectificationEvent(Row, table=True):
    """整改经过: one move, reassignment, reminder or note of fact, in order; never changed.

    `words` are seen by everybody who sees the rectification. `agency_id` and `due_on` are the unit
    answering and the deadline holding from then on, so that a reopening counts against the unit
    that had it.
    """

    __tablename__ = "rectification_event"

    rectification_id: int = Field(foreign_key="rectification.id", index=True, title="整改")
    event: str = Field(max_length=24, title="事件")
    name: str = Field(default="", max_length=40, title="经过")
    from_state: str | None = Field(
        default=None, foreign_key="rectification_state.code", title="原状态"
    )
    to_state: str | None = Field(
        default=None, foreign_key="rectification_state.code", title="新状态"
    )
    account_id: int | None = Field(default=None, foreign_key="account.id", title="经办人")
    agency_id: int | None = Field(default=None, foreign_key="agency.id", title="责任单位")
    due_on: date | None = Field(default=None, title="整改期限")
    happened_on: date = Field(title="日期")
    happened_at: datetime = Field(sa_type=Instant, title="时间")
    words: str = Field(default="", sa_type=Text, title="说明")


class ExtensionState(Code):
    """延期状态."""

    ASKED = "ASKED", "待审批"
    APPROVED = "APPROVED", "已批准"
    REFUSED = "REFUSED", "未批准"


class Extension(Row, table=True):
    """延期: asked before the deadline with a reason and a new date; somebody else decides."""

    __tablename__ = "extension"

    rectification_id: int = Field(foreign_key="rectification.id", index=True, title="整改")
    old_due_on: date = Field(title="原期限")
    new_due_on: date = Field(title="申请期限")
    reason: str = Field(min_length=1, sa_type=Text, title="延期理由")
    state: ExtensionState = Field(
        default=ExtensionState.ASKED, sa_type=code_type(ExtensionState), title="延期状态"
    )
    asked_by_id: int = Field(foreign_key="account.id", title="申请人")
    asked_on: date = Field(title="申请日")
    decided_by_id: int | None = Field(default=None, foreign_key="account.id", title="审批人")
    decided_on: date | None = Field(default=None, title="审批日")
    answer: str = Field(default="", sa_type=Text, title="审批意见")


class Recheck(Row, table=True):
    """回头看: after clearing somebody looks again on a day; a failed look reopens."""

    __tablename__ = "recheck"

    rectification_id: int = Field(foreign_key="rectification.id", index=True, title="整改")
    due_on: date = Field(title="计划回头看日")
    done_on: date | None = Field(default=None, title="回头看日")
    done_by_id: int | None = Field(default=None, foreign_key="account.id", title="回头看人")
    passed: bool | None = Field(default=None, title="保持整改效果")
    words: str = Field(default="", sa_type=Text, title="回头看情况")
