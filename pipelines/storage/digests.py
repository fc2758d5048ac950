"""Digests of files as the house notes them: SHA-256, lower-case hex."""

import hashlib
from pathlib import Path
from typing import Final

_PART: Final = 1 << 20
"""Bytes."""


def digest_of_file(path: Path) -> str:
    """Of a file's bytes, read in bounded parts.

    Most files of a lake are small, and `hashlib.file_digest` fills a buffer of 256 KiB with zeros for each.
    """
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while part := file.read(_PART):
            digest.update(part)
    return digest.hexdigest()
