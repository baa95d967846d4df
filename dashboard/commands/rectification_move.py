"""整改流转: the only way an item's state changes; what is no row of the moves table is refused."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.commands.light import refresh_facts
from dashboard.commands.rectification import add_event, require_agency
from dashboard.commands.settle import reopen_remarks, settle_remarks
from dashboard.db import require_version
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow_sight, refusal
from dashboard.queries.calendar import due_by_limit
from dashboard.queries.rectification_rule import (
    asked_extension,
    has_after_photo,
    has_document,
    is_second,
    kind_of,
)
from dashboard.queries.scope import rectification_scope, scope_of
from dashboard.rules.rectification import ENDS, MET, MISSED, require_future
from dashboard.rules.words import limited_words, required_words
from models.base import utc_now
from models.rectification import (
    Extension,
    ExtensionState,
    Recheck,
    Rectification,
    RectificationKind,
    RectificationMove,
    RectificationState,
)


def open_rectification(
    session: Session,
    actor: Actor,
    rectification_id: int,
    action: Action,
    version: int | None = None,
) -> Rectification:
    """Load an item to change it; one that is absent is refused like one that is not seen.

    Raises:
        NotAllowed: the actor may not do this to the item, or there is none.
        Conflict: somebody changed it in the meantime.
    """
    row = session.get(Rectification, rectification_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise refusal(actor, action, "rectification", rectification_id)
    sight = rectification_scope(session, row)
    allow_sight(actor, action, sight, "rectification", rectification_id)
    require_version(session, row, version)
    return row


def move_rectification(
    session: Session,
    actor: Actor,
    rectification_id: int,
    move_code: str,
    *,
    today: date,
    version: int | None = None,
    words: str = "",
    due_on: date | None = None,
    duplicate_of_id: int | None = None,
    passed_to: str = "",
    public_answer: str = "",
) -> Rectification:
    """Move an item as one row of the moves table allows, with what that row asks for.

    Raises:
        NotAllowed: the actor may not, or a second person must.
        Conflict: no such move leads out of the state the item is in.
        Invalid: a reason, evidence, a paired photo or another part is missing.
    """
    if move_code == "reassign":
        raise Invalid(_("改派须同时写明新的责任单位和责任人。"))
    row, move = _allowed(session, actor, rectification_id, move_code, version)
    words = _words(move, words)
    judge(session, row, today)
    _require(session, actor, row, move)
    _into(session, actor, row, move, today, words)
    if move.code in ("return", "reopen"):
        _begin_round(session, row, move, today, due_on)
    kind = kind_of(session, move.to_state)
    if kind in ENDS:
        _end(session, actor, row, kind, today, duplicate_of_id, passed_to, public_answer)
    _moved(session, actor, row, move, today, words)
    if kind in ENDS:
        settle_remarks(session, actor, row, today=today)
    elif move.code == "reopen":
        reopen_remarks(session, actor, row)
    return row


def reassign_rectification(
    session: Session,
    actor: Actor,
    rectification_id: int,
    *,
    agency_id: int,
    responsible: str,
    phone: str = "",
    due_on: date | None = None,
    words: str,
    today: date,
    version: int | None = None,
) -> Rectification:
    """Give an item to another unit or person; what the former one had stays in its history."""
    row, move = _allowed(session, actor, rectification_id, "reassign", version)
    words = _words(move, words)
    judge(session, row, today)
    require_agency(session, agency_id, scope_of(session, row.project_id).region_path)
    moved = agency_id != row.agency_id
    row.agency_id = agency_id
    row.responsible = required_words(responsible, _("责任人"), 40)
    row.phone = limited_words(phone, _("联系电话"), 40)
    row.received_by_id = row.received_at = row.received_on = None
    row.proposed_by_id = row.proposed_on = None
    if due_on is not None or (moved and row.due_on < today):
        row.due_on = require_future(due_on, today)
    if moved and row.due_on >= today:
        row.met_deadline = row.judged_on = None
    return _moved(session, actor, row, move, today, words)


def _allowed(
    session: Session, actor: Actor, rectification_id: int, code: str, version: int | None
) -> tuple[Rectification, RectificationMove]:
    """Give the item and the move out of its state, if there is one and the actor may make it."""
    moves = session.exec(rows_of(RectificationMove).where(RectificationMove.code == code)).all()
    if not moves:
        raise Invalid(_("没有“{code}”这项流转。").format(code=code))
    row = open_rectification(session, actor, rectification_id, Action(moves[0].action))
    move = next((each for each in moves if each.from_state == row.state), None)
    if move is not None and move.action != moves[0].action:
        sight = rectification_scope(session, row)
        allow_sight(actor, Action(move.action), sight, "rectification", row.id)
    require_version(session, row, version)
    if move is None:
        raise Conflict(
            _("“{state}”的整改不能{move}，请刷新后查看。").format(
                state=_state_name(session, row.state), move=_(moves[0].name)
            )
        )
    return row, move


def _state_name(session: Session, code: str) -> str:
    statement = rows_of(RectificationState).where(RectificationState.code == code)
    return _(session.exec(statement).one().name)


def _words(move: RectificationMove, words: str) -> str:
    title = _("{move}的说明").format(move=_(move.name))
    return required_words(words, title) if move.needs_reason else limited_words(words, title)


def _require(session: Session, actor: Actor, row: Rectification, move: RectificationMove) -> None:
    """Refuse a move whose second person, photo or document is missing."""
    if move.needs_second_person and not is_second(session, row, actor):
        error = refusal(actor, Action(move.action), "rectification", row.id)
        error.args = (_("申请人和责任单位的人员不能核验本项整改，请由另一人办理。"),)
        raise error
    if move.needs_after_photo and row.visible and not has_after_photo(session, row):
        raise Invalid(
            _("缺少本轮的整改后照片，请上传并与整改前照片配对后再{move}。").format(
                move=_(move.name)
            )
        )
    documented = move.needs_evidence or move.needs_after_photo
    if documented and not row.visible and not has_document(session, row):
        raise Invalid(_("缺少本轮的佐证文件，请上传后再{move}。").format(move=_(move.name)))
    photographed = row.visible and has_after_photo(session, row)
    if move.needs_evidence and not photographed and not has_document(session, row):
        raise Invalid(_("缺少本轮的佐证材料，请上传后再{move}。").format(move=_(move.name)))


def _into(
    session: Session,
    actor: Actor,
    row: Rectification,
    move: RectificationMove,
    today: date,
    words: str,
) -> None:
    """Write what a unit's own moves leave: receipt, proposal and whether it was in time."""
    if move.code in ("receive", "dispute") and row.received_on is None:
        row.received_by_id, row.received_at = actor.account_id, utc_now()
        row.received_on = today
    if kind_of(session, move.to_state) is RectificationKind.PROPOSED:
        row.proposed_by_id, row.proposed_on, row.remedy = actor.account_id, today, words
        if row.met_deadline is None:
            row.met_deadline, row.judged_on = True, today
            add_event(session, actor, row, MET, _("按期申请销号"), today)


def _begin_round(
    session: Session, row: Rectification, move: RectificationMove, today: date, due_on: date | None
) -> None:
    """Let a returned item go on, and begin a new round for a reopened one.

    A proposal in time that is returned proved nothing: its deadline is judged again. A deadline
    that was missed stays missed.
    """
    reopened = move.code == "reopen"
    judged_again = reopened or row.met_deadline is True
    if due_on is not None or reopened or (judged_again and row.due_on < today):
        row.due_on = require_future(due_on, today)
    if judged_again:
        row.met_deadline = row.judged_on = None
    if not reopened:
        return
    row.reopens += kind_of(session, row.state) is RectificationKind.FIXED
    row.proposed_by_id = row.proposed_on = None
    row.closed_by_id = row.closed_on = row.recheck_on = row.duplicate_of_id = None
    row.passed_to = ""
    for look in session.exec(rows_of(Recheck).where(Recheck.rectification_id == row.id)):
        if look.done_on is None:
            look.done_on, look.words = today, _("已重新整改，本次回头看取消。")


def _end(
    session: Session,
    actor: Actor,
    row: Rectification,
    kind: RectificationKind,
    today: date,
    duplicate_of_id: int | None,
    passed_to: str,
    public_answer: str,
) -> None:
    """Write how an item ended; one that was put right is looked at again on a day (回头看)."""
    if kind is RectificationKind.DUPLICATE:
        row.duplicate_of_id = _repeated(session, actor, row, duplicate_of_id)
    if kind is RectificationKind.PASSED_ON:
        row.passed_to = required_words(passed_to, _("转往单位"), 120)
    row.closed_by_id, row.closed_on = actor.account_id, today
    row.public_answer = limited_words(public_answer, _("公开答复"))
    if kind is RectificationKind.FIXED:
        row.recheck_on = due_by_limit(session, "RECHECK", today)
        session.add(Recheck(rectification_id=row.id or 0, due_on=row.recheck_on))
    waiting = asked_extension(session, row)
    if waiting is not None:
        _refuse(session, actor, waiting, today)


def _refuse(session: Session, actor: Actor, waiting: Extension, today: date) -> None:
    waiting.state, waiting.answer = ExtensionState.REFUSED, _("整改已办结。")
    waiting.decided_by_id, waiting.decided_on = actor.account_id, today
    record(session, actor, Action.EXTENSION_DECIDE, waiting)


def _repeated(
    session: Session, actor: Actor, row: Rectification, duplicate_of_id: int | None
) -> int:
    """Give the item this one repeats: another of the same project, itself no duplicate."""
    if duplicate_of_id is None or duplicate_of_id == row.id:
        raise Invalid(_("请选择本项重复的另一项整改。"))
    first = open_rectification(session, actor, duplicate_of_id, Action.RECTIFICATION_READ)
    same = first.project_id == row.project_id and first.sealed_set_id == row.sealed_set_id
    if not same or kind_of(session, first.state) is RectificationKind.DUPLICATE:
        raise Invalid(_("只能认定为同一项目、同一批次中另一项未被认定重复的整改。"))
    return first.id or 0


def _moved(
    session: Session,
    actor: Actor,
    row: Rectification,
    move: RectificationMove,
    today: date,
    words: str,
) -> Rectification:
    before, row.state = row.state, move.to_state
    record(session, actor, move.action, row, comment=words[:200])
    add_event(
        session, actor, row, move.code, move.name, today,
        words=words, from_state=before, to_state=row.state,
    )  # fmt: skip
    refresh_facts(session, [row.project_id], today=today)
    return row


def judge(session: Session, row: Rectification, today: date) -> bool:
    """Write once that a deadline passed without a proposal; say whether it was written now.

    While an extension that was asked in time waits for its decision, nothing is judged.
    """
    open_ = kind_of(session, row.state) is RectificationKind.OPEN
    if row.met_deadline is not None or not open_ or today <= row.due_on:
        return False
    sealed = rectification_scope(session, row).sealed
    if sealed or asked_extension(session, row) is not None:
        return False
    row.met_deadline, row.judged_on = False, today
    add_event(session, None, row, MISSED, _("逾期未申请销号"), today)
    return True
