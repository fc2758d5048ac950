"""The content of one delivered file, unpacked, as often as it is asked for. What it means belongs to the readers."""

import gzip
import io
import zipfile
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

import zstandard

from pipelines.domain.delivered_files import DeliveredFile, FileRefusal, FileRefusedError
from pipelines.domain.limits import Limits

_FEED: Final = 4096  # bytes of zstd at a time: one may expand 30,000-fold


class Source(Protocol):
    """Bytes that can be read again and again."""

    def open(self) -> BinaryIO:
        """A new stream from the first byte on. Reading may raise what a broken packing raises."""

    def read(self) -> bytes:
        """All of it."""


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


@dataclass(frozen=True)
class DeliveredSource:
    """A file of a delivery, without its packing."""

    file: DeliveredFile
    limits: Limits

    def open(self) -> BinaryIO:
        """A new stream."""
        return io.BytesIO(self.read())

    def read(self) -> bytes:
        """All of it."""
        content = _unwrapped(_unpacked(self.file.path.read_bytes(), self.file), self.file.name, self.limits.file_bytes)
        if content is None:
            raise FileRefusedError(
                FileRefusal("limit_exceeded", f"at most {self.limits.file_bytes:,} bytes when unpacked")
            )
        return content


def _unpacked(delivered: bytes, file: DeliveredFile) -> bytes:
    if file.member is None:
        return delivered
    with zipfile.ZipFile(io.BytesIO(delivered)) as archive:
        return archive.read(file.member)


def _unwrapped(content: bytes, name: str, most: int) -> bytes | None:
    """Without the compression that the name tells of; None when it expands too far."""
    lowered = name.lower()
    if lowered.endswith(".gz"):
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            expanded = stream.read(most + 1)
    elif lowered.endswith(".zst"):
        expanded = _unzstd(content, most)
    else:
        expanded = content
    return expanded if len(expanded) <= most else None


def _unzstd(content: bytes, most: int) -> bytes:
    expanded, rest = bytearray(), content
    while rest:
        frame = zstandard.ZstdDecompressor().decompressobj()
        place = 0
        while place < len(rest) and not frame.eof and len(expanded) <= most:
            expanded += frame.decompress(rest[place : place + _FEED])
            place += _FEED
        if len(expanded) > most:
            break
        if not frame.eof:
            raise EOFError("the last zstd frame is cut off")
        rest = frame.unused_data + rest[place:]
    return bytes(expanded)
