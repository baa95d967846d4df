"""照片: attached to a remark or a rectification; blacked out by the office; originals looked at."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from dashboard import files
from dashboard.audit import append, record
from dashboard.commands.file import store_file
from dashboard.db import load
from dashboard.errors import Conflict, Invalid
from dashboard.i18n import _
from dashboard.permissions import Action, Actor, allow, allow_row, refusal
from dashboard.photos import SHOWN_TYPE, Box, Prepared, blacked_out, prepare
from dashboard.queries.calendar import known_threshold
from dashboard.queries.photo import PARENTS, seen_sql
from dashboard.queries.rectification_rule import TABLE
from dashboard.queries.remark import nearest_site_m
from dashboard.rules.place import place_of
from dashboard.rules.remark import Doubt
from models.file import StoredFile
from models.photo import Photo, PhotoPhase
from models.remark import ObserverRemark, RemarkState

MOST = 40
"""How many photos one remark or one rectification may have."""


def attach_photo(
    session: Session,
    actor: Actor | None,
    *,
    table_name: str,
    row_id: int,
    project_id: int | None = None,
    name: str = "",
    data: bytes = b"",
    phase: PhotoPhase = PhotoPhase.SCENE,
    before_id: int | None = None,
    client_id: str | None = None,
    caption: str = "",
    prepared: Prepared | None = None,
) -> Photo:
    """Attach a photo for a command that has allowed it; the same `client_id` twice is once.

    `prepared` is the photo as `photos.prepare` gave it before the transaction: decoding takes a
    second, during which nobody else can write. Without it, `name` and `data` are decoded here.

    Raises:
        Invalid: it is no photo, there are too many, or its before-photo is another row's.
    """
    if client_id and (known := _known(session, client_id)):
        if (known.table_name, known.row_id) != (table_name, row_id):
            raise Invalid(_("这张照片已经附在别处，请重新选择照片。"))
        return known
    _room(session, table_name, row_id)
    _before(session, before_id, table_name, row_id)
    ready = prepared or prepare(name, data)
    shown_id, thumb_id = _copies(session, actor, ready)
    photo = Photo(
        table_name=table_name,
        row_id=row_id,
        phase=phase,
        before_id=before_id,
        client_id=client_id or None,
        original_file_id=_kept(session, actor, ready.name, ready.data, ready.media_type),
        shown_file_id=shown_id,
        thumb_file_id=thumb_id,
        width=ready.width,
        height=ready.height,
        taken_at=ready.taken_at,
        latitude=ready.latitude,
        longitude=ready.longitude,
        distance_m=_distance_m(session, ready, project_id),
        caption=caption.strip()[:200],
    )
    record(session, actor, "photo:add", photo, extra={"project_id": [None, project_id]})
    return _doubted(session, actor, photo)


def _distance_m(session: Session, photo: Prepared, project_id: int | None) -> int | None:
    """Give how far from the project's nearest site the photo says it was taken (J3)."""
    place = place_of(photo.latitude, photo.longitude)
    if place is None or project_id is None:
        return None
    return nearest_site_m(session, place, project_id)


def _doubted(session: Session, actor: Actor | None, photo: Photo) -> Photo:
    """Give the photo, and mark its remark when it was taken far from the site (J3)."""
    if photo.table_name != "observer_remark" or photo.distance_m is None:
        return photo
    remark = load(session, ObserverRemark, photo.row_id)
    most = known_threshold(session, "FAR_M", remark.observed_on)
    if most is not None and photo.distance_m > most and Doubt.FAR not in remark.doubt.split():
        remark.doubt = f"{remark.doubt} {Doubt.FAR}".strip()
        record(session, actor, Action.REMARK_WRITE, remark)
    return photo


def photograph_remark(
    session: Session, actor: Actor, remark: str, prepared: Prepared, *, client_id: str
) -> Photo:
    """Attach a photo to the actor's own remark, by the id its phone gave it.

    Raises:
        Missing: the actor has sent no such remark.
        Conflict: it was withdrawn.
    """
    allow(actor, Action.REMARK_WRITE)
    own = rows_of(ObserverRemark).where(
        ObserverRemark.client_id == remark, ObserverRemark.account_id == actor.account_id
    )
    found = session.exec(own).first()
    allow_row(found, _("该意见"))
    assert found is not None
    if found.state is RemarkState.WITHDRAWN:
        raise Conflict(_("这条意见已撤回，不能再添加照片。"))
    return attach_photo(
        session, actor, table_name="observer_remark", row_id=found.id or 0,
        project_id=found.project_id, client_id=client_id, prepared=prepared,
    )  # fmt: skip


def _known(session: Session, client_id: str) -> Photo | None:
    return session.exec(rows_of(Photo).where(Photo.client_id == client_id)).first()


def _room(session: Session, table_name: str, row_id: int) -> None:
    if table_name not in PARENTS:
        raise ValueError(table_name)
    counted = select(func.count()).where(
        col(Photo.table_name) == table_name, col(Photo.row_id) == row_id
    )
    if (session.connection().scalar(counted) or 0) >= MOST:
        raise Invalid(_("最多附 {count} 张照片。").format(count=MOST))


def _before(session: Session, before_id: int | None, table_name: str, row_id: int) -> None:
    if before_id is None:
        return
    before = session.get(Photo, before_id)
    here = before and (before.table_name, before.row_id) == (table_name, row_id)
    if before is not None and (before.table_name, table_name) == ("observer_remark", TABLE):
        remark = session.get_one(ObserverRemark, before.row_id)
        here = remark.rectification_id == row_id
    if before is None or not here or before.phase is PhotoPhase.AFTER:
        raise Invalid(_("整改后照片只能与同一事项的整改前照片配对，请重新选择。"))


def _kept(session: Session, actor: Actor | None, name: str, data: bytes, kind: str) -> int:
    """Keep a file of no project and no unit: only the photo's own row says who may have it."""
    return store_file(session, actor, name=name, data=data, media_type=kind).id or 0


def _copies(session: Session, actor: Actor | None, ready: Prepared) -> tuple[int, int]:
    shown = _kept(session, actor, "photo.jpg", ready.shown, SHOWN_TYPE)
    return shown, _kept(session, actor, "photo-small.jpg", ready.thumb, SHOWN_TYPE)


def _seen(session: Session, actor: Actor, photo_id: int, action: Action) -> Photo:
    """Load a photo the actor sees and may do this to."""
    allow(actor, action)
    seen = rows_of(Photo).where(Photo.id == photo_id)
    photo = session.exec(seen.where(seen_sql(actor))).first()
    allow_row(photo, _("该照片"))
    assert photo is not None
    if session.exec(seen.where(seen_sql(actor, action))).first() is None:
        raise refusal(actor, action, "photo", photo_id)
    return photo


def publish_redacted(
    session: Session, actor: Actor, photo_id: int, *, boxes: Sequence[Box], version: int
) -> Photo:
    """Black out boxes of the shown copy; from now on everybody but the office sees the new one.

    The copy is drawn here, from our own picture: nothing else can be slipped in. Blacking out
    again starts from the first copy, so that a box can be taken back.

    Raises:
        Conflict: somebody else has changed the photo in the meantime.
    """
    photo = _seen(session, actor, photo_id, Action.PHOTO_REDACT)
    load(session, Photo, photo_id, version=version, lock=True)
    shown = session.get_one(StoredFile, photo.shown_file_id)
    ready = blacked_out(files.read(shown.sha256), boxes)
    photo.published_file_id, photo.published_thumb_id = _copies(session, actor, ready)
    told = [list(box) for box in boxes]
    record(session, actor, "photo:redact", photo, extra={"boxes": [None, told]})
    return photo


def look_at_original(session: Session, actor: Actor, photo_id: int) -> StoredFile:
    """Give what was received, as it was; each look is a line of the log (UP9)."""
    photo = _seen(session, actor, photo_id, Action.PHOTO_ORIGINAL)
    append(
        session, actor, "photo:original", table_name="photo", row_key=str(photo_id),
        comment=f"{photo.table_name} {photo.row_id}",
    )  # fmt: skip
    return session.get_one(StoredFile, photo.original_file_id)
