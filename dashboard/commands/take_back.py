"""撤回批次 (G8): until any of it is accepted, a batch can be undone to exactly what was before."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session, SQLModel
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.commands.report import (
    TAKE_BACK,
    expectation,
)
from dashboard.db import load
from dashboard.errors import Conflict
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.upload import own_upload
from models.file import Attachment
from models.report import (
    CellSource,
    ProgressReport,
    ReportLine,
    ReportState,
)
from models.upload import Upload, UploadState

_KEPT_OUT = {"id", "created_at", "changed_at", "version"}


def clear_details(session: Session, report: ProgressReport) -> None:
    """Delete the lines and cell sources of a report, to be written anew."""
    for model in (ReportLine, CellSource):
        for old in session.exec(rows_of(model).where(model.report_id == report.id)):
            session.delete(old)
    session.flush()


def _plain(row: SQLModel) -> dict[str, Any]:
    return {
        name: format(value, "f") if isinstance(value, Decimal) else
        value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in row.model_dump(exclude=_KEPT_OUT).items()
    }  # fmt: skip


def image_of(session: Session, report: ProgressReport) -> dict[str, Any]:
    """Keep what a report was before the batch, so that taking it back restores exactly that."""
    expected = expectation(session, report)
    came = expected.received_on.isoformat() if expected and expected.received_on else None
    if report.id is None:
        return {"report": None, "received_on": came}
    details = {
        model.__tablename__: [
            _plain(row) for row in session.exec(rows_of(model).where(model.report_id == report.id))
        ]
        for model in (ReportLine, CellSource)
    }
    return {"report": _plain(report), "received_on": came, **details}


def take_back_upload(session: Session, actor: Actor, upload_id: int) -> Upload:
    """Undo a batch until any of it is accepted (G8): its reports are as they were before.

    Raises:
        Conflict: a report of the batch was accepted, or a later batch changed it.
    """
    upload = own_upload(session, actor, upload_id, lock=True)
    allow(actor, Action.REPORT_UPLOAD)
    if upload.state is not UploadState.COMMITTED:
        raise Conflict(_("批次 {number} 没有可撤回的内容。").format(number=upload.number))
    for image in json.loads(upload.before):
        report = load(session, ProgressReport, image["id"])
        if report.state is ReportState.ACCEPTED:
            raise Conflict(_("批次中有已审定的月报，不能撤回。"))
        if report.upload_id != upload.id:
            raise Conflict(_("批次中的月报已被后来的批次修改，请先撤回后来的批次。"))
        _unreceive(session, report, image)
        clear_details(session, report)
        if image["report"] is None:
            _delete(session, actor, report, upload.number)
        else:
            _restore(session, actor, report, image, upload.number)
    upload.state = UploadState.TAKEN_BACK
    upload.settled_key = None
    record(session, actor, "upload:take-back", upload, batch=upload.number)
    return upload


def _unreceive(session: Session, report: ProgressReport, image: dict[str, Any]) -> None:
    expected = expectation(session, report)
    if expected is not None and "received_on" in image:
        came = image["received_on"]
        expected.received_on = date.fromisoformat(came) if came else None
        session.add(expected)


def _delete(session: Session, actor: Actor, report: ProgressReport, batch: str) -> None:
    """Take a report away that the batch began; its evidence must not pass to a later one."""
    attached = rows_of(Attachment).where(
        Attachment.table_name == ProgressReport.__tablename__, Attachment.row_id == report.id
    )
    for attachment in session.exec(attached):
        record(session, actor, "report:detach", attachment, batch=batch)
        session.delete(attachment)
    record(session, actor, TAKE_BACK, report, comment=report.receipt, batch=batch)
    session.delete(report)
    session.flush()


def _restore(
    session: Session, actor: Actor, report: ProgressReport, image: dict[str, Any], batch: str
) -> None:
    earlier, receipt = ProgressReport.model_validate(image["report"]), report.receipt
    for name in image["report"]:
        setattr(report, name, getattr(earlier, name))
    record(session, actor, TAKE_BACK, report, comment=receipt, batch=batch)
    for model in (ReportLine, CellSource):
        for values in image[str(model.__tablename__)]:
            session.add(model.model_validate(values))
    session.flush()
