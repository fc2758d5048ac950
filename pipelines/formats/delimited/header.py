"""Where the header of a delimited text stands, what stands around it, and where the data end.

Real exports have titles above the header, headers of two lines, and totals below the data. A data row is never taken
for any of these unless it could be nothing else.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from pipelines.contracts.contract import FileTerms, declared_names
from pipelines.formats.delimited.dialects import cells, dialect_differences, is_blank, possible_dialects, with_escape
from pipelines.formats.delimited.records import Dialect, Grid, Records, scan
from pipelines.identifiers.likeness import looks_like_person
from pipelines.vocabulary.column_names import column_name

HEADER_REACH: Final = 50
"""Records among which the header is looked for."""
FOOTER_REACH: Final = 4096
"""Bytes at the end of the text among which total lines are looked for."""
_SAMPLE: Final = 1000
_FEW: Final = 50
_MOST_SUBHEADERS: Final = 3
_FEWEST: Final = 3
_SEPARATOR_HINT: Final = re.compile(rb'"?sep=.?"?', re.IGNORECASE)
_TOTAL: Final = re.compile(
    r"(?:grand[ -]total|sous[ -]?tot(?:al|aux)|sub[ -]?totals?|total|totaux|totals|nombre|nb|count|"
    r"fin d(?:u |e |e l['’]|['’])(?:fichier|export)|end of (?:file|export)|eof|rows|records|enregistrements)\b"
)
_TELLING: Final = re.compile(r"[\d@]")


@dataclass(frozen=True)
class Header:
    """What the head of a file says of the rest."""

    dialect: Dialect
    names: tuple[str, ...]
    """Column names, trimmed and composed; empty for a column without name and values."""
    width: int
    """Fields of a row: the columns, and perhaps one more that is always empty."""
    body: int
    """Where the records after the header start, in bytes of the text."""
    sheet_rows: int
    """Rows above the body as a spreadsheet counts them."""
    lines: tuple[bytes, ...] = ()
    """The records that are the header."""
    differences: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
    """A place where the header may be: how many of the contract's columns it names, and in how many records."""

    records: Records
    dialect: Dialect
    place: int
    names: tuple[str, ...]
    hits: int
    depth: int = 1


def header_of(head: bytes, terms: FileTerms, *, is_whole: bool) -> Header | None:
    """The header by the dialect and the record that give most of the contract's columns; None in blank text."""
    declared = declared_names(terms)
    best: _Found | None = None
    for dialect in possible_dialects(head, terms):
        found = _best_place(head, dialect, declared, is_whole=is_whole)
        if found is not None and (best is None or _rank(found, terms) > _rank(best, terms)):
            best = found
        if best is None or (declared and best.hits == len(declared)):
            break
    return _header_found(head, best, terms) if best else None


def _rank(found: _Found, terms: FileTerms) -> tuple[int, bool, float, int]:
    """The contract's columns decide, then its delimiter, then how even the records are, then their fields."""
    if found.hits:
        return found.hits, False, 0.0, 0
    widths = Counter(len(cells(record, found.dialect)) for record in _filled_records(found, 0, _FEW))
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    is_agreed = width > 1 and found.dialect.delimiter == terms.delimiter
    return 0, is_agreed, count / widths.total() if width > 1 else 0.0, width


def _filled_records(found: _Found, start: int, count: int) -> list[bytes]:
    """Records that are neither blank nor broken, among so many from a place on."""
    records, stop = found.records, min(len(found.records), start + count)
    texts = [records.record(place) for place in range(start, stop) if not records.is_broken[place]]
    return [text for text in texts if not is_blank(text, found.dialect)]


def _best_place(head: bytes, dialect: Dialect, declared: frozenset[str], *, is_whole: bool) -> _Found | None:
    """The record that names most of the contract's columns, the first of several; else the first record."""
    records = scan(head, Grid(dialect), is_last=is_whole)
    if not len(records):
        records = scan(head, Grid(dialect), is_last=True)
    best: _Found | None = None
    above: tuple[str, ...] = ()
    for place in range(min(len(records), HEADER_REACH)):
        if is_blank(records.record(place), dialect) or (place == 0 and _SEPARATOR_HINT.fullmatch(records.record(0))):
            continue
        names = tuple(column_name(cell) for cell in cells(records.record(place), dialect))
        alone = _Found(records, dialect, place, names, len(declared & set(names)))
        joined = _header_of_two_lines(alone, above, declared) if best and best.place == place - 1 else None
        for found in (alone, joined):
            if found and (best is None or found.hits > max(best.hits, 0 if place == 0 else min(1, len(declared) - 1))):
                best = found
        if declared and best and best.hits == len(declared):
            break
        above = names
    return best


def _header_of_two_lines(below: _Found, above: Sequence[str], declared: frozenset[str]) -> _Found:
    """A header of two lines: per column the names that the contract knows, of one line or of both together."""
    names: list[str] = []
    group = ""
    for place in range(max(len(above), len(below.names))):
        upper = above[place] if place < len(above) else ""
        lower = below.names[place] if place < len(below.names) else ""
        group = upper or group
        known = (f"{upper} {lower}".strip(), f"{group} {lower}".strip(), lower, upper)
        names.append(next((name for name in known if name in declared), known[0]))
    return _Found(below.records, below.dialect, below.place, tuple(names), len(declared & set(names)), depth=2)


def _header_found(head: bytes, found: _Found, terms: FileTerms) -> Header:
    dialect = with_escape(head, found.dialect)
    records, last = found.records, found.place
    data = _filled_records(found, last + 1, _FEW)
    subheaders = _subheaders(data, dialect, found.names)
    for _ in range(subheaders):
        last = next(place for place in range(last + 1, len(records)) if not is_blank(records.record(place), dialect))
    first = found.place - found.depth + 1
    titles, groups = _lines_above(records, dialect, first)
    data = data[subheaders:]
    if not all(found.names) or (data and len(cells(data[0], dialect)) != len(found.names)):
        data = _filled_records(found, last + 1, _SAMPLE)
    names, width = _width(found.names, data, dialect)
    differences = list(dialect_differences(dialect, records, terms))
    if titles:
        differences.append("found title lines before the header")
    if groups or subheaders or found.depth > 1:
        differences.append("found a header of several lines")
    has_hint = _SEPARATOR_HINT.fullmatch(records.record(0)) is not None
    return Header(
        dialect=dialect,
        names=_with_numbers(names, data, dialect),
        width=width,
        body=int(records.starts[last + 1]) if last + 1 < len(records) else records.consumed,
        sheet_rows=last + 1 - has_hint,
        lines=tuple(records.record(place) for place in range(first - groups, last + 1)),
        differences=tuple(differences),
    )


def _lines_above(records: Records, dialect: Dialect, first: int) -> tuple[int, int]:
    """How many lines above the header are titles, and how many, directly above it, name groups of columns."""
    start = 1 if _SEPARATOR_HINT.fullmatch(records.record(0)) else 0
    texts = [records.record(place) for place in range(start, first)]
    is_group = bool(texts) and _is_group(cells(texts[-1], dialect))
    return sum(not is_blank(text, dialect) for text in texts) - is_group, int(is_group)


def _is_group(fields: list[str]) -> bool:
    """Whether a line could name groups of columns: several fields, none with a digit."""
    named = [text for text in fields if text.strip()]
    return len(named) > 1 and not any(_is_telling(text) for text in named)


def _subheaders(data: list[bytes], dialect: Dialect, names: tuple[str, ...]) -> int:
    """How many records after the header go on with it.

    Such a record is not the header again, and has distinct words, without any digit or at sign, in every column in
    which all rows below have one; there are at least three of these columns and three such rows.
    """
    count = 0
    while count < min(_MOST_SUBHEADERS, len(data) - _FEWEST) and not _is_telling(
        data[count].decode("utf-8", "replace")
    ):
        words = tuple(column_name(cell) for cell in cells(data[count], dialect))
        below = [cells(record, dialect) for record in data[count + 1 : count + 1 + _FEW]]
        rows = [row for row in below if len(row) == len(words) and _is_telling("".join(row))]
        telling = [place for place in range(len(words)) if all(_is_telling(row[place]) for row in rows)]
        told = {words[place] for place in telling} - {""}
        if min(len(rows), len(telling)) < _FEWEST or len(told) < len(telling) or words == names:
            break
        count += 1
    return count


def _is_telling(text: str) -> bool:
    return _TELLING.search(text) is not None


def _width(names: tuple[str, ...], data: list[bytes], dialect: Dialect) -> tuple[tuple[str, ...], int]:
    """The columns, and the fields of a row: all may end with one empty field more, or lack the nameless last ones."""
    count = len(names)
    if not data or len(cells(data[0], dialect)) == count:
        return names, count
    rows = [cells(record, dialect) for record in data]
    is_ended = all(record.endswith(dialect.delimiter.encode()) for record in data)
    if is_ended and all(len(row) == count + 1 for row in rows):
        return names, count + 1
    shorter = len(rows[0])
    if shorter < count and not any(names[shorter:]) and all(len(row) == shorter for row in rows):
        return names[:shorter], shorter
    return names, count


def _with_numbers(names: tuple[str, ...], data: list[bytes], dialect: Dialect) -> tuple[str, ...]:
    """Names with `column <n>` for those without a name that hold something."""
    nameless = {place for place, name in enumerate(names) if not name}
    if not nameless:
        return names
    rows = [cells(record, dialect) for record in data]
    filled = {place for row in rows if len(row) == len(names) for place in nameless if row[place].strip()}
    return tuple(f"column {place + 1}" if place in filled else name for place, name in enumerate(names))


def footer_start(text: bytes, header: Header) -> int:
    """Where the total lines at the end of the text start; its length where there are none."""
    start = place = len(text)
    while place > 0:
        end = place - (text[place - 1] in b"\r\n")
        place = max(text.rfind(b"\n", 0, end), text.rfind(b"\r", 0, end)) + 1
        line = text[place:end]
        if len(text) - place > FOOTER_REACH or not (is_blank(line, header.dialect) or _is_total(line, header)):
            break
        start = start if is_blank(line, header.dialect) else place
    return start


def _is_total(line: bytes, header: Header) -> bool:
    """Whether a line can only be a total: fewer filled fields than columns, at most two, the first a word for it."""
    if line.count(header.dialect.quote.encode()) % 2:
        return False
    filled = [text.strip() for text in cells(line, header.dialect) if text.strip()]
    if not 0 < len(filled) <= min(2, len(header.names) - 1):
        return False
    is_personal = any(looks_like_person(text, "cell") for text in filled)
    return not is_personal and _TOTAL.match(normalize("NFC", filled[0]).casefold()) is not None
