"""The content of one delivered file, unsealed and unpacked, as often as it is asked for.

What it means belongs to the readers, how it is unpacked to `formats.packings`; which files an archive holds, to
`archives`.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.deliveries.files import DeliveredFile
from pipelines.formats.limits import Limits
from pipelines.formats.packings import UnpackedContent, buffered
from pipelines.formats.source import HandedOver, InboxFaultError
from pipelines.identifiers.shown_names import shown_file_names
from pipelines.storage.folders import open_below
from pipelines.storage.secrets.seals import Seals


@dataclass(frozen=True)
class DeliveredSource:
    """A file of a delivery, without its seal and its packing."""

    file: DeliveredFile
    limits: Limits
    seals: Seals | None = None

    def open(self) -> BinaryIO:
        """A new stream; its packing is known by the first bytes, whatever the name says."""
        return self._content.open()

    def read(self) -> bytes:
        """All of it."""
        return self._content.read()

    def handed_over(self) -> HandedOver:
        """The bytes as they lie there, sealed ones opened."""
        shown = str(_shown_path(self.file)[2])
        return HandedOver(open_delivered(self.file, self.seals), self.file.size, shown, True, self.file.member)

    @property
    def _content(self) -> UnpackedContent:
        file = self.file
        return UnpackedContent(partial(open_delivered, file, self.seals), file.size, file.member, self.limits)


def open_delivered(file: DeliveredFile, seals: Seals | None) -> BinaryIO:
    """The bytes of a file or archive as delivered: a seekable stream.

    Raises:
        InboxFaultError: here or while reading: a fault of ours.
    """
    if file.is_sealed and seals is None:
        raise InboxFaultError(f"{_shown_path(file)[2]} is sealed, and there is no folder of keys to open it with")
    return buffered(_Ours(file, seals.open if file.is_sealed and seals else lambda _: open_as_it_lies(file)))


def open_as_it_lies(file: DeliveredFile) -> BinaryIO:
    """The bytes on the disk: sealed ones where the file is sealed, those of the archive where it is in one."""
    return file.path.open("rb", buffering=0) if file.root is None else open_below(file.root, file.path)


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

    def fileno(self) -> int:
        return int(self._stream.fileno())

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
