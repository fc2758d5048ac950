"""How much a delivered file may hold. Settings give the values; the readers refuse what exceeds them, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from pipelines.vocabulary.reasons import Reason

Bound = Literal[
    "file_bytes", "held_bytes", "expansion", "rows", "columns", "cell_characters", "archive_files", "read_seconds"
]

_CAUSES: Final[Mapping[Bound, Callable[..., Reason]]] = {
    "file_bytes": partial(Reason, "limit_file_bytes"),
    "held_bytes": partial(Reason, "limit_held_bytes"),
    "expansion": partial(Reason, "limit_expansion"),
    "rows": partial(Reason, "limit_rows"),
    "columns": partial(Reason, "limit_columns"),
    "cell_characters": partial(Reason, "limit_cell_characters"),
    "archive_files": partial(Reason, "limit_archive_files"),
    "read_seconds": partial(Reason, "limit_read_seconds"),
}
PROPORTION_BYTES: Final = 64 * 2**20
"""Bytes as delivered for each of which a file has `read_seconds`."""
FREE: Final = 2**20
"""Bytes that any packing may expand to."""
FREE_EXTENT: Final = 2**27
"""Bytes for which any file may make a parser find room: stray cells far away are common, and do no harm so far."""


@dataclass(frozen=True)
class FileRefusal:
    """Why a whole file is not accepted. `cause` and `column` never hold a delivered value."""

    reason: str
    """One of `words.REJECT_REASONS`."""
    cause: Reason
    column: str | None = None


class FileRefusedError(Exception):
    """A file turned out to be unreadable while its rows were read: nothing of it counts."""

    def __init__(self, refusal: FileRefusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


@dataclass(frozen=True)
class Limits:
    """Upper bounds of one delivered file."""

    file_bytes: int = 16 * 2**30
    """Bytes of content, unpacked; of an archive, all its files together."""
    held_bytes: int = 2 * 2**30
    """Bytes in memory of a file that can only be read whole: a workbook, a Parquet file in a packing."""
    expansion: int = 1_000
    """Bytes of content for each byte as delivered; the first MiB of content is free."""
    rows: int = 50_000_000
    """Data rows."""
    columns: int = 1_000
    cell_characters: int = 1_000_000
    archive_files: int = 1_000
    """Files in one archive."""
    rejected_rows: int = 10_000
    """Rejected rows that are told one by one, and then as many runs of them. No file is refused for more."""
    read_seconds: int = 300
    """Of a processor that reading a file may take: its look, and each pass over its rows. We wait longer."""
    read_bytes: int = 4 * 2**30
    """Of memory that reading a file may take; no more than half of what a container may use."""

    def seconds_for(self, size: int) -> int:
        """Seconds that reading a file of so many bytes as delivered may take: in proportion where it is large."""
        return self.read_seconds * max(1, -(-size // PROPORTION_BYTES))

    def refusal(self, bound: Bound) -> FileRefusal:
        """The refusal of a file that exceeds a bound; its cause names the bound and the setting that moves it."""
        return FileRefusal("limit_exceeded", _CAUSES[bound](most=getattr(self, bound)))

    def check_extent(self, announced: int, delivered: int) -> None:
        """Refuse a file for which a parser would find more room than may be held, or than its own size can explain.

        Args:
            announced: bytes for the cells or values that it says it has, filled or not.
            delivered: bytes of the file.

        Raises:
            FileRefusedError: it is too much.
        """
        self.check("held_bytes", announced)
        if announced > FREE_EXTENT:
            self.check("expansion", announced // max(1, delivered))

    def check(self, bound: Bound, count: int) -> None:
        """Refuse what exceeds a bound.

        Raises:
            FileRefusedError: `count` is greater than the bound.
        """
        if count > getattr(self, bound):
            raise FileRefusedError(self.refusal(bound))
