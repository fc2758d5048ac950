"""The content of one delivered file, unsealed and unpacked, as often as it is asked for.

What it means belongs to the readers; which files an archive holds, to `archives`.
"""

import io
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import pyarrow as pa

from pipelines.deliveries.archives import open_member
from pipelines.deliveries.files import DeliveredFile
from pipelines.formats.limits import FREE, FileRefusal, FileRefusedError, Limits
from pipelines.formats.source import InboxFaultError
from pipelines.identifiers.shown_names import shown_file_names
from pipelines.storage.folders import open_below
from pipelines.storage.secrets.seals import Seals
from pipelines.vocabulary.reasons import Reason

_BUFFER: Final = 2**18
_BLOCK: Final = 2**20
_PACKINGS: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_TWICE: Final = FileRefusal("file_undecodable", Reason("packed_twice"))
_BROKEN: Final = FileRefusal("file_undecodable", Reason("packing_broken"))


@dataclass(frozen=True)
class DeliveredSource:
    """A file of a delivery, without its seal and its packing."""

    file: DeliveredFile
    limits: Limits
    seals: Seals | None = None

    def open(self) -> BinaryIO:
        """A new stream; its packing is known by the first bytes, whatever the name says."""
        with ExitStack() as opened:
            stream = opened.enter_context(open_delivered(self.file, self.seals))
            packed_size = self.file.size
            if self.file.member is not None:
                key = self.file.member
                member, packed_size = _unbroken(lambda: open_member(stream, key))
                stream = opened.enter_context(_buffered(member))
            packing = _packing(stream)
            if self.file.member is None and packing is None:
                self.limits.check("file_bytes", self.file.size)
                opened.pop_all()
                return stream
            content = _unpacked(stream, packing) if packing else stream
            return _buffered(_Unpacked(content, packed_size, self.limits, opened.pop_all()))

    def read(self) -> bytes:
        """All of it."""
        content = bytearray()
        with self.open() as stream:
            while block := stream.read(_BLOCK):
                content += block
                self.limits.check("held_bytes", len(content))
        return bytes(content)


def open_delivered(file: DeliveredFile, seals: Seals | None) -> BinaryIO:
    """The bytes of a file or archive as delivered: a seekable stream.

    Raises:
        InboxFaultError: here or while reading: a fault of ours.
    """
    if file.is_sealed and seals is None:
        raise InboxFaultError(f"{_shown_path(file)[2]} is sealed, and there is no folder of keys to open it with")
    return _buffered(_Ours(file, seals.open if file.is_sealed and seals else lambda _: open_as_it_lies(file)))


def open_as_it_lies(file: DeliveredFile) -> BinaryIO:
    """The bytes on the disk: sealed ones where the file is sealed, those of the archive where it is in one."""
    return file.path.open("rb", buffering=0) if file.root is None else open_below(file.root, file.path)


def _buffered(raw: Any) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(raw, _BUFFER))


def _packing(stream: BinaryIO) -> str | None:
    head = cast(io.BufferedReader, stream).peek(4)
    return next((name for magic, name in _PACKINGS.items() if head.startswith(magic)), None)


def _unpacked(stream: BinaryIO, packing: str) -> BinaryIO:
    """A stream of the content, all members or frames of it."""
    content = _buffered(_Expanded(stream, packing))
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


class _Ours(io.RawIOBase):
    """A stream whose errors are faults of ours, not of the vendor."""

    def __init__(self, file: DeliveredFile, open_: Callable[[Path], BinaryIO]) -> None:
        super().__init__()
        self._file = file
        self._stream = self._told(lambda: open_(file.path))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._stream.seekable())

    def readinto(self, buffer: Any) -> int:
        content = self._told(lambda: self._stream.read(len(buffer)))
        buffer[: len(content)] = content
        return len(content)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._told(lambda: self._stream.seek(offset, whence)))

    def tell(self) -> int:
        return int(self._stream.tell())

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()

    def _told(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except (OSError, RuntimeError) as error:
            name, shown, path = _shown_path(self._file)
            reason = getattr(error, "strerror", None) or str(error).replace(name, shown)
            raise InboxFaultError(f"{path} can't be read: {reason}") from None


def _shown_path(file: DeliveredFile) -> tuple[str, str, Path]:
    """A file's name below its delivery folder, which is a vendor's word and may name a person; the same, and its path,
    as they may be shown."""
    root, path = file.root, file.path
    folder = path.parent if root is None else root.joinpath(*path.relative_to(root).parts[:2])
    name = path.relative_to(folder).as_posix()
    shown = shown_file_names([name])[name]
    return name, shown, folder / shown


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
