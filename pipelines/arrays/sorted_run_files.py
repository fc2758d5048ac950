"""Sorted rows that are set aside on disk while a vendor's days are taken in. Never the identifiers of persons.

What lies there is what the lake will hold, and it is gone with the run: a file loses its name as soon as it is written,
so that the system frees it however the run ends; one cut off while it was written is removed with all that lies aside.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from uuid import uuid4

import pyarrow as pa


@dataclass(frozen=True)
class StoredRun:
    """Pieces of equal size in an open file without a name."""

    reader: pa.ipc.RecordBatchFileReader
    piece_rows: int

    def rows(self, start: int, end: int) -> Iterator[pa.Table]:
        """The rows from one place up to another, read piece by piece: what was read can be let go of."""
        for number in range(start // self.piece_rows, -(-end // self.piece_rows)):
            piece = self.reader.get_batch(number)
            first = number * self.piece_rows
            skipped = max(start - first, 0)
            yield pa.Table.from_batches([piece.slice(skipped, min(end - first, piece.num_rows) - skipped)])


@dataclass(frozen=True)
class SortedRunFiles:
    """A folder for rows that do not fit in memory; whoever owns the folder removes it."""

    folder: Path

    def set_aside(self, pieces: Iterator[pa.Table]) -> StoredRun:
        """Write pieces of equal size, the last one at most as large, and open them for reading."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{uuid4().hex}.arrow"
        first = next(pieces)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, first.schema) as writer:
            for piece in chain([first], pieces):
                writer.write_batch(piece.combine_chunks().to_batches()[0])
        reader = pa.ipc.open_file(pa.OSFile(str(path), "rb"))
        path.unlink()
        return StoredRun(reader, first.num_rows)
