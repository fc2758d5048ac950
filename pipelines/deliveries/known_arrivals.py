"""Arrivals as the state folder keeps them: of each name, the bytes that came under it, and when.

What our transport says of others is in `recorded_arrivals`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from pipelines.storage.inboxes import RECEIVED, Inbox
from pipelines.vocabulary.words import PARIS

_YEARS: Final = range(1990, 3000)
NO_RECORD: Final = (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError)
"""What reading a record can raise that is none."""


@dataclass(frozen=True)
class KnownArrival:
    """When some bytes came under a name."""

    digest: str | None
    """SHA-256, lower-case hex; None until the bytes are known: they are those that lie there when it is looked next."""
    received_at: datetime
    state: str | None = None
    """Of the file when its bytes were last digested: see `file_state`."""


Known: TypeAlias = dict[str, tuple[KnownArrival, ...]]
"""By the digest of the name, in the order of noting. Bytes that came back after others have an arrival more."""
Stay: TypeAlias = tuple[datetime, datetime | None]
"""From when on some bytes lay under a name, and when others replaced them; None: they lie there. Aware."""


def known_arrivals(inbox: Inbox, folder: Path) -> Known:
    """What is known of a delivery folder's files.

    Raises:
        StateError: our record is broken.
    """
    entries = inbox.recorded_files(folder, RECEIVED)
    try:
        return {
            key: tuple(_arrival_of(told) for told in [entry, *entry.get("later", ())]) for key, entry in entries.items()
        }
    except NO_RECORD:
        raise inbox.broken(folder, RECEIVED) from None


def keep_arrivals(inbox: Inbox, folder: Path, found: Iterable[tuple[str, KnownArrival]]) -> None:
    """Keep when bytes came, by the digest of their name; the same bytes keep their first arrival under it.

    Where they came again, no earlier than the last of others that had replaced them, their return is an arrival more.

    Raises:
        StateError: our record is broken.
    """
    found = list(found)
    known = known_arrivals(inbox, folder)
    if _merged(known, found) == known:
        return
    with inbox.noting():
        keep_arrivals_noting(inbox, folder, found)


def keep_arrivals_noting(inbox: Inbox, folder: Path, found: Iterable[tuple[str, KnownArrival]]) -> None:
    """`keep_arrivals` of a caller that holds `inbox.noting()`."""
    known = known_arrivals(inbox, folder)
    merged = _merged(known, found)
    if merged != known:
        inbox.write_files(folder, RECEIVED, {key: _arrival_entry(arrivals) for key, arrivals in merged.items()})


def have_returned(known: Sequence[KnownArrival], digest: str | None) -> bool:
    """Whether bytes that lie under a name were there before the last ones that are known of it."""
    return bool(known) and known[-1].digest != digest and digest in {one.digest for one in known if one.digest}


def stays_of(known: Sequence[KnownArrival]) -> dict[str | None, tuple[Stay, ...]]:
    """Of all bytes that came under a name, by digest: from when to when they lay there, each time."""
    found: dict[str | None, tuple[Stay, ...]] = {}
    for place, one in enumerate(known):
        until = known[place + 1].received_at if place + 1 < len(known) else None
        found[one.digest] = (*found.get(one.digest, ()), (one.received_at, until))
    return found


def file_state(path: Path) -> str:
    """Changes whenever a file does: its size, and its times of change in nanoseconds."""
    found = path.lstat()
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def arrival_instant(text: str) -> datetime:
    """In UTC; a local time is one of Paris.

    Raises:
        ValueError, OverflowError: it is none, or so far away that no span of a contract can be added to it.
    """
    at = datetime.fromisoformat(text)
    if at.year not in _YEARS:
        raise ValueError("no instant at which a file can have come")
    return (at if at.tzinfo else at.replace(tzinfo=PARIS)).astimezone(UTC)


def _merged(known: Known, found: Iterable[tuple[str, KnownArrival]]) -> Known:
    merged = dict(known)
    for key, arrival in found:
        merged[key] = _with_arrival(merged.get(key, ()), arrival)
    return merged


def _with_arrival(known: tuple[KnownArrival, ...], found: KnownArrival) -> tuple[KnownArrival, ...]:
    if found.digest is None:
        return known or (found,)
    if have_returned(known, found.digest) and found.received_at >= known[-1].received_at:
        return (*known, found)
    for place, one in enumerate(known):
        if one.digest in (None, found.digest):
            same = replace(one, digest=found.digest, state=found.state or one.state)
            return (*known[:place], same, *known[place + 1 :])
    return (*known, found)


def _arrival_of(told: Mapping[str, Any]) -> KnownArrival:
    digest, state = told.get("sha256"), told.get("state")
    if not isinstance(digest, str | None) or not isinstance(state, str | None):
        raise TypeError("a digest and a state are text")
    return KnownArrival(digest, arrival_instant(told["received_at"]), state)


def _arrival_entry(arrivals: tuple[KnownArrival, ...]) -> dict[str, Any]:
    first, *later = (
        {"received_at": one.received_at.isoformat()}
        | {name: value for name, value in (("sha256", one.digest), ("state", one.state)) if value}
        for one in arrivals
    )
    return first | ({"later": later} if later else {})
