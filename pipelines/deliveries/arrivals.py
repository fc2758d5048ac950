"""Arrival: when each delivered file was first seen, noted in the state folder where our transport did not.

What is recorded already is in `recorded_arrivals`; which folders changed after their intake, in `changed_folders`.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from pipelines.deliveries.inbox import delivered_name, delivered_paths
from pipelines.deliveries.inbox_folders import delivery_days, shown_vendor
from pipelines.deliveries.manifests import is_manifest, parse_manifest
from pipelines.deliveries.recorded_arrivals import (
    TRANSPORT_RECORD,
    note_arrivals,
    recorded_arrivals,
    transported_arrivals,
)
from pipelines.storage.folders import folder_names, open_below, opened_folder
from pipelines.storage.inboxes import Inbox, digest_of_name
from pipelines.storage.secrets.seals import sealed_files
from pipelines.vocabulary.clock import paris_date

STILL_FOR: Final = timedelta(seconds=60)
"""A file is complete once it has not changed for so long, or its digest is the manifest's."""
WINDOW: Final = timedelta(days=7)
"""Age of a folder's date up to which first sight means arrival. What appears in an older folder was put there by us (a
restored inbox, a history): noting today would make its leads delivered today, so it stays without a record."""
MOST_MANIFEST_BYTES: Final = 10_000_000


@dataclass(frozen=True)
class Sighting:
    """A file that may still be moving. Instants are ISO 8601."""

    first_seen_at: str
    still_since: str
    state: str
    """Changes whenever the file does."""


@dataclass(frozen=True)
class Arrivals:
    """What one look at the inbox found."""

    noted_count: int
    moving: Mapping[str, Sighting]
    """By file, under a key that tells nothing; for the next call."""
    untold: Sequence[str]
    """Folders, as `vendor/date`, whose files can't be listed or noted."""


def record_arrivals(inbox: Inbox, seen: Mapping[str, Sighting], *, now: datetime) -> Arrivals:
    """Note files that our transport did not note, once they are complete; `seen` is what the last call left moving.

    A file is received at its first sight, or at its last change on our disk if nobody looked then. What the transport
    noted of files that lie there is kept, too. A record of its that can't be read is set aside once it is still: else
    a vendor could hide behind it. `now` is aware.
    """
    noted_count, untold = 0, []
    moving: dict[str, Sighting] = {}
    for folder in _recent_folders(inbox, paris_date(now) - WINDOW):
        try:
            complete, still_moving = _look_at(inbox, folder, seen, now)
            if TRANSPORT_RECORD in complete:
                _set_aside(inbox, folder, now)
            elif complete:
                note_arrivals(inbox, folder, {name: datetime.fromisoformat(at) for name, at in complete.items()})
                noted_count += len(complete)
            moving |= still_moving
        except Exception:  # whatever it is, the others are noted
            untold.append(f"{shown_vendor(folder.parent.name)}/{folder.name}")
    return Arrivals(noted_count, moving, untold)


def sightings_as_text(sightings: Mapping[str, Sighting]) -> str:
    """Sightings as a sensor's cursor."""
    return json.dumps({key: asdict(sighting) for key, sighting in sightings.items()})


def sightings_from_text(cursor: str | None) -> dict[str, Sighting]:
    """Sightings of a cursor; none from one that another version wrote."""
    try:
        found: dict[str, dict[str, str]] = json.loads(cursor or "{}")
        return {key: Sighting(**sighting) for key, sighting in found.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def _recent_folders(inbox: Inbox, since: date) -> Iterator[Path]:
    for vendor in folder_names(inbox.root, inbox.root):
        yield from (inbox.folder(vendor, day) for day in delivery_days(inbox, vendor) if day >= since)


def _look_at(
    inbox: Inbox, folder: Path, seen: Mapping[str, Sighting], now: datetime
) -> tuple[dict[str, str], dict[str, Sighting]]:
    """First sights of the files to be noted now, by name, and the sightings of those that may still be moving."""
    sealed = sealed_files(inbox, folder)  # taken in already: what was known of their arrival then stands
    clear = {
        delivered_name(path, folder, sealed): path for path in delivered_paths(inbox, folder) if path not in sealed
    }
    transported = transported_arrivals(inbox, folder)
    if transported is None:
        unlisted = {TRANSPORT_RECORD: folder / TRANSPORT_RECORD}
    else:
        note_arrivals(inbox, folder, {name: at for name, at in transported.items() if name in clear})
        recorded = recorded_arrivals(inbox, folder)
        unlisted = {name: path for name, path in clear.items() if digest_of_name(name) not in recorded}
    announced = _announced(inbox.root, clear) if unlisted else {}
    complete, moving = {}, {}
    for name, path in unlisted.items():
        key = hashlib.sha256(f"{folder.parent.name}/{folder.name}/{name}".encode()).hexdigest()[:24]
        try:
            sighting = _sighting(path, seen.get(key), now)
            if _is_complete(sighting, inbox.root, path, announced.get(name), now):
                complete[name] = sighting.first_seen_at
            else:
                moving[key] = sighting
        except OSError:
            continue  # it vanished meanwhile, or is not ours to read
    return complete, moving


def _sighting(path: Path, before: Sighting | None, now: datetime) -> Sighting:
    found = path.lstat()
    state = f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"
    changed_at = datetime.fromtimestamp(found.st_ctime, UTC)
    return Sighting(
        first_seen_at=before.first_seen_at if before else min(now, changed_at).isoformat(),
        still_since=before.still_since if before and before.state == state else now.isoformat(),
        state=state,
    )


def _is_complete(sighting: Sighting, root: Path, path: Path, announced: str | None, now: datetime) -> bool:
    if now - datetime.fromisoformat(sighting.still_since) >= STILL_FOR:
        return True
    if announced is None:
        return False
    with open_below(root, path) as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == announced


def _announced(root: Path, named: Mapping[str, Path]) -> dict[str, str]:
    """Digests that the vendor's manifests announce, by file name. One that can't be read announces nothing."""
    digests: dict[str, str] = {}
    for name, path in named.items():
        if not is_manifest(name):
            continue
        try:
            with open_below(root, path) as stream:
                content = stream.read(MOST_MANIFEST_BYTES + 1)
            manifest = parse_manifest(name, content) if len(content) <= MOST_MANIFEST_BYTES else None
        except OSError:
            continue
        for file, place in (manifest.places(named) if manifest else {}).items():
            digest = manifest.entries[place].digest if manifest else None
            if digest is not None:
                digests[file] = digest
    return digests


def _set_aside(inbox: Inbox, folder: Path, now: datetime) -> None:
    """Take a record of the transport that can't be read, or what bears its name, out of the way."""
    aside = f".received.unreadable-{now:%Y%m%dT%H%M%S}.json"
    with opened_folder(inbox.root, folder) as opened:
        os.replace(TRANSPORT_RECORD, aside, src_dir_fd=opened, dst_dir_fd=opened)
