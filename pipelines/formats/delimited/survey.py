"""One look at a whole delimited text before its rows are read: encoding, header, and what is no row of the data."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

import numpy as np

from pipelines.contracts.contract import FileTerms
from pipelines.formats.delimited.dialects import is_blank
from pipelines.formats.delimited.header import FOOTER_REACH, Header, footer_start, header_of
from pipelines.formats.delimited.records import Grid, Records, Truth, record_blocks, without_marks
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.source import Source
from pipelines.formats.text_encodings import Bytes, Encoding, encoding_of, recoded, utf8_blocks
from pipelines.vocabulary.reasons import Reason

HEAD: Final = 1 << 18
"""Bytes in which header and dialect are looked for."""
_TAIL: Final = 4 * FOOTER_REACH  # bytes that surely hold so many of UTF-8
_BESIDE_A_LINE: Final = b"\r\n\0\xbf\xfe\xff"  # line ends, of UTF-16 as well, and byte order marks
_EMPTY: Final = FileRefusal("file_empty", Reason("file_without_rows"))


@dataclass(frozen=True)
class Survey:
    """What must be known of a file before its first row is read."""

    encoding: Encoding
    header: Header
    has_repeats: bool = False
    """True if the header stands in the file again."""
    differences: tuple[Reason, ...] = ()
    """Where the file is not of the format that the contract says."""


def survey_csv(source: Source, terms: FileTerms, limits: Limits, block_bytes: int) -> Survey | FileRefusal:
    """Look at all of a file; or why it can't be read.

    Raises:
        FileRefusedError: it has too many columns, or too long a line.
    """
    with source.open() as stream:
        opened = _open_text(stream.read(HEAD), terms)
        rest = _see_rest(stream, opened, terms, block_bytes)
    if opened.encoding != rest.encoding:
        opened = replace(opened, encoding=rest.encoding).with_header(terms)
    if opened.encoding is None:
        return FileRefusal("file_undecodable", _text_expected(terms.encoding))
    if opened.header is None:
        return _EMPTY if opened.is_whole else FileRefusal("header_missing", Reason("header_too_far", most=HEAD))
    limits.check("columns", len(opened.header.names))
    survey = Survey(opened.encoding, opened.header, opened.is_repeated_in_head or rest.has_repeats)
    mixes = rest.may_mix_line_ends and _mixes_line_ends(
        opened.text[: opened.header.body], body_records(source, survey, limits, block_bytes)
    )
    differences = _differences(survey, terms, has_totals=opened.has_totals(rest.tail), mixes_line_ends=mixes)
    return replace(survey, differences=tuple(differences))


def _text_expected(stated: str | None) -> Reason:
    return Reason("text_not_in_encoding", encoding=stated) if stated else Reason("text_undecodable")


def _differences(survey: Survey, terms: FileTerms, *, has_totals: bool, mixes_line_ends: bool) -> Iterator[Reason]:
    yield from survey.encoding.differences(terms.encoding)
    yield from survey.header.differences
    if survey.has_repeats:
        yield Reason("header_again")
    if has_totals:
        yield Reason("totals_found")
    if mixes_line_ends:
        yield Reason("line_ends_mixed")


def body_records(source: Source, survey: Survey, limits: Limits, block_bytes: int) -> Iterator[Records]:
    """The records after the header, block by block, up to the total lines.

    Raises:
        FileRefusedError: a line is too long.
    """
    header = survey.header
    grid = Grid(header.dialect, header.width, limits.cell_characters)
    blocks = utf8_blocks(source, survey.encoding, block_bytes)
    return record_blocks(blocks, header.body, grid, FOOTER_REACH, lambda text: footer_start(text, header))


def are_no_rows(records: Records, survey: Survey) -> Truth:
    """Which records are blank, or the header again."""
    lengths, dialect = records.ends - records.starts, survey.header.dialect
    are_none: Truth = lengths == 0
    first = np.frombuffer(records.text, np.uint8)[np.minimum(records.starts, len(records.text) - 1)]
    begins_empty = (first == ord(" ")) | (first == ord("\t")) | (first == ord(dialect.delimiter))
    for place in np.flatnonzero(begins_empty & ~are_none).tolist():
        are_none[place] = is_blank(records.record(place), dialect)
    if survey.has_repeats:
        lines = set(survey.header.lines)
        for place in np.flatnonzero(np.isin(lengths, [len(line) for line in lines])).tolist():
            are_none[place] |= records.record(place) in lines
    return are_none


@dataclass(frozen=True)
class _Opened:
    """The first bytes of a file, and what they seem to be."""

    head: bytes
    seen: Bytes
    is_whole: bool
    encoding: Encoding | None
    text: bytes = b""
    header: Header | None = None

    def with_header(self, terms: FileTerms) -> "_Opened":
        """Decoded, with the header."""
        text = recoded(self.head, self.encoding, is_whole=self.is_whole) if self.encoding else b""
        text = without_marks(text)
        return replace(self, text=text, header=header_of(text, terms, is_whole=self.is_whole))

    @property
    def body(self) -> bytes:
        """The text after the header."""
        return self.text[self.header.body :] if self.header else b""

    @property
    def header_line(self) -> bytes:
        """The last line of the header, as UTF-8."""
        return self.header.lines[-1] if self.header else b""

    @property
    def needle(self) -> bytes:
        """The last line of the header, as it is in the file."""
        codec = self.encoding.codec if self.encoding else "utf-8"
        return self.header_line.decode("utf-8", "replace").encode(codec, "replace")

    @property
    def is_repeated_in_head(self) -> bool:
        """Whether the header follows once more."""
        return _has_line(b"\n" + self.body, self.header_line, is_last=self.is_whole)

    def has_totals(self, tail: bytes) -> bool:
        """Whether the file ends with total lines."""
        if self.encoding is None or self.header is None:
            return False
        end = self.body if self.is_whole else recoded(tail, replace(self.encoding, mark=0), is_whole=True)
        return footer_start(end, self.header) < len(end)


def _open_text(head: bytes, terms: FileTerms) -> _Opened:
    seen, is_whole = Bytes(), len(head) < HEAD
    seen.see(head)
    if is_whole:
        seen.end()
    return _Opened(head, seen, is_whole, encoding_of(seen, terms.encoding)).with_header(terms)


@dataclass(frozen=True)
class _Rest:
    """What one pass over all bytes tells."""

    encoding: Encoding | None
    has_repeats: bool
    may_mix_line_ends: bool
    tail: bytes


def _see_rest(stream: BinaryIO, opened: _Opened, terms: FileTerms, block_bytes: int) -> _Rest:
    """See all bytes after the head."""
    needle, ends, has_repeats = opened.needle, _LineEnds(opened.head), False
    kept = max(_TAIL, len(needle) + 2)
    tail = opened.head[-kept:]
    ends.see(opened.head)
    while not opened.is_whole and (block := stream.read(block_bytes)):
        opened.seen.see(block)
        ends.see(block)
        has_repeats = has_repeats or _has_line(tail[-len(needle) - 2 :] + block, needle, is_last=False)
        tail = (tail + block[-kept:])[-kept:]
    has_repeats = has_repeats or (not opened.is_whole and _has_line(tail[-len(needle) - 2 :], needle, is_last=True))
    encoding = encoding_of(opened.seen.end(), terms.encoding)
    return _Rest(encoding, has_repeats, ends.may_mix, tail[-_TAIL:])


def _has_line(text: bytes, line: bytes, *, is_last: bool) -> bool:
    """Whether a line stands in a text, not at its start; at its end only if the text ends there."""
    place = text.find(line, 1) if line else -1
    while place > 0:
        after = text[place + len(line) : place + len(line) + 1]
        if text[place - 1] in _BESIDE_A_LINE and (after in _BESIDE_A_LINE if after else is_last):
            return True
        place = text.find(line, place + 1)
    return False


class _LineEnds:
    """Whether lines may end in several ways, inside quotes as well."""

    def __init__(self, head: bytes) -> None:
        self._pairs, self._head = head.count(b"\r\n"), head
        self._lf = self._cr = 0

    def see(self, block: bytes) -> None:
        """Count a block in."""
        self._lf += block.count(b"\n")
        self._cr += block.count(b"\r")

    @property
    def may_mix(self) -> bool:
        """Equal counts are pairs, if they are in the head."""
        is_one_kind = min(self._lf, self._cr) == 0
        are_pairs = self._lf == self._cr and self._pairs == self._head.count(b"\n")
        return not (is_one_kind or are_pairs)


def _mixes_line_ends(header_end: bytes, blocks: Iterator[Records]) -> bool:
    """Whether records end in several ways, the header included."""
    kinds = {header_end[-2:] if header_end.endswith(b"\r\n") else header_end[-1:]}
    for records in blocks:
        text = np.frombuffer(records.text + b"\0", np.uint8)
        ends = records.ends[records.ends < len(records.text)]
        is_double = (text[ends] == ord("\r")) & (text[ends + 1] == ord("\n"))
        kinds |= {bytes([end]) for end in np.unique(text[ends[~is_double]])} | ({b"\r\n"} if is_double.any() else set())
        if len(kinds) > 1:
            return True
    return False
