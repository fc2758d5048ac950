"""Files with their digest in a note beside them: those that are replaced whole, and belong to no marked partition.

The note is written first and names two digests, that of the file that lies there and that of the one to come: a kill
in between damages nothing.
"""

import json
from pathlib import Path
from typing import Final

from pipelines.storage.digests import digest_of_file
from pipelines.storage.folders import PRIVATE, replacing

NOTE: Final = ".digests.json"


def noted_digests(path: Path) -> Path:
    """Where the digests of a file are noted."""
    return path.with_name(NOTE)


def note_digest(root: Path, path: Path, coming: Path) -> None:
    """Note what lies at a path, nothing included, and what is about to take its place."""
    lying = digest_of_file(path) if path.exists() else None
    with replacing(root, noted_digests(path), PRIVATE) as file:
        file.write(json.dumps([lying, digest_of_file(coming)]).encode())


def fault_of_noted(path: Path) -> str | None:
    """What is wrong with a file that should be as noted; None: nothing, or there is neither file nor note."""
    noted = _digests_noted(path)
    if not path.exists():
        return "is gone" if noted and None not in noted else None
    try:
        return None if digest_of_file(path) in noted else "is not what was written"
    except OSError:
        return "can't be read"


def _digests_noted(path: Path) -> list[str | None]:
    try:
        found: list[str | None] = json.loads(noted_digests(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return found if isinstance(found, list) else []
