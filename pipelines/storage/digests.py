"""Digests of files as the house notes them: SHA-256, lower-case hex."""

import hashlib
from pathlib import Path


def digest_of_file(path: Path) -> str:
    """Of a file's bytes, read in bounded parts."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
