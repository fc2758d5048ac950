"""Encrypted files that no record knows though they were taken in: our own seals, beside a state folder that is older.

How files are sealed, and which, is in `storage.secrets.seals`.
"""

import hashlib
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path, PurePosixPath

from pipelines.deliveries.inbox import delivered_name
from pipelines.deliveries.inbox_folders import is_ignored
from pipelines.deliveries.taken_in_files import taken_in_files
from pipelines.storage.folders import entries_below
from pipelines.storage.inboxes import Inbox, StateError
from pipelines.storage.lake import Lake
from pipelines.storage.secrets.seals import SEALED, sealed_files


def confirm_seals(inbox: Inbox, lake: Lake, vendor: str, day: date) -> None:
    """Make sure that no seal of ours in a folder would be taken for a vendor's file.

    Raises:
        StateError: one would be, or the record of seals is broken: a fault of the house, not of a vendor.
    """
    folder = inbox.folder(vendor, day)
    unclaimed = _unclaimed(inbox, folder)
    if not unclaimed:
        return
    taken_in = _taken_in_names(lake, vendor, day, unclaimed)
    if any(name not in taken_in and _is_seal_of_any(name, taken_in) for name in unclaimed):
        raise StateError(
            f"{vendor}/{day} in the inbox holds encrypted files that were taken in, and {inbox.state} does not know "
            "them: it is older than the inbox; restore data/state and the inbox from the same backup"
        )


def _unclaimed(inbox: Inbox, folder: Path) -> list[str]:
    """Names of files that are named like a seal, are in no record and lie beside no clear file."""
    sealed = sealed_files(inbox, folder)
    paths = {entry.path for entry in entries_below(inbox.root, folder) if entry.is_file}
    found = sorted(path for path in paths - sealed.keys() if path.suffix == SEALED)
    names = [delivered_name(path, folder, sealed) for path in found if path.with_suffix("") not in paths]
    return [name for name in names if not is_ignored(name)]


def _taken_in_names(lake: Lake, vendor: str, day: date, unclaimed: list[str]) -> set[str]:
    """Names under which a day's files were taken in, those of their archives included."""
    names = taken_in_files(lake, vendor, day, [*unclaimed, *(name.removesuffix(SEALED) for name in unclaimed)])
    return {str(path) for name in names for path in _with_archives(PurePosixPath(name))}


def _with_archives(path: PurePosixPath) -> Iterator[PurePosixPath]:
    yield from (path, *(parent for parent in path.parents if parent.name))


def _is_seal_of_any(seal: str, names: set[str]) -> bool:
    """Whether it is named as the seal of one of some files, or after the digest of a long name."""
    clear = PurePosixPath(seal.removesuffix(SEALED))
    paths = (PurePosixPath(name) for name in names if name != str(clear))
    digests = {(path.parent, hashlib.sha256(os.fsencode(path.name)).hexdigest()) for path in paths}
    return str(clear) in names or (clear.parent, clear.name) in digests
