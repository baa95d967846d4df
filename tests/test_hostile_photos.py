"""Two hundred hostile uploads: each refused in one sentence, or nothing hostile left of it."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from dashboard.errors import Invalid
from dashboard.photos import PHOTO_BYTES, Prepared, prepare
from tests.hostile_photos import File, hostile, truncated, wrong_types
from tests.pictures import opened, picture

EXIFTOOL = shutil.which("exiftool")
MARKS = (b"MARKER", b"Marker", b"<script", b"PK\x03\x04", b"<svg", b"<html", b"Exif", b"http://")
PLAIN_GROUPS = {"ExifTool", "File", "JFIF", "Composite", "System"}
GROWTH = 64 * 2**20
"""How much this process may grow while children read the bombs, in bytes."""


@pytest.fixture(scope="module")
def answers() -> dict[str, Prepared | str]:
    """What became of each file: a prepared photo, or the sentence that refused it."""
    files = hostile()
    assert len(files) >= 200
    assert len({name for name, _data in files}) > 150

    def tried(file: File) -> Prepared | str:
        try:
            return prepare(*file)
        except Invalid as refused:
            return str(refused)

    before = psutil.Process(os.getpid()).memory_info().rss
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(tried, files))
    grown = psutil.Process(os.getpid()).memory_info().rss - before
    assert grown < GROWTH, grown
    return {
        f"{number}-{name}": answer
        for number, ((name, _data), answer) in enumerate(zip(files, found, strict=True))
    }


def segments(data: bytes) -> list[int]:
    """The markers before a JPEG's picture data."""
    found, at = [], 2
    while data[at + 1] != 0xDA:
        found.append(data[at + 1])
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return found


@pytest.mark.feature("J4")
@pytest.mark.safety("UP8")
@pytest.mark.safety("UP9")
def test_each_hostile_upload_is_refused_in_a_sentence_or_harmless(
    answers: dict[str, Prepared | str],
) -> None:
    refused = {name: answer for name, answer in answers.items() if isinstance(answer, str)}
    shown = {name: answer for name, answer in answers.items() if isinstance(answer, Prepared)}

    assert len(refused) > 80
    assert len(shown) > 60
    for name, sentence in refused.items():
        assert sentence.endswith("。"), name
        assert sentence.count("。") == 1, name
    for name, answer in shown.items():
        for data in (answer.shown, answer.thumb):
            assert opened(data).format == "JPEG", name
            assert not set(segments(data)) & {*range(0xE1, 0xF0), 0xFE}, name
            assert data.endswith(b"\xff\xd9"), name
            assert not [mark for mark in MARKS if mark in data], name


@pytest.mark.safety("UP9")
@pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed")
def test_exiftool_finds_no_word_of_time_place_or_person(
    answers: dict[str, Prepared | str], tmp_path: Path
) -> None:
    for name, answer in answers.items():
        if isinstance(answer, Prepared):
            (tmp_path / f"{name}.shown.jpg").write_bytes(answer.shown)
            (tmp_path / f"{name}.thumb.jpg").write_bytes(answer.thumb)

    command = [EXIFTOOL or "", "-j", "-G", "-a", "-u", "-ee", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=False)
    said = json.loads(done.stdout)

    assert len(said) > 120
    groups = {key.partition(":")[0] for row in said for key in row if key != "SourceFile"}
    assert groups <= PLAIN_GROUPS
    assert not [row for row in said if any("GPS" in key or "Maker" in key for key in row)]


@pytest.mark.safety("UP8")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bomb.png", "尺寸过大"),
        ("grey.png", "尺寸过大"),
        ("65500x65500.jpg", "尺寸过大"),
        ("huge.webp", "尺寸过大"),
        ("200-frames.gif", "是 GIF 文件"),
        ("svg.jpg", "是 SVG 文件"),
        ("page.jpg", "是 HTML 文件"),
        ("a.pdf", "是 PDF 文件"),
        ("empty.jpg", "是空文件"),
        ("a.avif", "是视频或其他媒体文件"),
    ],
)
def test_a_refusal_says_what_the_file_is(
    answers: dict[str, Prepared | str], name: str, words: str
) -> None:
    [answer] = [answer for key, answer in answers.items() if key.partition("-")[2] == name]

    assert isinstance(answer, str)
    assert name in answer
    assert words in answer


@pytest.mark.safety("UP8")
def test_no_truncated_photo_and_no_other_file_is_shown(
    answers: dict[str, Prepared | str],
) -> None:
    names = {name for name, _data in [*truncated(), *wrong_types()]}

    shown = [
        name
        for name, answer in answers.items()
        if name.partition("-")[2] in names and isinstance(answer, Prepared)
    ]

    assert shown == []


@pytest.mark.safety("UP8")
def test_of_two_hundred_frames_the_first_is_shown(answers: dict[str, Prepared | str]) -> None:
    for kind in ("webp", "png"):
        [answer] = [a for key, a in answers.items() if key.endswith(f"-200-frames.{kind}")]

        assert isinstance(answer, Prepared)
        found = opened(answer.shown).getpixel((300, 300))
        assert isinstance(found, tuple)
        assert max(found) < 8


@pytest.mark.safety("UP1")
def test_a_photo_one_byte_too_large_is_refused_before_any_child() -> None:
    data = picture() + bytes(PHOTO_BYTES)

    with pytest.raises(Invalid, match="超过 20 MB"):
        prepare("a.jpg", data)
