"""撤回批次 (G8): until any of it is accepted, a batch can be undone to exactly what was before."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import Line, append_all, line_of, record
from dashboard.bulk import (
    Row,
    add_rows,
    among,
    change_rows,
    delete_rows,
    fresh,
    rows_where,
    uncollected,
)
from dashboard.commands.opening import Opened, add_answers, opened, write_reports
from dashboard.commands.report import TAKE_BACK
from dashboard.db import Columns, load, pairs
from dashboard.errors import Conflict
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, allow_each
from dashboard.queries.plan_undo import plain_row
from dashboard.queries.scope import scopes_of
from dashboard.queries.upload import own_upload
from models.custom import CustomValue
from models.file import Attachment
from models.report import (
    ExpectedReport,
    ProgressReport,
    ReportingPeriod,
    ReportLine,
    ReportState,
)
from models.upload import Upload, UploadKind, UploadState

_REPORT = str(ProgressReport.__tablename__)


def images_of(
    session: Session, period: ReportingPeriod, reports: Sequence[Opened]
) -> list[dict[str, Any]]:
    """Keep what reports were before the batch, so that taking it back restores exactly that."""
    projects = [report.now["project_id"] for report in reports]
    statement: Columns = (
        select(col(ExpectedReport.project_id), col(ExpectedReport.received_on))
        .where(col(ExpectedReport.period_id) == period.id)
        .where(among(session, col(ExpectedReport.project_id), projects))
    )
    came = {key: day and day.isoformat() for key, day in pairs(session, statement)}
    return [_image_of(report, came.get(report.now["project_id"])) for report in reports]


def _image_of(report: Opened, came: str | None) -> dict[str, Any]:
    image: dict[str, Any] = {"id": report.now["id"], "report": None, "received_on": came}
    if report.was is not None:
        image["report"] = plain_row(report.was)
        image["answers"] = report.kept["answers"] if report.kept else {}
        image["report_line"] = [plain_row(row) for row in report.lines_were.values()]
    return image


@uncollected()
def take_back_upload(session: Session, actor: Actor, upload_id: int) -> Upload:
    """Undo a batch until any of it is accepted (G8): its reports are as they were before.

    Raises:
        Conflict: a report of the batch was accepted, or a later batch changed it.
    """
    upload = own_upload(session, actor, upload_id, lock=True)
    allow(actor, Action.REPORT_UPLOAD)
    if upload.kind is not UploadKind.MONTHLY or upload.state is not UploadState.COMMITTED:
        raise Conflict(_("批次 {number} 没有可撤回的内容。").format(number=upload.number))
    images = {image["id"]: image for image in json.loads(upload.before)}
    reports = _untouched(session, upload, images)
    projects = {row["project_id"] for row in reports}
    allow_each(actor, Action.REPORT_UPLOAD, scopes_of(session, projects).values())
    _unreceive(session, reports, images)
    delete_rows(session, ReportLine, among(session, col(ReportLine.report_id), images))
    begun = [row for row in reports if images[row["id"]]["report"] is None]
    _delete(session, actor, begun, upload.number)
    kept = [opened(row) for row in reports if images[row["id"]]["report"] is not None]
    _restore(session, actor, kept, images, upload.number)
    upload.state = UploadState.TAKEN_BACK
    upload.settled_key = None
    record(session, actor, "upload:take-back", upload, batch=upload.number)
    return upload


def _untouched(session: Session, upload: Upload, keys: Mapping[int, object]) -> list[Row]:
    """Give the reports of a batch, none of which was accepted or changed by a later one."""
    known = among(session, col(ProgressReport.id), keys)
    reports = rows_where(session, ProgressReport, known)
    for report in reports:
        if report["state"] is ReportState.ACCEPTED:
            raise Conflict(_("批次中有已审定的月报，不能撤回。"))
        if report["upload_id"] != upload.id:
            raise Conflict(_("批次中的月报已被后来的批次修改，请先撤回后来的批次。"))
    for key in set(keys) - {report["id"] for report in reports}:
        load(session, ProgressReport, key)
    return reports


def _unreceive(
    session: Session, reports: Sequence[Row], images: Mapping[int, dict[str, Any]]
) -> None:
    """Let the days the reports came in be what they were."""
    by_project = {row["project_id"]: images[row["id"]] for row in reports}
    expected = rows_where(
        session,
        ExpectedReport,
        col(ExpectedReport.period_id).in_({row["period_id"] for row in reports}),
        among(session, col(ExpectedReport.project_id), by_project),
    )
    for row in expected:
        came = by_project[row["project_id"]]["received_on"]
        row["received_on"] = date.fromisoformat(came) if came else None
    change_rows(session, ExpectedReport, expected, ["received_on"])


def _delete(session: Session, actor: Actor, reports: Sequence[Row], batch: str) -> None:
    """Take reports away that the batch began; their evidence must not pass to later ones."""
    keys = [row["id"] for row in reports]
    attached = rows_of(Attachment).where(
        Attachment.table_name == _REPORT, among(session, col(Attachment.row_id), keys)
    )
    for attachment in session.exec(attached):
        record(session, actor, "report:detach", attachment, batch=batch)
        session.delete(attachment)
    lines = [
        Line(TAKE_BACK, _REPORT, str(row["id"]), comment=row["receipt"], batch=batch)
        for row in reports
    ]
    append_all(session, actor, lines)
    _delete_answers(session, keys)
    delete_rows(session, ProgressReport, among(session, col(ProgressReport.id), keys))


def _delete_answers(session: Session, keys: Collection[int]) -> None:
    inside = among(session, col(CustomValue.row_id), keys)
    delete_rows(session, CustomValue, (col(CustomValue.table_name) == _REPORT) & inside)


def _answer_again(report: Opened, answers: Row) -> tuple[Row, Row]:
    """Let a report's answers be these; give it as it is now and as it was, for the log."""
    asked = dict.fromkeys([*report.answers, *answers])
    was = {**asked, **(report.was or {}), **report.answers}
    report.answers = answers
    return {**report.now, **asked, **answers}, was


def _restore(
    session: Session,
    actor: Actor,
    reports: Sequence[Opened],
    images: Mapping[int, dict[str, Any]],
    batch: str,
) -> None:
    lines, details = [], []
    add_answers(session, reports)
    for report in reports:
        now, image = report.now, images[report.now["id"]]
        receipt = now["receipt"]
        earlier = ProgressReport.model_validate(image["report"])
        now |= {name: getattr(earlier, name) for name in image["report"]}
        told, was = _answer_again(report, image.get("answers", report.answers))
        lines.append(line_of(TAKE_BACK, told, _REPORT, was, comment=receipt, batch=batch))
        for values in image["report_line"]:
            line = ReportLine.model_validate(values)
            details.append(fresh(ReportLine, **{name: getattr(line, name) for name in values}))
    append_all(session, actor, lines)
    write_reports(session, reports)
    _delete_answers(session, [r.now["id"] for r in reports if r.kept and not r.answers])
    add_rows(session, ReportLine, details)
