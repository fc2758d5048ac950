"""The age format (age-encryption.org, version 1): identities, encrypting, and clear bytes as a stream.

Nothing clear is written to the disk, and little is in memory. Where keys lie, and what is encrypted, is elsewhere.
"""

import io
import os
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol, TypeAlias

import pyrage

from pipelines.identifiers.shown_names import shown_path

Recipient: TypeAlias = Any
"""The public half of somebody's identity."""
Opener: TypeAlias = Callable[[Path], BinaryIO]
"""Opens the encrypted bytes under a path."""
Identity: TypeAlias = Any
"""An X25519 identity: its secret decrypts, its public half encrypts."""

SMALL: Final = 4 * 2**20
"""Bytes up to which a file is decrypted in memory at once."""
_BUFFER: Final = 2**16
_CHUNK: Final = 2**16
"""Clear bytes of one encrypted chunk, each followed by a tag."""
_TAG_BYTES: Final = 16
_NONCE: Final = 16
_LONGEST_HEADER: Final = 2**16
_SECRET: Final = re.compile(r"^AGE-SECRET-KEY-1[0-9A-Z]+$", re.MULTILINE)


class Readable(Protocol):
    """What can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""


class BrokenSealError(RuntimeError):
    """An encrypted file of ours can't be opened. Names file and mend; never a fault of a vendor."""


def new_identity_text() -> str:
    """A new identity, as `age-keygen` writes it to a file."""
    identity = pyrage.x25519.Identity.generate()
    return f"# public key: {identity.to_public()}\n{identity}\n"


def identity_of(text: str) -> Identity | None:
    """The identity in the text of a file; None where there is none."""
    found = _SECRET.search(text)
    try:
        return pyrage.x25519.Identity.from_str(found.group()) if found else None
    except pyrage.IdentityError:
        return None  # its words may quote the key


def recipient_of(text: str) -> Recipient | None:
    """The public key `age1…` in a text; None where it is none."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        return None  # its words may quote what was given, which may be a secret


def encrypt_to(content: bytes, recipient: Recipient) -> bytes:
    """Content that one recipient alone opens, not we ourselves."""
    return bytes(pyrage.encrypt(content, [recipient]))


def encrypt(content: bytes, identity: Identity) -> bytes:
    """Content encrypted to an identity."""
    return bytes(pyrage.encrypt(content, [identity.to_public()]))


def encrypt_stream(source: Readable, target: BinaryIO, identity: Identity) -> None:
    """Encrypt what can be read to an identity, a few kilobytes at a time."""
    pyrage.encrypt_io(source, target, [identity.to_public()])


def open_file(path: Path) -> BinaryIO:
    """The bytes of a file of ours, where nobody else writes."""
    return path.open("rb", buffering=0)


def open_clear(path: Path, identities: Sequence[Identity], opened: Opener = open_file) -> BinaryIO:
    """A seekable stream of the clear bytes of an age file. Seeking back reads anew from the first byte on.

    Raises:
        BrokenSealError: here or while reading: encrypted to none of the keys, or damaged.
    """
    with opened(path) as file:
        content = file.read(SMALL + 1)
    if len(content) > SMALL:
        return io.BufferedReader(_ClearStream(path, identities, opened), _BUFFER)
    try:
        return io.BytesIO(pyrage.decrypt(content, list(identities)))
    except pyrage.DecryptError:
        raise _broken_seal(path) from None


def is_opened_by(path: Path, identities: Sequence[Identity]) -> bool:
    """Whether one of some keys opens a file, as far as its first bytes say."""
    try:
        with open_clear(path, identities) as clear:
            clear.read(1)
    except (BrokenSealError, OSError):
        return False
    return True


def clear_size(path: Path, opened: Opener = open_file) -> int:
    """Clear bytes of an age file, from its own size and where its header ends, which differs from file to file.

    `findings/pyrage_seals_the_same_bytes_in_other_sizes.sh`
    """
    with opened(path) as file:
        header, size = file.read(_LONGEST_HEADER), os.fstat(file.fileno()).st_size
    end = header.find(b"\n", header.find(b"\n--- ") + 1) + 1
    if end <= 1:
        raise _broken_seal(path)
    encrypted = size - end - _NONCE
    return encrypted - _TAG_BYTES * max(1, -(-encrypted // (_CHUNK + _TAG_BYTES)))


class _ClearStream(io.RawIOBase):
    """Reads from a pipe into which a thread decrypts. The thread ends when the pipe is closed."""

    def __init__(self, path: Path, identities: Sequence[Identity], opened: Opener) -> None:
        super().__init__()
        self._path = path
        self._opened = opened
        self._identities = list(identities)
        self._is_broken = False
        self._place = 0
        self._start()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        content = os.read(self._pipe, len(buffer))
        if not content and len(buffer):
            self._thread.join()
            if self._is_broken:
                raise _broken_seal(self._path)
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        target = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place}.get(whence, 0)
        if whence == io.SEEK_END:
            target += clear_size(self._path, self._opened)
        if target < self._place:
            self._stop()
            self._place = 0
            self._start()
        while self._place < target and self.read(min(target - self._place, _BUFFER)):
            pass
        return self._place

    def close(self) -> None:
        if not self.closed:
            self._stop()
        super().close()

    def _start(self) -> None:
        self._pipe, write_end = os.pipe()
        self._thread = threading.Thread(target=self._decrypt, args=(write_end,), daemon=True)
        self._thread.start()

    def _stop(self) -> None:
        os.close(self._pipe)  # a thread that waits to write is woken by it
        self._thread.join()

    def _decrypt(self, write_end: int) -> None:
        with os.fdopen(write_end, "wb", buffering=0) as target:
            try:
                with self._opened(self._path) as source:
                    pyrage.decrypt_io(source, _Whole(target), self._identities)
            except BrokenPipeError:
                pass  # closed early
            except Exception:
                self._is_broken = True


class _Whole:
    """Writes all that it is given: a pipe may take less."""

    def __init__(self, target: io.FileIO) -> None:
        self._target = target

    def write(self, content: bytes) -> int:
        rest = memoryview(content)
        while rest:
            rest = rest[self._target.write(rest) or 0 :]
        return len(content)

    def flush(self) -> None:
        pass


def _broken_seal(path: Path) -> BrokenSealError:
    return BrokenSealError(
        f"{shown_path(path)} can't be decrypted with the keys of the house: restore it, or the key it was encrypted "
        "to, from your backup"
    )
