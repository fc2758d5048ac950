"""Delimited text to text by column, in chunks. The contract's dialect holds where it works; else the file's own.

Encodings belong to `text_encodings`, delimiters to `dialects`, the header to `header`, records to
`records`. A file is read twice: once for its encoding and its end, once for its rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from pipelines.contracts.contract import FileTerms, declared_names, declared_places
from pipelines.formats.delimited.header import TextHead
from pipelines.formats.delimited.quoting import without_escapes
from pipelines.formats.delimited.records import Places, Records, Truth
from pipelines.formats.delimited.survey import Survey, are_no_rows, body_records, survey_csv
from pipelines.formats.limits import FileRefusal, Limits
from pipelines.formats.raw import FoundFormat, RawChunk, RawFile
from pipelines.formats.source import Source
from pipelines.formats.text_encodings import BLOCK, STRAY, Encoding
from pipelines.vocabulary.reasons import Reason

MOST_ROWS: Final = 250_000
"""Rows of one chunk."""
_ARROW_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class DelimitedReading:
    """What is read of which text, and how."""

    source: Source
    survey: Survey
    wanted: dict[str, int]
    """Declared column -> its place."""
    limits: Limits
    block_bytes: int

    @property
    def must_be_empty(self) -> range:
        """Places of fields beyond the header."""
        head = self.survey.head
        return range(len(head.names), head.width)


def read_csv(source: Source, terms: FileTerms, limits: Limits, *, block_bytes: int = BLOCK) -> RawFile | FileRefusal:
    """Read delimited text. Blank lines, repeated headers and totals at the end are no rows.

    A row is malformed if it has not as many fields as the header, if its quotes are wrong, or if a byte in one of the
    contract's columns is no character.

    Args:
        source: the file.
        terms: what the contract says of it.
        limits: what exceeds them refuses the file.
        block_bytes: how much is read at a time; it changes nothing but the size of the chunks.
    """
    survey = survey_csv(source, terms, limits, block_bytes)
    if isinstance(survey, FileRefusal):
        return survey
    names = survey.head.names
    wanted = declared_places(names, declared_names(terms))
    reading = DelimitedReading(source, survey, wanted, limits, block_bytes)
    return RawFile(
        names,
        partial(_delimited_chunks, reading) if wanted else lambda: iter(()),
        well_formed=well_formed(names),
        format_differences=survey.differences,
        found=found_format(survey.encoding, survey.head),
    )


def found_format(encoding: Encoding, head: TextHead) -> FoundFormat:
    """How a delimited text is written; without a delimiter where none occurs."""
    delimiter = head.dialect.delimiter
    is_there = head.width > 1 or any(delimiter.encode() in line for line in head.lines)
    return FoundFormat("csv", delimiter if is_there else None, encoding.name, head.dialect.quote)


def well_formed(names: tuple[str, ...]) -> Reason:
    """What a row of a file with these columns should look like."""
    return Reason("row_of_fields", fields=len(names))


def _delimited_chunks(reading: DelimitedReading) -> Iterator[RawChunk]:
    """The rows of a file.

    Raises:
        FileRefusedError: a limit is exceeded.
    """
    rows_before, sheet_rows_before = 0, reading.survey.head.sheet_rows
    for records in body_records(reading.source, reading.survey, reading.limits, reading.block_bytes):
        rows = np.flatnonzero(~are_no_rows(records, reading.survey))
        if len(rows):
            table, well_formed = read_rows(records, rows, reading)
            block = _Block(rows, table, well_formed, rows_before + 1, sheet_rows_before + 1)
            yield from (block.chunk(start) for start in range(0, len(rows), MOST_ROWS))
        rows_before += len(rows)
        sheet_rows_before += len(records)
        reading.limits.check("rows", rows_before)


@dataclass(frozen=True)
class _Block:
    """The rows of some records, as places among these."""

    rows: Places
    table: pa.Table
    well_formed: Places
    """The places of the table's rows."""
    first_row: int
    first_sheet_row: int

    def chunk(self, start: int) -> RawChunk:
        """At most `MOST_ROWS` rows from a row on."""
        rows = self.rows[start : start + MOST_ROWS]
        first, end = np.searchsorted(self.well_formed, [rows[0], rows[-1] + 1])
        well_formed = self.well_formed[first:end]
        malformed = np.setdiff1d(rows, well_formed, assume_unique=True)
        return RawChunk(
            table=self.table.slice(first, end - first),
            row_numbers=self._numbers(well_formed),
            malformed=self._numbers(malformed),
            sheet_rows=pa.array(well_formed + self.first_sheet_row),
            malformed_sheet_rows=pa.array(malformed + self.first_sheet_row),
        )

    def _numbers(self, places: Places) -> pa.Array:
        return pa.array(np.searchsorted(self.rows, places) + self.first_row)


def read_rows(records: Records, rows: Places, reading: DelimitedReading) -> tuple[pa.Table, Places]:
    """The well-formed rows among some records, and their places."""
    head = reading.survey.head
    candidates = rows[~records.is_broken[rows]]
    places = sorted({*reading.wanted.values(), *reading.must_be_empty})
    text = _records_joined(records, candidates)
    has_quotes = head.dialect.is_escaped or head.dialect.quote.encode() in records.text
    table, ragged = _parse_columns(text, head, places, has_quotes=has_quotes)
    whole = np.delete(candidates, ragged) if ragged else candidates
    if table.num_rows != len(whole):
        raise ValueError("two ways of counting records do not agree")
    is_good = _are_good(table, reading)
    if not is_good.all():
        table, whole = table.filter(pa.array(is_good)), whole[is_good]
    _check_cells(table, reading.limits)
    values = (table[f"{place}"] for place in reading.wanted.values())
    plain = map(without_escapes, values) if reading.survey.has_escapes else values
    return pa.table(dict(zip(reading.wanted, plain, strict=True))), whole


def _are_good(table: pa.Table, reading: DelimitedReading) -> Truth:
    """Rows without a stray byte, and with nothing in the fields beyond the header."""
    is_good = np.ones(table.num_rows, np.bool_)
    for place in reading.must_be_empty:
        is_good &= pc.equal(pc.utf8_trim_whitespace(table[f"{place}"]), "").to_numpy()
    for place in reading.wanted.values() if reading.survey.encoding.has_strays else ():
        is_good &= ~pc.match_substring(table[f"{place}"], STRAY.decode()).to_numpy()
    return is_good


def _check_cells(table: pa.Table, limits: Limits) -> None:
    if table.nbytes <= limits.cell_characters:
        return
    for column in table.columns:
        if (pc.max(pc.binary_length(column)).as_py() or 0) > limits.cell_characters:
            limits.check("cell_characters", pc.max(pc.utf8_length(column)).as_py())


def _records_joined(records: Records, places: Places) -> memoryview:
    """The text of some records, one after the other, with their line ends."""
    text = memoryview(records.text)
    if not len(places):
        return text[:0]
    is_first = np.diff(places, prepend=places[0] - 2) != 1
    first, last = places[is_first], places[np.append(is_first[1:], True)]
    if len(first) == 1:
        return text[records.starts[first[0]] : records.ends[last[0]]]
    spans = zip(records.starts[first].tolist(), records.ends[last].tolist(), strict=True)
    return memoryview(b"\n".join(text[start:end] for start, end in spans))


def _parse_columns(
    text: memoryview, head: TextHead, places: list[int], *, has_quotes: bool
) -> tuple[pa.Table, list[int]]:
    """The columns at some places, and which records have not as many fields as they should."""
    if not len(text):
        return pa.table({f"{place}": pa.array([], pa.string()) for place in places}), []
    is_large = len(text) > _ARROW_BLOCK
    parse = partial(_parse_once, text, head, places, has_quotes=has_quotes)
    try:
        table, ragged = parse(block_size=_ARROW_BLOCK, is_threaded=is_large)
        if ragged and is_large:  # their numbers are known without threads only
            table, ragged = parse(block_size=_ARROW_BLOCK, is_threaded=False)
    except pa.ArrowInvalid:  # a record longer than a block
        table, ragged = parse(block_size=len(text) + 1, is_threaded=False)
    return table, ragged


def _parse_once(
    text: memoryview, head: TextHead, places: list[int], *, has_quotes: bool, block_size: int, is_threaded: bool
) -> tuple[pa.Table, list[int]]:
    ragged: list[int] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        ragged.append((row.number or 1) - 1)
        return "skip"

    dialect = head.dialect
    columns = [f"{place}" for place in places]
    table = arrow_csv.read_csv(
        pa.BufferReader(pa.py_buffer(text)),
        arrow_csv.ReadOptions(
            column_names=[f"{place}" for place in range(head.width)], block_size=block_size, use_threads=is_threaded
        ),
        arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote if has_quotes else False,
            escape_char="\\" if dialect.is_escaped else False,
            newlines_in_values=has_quotes,
            invalid_row_handler=skip,
        ),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), include_columns=columns, strings_can_be_null=False
        ),
    )
    return table, ragged
