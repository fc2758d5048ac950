"""Where the header of a delimited text stands, and where its data end: `formats.table_edges` over records.

The dialect is found with the header: the one that gives most of the names sought. What a header, a title or a total
is, is said there, for every format.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from pipelines.contracts.contract import FileTerms
from pipelines.formats.delimited.dialects import cells, dialect_differences, is_blank, possible_dialects, with_escape
from pipelines.formats.delimited.records import Dialect, Grid, Records, scan
from pipelines.formats.shifted_names import are_shifted
from pipelines.formats.table_edges import (
    FOOTER,
    ROWS_BELOW,
    ROWS_FOR_NAMES,
    TOTALS,
    Cells,
    Header,
    HeaderPlace,
    Names,
    NumberedRow,
    SoughtNames,
    find_place,
    header_at,
    with_numbers,
    without_end,
)
from pipelines.vocabulary.reasons import Reason

FOOTER_REACH: Final = 2**18
"""Bytes at the end of the text among which total lines, and blank ones, are looked for."""
_SEPARATOR_HINT: Final = re.compile(rb'"?sep=.?"?', re.IGNORECASE)


@dataclass(frozen=True)
class TextHead:
    """What the head of a text says of the rest."""

    dialect: Dialect
    header: Header
    names: Names
    """Column names, trimmed and composed; empty for a column without name and values."""
    width: int
    """Fields of a row: the columns, and perhaps one more that is always empty."""
    body: int
    """Where the records after the header start, in bytes of the text."""
    sheet_rows: int
    """Rows above the body as a spreadsheet counts them."""
    lines: tuple[bytes, ...] = ()
    """The records that are the header."""
    differences: tuple[Reason, ...] = ()
    is_short: bool = False
    """Whether the header lacks a name, so that later values stand one column off."""


@dataclass(frozen=True)
class _Found:
    """A place where the header may be, under one dialect; the numbers of its rows are places among the records."""

    records: Records
    dialect: Dialect
    place: HeaderPlace

    def rows(self, start: int) -> Iterator[NumberedRow]:
        """The rows from a record on that are neither blank nor broken."""
        return _filled_rows(self.records, self.dialect, start, has_broken=False)


def head_of(head: bytes, terms: FileTerms, sought: SoughtNames, *, is_whole: bool) -> TextHead | None:
    """The header by the dialect and the record that give most of the names sought; None in blank text."""
    best: _Found | None = None
    for dialect in possible_dialects(head, terms):
        found = _best_place(head, dialect, sought, is_whole=is_whole)
        if found is not None and (best is None or _rank(found, terms) > _rank(best, terms)):
            best = found
        if best is None or (sought and best.place.hits == len(sought)):
            break
    return _head_found(head, best, terms) if best else None


def _rank(found: _Found, terms: FileTerms) -> tuple[int, bool, float, int]:
    """The names sought decide, then whether there is a delimiter in the header; without names the contract's delimiter,
    then how even the records are, then their fields."""
    if found.place.hits:
        header = found.records.record(found.place.last)
        return found.place.hits, found.dialect.delimiter.encode() in header, 0.0, 0
    widths = Counter(len(row) for _, row in islice(found.rows(0), ROWS_BELOW))
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    is_agreed = width > 1 and found.dialect.delimiter == terms.delimiter
    return 0, is_agreed, count / widths.total() if width > 1 else 0.0, width


def _best_place(head: bytes, dialect: Dialect, sought: SoughtNames, *, is_whole: bool) -> _Found | None:
    text = dialect.unspaced(head)
    records = scan(text, Grid(dialect), is_last=is_whole)
    if not len(records):
        records = scan(text, Grid(dialect), is_last=True)
    place = find_place(_filled_rows(records, dialect, _hint_count(records), has_broken=True), sought)
    return _Found(records, dialect, place) if place else None


def _filled_rows(records: Records, dialect: Dialect, start: int, *, has_broken: bool) -> Iterator[NumberedRow]:
    """The rows from a record on that are not blank; those whose quotes are wrong, if they are wanted, in pieces."""
    for place in range(start, len(records)):
        record = records.record(place)
        if (has_broken or not records.is_broken[place]) and not is_blank(record, dialect):
            yield place, cells(record, dialect)


def _hint_count(records: Records) -> int:
    """1 where the first record is Excel's own line for the delimiter, which Excel does not show."""
    return int(len(records) > 0 and _SEPARATOR_HINT.fullmatch(records.record(0)) is not None)


def _head_found(head: bytes, best: _Found, terms: FileTerms) -> TextHead:
    found = replace(best, dialect=with_escape(head, best.dialect))
    records, dialect = found.records, found.dialect
    header = header_at(found.place, found.rows(found.place.last + 1))
    sample = _sample(found, header)
    rows = [row for _, row in sample]
    names, width = _width(header.names, rows, is_ended=_all_end_with_delimiter(found, sample))
    after = header.last + 1
    beyond = (Reason("fields_beyond_header"),) if width > len(names) else ()
    return TextHead(
        dialect=dialect,
        header=header,
        names=with_numbers(names, rows),
        width=width,
        body=int(records.starts[after]) if after < len(records) else records.consumed,
        sheet_rows=after - _hint_count(records),
        lines=tuple(records.record(place) for place, _ in header.lines),
        differences=(*dialect_differences(dialect, records, terms), *header.differences, *beyond),
        is_short=_is_a_name_short(names, width, rows, terms),
    )


def _sample(found: _Found, header: Header) -> list[NumberedRow]:
    """Rows that tell how wide the table is: many where the header alone does not say it."""
    rows = list(islice(found.rows(header.last + 1), ROWS_BELOW))
    if all(header.names) and (not rows or len(rows[0][1]) == len(header.names)):
        return rows
    return list(islice(found.rows(header.last + 1), ROWS_FOR_NAMES))


def _all_end_with_delimiter(found: _Found, rows: Sequence[NumberedRow]) -> bool:
    """Whether rows end so; a stray quote in one, which may have cut a field in two, leaves it open."""
    end, quote = found.dialect.delimiter.encode(), found.dialect.quote.encode()
    records = (found.records.record(place) for place, _ in rows)
    return all(record.endswith(end) and record.count(quote) % 2 == 0 for record in records)


def _width(names: Names, rows: Sequence[Cells], *, is_ended: bool) -> tuple[Names, int]:
    """The columns, and the fields of a row: all may end with one empty field more, or lack the nameless last ones."""
    count = len(names)
    if not rows or len(rows[0]) == count:
        return names, count
    if is_ended and all(len(row) == count + 1 for row in rows):
        return names, count + 1
    shorter = len(rows[0])
    if shorter < count and not any(names[shorter:]) and all(len(row) == shorter for row in rows):
        return names[:shorter], shorter
    return names, count


def _is_a_name_short(names: Names, width: int, rows: Sequence[Cells], terms: FileTerms) -> bool:
    """Whether good rows go on where the header has no name any more, and their values are not below their names."""
    named = without_end(names)
    return width > len(named) and are_shifted(named, [row for row in rows if len(row) == width], terms)


@dataclass(frozen=True)
class Foot:
    """The end of a text that is no data."""

    start: int
    """Where it starts; the length of the text where there is none."""
    has_totals: bool = False
    has_lines: bool = False
    """Whether it has lines of a single cell, as reports end with."""

    @property
    def differences(self) -> tuple[Reason, ...]:
        """What of it a table does not have."""
        return (TOTALS,) * self.has_totals + (FOOTER,) * self.has_lines


def foot_of(text: bytes, head: TextHead, *, is_last: bool = True) -> Foot:
    """The foot of a text.

    Where more of the text is to come, the line that may go on is left out of account: it ends nothing. Blank lines
    before it are held back then: what follows them may be the foot.
    """
    reach = text[-FOOTER_REACH:]
    before = len(text) - len(reach)
    place = len(reach) if is_last else _line_start(reach, len(reach))
    foot, is_pending = Foot(before + place), False
    while place > 0:
        end = place - (reach[place - 1] in b"\r\n")
        end -= reach[end - 1 : end + 1] == b"\r\n"
        place = _line_start(reach, end)
        if place == 0 and before:
            break
        line = reach[place:end]
        if is_blank(line, head.dialect):
            is_foot = is_pending or not is_last
            foot = replace(foot, start=before + place, has_lines=foot.has_lines or is_pending) if is_foot else foot
            is_pending = False
        elif _is_cells_of(line, head, head.header.is_total):
            foot = Foot(before + place, has_totals=True, has_lines=foot.has_lines or is_pending)
            is_pending = False
        elif _is_cells_of(line, head, head.header.is_foot_line):
            is_pending = True
        else:
            break
    return foot


def _line_start(text: bytes, end: int) -> int:
    return max(text.rfind(b"\n", 0, end), text.rfind(b"\r", 0, end)) + 1


def _is_cells_of(line: bytes, head: TextHead, is_meant: Callable[[Cells], bool]) -> bool:
    """Whether a line, if it is no end of a text of several lines, is what is meant."""
    return line.count(head.dialect.quote.encode()) % 2 == 0 and is_meant(cells(line, head.dialect))
