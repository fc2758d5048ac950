"""What vendors put into the store: taken over once, into the folders where it would lie without a store.

`inbox/<vendor>/…` as delivered; `outbox/<vendor>/<date>/acknowledgement.json` dropped back. When a file came is when
the store had it, by the store's clock, so that no vendor sets its own: of an upload in several parts the store tells
when it began, which the vendor chose; such a file came when it was first seen. A record of our transport is none that
a vendor may upload: its name is refused like those of our other records, also where such records are believed.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from errno import EILSEQ, EINVAL, EISDIR, ELOOP, ENAMETOOLONG, ENOTDIR
from pathlib import Path, PurePosixPath
from typing import Final

from pipelines.deliveries.arrivals import WINDOW
from pipelines.deliveries.inbox_folders import dated_folders, is_ignored
from pipelines.deliveries.known_arrivals import KnownArrival, file_state, keep_arrivals
from pipelines.deliveries.old_records import OLD_NAMES
from pipelines.deliveries.recorded_arrivals import TRANSPORT_RECORD
from pipelines.object_storage.bucket import Bucket, Listed, MissingObjectError
from pipelines.object_storage.parts import INBOX, OUTBOX
from pipelines.receipts.notices import ACKNOWLEDGEMENT_FILE
from pipelines.storage.folders import SHARED, replacing
from pipelines.storage.inboxes import Inbox, digest_of_name
from pipelines.vocabulary.clock import paris_date

_LONGEST_NAME: Final = 255 - len(f"..{'0' * 32}.part")
"""Bytes: while it is written, a file lies under a longer name (`storage.folders.replacing`)."""
_OURS: Final = frozenset({*OLD_NAMES, TRANSPORT_RECORD})
_NO_SUCH_FILE: Final = (EILSEQ, EINVAL, EISDIR, ELOOP, ENAMETOOLONG, ENOTDIR)
"""What a file system answers of a name under which it holds no file."""
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f\\]")
_PARTS_MARK: Final = "-"
"""In the tag of an object that came in several parts."""


@dataclass(frozen=True)
class Upload:
    """An object that a vendor put there, and where it belongs."""

    found: Listed
    root: Path
    path: Path


@dataclass(frozen=True)
class Waiting:
    """What lies there of a vendor and is not taken over yet."""

    uploads: Sequence[Upload]
    refused: Sequence[str]
    """Keys that no folder can hold, or that bear the name of a record of ours; they stay where they are."""


def waiting_uploads(bucket: Bucket, inbox: Inbox, outbox: Path, vendor: str) -> Waiting:
    """What a vendor put into the store, by key."""
    uploads, refused = [], []
    for found in bucket.listed(f"{INBOX}/{vendor}/"):
        name = found.key.removeprefix(f"{INBOX}/{vendor}/")
        if name.endswith("/") or not name:
            continue  # what some tools put for a folder
        if is_safe(name):
            uploads.append(Upload(found, inbox.root, inbox.root / vendor / name))
        else:
            refused.append(found.key)
    for found in bucket.listed(f"{OUTBOX}/{vendor}/"):
        name = found.key.removeprefix(f"{OUTBOX}/{vendor}/")
        if is_safe(name) and PurePosixPath(name).name == ACKNOWLEDGEMENT_FILE:
            uploads.append(Upload(found, outbox, outbox / vendor / name))
    return Waiting(uploads, refused)


def take_over(
    bucket: Bucket, inbox: Inbox, vendor: str, uploads: Iterable[Upload], now: datetime
) -> tuple[dict[str, str], list[str]]:
    """Bring uploads into the folders, and note when they came. `now`: aware.

    Returns:
        Those that lie here now, by key, with their tags; and keys of those that no file can be made of, since their
        name is that of a folder, goes through a file, or is none to the file system.

    Raises:
        StateError: our record of arrivals is broken.
        OSError: the disk takes nothing more.
    """
    taken: dict[str, str] = {}
    refused: list[str] = []
    came: defaultdict[Path, dict[str, tuple[str, datetime]]] = defaultdict(dict)
    for upload in uploads:
        try:
            digest = _brought(bucket, upload)
        except MissingObjectError:
            continue  # replaced or removed since it was listed: the next look finds what is there
        except OSError as error:
            if error.errno not in _NO_SUCH_FILE:
                raise
            refused.append(upload.found.key)
            continue
        taken[upload.found.key] = upload.found.tag
        if upload.root == inbox.root:
            folder, name = _delivery_of(inbox, vendor, upload.path)
            came[folder][name] = digest, _upload_came_at(upload.found, now)
    for day, folder in dated_folders(inbox.root, vendor).items():
        if folder in came and not inbox.is_purged(vendor, folder.name):
            _note_upload_arrivals(inbox, folder, day, came[folder])
    return taken, refused


def is_safe(name: str) -> bool:
    """Whether a name leads to a place of its own below the vendor's folder, on every file system that we know of."""
    parts = name.split("/")
    return (
        all(part not in ("", ".", "..") and len(os.fsencode(part)) <= _LONGEST_NAME for part in parts)
        and not _OURS & {*parts}
        and not _UNSAFE.search(name)
    )


def _brought(bucket: Bucket, upload: Upload) -> str:
    if upload.path.is_dir():
        raise IsADirectoryError(EISDIR, "a folder bears the name")
    with replacing(upload.root, upload.path, SHARED) as file:
        return bucket.download(upload.found.key, file.write, tag=upload.found.tag)


def _delivery_of(inbox: Inbox, vendor: str, path: Path) -> tuple[Path, str]:
    """The folder of a delivery, and a file's name in it; of a file beside all folders the vendor's own."""
    first, _, name = path.relative_to(inbox.root / vendor).as_posix().partition("/")
    return inbox.root / vendor / first, name


def _upload_came_at(found: Listed, now: datetime) -> datetime:
    return now if _PARTS_MARK in found.tag else min(found.put_at, now)


def _note_upload_arrivals(inbox: Inbox, folder: Path, day: date, files: Mapping[str, tuple[str, datetime]]) -> None:
    """Note when files of a delivery came, but of an old day: what is put there later is a history of ours."""
    arrivals = [
        (digest_of_name(name), KnownArrival(digest, at, file_state(folder / name)))
        for name, (digest, at) in files.items()
        if not is_ignored(name) and day >= paris_date(at) - WINDOW
    ]
    keep_arrivals(inbox, folder, arrivals)
