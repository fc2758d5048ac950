"""Where a reader's bytes come from. What lies behind them (folders, archives, seals) is in `deliveries.sources`."""

import io
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol


class InboxFaultError(OSError):
    """A delivered file can't be read for a reason of ours: a broken disk, missing rights, a lost key."""


class Source(Protocol):
    """Bytes that can be read again and again."""

    def open(self) -> BinaryIO:
        """A new stream from the first byte on; seekable unless the file is packed.

        Reading may raise `FileRefusedError` (a limit, a broken packing) and `InboxFaultError` (our fault).
        """

    def read(self) -> bytes:
        """All of it, if it may be held in memory.

        Raises:
            FileRefusedError: it is longer.
        """

    def handed_over(self) -> "HandedOver":
        """The same for another process.

        Raises:
            InboxFaultError: a fault of ours.
        """


@dataclass(frozen=True)
class HandedOver:
    """What another process needs to read the same bytes."""

    stream: BinaryIO
    """The bytes as they lie there: seekable. One with a descriptor is read by it, any other is read for it."""
    size: int
    name: str = ""
    """What the file is called where it can't be read for a reason of ours."""
    may_be_packed: bool = False
    member: str | None = None
    """Name inside the archive that the stream is."""


@dataclass(frozen=True)
class BytesSource:
    """Content that is in memory already."""

    content: bytes

    def open(self) -> BinaryIO:
        """A new stream."""
        return io.BytesIO(self.content)

    def read(self) -> bytes:
        """All of it."""
        return self.content

    def handed_over(self) -> HandedOver:
        """The same for another process."""
        return HandedOver(io.BytesIO(self.content), len(self.content))


SMALL: Final = 2**16
"""Bytes of a file that is worth holding, and that is seen at one look."""
