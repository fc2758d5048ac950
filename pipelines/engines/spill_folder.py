"""Where an engine keeps what does not fit into its memory: a folder that nobody else reads, gone with the session.

It holds what the session's tables hold: keyed hashes and attributes, never a clear identifier. That of a process that
was killed is removed by the next session.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from filelock import FileLock, Timeout

PREFIX: Final = "session-"
_LOCK: Final = "lock"


@contextmanager
def spill_folder(parent: Path) -> Iterator[Path]:
    """A new folder below `parent`, which is made with mode 0700 like it.

    Raises:
        OSError: it can't be made.
    """
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(parent / f".{_LOCK}"):
        _remove_left_behind(parent)
        folder = Path(mkdtemp(prefix=PREFIX, dir=parent))
        held = FileLock(folder / _LOCK)
        held.acquire()
    try:
        yield folder
    finally:
        held.release()
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left_behind(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            with FileLock(folder / _LOCK, blocking=False):
                shutil.rmtree(folder, ignore_errors=True)
        except Timeout:  # its session lives
            continue
