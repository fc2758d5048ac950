"""Where the records of delimited text begin and end. What they mean belongs to `header` and `reader`.

A record ends at CRLF, LF or CR outside quotes. Quotes count only around a whole field; elsewhere they are text. A
quoted field that is not closed properly, or only far below, spoils the line on which it began, and no other.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from pipelines.formats.delimited.quoting import has_odd_quotes, without_blanks
from pipelines.formats.limits import FileRefusal, FileRefusedError
from pipelines.formats.text_encodings import UTF8_MARK
from pipelines.vocabulary.reasons import Reason

MOST_LINES: Final = 200
"""Lines that a quoted field may hold."""
LONGEST_LINE: Final = 64 * 2**20
"""Bytes between two line ends."""
_TELLING_WIDTH: Final = 4  # fields from which on a line of so many is hardly a piece of a text
_LF, _CR = 10, 13

Places = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Dialect:
    """How fields are told apart: one ASCII character each, and whether a backslash escapes the next character."""

    delimiter: str
    quote: str = '"'
    is_escaped: bool = False
    is_spaced: bool = False
    """Whether blanks beside quotes are left out of account; records are cut from a text without them."""

    def unspaced(self, text: bytes) -> bytes:
        """A text, from the start of a record on, as its records are cut."""
        return without_blanks(text, self.delimiter.encode(), self.quote.encode()) if self.is_spaced else text

    def is_odd(self, record: bytes) -> bool:
        """Whether quotes of a record stand where it may be cut in two ways; with escapes nobody can tell."""
        return not self.is_escaped and has_odd_quotes(record, self.delimiter.encode(), self.quote.encode())


@dataclass(frozen=True)
class Grid:
    """How records are cut: by dialect, number of fields (0: not known yet), and longest record of several lines."""

    dialect: Dialect
    width: int = 0
    longest: int = 1_000_000


@dataclass(frozen=True)
class Records:
    """Whole records in a row, blank ones included, as places in `text`, without their line ends."""

    text: bytes
    starts: Places
    ends: Places
    is_broken: Truth
    """Lines whose quotes are wrong."""
    consumed: int
    """Where the next record starts."""

    def __len__(self) -> int:
        return len(self.starts)

    def record(self, place: int) -> bytes:
        """The bytes of one record."""
        return self.text[self.starts[place] : self.ends[place]]


def scan(text: bytes, grid: Grid, *, is_last: bool, reach: int | None = None) -> Records:
    """The records that start before `reach` and surely end within `text`, which starts with a record."""
    reach = len(text) if reach is None else reach
    if not text:
        nothing = np.zeros(0, np.int64)
        return Records(text, nothing, nothing, np.zeros(0, np.bool_), 0)
    return _regular(text, grid, reach, is_last=is_last) or _records_one_by_one(text, grid, reach, is_last=is_last)


def _regular(text: bytes, grid: Grid, reach: int, *, is_last: bool) -> Records | None:
    """Records by counting quotes; None where quotes stand elsewhere than around fields, or may not be closed."""
    dialect = grid.dialect
    if dialect.is_escaped and b"\\" in text:
        return None
    characters = np.frombuffer(text, np.uint8)
    breaks, contents_end = _line_ends(text, characters, is_last=is_last)
    is_outside: Truth | slice = slice(None)
    if dialect.quote.encode() in text:
        quotes = np.flatnonzero(characters == ord(dialect.quote))
        if not _are_around_fields(characters, quotes, dialect) or (is_last and len(quotes) % 2):
            return None
        is_outside = np.searchsorted(quotes, breaks) % 2 == 0
    ends, nexts = contents_end[is_outside], breaks[is_outside] + 1
    if is_last and (not len(nexts) or nexts[-1] < len(text)):
        ends, nexts = np.append(ends, len(text)), np.append(nexts, len(text))
    starts = np.concatenate([[0], nexts[:-1]])[: len(nexts)]
    consumed = int(nexts[-1]) if len(nexts) else 0
    records = _within(Records(text, starts, ends, np.zeros(len(starts), np.bool_), consumed), reach)
    is_sound = len(text) - consumed <= grid.longest and _are_whole(records, breaks, grid)
    return records if is_sound else None


def _line_ends(text: bytes, characters: npt.NDArray[np.uint8], *, is_last: bool) -> tuple[Places, Places]:
    """The last character of each line end, and the first. A CR at the end of what is not all may be half of one."""
    is_end = characters == _LF
    ends = np.flatnonzero(is_end)
    is_double = (ends > 0) & (characters[ends - 1] == _CR)
    if text.count(b"\r") > np.count_nonzero(is_double):
        is_alone = characters == _CR
        is_alone[:-1] &= ~is_end[1:]
        is_alone[-1] &= is_last
        ends = np.flatnonzero(is_end | is_alone)
        is_double = (ends > 0) & (characters[ends] == _LF) & (characters[ends - 1] == _CR)
    return ends, ends - is_double


def _are_around_fields(characters: npt.NDArray[np.uint8], quotes: Places, dialect: Dialect) -> bool:
    """Whether every other quote begins a field, or repeats the one before, and every other ends one, or is repeated."""
    beside = np.zeros(256, np.bool_)
    beside[[_LF, _CR, ord(dialect.delimiter), ord(dialect.quote)]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    before = beside[characters[opening - 1]]
    after = beside[characters[np.minimum(closing + 1, len(characters) - 1)]]
    before[0] |= opening[0] == 0
    return bool(before.all() and after.all())


def _within(records: Records, reach: int) -> Records:
    count = int(np.searchsorted(records.starts, reach))
    if count == len(records):
        return records
    consumed = int(records.starts[count])
    return Records(records.text, records.starts[:count], records.ends[:count], records.is_broken[:count], consumed)


def _are_whole(records: Records, breaks: Places, grid: Grid) -> bool:
    """Whether all records of several lines look like one record each."""
    within = breaks[breaks < records.consumed]
    if len(within) <= len(records):
        return True
    lines = np.bincount(np.searchsorted(records.starts, within, side="right") - 1, minlength=len(records))
    return all(_is_whole(records.record(place), grid) for place in np.flatnonzero(lines > 1).tolist())


def _is_whole(record: bytes, grid: Grid) -> bool:
    """Whether several lines look like one record: not too many of them, and not each a row of its own."""
    lines = record.splitlines()
    if len(lines) > MOST_LINES or len(record) > grid.longest:
        return False
    if grid.width < _TELLING_WIDTH:
        return True
    is_like = [line.count(grid.dialect.delimiter.encode()) == grid.width - 1 for line in lines]
    is_row = [is_like[place] and _has_width(lines[place], grid) for place in range(1, len(lines))]
    return not any(is_row[:-1]) and not (is_like[0] and is_row[-1])


def _has_width(line: bytes, grid: Grid) -> bool:
    """Whether a line read on its own has as many fields as the header; delimiters within quotes are none.

    One that closes a quote in its first field (`…end",b,c`) goes on with the line before, and is no row of its own.
    """
    dialect = grid.dialect
    escape = "\\" if dialect.is_escaped else None
    reader = csv.reader(
        [line.decode("utf-8", "replace")], delimiter=dialect.delimiter, quotechar=dialect.quote, escapechar=escape
    )
    try:
        fields = next(reader)
        goes_on = fields[0].endswith(dialect.quote) and not line.startswith(dialect.quote.encode())
        return len(fields) == grid.width and not goes_on
    except csv.Error:
        return False


@lru_cache(maxsize=64)
def _record_pattern(dialect: Dialect) -> re.Pattern[bytes]:
    """One record whose quotes are right, up to its line end. Nothing in it backtracks."""
    delimiter, quote = re.escape(dialect.delimiter.encode()), re.escape(dialect.quote.encode())
    escape = rb"\\" if dialect.is_escaped else b""
    escaped = rb"|\\[\\'\"%b%b\r\n]" % (quote, delimiter) if dialect.is_escaped else b""
    line = rb"[^%b\r\n%b]*+(?:(?:%b%b%b)[^%b\r\n%b]*+)*+" % (quote, escape, quote, quote, escaped, quote, escape)
    quoted = rb"%b%b(?:(?>\r\n|\r|\n)%b){0,%d}+%b(?=%b|\r|\n|\Z)" % (quote, line, line, MOST_LINES, quote, delimiter)
    plain = rb"(?:[^%b%b\r\n%b]%b)(?:[^%b\r\n%b]%b)*+" % (
        delimiter, quote, escape, escaped, delimiter, escape, escaped,
    )  # fmt: skip
    field = rb"(?>%b|%b|)" % (quoted, plain)
    return re.compile(rb"%b(?:%b%b)*+(?=\r|\n|\Z)" % (field, delimiter, field))


_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_MANY_LINES: Final = re.compile(rb"(?:[^\r\n]*+(?>\r\n|\r|\n)){%d}+" % (MOST_LINES + 2))


def _records_one_by_one(text: bytes, grid: Grid, reach: int, *, is_last: bool) -> Records:
    """Records by a pattern, one after the other; a line that does not fit is broken."""
    pattern, size, place = _record_pattern(grid.dialect), len(text), 0
    found: list[tuple[int, int, bool]] = []
    while place < min(size, reach):
        match = pattern.match(text, place)
        end = match.end() if match else size
        if match and not is_last and end + 1 >= size:
            break
        is_broken = match is None or not _is_one_record(match[0], grid)
        if is_broken:
            if not is_last and not _is_decided(text, place, grid):
                break
            line_end = _LINE_END.search(text, place)
            end = line_end.start() if line_end else size
        found.append((place, end, is_broken))
        line_end = _LINE_END.match(text, end)
        place = line_end.end() if line_end else size
    spans = np.array(found, np.int64).reshape(-1, 3)
    return Records(text, spans[:, 0], spans[:, 1], spans[:, 2].astype(np.bool_), place)


def _is_one_record(record: bytes, grid: Grid) -> bool:
    """Whether a record whose quotes fit is really one."""
    return (_LINE_END.search(record) is None or _is_whole(record, grid)) and not grid.dialect.is_odd(record)


def _is_decided(text: bytes, place: int, grid: Grid) -> bool:
    """Whether no text to come could still close the quotes of a broken line."""
    line_end = _LINE_END.search(text, place)
    if line_end is None or line_end.end() == len(text):
        return False
    return len(text) - place > grid.longest or _MANY_LINES.match(text, place) is not None


def record_blocks(
    blocks: Iterable[bytes], start: int, grid: Grid, end_of: Callable[[bytes, bool], int]
) -> Iterator[Records]:
    """The records from a place of the text on, block by block.

    Byte order marks are left out wherever they stand. `end_of` says where the data would end if the text ended with a
    piece of it, and is told whether it does; what could be no data is kept until more of the text is there.

    Raises:
        FileRefusedError: a line is too long.
    """
    rest = b""
    for block, is_last in _with_last(blocks):
        rest = grid.dialect.unspaced(without_marks(rest + block))
        if not is_last and len(rest) <= start:
            continue
        text, start = rest[start:], 0
        end = end_of(text, is_last)
        text = text[:end] if is_last else text
        records = scan(text, grid, is_last=is_last, reach=end)
        if max(len(text) - records.consumed, (records.ends - records.starts).max(initial=0)) > LONGEST_LINE:
            raise FileRefusedError(FileRefusal("limit_exceeded", Reason("line_too_long", most=LONGEST_LINE)))
        if len(records):
            yield records
        rest = text[records.consumed :]


def without_marks(text: bytes) -> bytes:
    """A text without byte order marks."""
    return text.replace(UTF8_MARK, b"") if UTF8_MARK[:1] in text else text


def _with_last(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block, and whether it is the last; at least one."""
    held: bytes | None = None
    for block in blocks:
        if held is not None:
            yield held, False
        held = block
    yield held or b"", True
