"""Folders of the inbox: a vendor's, one a date of delivery, purged ones, and what is none of them.

What lies in a delivery folder is read in `inbox`.
"""

import os
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final

from pipelines.deliveries.old_records import OLD_NAMES
from pipelines.deliveries.recorded_arrivals import TRANSPORT_RECORD
from pipelines.storage.folders import folder_names
from pipelines.storage.inboxes import Inbox
from pipelines.vocabulary.words import VENDOR_KEY

INVOICES: Final = "invoices"
DISPUTES: Final = "disputes"
BESIDE_DATES: Final = (INVOICES, DISPUTES)
"""A vendor's folders beside those of dates; what lies in them is read by the rooms of that name, and is no delivery."""
_A_LINK: Final = " (a link)"
_IGNORED_STARTS: Final = (".", "_", "~")
_IGNORED_ENDS: Final = (".part", ".tmp", ".filepart")


def dated_folders(root: Path, vendor: str) -> dict[date, Path]:
    """A vendor's folders below a root that are named after a date."""
    folder = root / vendor
    return {day: folder / name for name in folder_names(root, folder) if (day := _day_of_folder(name))}


def delivery_days(inbox: Inbox, vendor: str) -> list[date]:
    """Dates for which a vendor has a folder, in order; purged folders, and others, are left alone."""
    kept, _ = kept_and_purged_days(inbox, vendor)
    return sorted(kept)


def purged_days(inbox: Inbox, vendor: str) -> set[date]:
    """Dates of which the retention clock removed the files; whatever lies in their folders now is not taken in."""
    _, purged = kept_and_purged_days(inbox, vendor)
    return purged


def kept_and_purged_days(inbox: Inbox, vendor: str) -> tuple[set[date], set[date]]:
    """`delivery_days` and `purged_days` at one look."""
    days = inbox.recorded_days(vendor)
    purged = {day for name in days if inbox.is_purged(vendor, name) and (day := _day_of_folder(name))}
    return dated_folders(inbox.root, vendor).keys() - purged, purged


def unread_folders(inbox: Inbox, vendors: Collection[str]) -> list[str]:
    """What lies in the inbox and no run will read: folders of unknown vendors, links, what is in no folder of a date,
    and what a vendor named like a record of ours.

    As `vendor`, `vendor (a link)`, `vendor/(no date)`, `vendor/<date> (a link)` or `vendor/<date> (<name> is not
    ours)`; a name that is no vendor key is not repeated. What is hidden otherwise is left alone.
    """
    found = []
    for path in (path for path in inbox.root.glob("*") if not is_ignored(path.name)):
        if path.is_symlink():
            found.append(f"{shown_vendor(path.name)}{_A_LINK}")
        elif path.is_dir() and path.name not in vendors:
            found.append(shown_vendor(path.name))
        elif path.is_dir():
            found += [f"{path.name}/{stray}" for stray in (*_strays_of_vendor(path), *_false_records(inbox, path.name))]
    return sorted(found)


def _strays_of_vendor(folder: Path) -> Iterator[str]:
    """What no run reads of a vendor's folder, as it may be told."""
    for path in (path for path in folder.glob("*") if not is_ignored(path.name)):
        if path.is_symlink() and _day_of_folder(path.name):
            yield f"{path.name}{_A_LINK}"
        elif path.is_symlink() or not (path.is_dir() and (_day_of_folder(path.name) or path.name in BESIDE_DATES)):
            yield "(no date)"


def _false_records(inbox: Inbox, vendor: str) -> Iterator[str]:
    """What lies in a vendor's folders under a name of our records: it says nothing."""
    names = [*OLD_NAMES, *([] if inbox.has_transport_records else [TRANSPORT_RECORD])]
    for day, folder in dated_folders(inbox.root, vendor).items():
        yield from (f"{day} ({name} is not ours)" for name in names if os.path.lexists(folder / name))


def is_linked(inbox: Inbox, vendor: str) -> bool:
    """Whether a link lies where a vendor's folder should."""
    return (inbox.root / vendor).is_symlink()


def shown_vendor(name: str) -> str:
    """A folder's name as it may be told: one that is no vendor key may name a person."""
    return name if VENDOR_KEY.fullmatch(name) else "(no vendor key)"


def _day_of_folder(name: str) -> date | None:
    """The date that a folder is named after; other ways of ISO 8601 to write one are no delivery folders."""
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if day.isoformat() == name else None


def is_ignored(name: str) -> bool:
    """Whether a file or folder is hidden, or still being written, by any part of its path with `/`."""
    parts = PurePosixPath(name).parts if "/" in name else (name,)
    return any(part.startswith(_IGNORED_STARTS) or part.endswith(_IGNORED_ENDS) for part in parts)
