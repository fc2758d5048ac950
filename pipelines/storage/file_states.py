"""Whether a file is still what it was: a look at what the system notes of every change, instead of at all its bytes."""

import os
import time
from dataclasses import dataclass
from typing import Final, Self

_TICK: Final = 0.02
"""Seconds within which two changes may bear the same time: kernels tick a hundred times a second, or more often."""


@dataclass(frozen=True)
class FileState:
    """What changes with every change of a file, and with another file in its place."""

    size: int
    """Bytes."""
    modified_ns: int
    changed_ns: int
    """Nobody can set it: a modification time can be put back."""
    inode: int
    device: int

    @classmethod
    def of(cls, file: int) -> Self:
        """That of an opened file, by its descriptor."""
        return cls.from_stat(os.fstat(file))

    @classmethod
    def from_stat(cls, found: os.stat_result) -> Self:
        """As the system told it."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev)


def settled_state(file: int) -> FileState:
    """The state of an opened file such that whatever is changed from now on gives another one."""
    return FileState.from_stat(settled_stat(file))


def settled_stat(file: int | str) -> os.stat_result:
    """What the system says of a file, opened or at a path, such that it says otherwise after any change from now on.

    A file that was changed a moment ago is waited for: the clock of file systems goes in ticks.
    """
    found = os.stat(file)
    if 0 <= time.time() - found.st_ctime_ns / 1e9 < _TICK:
        time.sleep(_TICK)
        found = os.stat(file)
    return found
