"""A plain file in a folder where others write: for the reading process, by its descriptor, never by its name."""

from dataclasses import dataclass
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO

from pipelines.formats.packings import buffered
from pipelines.formats.source import HandedOver, InboxFaultError
from pipelines.identifiers.shown_names import shown_path
from pipelines.storage.folders import open_below


@dataclass(frozen=True)
class PlainFile:
    """Its bytes; no link is followed below the root."""

    root: Path
    path: Path

    def open(self) -> BinaryIO:
        """A new stream.

        Raises:
            InboxFaultError: it is away, no plain file, or may not be read.
        """
        try:
            return buffered(open_below(self.root, self.path))
        except OSError as error:
            raise InboxFaultError(f"{shown_path(self.path)} can't be read: {error.strerror}") from None

    def read(self) -> bytes:
        """All of it."""
        with self.open() as stream:
            return stream.read()

    def handed_over(self) -> HandedOver:
        """Its descriptor."""
        stream = self.open()
        size = stream.seek(0, SEEK_END)
        return HandedOver(stream, size, str(shown_path(self.path)), may_be_packed=True)
