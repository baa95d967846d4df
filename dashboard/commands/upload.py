"""上传批次: stored as a draft at once, mended in the preview, imported all or nothing, undone.

28 §3(2): what a unit files must be whole and true; every figure knows its file, sheet and cell.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard import files
from dashboard.audit import record
from dashboard.bulk import uncollected
from dashboard.commands.file import store_file
from dashboard.commands.project import allow_programme
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.imports.child import annotate_in_child, examine_in_child
from dashboard.imports.columns.column import Column
from dashboard.imports.columns.headings import COLUMNS
from dashboard.imports.examination import Examination, Level
from dashboard.imports.files.grid import Refused
from dashboard.permissions import Action, Actor, allow, refusal
from dashboard.queries.own_column import own_columns
from dashboard.queries.upload import (
    own_upload,
    sheet_context,
    sheet_frame,
    sheet_kind,
    upload_projects,
)
from dashboard.rules.words import limited_words
from models.agency import Agency
from models.base import utc_now
from models.file import StoredFile
from models.upload import HeadingMapping, Upload, UploadKind, UploadState

_CELL = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")
_SHEET_NAME, _HEADING, _MOST_EDITS = 31, 400, 500
_UNITS = {"", "元", "万元", "亿元", "fraction", "points"}


def store_upload(
    session: Session,
    actor: Actor,
    *,
    kind: UploadKind,
    programme_id: int,
    agency_id: int | None,
    month: date,
    name: str,
    data: bytes,
) -> Upload:
    """Keep a workbook as received, as a draft, so that the preview outlives its tab."""
    action = Action.REPORT_UPLOAD if kind is UploadKind.MONTHLY else Action.PLAN_IMPORT
    if kind is UploadKind.PLAN:
        allow_programme(session, actor, action, programme_id)
    else:
        _allow_agency(session, actor, action, agency_id)
    digest = hashlib.sha256(data).hexdigest()
    statement = rows_of(Upload).where(
        Upload.sha256 == digest,
        Upload.programme_id == programme_id,
        Upload.agency_id == agency_id,
        Upload.month == month,
        Upload.kind == kind,
        col(Upload.state).in_([UploadState.DRAFT, UploadState.COMMITTED]),
    )
    if (same := session.exec(statement).first()) is not None:
        return same
    stored = store_file(
        session,
        actor,
        name=name,
        data=data,
        media_type="application/octet-stream",
        agency_id=agency_id,
    )
    upload = Upload(
        kind=kind,
        file_id=stored.id or 0,
        sha256=digest,
        programme_id=programme_id,
        agency_id=agency_id,
        month=month,
        account_id=actor.account_id,
    )
    record(session, actor, action, upload)
    upload.number = f"PC{upload.id:06d}"
    session.flush()
    return upload


def _allow_agency(session: Session, actor: Actor, action: Action, agency_id: int | None) -> None:
    allow(actor, action)
    agency = load(session, Agency, agency_id)
    paths = [grant.agency_path for grant in actor.granting(action)]
    if not any(path and agency.path.startswith(path) for path in paths):
        raise refusal(actor, action, "agency", agency.id)


def draft_upload(session: Session, actor: Actor, upload_id: int) -> Upload:
    """Give an upload that may still be changed, or raise `Conflict`."""
    upload = own_upload(session, actor, upload_id, lock=True)
    if upload.state is not UploadState.DRAFT:
        raise Conflict(
            _("批次 {number} 已是“{state}”，请刷新。").format(
                number=upload.number, state=_(upload.state.label)
            )
        )
    return upload


def _columns(session: Session, upload: Upload) -> tuple[Column, ...]:
    kind = sheet_kind(upload)
    return (*COLUMNS[kind], *own_columns(session, kind))


def mend_cells(
    session: Session, actor: Actor, upload_id: int, *, texts: Mapping[tuple[str, str], str]
) -> Upload:
    """Enter cells by hand in the preview; kept with who and when, the file stays as it came.

    A cell is named as in Excel; one of a column the sheet lacks, by the column's title and the row.

    Raises:
        Invalid: nothing was changed, there is no such cell, the text is too long, or too many cells
            were mended.
    """
    upload = draft_upload(session, actor, upload_id)
    if not texts:
        raise Invalid(_("没有改动任何单元格。"))
    lacking = {column.title for column in _columns(session, upload)}
    edits = json.loads(upload.edits)
    for (sheet, cell), text in texts.items():
        named = _CELL.fullmatch(cell) or cell.rstrip("0123456789") in lacking
        if not (named and cell[-1:].isdigit() and 1 <= len(sheet) <= _SHEET_NAME):
            raise Invalid(_("没有这个单元格，请刷新后再试。"))
        edits[f"{sheet}!{cell}"] = {
            "text": limited_words(text, f"{sheet} {cell}"),
            "by": actor.account_id,
            "name": actor.name,
            "at": utc_now().isoformat(timespec="seconds"),
        }
    if len(edits) > _MOST_EDITS and len(edits) > len(json.loads(upload.edits)):
        raise Invalid(_("在预览中最多改 {n} 格，请在原表中改好后重新上传。").format(n=_MOST_EDITS))
    upload.edits = json.dumps(edits, ensure_ascii=False)
    record(session, actor, "upload:mend", upload)
    return upload


def leave_out_row(
    session: Session, actor: Actor, upload_id: int, *, sheet: str, row: int, letters: Sequence[str]
) -> Upload:
    """Empty a row by hand in the preview, as one deletes a line that is another unit's.

    Raises:
        Invalid: as `mend_cells`.
    """
    texts = {(sheet, f"{letter}{row}"): "" for letter in letters}
    return mend_cells(session, actor, upload_id, texts=texts)


def include_hidden(session: Session, actor: Actor, upload_id: int, *, include: bool) -> Upload:
    """Have the hidden rows, columns and sheets of an upload read as well, or not."""
    upload = draft_upload(session, actor, upload_id)
    upload.include_hidden = include
    record(session, actor, "upload:map", upload)
    return upload


def map_columns(
    session: Session,
    actor: Actor,
    upload_id: int,
    *,
    layout: str,
    choices: Mapping[str, tuple[str, str]],
) -> Upload:
    """Say what columns of a heading layout mean, beside what was said before.

    A unit's choices are remembered for its next sheet; a plan's, for the next sheet of the list.
    """
    upload = draft_upload(session, actor, upload_id)
    known = {"": {""}} | {column.field: _UNITS for column in _columns(session, upload)}
    for heading, (field, unit) in choices.items():
        if len(heading) > _HEADING or unit not in known.get(field, ()):
            raise Invalid(_("“{heading}”不能对应到所选的列。").format(heading=heading[:40]))
    mapping = json.loads(upload.mapping)
    said = {heading: list(choice) for heading, choice in choices.items()}
    mapping[layout] = {**mapping.get(layout, {}), **said}
    upload.mapping = json.dumps(mapping, ensure_ascii=False)
    record(session, actor, "upload:map", upload)
    if upload.agency_id:
        _remember(session, actor, upload.agency_id, layout, said)
    return upload


def _remember(
    session: Session, actor: Actor, agency_id: int, layout: str, said: Mapping[str, list[str]]
) -> None:
    """Keep what a unit said of a layout; a sheet mended outside comes back with the same one."""
    statement = rows_of(HeadingMapping).where(
        HeadingMapping.agency_id == agency_id, HeadingMapping.layout == layout
    )
    kept = session.exec(statement).first()
    if kept is None:
        kept = HeadingMapping(agency_id=agency_id, layout=layout, mapping="{}")
    kept.mapping = json.dumps({**json.loads(kept.mapping), **said}, ensure_ascii=False)
    try:
        with session.begin_nested():
            record(session, actor, "upload:map", kept)
    except IntegrityError as error:
        raise Conflict(_("本单位刚刚有人确认了同样的表头，请刷新后再试。")) from error


def discard_upload(session: Session, actor: Actor, upload_id: int) -> Upload:
    """Give a draft up; nothing of it was saved as figures."""
    upload = draft_upload(session, actor, upload_id)
    upload.state = UploadState.DISCARDED
    record(session, actor, "upload:discard", upload)
    return upload


def _kept(
    session: Session, actor: Actor, upload_id: int
) -> tuple[Upload, str, bytes, dict[tuple[str, str], str]]:
    upload = own_upload(session, actor, upload_id)
    stored = load(session, StoredFile, upload.file_id)
    edits = {}
    for place, edit in json.loads(upload.edits).items():
        sheet, _mark, cell = place.rpartition("!")
        edits[sheet, cell] = edit["text"]
    return upload, stored.name, files.read(stored.sha256), edits


@uncollected()
def examined(
    session: Session,
    actor: Actor,
    upload_id: int,
    *,
    progress: Callable[[float], object] | None = None,
) -> tuple[Upload, str, Examination]:
    """Read a kept upload in the child process: the upload, its file's name, what is in it."""
    upload, name, data, edits = _kept(session, actor, upload_id)
    frame = sheet_frame(session, actor, upload_id)
    projects = partial(upload_projects, session, actor, upload_id)
    return upload, name, examine_in_child(data, name, frame, edits, progress, projects)


def annotated(session: Session, actor: Actor, upload_id: int) -> tuple[str, bytes]:
    """Give an upload's name and its workbook with the wrong cells marked (G6)."""
    _upload, name, data, edits = _kept(session, actor, upload_id)
    context = sheet_context(session, actor, upload_id)
    try:
        return name, annotate_in_child(data, name, context, edits)
    except Refused as refused:
        raise Invalid(str(refused)) from refused


def warning_rows(examination: Examination) -> dict[tuple[str, int], list[str]]:
    """Give the warnings by sheet and row (0: the sheet as a whole): each wants a reason."""
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for problem in examination.problems:
        if problem.level is Level.WARNING:
            found[problem.sheet, problem.of_row].append(problem.message)
    return dict(found)
