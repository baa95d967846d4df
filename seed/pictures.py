"""示范市's photos: drawn scenes, evidently constructed; the same one comes out each time."""

from __future__ import annotations

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

SIZE = (960, 720)
_GROUND = 470
_WALLS = ("#c9b18d", "#b8bfc6", "#d0a58a", "#a9b79c")


def scene(seed: str, *, mended: bool = False) -> bytes:
    """Draw a building site as a JPEG: torn and barred before it was mended, whole after."""
    random = Random(seed)
    picture = Image.new("RGB", SIZE, "#cfe0ee")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, _GROUND, *SIZE), fill="#8d8478")
    for number in range(3):
        _house(draw, random, 40 + number * 310)
    if mended:
        draw.rectangle((120, 560, 840, 640), fill="#6f7479")
        draw.line((120, 600, 840, 600), fill="#f4f1e6", width=8)
    else:
        _pit(draw, random)
    draw.text((24, 690), f"DEMO  {seed}  constructed picture", fill="#3b3b3b")
    data = BytesIO()
    picture.save(data, "JPEG", quality=80)
    return data.getvalue()


def _house(draw: ImageDraw.ImageDraw, random: Random, left: int) -> None:
    top, right = random.randint(140, 260), left + random.randint(210, 260)
    draw.rectangle((left, top, right, _GROUND), fill=random.choice(_WALLS))
    for x in range(left + 24, right - 40, 62):
        for y in range(top + 26, _GROUND - 50, 74):
            draw.rectangle((x, y, x + 32, y + 44), fill="#5d7183")


def _pit(draw: ImageDraw.ImageDraw, random: Random) -> None:
    left = random.randint(140, 360)
    draw.ellipse((left, 550, left + 320, 660), fill="#4a4038")
    for number in range(5):
        x = left - 60 + number * 100
        draw.rectangle((x, 500, x + 70, 570), fill="#d9722e" if number % 2 else "#f2f2f2")
