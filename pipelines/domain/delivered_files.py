"""What lies in a delivery folder, and what a reader gets out of a file. Nothing here decides what becomes of it.

A delivery is all files of one vendor for one date. Its files are told apart by their path below the folder; a member of
an archive counts as a file of its own, under `archive.zip/member`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from unicodedata import normalize

import pyarrow as pa

from pipelines.domain.contracts import Contract, FileTerms
from pipelines.domain.intake_manifests import Manifest

_LIKE_AN_IDENTIFIER: Final = re.compile(r"@|(?:\d[\s.\-/()]*){7,}")
LONGEST_NAME: Final = 64
_ENDINGS: Final = "csv|txt|tsv|json|jsonl|ndjson|xlsx?|ods|parquet|zip|gz|zst"
_EMAIL_IN_NAME: Final = re.compile(rf"[^\s/@]*@[^\s/]*?(?=(?:\.(?:{_ENDINGS}))*(?:$|[\s/]))", re.IGNORECASE)
_PHONE_IN_NAME: Final = re.compile(
    r"(?<!\d)(?:(?:\+|00)\d(?:[\s.\-_]?(?:\(0\))?\d){7,14}|0[1-9](?:[\s.\-_]?\d\d){4}|33[1-9]\d{8}|[67]\d{8})(?!\d)"
)  # a date or an instant in a file's name is none


@dataclass(frozen=True)
class FileRefusal:
    """Why a whole file is not accepted. `expected` and `column` never hold a delivered value."""

    reason: str
    expected: str
    column: str | None = None


@dataclass(frozen=True)
class DeliveredFile:
    """One file of a delivery."""

    name: str
    """Path below the delivery folder, with `/`."""
    path: Path
    """Where its bytes lie: the file, or the archive that holds it."""
    digest: str
    """SHA-256 of its bytes as delivered (of a member's own bytes; of the archive's digest and the name of a member that
    can't be unpacked), lower-case hex."""
    size: int
    """Bytes as delivered."""
    received_at: datetime | None = None
    """Aware; None when our transport left no record."""
    member: str | None = None
    """Name inside the archive."""
    is_sealed: bool = False
    """Whether `path` is encrypted; digest and size are those of the clear bytes."""
    manifest: Manifest | None = None
    fault: FileRefusal | None = None
    """Set when it could not even be looked into: a broken archive or manifest."""


@dataclass(frozen=True)
class Delivery:
    """One vendor's folder of one date, with the contract in force then."""

    day: date
    contract: Contract | None
    files: tuple[DeliveredFile, ...] = ()


class FileRefusedError(Exception):
    """A file turned out to be unreadable while its rows were read: nothing of it counts."""

    def __init__(self, refusal: FileRefusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


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
    well_formed: str = ""
    """What a row should look like, in words."""
    format_differences: tuple[str, ...] = ()
    """Where the file is not of the format that the contract says, in words; never a delivered value."""


@dataclass(frozen=True)
class AlikeFiles:
    """Files that were read together, and are alike in all but their rows. None of them has a malformed row."""

    places: tuple[int, ...]
    """Which they are among the files that were asked for."""
    row_counts: tuple[int, ...]
    """How many of the rows are each one's; all have some."""
    columns: tuple[str, ...]
    """As `RawFile.columns`, of each."""
    well_formed: str
    """As `RawFile.well_formed`."""
    chunk: RawChunk
    """The rows of all of them, file by file; row numbers start anew with each."""


@lru_cache(maxsize=4096)
def column_name(text: str) -> str:
    """A column's name as declared and delivered names are compared: NFC, trimmed."""
    return normalize("NFC", text).strip()


def declared_names(terms: FileTerms) -> frozenset[str]:
    """Columns that the contract declares, as `column_name` gives them."""
    return frozenset(column_name(field.physical_name) for field in terms.fields)


def declared_places(names: Sequence[str], declared: frozenset[str]) -> dict[str, int]:
    """Where the declared columns stand among the delivered ones; the first of two with one name counts."""
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        if name in declared:
            places.setdefault(name, place)
    return places


def shown_name(name: str, position: int) -> str:
    """A delivered column name as it may be kept: bounded, and `column <n>` if it looks like a person's identifier."""
    kept = name if not _LIKE_AN_IDENTIFIER.search(name) else f"column {position}"
    return kept[:LONGEST_NAME]


def shown_file_names(names: Iterable[str]) -> dict[str, str]:
    """The names of a delivery's files as they may be kept: addresses and phone numbers masked, no two alike."""
    shown: dict[str, str] = {}
    masked = {name: _PHONE_IN_NAME.sub("[phone]", _EMAIL_IN_NAME.sub("[e-mail]", name)) for name in sorted(names)}
    taken = {name for name, mask in masked.items() if name == mask}
    counts: Counter[str] = Counter()
    for name, mask in masked.items():
        kept = mask
        while name != mask and kept in taken:
            counts[mask] += 1
            kept = f"{mask} ({counts[mask] + 1})"
        taken.add(kept)
        shown[name] = kept
    return shown
