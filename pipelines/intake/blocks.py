"""The rows of many files in blocks of bounded size: small files are gathered, across days, and large ones cut.

A block holds rows of one role under one contract. What becomes of its rows belongs to `acceptance`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from pipelines.arrays.values import TEXT
from pipelines.formats.limits import Limits
from pipelines.formats.raw import RawChunk
from pipelines.intake.fields import Rows
from pipelines.intake.files import FileCase, Read, ReadTogether, note_read_together
from pipelines.intake.refusals import REFUSALS, row_refusals
from pipelines.vocabulary.clock import as_lake
from pipelines.vocabulary.column_names import column_name
from pipelines.vocabulary.reasons import Reason

BLOCK_ROWS: Final = 131_072
"""Rows that are mapped and validated together."""
BLOCK_BYTES: Final = 64 * 2**20
"""The same, as delivered text."""


@dataclass(frozen=True)
class Block:
    """Some rows of one role under one contract, and the malformed ones among them as refusals."""

    rows: Rows
    malformed: pa.Table


@dataclass(frozen=True)
class _Piece:
    """Some rows of the files that have these places among the run's files, so many of each."""

    places: Sequence[int]
    row_counts: Sequence[int]
    chunk: RawChunk
    byte_count: int

    @property
    def place(self) -> int:
        """The file's, or the first one's."""
        return self.places[0]


def blocks(
    cases: Sequence[FileCase], read: Read, limits: Limits, read_together: ReadTogether | None = None
) -> Iterator[Block]:
    """Read every file that is to be read; each case ends read or refused.

    Of a file that is refused while it is read, a block may have brought rows: they do not count.
    """
    received_at = pa.array([_recorded(case) for case in cases], pa.timestamp("us"))
    for places in _groups(cases):
        for gathered in _gathered_pieces(_all_pieces(places, cases, read, limits, read_together)):
            kept = [piece for piece in gathered if cases[piece.place].is_to_be_read]
            if kept:
                rows = _rows_of_pieces(kept, cases[kept[0].place], received_at)
                yield Block(rows, _malformed(kept, cases, limits.rejected_rows))


def _recorded(case: FileCase) -> object:
    return as_lake(case.file.received_at) if case.file.received_at else None


def _groups(cases: Sequence[FileCase]) -> Iterable[list[int]]:
    """Places of the files to be read, by role and contract, in order."""
    groups: dict[tuple[str | None, object, str], list[int]] = {}
    for place, case in enumerate(cases):
        if case.is_to_be_read:
            groups.setdefault((case.role, case.contract.valid_from, case.contract.digest), []).append(place)
    return groups.values()


def _all_pieces(
    places: Sequence[int], cases: Sequence[FileCase], read: Read, limits: Limits, read_together: ReadTogether | None
) -> Iterator[_Piece]:
    """The rows of files of one role under one contract: first those that are read together, then the others."""
    alone = dict.fromkeys(places)
    files = [cases[place].file for place in places]
    for alike in read_together(files, cases[places[0]].terms) if read_together else ():
        together = [places[number] for number in alike.places]
        for place in together:
            del alone[place]
        if note_read_together([cases[place] for place in together], alike, limits):
            yield _Piece(together, alike.row_counts, alike.chunk, alike.chunk.table.nbytes)
    for place in alone:
        yield from _pieces(place, cases[place], read, limits)


def _pieces(place: int, case: FileCase, read: Read, limits: Limits) -> Iterator[_Piece]:
    for chunk in case.chunks(read, limits):
        byte_count = chunk.table.nbytes
        parts = max(-(-chunk.table.num_rows // BLOCK_ROWS), -(-byte_count // BLOCK_BYTES), 1)
        size = -(-chunk.table.num_rows // parts)
        for number in range(parts):
            part = chunk if parts == 1 else chunk.part(number * size, size)
            yield _Piece([place], [part.table.num_rows], part, byte_count // parts)


def _gathered_pieces(pieces: Iterator[_Piece]) -> Iterator[list[_Piece]]:
    held: list[_Piece] = []
    row_count = byte_count = 0
    for piece in pieces:
        row_count, byte_count = row_count + piece.chunk.row_count, byte_count + piece.byte_count
        if held and (row_count > BLOCK_ROWS or byte_count > BLOCK_BYTES):
            yield held
            held, row_count, byte_count = [], piece.chunk.row_count, piece.byte_count
        held.append(piece)
    if held:
        yield held


def _rows_of_pieces(pieces: Sequence[_Piece], like: FileCase, received_at: pa.Array) -> Rows:
    columns = {field.name: column_name(field.physical_name) for field in like.terms.fields}
    chunks = [piece.chunk for piece in pieces]
    places = np.array([place for piece in pieces for place in piece.places], np.int64)
    files = pa.array(np.repeat(places, [count for piece in pieces for count in piece.row_counts]))
    return Rows(
        like.contract,
        like.terms,
        _texts_by_field(chunks, columns),
        files,
        pa.concat_arrays([chunk.row_numbers for chunk in chunks]),
        pa.concat_arrays([_or_nulls(chunk.sheet_rows, chunk.table.num_rows) for chunk in chunks]),
        received_at.take(files),
    )


def _texts_by_field(chunks: Sequence[RawChunk], columns: Mapping[str, str]) -> pa.Table:
    """The contract's columns by canonical field; NULL where a file has not delivered one."""
    names = [frozenset(chunk.table.column_names) for chunk in chunks]
    texts = {
        field: [
            part
            for chunk, delivered in zip(chunks, names, strict=True)
            for part in (chunk.table[column].chunks if column in delivered else [_nothing(chunk)])
        ]
        for field, column in columns.items()
    }
    return pa.table({field: pa.chunked_array(parts, TEXT) for field, parts in texts.items()})


def _nothing(chunk: RawChunk) -> pa.Array:
    return pa.nulls(chunk.table.num_rows, TEXT)


def _malformed(pieces: Sequence[_Piece], cases: Sequence[FileCase], most: int) -> pa.Table:
    parts = [REFUSALS.empty_table()]
    for place, chunk in ((piece.place, piece.chunk) for piece in pieces if len(piece.chunk.malformed)):
        files = pa.repeat(pa.scalar(place, pa.int64()), len(chunk.malformed))
        sheet_rows = _or_nulls(chunk.malformed_sheet_rows, len(chunk.malformed))
        where = [files, chunk.malformed, sheet_rows]
        parts.append(row_refusals(where, "row_malformed", None, _well_formed(cases[place]), most))
    return pa.concat_tables(parts)


def _well_formed(case: FileCase) -> Reason:
    if case.well_formed is None:
        raise ValueError(f"{case.terms.format}: its reader finds malformed rows, and tells not what a row should be")
    return case.well_formed


def _or_nulls(rows: pa.Array | None, count: int) -> pa.Array:
    return pa.nulls(count, pa.int64()) if rows is None else rows
