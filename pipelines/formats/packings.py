"""What is packed, unpacked as it streams and counted on the way: gzip, Zstandard, and the members of a ZIP archive."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Final, cast

import pyarrow as pa

from pipelines.formats.limits import FREE, FileRefusal, FileRefusedError, Limits
from pipelines.formats.source import InboxFaultError
from pipelines.vocabulary.reasons import Reason

_BUFFER: Final = 2**18
_BLOCK: Final = 2**20
_PACKINGS: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_TWICE: Final = FileRefusal("file_undecodable", Reason("packed_twice"))
_BROKEN: Final = FileRefusal("file_undecodable", Reason("packing_broken"))


@dataclass(frozen=True)
class UnpackedContent:
    """The content of bytes that may be packed."""

    open_packed: Callable[[], BinaryIO]
    """A new stream of the bytes as they lie there: buffered and seekable."""
    size: int
    """How many those are."""
    member: str | None
    """Name inside the archive that they are; None if they are none."""
    limits: Limits

    def open(self) -> BinaryIO:
        """A new stream; its packing is known by the first bytes, whatever the name says."""
        with ExitStack() as opened:
            stream = opened.enter_context(self.open_packed())
            packed_size = self.size
            if self.member is not None:
                key = self.member
                member, packed_size = _unbroken(lambda: open_member(stream, key))
                stream = opened.enter_context(buffered(member))
            packing = _packing(stream)
            if self.member is None and packing is None:
                self.limits.check("file_bytes", self.size)
                opened.pop_all()
                return stream
            content = _unpacked(stream, packing) if packing else stream
            return buffered(_Unpacked(content, packed_size, self.limits, opened.pop_all()))

    def read(self) -> bytes:
        """All of it."""
        content = bytearray()
        with self.open() as stream:
            while block := stream.read(_BLOCK):
                content += block
                self.limits.check("held_bytes", len(content))
        return bytes(content)


@dataclass(frozen=True)
class ArchiveEntry:
    """One file in a ZIP archive, as its directory has it."""

    key: str
    """The name that opens it."""
    flags: int
    method: int
    digest: str | None
    """SHA-256 of its content, lower-case hex; None where it can't be unpacked."""
    size: int
    """Bytes of its content."""


def archive_entries(stream: BinaryIO, size: int, limits: Limits) -> list[ArchiveEntry]:
    """The files of an archive of `size` bytes, each unpacked for its digest. Raises what a broken archive raises.

    Raises:
        FileRefusedError: it exceeds a limit.
    """
    with zipfile.ZipFile(stream) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        content_size = sum(info.file_size for info in infos)
        limits.check("archive_files", len(infos))
        limits.check("file_bytes", content_size)
        if content_size > max(FREE, size * limits.expansion):
            raise FileRefusedError(limits.refusal("expansion"))
        return [_entry_with_digest(archive, info) for info in infos]


def _entry_with_digest(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ArchiveEntry:
    digest, size = hashlib.sha256(), 0
    told = partial(ArchiveEntry, info.filename, info.flag_bits, info.compress_type)
    try:
        with archive.open(archive.getinfo(info.filename)) as content:
            while block := content.read(_BLOCK):
                digest.update(block)
                size += len(block)
    except (MemoryError, InboxFaultError):
        raise
    except Exception:  # zipfile lets a dozen kinds of errors through
        return told(None, 0)
    return told(digest.hexdigest(), size)


def open_member(stream: BinaryIO, key: str) -> tuple[BinaryIO, int]:
    """A member's content, checked against its checksum at the end, and its packed size in bytes."""
    archive = zipfile.ZipFile(stream)
    info = archive.getinfo(key)
    return archive.open(info), info.compress_size  # type: ignore[return-value]


def buffered(raw: Any) -> BinaryIO:
    """A stream that reads ahead."""
    return cast(BinaryIO, io.BufferedReader(raw, _BUFFER))


def _packing(stream: BinaryIO) -> str | None:
    head = cast(io.BufferedReader, stream).peek(4)
    return next((name for magic, name in _PACKINGS.items() if head.startswith(magic)), None)


def _unpacked(stream: BinaryIO, packing: str) -> BinaryIO:
    """A stream of the content, all members or frames of it."""
    content = buffered(_Expanded(stream, packing))
    if _packing(content):
        raise FileRefusedError(_TWICE)
    return content


def _unbroken(read: Callable[[], Any]) -> Any:
    """What is read from a packing; a broken or cut one refuses the file."""
    try:
        return read()
    except (MemoryError, FileRefusedError, InboxFaultError):
        raise
    except Exception:  # the libraries let a dozen kinds of errors through
        raise FileRefusedError(_BROKEN) from None


class _Expanded(io.RawIOBase):
    """Compressed bytes, expanded a little at a time."""

    def __init__(self, stream: BinaryIO, packing: str) -> None:
        super().__init__()
        self._stream = pa.CompressedInputStream(pa.PythonFile(stream, "r"), packing)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return int(_unbroken(lambda: self._stream.readinto(buffer)))


class _Unpacked(io.RawIOBase):
    """Content that is counted while it is read, so that it can't expand beyond the limits."""

    def __init__(self, content: BinaryIO, packed_size: int, limits: Limits, opened: ExitStack) -> None:
        super().__init__()
        self._content = content
        self._limits = limits
        self._most_expanded = max(FREE, packed_size * limits.expansion)
        self._size = 0
        self._opened = opened

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = _unbroken(lambda: self._content.readinto(buffer))  # type: ignore[attr-defined]
        self._size += count
        self._limits.check("file_bytes", self._size)
        if self._size > self._most_expanded:
            raise FileRefusedError(self._limits.refusal("expansion"))
        return int(count)

    def close(self) -> None:
        self._opened.close()
        super().close()
