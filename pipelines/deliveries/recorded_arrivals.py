"""When files came, as it is recorded: in the state folder, and beside the files by our own transport.

What the state folder knows is never changed by what lies in the inbox. Noting what nobody recorded is in `arrivals`.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pipelines.deliveries.files import DeliveredFile
from pipelines.storage.folders import read_below
from pipelines.storage.inboxes import RECEIVED, Inbox, digest_of_name
from pipelines.vocabulary.words import PARIS

TRANSPORT_RECORD: Final = ".received.json"
"""What our transport writes beside the files: `{"files": [{"name", "received_at"}]}`."""
_log = logging.getLogger(__name__)

_YEARS: Final = range(1990, 3000)
_NO_RECORD: Final = (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError)


def recorded_arrivals(inbox: Inbox, folder: Path) -> Mapping[str, datetime]:
    """Arrivals of a delivery folder's files, by the digest of their name: what we know, then what our transport says of
    others.

    Raises:
        StateError: our record is broken.
    """
    transported = transported_arrivals(inbox, folder)
    if transported is None:
        _log.warning("%s is not a record of arrivals; its files count as not recorded", folder / TRANSPORT_RECORD)
    return {**_by_digest(transported or {}), **_known_arrivals(inbox, folder)}


def transported_arrivals(inbox: Inbox, folder: Path) -> Mapping[str, datetime] | None:
    """What our transport says beside the files, by name; nothing where it writes none, None when it can't be read."""
    if not inbox.has_transport_records:
        return {}
    try:
        document: Any = json.loads(read_below(inbox.root, folder / TRANSPORT_RECORD))
        return {str(entry["name"]): _arrival_instant(entry["received_at"]) for entry in document["files"]}
    except FileNotFoundError:
        return {}
    except _NO_RECORD:
        return None


def note_arrivals(inbox: Inbox, folder: Path, arrivals: Mapping[str, datetime]) -> None:
    """Keep when files came, by their name; what is known of a file already stays.

    Raises:
        StateError: our record is broken.
    """
    found = _by_digest(arrivals)
    if not found.keys() - _known_arrivals(inbox, folder).keys():
        return
    with inbox.noting():
        known = {**found, **_known_arrivals(inbox, folder)}
        inbox.write_files(folder, RECEIVED, {key: {"received_at": at.isoformat()} for key, at in known.items()})


def adopt_arrivals(inbox: Inbox, folder: Path, files: Sequence[DeliveredFile]) -> None:
    """Keep the arrivals by which files are judged from now on, whatever the transport's record says later.

    Raises:
        StateError: our record is broken.
    """
    note_arrivals(inbox, folder, {file.name: file.received_at for file in files if file.received_at})


def _by_digest(arrivals: Mapping[str, datetime]) -> dict[str, datetime]:
    return {digest_of_name(name): at for name, at in arrivals.items()}


def _known_arrivals(inbox: Inbox, folder: Path) -> dict[str, datetime]:
    entries = inbox.recorded_files(folder, RECEIVED)
    try:
        return {key: _arrival_instant(entry["received_at"]) for key, entry in entries.items()}
    except _NO_RECORD:
        raise inbox.broken(folder, RECEIVED) from None


def _arrival_instant(text: str) -> datetime:
    """In UTC; a local time is one of Paris.

    Raises:
        ValueError, OverflowError: it is none, or so far away that no span of a contract can be added to it.
    """
    at = datetime.fromisoformat(text)
    if at.year not in _YEARS:
        raise ValueError("no instant at which a file can have come")
    return (at if at.tzinfo else at.replace(tzinfo=PARIS)).astimezone(UTC)
