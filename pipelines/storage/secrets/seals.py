"""Sealed files: delivered files encrypted where they lie, read back without clear bytes on the disk.

Which files may be sealed, and when they go for good, is in `retention`; what a delivery folder holds, in `inbox`.

`x.csv` becomes `x.csv.age`, in the age format, so that any age tool opens it with `keys/seal-<n>.key`. `.sealed.json`
in the delivery folder, `{"files": [{"name", "sha256", "size"}]}`, tells what was sealed: a file that a vendor named
`.age` is not in it. As long as the clear file lies there, too, the clear one counts.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, BinaryIO, Final
from uuid import uuid4

from pipelines.storage.foreign_files import read_plain_file
from pipelines.storage.secrets.age import Identity, encrypt_stream, open_clear
from pipelines.storage.secrets.keys import SEAL, age_identities

SEALED: Final = ".age"
RECORD: Final = ".sealed.json"
"""Beside the files of a delivery folder; hidden, so that no run takes it for a delivered file."""

_LONGEST_NAME: Final = 255
"""Bytes of a file's name, on every file system that we know of."""
_ASIDE: Final = re.compile(rf"\.[0-9a-f]{{32}}\{SEALED}")


@dataclass(frozen=True)
class SealedFile:
    """The clear bytes of a sealed file: SHA-256 in lower-case hex, and how many."""

    digest: str
    size: int


class SealRecordError(ValueError):
    """The record of sealed files is not ours any more; the message says where it lies."""


def sealed_files(folder: Path) -> Mapping[str, SealedFile]:
    """Sealed files of a delivery folder by their clear path below it, with `/`; a clear file beside one counts first.

    What is no record says nothing where nothing lies that could have been sealed.

    Raises:
        SealRecordError: it is broken, and there may be sealed files: a fault of the house, not of a vendor.
    """
    return {
        _printable_sealed_name(name): file
        for name, file in _recorded_seals(folder).items()
        if os.path.exists(f"{folder}/{name}{SEALED}")  # unlike `Path.exists`, false for a name that is too long
    }


def _recorded_seals(folder: Path) -> dict[str, SealedFile]:
    """What the record says, of files that are gone, too."""
    try:
        return _read_record(folder / RECORD)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        if all(_ASIDE.fullmatch(path.name) for path in folder.rglob(f"*{SEALED}")):
            return {}
        raise SealRecordError(f"{folder / RECORD} is no record of sealed files: restore it from your backup") from None


def _read_record(record: Path) -> dict[str, SealedFile]:
    entries = json.loads(read_plain_file(record))["files"]
    return {str(entry["name"]): SealedFile(str(entry["sha256"]), int(entry["size"])) for entry in entries}


def remove_leftovers(folder: Path) -> None:
    """Remove what a kill left of unfinished seals. The caller is the only one that seals there."""
    for path in folder.rglob(f".*{SEALED}"):
        if _ASIDE.fullmatch(path.name):
            path.unlink()


def _printable_sealed_name(name: str) -> str:
    """A name as `inbox` gives it: bytes that are not UTF-8 are replaced."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def encrypted_files(inbox: Path) -> Iterator[Path]:
    """What was sealed in the inbox."""
    for record in inbox.glob(f"*/*/{RECORD}"):
        paths = (record.parent / f"{name}{SEALED}" for name in sealed_files(record.parent))
        yield from (path for path in paths if path.exists())


class Seals:
    """Encrypts and opens delivered files under the house's seal keys, which are made at first need."""

    def __init__(self, keys: Path, inbox: Path) -> None:
        """`keys` is the folder of the secrets."""
        self._keys = keys
        self._inbox = inbox

    def confirm_keys(self) -> None:
        """Make sure that the keys open what is sealed.

        Raises:
            KeyMissingError, ValueError: they are gone, no keys, or others.
        """
        if next(encrypted_files(self._inbox), None):
            _ = self._identities

    def open(self, path: Path) -> BinaryIO:
        """The clear bytes of a sealed file, as a seekable stream that holds little memory; may be closed early.

        Raises:
            BrokenSealError: while reading: it was not encrypted to a key of ours, or is damaged.
        """
        return open_clear(path, self._identities)

    def seal(self, path: Path, folder: Path, digest: str | None = None) -> bool:
        """Seal one file of a delivery folder, if its bytes are the expected; whether it was sealed.

        The sealed file and the record are durable before the clear file goes; a kill in between leaves both.
        """
        aside, target = path.with_name(f".{uuid4().hex}{SEALED}"), path.with_name(path.name + SEALED)
        if len(os.fsencode(target.name)) > _LONGEST_NAME:
            return False  # it stays clear until it is purged
        try:
            found = self._encrypt(path, aside)
            if digest not in (None, found.digest):
                return False
            _record_seal(folder, path, found)
            os.replace(aside, target)
            _make_durable(path.parent)
            path.unlink()
        finally:
            aside.unlink(missing_ok=True)
        return True

    @cached_property
    def _identities(self) -> tuple[Identity, ...]:
        return age_identities(self._keys, SEAL, encrypted=lambda: encrypted_files(self._inbox))

    def _encrypt(self, path: Path, target: Path) -> SealedFile:
        """Encrypt a file with its time of change, and say what was encrypted."""
        with path.open("rb") as clear, target.open("xb") as sealed:
            counted = _Counted(clear)
            encrypt_stream(counted, sealed, self._identities[0])
            sealed.flush()
            os.fsync(sealed.fileno())
            state = os.fstat(clear.fileno())
        os.utime(target, ns=(state.st_atime_ns, state.st_mtime_ns))
        return SealedFile(counted.digest.hexdigest(), counted.size)


class _Counted:
    """A stream that digests and counts what is read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(size)
        self.digest.update(content)
        self.size += len(content)
        return content


def _record_seal(folder: Path, path: Path, found: SealedFile) -> None:
    """Add a file to the folder's record, or replace what it says of it."""
    name = path.relative_to(folder).as_posix()
    record = folder / RECORD
    known = {**_recorded_seals(folder), name: found}
    files = [{"name": name, "sha256": file.digest, "size": file.size} for name, file in known.items()]
    aside = folder / f"{RECORD}.{os.getpid()}"
    with aside.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"files": sorted(files, key=lambda entry: str(entry["name"]))}, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    if record.is_dir():
        os.replace(record, folder / f".sealed.unreadable-{uuid4().hex}")
    os.replace(aside, record)
    _make_durable(folder)


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
