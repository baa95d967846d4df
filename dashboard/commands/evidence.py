"""佐证材料: files that show what a report says; kept with it, seen by who may read it."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session

from dashboard.audit import record
from dashboard.commands.file import store_file
from dashboard.commands.opening import OPEN_STATES
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow
from dashboard.queries.scope import scope_of
from models.file import Attachment
from models.report import ProgressReport

KINDS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"PK\x03\x04": "application/zip",
}
"""What evidence may be, told by its first bytes; office documents are zip files."""
ENDINGS = ("pdf", "png", "jpg", "jpeg", "docx", "xlsx")
SCANS = ("pdf", "png", "jpg", "jpeg")


def media_type(name: str, data: bytes) -> str:
    """Say what a file is by its content, or raise `Invalid` naming what would pass."""
    found = _kind(name, data, ENDINGS)
    if found is None:
        words = _("“{name}”不是可接受的佐证材料，请上传 PDF、JPG、PNG、DOCX 或 XLSX。")
        raise Invalid(words.format(name=name))
    return found


def scan_type(name: str, data: bytes) -> str:
    """Say what the scan of a paper is by its content, or raise `Invalid` naming what would pass."""
    found = _kind(name, data, SCANS)
    if found is None:
        raise Invalid(_("“{name}”不是扫描件，请上传 PDF、JPG 或 PNG。").format(name=name))
    return found


def _kind(name: str, data: bytes, endings: Collection[str]) -> str | None:
    ending = name.rpartition(".")[2].lower()
    found = next((kind for mark, kind in KINDS.items() if data.startswith(mark)), None)
    office = ending in ("docx", "xlsx")
    if ending not in endings or (found == "application/zip") != office:
        return None
    return found


def attach_evidence(
    session: Session, actor: Actor, report_id: int, *, name: str, data: bytes, caption: str
) -> Attachment:
    """Attach a file to a report that has not been accepted yet."""
    report = load(session, ProgressReport, report_id)
    allow(actor, Action.REPORT_SUBMIT, scope_of(session, report.project_id))
    if report.state not in OPEN_STATES:
        raise Conflict(_("这份月报已报送，退回后才能补充佐证材料。"))
    stored = store_file(
        session,
        actor,
        name=name,
        data=data,
        media_type=media_type(name, data),
        project_id=report.project_id,
        agency_id=report.agency_id,
    )
    attachment = Attachment(
        file_id=stored.id or 0,
        table_name="progress_report",
        row_id=report_id,
        caption=caption.strip()[:200],
    )
    record(session, actor, "report:attach", attachment)
    return attachment
