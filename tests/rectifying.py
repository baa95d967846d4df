"""Items to try commands on, and the matrix of who may call which command of rectification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session, SQLModel, select

from dashboard.commands import (
    extension,
    inspection,
    recheck,
    rectification,
    rectification_care,
    rectification_move,
    register,
    template,
)
from dashboard.commands.rectification_move import move_rectification
from dashboard.documents.notice_template import default_template
from dashboard.imports.records import Record, Records
from dashboard.photos import Prepared
from dashboard.rules.rectification import RectificationDraft
from models.file import Attachment, StoredFile
from models.photo import Photo, PhotoPhase
from models.rectification import Recheck, Rectification, RectificationSource
from models.template import TemplateKind
from tests.city import TODAY, City, save

OFFICE = {"SUPERVISOR"}
UNIT = {"REPORTER"}
DUE = date(2026, 9, 18)
PHOTO = Prepared("a.jpg", b"x", "image/jpeg", b"y", b"z", 4, 3)


@dataclass
class Desk:
    """A session and its city."""

    session: Session
    city: City


def draft(city: City, **changes: Any) -> RectificationDraft:
    """A whole draft on the housing unit's first project."""
    whole = RectificationDraft(
        project_id=city.id("H1"),
        source=RectificationSource.INSPECTION,
        finding="围挡缺失",
        thing="3标段东侧围挡",
        agency_id=city.agencies["housing"].id,
        responsible="张工",
        standard="围挡连续、高度不低于2.5米",
        due_on=DUE,
    )
    return replace(whole, **changes)


def issued(s: Any, **changes: Any) -> Rectification:
    """Issue one item to the housing unit."""
    made = draft(s.city, **changes)
    return rectification.issue_rectification(s.session, s.city["SUPERVISOR"], made, today=TODAY)


def _file(session: Session, account_id: int) -> int:
    row = StoredFile(
        sha256="0" * 64, name="a.jpg", media_type="image/jpeg", size=1, account_id=account_id
    )
    return save(session, row).id or 0


def photographed(s: Any, row: Rectification, phase: PhotoPhase, before: int | None = None) -> int:
    """Plant a photo of an item, as attach_photo leaves it."""
    keys = [_file(s.session, row.issued_by_id) for _number in range(3)]
    photo = Photo(
        table_name="rectification", row_id=row.id or 0, phase=phase, before_id=before,
        original_file_id=keys[0], shown_file_id=keys[1], thumb_file_id=keys[2], width=4, height=3,
    )  # fmt: skip
    return save(s.session, photo).id or 0


def paired(s: Any, row: Rectification) -> None:
    """Plant a photo of before and one of after, paired."""
    photographed(s, row, PhotoPhase.AFTER, photographed(s, row, PhotoPhase.BEFORE))


def documented(s: Any, row: Rectification) -> SQLModel:
    """Plant a document of an item."""
    key = _file(s.session, row.issued_by_id)
    return save(s.session, Attachment(file_id=key, table_name="rectification", row_id=row.id or 0))


def move(s: Any, row: Rectification, code: str, who: str, **more: Any) -> Rectification:
    """Move an item as one of the city's people, today unless said otherwise."""
    given: dict[str, Any] = {"today": TODAY, "words": "说明"} | more
    return move_rectification(s.session, s.city[who], row.id or 0, code, **given)


def received(s: Any, **changes: Any) -> Rectification:
    """An item its unit signed for."""
    return move(s, issued(s, **changes), "receive", "REPORTER")


def proposed(s: Any, **changes: Any) -> Rectification:
    """An item its unit says is put right, with photos."""
    row = received(s, **changes)
    paired(s, row)
    return move(s, row, "propose", "REPORTER")


def cleared(s: Any) -> Rectification:
    """An item the office cleared."""
    return move(s, proposed(s), "clear", "SUPERVISOR")


def asked(s: Any) -> int:
    """An extension that waits for a decision."""
    made = extension.ask_extension(
        s.session, s.city["REPORTER"], received(s).id or 0, new_due_on=date(2026, 9, 30),
        reason="连续降雨", today=TODAY,
    )  # fmt: skip
    return made.id or 0


def new_row(s: Any) -> Records:
    """A sheet with one new item."""
    given = {
        "thing": "围挡", "finding": "缺失", "agency": "市住建局", "responsible": "张工",
        "due_on": DUE, "code": "H1", "standard": "连续",
    }  # fmt: skip
    cells = {name: (f"{chr(65 + n)}2", value) for n, (name, value) in enumerate(given.items())}
    return Records([Record("整改台账", 2, cells)])


def corrected(s: Any, row: Rectification, **values: Any) -> int:
    """An import of the office that corrects an item; its key."""
    office = s.city["SUPERVISOR"]
    batch = register.store_register(s.session, office, name="a.xlsx", data=b"x")
    given = {"number": row.number, **values}
    cells = {name: (f"{chr(65 + n)}2", value) for n, (name, value) in enumerate(given.items())}
    found = Records([Record("整改台账", 2, cells)])
    register.commit_register(s.session, office, batch.id or 0, found, today=TODAY)
    return batch.id or 0


def look(s: Any) -> int:
    """A look again that is due."""
    row = cleared(s)
    statement = select(Recheck).where(Recheck.rectification_id == row.id)
    return s.session.exec(statement).one().id or 0


def _moved(code: str, **more: Any) -> Callable[[Any, Any, Any], Any]:
    given: dict[str, Any] = {"words": "说明", "today": TODAY} | more
    return lambda s, a, k: rectification_move.move_rectification(s.session, a, k.id, code, **given)


def _document(s: Any, a: Any, k: Any) -> Any:
    return rectification_care.attach_rectification_document(
        s.session, a, k.id, name="a.pdf", data=b"%PDF-1", caption=""
    )


RECTIFYING: dict[str, tuple[set[str], Callable[[Any], Any], Callable[[Any, Any, Any], Any]]] = {
    "rectification.issue_rectification": (OFFICE, lambda s: draft(s.city), lambda s, a, k:
        rectification.issue_rectification(s.session, a, k, today=TODAY)),
    "rectification.issue_rectifications": (OFFICE, lambda s: draft(s.city), lambda s, a, k:
        rectification.issue_rectifications(s.session, a, [k, k], today=TODAY)),
    "rectification_move.move_rectification": (UNIT | {"REVIEWER"}, issued, _moved("receive")),
    "rectification_move.reassign_rectification": (OFFICE, received, lambda s, a, k:
        rectification_move.reassign_rectification(s.session, a, k.id, agency_id=s.city.agencies[
        "schools"].id, responsible="李工", words="职责调整", today=TODAY)),
    "rectification_care.remind_rectification": (OFFICE, received, lambda s, a, k:
        rectification_care.remind_rectification(s.session, a, k.id, words="抓紧", today=TODAY)),
    "rectification_care.take_back_batch": (OFFICE, lambda s: rectification.issue_rectifications(
        s.session, s.city["SUPERVISOR"], [draft(s.city)], today=TODAY)[0].batch, lambda s, a, k:
        rectification_care.take_back_batch(s.session, a, k, reason="重复", today=TODAY)),
    "rectification_care.attach_rectification_photo": (OFFICE | UNIT, received, lambda s, a, k:
        rectification_care.attach_rectification_photo(s.session, a, k.id, photo=PHOTO,
        phase=PhotoPhase.BEFORE)),
    "rectification_care.attach_rectification_document": (OFFICE | UNIT, received, _document),
    "extension.ask_extension": (UNIT, received, lambda s, a, k: extension.ask_extension(
        s.session, a, k.id, new_due_on=date(2026, 9, 30), reason="连续降雨", today=TODAY)),
    "extension.decide_extension": (OFFICE, asked, lambda s, a, k: extension.decide_extension(
        s.session, a, k, approve=True, answer="", today=TODAY)),
    "recheck.do_recheck": (OFFICE, look, lambda s, a, k: recheck.do_recheck(
        s.session, a, k, passed=True, words="保持", today=TODAY)),
    "register.store_register": (OFFICE, lambda s: None, lambda s, a, _: register.store_register(
        s.session, a, name="a.xlsx", data=b"x")),
    "register.commit_register": (OFFICE, lambda s: register.store_register(s.session, s.city[
        "SUPERVISOR"], name="a.xlsx", data=b"x").id, lambda s, a, k: register.commit_register(
        s.session, a, k, new_row(s), today=TODAY)),
    "register.take_back_register": (OFFICE, lambda s: corrected(s, received(s), thing="北侧"),
        lambda s, a, k: register.take_back_register(s.session, a, k, today=TODAY)),
    "template.replace_template": ({"ADMIN", "SUPERVISOR"}, lambda s: default_template(),
        lambda s, a, k: template.replace_template(s.session, a, name="通知书.docx", data=k,
        kind=TemplateKind.RECTIFICATION_NOTICE)),
    "inspection.enter_inspection": (OFFICE, lambda s: s.city.regions["home"].id, lambda s, a, k:
        inspection.enter_inspection(s.session, a, k, name="九月督查", inspected_on=TODAY,
        today=TODAY)),
}  # fmt: skip
"""Command → the roles that may, what must stand before, the call."""
OTHERS = {
    "rectification.add_event": "a beat of each command on an item, after it was allowed",
    "rectification_move.open_rectification": "is the loading and allowing itself",
    "rectification_care.restart_released": "a beat of release_set, after its allow()",
    "register.own_register": "a read of one's own draft",
    "register.read_register": "a read of one's own draft",
    "register.marked_register": "a read of one's own draft",
    "register.registers_of": "a read of one's own imports",
    "register.compare_register": "a read, for who may issue; items and projects are those seen",
}
"""Functions that take session and actor and are no commands themselves."""
