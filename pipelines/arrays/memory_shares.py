"""How the memory that a run may take is shared out among the engine, sorts, and the process that reads files."""

from dataclasses import dataclass
from typing import Final

STANDING_BYTES: Final = 384 * 2**20
"""What a run and its reading process hold before any row: the interpreters, libraries and compiled rules."""
LEAST_BYTES: Final = 640 * 2**20
"""The least that a run can be told to keep to."""
BYTES_OF_A_THREAD: Final = 2**29
"""What there must be for each further thread of an intake, which holds a block of rows."""


@dataclass(frozen=True)
class MemoryShares:
    """What each may hold, in bytes. What they hold beyond it goes to the disk, but for rows at hand."""

    engine_bytes: int
    run_bytes: int
    """Rows of one table that are gathered before they are sorted and set aside."""
    read_bytes: int
    """Of the process that reads a delivered file, beside what it takes at its start."""
    intake_threads: int

    @classmethod
    def of(cls, limit: int) -> "MemoryShares":
        """The shares of a limit of at least `LEAST_BYTES`: intake and judgement follow one another."""
        free = limit - STANDING_BYTES
        return cls(free // 2, free // 16, free // 2, 1 + free // BYTES_OF_A_THREAD)
