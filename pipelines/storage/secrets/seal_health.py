"""Whether the delivered files that we encrypted, where they lie and as they are kept, open to the bytes they were taken
in with.

A run reads the files of no day that is unchanged: damage would be found when they are needed, years later maybe.
"""

import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

from pipelines.storage.inboxes import Inbox, StateError
from pipelines.storage.secrets.age import BrokenSealError
from pipelines.storage.secrets.kept_files import kept_files
from pipelines.storage.secrets.seals import Seals, sealed_files


def broken_files(inbox: Inbox, seals: Seals, vendors: Collection[str] = ()) -> Iterator[str]:
    """In words each file of some vendors, or of all, that does not open to its bytes. Reads every encrypted file once.

    A file is named by the SHA-256 of its clear bytes, as in the table `deliveries`: its name may be a person's.

    Raises:
        KeysError: the keys are gone, no keys, or others.
    """
    for vendor in sorted(inbox.recorded_vendors()):
        for day in sorted(inbox.recorded_days(vendor)) if not vendors or vendor in vendors else ():
            yield from _broken_files_of_day(inbox, seals, vendor, day)


def _broken_files_of_day(inbox: Inbox, seals: Seals, vendor: str, day: str) -> Iterator[str]:
    try:
        encrypted = _digests_of_encrypted(inbox, inbox.root / vendor / day)
    except StateError as error:
        yield str(error)
        return
    for digest in sorted({digest for path, digest in encrypted if not _opens_to(seals, path, digest)}):
        yield f"{vendor} {day}: the delivered file with SHA-256 {digest} does not open to its bytes: a backup has it"


def _digests_of_encrypted(inbox: Inbox, folder: Path) -> list[tuple[Path, str]]:
    sealed = [(path, seen.digest) for path, seen in sealed_files(inbox, folder).items()]
    return sealed + [(kept.path, kept.digest) for kept in kept_files(inbox, folder)]


def _opens_to(seals: Seals, path: Path, digest: str) -> bool:
    try:
        with seals.open(path) as clear:
            return hashlib.file_digest(clear, "sha256").hexdigest() == digest  # type: ignore[arg-type]
    except (BrokenSealError, OSError):
        return False
