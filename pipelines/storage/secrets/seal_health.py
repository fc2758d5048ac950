"""Whether the delivered files that we encrypted, where they lie and as they are kept, open to the bytes they were taken
in with.

A run reads the files of no day that is unchanged: damage would be found when they are needed, years later maybe. Keys
are taken as they lie: a file that none of them opens is told, whether it is damaged or the key is another.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipelines.storage.inboxes import Inbox, StateError
from pipelines.storage.secrets.age import BrokenSealError, Identity
from pipelines.storage.secrets.kept_files import kept_files
from pipelines.storage.secrets.keys import SEAL, age_identities_as_they_lie
from pipelines.storage.secrets.seals import encrypted_files, gone_seals, open_encrypted, sealed_files

_DAMAGED: Final = "does not open to its bytes"


@dataclass(frozen=True, order=True)
class _Copy:
    """A delivered file as we encrypted it."""

    digest: str
    """Of its clear bytes."""
    path: Path
    is_kept: bool


def broken_files(inbox: Inbox, keys: Path, vendors: Collection[str] = ()) -> Iterator[str]:
    """In words each file of some vendors, or of all, that is gone or does not open to its bytes.

    Reads every encrypted file once, and writes nothing. A file is named by the SHA-256 of its clear bytes, since its
    name may be a person's: that of the table `deliveries`, or of an archive, which no table has.

    Raises:
        KeysError: there are such files, and no keys, or keys that can't be read.
        ValueError: a key file holds no key.
    """
    has_encrypted = next(encrypted_files(inbox), None) is not None
    identities = age_identities_as_they_lie(keys, SEAL, has_encrypted=has_encrypted)
    for vendor in sorted(inbox.recorded_vendors()):
        for day in sorted(inbox.recorded_days(vendor)) if not vendors or vendor in vendors else ():
            yield from (f"{vendor} {day}: {words}" for words in _faults_of_day(inbox, identities, vendor, day))


def _faults_of_day(inbox: Inbox, identities: Sequence[Identity], vendor: str, day: str) -> Iterator[str]:
    folder = inbox.root / vendor / day
    copies, error = _copies_in(inbox, folder)
    if error:
        yield str(error)
    found = _faults(inbox, identities, copies)
    if found:  # what was purged or sealed anew since it was listed is no damage
        found = _faults(inbox, identities, found.keys() & _copies_in(inbox, folder)[0])
    whole = {copy.digest: copy for copy in sorted(copies - found.keys())}
    for copy, fault in sorted(found.items()):
        mend = _mend(fault, whole.get(copy.digest))
        yield f"{_file_of_digest(copy.digest)} {fault} {_place_of_copy(copy)}: {mend}"
    if error is None:
        yield from map(_told_gone, sorted(_gone(inbox, folder)))


def _gone(inbox: Inbox, folder: Path) -> set[str]:
    """Asked twice: a file may be sealed, or its day purged, between a look at the record and one at the folder."""
    found = gone_seals(inbox, folder)
    is_purged = inbox.is_purged(folder.parent.name, folder.name)
    return found & gone_seals(inbox, folder) if found and not is_purged else set()


def _copies_in(inbox: Inbox, folder: Path) -> tuple[set[_Copy], StateError | None]:
    """Of a delivery folder; what is kept, also where the record of what is sealed is broken."""
    kept = {_Copy(file.digest, file.path, is_kept=True) for file in kept_files(inbox, folder)}
    try:
        sealed = sealed_files(inbox, folder).items()
    except StateError as error:
        return kept, error
    return kept | {_Copy(seal.digest, path, is_kept=False) for path, seal in sealed}, None


def _faults(inbox: Inbox, identities: Sequence[Identity], copies: Iterable[_Copy]) -> dict[_Copy, str]:
    found = {copy: _fault_of_copy(inbox, identities, copy) for copy in copies}
    return {copy: fault for copy, fault in found.items() if fault}


def _fault_of_copy(inbox: Inbox, identities: Sequence[Identity], copy: _Copy) -> str | None:
    try:
        with open_encrypted(inbox, copy.path, identities) as clear:
            is_whole = hashlib.file_digest(clear, "sha256").hexdigest() == copy.digest  # type: ignore[arg-type]
    except BrokenSealError:
        is_whole = False
    except OSError as error:
        return f"can't be read ({error.strerror})"
    return None if is_whole else _DAMAGED


def _told_gone(digest: str) -> str:
    return f"{_file_of_digest(digest)} is gone: it is neither in the inbox nor kept: a backup has it"


def _file_of_digest(digest: str) -> str:
    return f"the delivered file or archive with SHA-256 {digest}"


def _place_of_copy(copy: _Copy) -> str:
    return f"as it is kept in {copy.path}" if copy.is_kept else "as it lies in the inbox"


def _mend(fault: str, whole: _Copy | None) -> str:
    """`whole`: another copy of the same bytes, if one opens."""
    if fault != _DAMAGED:
        return "let the user of the house read it, or restore it from your backup"
    if whole is None:
        return "a backup has it, or the key that it was encrypted to"
    place = f"what is kept in {whole.path}" if whole.is_kept else "what lies in the inbox"
    return f"{place} opens to them: put a copy of that in its place"
