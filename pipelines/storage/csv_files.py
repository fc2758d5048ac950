"""Delimited text to text by column. The contract's dialect holds; where it is silent, it is found out."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from pipelines.domain.contracts import FileTerms
from pipelines.domain.delivered_files import (
    FileRefusal,
    RawChunk,
    RawFile,
    column_name,
    declared_names,
    declared_places,
)
from pipelines.domain.limits import Limits
from pipelines.storage.sources import Source

DELIMITERS: Final = (",", ";", "\t", "|")
"""Tried where the contract is silent, in this order where nothing else decides."""
WINDOWS: Final = "cp1252"
_HEAD: Final = 1 << 20
_NULS_IN_BINARY: Final = 100  # one byte of so many is zero in what is no text
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class Header:
    """The first record: its cells, the delimiter that gave them, and where the rest of the file starts, in bytes."""

    cells: tuple[str, ...]
    delimiter: str
    end: int


@dataclass(frozen=True)
class Body:
    """The well-formed records of the columns asked for, and the 1-based numbers of the others."""

    table: pa.Table
    malformed: tuple[int, ...]


def read_csv(source: Source, terms: FileTerms, limits: Limits) -> RawFile | FileRefusal:
    """Read delimited text. A record is malformed if it has not as many fields as the header; a blank line is none."""
    text = as_utf8(source.read(), terms.encoding)
    if text is None or text.count(b"\0", 0, _HEAD) * _NULS_IN_BINARY > len(text[:_HEAD]):
        return FileRefusal("file_undecodable", f"text in {terms.encoding or 'UTF-8 or Windows-1252'}")
    declared = declared_names(terms)
    quote = terms.quote or '"'
    header = _header(text, [terms.delimiter] if terms.delimiter else DELIMITERS, quote, declared)
    names = [column_name(cell) for cell in header.cells]
    wanted = declared_places(names, declared)
    nameless = [place for place, name in enumerate(names) if not name]
    if not wanted:
        return RawFile(tuple(names), lambda: iter(()))
    body = _body(text, header, quote, [*wanted.values(), *nameless])
    for place in nameless:
        if pc.any(pc.not_equal(body.table[f"{place}"], "")).as_py():
            names[place] = f"column {place + 1}"
    chunk = RawChunk(
        table=pa.table({name: body.table[f"{place}"] for name, place in wanted.items()}),
        row_numbers=_row_numbers(body),
        malformed=pa.array(body.malformed, pa.int64()),
    )
    return RawFile(tuple(names), lambda: iter([chunk]), well_formed=f"{len(names)} fields, as in the header")


def _row_numbers(body: Body) -> pa.Array:
    numbers = np.arange(1, body.table.num_rows + len(body.malformed) + 1)
    return pa.array(np.delete(numbers, np.array(body.malformed, np.int64) - 1))


def as_utf8(content: bytes, encoding: str | None) -> bytes | None:
    """Text as UTF-8 without a byte order mark; None if it is not in the encoding.

    Without an encoding: that of the mark, else strict UTF-8, else Windows-1252, which Latin-1 stands for as well.
    """
    mark, marked = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", None))
    if encoding is None:
        encodings = [marked] if marked else ["utf-8", WINDOWS]
    else:
        name = codecs.lookup(encoding).name
        encodings = [WINDOWS, name] if name == "iso8859-1" else [marked or name] if name.startswith("utf") else [name]
        mark = mark if name.startswith("utf") else b""
    for name in encodings:
        try:
            text = content[len(mark) :].decode(name)
        except UnicodeDecodeError:
            continue
        return content[len(mark) :] if name == "utf-8" else text.encode("utf-8", "replace")
    return None


def _header(text: bytes, delimiters: Sequence[str], quote: str, declared: frozenset[str]) -> Header:
    """The header by the delimiter that gives most of the contract's columns, then most cells."""
    head = text[:_HEAD].decode("utf-8", "ignore")
    found = [_first_record(head, delimiter, quote) for delimiter in delimiters]
    return max(
        found, key=lambda header: (len(declared & {column_name(cell) for cell in header.cells}), len(header.cells))
    )


def _first_record(head: str, delimiter: str, quote: str) -> Header:
    consumed = 0

    def lines() -> Iterator[str]:
        nonlocal consumed
        for line in io.StringIO(head, newline=""):
            consumed += len(line.encode())
            yield line

    try:
        cells = next((tuple(cells) for cells in csv.reader(lines(), delimiter=delimiter, quotechar=quote) if cells), ())
    except csv.Error:
        cells = ()
    return Header(cells, delimiter, consumed)


def _body(text: bytes, header: Header, quote: str, places: list[int]) -> Body:
    """Records after the header. Where some are malformed they are read again, one by one, to learn their numbers."""
    if re.compile(rb"[\r\n]*").fullmatch(text, header.end):
        return Body(pa.table({f"{place}": pa.array([], pa.string()) for place in places}), ())
    body = memoryview(text)[header.end :]
    used_quote = quote if text.find(quote.encode(), header.end) >= 0 else None
    parse = partial(_parse, body, header, used_quote, places)
    try:
        parsed = parse(block_size=None, is_threaded=len(body) > _HEAD)
        if parsed.malformed:
            parsed = parse(block_size=None, is_threaded=False)
    except pa.ArrowInvalid:  # a record longer than a block
        parsed = parse(block_size=len(body) + 1, is_threaded=False)
    return parsed


def _parse(
    body: memoryview,
    header: Header,
    quote: str | None,
    places: list[int],
    *,
    block_size: int | None,
    is_threaded: bool,
) -> Body:
    """Parse once; the numbers of malformed records are known only without threads, and are 0 with them."""
    malformed: list[int] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        malformed.append(row.number or 0)
        return "skip"

    names = [f"{place}" for place in range(len(header.cells))]
    wanted = [f"{place}" for place in places]
    table = arrow_csv.read_csv(
        pa.BufferReader(body),
        arrow_csv.ReadOptions(column_names=names, block_size=block_size, use_threads=is_threaded),
        arrow_csv.ParseOptions(
            delimiter=header.delimiter,
            quote_char=quote or False,
            newlines_in_values=quote is not None,
            invalid_row_handler=skip,
        ),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()), include_columns=wanted, strings_can_be_null=False
        ),
    )
    return Body(table, tuple(malformed))
