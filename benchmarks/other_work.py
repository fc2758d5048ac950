"""How much of the machine's cores other programs used while something was measured. Linux alone says it."""

import os
import time
from pathlib import Path
from typing import Final

from benchmarks.measure import cpu_seconds

_STAT: Final = Path("/proc/stat")
_BUSY: Final = (0, 1, 2, 5, 6)
"""Of the figures of its first line: user, nice, system, interrupts hard and soft."""


class OtherWork:
    """Cores that others keep busy, from its making on."""

    def __init__(self) -> None:
        self._before = (_busy_seconds(), cpu_seconds(), time.monotonic())

    def cores(self) -> float | None:
        """Cores on the average, without those of this process and of processes of its own that ended; None: unknown."""
        busy, ours, at = self._before
        now = _busy_seconds()
        if now is None or busy is None:
            return None
        return round(max(0.0, (now - busy) - (cpu_seconds() - ours)) / (time.monotonic() - at), 2)


def _busy_seconds() -> float | None:
    if not _STAT.exists():
        return None
    ticks = [int(tick) for tick in _STAT.read_text(encoding="ascii").splitlines()[0].split()[1:]]
    return sum(ticks[place] for place in _BUSY) / os.sysconf("SC_CLK_TCK")
