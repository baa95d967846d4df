"""Photos: whatever is sent, what is shown is pixels and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dashboard.errors import Invalid
from dashboard.photos import Box, blacked_out, prepare
from tests.pictures import exif, opened, picture

RED = (200, 30, 30)


def near(found: object, wanted: tuple[int, ...]) -> bool:
    return isinstance(found, tuple) and all(
        abs(a - b) < 6 for a, b in zip(found, wanted, strict=True)
    )


@pytest.mark.feature("J4")
@pytest.mark.safety("UP9")
@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("HEIF", "image/heic"),
    ],
)
def test_each_kind_is_told_by_its_content_and_shown_as_jpeg(kind: str, media_type: str) -> None:
    made = prepare("现场.bin", picture(kind, (3000, 1500), colour=RED))

    shown, thumb = opened(made.shown), opened(made.thumb)
    assert made.media_type == media_type
    assert (
        (shown.format, shown.size) == ("JPEG", (2048, 1024)) == ("JPEG", (made.width, made.height))
    )
    assert (thumb.format, thumb.size) == ("JPEG", (480, 240))
    assert near(shown.getpixel((9, 9)), RED)


@pytest.mark.feature("J4")
@pytest.mark.safety("UP9")
def test_time_place_and_turn_are_taken_from_the_photo_and_not_left_in_it() -> None:
    data = picture(size=(60, 30), colour=RED, exif=exif(orientation=6))

    made = prepare("IMG_1.JPG", data)

    assert made.taken_at == datetime(2026, 8, 20, 1, 30, tzinfo=UTC)
    assert (made.latitude, made.longitude) == (Decimal("39.5"), Decimal("116.25"))
    assert (made.width, made.height) == (30, 60)
    assert opened(made.shown).getexif() == {}
    assert b"Marker" not in made.shown + made.thumb


@pytest.mark.feature("J4")
def test_what_is_blacked_out_is_gone() -> None:
    shown = prepare("a", picture(size=(100, 80), colour=RED)).shown

    made = blacked_out(shown, [Box(10, 20, 50, 60), Box(90, 70, 300, 300)])

    copy = opened(made.shown)
    assert copy.size == (100, 80)
    assert near(copy.getpixel((30, 40)), (0, 0, 0))
    assert near(copy.getpixel((98, 78)), (0, 0, 0))
    assert near(copy.getpixel((70, 10)), RED)


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ([], "请先画出"),
        ([Box(5, 5, 5, 9)], "右边要大于左边"),
        ([Box(-1, 0, 4, 4)], "负数"),
        ([Box(200, 0, 210, 4)], "宽 100、高 80"),
        ([Box(0, 0, 1, 1)] * 61, "最多遮盖 60 处"),
    ],
)
def test_a_box_that_covers_nothing_is_refused(boxes: list[Box], words: str) -> None:
    shown = picture(size=(100, 80))

    with pytest.raises(Invalid, match=words):
        blacked_out(shown, boxes)
