"""Arrival: when each delivered file was first seen, noted in the state folder where our transport did not.

What is recorded already is in `recorded_arrivals`; which folders changed after their intake, in `changed_folders`.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from pipelines.deliveries.inbox import delivered_name, delivered_paths
from pipelines.deliveries.inbox_folders import delivery_days, shown_vendor
from pipelines.deliveries.known_arrivals import KnownArrival, file_state, keep_arrivals, known_arrivals
from pipelines.deliveries.manifests import is_manifest, parse_manifest
from pipelines.deliveries.recorded_arrivals import TRANSPORT_RECORD, recorded_arrivals, transported_arrivals
from pipelines.deliveries.taken_in_files import settle_arrivals
from pipelines.storage.folders import folder_names, open_below, opened_folder
from pipelines.storage.inboxes import Inbox, digest_of_name
from pipelines.storage.lake import Lake
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


def record_arrivals(inbox: Inbox, seen: Mapping[str, Sighting], *, now: datetime, lake: Lake | None = None) -> Arrivals:
    """Note files that our transport did not note, once they are complete; `seen` is what the last call left moving.

    A file is received at its first sight, or at its last change on our disk if nobody looked then. What the transport
    noted of files that lie there is kept, too. A record of its that can't be read is set aside once it is still: else
    a vendor could hide behind it. Other bytes under a known name are another arrival. `now` is aware; `lake` tells of
    which bytes an arrival is that was noted without them.
    """
    noted_count, untold = 0, []
    moving: dict[str, Sighting] = {}
    for folder in _recent_folders(inbox, paris_date(now) - WINDOW):
        try:
            count, still_moving = _look_at(_Look(inbox, folder, seen, now), lake)
            noted_count += count
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


@dataclass(frozen=True)
class _Look:
    """One look at one delivery folder."""

    inbox: Inbox
    folder: Path
    seen: Mapping[str, Sighting]
    now: datetime

    def sights(self, names: Mapping[str, Path]) -> tuple[dict[str, Sighting], dict[str, Sighting]]:
        """Of files by name, sightings of those that are complete, by name, and of the others, by key."""
        announced = _announced(self.inbox.root, names) if names else {}
        complete, moving = {}, {}
        for name, path in names.items():
            key = hashlib.sha256(f"{self.folder.parent.name}/{self.folder.name}/{name}".encode()).hexdigest()[:24]
            try:
                sighting = _sighting(path, self.seen.get(key), self.now)
                if self._is_complete(sighting, path, announced.get(name)):
                    complete[name] = sighting
                else:
                    moving[key] = sighting
            except OSError:
                continue  # it vanished meanwhile, or is not ours to read
        return complete, moving

    def _is_complete(self, sighting: Sighting, path: Path, announced: str | None) -> bool:
        if self.now - datetime.fromisoformat(sighting.still_since) >= STILL_FOR:
            return True
        return announced is not None and _digest_below(self.inbox.root, path) == announced


def _look_at(look: _Look, lake: Lake | None) -> tuple[int, dict[str, Sighting]]:
    """Note what can be noted now; of how many arrivals, and the sightings of files that may still be moving."""
    inbox, folder = look.inbox, look.folder
    sealed = sealed_files(inbox, folder)  # taken in already: what was known of their arrival then stands
    clear = {
        delivered_name(path, folder, sealed): path for path in delivered_paths(inbox, folder) if path not in sealed
    }
    transported = transported_arrivals(inbox, folder)
    if transported is None:
        complete, moving = look.sights({TRANSPORT_RECORD: folder / TRANSPORT_RECORD})
        if complete:
            _set_aside(inbox, folder, look.now)
        return 0, moving
    told = {digest_of_name(name): KnownArrival(None, at) for name, at in transported.items() if name in clear}
    keep_arrivals(inbox, folder, told.items())
    complete, moving = look.sights(_unlooked(inbox, folder, clear))
    return (_note_complete(look, complete, clear, lake) if complete else 0), moving


def _unlooked(inbox: Inbox, folder: Path, clear: Mapping[str, Path]) -> dict[str, Path]:
    """Files whose bytes may be others than those that are known."""
    known = known_arrivals(inbox, folder)
    found = {}
    for name, path in clear.items():
        with suppress(OSError):  # it vanished meanwhile
            state = file_state(path)
            if all(one.state != state for one in known.get(digest_of_name(name), ())):
                found[name] = path
    return found


def _note_complete(look: _Look, complete: Mapping[str, Sighting], clear: Mapping[str, Path], lake: Lake | None) -> int:
    """Note bytes that lie still; how many of them nobody had recorded."""
    inbox, folder = look.inbox, look.folder
    if lake is not None:
        settle_arrivals(inbox, lake, folder.parent.name, date.fromisoformat(folder.name), lambda: clear)
    recorded, found, unrecorded_count = recorded_arrivals(inbox, folder), [], 0
    for name, sighting in complete.items():
        with suppress(OSError):  # it vanished meanwhile, or is not ours to read
            digest = _digest_below(inbox.root, clear[name])
            if file_state(clear[name]) != sighting.state:
                continue  # it moves again
            came = recorded.of_bytes(name, digest)
            unrecorded_count += came is None
            seen_at = datetime.fromisoformat(sighting.first_seen_at)
            at = recorded.of_return(name, digest, seen_at) or came or seen_at
            found.append((digest_of_name(name), KnownArrival(digest, at, sighting.state)))
    keep_arrivals(inbox, folder, found)
    return unrecorded_count


def _sighting(path: Path, before: Sighting | None, now: datetime) -> Sighting:
    state = file_state(path)
    changed_at = datetime.fromtimestamp(path.lstat().st_ctime, UTC)
    return Sighting(
        first_seen_at=before.first_seen_at if before else min(now, changed_at).isoformat(),
        still_since=before.still_since if before and before.state == state else now.isoformat(),
        state=state,
    )


def _digest_below(root: Path, path: Path) -> str:
    with open_below(root, path) as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


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
