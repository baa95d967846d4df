"""Photos made fit to be shown: told by their content, decoded in a child, encoded anew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import BoundedSemaphore
from typing import Any, NamedTuple

from dashboard import clock, files
from dashboard.child import Ended, running
from dashboard.errors import Invalid
from dashboard.i18n import _

PHOTO_BYTES = 20 * 2**20
MOST_PIXELS = 64_000_000
SECONDS = 25
BOXES = 60
"""How many boxes one blacking out may have."""
SHOWN_TYPE = "image/jpeg"
_AT_ONCE = BoundedSemaphore(2)
_FIRST_YEAR = 2000
_HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_MEDIA = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "HEIF": "image/heic",
}
_OTHERS = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP / Office"),
    (b"\xd0\xcf\x11\xe0", "Office"),
    (b"8BPS", "PSD"),
)


@dataclass(frozen=True)
class Prepared:
    """A photo: what was sent, and two JPEGs of it that hold pixels and nothing else.

    `width` and `height` are those of `shown`, upright. Time and place are what the photo says.
    """

    name: str
    data: bytes
    media_type: str
    shown: bytes
    thumb: bytes
    width: int
    height: int
    taken_at: datetime | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


class Box(NamedTuple):
    """What to blacken, in pixels of the shown copy; right and bottom lie outside."""

    left: int
    top: int
    right: int
    bottom: int


def prepare(name: str, data: bytes) -> Prepared:
    """Read a photo in a child process and give it fit to be shown.

    Raises:
        Invalid: it is no photo of an accepted kind, too large, or damaged; in one sentence.
    """
    name = files.shown_name(name)
    kind = _kind(name, data)
    answer, shown, thumb = _asked(name, data, kind, ())
    return Prepared(
        name,
        data,
        _MEDIA[kind],
        shown,
        thumb,
        answer["width"],
        answer["height"],
        _taken(answer["taken"], answer["offset"]),
        _six(answer["latitude"]),
        _six(answer["longitude"]),
    )


def blacked_out(shown: bytes, boxes: Sequence[Box]) -> Prepared:
    """Give a copy of a shown photo whose boxes are black: nothing of what was there is left.

    Raises:
        Invalid: there is no box, too many, or one lies outside the picture.
    """
    if not boxes:
        raise Invalid(_("请先画出要遮盖的区域。"))
    if len(boxes) > BOXES:
        raise Invalid(_("一张照片最多遮盖 {count} 处。").format(count=BOXES))
    if any(min(box) < 0 or box.left >= box.right or box.top >= box.bottom for box in boxes):
        raise Invalid(_("遮盖区域的右边要大于左边，下边要大于上边，且不能为负数。"))
    answer, black, thumb = _asked("", shown, "JPEG", boxes)
    width, height = answer["width"], answer["height"]
    if any(box.left >= width or box.top >= height for box in boxes):
        limits = _("遮盖区域超出了照片：宽 {width}、高 {height} 像素。")
        raise Invalid(limits.format(width=width, height=height))
    return Prepared("", shown, SHOWN_TYPE, black, thumb, width, height)


def _kind(name: str, data: bytes) -> str:
    """Tell what a file is by its first bytes, whatever it is called."""
    if not data:
        raise Invalid(_("“{name}”是空文件，请重新选择照片。").format(name=name))
    if len(data) > PHOTO_BYTES:
        size = _("“{name}”超过 {limit} MB，请压缩后再上传。")
        raise Invalid(size.format(name=name, limit=PHOTO_BYTES // 2**20))
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF:
        return "HEIF"
    accepted = _("“{name}”{what}，不能作为照片；请上传 JPEG、PNG、HEIC 或 WebP 照片。")
    raise Invalid(accepted.format(name=name, what=_what(data)))


def _what(data: bytes) -> str:
    for sign, kind in _OTHERS:
        if data.startswith(sign):
            return _("是 {kind} 文件").format(kind=kind)
    text = data[:1024].replace(b"\x00", b"").lower()
    if b"<svg" in text:
        return _("是 {kind} 文件").format(kind="SVG")
    if b"<html" in text or b"<!doctype html" in text:
        return _("是 {kind} 文件").format(kind="HTML")
    if data[4:8] == b"ftyp":
        return _("是视频或其他媒体文件")
    return _("不是照片")


def _asked(
    name: str, data: bytes, kind: str, boxes: Sequence[Box]
) -> tuple[dict[str, Any], bytes, bytes]:
    request = {"kind": kind, "pixels": MOST_PIXELS, "boxes": [list(box) for box in boxes]}
    given = json.dumps(request).encode() + b"\n" + data
    try:
        with running(
            "dashboard.photo_reader", given, seconds=SECONDS, at_once=_AT_ONCE
        ) as answered:
            answer = json.loads(answered.readline() or b'{"refused": "died"}')
            parts = [answered.read(size) for size in answer.get("sizes", ())]
    except Ended:
        answer, parts = {"refused": "died"}, []
    if refused := answer.get("refused"):
        raise _refusal(name, refused)
    shown, thumb = parts
    return answer, shown, thumb


def _refusal(name: str, why: str) -> Invalid:
    if why == "pixels":
        most = MOST_PIXELS // 10_000
        sentence = _("“{name}”的尺寸过大，请缩小到 {most} 万像素以内再上传。")
        return Invalid(sentence.format(name=name, most=most))
    if why == "died":
        sentence = _("“{name}”无法处理，已经停止；请用手机重新拍摄，或另存为 JPEG 后再上传。")
        return Invalid(sentence.format(name=name))
    return Invalid(_("“{name}”不完整或已损坏，请重新拍摄或选择原照片。").format(name=name))


def _taken(text: str, offset: str) -> datetime | None:
    """Read the camera's clock: with its own offset, else as the time of the office."""
    try:
        at = datetime.strptime(text.strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        zone = datetime.strptime(offset.strip("\x00 "), "%z").tzinfo if offset.strip() else None
    except ValueError:
        return None
    at = at.replace(tzinfo=zone or clock.SHANGHAI)
    late = clock.now() + timedelta(days=1)
    return at.astimezone(UTC) if at.year >= _FIRST_YEAR and at <= late else None


def _six(degrees: float | None) -> Decimal | None:
    return None if degrees is None else round(Decimal(degrees), 6)
