"""观察意见: written at the site by an observer or a citizen; sending twice is the same as once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard import audit
from dashboard.audit import record
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, refusal
from dashboard.queries.account import token_hash
from dashboard.queries.calendar import due_by_limit, known_threshold
from dashboard.queries.remark import last_place, nearest_site_m
from dashboard.queries.scope import is_sealed, scope_of
from dashboard.rules.place import Place, metres, place_of
from dashboard.rules.remark import Doubt, code_of, new_number, observed_on, plain_code, too_fast
from dashboard.rules.words import limited_words, required_words
from models.observer import Visit
from models.project import LivelihoodProject
from models.region import Region
from models.remark import ObserverRemark, RemarkChannel, RemarkKind, SeenProgress, Severity
from models.site import Site

SHORTEST_SECRET = 16
"""A citizen's client id stands for the code to follow by: nobody may guess it."""


@dataclass(frozen=True)
class RemarkDraft:
    """A remark as it was written on the phone, before anything of it was checked."""

    client_id: str
    project_id: int | None = None
    site_id: int | None = None
    words: str = ""
    kind: RemarkKind = RemarkKind.PROBLEM
    severity: Severity = Severity.ORDINARY
    place: str = ""
    seen: SeenProgress = SeenProgress.UNSAID
    seen_pct: Decimal | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    accuracy_m: int | None = None
    written_at: datetime | None = None
    phone: str = ""


def write_remark(
    session: Session, actor: Actor, draft: RemarkDraft, *, now: datetime, today: date
) -> ObserverRemark:
    """Keep an observer's remark on a project of their scope; the same sent again is the same row.

    It counts as a visit: one that was planned is made, and hides the remark if its set is sealed.

    Raises:
        NotAllowed: the project lies outside the scope, or the client id is another account's.
        Invalid: no project, no words, or a value that cannot be.
    """
    allow(actor, Action.REMARK_WRITE)
    audit.lock(session)  # two sendings at once must not both find nothing
    if known := _known(session, draft.client_id):
        if known.account_id != actor.account_id:
            raise refusal(actor, Action.REMARK_WRITE, "observer_remark")
        return known
    project_id = _project(session, draft)
    if project_id is None:
        raise Invalid(_("请选择项目。"))
    allow(actor, Action.REMARK_WRITE, scope_of(session, project_id))
    region_id = load(session, LivelihoodProject, project_id).region_id
    remark = _remark(session, draft, "GC", project_id, region_id, now, today)
    remark.account_id = actor.account_id
    _make_visit(session, actor, remark)
    _locate(session, remark)
    record(session, actor, Action.REMARK_WRITE, remark)
    return remark


def write_feedback(
    session: Session, draft: RemarkDraft, *, region_id: int, now: datetime, today: date
) -> tuple[ObserverRemark, str]:
    """Keep a citizen's word on a project or a place, and give the code to follow it by.

    Nobody is signed in; of the code only its hash is kept. The same sent again gives the same code.

    Raises:
        Invalid: neither project nor place, no words, or a value that cannot be.
        Conflict: another text was sent under this client id before.
    """
    audit.lock(session)
    if len(draft.client_id) < SHORTEST_SECRET:
        raise Invalid(_("提交已失效，请重新打开本页后再提交。"))
    code = code_of(draft.client_id)
    hidden = sha256(draft.client_id.encode()).hexdigest()[:40]
    if known := _known(session, hidden):
        if known.words != required_words(draft.words, _("意见内容")):
            raise Conflict(_("这份意见已经提交过，请重新打开本页再写新的一条。"))
        return known, code
    project_id = _project(session, draft)
    region_id = _citizens_region(session, project_id, region_id, draft)
    remark = _remark(session, draft, "QZ", project_id, region_id, now, today)
    remark.client_id = hidden
    remark.channel = RemarkChannel.CITIZEN
    remark.follow_hash = token_hash(plain_code(code))
    _locate(session, remark)
    record(session, None, Action.REMARK_WRITE, remark)
    return remark, code


def _known(session: Session, client_id: str) -> ObserverRemark | None:
    return session.exec(
        rows_of(ObserverRemark).where(ObserverRemark.client_id == client_id)
    ).first()


def _project(session: Session, draft: RemarkDraft) -> int | None:
    """Give the project named, or that of the site named; the two must agree."""
    if draft.site_id is None:
        return draft.project_id
    site = load(session, Site, draft.site_id)
    if draft.project_id not in (None, site.project_id):
        raise Invalid(_("所选点位不属于所选项目。"))
    return site.project_id


def _citizens_region(
    session: Session, project_id: int | None, region_id: int, draft: RemarkDraft
) -> int:
    if project_id is None:
        required_words(draft.place, _("项目或地点"), 200)
        return load(session, Region, region_id).id or 0
    region = load(session, Region, load(session, LivelihoodProject, project_id).region_id)
    if not region.path.startswith(load(session, Region, region_id).path):
        raise Invalid(_("该项目不在所选地区。"))
    return region.id or 0


def _remark(
    session: Session,
    draft: RemarkDraft,
    prefix: str,
    project_id: int | None,
    region_id: int,
    now: datetime,
    today: date,
) -> ObserverRemark:
    if not 8 <= len(draft.client_id) <= 40 or not draft.client_id.isascii():
        raise Invalid(_("提交已失效，请重新打开本页后再提交。"))
    if draft.seen_pct is not None and not 0 <= draft.seen_pct <= 100:
        raise Invalid(_("目测进度应为 0 至 100。"))
    if draft.accuracy_m is not None and not 0 <= draft.accuracy_m < 10**7:
        raise Invalid(_("定位精度应为不小于 0 的米数。"))
    place = place_of(draft.latitude, draft.longitude)
    written_at = draft.written_at
    if written_at is not None and written_at.tzinfo is None:
        written_at = written_at.replace(tzinfo=UTC)
    day = observed_on(written_at, now, today)
    return ObserverRemark(
        client_id=draft.client_id,
        number=_number(session, prefix, day),
        channel=RemarkChannel.OBSERVER,
        region_id=region_id,
        project_id=project_id,
        site_id=draft.site_id,
        phone=limited_words(draft.phone, _("联系电话"), 40),
        kind=draft.kind,
        severity=draft.severity,
        words=required_words(draft.words, _("意见内容")),
        place=limited_words(draft.place, _("地点"), 200),
        seen=draft.seen,
        seen_pct=draft.seen_pct,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        accuracy_m=draft.accuracy_m if place else None,
        written_at=written_at,
        received_at=now,
        observed_on=day,
        due_on=_due_on(session, today),
    )


def _due_on(session: Session, today: date) -> date | None:
    """Give the day by which the office ends the remark; no remark fails for want of a limit."""
    with suppress(Invalid):
        return due_by_limit(session, "REMARK", today)
    return None


def _number(session: Session, prefix: str, day: date) -> str:
    while True:
        number = new_number(prefix, day)
        taken = rows_of(ObserverRemark.id).where(col(ObserverRemark.number) == number)
        if session.exec(taken).first() is None:
            return number


def _make_visit(session: Session, actor: Actor, remark: ObserverRemark) -> None:
    """Take the observer's planned visit of this project as made, and its set with it."""
    planned = (
        rows_of(Visit)
        .where(Visit.account_id == actor.account_id, Visit.project_id == remark.project_id)
        .where(col(Visit.visited_on).is_(None) | (col(Visit.visited_on) == remark.observed_on))
        .order_by(col(Visit.visited_on).desc().nulls_last(), col(Visit.due_on), col(Visit.id))
    )
    visit = session.exec(planned).first()
    if visit is None:
        return
    remark.visit_id = visit.id
    if visit.visited_on is None:
        visit.visited_on = remark.observed_on
        record(session, actor, "visit:make", visit)
    if is_sealed(session, visit.sealed_set_id):
        remark.sealed_set_id = visit.sealed_set_id


def _locate(session: Session, remark: ObserverRemark) -> None:
    """Keep how far the remark is from its site, and what makes its position doubtful (J3)."""
    place = place_of(remark.latitude, remark.longitude)
    if place is None:
        return
    if remark.project_id is not None:
        remark.distance_m = nearest_site_m(session, place, remark.project_id, remark.site_id)
    doubts = {
        Doubt.ACCURACY: _beyond(session, remark, "ACCURACY_M", remark.accuracy_m),
        Doubt.SPEED: _jumped(session, remark, place),
        Doubt.FAR: _beyond(session, remark, "FAR_M", remark.distance_m),
    }
    remark.doubt = " ".join(doubt for doubt, holds in doubts.items() if holds)


def _beyond(session: Session, remark: ObserverRemark, code: str, metres: int | None) -> bool:
    most = known_threshold(session, code, remark.observed_on)
    return metres is not None and most is not None and metres > most


def _jumped(session: Session, remark: ObserverRemark, place: Place) -> bool:
    if remark.account_id is None:
        return False
    at = remark.written_at or remark.received_at
    before = last_place(session, remark.account_id, at)
    most = known_threshold(session, "SPEED_KMH", remark.observed_on)
    if before is None or most is None:
        return False
    seconds = (at - before.at).total_seconds()
    # What the two positions are uncertain by is no journey.
    way = max(0, metres(before.place, place) - before.accuracy_m - (remark.accuracy_m or 0))
    return too_fast(way, seconds, most)
