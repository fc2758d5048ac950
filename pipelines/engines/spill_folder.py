"""Where an engine keeps what does not fit into its memory: a folder that nobody else reads, gone with the session.

It holds what the session's tables hold: keyed hashes and attributes, never a clear identifier. Those of processes that
were killed are removed by the first session of another process. A house that can only be read is still read: then
nothing is spilled.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final
from uuid import uuid4

from filelock import BaseFileLock, FileLock

PREFIX: Final = "session-"
_LOCK: Final = ".lock"


@contextmanager
def spill_folder(parent: Path) -> Iterator[Path | None]:
    """A new folder below `parent`, which is made with mode 0700 like it; its lock, beside it, says that it is used.

    None where neither can be made: the home that holds `parent` is not there, is read only, or is full.
    """
    made = _made_below(parent)
    if made is None:
        yield None
        return
    folder, held = made
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _let_go(held)


def _made_below(parent: Path) -> tuple[Path, BaseFileLock] | None:
    folder = parent / f"{PREFIX}{uuid4().hex}"
    held = _lock_beside(folder)
    try:
        parent.mkdir(mode=0o700, exist_ok=True)
        _remove_left_behind(parent)
        held.acquire(blocking=False)  # before the folder is there: whoever cleans never meets one without its lock
        folder.mkdir(mode=0o700)
    except OSError:
        _let_go(held)
        return None
    return folder, held


@cache
def _remove_left_behind(parent: Path) -> None:
    """Once for each process: it is a look at the folders of all who work."""
    for folder in parent.glob(f"{PREFIX}*/"):
        with suppress(OSError):  # its session lives, or ended meanwhile, or is another account's
            held = _lock_beside(folder)
            held.acquire(blocking=False)
            shutil.rmtree(folder, ignore_errors=True)
            _let_go(held)


def _lock_beside(folder: Path) -> BaseFileLock:
    return FileLock(folder.with_name(folder.name + _LOCK))


def _let_go(held: BaseFileLock) -> None:
    """A folder's name is never used again, so that nobody else can wait for its lock."""
    if held.is_locked:
        with suppress(OSError):
            Path(held.lock_file).unlink()
        held.release()
