"""When files came, as it is recorded: in the state folder, and beside the files by our transport.

What the state folder knows is never changed by what lies in the inbox. Noting what nobody recorded is in `arrivals`.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pipelines.deliveries.files import DeliveredFile
from pipelines.deliveries.known_arrivals import (
    NO_RECORD,
    Known,
    KnownArrival,
    arrival_instant,
    have_returned,
    keep_arrivals,
    known_arrivals,
)
from pipelines.storage.folders import read_below
from pipelines.storage.inboxes import Inbox, digest_of_name

TRANSPORT_RECORD: Final = ".received.json"
"""What our transport writes beside the files: `{"files": [{"name", "received_at"}]}`."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecordedArrivals:
    """What is recorded of a delivery folder's files."""

    known: Known
    transported: Mapping[str, datetime]
    """By the digest of the name."""

    def of_file(self, file: DeliveredFile) -> datetime | None:
        """A file's arrival, a member's with its archive; None where nobody recorded it.

        Other bytes under a known name are another arrival: where nobody recorded it, the file's last change on our
        disk, lest what came late count as what it replaced.
        """
        name, digest = file.arrived
        arrival = self.of_bytes(name, digest)
        if arrival is None and digest_of_name(name) in self.known:
            return None if file.is_sealed else _changed_at(file.path)
        if arrival is None and file.member:  # what was taken in earlier is known by member
            arrival = self.of_bytes(file.name, file.digest)
        return arrival

    def of_bytes(self, name: str, digest: str | None) -> datetime | None:
        """When bytes came under a name: what we know of them, else what our transport says if that is later than all
        we know of the name. Bytes that could not be read (no digest) came with the last ones."""
        key = digest_of_name(name)
        known = self.known.get(key, ())
        told = self.transported.get(key)
        if known and digest is None:
            return known[-1].received_at
        same = next((one.received_at for one in known if one.digest in (None, digest)), None)
        is_news = told is not None and all(one.received_at < told for one in known)
        return same or (told if is_news else None)

    def came_last(self, file: DeliveredFile) -> datetime | None:
        """When a file's bytes came under its name for the last time; its arrival if they were never replaced."""
        changed_at = None if file.is_sealed else _changed_at(file.path)
        return self.of_return(*file.arrived, changed_at) or file.received_at

    def of_return(self, name: str, digest: str | None, seen_at: datetime | None) -> datetime | None:
        """When bytes came back that others had replaced: as our transport says, else when they were seen there.

        Never before what they replace; None where they did not come back, or nobody knows when.
        """
        key = digest_of_name(name)
        known = self.known.get(key, ())
        if not have_returned(known, digest):
            return None
        told, last_at = self.transported.get(key), known[-1].received_at
        at = told if told is not None and told > last_at else seen_at
        return at and max(at, last_at)


def recorded_arrivals(inbox: Inbox, folder: Path) -> RecordedArrivals:
    """Arrivals of a delivery folder's files.

    Raises:
        StateError: our record is broken.
    """
    transported = transported_arrivals(inbox, folder)
    if transported is None:
        _log.warning("%s is not a record of arrivals; its files count as not recorded", folder / TRANSPORT_RECORD)
    by_digest = {digest_of_name(name): at for name, at in (transported or {}).items()}
    return RecordedArrivals(known_arrivals(inbox, folder), by_digest)


def transported_arrivals(inbox: Inbox, folder: Path) -> Mapping[str, datetime] | None:
    """What our transport says beside the files, by name; nothing where it writes none, None when it can't be read."""
    if not inbox.has_transport_records:
        return {}
    try:
        document: Any = json.loads(read_below(inbox.root, folder / TRANSPORT_RECORD))
        return {str(entry["name"]): arrival_instant(entry["received_at"]) for entry in document["files"]}
    except FileNotFoundError:
        return {}
    except NO_RECORD:
        return None


def adopt_arrivals(inbox: Inbox, folder: Path, files: Sequence[DeliveredFile]) -> None:
    """Keep the arrivals by which files are judged from now on, whatever the transport's record says later.

    Raises:
        StateError: our record is broken.
    """
    recorded = recorded_arrivals(inbox, folder)
    arrivals = {file.arrived: at for file in files if file.received_at and (at := recorded.came_last(file))}
    keep_arrivals(
        inbox,
        folder,
        ((digest_of_name(name), KnownArrival(digest, at)) for (name, digest), at in arrivals.items() if digest),
    )


def _changed_at(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.lstat().st_ctime, UTC)
    except OSError:
        return None  # it vanished meanwhile
