"""What a reader gets out of a file: rows as text by column, in chunks. What becomes of them is decided in `intake`."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace

import pyarrow as pa

from pipelines.contracts.contract import FileTerms
from pipelines.vocabulary.reasons import Reason


def kind_differences(stated: str, found: str) -> tuple[Reason, ...]:
    """That a file is not of the format that the contract says."""
    return () if stated == found else (Reason("format_differs", stated=stated, found=found),)


@dataclass(frozen=True)
class FoundFormat:
    """How a file is written, as a contract would say it."""

    format: str
    delimiter: str | None = None
    encoding: str | None = None
    quote: str | None = None
    sheet: str | None = None

    def stated_in(self, terms: FileTerms) -> FileTerms:
        """Terms that say just this of the format."""
        return replace(terms, **asdict(self))


@dataclass(frozen=True)
class RawChunk:
    """Some consecutive rows of a file as text: the contract's columns of every well-formed row."""

    table: pa.Table
    """The delivered columns that the contract declares, as strings; nested values as JSON."""
    row_numbers: pa.Array
    """int64: 1-based data row of each row of the table."""
    malformed: pa.Array
    """int64: data rows that are no rows of this table."""
    sheet_rows: pa.Array | None = None
    """int64: the row of each row of the table as a spreadsheet numbers it; None where the format has no such rows."""
    malformed_sheet_rows: pa.Array | None = None
    """int64: the same for the malformed rows."""

    @property
    def row_count(self) -> int:
        """Data rows, malformed ones included."""
        return int(self.table.num_rows) + len(self.malformed)

    def part(self, start: int, size: int) -> "RawChunk":
        """Some consecutive rows of the table; the malformed ones go with the first."""
        is_first = start == 0
        return RawChunk(
            self.table.slice(start, size),
            self.row_numbers.slice(start, size),
            self.malformed if is_first else self.malformed.slice(0, 0),
            None if self.sheet_rows is None else self.sheet_rows.slice(start, size),
            self.malformed_sheet_rows if is_first else None,
        )


@dataclass(frozen=True)
class RawFile:
    """A file as text, in chunks of bounded size."""

    columns: tuple[str, ...]
    """Names of all delivered columns, in order; NFC, trimmed; empty for a column without name and values."""
    chunks: Callable[[], Iterator[RawChunk]]
    """Reads the rows, in order; each call reads the file anew. May raise `FileRefusedError` on the way."""
    well_formed: Reason | None = None
    """What a row should look like; None where the format has no row that is none."""
    format_differences: tuple[Reason, ...] = ()
    """Where the file is not of the format that the contract says; never a delivered value."""
    found: FoundFormat = field(kw_only=True)
    """How the file is written, whatever the contract says."""


@dataclass(frozen=True)
class AlikeFiles:
    """Files that were read together, and are alike in all but their rows. None of them has a malformed row."""

    places: tuple[int, ...]
    """Which they are among the files that were asked for."""
    row_counts: tuple[int, ...]
    """How many of the rows are each one's; all have some."""
    columns: tuple[str, ...]
    """As `RawFile.columns`, of each."""
    well_formed: Reason | None
    """As `RawFile.well_formed`."""
    chunk: RawChunk
    """The rows of all of them, file by file; row numbers start anew with each."""
