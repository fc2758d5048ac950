"""Opposition files on their way to the registry: opened by the readers of deliveries, laid out, read into lines.

A file of our own header, in UTF-8 and with commas, is read line by line: a stray quote in it spoils its line only.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa
from rich.progress import Progress

from pipelines.contracts.contract import FieldTerms, FileTerms
from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.sources import DeliveredSource
from pipelines.formats.isolated.readers import read_source
from pipelines.formats.limits import FileRefusal, FileRefusedError, Limits
from pipelines.formats.raw import RawChunk, RawFile
from pipelines.formats.source import BytesSource, Source
from pipelines.formats.text_encodings import encoding_of, survey
from pipelines.identifiers.keyed_hashes import IdentityHasher
from pipelines.oppositions.columns import Lines, parse_in_columns, read_in_columns
from pipelines.oppositions.layouts import DATES, FileLayout, LayoutError, in_their_words, laid_out
from pipelines.oppositions.lines import HeaderError, LineFault, RefusedLine, read_header
from pipelines.wording.reasons import published

ReadLines = Callable[[IdentityHasher, Progress], Lines]
OWN: Final = FileLayout()


def open_oppositions(path: Path, layout: FileLayout, now: datetime) -> ReadLines:
    """What reads the lines of a file. What makes the file as a whole unreadable is found out here, if its rows need not
    be parsed for it.

    Args:
        path: the file.
        layout: what the import was told of it.
        now: when its oppositions become known, where it does not say when they did.

    Raises:
        OSError: it can't be opened.
        LayoutError: it is not laid out as told.
    """
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        first = file.readline()
    try:
        columns = read_header(first) if layout == OWN else None
    except HeaderError:
        columns = None
    return partial(_own_lines, path, columns) if columns else _open_laid_out(path, layout, now).lines


def _own_lines(path: Path, columns: tuple[str, ...], hasher: IdentityHasher, progress: Progress) -> Lines:
    with progress.open(path, "r", encoding="utf-8-sig", errors="surrogateescape", description=path.name) as file:
        next(file)  # the header
        yield from read_in_columns(file, columns, hasher)


@dataclass(frozen=True)
class _LaidOutFile:
    """A file under its layout."""

    name: str
    raw: RawFile
    found: Mapping[str, str]
    constants: Mapping[str, str]
    patterns: Mapping[str, str]
    rows_before: int
    """Rows that we put before those of the file: 1 for a header, else 0."""

    def lines(self, hasher: IdentityHasher, progress: Progress) -> Lines:
        """Its lines, good and refused.

        Raises:
            LayoutError: a row shows that the file can't be read.
        """
        progress.add_task(self.name, total=None)
        for chunk in _chunks_unless_refused(self.raw):
            refused = self._malformed(chunk)
            for line in self._parsed(chunk, hasher):
                if isinstance(line, RefusedLine):
                    refused.append(in_their_words(line, self.found, self.patterns))
                else:
                    yield line
            yield from sorted(refused, key=lambda line: line.line_number)

    def _parsed(self, chunk: RawChunk, hasher: IdentityHasher) -> Lines:
        cells = laid_out(chunk.table, self.found, self.constants, self.patterns)
        return parse_in_columns(self._line_numbers(chunk.sheet_rows, chunk.row_numbers), cells, hasher)

    def _malformed(self, chunk: RawChunk) -> list[RefusedLine]:
        fault = LineFault(None, f"{len(self.raw.columns)} cells, as in the header, and every quote closed")
        numbers = self._line_numbers(chunk.malformed_sheet_rows, chunk.malformed)
        return [RefusedLine(number, (fault,)) for number in numbers]

    def _line_numbers(self, sheet_rows: pa.Array | None, data_rows: pa.Array) -> list[int]:
        found: pa.Array = data_rows if sheet_rows is None else sheet_rows
        return [number - self.rows_before for number in found.to_pylist()]


def _open_laid_out(path: Path, layout: FileLayout, now: datetime) -> _LaidOutFile:
    delivered: Source = DeliveredSource(DeliveredFile(path.name, path, "", path.stat().st_size), Limits())
    fields = tuple(FieldTerms(ours, theirs) for ours, theirs in layout.names.items())
    source = delivered if layout.has_header else _with_header(delivered, fields[0].physical_name)
    raw = read_source(source, FileTerms("oppositions", "*", "csv", fields=fields), Limits())
    if isinstance(raw, FileRefusal):
        raise LayoutError(published(raw.cause))
    found = layout.found_in(raw.columns)
    constants = {**layout.constants, **({} if "recorded_at" in found else {"recorded_at": now.isoformat()})}
    patterns = {ours: _pattern(raw, layout, theirs) for ours, theirs in found.items() if ours in DATES}
    known = {ours: pattern for ours, pattern in patterns.items() if pattern}
    return _LaidOutFile(path.name, raw, found, constants, known, int(not layout.has_header))


def _with_header(source: Source, name: str) -> Source:
    """A text of one column with its name before it, in its own encoding."""
    content = source.read()
    encoding = encoding_of(survey([content]), None)
    if encoding is None:
        raise LayoutError("expected text with --no-header; give workbooks a header")
    mark = content[: encoding.mark]
    return BytesSource(mark + f"{name}\n".encode(encoding.codec) + content[len(mark) :])


def _pattern(raw: RawFile, layout: FileLayout, name: str) -> str | None:
    texts = [chunk.table[name].unique() for chunk in _chunks_unless_refused(raw)]
    return layout.pattern_of(name, pa.concat_arrays([pa.array([], pa.string()), *texts]))


def _chunks_unless_refused(raw: RawFile) -> Iterator[RawChunk]:
    try:
        yield from raw.chunks()
    except FileRefusedError as error:
        raise LayoutError(published(error.refusal.cause)) from None
