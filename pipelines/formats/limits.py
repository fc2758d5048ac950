"""How much a delivered file may hold. Settings give the values; the readers refuse what exceeds them, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Bound = Literal["file_bytes", "held_bytes", "expansion", "rows", "columns", "cell_characters", "archive_files"]

_WORDS: Final[Mapping[Bound, str]] = {
    "file_bytes": "bytes of content, unpacked",
    "held_bytes": "bytes in memory for a file that can only be read whole",
    "expansion": "bytes of content for each byte as delivered",
    "rows": "data rows",
    "columns": "columns",
    "cell_characters": "characters in a cell",
    "archive_files": "files in an archive",
}
FREE: Final = 2**20
"""Bytes that any packing may expand to."""


@dataclass(frozen=True)
class FileRefusal:
    """Why a whole file is not accepted. `expected` and `column` never hold a delivered value."""

    reason: str
    expected: str
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

    def refusal(self, bound: Bound) -> FileRefusal:
        """The refusal of a file that exceeds a bound; its words name the bound and the setting that moves it."""
        words = f"at most {getattr(self, bound):,} {_WORDS[bound]} (OPPOSABLE_MAX_{bound.upper()})"
        return FileRefusal("limit_exceeded", words)

    def check(self, bound: Bound, count: int) -> None:
        """Refuse what exceeds a bound.

        Raises:
            FileRefusedError: `count` is greater than the bound.
        """
        if count > getattr(self, bound):
            raise FileRefusedError(self.refusal(bound))
