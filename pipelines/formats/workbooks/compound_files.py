"""Compound files (OLE2), the shell of `.xls` and of workbooks with a password: their streams and the bytes of each.

Read before any parser of workbooks sees the file, because a chain that runs in a circle would never end there.
Structure: [MS-CFB], "Compound File Binary File Format". What the streams mean belongs to `zipped_sizes` and
`binary_sizes`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_LAST_SECTOR: Final = 0xFFFFFFFA
"""Greater numbers are marks: free, end of chain, part of the tables themselves."""
_HEADER_SECTORS: Final = 109
_ENTRY: Final = 128
_SHORT_SECTOR: Final = 512
_COUNTS: Final = (40, 44, 64, 72)
"""Where the header counts the sectors of the directory and the tables."""
_STREAM, _ROOT = 2, 5


class BrokenCompoundFileError(ValueError):
    """The file's tables contradict each other."""


@dataclass(frozen=True)
class CompoundFile:
    """One compound file in memory."""

    content: bytes

    def stream(self, name: str) -> bytes | None:
        """A stream's bytes by its name, in any case, whatever folder it is in; None when there is none."""
        entry = next((entry for entry in self._entries if entry[0].upper() == name.upper()), None)
        if entry is None:
            return None
        _, start, size = entry
        if size >= self._number("<I", 56):
            return self._chained(start, self._sectors, self._fat, self._sector_size)[:size]
        short = 1 << self._number("<H", 32)
        return self._chained(start, self._short_stream, self._short_fat, short)[:size]

    def respelled(self, name: str) -> bytes:
        """The file with a stream's name in this spelling. [MS-CFB] 2.6.4 compares names in upper case."""
        wanted = name.encode("utf-16-le")
        changed = bytearray(self.content)
        for sector in self._chain(self._number("<I", 48), self._fat):
            first = (sector + 1) * self._sector_size
            for place in range(first, first + self._sector_size, _ENTRY):
                found = bytes(changed[place : place + len(wanted)]).decode("utf-16-le", "replace")
                if found.upper() == name.upper() and changed[place + len(wanted) : place + len(wanted) + 2] == b"\0\0":
                    changed[place : place + len(wanted)] = wanted
        return bytes(changed)

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of all streams, in upper case."""
        return frozenset(name.upper() for name, _, _ in self._entries)

    @cached_property
    def _sector_size(self) -> int:
        shift = self._number("<H", 30)
        if 1 << shift not in (_SHORT_SECTOR, 4096):
            raise BrokenCompoundFileError("sectors have 512 or 4096 bytes")
        return 1 << shift

    @cached_property
    def _sectors(self) -> bytes:
        return self.content[self._sector_size :]

    @cached_property
    def _fat(self) -> tuple[int, ...]:
        per_sector = self._sector_size // 4
        listed = list(struct.unpack_from(f"<{_HEADER_SECTORS}I", self.content, 76))
        following, seen = self._number("<I", 68), 0
        while following <= _LAST_SECTOR:
            seen += 1
            if seen > len(self.content) // self._sector_size:
                raise BrokenCompoundFileError("the list of tables runs in a circle")
            *more, following = struct.unpack(f"<{per_sector}I", self._sector(following))
            listed += more
        tables = b"".join(self._sector(place) for place in listed if place <= _LAST_SECTOR)
        return struct.unpack(f"<{len(tables) // 4}I", tables)

    @cached_property
    def _directory(self) -> bytes:
        return self._chained(self._number("<I", 48), self._sectors, self._fat, self._sector_size)

    @cached_property
    def _entries(self) -> tuple[tuple[str, int, int], ...]:
        """Streams; none may be longer than the file, as parsers make room for what is said."""
        sectors = len(self.content) // self._sector_size
        entries = tuple(self._listed())
        is_longer = any(size > len(self.content) for kind, _, _, size in entries if kind in (_STREAM, _ROOT))
        if is_longer or any(self._number("<I", place) > sectors for place in _COUNTS):
            raise BrokenCompoundFileError("a part is longer than the file")
        return tuple((name, start, size) for kind, name, start, size in entries if kind == _STREAM)

    @cached_property
    def _short_stream(self) -> bytes:
        root = next((entry for entry in self._listed() if entry[0] == _ROOT), None)
        if root is None:
            raise BrokenCompoundFileError("there is no root")
        return self._chained(root[2], self._sectors, self._fat, self._sector_size)

    @cached_property
    def _short_fat(self) -> tuple[int, ...]:
        table = self._chained(self._number("<I", 60), self._sectors, self._fat, self._sector_size)
        return struct.unpack(f"<{len(table) // 4}I", table)

    def _listed(self) -> Iterator[tuple[int, str, int, int]]:
        """Type, name, first sector and size of every entry."""
        directory = self._directory
        for place in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            name_size, kind = struct.unpack_from("<HB", directory, place + 64)
            start, size = struct.unpack_from("<IQ", directory, place + 116)
            size &= 0xFFFFFFFF if self._sector_size == _SHORT_SECTOR else ~0  # where the upper half is not defined
            name = directory[place : place + max(0, min(name_size, 64) - 2)].decode("utf-16-le", "replace")
            yield kind, name, start, size

    def _sector(self, place: int) -> bytes:
        sector = self._sectors[place * self._sector_size : (place + 1) * self._sector_size]
        if len(sector) != self._sector_size:
            raise BrokenCompoundFileError("a table lies outside the file")
        return sector

    def _chained(self, start: int, source: bytes, table: tuple[int, ...], size: int) -> bytes:
        return b"".join(source[place * size : (place + 1) * size] for place in self._chain(start, table))

    def _chain(self, start: int, table: tuple[int, ...]) -> Iterator[int]:
        count = 0
        while start <= _LAST_SECTOR:
            if start >= len(table) or count > len(table):
                raise BrokenCompoundFileError("a chain runs outside the file, or in a circle")
            yield start
            start, count = table[start], count + 1

    def _number(self, format_: str, place: int) -> int:
        return int(struct.unpack_from(format_, self.content, place)[0])
