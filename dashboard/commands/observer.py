"""聘任: the office appoints an observer by letter, the security administrator grants as asked (J1).

三员分立: the office can end access at once, but only the security administrator opens it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard.audit import record
from dashboard.commands.evidence import scan_type
from dashboard.commands.file import store_file
from dashboard.commands.grant import grant_role
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, allow_another, allow_region
from dashboard.queries.observer import may_be_appointed_sql
from dashboard.rules.words import limited_words, required_words
from models.account import Account, Role, RoleGrant
from models.observer import Observer, ObserverDevice, ObserverProject
from models.project import LivelihoodProject
from models.region import Region

LONGEST_TERM = timedelta(days=366 * 5)


class Scan(NamedTuple):
    """The scan of a letter, as it was sent."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Appointment:
    """What a letter of appointment says. Without projects the whole region is in scope."""

    account_id: int
    region_id: int
    letter_number: str
    first_on: date
    last_on: date
    identity: str = ""
    project_ids: Sequence[int] = ()
    letter: Scan | None = None


def appoint_observer(
    session: Session, actor: Actor, draft: Appointment, *, today: date
) -> Observer:
    """Appoint a person as an observer; the security administrator then grants what is asked here.

    Raises:
        Invalid: the term, the letter or a project is not as it must be, or the account works for
            a unit.
        Conflict: the person is appointed for these days already.
    """
    region = load(session, Region, draft.region_id)
    allow_region(actor, Action.OBSERVER_APPOINT, region.path)
    allow_another(actor, draft.account_id, Action.OBSERVER_APPOINT, "account", draft.account_id)
    person = rows_of(Account).where(Account.id == draft.account_id, may_be_appointed_sql())
    if session.exec(person).first() is None:
        raise Invalid(_("只能聘任在用、不属于任何单位、且没有其他职务的账户。"))
    if not draft.first_on <= draft.last_on or draft.last_on < today:
        raise Invalid(_("聘期止不能早于聘期起，也不能早于今天。"))
    if draft.last_on - draft.first_on > LONGEST_TERM:
        raise Invalid(_("聘期最长五年。"))
    _require_free(session, draft)
    observer = Observer(
        account_id=draft.account_id,
        region_id=draft.region_id,
        identity=limited_words(draft.identity, _("身份"), 80),
        letter_number=required_words(draft.letter_number, _("聘书编号"), 60),
        appointed_by_id=actor.account_id,
        first_on=draft.first_on,
        last_on=draft.last_on,
    )
    projects = _projects(session, draft, region)
    extra = {"projects": [None, projects]} if projects else {}
    record(session, actor, Action.OBSERVER_APPOINT, observer, extra=extra)
    key = observer.id or 0
    session.add_all(ObserverProject(observer_id=key, project_id=each) for each in projects)
    session.flush()
    if draft.letter is not None:
        _keep_letter(session, actor, observer, draft.letter)
    return observer


def keep_letter(session: Session, actor: Actor, observer_id: int, letter: Scan) -> Observer:
    """Keep the scan of an appointment's letter (聘书); a new one takes the place of the last.

    Raises:
        Invalid: it is no scan, or too large.
    """
    observer = load(session, Observer, observer_id, lock=True)
    region = load(session, Region, observer.region_id)
    allow_region(actor, Action.OBSERVER_APPOINT, region.path)
    _keep_letter(session, actor, observer, letter)
    return observer


def _keep_letter(session: Session, actor: Actor, observer: Observer, letter: Scan) -> None:
    kind = scan_type(letter.name, letter.data)
    stored = store_file(session, actor, name=letter.name, data=letter.data, media_type=kind)
    observer.letter_file_id = stored.id
    record(session, actor, "observer:letter", observer)


def _require_free(session: Session, draft: Appointment) -> None:
    held = rows_of(Observer).where(
        Observer.account_id == draft.account_id,
        Observer.region_id == draft.region_id,
        col(Observer.first_on) <= draft.last_on,
        col(Observer.last_on) >= draft.first_on,
    )
    for other in session.exec(held):
        if other.ended_on is None or other.ended_on > draft.first_on:
            raise Conflict(_("该人员在此期间已被聘任（聘书 {letter}）。").format(
                letter=other.letter_number
            ))  # fmt: skip


def _projects(session: Session, draft: Appointment, region: Region) -> list[int]:
    for key in draft.project_ids:
        project = load(session, LivelihoodProject, key)
        if not load(session, Region, project.region_id).path.startswith(region.path):
            raise Invalid(_("项目“{name}”不在聘任地区。").format(name=project.name))
    return sorted(set(draft.project_ids))


def grant_as_appointed(session: Session, actor: Actor, observer_id: int) -> RoleGrant:
    """Grant an appointed observer what the office asked for: projects or region, and term."""
    allow(actor, Action.GRANT_EDIT)
    observer = load(session, Observer, observer_id, lock=True)
    if observer.grant_id is not None or observer.ended_on is not None:
        raise Conflict(_("这份聘任已授权或已解聘，请刷新。"))
    chosen = rows_of(ObserverProject.project_id).where(ObserverProject.observer_id == observer_id)
    projects = list(session.exec(chosen))
    grant = grant_role(
        session, actor, observer.account_id, Role.OBSERVER,
        region_id=None if projects else observer.region_id, project_ids=projects,
        first_on=observer.first_on, last_on=observer.last_on,
    )  # fmt: skip
    observer.grant_id = grant.id
    record(session, actor, "observer:grant", observer)
    return grant


def end_appointment(
    session: Session, actor: Actor, observer_id: int, *, now: datetime, today: date
) -> Observer:
    """End an appointment before its term: its grant and the person's devices end at once."""
    observer = load(session, Observer, observer_id, lock=True)
    region = load(session, Region, observer.region_id)
    allow_region(actor, Action.OBSERVER_APPOINT, region.path)
    if observer.ended_on is not None or observer.last_on < today:
        raise Conflict(_("这份聘任已经结束。"))
    observer.ended_on = today
    record(session, actor, "observer:end", observer)
    grant = session.get(RoleGrant, observer.grant_id) if observer.grant_id else None
    if grant is not None:
        grant.last_on = today - timedelta(days=1)
        record(session, actor, "observer:end", grant)
    devices = rows_of(ObserverDevice).where(
        ObserverDevice.account_id == observer.account_id, col(ObserverDevice.ended_at).is_(None)
    )
    for device in session.exec(devices):
        device.ended_at = now
        record(session, actor, "observer:end", device)
    return observer


def agree_to_be_named(
    session: Session, actor: Actor, observer_id: int, *, agreed: bool, now: datetime
) -> Observer:
    """Let an observer agree that units read their name, or take that back."""
    allow(actor, Action.REMARK_WRITE)
    observer = load(session, Observer, observer_id)
    if observer.account_id != actor.account_id:
        allow(actor, Action.OBSERVER_APPOINT)
        raise Invalid(_("是否公开姓名只能由观察员本人决定。"))
    observer.disclosed = agreed
    observer.agreed_at = now if agreed else None
    record(session, actor, "observer:agree", observer)
    return observer
