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

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.commands.report import (
    copy_details,
    editable_report,
    submit_reports,
)
from dashboard.commands.take_back import image_of
from dashboard.commands.upload import draft_upload, warning_rows
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _, joined
from dashboard.imports.examination import Draft, Examination, Status
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.scope import scopes_of
from models.base import utc_now
from models.project import LivelihoodProject, WorkItem
from models.report import (
    FIGURES,
    LINE_FIGURES,
    CellSource,
    ProgressReport,
    ReportingPeriod,
    ReportLine,
    ReportState,
)
from models.upload import Upload, UploadState

_KEPT_OUT = {"id", "created_at", "changed_at", "version"}


@dataclass(frozen=True)
class Imported:
    """What a commit did: the batch number, the rows it wrote, and the receipt if submitted."""

    number: str
    rows: int
    receipt: str = ""


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
    require_clean(upload, examination, reasons)
    settle(session, upload)
    reports: list[ProgressReport] = []
    images: list[dict[str, Any]] = []
    grouped, period = _by_project(examination), _period(session, upload)
    projects = _projects(session, actor, upload, list(grouped))
    for code, drafts in grouped.items():
        project = projects[code]
        report = editable_report(session, project.id or 0, period, upload.agency_id, today)
        items = _work_items(session, project, drafts)
        _require_seen(session, report, drafts, items)
        images.append(image_of(session, report))
        replaced = _replaced(session, report)
        _fill(upload, report, drafts, reasons, len(items))
        record(session, actor, "report:import", report, batch=upload.number)
        if replaced is not None:
            copy_details(session, replaced, report)
        _write_details(session, upload, report, drafts, items)
        reports.append(report)
    for image, report in zip(images, reports, strict=True):
        image["id"] = report.id
    upload.before = json.dumps(images, ensure_ascii=False)
    mark_committed(session, actor, Action.REPORT_UPLOAD, upload, len(reports))
    ids = [report.id or 0 for report in reports]
    receipt = submit_reports(session, actor, ids, today=today) if submit and ids else ""
    return Imported(upload.number, len(reports), receipt)


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
) -> dict[str, LivelihoodProject]:
    """Give the projects of these codes, each of which the actor may report on."""
    statement = rows_of(LivelihoodProject).where(
        LivelihoodProject.programme_id == upload.programme_id,
        col(LivelihoodProject.code).in_(codes),
    )
    found = {project.code: project for project in session.exec(statement)}
    for code in codes:
        if code not in found:
            raise Invalid(_("找不到编号为 {code} 的项目。").format(code=code))
    for scope in scopes_of(session, [project.id or 0 for project in found.values()]).values():
        allow(actor, Action.REPORT_UPLOAD, scope)
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
    session: Session,
    report: ProgressReport,
    drafts: Sequence[Draft],
    items: Mapping[str, int | None],
) -> None:
    """Raise `Conflict` when a figure is no longer what the preview showed as the old one."""
    if report.id is None and report.revision > 1:
        return  # compared with the accepted report, which never changes
    statement = rows_of(ReportLine).where(ReportLine.report_id == report.id)
    lines = {line.work_item_id: line for line in session.exec(statement)} if report.id else {}
    for draft in drafts:
        item = draft.work_item_code
        names, row = (LINE_FIGURES, lines.get(items[item] or 0)) if item else (FIGURES, report)
        for change in draft.changes:
            now = getattr(row, change.field, None) if change.field in names else change.old
            if (None if now == "" else now) != (None if change.old == "" else change.old):
                raise Conflict(
                    _("项目 {code} 的数据在预览后被他人修改，请重新核对后再导入。").format(
                        code=draft.project_code
                    )
                )


def _replaced(session: Session, report: ProgressReport) -> ProgressReport | None:
    """Give the accepted report that a new revision begins from."""
    if report.id is not None or report.revision == 1:
        return None
    statement = rows_of(ProgressReport).where(
        ProgressReport.project_id == report.project_id,
        ProgressReport.month == report.month,
        ProgressReport.revision == report.revision - 1,
    )
    return session.exec(statement).one()


def _work_items(
    session: Session, project: LivelihoodProject, drafts: Sequence[Draft]
) -> dict[str, int | None]:
    """Give the work items of a project by code; a row may name none but these."""
    statement = rows_of(WorkItem).where(WorkItem.project_id == project.id)
    items = {item.code: item.id for item in session.exec(statement)}
    for draft in drafts:
        if draft.work_item_code and draft.work_item_code not in items:
            raise Invalid(
                _("{sheet} 第 {row} 行：项目 {code} 没有子项 {item}，没有导入任何内容。").format(
                    sheet=draft.sheet, row=draft.row, code=project.code, item=draft.work_item_code
                )
            )
    return items


def _fill(
    upload: Upload,
    report: ProgressReport,
    drafts: Sequence[Draft],
    reasons: Mapping[tuple[str, int], str],
    items: int,
) -> None:
    whole = [draft for draft in drafts if not draft.work_item_code]
    for name in FIGURES:
        rows = whole or drafts
        if not any(name in draft.letters or name in draft.values for draft in rows):
            continue
        given = [d.values[name] for d in rows if d.values.get(name) is not None]
        if whole or items <= 1:
            setattr(report, name, given[0] if given else _blank(name))
        else:
            setattr(report, name, _of_items(name, given, items))
    said = [reasons[d.sheet, d.row] for d in drafts if reasons.get((d.sheet, d.row))]
    said += [text for (_sheet, row), text in reasons.items() if row == 0 and text]
    report.warning_reason = "；".join(dict.fromkeys(said))
    report.no_change = False
    report.state = ReportState.DRAFT
    report.upload_id = upload.id


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
    return _blank(name)


def _blank(name: str) -> str | None:
    default = ProgressReport.model_fields[name].default
    return "" if default == "" else None


def _write_details(
    session: Session,
    upload: Upload,
    report: ProgressReport,
    drafts: Sequence[Draft],
    items: Mapping[str, int | None],
) -> None:
    edits = json.loads(upload.edits)
    sources = {
        (row.work_item_id, row.field): row
        for row in session.exec(rows_of(CellSource).where(CellSource.report_id == report.id))
    }
    for draft in drafts:
        item_id = items.get(draft.work_item_code or "")
        if item_id is not None:
            _write_line(session, report, item_id, draft)
        for name in {*draft.letters, *draft.values}:
            if (old := sources.pop((item_id, name), None)) is not None:
                session.delete(old)
        session.flush()
        for name, where in draft.cells.items():
            if name not in FIGURES or draft.values.get(name) in (None, ""):
                continue
            edit = edits.get(f"{where.sheet}!{where.cell}")
            session.add(
                CellSource(
                    report_id=report.id or 0,
                    work_item_id=item_id,
                    field=name,
                    upload_id=upload.id,
                    sheet=where.sheet[:80],
                    cell=where.cell,
                    raw=where.raw,
                    by_hand=edit is not None,
                    entered_by_id=edit["by"] if edit else None,
                )
            )
    session.flush()


def _write_line(session: Session, report: ProgressReport, item_id: int, draft: Draft) -> None:
    statement = rows_of(ReportLine).where(
        ReportLine.report_id == report.id, ReportLine.work_item_id == item_id
    )
    line = session.exec(statement).first() or ReportLine(
        report_id=report.id or 0, work_item_id=item_id
    )
    for name in LINE_FIGURES:
        if name in draft.letters or name in draft.values:
            setattr(line, name, draft.values.get(name))
    session.add(line)
    session.flush()
