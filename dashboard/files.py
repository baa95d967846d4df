"""Stored files, by the hash of their content: written whole or not at all, never overwritten."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from dashboard.audit import plain
from dashboard.errors import Missing, Unavailable
from dashboard.i18n import _
from dashboard.settings import settings

NAME_BYTES = 255
_FRESH_SECONDS = 3600


def shown_name(name: str) -> str:
    """Give a sender's file name as text: no folders, no control or bidi characters, 255 bytes.

    The end is kept when it is cut, so that the kind of file still shows.
    """
    last = plain(name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]).strip(" .") or "file"
    if len(last.encode()) <= NAME_BYTES:
        return last
    stem, dot, kind = last.rpartition(".")
    tail = dot + kind if stem and len((dot + kind).encode()) <= 20 else ""
    room = NAME_BYTES - len(tail.encode())
    return (stem if tail else last).encode()[:room].decode(errors="ignore") + tail


def path_of(digest: str, folder: Path | None = None) -> Path:
    """Give where content of this SHA-256 is kept."""
    return (folder or settings().files) / digest[:2] / digest[2:4] / digest


def exists(digest: str) -> bool:
    """Say whether content of this SHA-256 is kept."""
    return path_of(digest).is_file()


def save(content: bytes, folder: Path | None = None) -> str:
    """Keep the content and give its SHA-256; on disk, not in a cache, when this returns.

    Raises:
        Unavailable: the disk is full or cannot be written.
    """
    digest = sha256(content).hexdigest()
    target = path_of(digest, folder)
    if target.is_file():
        return digest
    part = target.with_name(f"{digest}.{secrets.token_hex(4)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise Unavailable(_("文件存储已满或不可写，没有保存任何内容。")) from error
    return digest


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_file(digest: str) -> BinaryIO:
    """Open kept content for reading.

    Raises:
        Missing: nothing of this SHA-256 is kept.
    """
    try:
        return path_of(digest).open("rb")
    except FileNotFoundError as error:
        raise Missing(_("找不到该文件，它可能已被删除。")) from error


def read(digest: str) -> bytes:
    """Give kept content whole."""
    with open_file(digest) as file:
        return file.read()


def digests(folder: Path | None = None) -> Iterator[str]:
    """Give the SHA-256 of everything that is kept."""
    for path in sorted((folder or settings().files).glob("??/??/*")):
        if path.suffix != ".part":
            yield path.name


def damaged(folder: Path | None = None) -> list[str]:
    """Give the files whose content no longer has the hash of their name."""
    return [
        digest
        for digest in digests(folder)
        if sha256(path_of(digest, folder).read_bytes()).hexdigest() != digest
    ]


def sweep(kept: Iterable[str], folder: Path | None = None) -> int:
    """Delete what no row names and what writes left half done; returns how many.

    Younger than an hour stays: its row may be about to be committed.
    """
    wanted, gone = set(kept), 0
    before = time.time() - _FRESH_SECONDS
    for path in (folder or settings().files).glob("??/??/*"):
        if path.name not in wanted and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
