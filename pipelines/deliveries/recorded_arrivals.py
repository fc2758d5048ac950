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
from pipelines.storage.inboxes import RECEIVED, Inbox
from pipelines.vocabulary.words import PARIS

TRANSPORT_RECORD: Final = ".received.json"
"""What our transport writes beside the files: `{"files": [{"name", "received_at"}]}`."""
_log = logging.getLogger(__name__)

_YEARS: Final = range(1990, 3000)
_NO_RECORD: Final = (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError)


def recorded_arrivals(inbox: Inbox, folder: Path) -> Mapping[str, datetime]:
    """Arrivals of a delivery folder's files, by name: what we know, then what our transport says of others.

    Raises:
        StateError: our record is broken.
    """
    transported = transported_arrivals(inbox, folder)
    if transported is None:
        _log.warning("%s is not a record of arrivals; its files count as not recorded", folder / TRANSPORT_RECORD)
    return {**(transported or {}), **_known_arrivals(inbox, folder)}


def transported_arrivals(inbox: Inbox, folder: Path) -> Mapping[str, datetime] | None:
    """What our transport says beside the files; nothing where it writes no records, None when it can't be read."""
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
    """Keep when files came; what is known of a file already stays.

    Raises:
        StateError: our record is broken.
    """
    if not arrivals.keys() - _known_arrivals(inbox, folder).keys():
        return
    with inbox.noting():
        known = {**arrivals, **_known_arrivals(inbox, folder)}
        files = [{"name": name, "received_at": at.isoformat()} for name, at in known.items()]
        inbox.write(folder, RECEIVED, {"files": files})


def adopt_arrivals(inbox: Inbox, folder: Path, files: Sequence[DeliveredFile]) -> None:
    """Keep the arrivals by which files are judged from now on, whatever the transport's record says later.

    Raises:
        StateError: our record is broken.
    """
    note_arrivals(inbox, folder, {file.name: file.received_at for file in files if file.received_at})


def _known_arrivals(inbox: Inbox, folder: Path) -> dict[str, datetime]:
    entries = inbox.recorded_files(folder, RECEIVED) or []
    try:
        return {entry["name"]: _arrival_instant(entry["received_at"]) for entry in entries}
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
