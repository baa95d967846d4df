"""导入批次: a checked sheet becomes reports, all or nothing, and can be taken back.

The same bytes count once; every figure keeps its file, sheet and cell.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.bulk import Row, among, fresh, uncollected
from dashboard.commands.opening import Opened, log, open_reports, write_reports
from dashboard.commands.own_answer import answered, require_asked
from dashboard.commands.own_field import stored_answer
from dashboard.commands.report import send
from dashboard.commands.take_back import images_of
from dashboard.commands.upload import draft_upload, warning_rows
from dashboard.db import Columns, pairs
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _, joined
from dashboard.imports.examination import Draft, Examination, Status, shown
from dashboard.permissions import Action, Actor, allow_each
from dashboard.queries.scope import scopes_of
from dashboard.rules.entry import Field
from dashboard.rules.source import (
    cell_in,
    cell_text,
    head_of,
    strip_text,
    strips_text,
    strips_without,
)
from models.base import utc_now
from models.project import LivelihoodProject, WorkItem
from models.report import (
    FIGURES,
    LINE_FIGURES,
    ProgressReport,
    ReportingPeriod,
    ReportLine,
    ReportState,
)
from models.upload import Upload, UploadKind, UploadState


@dataclass(frozen=True)
class Imported:
    """What a commit did: the batch number, the rows it wrote, and the receipt if submitted."""

    number: str
    rows: int
    receipt: str = ""


@uncollected()
def commit_upload(
    session: Session,
    actor: Actor,
    upload_id: int,
    examination: Examination,
    *,
    reasons: Mapping[tuple[str, int], str],
    today: date,
    submit: bool,
) -> Imported:
    """Import a monthly sheet, all or nothing, and with `submit` send it to the reviewer.

    Raises:
        Invalid: errors are left, a warning lacks its reason, or a report may not be written now.
        Conflict: the same file was imported already, or a figure changed since the preview.
    """
    upload = draft_upload(session, actor, upload_id)
    require_kind(upload, UploadKind.MONTHLY)
    require_clean(upload, examination, reasons)
    settle(session, upload)
    grouped, period = _by_project(examination), _period(session, upload)
    projects = _projects(session, actor, upload, list(grouped))
    found = open_reports(session, list(projects.values()), period, upload.agency_id, today)
    reports = [found[projects[code]] for code in grouped]
    upload.before = json.dumps(images_of(session, period, reports), ensure_ascii=False)
    asked = require_asked(session, examination)
    filling = _Filling(upload, reasons, _work_items(session, projects, grouped), asked)
    for drafts, report in zip(grouped.values(), reports, strict=True):
        _require_seen(report, drafts, filling.items)
        filling.fill(report, drafts)
    log(session, actor, "report:import", reports, batch=upload.number)
    mark_committed(session, actor, Action.REPORT_UPLOAD, upload, len(reports))
    receipt = send(session, actor, reports, today) if submit else ""
    write_reports(session, reports)
    return Imported(upload.number, len(reports), receipt)


def require_kind(upload: Upload, kind: UploadKind) -> None:
    """Let a sheet through to the import of its own kind only."""
    if upload.kind is not kind:
        raise Invalid(
            _("批次 {number} 是“{kind}”，不能这样导入。").format(
                number=upload.number, kind=_(upload.kind.label)
            )
        )


def require_clean(
    upload: Upload, examination: Examination, reasons: Mapping[tuple[str, int], str]
) -> None:
    """Let only a sheet through that has no errors and a reason for every warning."""
    if examination.sha256 != upload.sha256:
        raise Conflict(_("预览与文件不一致，请重新核对。"))
    if examination.refusal:
        raise Invalid(examination.refusal)
    if examination.errors:
        raise Invalid(_("还有 {n} 处错误，没有导入任何内容。").format(n=len(examination.errors)))
    if not any(d.status in (Status.NEW, Status.CHANGED) for d in examination.drafts):
        raise Invalid(_("表中没有新的或有变化的行，没有需要导入的内容。"))
    silent = [key for key in warning_rows(examination) if not reasons.get(key, "").strip()]
    if silent:
        places = joined(
            _("{sheet} 第 {row} 行").format(sheet=sheet, row=row) if row else sheet
            for sheet, row in silent[:5]
        )
        raise Invalid(_("请为存疑数据填写说明：{places}。").format(places=places))


def mark_committed(
    session: Session, actor: Actor, action: Action, upload: Upload, rows: int
) -> None:
    """Let the batch count, once its bytes are settled."""
    upload.state = UploadState.COMMITTED
    upload.committed_at = utc_now()
    upload.rows_count = rows
    record(session, actor, action, upload, batch=upload.number)


def settle(session: Session, upload: Upload) -> None:
    """Claim these bytes for this batch. Raises `Conflict` when they counted already."""
    key = f"{upload.sha256}:{upload.programme_id}:{upload.agency_id}:{upload.month}"
    taken = session.exec(rows_of(Upload).where(Upload.settled_key == key)).first()
    if taken is not None:
        raise Conflict(_("同一文件已作为批次 {n} 导入，没有重复导入。").format(n=taken.number))
    upload.settled_key = key
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as error:
        raise Conflict(_("同一文件刚刚已被导入，没有重复导入。")) from error


def _by_project(examination: Examination) -> dict[str, list[Draft]]:
    grouped: dict[str, list[Draft]] = defaultdict(list)
    for draft in examination.drafts:
        grouped[draft.project_code or ""].append(draft)
    moved = (Status.NEW, Status.CHANGED)
    return {
        code: drafts
        for code, drafts in grouped.items()
        if any(draft.status in moved for draft in drafts)
    }


def _projects(
    session: Session, actor: Actor, upload: Upload, codes: Sequence[str]
) -> dict[str, int]:
    """Give the keys of the projects of these codes, each of which the actor may report on."""
    statement: Columns = (
        select(col(LivelihoodProject.code), col(LivelihoodProject.id))
        .where(col(LivelihoodProject.programme_id) == upload.programme_id)
        .where(among(session, col(LivelihoodProject.code), codes))
    )
    found: dict[str, int] = dict(pairs(session, statement))
    for code in codes:
        if code not in found:
            raise Invalid(_("找不到编号为 {code} 的项目。").format(code=code))
    allow_each(actor, Action.REPORT_UPLOAD, scopes_of(session, list(found.values())).values())
    return found


def _period(session: Session, upload: Upload) -> ReportingPeriod:
    statement = rows_of(ReportingPeriod).where(
        ReportingPeriod.programme_id == upload.programme_id,
        ReportingPeriod.month == upload.month,
    )
    period = session.exec(statement).first()
    if period is None:
        raise Invalid(_("本月还没有开始填报，请督查室先设置填报期。"))
    return period


def _require_seen(
    report: Opened, drafts: Sequence[Draft], items: Mapping[int, Mapping[str, int]]
) -> None:
    """Raise `Conflict` when a figure is no longer what the preview showed as the old one."""
    if report.replaces is not None:
        return  # compared with the accepted report, which never changes
    for draft in drafts:
        if draft.is_first and report.was is None:
            continue  # nothing was there, and nothing is
        item = draft.work_item_code
        row: Mapping[str, Any] = report.now
        if item:
            row = report.lines.get(items[report.now["project_id"]][item], {})
        names = LINE_FIGURES if item else FIGURES
        for name, old, _new in draft.changes:
            now = row.get(name) if name in names else old
            if name in report.answers and not (item and draft.is_first):
                now, old = report.answers[name], stored_answer(old)
            if (None if now == "" else now) != (None if old == "" else old):
                raise Conflict(
                    _("项目 {code} 的数据在预览后被他人修改，请重新核对后再导入。").format(
                        code=draft.project_code
                    )
                )


def _work_items(
    session: Session, projects: Mapping[str, int], grouped: Mapping[str, Sequence[Draft]]
) -> dict[int, dict[str, int]]:
    """Give the work items of each project by code; a row may name none but these."""
    found: dict[int, dict[str, int]] = {key: {} for key in projects.values()}
    statement: Columns = select(
        col(WorkItem.project_id), col(WorkItem.code), col(WorkItem.id)
    ).where(among(session, col(WorkItem.project_id), found))
    for project, code, key in session.connection().execute(statement):
        found[project][code] = key
    for code, drafts in grouped.items():
        for draft in drafts:
            item = draft.work_item_code
            if item and item not in found[projects[code]]:
                raise Invalid(
                    _(
                        "{sheet} 第 {row} 行：项目 {code} 没有子项 {item}，没有导入任何内容。"
                    ).format(sheet=draft.sheet, row=draft.row, code=code, item=item)
                )
    return found


class _Filling:
    """Writes the rows of a sheet into reports, their lines and their sources."""

    def __init__(
        self,
        upload: Upload,
        reasons: Mapping[tuple[str, int], str],
        items: Mapping[int, Mapping[str, int]],
        asked: Mapping[str, Field],
    ) -> None:
        self.upload_id, self.items, self.asked = upload.id, items, asked
        self.kept = _FIGURES | asked.keys()
        self.edits = json.loads(upload.edits)
        self.reasons = {where: text for where, text in reasons.items() if text}
        self.letters: Mapping[str, str] = {}
        self.begun: dict[str, str] = {}
        self.general = [text for (_sheet, row), text in self.reasons.items() if row == 0]

    def fill(self, report: Opened, drafts: Sequence[Draft]) -> None:
        """Write what the rows about a project say of it."""
        now, items = report.now, self.items[report.now["project_id"]]
        _fill_figures(now, drafts, len(items))
        if self.asked:
            report.answers |= answered(drafts, self.asked)
        said = [self.reasons.get((draft.sheet, draft.row), "") for draft in drafts]
        now["warning_reason"] = "；".join(dict.fromkeys(t for t in (*said, *self.general) if t))
        now["no_change"], now["state"] = False, ReportState.DRAFT
        now["upload_id"] = self.upload_id
        for draft in drafts:
            item = items.get(draft.work_item_code or "")
            if item is not None:
                _fill_line(report, item, draft)
            self._fill_sources(now, item, draft)

    def _heads(self, letters: Mapping[str, str]) -> dict[str, str]:
        """Give how `cell_text` begins for the columns of a table, whose rows share them."""
        if letters is not self.letters:
            self.letters = letters
            self.begun = {name: head_of(name, letter) for name, letter in letters.items()}
        return self.begun

    def _fill_sources(self, now: Row, item: int | None, draft: Draft) -> None:
        """Keep the cells of a row's figures, in place of what its columns said before."""
        cells = []
        raws, origins, row = draft.raws, draft.origins, draft.row
        heads = self._heads(draft.letters)
        for name, value in draft.values.items():
            if value is None or name not in self.kept or (not value and type(value) is str):
                continue
            raw = raws.get(name) or (value if type(value) is str else shown(value))
            if name not in origins and not self.edits:
                cells.append(cell_in(heads[name], row, raw))
                continue
            edit = self.edits.get(f"{draft.sheet}!{draft.where(name)}")
            cells.append(cell_text(name, draft.where(name), raw, edit["by"] if edit else None))
        strips = []
        if now["cells"] != "[]":
            strips = strips_without(now["cells"], item, {*draft.letters, *draft.values})
        if cells:
            strips.append(strip_text(item, self.upload_id, draft.sheet[:80], cells))
        now["cells"] = strips_text(strips)


def _fill_figures(now: Row, drafts: Sequence[Draft], items: int) -> None:
    rows = [draft for draft in drafts if not draft.work_item_code]
    whole = bool(rows) or items <= 1
    rows = rows or list(drafts)
    if whole and len(rows) == 1:
        letters, values = rows[0].letters, rows[0].values
        for name in FIGURES:
            if name in letters or name in values:
                value = values.get(name)
                now[name] = _BLANK[name] if value is None else value
        return
    for name in FIGURES:
        if not any(name in draft.letters or name in draft.values for draft in rows):
            continue
        given = [value for draft in rows if (value := draft.values.get(name)) is not None]
        if whole:
            now[name] = given[0] if given else _BLANK[name]
        else:
            now[name] = _of_items(name, given, items)


_FIGURES = frozenset(FIGURES)
_BLANK = {name: "" if ProgressReport.model_fields[name].default == "" else None for name in FIGURES}
_MONEY = frozenset({"completed_investment_wan", "allocated_wan", "paid_wan"})


def _of_items(name: str, given: Sequence[Any], items: int) -> Any:
    """Say for the project what rows of its work items say; one item's figure is not the project's.

    Quantities and percents stay with the items and roll up by weight; money adds up once every
    item has its own.
    """
    texts = [value for value in given if isinstance(value, str) and value]
    if texts:
        return "；".join(dict.fromkeys(texts))
    if name == "forecast_on" and given:
        return max(given)
    if name == "on_schedule" and (False in given or len(given) == items):
        return all(given)
    if name in _MONEY and len(given) == items:
        return sum(given, Decimal(0))
    return _BLANK[name]


def _fill_line(report: Opened, item: int, draft: Draft) -> None:
    line = report.lines.get(item)
    if line is None:
        line = fresh(ReportLine, report_id=report.now["id"], work_item_id=item)
        report.lines[item] = line
    for name in LINE_FIGURES:
        if name in draft.letters or name in draft.values:
            line[name] = draft.values.get(name)
