"""A file's bytes in the other process: by its descriptor, or read for it.

A sealed file has no clear bytes on the disk: the parent decrypts them as they are asked for, and keeps its keys.
"""

import io
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any, BinaryIO, Final

from pipelines.formats.isolated.requests import HandedBytes
from pipelines.formats.limits import Limits
from pipelines.formats.packings import UnpackedContent, buffered
from pipelines.formats.source import HandedOver, InboxFaultError, Source

_ASKED: Final = struct.Struct("<QI")
_GIVEN: Final = struct.Struct("<i")
_BROKEN: Final = -1
_MOST_AT_ONCE: Final = 2**20

ReadAt = Callable[[int, memoryview], int]


@dataclass
class Handing:
    """The parent's side of one file's bytes."""

    descriptor: int
    told: HandedBytes
    name: str
    faults: list[BaseException] = field(default_factory=list)
    """What went wrong while bytes were read for the child."""

    def fault(self, reason: str) -> BaseException:
        """What to raise where the child could not have the bytes."""
        return self.faults[0] if self.faults else InboxFaultError(f"{self.name} can't be read: {reason}")


@contextmanager
def handed(source: Source) -> Iterator[Handing]:
    """A file's bytes, to be sent within: the descriptor that was sent stays good.

    Raises:
        InboxFaultError: they can't be opened, for a reason of ours.
    """
    over = source.handed_over()
    try:
        descriptor = over.stream.fileno()
    except io.UnsupportedOperation:
        with _read_for(over) as handing:
            yield handing
        return
    with over.stream:
        length = os.fstat(descriptor).st_size
        yield Handing(descriptor, _told_bytes(over, length, is_read_for=False), over.name)


def _told_bytes(over: HandedOver, length: int, *, is_read_for: bool) -> HandedBytes:
    return HandedBytes(over.size, length, is_read_for, over.may_be_packed, over.member)


@contextmanager
def _read_for(over: HandedOver) -> Iterator[Handing]:
    length = over.size if over.member is None else over.stream.seek(0, io.SEEK_END)
    ours, theirs = socket.socketpair()
    handing = Handing(theirs.fileno(), _told_bytes(over, length, is_read_for=True), over.name)
    Thread(target=_serve, args=(ours, over.stream, handing.faults), daemon=True).start()
    with theirs:
        yield handing


def _serve(asked: socket.socket, stream: BinaryIO, faults: list[BaseException]) -> None:
    """Read for a child until it hangs up."""
    with asked, stream, suppress(OSError), asked.makefile("rb") as requests:
        while len(request := requests.read(_ASKED.size)) == _ASKED.size:
            try:
                content = _bytes_at(stream, *_ASKED.unpack(request))
            except Exception as error:  # kept for whoever waits for the child
                faults.append(error)
                asked.sendall(_GIVEN.pack(_BROKEN))
                return
            asked.sendall(_GIVEN.pack(len(content)) + content)


def _bytes_at(stream: BinaryIO, place: int, most: int) -> bytes:
    if stream.tell() != place:
        stream.seek(place)
    return stream.read(min(most, _MOST_AT_ONCE))


def received(descriptor: int, told: HandedBytes, limits: Limits) -> Source:
    """A file's bytes in the child, unpacked; the descriptor is closed with the last stream."""
    read_at = _Asking(descriptor).read_at if told.is_read_for else _OwnReading(descriptor).read_at
    content = UnpackedContent(lambda: buffered(_Placed(read_at, told.length)), told.size, told.member, limits)
    return ReceivedSource(content if told.may_be_packed else _WholeContent(content.open_packed))


@dataclass(frozen=True)
class _WholeContent:
    """Bytes that are taken as they are."""

    open: Callable[[], BinaryIO]

    def read(self) -> bytes:
        with self.open() as stream:
            return stream.read()


@dataclass(frozen=True)
class ReceivedSource:
    """Bytes that came from another process."""

    content: UnpackedContent | _WholeContent

    def open(self) -> BinaryIO:
        """A new stream."""
        return self.content.open()

    def read(self) -> bytes:
        """All of it."""
        return self.content.read()

    def handed_over(self) -> HandedOver:
        """They go no further."""
        raise NotImplementedError("bytes that came from another process are handed to none")


class _OwnReading:
    """Reads a descriptor, whose place others may share."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "rb", buffering=0)

    def read_at(self, place: int, buffer: memoryview) -> int:
        try:
            return os.preadv(self._file.fileno(), [buffer], place)
        except OSError as error:
            raise InboxFaultError(error.strerror) from None


class _Asking:
    """Asks the parent to read."""

    def __init__(self, descriptor: int) -> None:
        self._parent = socket.socket(fileno=descriptor)
        self._given = self._parent.makefile("rb")
        self._one_at_a_time = Lock()

    def read_at(self, place: int, buffer: memoryview) -> int:
        with self._one_at_a_time:
            self._parent.sendall(_ASKED.pack(place, len(buffer)))
            head = self._given.read(_GIVEN.size)
            count = _GIVEN.unpack(head)[0] if len(head) == _GIVEN.size else _BROKEN
            if count == _BROKEN:
                raise InboxFaultError("the other process could not read it")
            buffer[:count] = self._given.read(count)
            return int(count)


class _Placed(io.RawIOBase):
    """A stream over reads at places."""

    def __init__(self, read_at: ReadAt, length: int) -> None:
        super().__init__()
        self._read_at, self._length, self._place = read_at, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._read_at(self._place, memoryview(buffer).cast("B"))
        self._place += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._length}[whence]
        if start + offset < 0:
            raise ValueError("a place before the first byte")
        self._place = start + offset
        return self._place

    def tell(self) -> int:
        return self._place
