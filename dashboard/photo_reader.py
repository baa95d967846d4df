"""The child that decodes a photo within its limits and encodes it anew: `dashboard.photos` asks it.

It gets one line of JSON and the photo's bytes, and answers with one line of JSON and two JPEGs that
hold pixels and nothing else. It imports as little as it can: it is started for each photo.
"""

from __future__ import annotations

import json
import sys
import warnings
from io import BytesIO
from typing import Any, NamedTuple

from PIL import Image, ImageCms, ImageDraw

from dashboard.child import limit

MEMORY_BYTES = 1280 * 2**20
CPU_SECONDS = 15
SHOWN, THUMB = 2048, 480
"""The longest side of the copy that is shown, and of the small one in lists."""
SHOWN_QUALITY, THUMB_QUALITY = 86, 80
PROFILE_BYTES = 2**20
"""A colour profile larger than this is not looked at."""
_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
_EXIF, _GPS, _ORIENTATION = 0x8769, 0x8825, 0x0112
_TAKEN, _OFFSET = 0x9003, 0x9011


class TooManyPixels(Exception):
    """The header promises more pixels than are decoded."""


class Seen(NamedTuple):
    """What a photo says of itself: when and where it was taken. Empty where it does not say."""

    taken: str = ""
    offset: str = ""
    latitude: float | None = None
    longitude: float | None = None


def main() -> None:
    """Read a request, do it within the limits, answer."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    request = json.loads(source.readline())
    data = source.read()
    limit(memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    try:
        answer, parts = _answer(data, request)
    except TooManyPixels:
        answer, parts = {"refused": "pixels"}, ()
    except MemoryError:
        raise
    except Exception:  # whatever a decoder trips over: the file is what is wrong
        answer, parts = {"refused": "broken"}, ()
    target.write(json.dumps({**answer, "sizes": [len(part) for part in parts]}).encode() + b"\n")
    target.writelines(parts)


def _answer(data: bytes, request: dict[str, Any]) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    picture, seen = decoded(data, request["kind"], request["pixels"])
    if request["boxes"]:
        black_out(picture, request["boxes"])
    answer = {"width": picture.width, "height": picture.height, **seen._asdict()}
    shown = encoded(picture, SHOWN_QUALITY)
    picture.thumbnail((THUMB, THUMB))
    return answer, (shown, encoded(picture, THUMB_QUALITY))


def decoded(data: bytes, kind: str, pixels: int) -> tuple[Image.Image, Seen]:
    """Give the first frame, upright, in plain colours and no larger than what is shown."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    if kind == "WEBP" and _webp_pixels(data) > pixels:
        raise TooManyPixels
    with Image.open(BytesIO(data), formats=[kind]) as image:
        if image.width * image.height > pixels:
            raise TooManyPixels
        seen, orientation = _said(image)
        profile = image.info.get("icc_profile") or b""
        image.draft(None, (SHOWN, SHOWN))
        image.load()
        picture = _small(image)
    picture = _flat(_true_colours(picture, profile))
    for turn in _TURNS.get(orientation, ()):
        picture = picture.transpose(turn)
    picture.info.clear()
    return picture, seen


def _webp_pixels(data: bytes) -> int:
    """Read how many pixels a WebP promises; its decoder makes room for all of them on opening."""
    part, start = data[12:16], data[20:30]
    if part == b"VP8X":
        sides = (int.from_bytes(start[4:7], "little"), int.from_bytes(start[7:10], "little"))
    elif part == b"VP8L":
        bits = int.from_bytes(start[1:5], "little")
        sides = (bits & 0x3FFF, bits >> 14 & 0x3FFF)
    else:
        wide, high = int.from_bytes(start[6:8], "little"), int.from_bytes(start[8:10], "little")
        return (wide & 0x3FFF) * (high & 0x3FFF)
    return (sides[0] + 1) * (sides[1] + 1)


def _small(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        # Sixteen bits of grey: the upper eight are what a screen shows.
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif image.mode in ("P", "PA", "1", "RGBX") or "transparency" in image.info:
        image = image.convert("RGBA")
    image.thumbnail((SHOWN, SHOWN))
    return image.copy()


def _true_colours(picture: Image.Image, profile: bytes) -> Image.Image:
    """Turn a profile's colours into those of the web; without a usable profile they are taken so.

    An alpha channel does not pass the profile: such a picture keeps its numbers.
    """
    if picture.mode in ("RGB", "CMYK") and 0 < len(profile) <= PROFILE_BYTES:
        try:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            web = ImageCms.createProfile("sRGB")
            found = ImageCms.profileToProfile(picture, own, web, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            found = None
        if found is not None:
            return found
    return picture


def _flat(picture: Image.Image) -> Image.Image:
    if "A" not in picture.mode and "a" not in picture.mode:
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def encoded(picture: Image.Image, quality: int) -> bytes:
    """Encode pixels as a JPEG that says nothing else."""
    picture.info.clear()
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def black_out(picture: Image.Image, boxes: list[tuple[int, int, int, int]]) -> None:
    """Blacken boxes, each left, top, right, bottom in pixels; the last two lie outside the box."""
    draw = ImageDraw.Draw(picture)
    for left, top, right, bottom in boxes:
        draw.rectangle((left, top, right - 1, bottom - 1), fill="black")


def _said(image: Image.Image) -> tuple[Seen, int]:
    """Read what the photo says of itself. A block that cannot be read says nothing."""
    try:
        exif = image.getexif()
        orientation = exif.get(_ORIENTATION, 1)
        own, gps = exif.get_ifd(_EXIF), exif.get_ifd(_GPS)
    except Exception:
        return Seen(), 1
    taken, offset = str(own.get(_TAKEN, "")), str(own.get(_OFFSET, ""))
    latitude, longitude = _degrees(gps, 1, "S", 90), _degrees(gps, 3, "W", 180)
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
        latitude = longitude = None
    turn = orientation if isinstance(orientation, int) else 1
    return Seen(taken[:40], offset[:10], latitude, longitude), turn


def _degrees(gps: dict[int, Any], tag: int, minus: str, most: int) -> float | None:
    try:
        parts = [float(part) for part in gps[tag + 1]]
        degrees = sum(part / 60**power for power, part in enumerate(parts))
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    sign = -1 if str(gps.get(tag, "")).strip().upper() == minus else 1
    return sign * degrees if 0 <= degrees <= most else None


if __name__ == "__main__":
    main()
