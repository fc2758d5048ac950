"""Which program makes what is published: one digest of its code, its data and all that is installed beside it.

What another program made is made anew rather than believed to be what this one would make. Files may change under a
running process (an editable install, an upgrade), which goes on with the code that it loaded. So `house` imports this
module first of all; once files lie otherwise than they did then, nobody can tell which program the process is.
"""

import os
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

_CODE: Final = Path(__file__).parents[1]
_COMPILED: Final = "__pycache__"
_LIBRARY: Final = ".dist-info"
"""How the folder ends that is named by a library and its version."""
_LIBRARIES: Final = tuple(sorted({folder for folder in sys.path if folder and Path(folder).is_dir()}))
_FileState = tuple[str, int, int, int]


def program_digest() -> str | None:
    """SHA-256, lower-case hex; None where a file of the program, or a library, was changed since the process began."""
    digest = _digest_of_program()
    return digest if _file_states() == _AT_START else None


@cache
def _digest_of_program() -> str:
    digest = sha256(sys.version.encode())
    for path in sorted(Path(entry.path) for entry in _files_below(str(_CODE))):
        digest.update(f"\n{path.relative_to(_CODE).as_posix()} ".encode() + sha256(path.read_bytes()).digest())
    digest.update("\n".join(sorted({entry.name for entry in _libraries()})).encode())
    return digest.hexdigest()


def _file_states() -> frozenset[_FileState]:
    """Of each file of the code, and each library's folder: where it is, how large, and when it was changed."""
    return frozenset(_as_it_lies(entry) for entries in (_files_below(str(_CODE)), _libraries()) for entry in entries)


def _as_it_lies(entry: os.DirEntry[str]) -> _FileState:
    found = entry.stat()
    return entry.path, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _files_below(folder: str) -> Iterator[os.DirEntry[str]]:
    for entry in os.scandir(folder):
        if not entry.is_dir():
            yield entry
        elif entry.name != _COMPILED:
            yield from _files_below(entry.path)


def _libraries() -> Iterator[os.DirEntry[str]]:
    for folder in _LIBRARIES:
        yield from (entry for entry in os.scandir(folder) if entry.name.endswith(_LIBRARY))


_AT_START: Final = _file_states()
