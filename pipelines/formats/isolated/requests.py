"""What a child is asked for. Made by us alone, so that these may be pickled."""

from dataclasses import dataclass

from pipelines.contracts.contract import FileTerms
from pipelines.formats.limits import Limits
from pipelines.formats.table_edges import SoughtNames


@dataclass(frozen=True)
class HandedBytes:
    """How the bytes lie that come with a request."""

    size: int
    """Of the file as delivered; of a member of an archive, its content."""
    length: int
    """From the first byte to the last."""
    is_read_for: bool
    """Whether the descriptor leads to the parent, which reads them."""
    may_be_packed: bool
    member: str | None


@dataclass(frozen=True)
class ReadFile:
    """Look at a file, and keep it at hand for its rows."""

    number: int
    """Tells files apart."""
    handed: HandedBytes
    terms: FileTerms
    limits: Limits
    seconds: int


@dataclass(frozen=True)
class ReadChunk:
    """The next rows of the file at hand; from its beginning on if they are the first, or if others were skipped."""

    number: int
    place: int
    """How many chunks come before."""


@dataclass(frozen=True)
class OutlineFile:
    """Look at a file that no contract describes."""

    handed: HandedBytes
    terms: FileTerms
    sought: SoughtNames
    limits: Limits
    seconds: int


@dataclass(frozen=True)
class ReadTogether:
    """Read small files that came with it; what one group told of a header holds for the next of the same number."""

    number: int
    files: list[tuple[int, bytes]]
    terms: FileTerms
    limits: Limits
    seconds: int


@dataclass(frozen=True)
class ListArchive:
    """Name the files of a ZIP archive."""

    handed: HandedBytes
    limits: Limits
    seconds: int


@dataclass(frozen=True)
class ReadInvoice:
    """Read an electronic invoice."""

    handed: HandedBytes
    limits: Limits
    seconds: int


Request = ListArchive | ReadFile | ReadChunk | ReadInvoice | OutlineFile | ReadTogether
