"""Pictures made for the tests: plain photos, and photos that say more than they should."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
TAKEN = "2026:08:20 09:30:00"


def picture(
    kind: str = "JPEG",
    size: tuple[int, int] = (64, 48),
    *,
    mode: str = "RGB",
    colour: Any = None,
    **options: Any,
) -> bytes:
    """Make a picture of one colour in this kind of file."""
    buffer = BytesIO()
    image = Image.new(mode, size, colour or 0)
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(*, orientation: int = 1, latitude: float = 39.5, taken: str = TAKEN) -> Image.Exif:
    """Make what a phone writes into a photo: when, where, and how it was held."""
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010F], found[0x0110] = "标记厂商", "MarkerPhone"
    own = found.get_ifd(0x8769)
    own[0x9003] = taken
    own[0x927C] = b"MarkerNote GPS 39.5 116.25"
    gps = found.get_ifd(0x8825)
    gps[1], gps[2] = "N", (int(latitude), (latitude % 1) * 60, 0.0)
    gps[3], gps[4] = "E", (116.0, 15.0, 0.0)
    return found


def opened(data: bytes) -> Image.Image:
    """Open a picture whole."""
    image = Image.open(BytesIO(data))
    image.load()
    return image
