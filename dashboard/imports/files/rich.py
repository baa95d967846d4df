"""Texts of an .xls of which a part is crossed out or raised."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence

from dashboard.imports.files.grid import RAISED, STRUCK

_NO_FONT = 4
_STRUCK, _RAISED = 0x08, 1
_WIDE, _EXTENDED, _RUNS = 0x01, 0x04, 0x08
_SHORTEST = 3


def font_look(body: bytes) -> str:
    """Say what a font record makes of its text; empty where nothing."""
    marks = struct.unpack_from("<H", body, 2)[0]
    if marks & _STRUCK:
        return STRUCK
    raised = len(body) > 9 and struct.unpack_from("<H", body, 8)[0] == _RAISED
    return RAISED if raised else ""


def look_of(fonts: Sequence[str], number: int) -> str:
    """Give the look of a font by its number; there is none with the number 4."""
    number -= number > _NO_FONT
    return fonts[number] if number < len(fonts) else ""


class _Texts:
    """Reads the shared texts, which go on over records: a text cut in two says its width again."""

    def __init__(self, records: Sequence[bytes]) -> None:
        self.records, self.record, self.at = records, 0, 0

    def left(self) -> bool:
        return self.record < len(self.records) - 1 or self.at + _SHORTEST <= len(self._here())

    def _here(self) -> bytes:
        return self.records[self.record]

    def _next(self) -> None:
        self.record, self.at = self.record + 1, 0

    def take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            if self.at >= len(self._here()):
                self._next()
            part = self._here()[self.at : self.at + size - len(taken)]
            taken, self.at = taken + part, self.at + len(part)
        return taken

    def skip(self, count: int, wide: bool) -> None:
        """Pass over the characters of a text."""
        while count:
            if self.at >= len(self._here()):
                self._next()
                wide = bool(self.take(1)[0] & _WIDE)
            here = min(count, (len(self._here()) - self.at) // (1 + wide))
            self.at += here * (1 + wide)
            count -= here
            if count and self.at < len(self._here()):
                self.at = len(self._here())

    def runs(self) -> list[tuple[int, int]]:
        """Read a text; give from which of its characters on which font holds."""
        length, flags = struct.unpack("<HB", self.take(3))
        count = struct.unpack("<H", self.take(2))[0] if flags & _RUNS else 0
        extended = struct.unpack("<I", self.take(4))[0] if flags & _EXTENDED else 0
        self.skip(length, bool(flags & _WIDE))
        found = [struct.unpack("<HH", self.take(4)) for _run in range(count)]
        self.take(extended)
        return [(first, font) for first, font in found if first < length]


def odd_shared(records: Sequence[bytes], fonts: Sequence[str]) -> Mapping[int, str]:
    """Give the shared texts of which a part is crossed out or raised, by their number.

    Raises what damaged bytes raise.
    """
    if not records or not any(fonts):
        return {}
    texts = _Texts([records[0][8:], *records[1:]])
    odd = {}
    for number in range(struct.unpack_from("<I", records[0], 4)[0]):
        if not texts.left():
            break
        if how := _odd(texts.runs(), fonts):
            odd[number] = how
    return odd


def _odd(runs: Sequence[tuple[int, int]], fonts: Sequence[str]) -> str:
    looks = {look_of(fonts, font) for _first, font in runs}
    return STRUCK if STRUCK in looks else RAISED if RAISED in looks else ""


def own_runs(body: bytes) -> Iterator[tuple[int, int]]:
    """Give the fonts of a text that an old workbook keeps in its cell."""
    length = struct.unpack_from("<H", body, 6)[0]
    at = 8 + length
    for run in range(body[at] if at < len(body) else 0):
        yield struct.unpack_from("<BB", body, at + 1 + 2 * run)


def odd_own(body: bytes, fonts: Sequence[str]) -> str:
    """Say how the text of such a cell is odd, in part; empty where it is not."""
    return _odd(list(own_runs(body)), fonts) if any(fonts) else ""
