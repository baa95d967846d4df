"""审计日志: for the auditor, and the words that events and columns have for people."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

import pandas as pd
from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from dashboard.db import Columns, frame
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from models.audit import AuditEntry
from models.base import Row
from models.milestone import AdjustmentField, AdjustmentState, MilestoneKind
from models.report import ReportState
from models.upload import UploadState

_NOUNS = {
    "report": "月报", "milestone": "节点", "adjustment": "调整", "project": "项目",
    "programme": "清单", "instruction": "批示", "unlock": "解锁", "upload": "上传批次",
    "file": "文件", "account": "账户", "grant": "授权", "session": "会话", "plan": "计划",
    "light": "亮灯", "rule": "规则", "period": "填报期", "agency": "单位", "region": "地区",
    "password": "密码", "seed": "演示数据", "audit": "审计日志", "export": "导出",
    "board": "看板", "backup": "备份", "link": "一次性链接", "table": "数据表", "row": "记录",
    "factor": "双重验证",
    "place": "单位与地区", "detail": "项目详情", "dictionary": "字典", "view": "视图",
    "chart": "图表",
    "observer": "观察员", "remark": "意见", "sealed": "暗访批次", "visit": "走访",
    "note": "内部备注", "site": "点位", "template": "模板", "photo": "照片",
    "device": "观察员设备",
    "rectification": "整改",
    "inspection": "督查", "extension": "延期", "recheck": "回头看", "calendar": "工作日历",
    "reply": "答复", "token": "接口令牌", "api": "接口",
}  # fmt: skip
_VERBS = {
    "import": "导入", "submit": "报送", "confirm": "审核", "accept": "审定", "return": "退回",
    "supersede": "替换", "no-change": "填报无变化", "take-back": "撤回", "complete": "完成",
    "end": "停用", "adjust": "变更", "propose": "申请", "decide": "审批", "edit": "修改",
    "adopt": "审定", "give": "作出", "answer": "答复", "request": "申请", "approve": "批准",
    "write": "书写", "rectify": "转整改", "settle": "整改办结",
    "see-answer": "看到答复", "rate": "评价", "ask-reopen": "要求重新办理",
    "move": "改项目", "look-phone": "查看电话", "triage": "处理",
    "letter": "上传聘书", "agree": "表示同意", "grant": "授权", "open": "建立", "drop": "取消",
    "upload": "上传", "mend": "改单元格", "map": "对应列", "discard": "放弃", "store": "存储",
    "invite": "邀请", "lock": "停用", "unlock": "启用", "read": "查看", "override": "人工改灯",
    "close": "月末结账", "ensure": "生成", "recover": "补齐", "sign_in": "登录",
    "sign_out": "退出", "reset": "重置", "change": "修改", "set": "设定", "test": "回测",
    "attach": "添加佐证", "explain": "补填说明", "refuse": "不批准",
    "add": "新增", "delete": "删除", "issue": "下发", "join": "并入整改", "receive": "签收",
    "dispute": "提出异议", "clear": "核验", "reopen": "重新办理", "remind": "催办", "judge": "判定",
    "ask": "申请", "do": "办理", "note": "备注", "release": "解封",
    "give-fact": "认定事实", "export": "导出", "replace": "启用新版",
    "language": "界面语言", "restore": "恢复", "make": "生成", "use": "使用", "withdraw": "作废",
    "work-item": "增加子项", "detach": "删除佐证", "expect": "应报增减", "living": "示范市",
    "province": "合成省份", "real": "公开资料", "reference": "起始规则",
    "redact": "遮盖", "trust": "添加", "original": "查看原件", "day": "当日汇总",
    "share": "共享", "place": "放在角色首页", "pin": "放在首页", "unpin": "移出首页",
}  # fmt: skip


def event_word(event: str) -> str:
    """Name an event in the reader's language: `report:accept` is 月报审定."""
    noun, _colon, verb = event.partition(":")
    named = _(_NOUNS.get(noun, noun))
    if not verb:
        return named
    return _("{noun} {verb}").format(noun=named, verb=_(_VERBS.get(verb, verb)))


def code_word(value: object) -> str:
    """Give the words of a stored code, such as 待审定 for `CONFIRMED`; other values as they are."""
    for codes in (ReportState, AdjustmentState, AdjustmentField, UploadState, MilestoneKind):
        if isinstance(value, str) and value in codes.__members__:
            return _(codes.of(value).label)
    return str(value)


def field_title(model: type[SQLModel], name: str) -> str:
    """Give a column's Chinese title, or its name when it has none."""
    field = model.model_fields.get(name)
    return (field.title if field else None) or name


@cache
def _tables() -> dict[str, type[Row]]:
    return {str(table.__tablename__): table for table in Row.__subclasses__()}


def table_title(table_name: str) -> str:
    """Give a table's Chinese term, with which its model's docstring opens."""
    model = _tables().get(table_name)
    return re.split(r"[:(.\uff1a\uff08]", model.__doc__ or "")[0].strip() if model else table_name


def column_title(table_name: str, name: str) -> str:
    """Give a column's Chinese title by the table's name, or its name when it has none."""
    model = _tables().get(table_name)
    return field_title(model, name) if model else name


def audit_entries(
    session: Session,
    actor: Actor,
    *,
    since: datetime | None = None,
    event: str = "",
    who: str = "",
    refused: bool = False,
    before_id: int | None = None,
    most: int = 200,
) -> pd.DataFrame:
    """List the audit log, newest first, a page at a time (`before_id`).

    Columns: id, at (UTC), who, roles, address, via, event, success, table_name, row_key, changes
    (JSON), comment, batch, hash.
    """
    allow(actor, Action.AUDIT_READ)
    statement: Columns = select(
        col(AuditEntry.id),
        col(AuditEntry.at),
        col(AuditEntry.account_name).label("who"),
        col(AuditEntry.roles),
        col(AuditEntry.address),
        col(AuditEntry.via),
        col(AuditEntry.event),
        col(AuditEntry.success),
        col(AuditEntry.table_name),
        col(AuditEntry.row_key),
        col(AuditEntry.changes),
        col(AuditEntry.comment),
        col(AuditEntry.batch),
        col(AuditEntry.hash),
    )
    if since is not None:
        statement = statement.where(col(AuditEntry.at) >= since)
    if event:
        statement = statement.where(col(AuditEntry.event).contains(event, autoescape=True))
    if who:
        statement = statement.where(col(AuditEntry.account_name).contains(who, autoescape=True))
    if refused:
        statement = statement.where(col(AuditEntry.success).is_(False))
    if before_id is not None:
        statement = statement.where(col(AuditEntry.id) < before_id)
    return frame(session, statement.order_by(col(AuditEntry.id).desc()).limit(most))
