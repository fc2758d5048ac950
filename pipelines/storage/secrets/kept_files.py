"""Delivered files as they were taken in, kept where no vendor writes: encrypted, in the state folder, until purged.

`<state>/<vendor>/<date>/kept/<SHA-256>.<size>.age`, both of the clear bytes. Who encrypts and opens them is in `seals`;
what they count for, in `deliveries.replaced_files`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipelines.storage.folders import entries_below
from pipelines.storage.inboxes import Inbox

FOLDER: Final = "kept"
_NAME: Final = re.compile(r"([0-9a-f]{64})\.([0-9]+)\.age")


@dataclass(frozen=True)
class KeptFile:
    """One of them: where it lies, and of its clear bytes the SHA-256 in lower-case hex, and how many they are."""

    path: Path
    digest: str
    size: int


def kept_folder(inbox: Inbox, folder: Path) -> Path:
    """Where the files of a delivery folder are kept."""
    return inbox.record(folder, FOLDER)


def kept_path(inbox: Inbox, folder: Path, digest: str, size: int) -> Path:
    """Where a file of a delivery folder is kept, or would be."""
    return kept_folder(inbox, folder) / f"{digest}.{size}.age"


def kept_files(inbox: Inbox, folder: Path) -> list[KeptFile]:
    """What is kept of a delivery folder."""
    paths = (entry.path for entry in entries_below(inbox.state, kept_folder(inbox, folder)))
    named = ((path, _NAME.fullmatch(path.name)) for path in paths)
    return [KeptFile(path, name[1], int(name[2])) for path, name in named if name]
