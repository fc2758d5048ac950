"""What was taken in of a delivery folder, as `deliveries` holds it, by the names under which it lies there.

How names may be kept is in `identifiers.shown_names`; when files came, in `known_arrivals`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pipelines.deliveries.known_arrivals import KnownArrival, keep_arrivals, known_arrivals
from pipelines.identifiers.shown_names import shown_file_names
from pipelines.storage.inboxes import Inbox, digest_of_name
from pipelines.storage.lake import Lake


@dataclass(frozen=True)
class TakenInFile:
    """A row of `deliveries`."""

    digest: str
    received_at: datetime | None
    """Aware; None where it was assumed."""


def taken_in_files(lake: Lake, vendor: str, day: date, lying: Iterable[str]) -> Mapping[str, TakenInFile]:
    """Files of a published day by name, members of archives by theirs; none of a day that is not published.

    `lying`: names of files in the folder, which tell whose name was masked.
    """
    rows = lake.read("deliveries", vendor, [day] if lake.digests(vendor, day, "deliveries") else []).to_pylist()
    by_shown = {row["file_name"]: _taken_in_file(row) for row in rows if row["file_digest"] is not None}
    names = {shown: shown for shown in by_shown} | {shown: name for name, shown in shown_file_names(lying).items()}
    return {names[shown]: file for shown, file in by_shown.items()}


def _taken_in_file(row: Mapping[str, Any]) -> TakenInFile:
    at = None if row["is_received_at_assumed"] else row["received_at"]
    return TakenInFile(row["file_digest"], at and at.replace(tzinfo=UTC))


def settle_arrivals(inbox: Inbox, lake: Lake, vendor: str, day: date, lying: Callable[[], Iterable[str]]) -> None:
    """Arrivals that were noted without their bytes, as earlier versions did, are those of the bytes taken in.

    Raises:
        StateError: our record is broken.
    """
    folder = inbox.folder(vendor, day)
    unsettled = {key: one.received_at for key, (one, *_) in known_arrivals(inbox, folder).items() if one.digest is None}
    taken = taken_in_files(lake, vendor, day, lying()) if unsettled else {}
    digests = {digest_of_name(name): file.digest for name, file in taken.items()}
    keep_arrivals(
        inbox, folder, [(key, KnownArrival(digests[key], at)) for key, at in unsettled.items() if key in digests]
    )
