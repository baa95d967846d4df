"""What stands in a form's fields: texts, numbers, codes, photos; a remark as it was written."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from starlette.datastructures import FormData, UploadFile

from dashboard.commands.remark import RemarkDraft
from dashboard.errors import Invalid
from dashboard.i18n import _
from dashboard.photos import Prepared, prepare
from models.base import Code
from models.remark import RemarkKind, SeenProgress, Severity

C = TypeVar("C", bound=Code)
PHOTOS = 9
"""How many photos one sending may hold."""


def text(fields: FormData, name: str) -> str:
    """Give a field's text; a file in its place is none."""
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def number(fields: FormData, name: str) -> int | None:
    """Give a field's whole number, or None when it is empty or none."""
    value = text(fields, name)
    return int(value) if value.isdecimal() and len(value) < 10 else None


def decimal(fields: FormData, name: str, title: str) -> Decimal | None:
    """Give a field's number, or None when it is empty. Raises `Invalid` when it is none."""
    value = text(fields, name)
    if not value:
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or len(value) > 24:
        raise Invalid(_("{title}应为数字。").format(title=title))
    return found


def code(fields: FormData, name: str, codes: type[C], default: C) -> C:
    """Give a field's code, the default when it is empty. Raises `Invalid` when there is none."""
    value = text(fields, name)
    if value and value not in codes.__members__:
        raise Invalid(_("所选的选项已失效，请刷新后重新选择。"))
    return codes.of(value) if value else default


def draft_of(fields: FormData) -> RemarkDraft:
    """Read a remark's form; nothing of it is checked but that numbers are numbers."""
    accuracy = decimal(fields, "accuracy_m", _("定位精度"))
    return RemarkDraft(
        client_id=text(fields, "client_id"),
        project_id=number(fields, "project_id"),
        site_id=number(fields, "site_id"),
        words=text(fields, "words"),
        kind=code(fields, "kind", RemarkKind, RemarkKind.PROBLEM),
        severity=code(fields, "severity", Severity, Severity.ORDINARY),
        place=text(fields, "place"),
        seen=code(fields, "seen", SeenProgress, SeenProgress.UNSAID),
        seen_pct=decimal(fields, "seen_pct", _("目测进度")),
        latitude=decimal(fields, "latitude", _("纬度")),
        longitude=decimal(fields, "longitude", _("经度")),
        accuracy_m=None if accuracy is None else round(accuracy),
        written_at=_instant(text(fields, "written_at")),
        phone=text(fields, "phone"),
    )


def _instant(value: str) -> datetime | None:
    """Read a phone's clock; one that cannot be read says nothing."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def sent_photos(fields: FormData, most: int = PHOTOS) -> list[Prepared]:
    """Decode the photos of a form, before any transaction. Raises `Invalid`, naming the file."""
    files = [each for each in fields.getlist("photos") if isinstance(each, UploadFile)]
    chosen = [each for each in files if each.filename or each.size]
    if len(chosen) > most:
        raise Invalid(_("一次最多发送 {count} 张照片。").format(count=most))
    return [prepare(each.filename or "", each.file.read()) for each in chosen]
