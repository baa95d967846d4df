"""整改台账 from a workbook: kept as a draft, compared, then issued and corrected, all or nothing.

The sheet may correct what an item says and bring new items. What has a step of its own (deadline,
unit, state, completion) is never changed by a sheet; a cell that tries is an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard import files
from dashboard.audit import record
from dashboard.commands.file import store_file
from dashboard.commands.rectification import ISSUED, add_event, issue_rectifications
from dashboard.commands.rectification_move import move_rectification, open_rectification
from dashboard.db import load, records
from dashboard.documents.rectification import HEADINGS, row_of
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _, joined
from dashboard.imports.book_child import book_in_child, marked_in_child
from dashboard.imports.examination import Level, Problem, Status
from dashboard.imports.records import Record, Records, read_records, same
from dashboard.permissions import Action, Actor, allow, allow_row, sees_sql
from dashboard.queries.agency import agencies
from dashboard.queries.rectification import rectifications
from dashboard.queries.rectification_rule import kind_of
from dashboard.rules.entry import Field, Kind, entered
from dashboard.rules.rectification import ENDS, RectificationDraft, require_whole
from dashboard.rules.words import LONGEST
from models.base import utc_now
from models.file import StoredFile
from models.project import LivelihoodProject
from models.rectification import Rectification, RectificationKind, RectificationSource
from models.remark import Severity
from models.table_import import TableImport
from models.upload import UploadState

TABLE = "rectification"
_KINDS = {"found_on": Kind.DAY, "due_on": Kind.DAY, "done_on": Kind.DAY, "severity": Kind.CODE}
_NAMES = (
    "serial", "found_on", "inspected_by", "inspector", "project", "thing", "finding", "category",
    "severity", "requirement", "due_on", "agency", "responsible", "done_on", "state", "code",
    "number", "standard", "phone",
)  # fmt: skip
_LONGEST = {
    "inspected_by": 120, "inspector": 80, "thing": 200, "category": 40, "responsible": 40,
    "phone": 40,
}  # fmt: skip
FIELDS = {
    name: Field(
        name, title, _KINDS.get(name, Kind.TEXT), nothing="" if name not in _KINDS else None,
        codes=Severity if name == "severity" else None, longest=_LONGEST.get(name, LONGEST),
    )
    for name, title in zip(_NAMES, HEADINGS, strict=True)
}  # fmt: skip
_TEXTS = (
    "finding", "thing", "responsible", "standard", "requirement", "phone", "category",
    "inspected_by", "inspector",
)  # fmt: skip
CORRECTED = (
    "found_on", "inspected_by", "inspector", "thing", "finding", "category", "severity",
    "requirement", "responsible", "standard", "phone",
)  # fmt: skip
"""What a sheet may correct; everything else has a step of its own."""


@dataclass
class RegisterRow:
    """What saving one row would do: issue a draft, or correct fields of an item (old → new)."""

    number: int
    status: Status
    draft: RectificationDraft | None = None
    key: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    old: dict[str, Any] = field(default_factory=dict)


@dataclass
class RegisterReading:
    """What a sheet would do to the register."""

    rows: list[RegisterRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def moved(self) -> list[RegisterRow]:
        """Give the rows that would change something."""
        return [row for row in self.rows if row.status in (Status.NEW, Status.CHANGED)]


def store_register(session: Session, actor: Actor, *, name: str, data: bytes) -> TableImport:
    """Keep a workbook of the register as a draft."""
    allow(actor, Action.RECTIFICATION_ISSUE)
    stored = store_file(session, actor, name=name, data=data, media_type="application/octet-stream")
    batch = TableImport(table_name=TABLE, file_id=stored.id or 0, account_id=actor.account_id)
    record(session, actor, "rectification:upload", batch)
    batch.number = f"DR{batch.id:06d}"
    session.flush()
    return batch


def own_register(
    session: Session, actor: Actor, import_id: int, *, lock: bool = False
) -> TableImport:
    """Give one's own draft of the register; another's is not there."""
    statement = rows_of(TableImport).where(
        TableImport.id == import_id,
        TableImport.account_id == actor.account_id,
        TableImport.table_name == TABLE,
    )
    statement = statement.with_for_update() if lock else statement
    found = session.exec(statement.execution_options(populate_existing=lock)).first()
    allow_row(found, _("该批次"))
    assert found is not None
    return found


def registers_of(session: Session, actor: Actor) -> list[TableImport]:
    """List one's own last workbooks that were imported or taken back, newest first."""
    statement = rows_of(TableImport).where(
        TableImport.account_id == actor.account_id,
        TableImport.table_name == TABLE,
        col(TableImport.state).in_([UploadState.COMMITTED, UploadState.TAKEN_BACK]),
    )
    return list(session.exec(statement.order_by(col(TableImport.id).desc()).limit(10)))


def read_register(session: Session, actor: Actor, import_id: int) -> Records:
    """Read a kept workbook in the child process. Raises Refused, with one sentence."""
    batch = own_register(session, actor, import_id)
    stored = load(session, StoredFile, batch.file_id)
    return read_records(book_in_child(files.read(stored.sha256)), FIELDS)


def marked_register(session: Session, actor: Actor, import_id: int, *, today: date) -> bytes:
    """Give one's own workbook back with the wrong cells marked."""
    reading = compare_register(
        session, actor, read_register(session, actor, import_id), today=today
    )
    stored = load(session, StoredFile, own_register(session, actor, import_id).file_id)
    return marked_in_child(files.read(stored.sha256), reading.problems)


def compare_register(
    session: Session, actor: Actor, found: Records, *, today: date
) -> RegisterReading:
    """Hold the rows of a sheet against the register: new, corrected, unchanged, refused."""
    allow(actor, Action.RECTIFICATION_ISSUE)
    reading = RegisterReading(problems=list(found.problems), told=list(found.told))
    if any(problem.rule == "too_many_rows" for problem in found.problems):
        return reading
    comparison = _Comparison(session, actor, reading, today)
    for row in found.rows:
        before = len(reading.problems)
        compared = comparison.row(row)
        refused = len(reading.problems) > before
        reading.rows.append(replace(compared, status=Status.REFUSED) if refused else compared)
    return reading


class _Comparison:
    def __init__(
        self, session: Session, actor: Actor, reading: RegisterReading, today: date
    ) -> None:
        self.reading = reading
        items = records(rectifications(session, actor, today))
        self.items = {str(item["number"]): item for item in items}
        self.units = {
            name.strip(): int(row["agency_id"])
            for row in records(agencies(session, actor))
            for name in (str(row["name"]), *str(row["aliases"] or "").split("、"))
            if name.strip()
        }
        seen = sees_sql(actor, LivelihoodProject, Action.RECTIFICATION_ISSUE)
        statement = rows_of(LivelihoodProject).where(seen).order_by(col(LivelihoodProject.id))
        projects = session.exec(statement).all()
        self.projects = {project.code: project.id or 0 for project in projects}
        self.numbers: set[str] = set()

    def row(self, row: Record) -> RegisterRow:
        values = self._entered(row)
        number = str(values.get("number") or "")
        if not number:
            return self._new(row, values)
        item = self.items.get(number)
        if item is None:
            self._wrong(row, "number", _("没有编号为 {number} 的整改").format(number=number),
                        _("改正编号；新的整改请留空编号"))  # fmt: skip
        elif number in self.numbers:
            self._wrong(row, "number", _("整改编号 {number} 出现了两次").format(number=number),
                        _("每项整改只留一行"))  # fmt: skip
        else:
            self.numbers.add(number)
            return self._known(row, values, item)
        return RegisterRow(row.number, Status.REFUSED)

    def _entered(self, row: Record) -> dict[str, Any]:
        """Read the cells; one that cannot be read is told and left out."""
        values: dict[str, Any] = {}
        for name in row.cells:
            if name == "serial":
                continue
            try:
                values[name] = entered(FIELDS[name], row.value(name))
            except Invalid as error:
                self._wrong(row, name, str(error), _("改正后重新上传"))
        return values

    def _wrong(self, row: Record, name: str, message: str, remedy: str) -> None:
        cell, raw = row.cells.get(name) or next(iter(row.cells.values()))
        text = "" if raw is None else str(raw)
        problem = Problem(Level.ERROR, "register", message, remedy, row.sheet, cell, name, text)
        self.reading.problems.append(problem)

    def _known(self, row: Record, values: dict[str, Any], item: dict[str, Any]) -> RegisterRow:
        shown = dict(zip(_NAMES, row_of(0, item), strict=True))
        moved = {
            name: value
            for name, value in values.items()
            if name != "number" and not same(row.value(name), shown[name])
        }
        ended = RectificationKind.of(item["kind"]) in ENDS
        for name in moved:
            if name not in CORRECTED:
                self._wrong(row, name, _("{title}不能用表格修改").format(title=FIELDS[name].title),
                            _("请在该项整改的页面办理延期、改派或核验"))  # fmt: skip
            elif ended:
                self._wrong(row, name, _("整改已办结，不能修改"), _("恢复原来的内容"))
            elif name in ("thing", "finding", "responsible", "standard") and not moved[name]:
                self._wrong(row, name, _("{title}不能为空").format(title=FIELDS[name].title),
                            _("填写内容"))  # fmt: skip
        old = {name: shown[name] for name in moved}
        status = Status.CHANGED if moved else Status.UNCHANGED
        return RegisterRow(row.number, status, None, int(item["rectification_id"]), moved, old)

    def _new(self, row: Record, values: dict[str, Any]) -> RegisterRow:
        code, unit = str(values.get("code") or ""), str(values.get("agency") or "")
        if code not in self.projects:
            self._wrong(row, "code", _("没有编号为“{code}”的项目").format(code=code[:40]),
                        _("填写本地区任务清单中的项目编号"))  # fmt: skip
        if unit and unit not in self.units:
            self._wrong(row, "agency", _("没有名为“{name}”的单位").format(name=unit[:40]),
                        _("填写已登记的单位名称"))  # fmt: skip
        if done := [FIELDS[name].title for name in ("done_on", "state") if values.get(name)]:
            self._wrong(row, "state", _("新的整改不能填写{titles}").format(titles=joined(done)),
                        _("清空这些格"))  # fmt: skip
        texts: dict[str, Any] = {name: values.get(name) or "" for name in _TEXTS}
        draft = RectificationDraft(
            project_id=self.projects.get(code, 0),
            source=RectificationSource.INSPECTION,
            agency_id=self.units.get(unit),
            due_on=values.get("due_on"),
            severity=values.get("severity") or Severity.ORDINARY,
            found_on=values.get("found_on"),
            **texts,
        )
        try:
            require_whole(draft)
        except Invalid as error:
            self._wrong(row, "number", str(error), _("补齐后重新上传"))
        return RegisterRow(row.number, Status.NEW, draft, None, values)


def commit_register(
    session: Session, actor: Actor, import_id: int, found: Records, *, today: date
) -> TableImport:
    """Issue the new rows and correct the known ones, all or none; compared anew with what is there.

    Raises:
        Conflict: the draft was imported or given up already.
        Invalid: something cannot be saved; the text names its row.
    """
    allow(actor, Action.RECTIFICATION_ISSUE)
    batch = own_register(session, actor, import_id, lock=True)
    if batch.state is not UploadState.DRAFT:
        words = _("批次 {number} 已是“{state}”，请刷新。")
        raise Conflict(words.format(number=batch.number, state=_(batch.state.label)))
    reading = compare_register(session, actor, found, today=today)
    if reading.problems or not reading.moved:
        raise Invalid(_("表中有错误，或没有需要导入的行，没有导入任何内容。"))
    drafts = [row.draft for row in reading.moved if row.draft is not None]
    made = issue_rectifications(session, actor, drafts, today=today) if drafts else []
    images: list[dict[str, Any]] = [{"id": row.id} for row in made]
    for row in reading.moved:
        if row.key is not None:
            images.append(_correct(session, actor, row, batch, today))
    batch.before = json.dumps(images, ensure_ascii=False, default=date.isoformat)
    batch.state, batch.rows_count = UploadState.COMMITTED, len(reading.moved)
    batch.committed_at = utc_now()
    record(session, actor, "rectification:import", batch, batch=batch.number)
    return batch


def _correct(
    session: Session, actor: Actor, row: RegisterRow, batch: TableImport, today: date
) -> dict[str, Any]:
    """Correct an item and give what it said before and says now."""
    item = open_rectification(session, actor, row.key or 0, Action.RECTIFICATION_ISSUE)
    old = {name: getattr(item, name) for name in row.values}
    _edit(session, actor, item, row.values, batch.number)
    titles = joined(FIELDS[name].title for name in row.values)
    words = _("更正{titles}（批次 {number}）").format(titles=titles, number=batch.number)
    add_event(session, actor, item, "edit", _("更正"), today, words=words)
    return {"id": item.id, "old": old, "now": row.values}


def _edit(
    session: Session, actor: Actor, item: Rectification, values: Mapping[str, Any], batch: str
) -> None:
    for name, value in values.items():
        setattr(item, name, value)
    record(session, actor, "rectification:edit", item, batch=batch)


class TakenBack(NamedTuple):
    """What taking an import back did: items corrected back, cancelled, and left as they are."""

    restored: int
    cancelled: int
    kept: int


def take_back_register(session: Session, actor: Actor, import_id: int, *, today: date) -> TakenBack:
    """Undo an import: corrected items say again what they said, new ones are cancelled.

    What its unit received meanwhile stays issued, as when a batch is taken back.

    Raises:
        Conflict: there is nothing to undo, or an item was corrected or settled since.
    """
    allow(actor, Action.RECTIFICATION_ISSUE)
    batch = own_register(session, actor, import_id, lock=True)
    images = json.loads(batch.before)
    if batch.state is not UploadState.COMMITTED or not images:
        raise Conflict(_("批次 {number} 没有可撤回的内容。").format(number=batch.number))
    made = [image["id"] for image in images if "old" not in image]
    corrected = [image for image in images if "old" in image]
    for image in corrected:
        _restore(session, actor, image, batch, today)
    cancelled = sum(_cancel(session, actor, key, batch, today) for key in made)
    if not corrected and not cancelled:
        raise Conflict(_("该批次的整改均已签收或撤回，不能再撤回。"))
    batch.state = UploadState.TAKEN_BACK
    record(session, actor, "rectification:take-back", batch, batch=batch.number)
    return TakenBack(len(corrected), cancelled, len(made) - cancelled)


def _cancel(session: Session, actor: Actor, key: int, batch: TableImport, today: date) -> bool:
    item = open_rectification(session, actor, key, Action.RECTIFICATION_ISSUE)
    if item.state != ISSUED:
        return False
    words = _("撤回导入批次 {number}").format(number=batch.number)
    move_rectification(session, actor, key, "cancel", today=today, words=words)
    return True


def _restore(
    session: Session, actor: Actor, image: dict[str, Any], batch: TableImport, today: date
) -> None:
    item = open_rectification(session, actor, image["id"], Action.RECTIFICATION_ISSUE)
    now, old = _values(image["now"]), _values(image["old"])
    if kind_of(session, item.state) in ENDS:
        words = _("整改 {number} 已办结，不能撤回对它的更正。")
        raise Conflict(words.format(number=item.number))
    if any(getattr(item, name) != value for name, value in now.items()):
        words = _("整改 {number} 在导入后又被更正，请先撤回后来的更正。")
        raise Conflict(words.format(number=item.number))
    _edit(session, actor, item, old, batch.number)
    titles = joined(FIELDS[name].title for name in old)
    words = _("撤回对{titles}的更正（批次 {number}）").format(titles=titles, number=batch.number)
    add_event(session, actor, item, "edit", _("更正"), today, words=words)


def _values(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Read values as they were kept as text; those of other kinds are texts themselves."""
    return {
        name: date.fromisoformat(value) if value and _KINDS.get(name) is Kind.DAY else value
        for name, value in kept.items()
    }
