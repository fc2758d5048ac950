"""Sealed files: delivered files encrypted where they lie, read back without clear bytes on the disk.

Which files may be sealed, and when they go for good, is in `retention`; what a delivery folder holds, in `inbox`.

`x.csv` becomes `x.csv.age`, in the age format, so that any age tool opens it with `keys/seal-<n>.key`. `.sealed.json`
in the delivery folder, `{"files": [{"name", "sha256", "size"}]}`, tells what was sealed: a file that a vendor named
`.age` is not in it. As long as the clear file lies there, too, the clear one counts. A vendor writes there,
too: no link in them is followed, and a file that was delivered under the name of a seal keeps it.
"""

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import IO, BinaryIO, Final
from uuid import uuid4

from pipelines.storage.folders import (
    created_in,
    entries_below,
    folder_names,
    open_below,
    open_in,
    opened_folder,
    put_in_place,
    read_below,
    remove_file,
    replacing,
)
from pipelines.storage.secrets.age import Identity, encrypt_stream, open_clear
from pipelines.storage.secrets.keys import SEAL, age_identities

SEALED: Final = ".age"
RECORD: Final = ".sealed.json"
"""Beside the files of a delivery folder; hidden, so that no run takes it for a delivered file."""

_LONGEST_NAME: Final = 255
"""Bytes of a file's name, on every file system that we know of."""
_ASIDE: Final = re.compile(rf"\.[0-9a-f]{{32}}\{SEALED}")


class SealRecordError(ValueError):
    """The record of a folder's sealed files can't be read. Names it and the mend."""


@dataclass(frozen=True)
class SealedFile:
    """The clear bytes of a sealed file: SHA-256 in lower-case hex, and how many."""

    digest: str
    size: int


def sealed_files(folder: Path) -> Mapping[str, SealedFile]:
    """Sealed files of a delivery folder by their clear path below it, with `/`; a clear file beside one counts first.

    What is no record says nothing where nothing lies that could have been sealed.

    Raises:
        SealRecordError: it is broken, and there may be sealed files: a fault of the house, not of a vendor.
    """
    root = folder.parents[1]
    found = _recorded_seals(root, folder)
    lying = {entry.path for entry in entries_below(root, folder) if entry.is_file} if found else set()
    return {_printable_sealed_name(name): file for name, file in found.items() if folder / f"{name}{SEALED}" in lying}


def _recorded_seals(root: Path, folder: Path) -> dict[str, SealedFile]:
    """What the record says, of files that are gone, too."""
    try:
        entries = json.loads(read_below(root, folder / RECORD))["files"]
        return {str(entry["name"]): SealedFile(str(entry["sha256"]), int(entry["size"])) for entry in entries}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        if not any(_is_seal(entry.path) for entry in entries_below(root, folder)):
            return {}
        raise SealRecordError(f"{folder / RECORD} is no record of sealed files: restore it from your backup") from None


def _is_seal(path: Path) -> bool:
    return path.name.endswith(SEALED) and not _ASIDE.fullmatch(path.name)


def is_seal_name_taken(path: Path, folder: Path, sealed: Collection[str]) -> bool:
    """Whether a file can't be sealed, because what bears the name of its seal was delivered.

    Args:
        path: a clear file of a delivery folder.
        folder: the delivery folder.
        sealed: names of its sealed files.
    """
    name = _printable_sealed_name(path.relative_to(folder).as_posix())
    is_delivered = os.path.lexists(f"{path}{SEALED}") and name not in sealed
    return is_delivered or f"{name}{SEALED}" in sealed


def remove_leftovers(folder: Path) -> None:
    """Remove what a kill left of unfinished seals. The caller is the only one that seals there."""
    root = folder.parents[1]
    for entry in entries_below(root, folder):
        if _ASIDE.fullmatch(entry.path.name):
            remove_file(root, entry.path)


def _printable_sealed_name(name: str) -> str:
    """A name as `inbox` gives it: bytes that are not UTF-8 are replaced."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def encrypted_files(inbox: Path) -> Iterator[Path]:
    """What was sealed in the inbox, one of each vendor before the next of any: a vendor can claim seals that are none.

    A folder whose record can't be read is told by whoever reads the folder.
    """
    waiting = [_encrypted_files_of(inbox, vendor) for vendor in folder_names(inbox, inbox)]
    while waiting:
        for files in list(waiting):
            path = next(files, None)
            if path is None:
                waiting.remove(files)
            else:
                yield path


def _encrypted_files_of(inbox: Path, vendor: str) -> Iterator[Path]:
    for day in folder_names(inbox, inbox / vendor):
        folder = inbox / vendor / day
        with suppress(SealRecordError):
            yield from [folder / f"{name}{SEALED}" for name in sealed_files(folder)]


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
        return open_clear(path, self._identities, partial(open_below, self._inbox))

    def seal(self, path: Path, folder: Path, digest: str | None = None) -> bool:
        """Seal one file of a delivery folder, if its bytes are the expected; whether it was sealed.

        It is not while something that was delivered bears the name of its seal. The sealed file and the record are
        durable before the clear file goes; a kill in between leaves both.
        """
        if len(os.fsencode(path.name + SEALED)) > _LONGEST_NAME:
            return False  # it stays clear until it is purged
        if is_seal_name_taken(path, folder, sealed_files(folder)):
            return False
        aside = f".{uuid4().hex}{SEALED}"
        with opened_folder(self._inbox, path.parent) as opened:
            try:
                found = self._encrypt(opened, path.name, aside)
                if digest not in (None, found.digest):
                    return False
                self._record_seal(folder, path, found)
                put_in_place(opened, aside, path.name + SEALED)
                os.fsync(opened)
                os.unlink(path.name, dir_fd=opened)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(aside, dir_fd=opened)
        return True

    def _record_seal(self, folder: Path, path: Path, found: SealedFile) -> None:
        """Add a file to the folder's record, or replace what it says of it."""
        known = {**_recorded_seals(self._inbox, folder), path.relative_to(folder).as_posix(): found}
        files = [{"name": name, "sha256": file.digest, "size": file.size} for name, file in known.items()]
        with replacing(self._inbox, folder / RECORD, is_durable=True) as file:
            in_order = sorted(files, key=lambda entry: str(entry["name"]))
            file.write((json.dumps({"files": in_order}, indent=2) + "\n").encode())

    @cached_property
    def _identities(self) -> tuple[Identity, ...]:
        return age_identities(self._keys, SEAL, encrypted=lambda: encrypted_files(self._inbox))

    def _encrypt(self, folder: int, name: str, aside: str) -> SealedFile:
        """Encrypt a file of an opened folder with its time of change, and say what was encrypted."""
        with open_in(folder, name) as clear, created_in(folder, aside) as sealed:
            counted = _Counted(clear)
            encrypt_stream(counted, sealed, self._identities[0])
            sealed.flush()
            os.fsync(sealed.fileno())
            state = os.fstat(clear.fileno())
            os.utime(sealed.fileno(), ns=(state.st_atime_ns, state.st_mtime_ns))
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
