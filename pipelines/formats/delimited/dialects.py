"""How a delimited text tells its fields apart: delimiter, quote, escape. The header belongs to `header`."""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pipelines.contracts.contract import FileTerms
from pipelines.formats import table_edges
from pipelines.formats.delimited.records import Dialect, Grid, Records, scan
from pipelines.vocabulary.reasons import Reason

DELIMITERS: Final = ",;\t|:^~#!$%&*=\x01\x1e\x1f"
"""Tried where the contract is silent or wrong, in this order where nothing else decides."""
QUOTES: Final = "\"'"
BLANKS: Final = b" \t"
RARE_BLANKS: Final = b"\x0b\x0c\x1c\x1d\x1e\x1f\xc2\xe1\xe2\xe3"
"""First bytes of the other blanks that Unicode has."""
_RARELY: Final = 10  # times as many fields must be wrapped in quotes as lines be broken by them


def expected_dialect(terms: FileTerms) -> Dialect:
    """What the contract says, or what is usual where it is silent."""
    delimiter = _usable(terms.delimiter) or ","
    quote = _usable(terms.quote)
    return Dialect(delimiter, quote if quote and quote != delimiter else '"')


def _usable(character: str | None) -> str:
    is_usable = character is not None and len(character) == 1 and character.isascii() and character not in "\r\n\0"
    return character if is_usable and character else ""


def possible_dialects(head: bytes, terms: FileTerms) -> Iterator[Dialect]:
    """The contract's dialect, then every other whose delimiter occurs; each with the quote that fits."""
    expected = expected_dialect(terms)
    for delimiter in dict.fromkeys(expected.delimiter + DELIMITERS):
        if delimiter == expected.delimiter or (delimiter.encode() in head and delimiter != expected.quote):
            yield with_blanks(head, Dialect(delimiter, fitting_quote(head, delimiter, expected.quote)))


def fitting_quote(head: bytes, delimiter: str, expected: str) -> str:
    """The expected quote, unless another stands around fields, nearly always rightly, and the expected one never."""
    for other in QUOTES:
        wrapped = _wrapped(head, delimiter, other) if other not in (expected, delimiter) else 0
        if wrapped and not _wrapped(head, delimiter, expected):
            is_rarely_wrong = _wrong_quotes(head, with_escape(head, Dialect(delimiter, other))) * _RARELY <= wrapped
            return other if is_rarely_wrong else expected
    return expected


def _wrapped(head: bytes, delimiter: str, quote: str) -> int:
    """Fields between quotes."""
    if quote.encode() not in head:
        return 0
    side, mark = re.escape(delimiter.encode()), re.escape(quote.encode())
    field = rb"(?:^|%b)%b(?:[^%b]|%b%b)*+%b(?=%b|[\r\n]|\Z)" % (side, mark, mark, mark, mark, mark, side)
    return len(re.findall(field, head, re.MULTILINE))


def with_blanks(head: bytes, dialect: Dialect) -> Dialect:
    """The dialect with blanks beside quotes, where more lines are right with them."""
    spaced = replace(dialect, is_spaced=True)
    if spaced.unspaced(head) == head:
        return dialect
    return min((dialect, spaced), key=lambda candidate: _wrong_quotes(head, candidate))


def with_escape(head: bytes, dialect: Dialect) -> Dialect:
    """The dialect with backslash escapes, where lines are broken without them and nothing speaks against them.

    Who escapes quotes does it within texts as well, does not double them, and escapes every backslash.
    """
    if b"\\" + dialect.quote.encode() not in head:
        return dialect
    side, mark = re.escape(dialect.delimiter.encode()), re.escape(dialect.quote.encode())
    within = rb"\\%b(?![%b%b\r\n]|\Z)" % (mark, mark, side)
    doubled = rb"%b{3}|[^%b\r\n%b\\]%b{2}[^%b\r\n%b]" % (mark, side, mark, mark, side, mark)
    unescaped = rb"\\(?![\\'\"%b\r\n])" % side
    if not re.search(within, head) or re.search(doubled, head) or re.search(unescaped, head.replace(rb"\\", b"")):
        return dialect
    escaped = replace(dialect, is_escaped=True)
    return min((dialect, escaped), key=lambda candidate: _wrong_quotes(head, candidate))


def _wrong_quotes(head: bytes, dialect: Dialect) -> int:
    """Lines whose quotes are wrong; one of them may be where the head is cut."""
    return int(scan(dialect.unspaced(head), Grid(dialect), is_last=True).is_broken.sum())


def cells(record: bytes, dialect: Dialect) -> list[str]:
    """The fields of one record; of a broken one, its pieces between delimiters."""
    text = record.decode("utf-8", "replace")
    if dialect.quote not in text and not dialect.is_escaped:
        return text.split(dialect.delimiter)
    escape = "\\" if dialect.is_escaped else None
    try:
        reader = csv.reader([text], delimiter=dialect.delimiter, quotechar=dialect.quote, escapechar=escape)
        return next(reader, [])
    except csv.Error:
        return text.split(dialect.delimiter)


def is_blank(record: bytes, dialect: Dialect) -> bool:
    """Whether a record holds only delimiters, blanks and quotes around them, as the empty rows of a spreadsheet."""
    rest = record.strip(BLANKS + dialect.delimiter.encode())
    if not rest:
        return True
    may_be = rest[0] in RARE_BLANKS or (rest[0] == ord(dialect.quote) and rest.count(rest[:1]) % 2 == 0)
    return may_be and table_edges.is_blank(cells(record, dialect))


def dialect_differences(found: Dialect, records: Records, terms: FileTerms) -> Iterator[Reason]:
    """Where a dialect is not the contract's. A character that does not occur differs from none."""
    if terms.delimiter is not None and found.delimiter != terms.delimiter and found.delimiter.encode() in records.text:
        yield Reason("delimiter_differs", stated=terms.delimiter, found=found.delimiter)
    if terms.quote is not None and found.quote != terms.quote:
        yield Reason("quote_differs", stated=terms.quote, found=found.quote)
    if found.is_spaced:
        yield Reason("blanks_beside_quotes")
