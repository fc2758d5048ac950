"""The bytes of small delivered files between their digest and their reading, so that they are opened once."""

import hashlib
from typing import Final

from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.sources import open_as_it_lies

MOST_BYTES: Final = 64 * 2**20
"""Bytes that are held at most; files beyond are opened again."""


class SmallFileContents:
    """Contents by their digest, up to a bound. They are clear bytes of persons: in memory only, for one run."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Hold nothing yet."""
        self._contents: dict[str, bytes] = {}
        self._room = most_bytes

    def keep(self, digest: str, content: bytes) -> None:
        """Hold a content if there is room."""
        if len(content) <= self._room and digest not in self._contents:
            self._contents[digest] = content
            self._room -= len(content)

    def take(self, file: DeliveredFile) -> bytes | None:
        """The content of a file, which is then no longer held; None if it can't be had, or is no longer the same."""
        if file.member is not None or file.is_sealed:
            return None
        content = self._contents.pop(file.digest, None)
        if content is not None:
            self._room += len(content)
            return content
        return _content_if_unchanged(file)


def _content_if_unchanged(file: DeliveredFile) -> bytes | None:
    try:
        with open_as_it_lies(file) as stream:
            content = stream.read()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == file.digest else None
