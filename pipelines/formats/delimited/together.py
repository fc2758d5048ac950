"""Many small delimited files read at once, where that gives exactly what reading each of them alone gives.

The first file with a certain first line is looked at as any other (`survey`). What it tells holds for the others
with that first line as long as their rows are plain: lines of text that nothing but this header, dialect and encoding
can explain. Rows that are not, and all that is not told here, are left to be read alone (`reader`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa

from pipelines.contracts.contract import FileTerms, declared_names, declared_places
from pipelines.formats.delimited.dialects import QUOTES, expected_dialect, fitting_quote
from pipelines.formats.delimited.header import TextHead, foot_of
from pipelines.formats.delimited.kind import DELIMITED
from pipelines.formats.delimited.reader import DelimitedReading, read_rows, well_formed
from pipelines.formats.delimited.records import Grid, Places, Records, scan
from pipelines.formats.delimited.survey import HEAD, Survey, are_no_rows, survey_csv
from pipelines.formats.kinds import kind_of
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import AlikeFiles, RawChunk
from pipelines.formats.source import SMALL, BytesSource
from pipelines.formats.text_encodings import UTF8_MARK, encoding_of, recoded, survey

GATHERED_BYTES: Final = 2**20
"""Text that is read at once."""
_FEW: Final = 4
_MOST_TEMPLATES: Final = 1000
_DIGIT_OR_AT: Final = re.compile(rb"[0-9@]")
_KEPT_BY_NFC: Final = re.compile(r"[!#-&(-JL-~]+")
"""What NFC makes of nothing but itself: ASCII without K, of which there is a second one; without quotes as well."""


@dataclass(frozen=True)
class _Small:
    """A file, by its place among those that were asked for."""

    place: int
    content: bytes
    text: bytes
    """As UTF-8, without its mark."""

    @property
    def line(self) -> bytes:
        """The first line, with its end; empty where there is no second one."""
        return self.text[: self.text.find(b"\n") + 1]


def read_csv_together(files: Iterable[tuple[int, bytes]], terms: FileTerms, limits: Limits) -> Iterator[AlikeFiles]:
    """Read those of some files that can be read together; the others are left out.

    Args:
        files: place and content of delimited texts; those of more than `SMALL` bytes are left out.
        terms: what the contract says of all of them.
        limits: files that may exceed them are left out.
    """
    reading = TogetherReading(terms, limits)
    for gathered in gathered_files(files):
        yield from reading.read(gathered)


class TogetherReading:
    """Reads one group of files after the other, and remembers what the first of a kind told."""

    def __init__(self, terms: FileTerms, limits: Limits) -> None:
        """What the contract says of all of them, and the limits that none may exceed."""
        self._terms, self._limits = terms, limits
        self._templates: dict[bytes, _Template | None] = {}

    def read(self, gathered: Iterable[tuple[int, bytes]]) -> Iterator[AlikeFiles]:
        """Those of a group that can be read together."""
        for line, ours in self._by_line(gathered).items():
            if line not in self._templates and len(ours) > 1 and len(self._templates) < _MOST_TEMPLATES:
                self._templates[line] = _template(ours[0], self._terms, self._limits)
            template = self._templates.get(line)
            if template is not None:
                yield from _read_or_halve(template, [file for file in ours if template.may_hold_for(file.text)])

    def _by_line(self, gathered: Iterable[tuple[int, bytes]]) -> dict[bytes, list[_Small]]:
        by_line: dict[bytes, list[_Small]] = {}
        most = min(SMALL, self._limits.file_bytes)
        for place, content in gathered:
            if len(content) <= most and (text := _text_in_encoding(content, self._terms)) is not None:
                small = _Small(place, content, text)
                by_line.setdefault(small.line, []).append(small)
        return by_line


def gathered_files(files: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    """Files in groups of some size."""
    held: list[tuple[int, bytes]] = []
    byte_count = 0
    for place, content in files:
        held.append((place, content))
        byte_count += len(content)
        if byte_count > GATHERED_BYTES:
            yield held
            held, byte_count = [], 0
    yield held


def _text_in_encoding(content: bytes, terms: FileTerms) -> bytes | None:
    """The text of a file; None where it is not in the contract's encoding, or a byte of it is no character."""
    encoding = encoding_of(survey([content]), terms.encoding)
    if encoding is None or encoding.has_strays or any(encoding.differences(terms.encoding)):
        return None
    if encoding.codec != "utf-8" and kind_of(content, terms.format) is not DELIMITED:  # elsewhere the line tells
        return None
    return recoded(content, encoding, is_whole=True)


@dataclass(frozen=True)
class _Template:
    """What a file told of all files with its first line."""

    line: bytes
    """The header, with its line end."""
    needles: tuple[bytes, ...]
    """One stands in any text that holds a name of the contract which is not in the header."""
    reading: DelimitedReading

    @property
    def head(self) -> TextHead:
        return self.reading.survey.head

    def may_hold_for(self, text: bytes) -> bool:
        """Whether the rows of a file look plain at its start and end, and in its quotes."""
        start, dialect = len(self.line), self.head.dialect
        first_row = text[start : text.find(b"\n", start) + 1]
        if not text.endswith(b"\n") or not _DIGIT_OR_AT.search(first_row):  # it could go on with the header
            return False
        body = text[start:]
        has_quote = fitting_quote(text, dialect.delimiter, dialect.quote) == dialect.quote
        return has_quote and foot_of(body, self.head).start == len(body)

    def is_plain(self, rows: bytes) -> bool:
        """Whether the rows of some files, one after the other, can be nothing else under this header."""
        line_end = b"\r\n" if self.line.endswith(b"\r\n") else b"\n"
        has_own_ends = rows.count(b"\r") == (rows.count(b"\n") if line_end == b"\r\n" else 0)
        is_odd = any(sign in rows for sign in (b"\\", UTF8_MARK))
        if is_odd or not has_own_ends or rows.count(line_end) != rows.count(b"\n"):
            return False
        bare = _without_quotes(rows) if self.needles else b""
        return not any(needle in bare for needle in self.needles)


def _without_quotes(text: bytes) -> bytes:
    return text.translate(None, "".join(QUOTES).encode())


def _template(file: _Small, terms: FileTerms, limits: Limits) -> _Template | None:
    """What a file tells of those with its first line; None where it tells of itself alone."""
    try:
        found = survey_csv(BytesSource(file.content), terms, limits, HEAD)
    except FileRefusedError:
        return None
    if isinstance(found, FileRefusal) or not _is_of_text(file.line) or not _is_plain(found, file.line, terms):
        return None
    names, declared = found.head.names, declared_names(terms)
    missing = declared - {*names}
    needles = [max(_KEPT_BY_NFC.findall(name.split(" ")[-1]), key=len, default="").encode() for name in missing]
    if any(needle in _without_quotes(file.line) for needle in needles):  # also an empty one
        return None
    plain = replace(found, has_repeats=True)  # in the others it may stand again
    reading = DelimitedReading(BytesSource(b""), plain, declared_places(names, declared), limits, HEAD)
    return _Template(file.line, tuple(needles), reading)


def _is_of_text(line: bytes) -> bool:
    """Whether a file with this first line is delimited text, whatever follows."""
    return kind_of(line, "csv") is DELIMITED and line.removeprefix(UTF8_MARK).lstrip()[:1] not in b"[{<"


def _is_plain(found: Survey, line: bytes, terms: FileTerms) -> bool:
    """Whether a file is as the contract says, and its first line all of its header."""
    head = found.head
    is_agreed = not found.differences and head.dialect == expected_dialect(terms) and head.dialect.quote in QUOTES
    is_first_line = head.body == len(line) and len(head.lines) == 1 and head.sheet_rows == 1
    is_named = all(head.names) and len(head.names) == head.width > 1
    has_one_end = line.count(b"\r") == line.endswith(b"\r\n") and b"\\" not in line
    knows_some = bool(declared_names(terms) & {*head.names})
    return is_agreed and is_first_line and is_named and has_one_end and knows_some


def _read_or_halve(template: _Template, files: Sequence[_Small]) -> Iterator[AlikeFiles]:
    """Read files together; where something is odd in one of them, each half of them."""
    alike = _alike(template, files) if len(files) >= _FEW else None
    if alike is not None:
        yield alike
    elif len(files) > 1:
        middle = len(files) // 2
        yield from _read_or_halve(template, files[:middle])
        yield from _read_or_halve(template, files[middle:])


def _alike(template: _Template, files: Sequence[_Small]) -> AlikeFiles | None:
    """Files as one text under one header; None where a row is not plain, or a limit is exceeded."""
    rows = b"".join([file.text[len(template.line) :] for file in files])
    counts = np.array([file.text.count(b"\n") - 1 for file in files], np.int64)
    limits, head, total = template.reading.limits, template.head, int(counts.sum())
    if counts.max() > limits.rows or not template.is_plain(rows):
        return None
    records = scan(template.line + rows, Grid(head.dialect, head.width, limits.cell_characters), is_last=True)
    is_a_line_each = len(records) == total + 1 and not records.is_broken.any()
    if not is_a_line_each or are_no_rows(records, template.reading.survey)[1:].any():
        return None
    table = _rows_if_well_formed(records, np.arange(1, total + 1), template.reading)
    if table is None:
        return None
    row_numbers = np.arange(1, total + 1) - np.repeat(np.cumsum(counts) - counts, counts)
    none = pa.array([], pa.int64())
    chunk = RawChunk(table, pa.array(row_numbers), none, pa.array(row_numbers + head.sheet_rows), none)
    places, names = tuple(file.place for file in files), head.names
    return AlikeFiles(places, tuple(counts.tolist()), names, well_formed(names), chunk)


def _rows_if_well_formed(records: Records, rows: Places, reading: DelimitedReading) -> pa.Table | None:
    """The rows, if all are well-formed."""
    try:
        table, whole = read_rows(records, rows, reading)
    except FileRefusedError:
        return None
    return table if len(whole) == len(rows) else None
