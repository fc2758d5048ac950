"""How the memory that a run may take is shared out among the engine, sorts and threads.

Reading a file has a bound of its own: what exceeds it is refused, and a limit of memory changes nothing that is
published.
"""

from dataclasses import dataclass
from typing import Final

STANDING_BYTES: Final = 256 * 2**20
"""What a run holds before any row: the interpreter, libraries and compiled rules."""
LEAST_BYTES: Final = 640 * 2**20
"""The least that a run can be told to keep to."""
BYTES_OF_A_THREAD: Final = 2**30
"""What there must be for each further thread of an intake, which holds a block of rows."""


@dataclass(frozen=True)
class MemoryShares:
    """What each may hold, in bytes. What they hold beyond it goes to the disk, but for rows at hand."""

    engine_bytes: int
    run_bytes: int
    """Rows of one table that are gathered before they are sorted and set aside."""
    intake_threads: int

    @classmethod
    def of(cls, limit: int) -> "MemoryShares":
        """The shares of a limit of at least `LEAST_BYTES`: intake and judgement follow one another."""
        free = limit - STANDING_BYTES
        return cls(free * 2 // 3, free // 16, 1 + free // BYTES_OF_A_THREAD)
