"""One look at a whole delimited text before its rows are read: encoding, header, and what is no row of the data."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO, Final

import numpy as np

from pipelines.contracts.contract import FileTerms, declared_names
from pipelines.formats.delimited.dialects import BLANKS, RARE_BLANKS, is_blank
from pipelines.formats.delimited.header import FOOTER_REACH, TextHead, foot_of, head_of
from pipelines.formats.delimited.quoting import holds_escapes, may_hold_escapes
from pipelines.formats.delimited.records import Dialect, Grid, Records, Truth, record_blocks, without_marks
from pipelines.formats.delimited.repeats import LineAgain, lines_again, may_be_repeated, repeats_in
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.shifted_names import HEADER_SHORT
from pipelines.formats.source import Source
from pipelines.formats.table_edges import REPEATED, SoughtNames
from pipelines.formats.text_encodings import Bytes, Encoding, encoding_of, recoded, utf8_blocks
from pipelines.vocabulary.reasons import Reason

HEAD: Final = 1 << 18
"""Bytes in which header and dialect are looked for."""
_TAIL: Final = 4 * FOOTER_REACH  # bytes that surely hold so many of UTF-8
_EMPTY: Final = FileRefusal("file_empty", Reason("file_without_rows"))


@dataclass(frozen=True)
class Survey:
    """What must be known of a file before its first row is read."""

    encoding: Encoding
    head: TextHead
    has_repeats: bool = False
    """True if a line of the header stands in the file again."""
    has_escapes: bool = False
    """True if quotes in some values have a backslash before them."""
    differences: tuple[Reason, ...] = ()
    """Where the file is not of the format that the contract says."""


def survey_csv(source: Source, terms: FileTerms, limits: Limits, block_bytes: int) -> Survey | FileRefusal:
    """Look at all of a file; or why it can't be read.

    Raises:
        FileRefusedError: it has too many columns, or too long a line.
    """
    sought = declared_names(terms)
    with source.open() as stream:
        opened = open_text(stream.read(HEAD), terms, sought)
        if opened.head:  # before a pattern is made of so many names, which takes a minute
            limits.check("columns", len(opened.head.names))
        rest = _see_rest(stream, opened, terms, block_bytes)
    if opened.encoding != rest.encoding:
        opened = replace(opened, encoding=rest.encoding).with_head(terms, sought)
    if opened.encoding is None:
        return FileRefusal("file_undecodable", _text_expected(terms.encoding))
    if opened.head is None:
        return _EMPTY if opened.is_whole else FileRefusal("header_missing", Reason("header_too_far", most=HEAD))
    limits.check("columns", len(opened.head.names))
    if opened.head.is_short:
        return FileRefusal("header_missing", HEADER_SHORT)
    survey = Survey(opened.encoding, opened.head)
    body = partial(body_records, source, survey, limits, block_bytes)
    may_repeat = rest.may_repeat or may_be_repeated(opened.body, lines_again(opened.head))
    has_repeats = may_repeat and _has_repeats(body(), opened.head)
    survey = replace(survey, has_repeats=has_repeats, has_escapes=rest.may_escape and _has_escapes(body(), opened.head))
    mixes = rest.may_mix_line_ends and _mixes_line_ends(opened.text[: opened.head.body], body())
    differences = _differences(survey, terms, foot=opened.foot_differences(rest.tail), mixes_line_ends=mixes)
    return replace(survey, differences=tuple(differences))


def _text_expected(stated: str | None) -> Reason:
    return Reason("text_not_in_encoding", encoding=stated) if stated else Reason("text_undecodable")


def _differences(
    survey: Survey, terms: FileTerms, *, foot: tuple[Reason, ...], mixes_line_ends: bool
) -> Iterator[Reason]:
    yield from survey.encoding.differences(terms.encoding)
    yield from survey.head.differences
    if survey.has_repeats:
        yield REPEATED
    yield from foot
    if survey.has_escapes:
        yield Reason("backslashes_before_quotes")
    if mixes_line_ends:
        yield Reason("line_ends_mixed")


def body_records(source: Source, survey: Survey, limits: Limits, block_bytes: int) -> Iterator[Records]:
    """The records after the header, block by block, up to the total lines.

    Raises:
        FileRefusedError: a line is too long.
    """
    head = survey.head
    grid = Grid(head.dialect, head.width, limits.cell_characters)
    blocks = utf8_blocks(source, survey.encoding, block_bytes)
    return record_blocks(blocks, head.body, grid, lambda text, is_last: foot_of(text, head, is_last=is_last).start)


def are_no_rows(records: Records, survey: Survey) -> Truth:
    """Which records are blank, or the header again."""
    are_none: Truth = records.ends == records.starts
    may_be_blank = _begin_like_blanks(records, survey.head.dialect) & ~are_none & ~records.is_broken
    for place in np.flatnonzero(may_be_blank).tolist():
        are_none[place] = is_blank(records.record(place), survey.head.dialect)
    if survey.has_repeats:
        are_none[list(repeats_in(records, survey.head, lines_again(survey.head)))] = True
    return are_none


def _begin_like_blanks(records: Records, dialect: Dialect) -> Truth:
    """Records that begin with a blank, a delimiter, or a quote and one of these or its like."""
    is_empty = np.zeros(256, np.bool_)
    is_empty[list(BLANKS + RARE_BLANKS + b"\r\n" + dialect.delimiter.encode())] = True
    text, last = np.frombuffer(records.text, np.uint8), len(records.text) - 1
    first, second = (text[np.minimum(records.starts + place, last)] for place in (0, 1))
    quote = ord(dialect.quote)
    found: Truth = is_empty[first] | ((first == quote) & (is_empty[second] | (second == quote)))
    return found


@dataclass(frozen=True)
class OpenedText:
    """The first bytes of a file, and what they seem to be."""

    start: bytes
    seen: Bytes
    is_whole: bool
    encoding: Encoding | None
    text: bytes = b""
    head: TextHead | None = None

    def with_head(self, terms: FileTerms, sought: SoughtNames) -> "OpenedText":
        """Decoded, with the header."""
        text = recoded(self.start, self.encoding, is_whole=self.is_whole) if self.encoding else b""
        text = without_marks(text)
        head = head_of(text, terms, sought, is_whole=self.is_whole)
        return replace(self, text=head.dialect.unspaced(text) if head else text, head=head)

    @property
    def body(self) -> bytes:
        """The text after the header."""
        return self.text[self.head.body :] if self.head else b""

    @property
    def lines_again(self) -> tuple[LineAgain, ...]:
        """How to find the header's lines in the bytes of the file."""
        return lines_again(self.head, self.encoding.codec) if self.head and self.encoding else ()

    def foot_differences(self, tail: bytes) -> tuple[Reason, ...]:
        """That the file ends with totals, or as reports do."""
        if self.encoding is None or self.head is None:
            return ()
        end = self.body if self.is_whole else recoded(tail, replace(self.encoding, mark=0), is_whole=True)
        return foot_of(end, self.head).differences


def open_text(start: bytes, terms: FileTerms, sought: SoughtNames) -> OpenedText:
    """What the first bytes of a file, `HEAD` or all, tell of it."""
    seen, is_whole = Bytes(), len(start) < HEAD
    seen.see(start)
    if is_whole:
        seen.end()
    return OpenedText(start, seen, is_whole, encoding_of(seen, terms.encoding)).with_head(terms, sought)


@dataclass(frozen=True)
class _Rest:
    """What one pass over all bytes tells."""

    encoding: Encoding | None
    may_repeat: bool
    may_escape: bool
    may_mix_line_ends: bool
    tail: bytes


def _see_rest(stream: BinaryIO, opened: OpenedText, terms: FileTerms, block_bytes: int) -> _Rest:
    """See all bytes after the head."""
    lines, ends, may_repeat = opened.lines_again, _LineEnds(opened.start), False
    reach = max((line.reach for line in lines), default=0)
    codec = opened.encoding.codec if opened.encoding else "utf-8"
    tail, may_escape = opened.start[-_TAIL:], may_hold_escapes(opened.start, codec)
    ends.see(opened.start)
    while not opened.is_whole and (block := stream.read(block_bytes)):
        opened.seen.see(block)
        ends.see(block)
        may_repeat = may_repeat or may_be_repeated(tail[-reach:] + block, lines)
        may_escape = may_escape or may_hold_escapes(tail[-8:] + block, codec)
        tail = (tail + block[-_TAIL:])[-_TAIL:]
    return _Rest(encoding_of(opened.seen.end(), terms.encoding), may_repeat, may_escape, ends.may_mix, tail)


def _has_repeats(blocks: Iterator[Records], head: TextHead) -> bool:
    lines = lines_again(head)
    return any(True for records in blocks for _ in repeats_in(records, head, lines))


def _has_escapes(blocks: Iterator[Records], head: TextHead) -> bool:
    dialect = head.dialect
    sides = dialect.delimiter.encode(), dialect.quote.encode()
    return not dialect.is_escaped and any(holds_escapes(records.text, *sides) for records in blocks)


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
