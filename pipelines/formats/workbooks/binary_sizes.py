"""What an XLS workbook (BIFF) would take in memory, told from its records before a parser opens it: an upper bound.

Records: [MS-XLS], "Excel Binary File Format (.xls) Structure". Reading the cells is in `workbooks`.
"""

import struct
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.workbooks.zipped_sizes import CELL
from pipelines.vocabulary.reasons import Reason

LOCKED: Final = FileRefusal("file_undecodable", Reason("workbook_locked"))
_CELLS: Final = frozenset({0x06, 0xBD, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x206, 0x27E, 0x406})
_BEGINS: Final = (0x09, 0x209, 0x409, 0x809)
_DIMENSIONS: Final = 0x200
_PLACED_CELL: Final = 40
"""Bytes for which the parser makes room for each cell that a sheet says it has."""
_SHEET: Final = 0x85
_PASSWORD: Final = 0x2F
_SHARED_TEXTS: Final = 0xFC
_CONTINUED: Final = 0x3C
_SHARED_TEXT: Final = 0xFD
_IS_WIDE, _IS_FOREIGN, _IS_RICH = 0x1, 0x4, 0x8


def check_binary_workbook(stream: bytes, limits: Limits) -> None:
    """Refuse an XLS workbook, given as its stream of records, that would take too much.

    Raises:
        FileRefusedError: it exceeds a limit, or needs a password.
        ValueError, struct.error: it is damaged.
    """
    limits.check_extent(len(stream) + binary_workbook_size(stream), len(stream))


def binary_workbook_size(stream: bytes) -> int:
    """Bytes of all sheets' rectangles, with a copy of a shared text in each cell that shows it."""
    lengths: list[int] = []
    size = height = width = 0
    shared: list[bytes] = []
    sheets: set[int] = set()
    starts: set[int] = set()
    for place, kind, body in _records(stream):
        if kind == _PASSWORD:
            raise FileRefusedError(LOCKED)
        if shared and kind != _CONTINUED:
            lengths, shared = _text_lengths(shared), []
        if kind == _SHEET:
            sheets.add(struct.unpack_from("<I", body)[0])
        if kind in _BEGINS:
            starts.add(place)
            size, height, width = size + height * width * CELL, 0, 0
        elif kind == _SHARED_TEXTS or (kind == _CONTINUED and shared):
            shared.append(body)
            size += struct.unpack_from("<I", body, 4)[0] * CELL if kind == _SHARED_TEXTS and len(body) >= 8 else 0
        elif kind == _DIMENSIONS:
            size += _declared_cells(body) * _PLACED_CELL
        elif kind in _CELLS and len(body) >= 6:
            row, column = struct.unpack_from("<HH", body)
            last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind in (0xBD, 0xBE) else column
            height, width = max(height, row + 1), max(width, column + 1, last + 1)
            if kind == _SHARED_TEXT and len(body) >= 10:
                text = struct.unpack_from("<I", body, 6)[0]
                size += lengths[text] if text < len(lengths) else 0
    if not sheets <= starts:
        raise ValueError("a sheet starts where no record does")  # the parser would read anything from there
    return size + height * width * CELL


def _declared_cells(body: bytes) -> int:
    """Cells of the rectangle that a sheet says it has; one that ends before it starts counts as endless.

    Older versions write shorter numbers.
    """
    top, bottom, left, right = struct.unpack_from("<IIHH" if len(body) > 10 else "<HHHH", body)
    return int(((bottom - top) % 2**32 + 1) * ((right - left) % 2**32 + 1))


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Place, kind and content of each record."""
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield place, kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _text_lengths(parts: list[bytes]) -> list[int]:
    """Bytes of each shared text, at most: 3 for each character, as UTF-8.

    A text's characters may go on in the next part, which then starts with a byte that says how wide they are.
    """
    bounds = [0, *accumulate(map(len, parts))]
    joined, part, place = b"".join(parts), 0, 8
    lengths: list[int] = []
    while place + 3 <= len(joined):
        while part + 1 < len(bounds) - 1 and bounds[part + 1] <= place:
            part += 1
        count, flags = struct.unpack_from("<HB", joined, place)
        place += 3
        runs = struct.unpack_from("<H", joined, place)[0] if flags & _IS_RICH else 0
        place += 2 if flags & _IS_RICH else 0
        extra = struct.unpack_from("<I", joined, place)[0] if flags & _IS_FOREIGN else 0
        place += 4 if flags & _IS_FOREIGN else 0
        lengths.append(3 * count)
        while True:
            width = 2 if flags & _IS_WIDE else 1
            end = bounds[min(part + 1, len(bounds) - 1)]
            here = min(count, max(0, end - place) // width)
            place, count = place + here * width, count - here
            if not count or end >= len(joined):
                break
            part, flags, place = part + 1, joined[end], end + 1
        place += 4 * runs + extra
    return lengths
