"""What an XLSX or ODS workbook would take in memory, told from its bytes before a parser opens it.

The parser holds a sheet as a full rectangle and copies a shared or repeated text into each cell, so that a file of some
kilobytes can ask for terabytes. All figures are upper bounds. XLS is in `binary_sizes`, reading in `reader`.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Final
from xml.parsers.expat import ParserCreate

import numpy as np

from pipelines.formats.limits import FREE, Limits

CELL: Final = 32
"""Bytes that the parser takes for any cell, an empty one included."""
_NEAR_CELLS: Final = 26 * 99_999
"""Cells of a sheet in which nothing is `_FAR`."""
_FAR: Final = re.compile(rb"r\s*=\s*[\"'](?:[A-Za-z]{2}|[A-Za-z]?\d{6})")
_UNPLACED: Final = re.compile(rb"<(?:[\w.-]+:)?(?:c|row)(?:\s*/?>|\s+(?!r\s*=))")
_PLACE: Final = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,7})(\d{0,10})")
_ROW: Final = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]")
_CELL: Final = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_SHARED: Final = "sharedstrings.xml"
_SHARED_END: Final = re.compile(rb"</(?:[\w.-]+:)?si\s*>|<(?:[\w.-]+:)?si\s*/>")
_SHARED_PLACE: Final = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?>\s*(\d{1,9})\s*<")
_ODS_TAG: Final = re.compile(
    rb"<(/?)(table:table(?!-)|table:table-row|table:(?:covered-)?table-cell|text:s)\b((?:[^>\"'/]|\"[^\"]*\"|'[^']*'|/(?!>))*)(/?)>"
)
_REPEATED: Final = re.compile(rb"(?:-repeated|text:c)\s*=\s*[\"']\s*\+?(\d{1,10})")


def check_zipped_workbook(content: bytes, limits: Limits) -> None:
    """Refuse an XLSX or ODS workbook that would take too much, or too long. Reads every XML part once.

    Raises:
        FileRefusedError: it exceeds a limit.
        Exception: it is damaged; whatever `zipfile` and `expat` raise.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        limits.check("archive_files", len(infos))
        size = sum(info.file_size for info in infos)
        limits.check("held_bytes", size)
        if size > FREE:
            limits.check("expansion", size // max(1, len(content)))
        parts = [info for info in infos if info.filename.lower().endswith((".xml", ".rels")) and info.file_size]
        shared = max(
            (_well_formed_part(archive.read(part)) for part in parts if _is_shared(part)), key=len, default=b""
        )
        for part in parts:
            if not _is_shared(part):
                size = _part_size(part.filename, _well_formed_part(archive.read(part)), shared)
                limits.check_extent(size, len(content))


def _well_formed_part(part: bytes) -> bytes:
    """A part that is well-formed: the parser may look for the end of any other for ever."""
    ParserCreate().Parse(part, True)
    return part


def _is_shared(part: zipfile.ZipInfo) -> bool:
    return part.filename.lower().endswith(_SHARED)


def _part_size(name: str, part: bytes, shared: bytes) -> int:
    if name.lower().endswith("content.xml"):
        return open_document_size(part)
    return sheet_cells(part) * CELL + shared_text_size(part, shared) + len(part)


def sheet_cells(sheet: bytes) -> int:
    """Cells of the rectangle from A1 to the last cell of an XLSX sheet."""
    is_unplaced = _UNPLACED.search(sheet) is not None
    if not is_unplaced and not _FAR.search(sheet):
        return min(_NEAR_CELLS, len(sheet) ** 2)
    places = _PLACE.findall(sheet)
    width = max((_column_number(letters) for letters in {letters for letters, _ in places}), default=0)
    height = max((int(digits) for digits in {digits for _, digits in places} if digits), default=0)
    if is_unplaced:
        starts = [found.start() for found in _ROW.finditer(sheet)]
        cells = np.array([found.start() for found in _CELL.finditer(sheet)], np.int64)
        by_row = np.bincount(np.searchsorted(np.array(starts, np.int64), cells), minlength=1)
        width, height = width + int(by_row.max()), height + len(starts)
    return max(1, width) * max(1, height)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def shared_text_size(sheet: bytes, shared: bytes) -> int:
    """Bytes of shared texts once each cell has its own copy."""
    if sheet.count(b"<v") * len(shared) <= FREE:
        return FREE
    ends = [0, *(found.end() for found in _SHARED_END.finditer(shared))]
    bounds = np.array(ends, np.int64)
    lengths = bounds[1:] - bounds[:-1]
    places = np.array(_SHARED_PLACE.findall(sheet), np.int64)  # numbers, too: no harm in an upper bound
    return int(lengths[places[places < len(lengths)]].sum())


@dataclass
class _Row:
    """What one row of an ODS table takes, while its cells are read."""

    repeat: int = 1
    width: int = 0
    filled_width: int = 0
    text_size: int = 0


def open_document_size(content: bytes) -> int:
    """Bytes of the tables of an ODS document once repeated rows, cells and spaces are written out."""
    row, cell_repeat, cell_start, spaces = _Row(), 1, 0, 0
    height = filled_height = widest = text_size = rectangles = 0
    for tag in _ODS_TAG.finditer(content):
        is_end, name, attributes, is_whole = tag.groups()
        repeat = int(found[1]) if (found := _REPEATED.search(attributes)) else 1
        if name == b"table:table":
            rectangles += filled_height * widest
            height = filled_height = widest = 0
        elif name == b"text:s":
            spaces += repeat
        elif name == b"table:table-row" and not is_end:
            row = _Row(repeat)
        elif name == b"table:table-row":
            height += row.repeat
            if row.filled_width:
                filled_height, widest = height, max(widest, row.filled_width)
                text_size += row.repeat * row.text_size
        elif not is_end:
            cell_repeat, cell_start, spaces = repeat, tag.start(), 0
            row.width += repeat
        if name.endswith(b"table-cell") and (is_end or (is_whole and b"office:" in attributes)):
            row.filled_width = row.width
            row.text_size += cell_repeat * (tag.end() - cell_start + spaces + CELL)
    return text_size + (rectangles + filled_height * widest) * CELL
