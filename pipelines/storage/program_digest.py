"""Which program makes what is published: one digest of its code, its data and the libraries that it names.

What another program made is made anew rather than believed to be what this one would make.
"""

import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from re import match
from typing import Final

_PROGRAM: Final = "opposable"
_CODE: Final = Path(__file__).parents[1]
_COMPILED: Final = "__pycache__"
_NAME: Final = r"[A-Za-z0-9._-]+"


@cache
def program_digest() -> str:
    """SHA-256, lower-case hex; found once in a process, which goes on with the code that it began with."""
    digest = sha256(sys.version.encode())
    for path in sorted(path for path in _CODE.rglob("*") if path.is_file() and _COMPILED not in path.parts):
        digest.update(f"\n{path.relative_to(_CODE).as_posix()} ".encode() + sha256(path.read_bytes()).digest())
    for name in sorted({found[0] for line in requires(_PROGRAM) or () if (found := match(_NAME, line))}):
        digest.update(f"\n{name} {_installed(name)}".encode())
    return digest.hexdigest()


def _installed(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:  # of an extra that was not asked for
        return None
