"""Sealed files: delivered files encrypted where they lie, read back without clear bytes on the disk.

Which files may be sealed, and when they go for good, is in `retention`; what a delivery folder holds, in `inbox`; where
copies of what was taken in are kept, in `kept_files`.

`x.csv` becomes `x.csv.age`, in the age format, so that any age tool opens it with `keys/seal-<n>.key`; where that name
would be too long, `<SHA-256 of the name>.age`. `sealed.json` in the state folder, `{"files":
[{"name_sha256", "sha256", "size"}]}` and `name` where the seal's own name does not tell it, says what was sealed: a
file that a vendor named `.age` is not in it. As long as the clear file lies there,
too, the clear one counts. A vendor writes into the folder, too: no link in it is followed, and a file that was
delivered under the name of a seal keeps it.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import IO, Any, BinaryIO, Final
from uuid import uuid4

from pipelines.storage.folders import (
    PRIVATE,
    created_in,
    entries_below,
    open_below,
    open_in,
    opened_folder,
    put_in_place,
    remove_file,
    replacing,
)
from pipelines.storage.inboxes import SEALS, Inbox, StateError, digest_of_name
from pipelines.storage.secrets.age import Identity, encrypt, encrypt_stream, open_clear
from pipelines.storage.secrets.kept_files import kept_files, kept_path
from pipelines.storage.secrets.keys import SEAL, age_identities

SEALED: Final = ".age"

_LONGEST_NAME: Final = 255
"""Bytes of a file's name, on every file system that we know of."""
_ASIDE: Final = re.compile(rf"\.[0-9a-f]{{32}}\{SEALED}")


@dataclass(frozen=True)
class SealedFile:
    """The clear bytes of a sealed file: SHA-256 in lower-case hex, and how many."""

    clear: Path
    """Where it lay."""
    digest: str
    size: int


def seal_of(path: Path) -> Path:
    """Where the seal of a clear file lies: beside it."""
    name = path.name + SEALED
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = hashlib.sha256(os.fsencode(path.name)).hexdigest() + SEALED
    return path.with_name(name)


def sealed_files(inbox: Inbox, folder: Path) -> Mapping[Path, SealedFile]:
    """Sealed files of a delivery folder by the path of their seal; a clear file beside one counts first.

    What is no record says nothing where nothing lies that could have been sealed.

    Raises:
        StateError: it is broken, and there may be sealed files: a fault of the house, not of a vendor.
    """
    recorded = _recorded_seals(inbox, folder)
    entries = entries_below(inbox.root, folder) if recorded else []
    told = [folder / seen["name"] for seen in recorded.values() if "name" in seen]
    named = {seal_of(clear): clear for clear in told if clear.name}
    found: dict[Path, SealedFile] = {}
    for seal in (entry.path for entry in entries if entry.is_file and entry.path.suffix == SEALED):
        clear = named.get(seal, seal.with_suffix(""))
        seen = recorded.get(_key_of(clear, folder))
        if seen:
            found[seal] = SealedFile(clear, seen["sha256"], seen["size"])
    return found


def gone_seals(inbox: Inbox, folder: Path) -> set[str]:
    """SHA-256 of the clear bytes of each file that was sealed, and is neither sealed, clear nor kept any more.

    Raises:
        StateError: as `sealed_files`.
    """
    recorded = _recorded_seals(inbox, folder)
    lying = {_key_of(entry.path, folder) for entry in entries_below(inbox.root, folder)} if recorded else set()
    lying |= {_key_of(seal.clear, folder) for seal in sealed_files(inbox, folder).values()}
    kept = {file.digest for file in kept_files(inbox, folder)}
    return {seen["sha256"] for key, seen in recorded.items() if key not in lying} - kept


def _recorded_seals(inbox: Inbox, folder: Path) -> dict[str, Mapping[str, Any]]:
    """What the record says by the digest of the clear name, of files that are gone, too."""
    try:
        recorded = inbox.recorded_files(folder, SEALS)
        return {
            key: {**seen, "sha256": str(seen["sha256"]), "size": int(seen["size"])} for key, seen in recorded.items()
        }
    except (StateError, ValueError, TypeError, KeyError, OverflowError):
        if not any(_is_seal(entry.path) for entry in entries_below(inbox.root, folder)):
            return {}
        raise inbox.broken(folder, SEALS) from None


def _key_of(clear: Path, folder: Path) -> str:
    return digest_of_name(clear.relative_to(folder).as_posix())


def _is_seal(path: Path) -> bool:
    return path.name.endswith(SEALED) and not _ASIDE.fullmatch(path.name)


def is_seal_name_taken(path: Path, sealed: Mapping[Path, SealedFile]) -> bool:
    """Whether a clear file can't be sealed, because what bears the name of its seal was delivered.

    `sealed`: the sealed files of its delivery folder.
    """
    seal = seal_of(path)
    return (os.path.lexists(seal) and seal not in sealed) or seal_of(seal) in sealed


def remove_leftovers(inbox: Inbox, folder: Path) -> None:
    """Remove what a kill left of unfinished seals. The caller is the only one that seals there."""
    for entry in entries_below(inbox.root, folder):
        if _ASIDE.fullmatch(entry.path.name):
            remove_file(inbox.root, entry.path)


def encrypted_files(inbox: Inbox) -> Iterator[Path]:
    """What was sealed in the inbox or is kept of it, one of each vendor before the next of any: a vendor can damage its
    own.

    A folder whose record can't be read is told by whoever reads the folder.
    """
    waiting = [_encrypted_files_of(inbox, vendor) for vendor in inbox.recorded_vendors()]
    while waiting:
        for files in list(waiting):
            path = next(files, None)
            if path is None:
                waiting.remove(files)
            else:
                yield path


def _encrypted_files_of(inbox: Inbox, vendor: str) -> Iterator[Path]:
    for day in inbox.recorded_days(vendor):
        folder = inbox.root / vendor / day
        yield from (kept.path for kept in kept_files(inbox, folder))
        with suppress(StateError):
            yield from sealed_files(inbox, folder)


def open_encrypted(inbox: Inbox, path: Path, identities: Sequence[Identity]) -> BinaryIO:
    """The clear bytes of a sealed or kept file under some keys, as `Seals.open` gives them."""
    root = inbox.state if path.is_relative_to(inbox.state) else inbox.root
    return open_clear(path, identities, partial(open_below, root))


class Seals:
    """Encrypts and opens delivered files under the house's seal keys, which are made at first need."""

    def __init__(self, keys: Path, inbox: Inbox) -> None:
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
        """The clear bytes of a sealed or kept file, as a seekable stream that holds little memory; may be closed early.

        Raises:
            BrokenSealError: while reading: it was not encrypted to a key of ours, or is damaged.
        """
        return open_encrypted(self._inbox, path, self._identities)

    def encrypted(self, content: bytes) -> bytes:
        """Content under the newest seal key, for what is kept elsewhere than in inbox and state."""
        return encrypt(content, self._identities[0])

    def open_kept(self, path: Path) -> BinaryIO:
        """The clear bytes of what `encrypted` gave, kept where we alone write.

        Raises:
            BrokenSealError: while reading: it was not encrypted to a key of ours, or is damaged.
        """
        return open_clear(path, self._identities)

    def keep(self, path: Path, folder: Path, digest: str, size: int) -> None:
        """Keep an encrypted copy of a clear file of a delivery folder where no vendor writes, once for its bytes.

        `digest`, `size`: of the bytes that are to be kept; others are not. What a kill left is the caller's to sweep.
        """
        kept = kept_path(self._inbox, folder, digest, size)
        if os.path.lexists(kept):
            return
        state = self._inbox.state
        with (
            suppress(_OtherBytesError),
            open_below(self._inbox.root, path) as clear,
            replacing(state, kept, PRIVATE, is_durable=True, is_swept=False) as file,
        ):
            counted = _Counted(clear)
            encrypt_stream(counted, file, self._identities[0])
            if counted.digest.hexdigest() != digest:
                raise _OtherBytesError

    def seal(self, path: Path, folder: Path, digest: str | None = None) -> bool:
        """Seal one file of a delivery folder, if its bytes are the expected; whether it was sealed.

        It is not while something that was delivered bears the name of its seal. The sealed file and the record are
        durable before the clear file goes; a kill in between leaves both.
        """
        if is_seal_name_taken(path, sealed_files(self._inbox, folder)):
            return False
        aside = f".{uuid4().hex}{SEALED}"
        with opened_folder(self._inbox.root, path.parent) as opened:
            try:
                found = self._encrypt(opened, path, aside)
                if digest not in (None, found.digest):
                    return False
                self._record_seal(folder, path, found)
                put_in_place(opened, aside, seal_of(path).name)
                os.fsync(opened)
                os.unlink(path.name, dir_fd=opened)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(aside, dir_fd=opened)
        return True

    def _record_seal(self, folder: Path, path: Path, found: SealedFile) -> None:
        """Add a file to the folder's record, or replace what it says of it."""
        seen: dict[str, Any] = {"sha256": found.digest, "size": found.size}
        if seal_of(path).name != path.name + SEALED:
            seen["name"] = path.relative_to(folder).as_posix()  # the seal's own name does not tell it
        known = {**_recorded_seals(self._inbox, folder), _key_of(path, folder): seen}
        self._inbox.write_files(folder, SEALS, known)

    @cached_property
    def _identities(self) -> tuple[Identity, ...]:
        return age_identities(self._keys, SEAL, encrypted=lambda: encrypted_files(self._inbox))

    def _encrypt(self, folder: int, path: Path, aside: str) -> SealedFile:
        """Encrypt a file of an opened folder with its time of change, and say what was encrypted."""
        with open_in(folder, path.name) as clear, created_in(folder, aside) as sealed:
            counted = _Counted(clear)
            encrypt_stream(counted, sealed, self._identities[0])
            sealed.flush()
            os.fsync(sealed.fileno())
            state = os.fstat(clear.fileno())
            os.utime(sealed.fileno(), ns=(state.st_atime_ns, state.st_mtime_ns))
        return SealedFile(path, counted.digest.hexdigest(), counted.size)


class _OtherBytesError(Exception):
    """What lies there is no longer what was taken in."""


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
