"""观察意见与群众意见: words, place and photos from the site, and what became of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Text
from sqlmodel import CheckConstraint, Field, Index

from models.base import Code, Exact, Instant, Row, code_type
from models.site import degrees


class RemarkChannel(Code):
    """意见来源."""

    OBSERVER = "OBSERVER", "民生观察员"
    CITIZEN = "CITIZEN", "群众"


class RemarkKind(Code):
    """意见类型."""

    PROBLEM = "PROBLEM", "问题"
    SUGGESTION = "SUGGESTION", "建议"
    PRAISE = "PRAISE", "肯定"


class Severity(Code):
    """严重程度."""

    SLIGHT = "SLIGHT", "轻微"
    ORDINARY = "ORDINARY", "一般"
    SERIOUS = "SERIOUS", "严重"


class SeenProgress(Code):
    """现场所见: the third witness beside the plan and the unit."""

    UNSAID = "UNSAID", "未说明"
    NOT_STARTED = "NOT_STARTED", "尚未开工"
    STOPPED = "STOPPED", "已停工"
    UNDER_WAY = "UNDER_WAY", "正在施工"
    FINISHED = "FINISHED", "已经完工"


class RemarkState(Code):
    """意见状态: each ends as answered, turned into rectification, or no action with a reason."""

    SENT = "SENT", "待处理"
    ANSWERED = "ANSWERED", "已答复"
    RECTIFYING = "RECTIFYING", "已转整改"
    SETTLED = "SETTLED", "整改已办结"
    NO_ACTION = "NO_ACTION", "不予办理"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class Satisfaction(Code):
    """满意度."""

    SATISFIED = "SATISFIED", "满意"
    FAIR = "FAIR", "基本满意"
    DISSATISFIED = "DISSATISFIED", "不满意"


class ObserverRemark(Row, table=True):
    """观察意见: an observer's or a citizen's word on a project; a unit can never change it.

    `client_id` is made on the phone: sending twice is the same as once. `account_id` is empty for a
    citizen, who follows by a code whose hash alone is kept; a citizen may name a place instead of a
    project. `doubt` holds the names of the checks that failed (ACCURACY, SPEED, FAR), with spaces.
    Sealed (暗访) while its set is not released.
    """

    __tablename__ = "observer_remark"
    __table_args__ = (
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="both"),
        CheckConstraint("seen_pct IS NULL OR seen_pct >= 0", name="seen_pct"),
        Index("ix_observer_remark_project_id_observed_on", "project_id", "observed_on"),
        Index("ix_observer_remark_region_id_state", "region_id", "state"),
    )

    client_id: str = Field(min_length=8, max_length=40, unique=True, title="客户端编号")
    number: str = Field(max_length=24, unique=True, title="意见编号")
    channel: RemarkChannel = Field(sa_type=code_type(RemarkChannel), title="意见来源")
    region_id: int = Field(foreign_key="region.id", title="所在地区")
    project_id: int | None = Field(default=None, foreign_key="livelihood_project.id", title="项目")
    site_id: int | None = Field(default=None, foreign_key="site.id", title="点位")
    visit_id: int | None = Field(default=None, foreign_key="visit.id", title="走访")
    account_id: int | None = Field(
        default=None, foreign_key="account.id", index=True, title="提出人"
    )
    phone: str = Field(default="", max_length=40, title="联系电话")
    follow_hash: str | None = Field(default=None, max_length=64, unique=True, title="查询码摘要")
    kind: RemarkKind = Field(
        default=RemarkKind.PROBLEM, sa_type=code_type(RemarkKind), title="意见类型"
    )
    severity: Severity = Field(
        default=Severity.ORDINARY, sa_type=code_type(Severity), title="严重程度"
    )
    words: str = Field(min_length=1, sa_type=Text, title="意见内容")
    place: str = Field(default="", max_length=200, title="地点")
    seen: SeenProgress = Field(
        default=SeenProgress.UNSAID, sa_type=code_type(SeenProgress), title="现场所见"
    )
    seen_pct: Decimal | None = Field(default=None, sa_type=Exact, title="目测进度（%）")

    latitude: Decimal | None = Field(default=None, sa_type=degrees(), title="纬度")
    longitude: Decimal | None = Field(default=None, sa_type=degrees(), title="经度")
    accuracy_m: int | None = Field(default=None, ge=0, title="定位精度（米）")
    distance_m: int | None = Field(default=None, ge=0, title="距点位（米）")
    doubt: str = Field(default="", max_length=60, title="存疑")
    written_at: datetime | None = Field(default=None, sa_type=Instant, title="书写时间")
    received_at: datetime = Field(sa_type=Instant, title="收到时间")
    observed_on: date = Field(title="观察日")

    sealed_set_id: int | None = Field(
        default=None, foreign_key="sealed_set.id", index=True, title="暗访批次"
    )
    state: RemarkState = Field(
        default=RemarkState.SENT, sa_type=code_type(RemarkState), title="状态"
    )
    due_on: date | None = Field(default=None, title="处理期限")
    rectification_id: int | None = Field(
        default=None, foreign_key="rectification.id", index=True, title="整改"
    )
    reason: str = Field(default="", sa_type=Text, title="不予办理的理由")
    decided_by_id: int | None = Field(default=None, foreign_key="account.id", title="处理人")
    decided_on: date | None = Field(default=None, title="处理日")
    in_time: bool | None = Field(default=None, title="按期处理")
    withdrawn_on: date | None = Field(default=None, title="撤回日")

    rating: Satisfaction | None = Field(
        default=None, sa_type=code_type(Satisfaction), title="满意度"
    )
    rating_words: str = Field(default="", sa_type=Text, title="评价说明")
    rated_on: date | None = Field(default=None, title="评价日")
    reopen_words: str = Field(default="", sa_type=Text, title="要求重新办理的理由")
    reopen_asked_on: date | None = Field(default=None, title="要求重新办理日")
    reopens: int = Field(default=0, title="重新办理次数")
    seen_answer_at: datetime | None = Field(default=None, sa_type=Instant, title="看到答复的时间")


class RemarkReply(Row, table=True):
    """意见答复: the public answer to a remark; the observer or citizen reads it."""

    __tablename__ = "remark_reply"

    remark_id: int = Field(foreign_key="observer_remark.id", index=True, title="意见")
    words: str = Field(min_length=1, sa_type=Text, title="答复内容")
    replied_by_id: int = Field(foreign_key="account.id", title="答复人")
    replied_on: date = Field(title="答复日")


class ReplyProposal(Row, table=True):
    """答复建议: what a unit would answer to a remark; the office publishes it or leaves it."""

    __tablename__ = "reply_proposal"

    remark_id: int = Field(foreign_key="observer_remark.id", index=True, title="意见")
    words: str = Field(min_length=1, sa_type=Text, title="建议的答复")
    proposed_by_id: int = Field(foreign_key="account.id", title="提出人")
    proposed_on: date = Field(title="提出日")
    decided_by_id: int | None = Field(default=None, foreign_key="account.id", title="审定人")
    decided_on: date | None = Field(default=None, title="审定日")
    published: bool = Field(default=False, title="已发布")
