"""The streams of an OLE file, which old Office formats are kept in."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_END = 0xFFFFFFFA
_ENTRY = 128
_STREAM, _ROOT = 2, 5


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


class OleFile:
    """An OLE file: the `names` of its streams, and `stream` for the bytes of one.

    A damaged one raises what its damage raises; see `read.DAMAGE`.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        head = struct.unpack_from("<HH", self._data, 30)
        self._size, self._mini_size = 1 << min(head[0], 16), 1 << min(head[1], 16)
        directory, _transaction, self._cutoff, mini, _count, more, blocks = struct.unpack_from(
            "<7I", self._data, 48
        )
        self._fat = self._table(self._fat_sectors(more, blocks))
        self._mini_fat = self._table(self._chain(mini, self._fat))
        raw = self._joined(directory)
        self._entries = [_entry(raw, at) for at in range(0, len(raw) - _ENTRY + 1, _ENTRY)]
        self.names = {entry.name for entry in self._entries if entry.kind == _STREAM}
        root = next(entry for entry in self._entries if entry.kind == _ROOT)
        self._mini = self._joined(root.start)

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._data[at : at + self._size]

    def _fat_sectors(self, more: int, blocks: int) -> list[int]:
        sectors = list(struct.unpack_from("<109I", self._data, 76))
        for _block in range(min(blocks, len(self._data) // self._size)):
            if more >= _END:
                break
            numbers = struct.unpack(f"<{self._size // 4}I", self._sector(more))
            sectors += numbers[:-1]
            more = numbers[-1]
        return [sector for sector in sectors if sector < _END]

    def _table(self, sectors: list[int]) -> list[int]:
        table: list[int] = []
        for sector in sectors:
            block = self._sector(sector)
            table += struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])
        return table

    def _chain(self, start: int, fat: list[int]) -> list[int]:
        """Follow a chain of sectors; a chain longer than the table runs in a circle."""
        chain: list[int] = []
        while start < _END and start < len(fat):
            chain.append(start)
            if len(chain) > len(fat):
                raise ValueError(start)
            start = fat[start]
        return chain

    def _joined(self, start: int) -> bytes:
        return b"".join(map(self._sector, self._chain(start, self._fat)))

    def stream(self, name: str) -> bytes:
        """Give the bytes of a stream. Raises StopIteration where there is none."""
        entry = next(e for e in self._entries if e.name == name and e.kind == _STREAM)
        if entry.size >= self._cutoff:
            return self._joined(entry.start)[: entry.size]
        size = self._mini_size
        chain = self._chain(entry.start, self._mini_fat)
        return b"".join(self._mini[n * size : (n + 1) * size] for n in chain)[: entry.size]


def _entry(raw: bytes, at: int) -> _Entry:
    length, kind = struct.unpack_from("<HB", raw, at + 64)
    start, size = struct.unpack_from("<II", raw, at + 116)
    name = raw[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
    return _Entry(name, kind, start, size)
